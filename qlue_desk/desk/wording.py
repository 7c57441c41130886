"""Words of the screens; those that other floors say as well stand in `phrases` and are at hand here."""

from __future__ import annotations

import datetime as dt

from rich.cells import cell_len

from qlue_desk.phrases import MINUS, ago, clock_time, number, office_span, span, stamp
from qlue_desk.phrases import day_words as day

__all__ = [
    "MINUS",
    "ago",
    "clock_time",
    "date_example",
    "day",
    "number",
    "office_span",
    "span",
    "stamp",
]


def short_place(name: str, width: int) -> str:
    """The name of a place for `width` cells: where it is too long, all words but the last are initials.

    `Kebon Kalapa` is `K. Kalapa`: many names begin with the same word, and their last one tells them apart.
    """
    if cell_len(name) <= width:
        return name
    *first, last = name.split()
    return " ".join((*(f"{word[0]}." for word in first), last))


def date_example(today: dt.date) -> str:
    """A date to type, for a hint: one still to come, `30/11`."""
    soon = today + dt.timedelta(days=6)
    return f"{soon.day}/{soon.month}"
