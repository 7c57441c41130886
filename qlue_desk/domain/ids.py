"""Identities that two machines can make apart."""

from __future__ import annotations

import os
import time


def uuid7(now_ms: int | None = None) -> str:
    """32 hex digits of a UUID version 7 (RFC 9562, method 3): sorts by time, random beyond a quarter of a microsecond.

    What one key press records stands in its order, also within a millisecond. `now_ms` is Unix time in milliseconds;
    beyond it all is random.
    """
    random = int.from_bytes(os.urandom(10))
    if now_ms is None:
        milliseconds, rest = divmod(time.time_ns(), 1_000_000)
        fraction = (rest << 12) // 1_000_000
    else:
        milliseconds, fraction = now_ms, random >> 68
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= fraction << 64
    value |= 0b10 << 62
    value |= random & ((1 << 62) - 1)
    return f"{value:032x}"


def new_id(prefix: str, now_ms: int | None = None) -> str:
    """A fresh identity such as `c_018f…` for prefix `c`.

    Random and not counted: a desk restored from a backup would use counters again.
    """
    return f"{prefix}_{uuid7(now_ms)}"
