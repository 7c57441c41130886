"""Days as people write them, wherever one is typed: a schedule, a time until which a report is put aside."""

from __future__ import annotations

import datetime as dt
import re

from qlue_desk.domain.calendar import nearest_day

_WEEKDAYS = {
    word: place
    for place, words in enumerate(
        ("senin monday", "selasa tuesday", "rabu wednesday", "kamis thursday", "jumat friday", "sabtu saturday",
         "minggu sunday")
    )
    for word in words.split()
}  # fmt: skip
MONTH_WORDS = (
    "jan", "feb", "mar", "apr", "mei may", "jun", "jul", "agu aug agt", "sep", "okt oct", "nov", "des dec"
)  # fmt: skip
"""The first three letters of each month in both languages, Indonesian first."""
_MONTHS = {word: place for place, words in enumerate(MONTH_WORDS, 1) for word in words.split()}
_NEAR = {
    "hari ini": 0, "today": 0, "besok": 1, "tomorrow": 1, "lusa": 2, "minggu depan": 7, "next week": 7,
}  # fmt: skip


def read_day(text: str, today: dt.date) -> dt.date | None:
    """The day: `2026-11-30`, `30/11`, `30-11-2026`, `30 nov`, `+3`, `besok`, `senin`, `senin depan`.

    None when it cannot be read. A day and month without a year is the nearest such day; with dots it needs the year,
    because `13.30` is a time.
    """
    words = " ".join(text.casefold().split())
    if words in _NEAR:
        return today + dt.timedelta(days=_NEAR[words])
    if (weekday := words.removesuffix(" depan")) in _WEEKDAYS:
        return today + dt.timedelta(days=(_WEEKDAYS[weekday] - today.weekday() - 1) % 7 + 1)
    if found := re.fullmatch(r"\+(\d{1,3})(?: hari)?", words):
        return today + dt.timedelta(days=int(found[1]))
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
            return dt.date.fromisoformat(words)
        if found := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?", words):
            return _dated(int(found[1]), int(found[2]), found[3], today)
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", words):
            return _dated(int(found[1]), int(found[2]), found[3], today)
        if (found := re.fullmatch(r"(\d{1,2}) ([a-z]{3,})(?: (\d{4}))?", words)) and found[2][:3] in _MONTHS:
            return _dated(int(found[1]), _MONTHS[found[2][:3]], found[3], today)
    except ValueError:
        return None
    return None


def _dated(day: int, month: int, year: str | None, today: dt.date) -> dt.date:
    return dt.date(int(year), month, day) if year else nearest_day(day, month, today)
