"""The number as a citizen types it."""

from __future__ import annotations

import re

EXAMPLE = "BGR-26-004211"

_NUMBER = re.compile(r"\W*([a-z]{2,5})[\W_]*(\d{2})[\W_]*(\d{1,9})\W*", re.IGNORECASE)
_DIGITS = 6


def normalise_number(typed: str) -> str:
    """`bgr 26 4211` → `BGR-26-004211`; '' when it cannot be a number of ours."""
    found = _NUMBER.fullmatch(typed[:60])
    if found is None or not found[3].isascii() or not found[2].isascii() or not found[1].isascii():
        return ""
    return f"{found[1].upper()}-{found[2]}-{int(found[3]):0{_DIGITS}d}"
