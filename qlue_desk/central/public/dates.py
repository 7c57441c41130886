"""Dates in Indonesian words, as the citizen's page says them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from qlue_desk.phrases import MONTHS

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}
"""By hours east of Greenwich."""


def day_words(day: dt.date, today: dt.date) -> str:
    """`23 November`, with the year where it is not today's."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


class LocalDates:
    """Says moments in a city's local time."""

    def __init__(self, zone: str, now: dt.datetime) -> None:
        self.zone = ZoneInfo(zone)
        self.today = now.astimezone(self.zone).date()

    def day(self, moment: dt.datetime) -> str:
        """`23 November`."""
        return day_words(moment.astimezone(self.zone).date(), self.today)

    def moment(self, moment: dt.datetime) -> str:
        """`Selasa, 1 Desember pukul 16.00 WIB`."""
        local = moment.astimezone(self.zone)
        return f"{DAYS[local.weekday()]}, {self.day(moment)} pukul {self.clock(moment)}"

    def short(self, moment: dt.datetime) -> str:
        """`23 November, 08.12`."""
        local = moment.astimezone(self.zone)
        return f"{self.day(moment)}, {local:%H.%M}"

    def clock(self, moment: dt.datetime) -> str:
        """`16.00 WIB`."""
        local = moment.astimezone(self.zone)
        offset = local.utcoffset() or dt.timedelta(0)
        name = ZONE_NAMES.get(round(offset.total_seconds() / 3600), "")
        return f"{local:%H.%M} {name}".rstrip()

    def iso(self, moment: dt.datetime) -> str:
        """For a `datetime` attribute."""
        return moment.astimezone(self.zone).isoformat(timespec="minutes")
