"""Public numbers of reports as people write them: `BGR-26-004211`, `26-4211`, `4211`."""

from __future__ import annotations

SERIAL_DIGITS = 6
"""Digits of the last part of a public number, filled up with zeros."""


def number_parts(written: str) -> tuple[str, str] | None:
    """How a number that was written must end: filled up with zeros, and just as it is; None where it is none."""
    parts = written.strip().upper().replace(" ", "-").split("-")
    if not parts[-1].isdigit():
        return None
    return "-".join([*parts[:-1], parts[-1].zfill(SERIAL_DIGITS)]), "-".join(parts)
