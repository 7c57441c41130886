"""Bars and sparklines as characters."""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS = "_.-:=+*#"


def bar(value: int, largest: int, width: int, *, ascii_only: bool = False) -> str:
    """A horizontal bar of at most `width` cells, padded to it; a value above 0 always shows something."""
    if largest <= 0 or value <= 0:
        return " " * width
    eighths = max(1, round(value * width * 8 / largest))
    if ascii_only:
        return ("#" * max(1, eighths // 8)).ljust(width)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)[:width]


def sparkline(values: Sequence[int], *, ascii_only: bool = False) -> str:
    """One character a value, the largest at full height."""
    levels = _ASCII_LEVELS if ascii_only else _LEVELS
    largest = max(values, default=0)
    if largest <= 0:
        return levels[0] * len(values)
    return "".join(levels[round(value * (len(levels) - 1) / largest)] for value in values)
