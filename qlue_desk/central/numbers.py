"""Public numbers of complaints: dense per city and year, `BGR-26-004211`."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from qlue_desk.central.database import CentralDatabase
from qlue_desk.domain.city import City

_NEXT = (
    "INSERT INTO counter (city, year, last) VALUES (?, ?, 1) "
    "ON CONFLICT (city, year) DO UPDATE SET last = counter.last + 1 RETURNING last"
)


def next_number(database: CentralDatabase, city: City, received_at: dt.datetime) -> str:
    """The next number of the city's local year of receipt.

    Taken inside the caller's transaction, so that a number whose complaint is undone is given again.
    """
    year = received_at.astimezone(ZoneInfo(city.zone)).year
    row = database.one(_NEXT, (city.key, year))
    assert row is not None, "INSERT … RETURNING gives a row"
    return f"{city.prefix}-{year % 100:02d}-{int(row[0]):06d}"
