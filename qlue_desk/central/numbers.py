"""Public numbers of complaints: dense per city and year, `BGR-26-004211`.

Dense but for one visible gap after each time that the database was put back to an earlier time: what it
forgot may have been given to citizens, so those numbers are left out (`central check` tells them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from qlue_desk.central.database import CentralDatabase
from qlue_desk.central.seen import SeenHeads
from qlue_desk.domain.city import City

GAP = 1_000
"""Numbers that are left out where nothing tells how many were given out since the copy was made."""
_NEXT = (
    "INSERT INTO counter (city, year, last) VALUES (?, ?, 1) "
    "ON CONFLICT (city, year) DO UPDATE SET last = counter.last + 1 RETURNING last"
)
_RAISE = (
    "INSERT INTO counter (city, year, last) VALUES (?, ?, ?) "
    "ON CONFLICT (city, year) DO UPDATE SET last = excluded.last"
)


class Skipped(msgspec.Struct, frozen=True):
    """Numbers that will never be given: they may have been, before the database was put back."""

    city: str
    year: int
    first: int
    last: int


def next_number(database: CentralDatabase, seen: SeenHeads, city: City, received_at: dt.datetime) -> str:
    """The next number of the city's local year of receipt.

    Taken inside the caller's transaction, so that a number whose complaint is undone is given again.
    """
    year = _year(city, received_at)
    row = database.one(_NEXT, (city.key, year))
    assert row is not None, "INSERT … RETURNING gives a row"
    number = int(row[0])
    seen.allow_number(_series(city.key, year), number)
    return public_number(city, year, number)


def public_number(city: City, year: int, number: int) -> str:
    """As citizens read it."""
    return f"{city.prefix}-{year % 100:02d}-{number:06d}"


def counted(database: CentralDatabase) -> dict[str, int]:
    """By `city/year` the last number that this database gave out."""
    rows = database.all("SELECT city, year, last FROM counter")
    return {_series(row[0], int(row[1])): int(row[2]) for row in rows}


def skip(
    database: CentralDatabase, given: Mapping[str, int], cities: list[City], now: dt.datetime, *, sure: bool
) -> tuple[Skipped, ...]:
    """Raise every counter above what may have been given out; in the caller's transaction.

    `given` is what is known from outside the database (`SeenHeads.numbers`). A gap is left where that knows
    nothing of a city's running year, or may know too little: it is not `sure` when it may have been put back
    together with the database, nor on PostgreSQL, where other machines may have given numbers too.
    """
    sure = sure and database.dialect == "sqlite"
    before = counted(database)
    running = {_series(city.key, _year(city, now)) for city in cities}
    found: list[Skipped] = []
    for series in sorted({*before, *given, *running}):
        last = before.get(series, 0)
        raised = max(last, given.get(series, 0))
        if series in running and not (sure and series in given):
            raised = max(raised, last + GAP)
        if raised > last:
            city, _, year = series.rpartition("/")
            database.run(_RAISE, (city, int(year), raised))
            found.append(Skipped(city, int(year), last + 1, raised))
    return tuple(found)


def _series(city: str, year: int) -> str:
    return f"{city}/{year}"


def _year(city: City, moment: dt.datetime) -> int:
    return moment.astimezone(ZoneInfo(city.zone)).year
