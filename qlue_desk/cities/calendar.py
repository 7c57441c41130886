"""Where a city's days off come from: the `holidays` package and the Ramadan periods among our data.

`holidays` costs a tenth of a second and some megabytes to import, so it is loaded with the first
deadline that is computed, never at a desk's start.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from qlue_desk.cities.ramadan import ramadan_periods
from qlue_desk.domain.calendar import WorkCalendar
from qlue_desk.domain.city import City, WorkingDay

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Dates outside are garbage from outside systems; no holidays are looked up for them."""


def calendar_for(city: City) -> WorkCalendar:
    """The working calendar of `city`; one object for all cities of the same zone and office hours."""
    return _calendar(city.zone, city.working_day)


@lru_cache(maxsize=32)
def _calendar(zone: str, working_day: WorkingDay) -> WorkCalendar:
    return WorkCalendar(zone, working_day, days_off, tuple(ramadan_periods()))


@lru_cache(maxsize=128)
def days_off(year: int) -> frozenset[dt.date]:
    """National holidays and cuti bersama of one year.

    The package needs both categories: `public` alone leaves out cuti bersama.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return frozenset()
    from holidays.countries.indonesia import Indonesia

    return frozenset(Indonesia(years=year, categories=("public", "government")))
