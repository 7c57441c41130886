"""Shifts: which one is running, and when the next one begins and ends, on the city's clock."""

from __future__ import annotations

import datetime as dt

import msgspec


class Shift(msgspec.Struct, frozen=True):
    """One stretch of work, from `begin` up to `end` (aware, in the city's zone)."""

    begin: dt.datetime
    end: dt.datetime


def parse_starts(written: str) -> tuple[dt.time, ...]:
    """The times of `07:00, 15:00, 23:00`, earliest first; the setting checks how it is written."""
    return tuple(sorted({dt.time.fromisoformat(part.strip()) for part in written.split(",")}))


def shifts_at(now: dt.datetime, zone: dt.tzinfo, starts: tuple[dt.time, ...]) -> tuple[Shift, Shift]:
    """The shift that is running and the next one."""
    today = now.astimezone(zone).date()
    begins = [
        dt.datetime.combine(today + dt.timedelta(days=day), start, zone)
        for day in (-1, 0, 1, 2)
        for start in starts
    ]
    running = max(place for place, begin in enumerate(begins) if begin <= now)
    return (
        Shift(begins[running], begins[running + 1]),
        Shift(begins[running + 1], begins[running + 2]),
    )
