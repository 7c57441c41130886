"""Until when a report is put aside: choices by the working calendar, times as people write them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from qlue_desk.domain.calendar import WorkCalendar
from qlue_desk.domain.city import WorkingDay
from qlue_desk.domain.moves import Refusal
from qlue_desk.domain.snoozing import choices, examples, read

ZONE = ZoneInfo("Asia/Jakarta")
DAY = WorkingDay(start=dt.time(7, 30), end=dt.time(16), friday_end=dt.time(16, 30), ramadan_start=dt.time(8))
OFF = frozenset({dt.date(2026, 11, 30)})
CALENDAR = WorkCalendar("Asia/Jakarta", DAY, OFF)
NOW = dt.datetime(2026, 11, 24, 9, 12, tzinfo=ZONE)
"""A Tuesday."""


def shown(moment: dt.datetime) -> str:
    return f"{moment:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("3h", "11-24 12:12"),
        ("3 jam", "11-24 12:12"),
        ("+90m", "11-24 10:42"),
        ("2 hari", "11-26 09:12"),
        ("1 minggu", "12-01 09:12"),
        ("besok", "11-25 07:30"),
        ("besok 9", "11-25 09:00"),
        ("Besok jam 13.30", "11-25 13:30"),
        ("lusa sore", "11-26 15:00"),
        ("senin", "11-30 07:30"),
        ("selasa", "12-01 07:30"),
        ("senin depan 8:15", "11-30 08:15"),
        ("12 Des", "12-12 07:30"),
        ("12 Desember 10", "12-12 10:00"),
        ("30/11 13.30", "11-30 13:30"),
        ("2026-12-01", "12-01 07:30"),
        ("sore", "11-24 15:00"),
        ("8", "11-25 08:00"),
        ("pukul 10", "11-24 10:00"),
        ("3 jan", "01-03 07:30"),
    ],
)
def test_times_as_people_write_them(written: str, moment: str) -> None:
    found = read(written, NOW, CALENDAR)
    assert isinstance(found, dt.datetime)
    assert shown(found) == moment
    assert found.year == (2027 if "jan" in written else 2026)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("nanti", "“nanti” bukan waktu; tulis misalnya 3 jam, besok 9, senin, sore, 12 Des, 30/11 13.30."),
        (
            "besok 25",
            "“besok 25” bukan waktu; tulis misalnya 3 jam, besok 9, senin, sore, 12 Des, 30/11 13.30.",
        ),
        ("31/2", "“31/2” bukan waktu; tulis misalnya 3 jam, besok 9, senin, sore, 12 Des, 30/11 13.30."),
        ("", "“” bukan waktu; tulis misalnya 3 jam, besok 9, senin, sore, 12 Des, 30/11 13.30."),
        ("hari ini 8", "hari ini 8 sudah lewat."),
        ("23/11", "23/11 sudah lewat; untuk yang berikutnya tulis juga tahunnya."),
        ("23 Nov 13.30", "23 Nov 13.30 sudah lewat; untuk yang berikutnya tulis juga tahunnya."),
        ("1 Jun", "1 Jun sudah lewat; untuk yang berikutnya tulis juga tahunnya."),
        ("1-1-2026", "1-1-2026 sudah lewat."),
        ("1-1-2030", "1-1-2030 terlalu jauh; paling lama setahun."),
        ("99999w", "99999w terlalu jauh; paling lama setahun."),
    ],
)
def test_what_is_no_time_is_said(written: str, sentence: str) -> None:
    found = read(written, NOW, CALENDAR)
    assert isinstance(found, Refusal)
    assert found.sentence() == sentence


@pytest.mark.parametrize(
    "now", [NOW, NOW.replace(month=12, day=1), NOW.replace(month=12, day=31), NOW.replace(month=7)]
)
def test_every_example_of_the_hint_is_still_to_come(now: dt.datetime) -> None:
    for example in examples(now).split(", "):
        assert isinstance(read(example, now, CALENDAR), dt.datetime), example


def test_a_day_of_last_december_is_past_in_january_too() -> None:
    january = NOW.replace(year=2027, month=1, day=5)
    found = read("30/12", january, CALENDAR)
    assert isinstance(found, Refusal)
    assert found.sentence() == "30/12 sudah lewat; untuk yang berikutnya tulis juga tahunnya."


def test_choices_follow_the_clock_and_the_working_calendar() -> None:
    assert [(words, shown(moment)) for words, moment in choices(NOW, CALENDAR)] == [
        ("1 jam lagi", "11-24 10:12"),
        ("sore ini", "11-24 15:00"),
        ("besok pagi", "11-25 07:30"),
        ("Senin pagi (hari kerja)", "12-01 07:30"),  # that Monday is a day off
    ]
    late = NOW.replace(hour=15)
    assert [words for words, _moment in choices(late, CALENDAR)] == [
        "1 jam lagi",
        "besok pagi",
        "Senin pagi (hari kerja)",
    ]
