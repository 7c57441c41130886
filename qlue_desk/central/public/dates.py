"""Dates in whole words, as the citizen's page says them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from qlue_desk.domain.moves import N_
from qlue_desk.phrases import MONTHS, clock_time
from qlue_desk.words import _

DAYS = (
    N_("Senin"), N_("Selasa"), N_("Rabu"), N_("Kamis"), N_("Jumat"), N_("Sabtu"), N_("Minggu"),
)  # fmt: skip
ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}
"""By hours east of Greenwich."""


def day_words(day: dt.date, today: dt.date) -> str:
    """`23 November`, with the year where it is not today's."""
    month = _(MONTHS[day.month - 1])
    if day.year == today.year:
        return _("{day} {month}").format(day=day.day, month=month)
    return _("{day} {month} {year}").format(day=day.day, month=month, year=day.year)


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
        return _("{weekday}, {day} pukul {time}").format(
            weekday=_(DAYS[local.weekday()]), day=self.day(moment), time=self.clock(moment)
        )

    def short(self, moment: dt.datetime) -> str:
        """`23 November, 08.12`."""
        return _("{day}, {time}").format(day=self.day(moment), time=clock_time(moment, self.zone))

    def clock(self, moment: dt.datetime) -> str:
        """`16.00 WIB`."""
        local = moment.astimezone(self.zone)
        offset = local.utcoffset() or dt.timedelta(0)
        name = ZONE_NAMES.get(round(offset.total_seconds() / 3600), "")
        return f"{clock_time(moment, self.zone)} {name}".rstrip()

    def iso(self, moment: dt.datetime) -> str:
        """For a `datetime` attribute."""
        return moment.astimezone(self.zone).isoformat(timespec="minutes")
