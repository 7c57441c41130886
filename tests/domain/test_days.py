"""A day that is typed: the same words wherever one is asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from qlue_desk.domain.days import read_day


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("2026-11-30", dt.date(2026, 11, 30)),
        ("30/11", dt.date(2026, 11, 30)),
        ("1-2", dt.date(2027, 2, 1)),
        ("23/11", dt.date(2026, 11, 23)),  # a day that has passed; the move says so
        ("30.11.2027", dt.date(2027, 11, 30)),
        ("+3", dt.date(2026, 11, 27)),
        ("besok", dt.date(2026, 11, 25)),
        ("senin", dt.date(2026, 11, 30)),
        ("selasa", dt.date(2026, 12, 1)),
        ("Senin depan", dt.date(2026, 11, 30)),
        ("minggu depan", dt.date(2026, 12, 1)),
        ("30 nov", dt.date(2026, 11, 30)),
        ("4 Januari", dt.date(2027, 1, 4)),
        ("13.30", None),
        ("besok jam 8", None),
        ("31/2", None),
        ("nanti", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, found: dt.date | None) -> None:
    assert read_day(typed, dt.date(2026, 11, 24)) == found
