"""Dates as people type them; how they are shown stands in `phrases` and is at hand here for the screens."""

from __future__ import annotations

import datetime as dt
import re

from qlue_desk.phrases import MINUS, ago, clock_time, number, office_span, span, stamp
from qlue_desk.phrases import day_words as day

__all__ = ["MINUS", "ago", "clock_time", "day", "number", "office_span", "read_date", "span", "stamp"]

_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")


def read_date(text: str, today: dt.date) -> dt.date | None:
    """A date as people write it: `2026-11-30`, `30/11`, `30-11-2026`, `+3`, `besok`, `senin`.

    None when it cannot be read; a day and month without a year is the next such day.
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
        found = dt.date(int(match[3] or today.year), int(match[2]), int(match[1]))
        return found if match[3] or found >= today else found.replace(year=today.year + 1)
    except ValueError:
        return None


_NEAR_DAYS = {"hari ini": 0, "besok": 1, "lusa": 2, "minggu depan": 7, "tomorrow": 1}
