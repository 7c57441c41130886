"""Since when nobody has touched a key: what may wait does, so that it is not drawn under a moving hand."""

from __future__ import annotations

import time

_moved = float("-inf")


def moved() -> None:
    """Somebody pressed a key or clicked."""
    global _moved
    _moved = time.monotonic()


def resting() -> float:
    """Seconds since then; endless before the first key."""
    return time.monotonic() - _moved
