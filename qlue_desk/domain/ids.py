"""Identities that two machines can make apart."""

from __future__ import annotations

import os
import time

_RANDOM_BITS = 74


def uuid7(now_ms: int | None = None) -> str:
    """32 hex digits of a UUID version 7 (RFC 9562): sorts by time, random beyond the millisecond.

    `now_ms` is Unix time in milliseconds.
    """
    milliseconds = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    random = int.from_bytes(os.urandom(10)) & ((1 << _RANDOM_BITS) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= (random >> 62) << 64
    value |= 0b10 << 62
    value |= random & ((1 << 62) - 1)
    return f"{value:032x}"


def new_id(prefix: str, now_ms: int | None = None) -> str:
    """A fresh identity such as `c_018f…` for prefix `c`.

    Random and not counted: a desk restored from a backup would use counters again.
    """
    return f"{prefix}_{uuid7(now_ms)}"
