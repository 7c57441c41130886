"""Days off of real years, and that nobody pays for them before a deadline is computed."""

import datetime as dt
import subprocess
import sys

from qlue_desk.cities import load_shipped
from qlue_desk.cities.calendar import calendar_for, days_off


def test_cuti_bersama_is_off_as_well_as_national_holidays() -> None:
    assert dt.date(2026, 12, 25) in days_off(2026)
    assert dt.date(2026, 12, 24) in days_off(2026)
    assert len(days_off(2026)) == 25


def test_years_that_only_garbage_dates_name_are_not_looked_up() -> None:
    assert days_off(1) == frozenset()
    assert days_off(9999) == frozenset()


def test_a_shipped_city_opens_later_in_ramadan() -> None:
    bogor = calendar_for(load_shipped("bogor"))
    for day, opens in ((dt.date(2026, 2, 23), dt.time(8)), (dt.date(2026, 11, 24), dt.time(7, 30))):
        office = bogor.hours(day)
        assert office is not None
        assert office[0].time() == opens


def test_holidays_are_loaded_with_the_first_deadline_only() -> None:
    program = """
import datetime as dt, sys
from qlue_desk.cities import load_shipped
from qlue_desk.cities.calendar import calendar_for
calendar = calendar_for(load_shipped("bogor"))
print("holidays" in sys.modules)
calendar.is_working_day(dt.date(2026, 11, 24))
print("holidays" in sys.modules)
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "True"]
