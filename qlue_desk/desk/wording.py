"""Times and amounts in the short words of the screens: `‑2 jam`, `40 mnt`, `3 hari`, `22 Nov 19.14`."""

from __future__ import annotations

import datetime as dt
import re

from qlue_desk.phrases import HOUR, MINUTE, SHORT_MONTHS, duration_words
from qlue_desk.words import _

MINUS = "‑"
"""A non-breaking hyphen: the minus before a deadline that has passed."""

_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")


def span(seconds: float) -> str:
    """A length of time in its largest fitting unit; negative ones carry the minus."""
    sign = MINUS if seconds < 0 else ""
    whole = abs(int(seconds))
    # A deadline in a list is not counted in seconds.
    words = _("{n} mnt").format(n=0) if whole < MINUTE else duration_words(dt.timedelta(seconds=whole))
    return sign + words


def office_span(length: dt.timedelta, hours_a_day: float = 8.5) -> str:
    """A length of office time: `4 hari kerja`, `6 jam kerja`."""
    hours = abs(length.total_seconds()) / HOUR
    if hours < 1:
        return _("{n} mnt kerja").format(n=int(hours * 60))
    if hours < hours_a_day * 2:
        return _("{n} jam kerja").format(n=int(hours))
    return _("{n} hari kerja").format(n=int(hours // hours_a_day))


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """How long since `moment`: `12 dtk`, `3 mnt`, `26 jam`."""
    return duration_words(max(now - moment, dt.timedelta(0)))


def stamp(moment: dt.datetime | None, zone: dt.tzinfo) -> str:
    """A moment in the city's time: `22 Nov 19.14`; '' for None."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local.day:2d} {_(SHORT_MONTHS[local.month - 1])} {local.hour:02d}.{local.minute:02d}"


def clock_time(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """The hour of a moment in the city's time: `19.14`."""
    local = moment.astimezone(zone)
    return f"{local.hour:02d}.{local.minute:02d}"


def day(date: dt.date) -> str:
    """A day: `30 Nov 2026`."""
    return f"{date.day} {_(SHORT_MONTHS[date.month - 1])} {date.year}"


def number(value: int) -> str:
    """A count with the Indonesian thousands separator: `12.480`."""
    return f"{value:,}".replace(",", ".")


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
