"""Waiting for what a thread, a process or a screen does: the one limit, and never a measure of speed.

A loaded machine may take seconds for what takes milliseconds; only what never comes may fail a test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0


def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait in this thread until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not happen within {seconds:.0f} s"
        time.sleep(0.01)


async def until_async(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait in the event loop until the condition holds; `pilot.pause` gives up while a thread is busy."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not happen within {seconds:.0f} s"
        await asyncio.sleep(0.01)
