"""Identities that two machines can make apart, and the one byte form in which records are compared."""

from __future__ import annotations

import hashlib
import os
import time

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")
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

    Random and not counted: a desk restored from a backup would use counters again (sync.md, decision 2).
    """
    return f"{prefix}_{uuid7(now_ms)}"


def fingerprint(canonical: bytes) -> str:
    """SHA-256 of a canonical form, in hex."""
    return hashlib.sha256(canonical).hexdigest()


def canonical_json(value: object) -> bytes:
    """`value` (a struct or plain data) as canonical JSON: sorted keys, no spaces, UTF-8, integers only.

    Raises `ValueError` on a float, whose text differs between programs, and on text that is not Unicode.
    """
    plain = msgspec.to_builtins(value, str_keys=True, order="sorted")
    _refuse_floats(plain, "$")
    try:
        return _encoder.encode(plain)
    except UnicodeEncodeError as error:
        raise ValueError("Text with half a surrogate pair has no canonical form.") from error


def _refuse_floats(value: object, path: str) -> None:
    if isinstance(value, float):
        raise ValueError(f"A number with a fraction has no canonical form: {value!r} at {path}.")
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_floats(item, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _refuse_floats(item, f"{path}[{index}]")
