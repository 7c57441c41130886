"""A key passes before a page of changes: Python runs one thread at a time, and a week of work is a long page.

The screen says when a key came and when its answer is painted; loops that write many rows give way in between.
"""

from __future__ import annotations

import time

PATIENCE = 0.03
"""Seconds for which a key holds up others at most; a screen that paints nothing for a key never says so."""

_until = 0.0
_came = float("-inf")


def key_came() -> None:
    """Somebody pressed a key."""
    global _until, _came
    _came = time.monotonic()
    _until = _came + PATIENCE


def since_key() -> float:
    """Seconds since the last key; endless before the first."""
    return time.monotonic() - _came


def painted() -> None:
    """The screen shows what it did."""
    global _until
    _until = 0.0


def give_way() -> None:
    """Wait while a key is on its way; between two rows of many."""
    while time.monotonic() < _until:
        time.sleep(0.001)
