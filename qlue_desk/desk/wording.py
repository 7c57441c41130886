"""Dates as people type them; how they are shown stands in `phrases` and is at hand here for the screens."""

from __future__ import annotations

import datetime as dt
import re

from rich.cells import cell_len

from qlue_desk.domain.calendar import nearest_day
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
    "read_date",
    "span",
    "stamp",
]

_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")


def read_date(text: str, today: dt.date) -> dt.date | None:
    """A date as people write it: `2026-11-30`, `30/11`, `30-11-2026`, `+3`, `besok`, `senin`.

    None when it cannot be read; a day and month without a year is the nearest such day.
    """
    text = text.strip().lower()
    if text in _NEAR_DAYS:
        return today + dt.timedelta(days=_NEAR_DAYS[text])
    if text in _WEEKDAYS:
        return today + dt.timedelta(days=(_WEEKDAYS.index(text) - today.weekday() - 1) % 7 + 1)
    if match := re.fullmatch(r"\+(\d{1,3})", text):
        return today + dt.timedelta(days=int(match[1]))
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return dt.date.fromisoformat(text)
        match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?", text)
        if match is None:
            return None
        day, month = int(match[1]), int(match[2])
        return dt.date(int(match[3]), month, day) if match[3] else nearest_day(day, month, today)
    except ValueError:
        return None


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


_NEAR_DAYS = {"hari ini": 0, "besok": 1, "lusa": 2, "minggu depan": 7, "tomorrow": 1}
