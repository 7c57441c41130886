"""Office time: checked against two outside computations of Indonesian working days, and by its laws."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlue_desk.cities.calendar import days_off
from qlue_desk.domain.calendar import CalendarError, WorkCalendar
from qlue_desk.domain.city import Deadline, Unit, WorkingDay

JAKARTA = "Asia/Jakarta"
RAMADAN_2026 = (dt.date(2026, 2, 18), dt.date(2026, 3, 19))
BOGOR = WorkCalendar(JAKARTA, WorkingDay(), days_off, (RAMADAN_2026,))
MODEST = settings(max_examples=60, deadline=None, database=None)

SPAN = dt.timedelta(days=4 * 365)
moments = st.timedeltas(min_value=dt.timedelta(0), max_value=SPAN).map(
    lambda since: dt.datetime(2023, 1, 1, tzinfo=dt.UTC) + since
)
amounts = st.timedeltas(min_value=dt.timedelta(seconds=1), max_value=dt.timedelta(hours=500))


def wib(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+07:00")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_listed_holiday_and_no_other_day_is_off(shared_data: Path) -> None:
    listed = {
        dt.date.fromisoformat(row["tanggal"])
        for row in rows(shared_data / "holidays" / "libur_indonesia_2023_2027.csv")
    }
    assert len(listed) >= 130
    day = dt.date(2023, 1, 1)
    while day <= dt.date(2027, 12, 31):
        assert BOGOR.is_working_day(day) == (day.weekday() < 5 and day not in listed), day
        day += dt.timedelta(days=1)


def test_due_days_agree_with_lokal_id(shared_data: Path) -> None:
    examples = rows(shared_data / "holidays" / "sla_hari_kerja_contoh.csv")
    assert len(examples) == 12
    for row in examples:
        start_day = dt.date.fromisoformat(row["mulai"])
        assert BOGOR.is_working_day(start_day) == (row["mulai_hari_kerja"] == "1")
        due_day = dt.date.fromisoformat(row["jatuh_tempo_cuti_bersama_libur"])
        for hour in (0, 10, 23):
            start = dt.datetime.combine(start_day, dt.time(hour), BOGOR.zone)
            due = BOGOR.add(start, Deadline(int(row["hari_kerja"]), Unit.WORKING_DAYS))
            office = BOGOR.hours(due_day)
            assert office is not None
            assert due == office[1], row
            assert due.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        ("2026-11-24", "07:30", "16:00"),
        ("2026-11-27", "07:30", "16:30"),
        ("2026-02-23", "08:00", "16:00"),
        ("2026-02-27", "08:00", "16:30"),
    ],
)
def test_hours_of_ordinary_days_fridays_and_ramadan(day: str, opens: str, closes: str) -> None:
    assert BOGOR.hours(dt.date.fromisoformat(day)) == (wib(f"{day}T{opens}"), wib(f"{day}T{closes}"))


@pytest.mark.parametrize("day", ["2026-11-28", "2026-11-29", "2026-12-25", "2026-12-24"])
def test_no_hours_on_weekends_holidays_and_cuti_bersama(day: str) -> None:
    assert BOGOR.hours(dt.date.fromisoformat(day)) is None


def test_each_unit_of_a_deadline() -> None:
    friday = wib("2026-11-27T15:00")
    assert BOGOR.add(friday, Deadline(7, Unit.MINUTES)) == wib("2026-11-27T15:07")
    assert BOGOR.add(friday, Deadline(24, Unit.HOURS)) == wib("2026-11-28T15:00")
    assert BOGOR.add(friday, Deadline(3, Unit.WORKING_HOURS)) == wib("2026-11-30T09:00")
    assert BOGOR.add(friday, Deadline(2, Unit.WORKING_DAYS)) == wib("2026-12-01T16:00")


def test_office_time_ends_at_closing_rather_than_at_the_next_opening() -> None:
    assert BOGOR.shift(wib("2026-11-24T15:00"), dt.timedelta(hours=1)) == wib("2026-11-24T16:00")
    assert BOGOR.shift(wib("2026-11-24T15:00"), dt.timedelta(hours=1, seconds=1)) == wib(
        "2026-11-25T07:30:01"
    )


def test_going_back_stops_at_opening_rather_than_at_the_closing_before() -> None:
    assert BOGOR.shift(wib("2026-11-24T08:30"), -dt.timedelta(hours=1)) == wib("2026-11-24T07:30")
    assert BOGOR.shift(wib("2026-11-24T08:30"), -dt.timedelta(hours=2)) == wib("2026-11-23T15:00")


def test_the_first_and_last_day_of_ramadan_belong_to_it() -> None:
    short = WorkCalendar(
        JAKARTA, WorkingDay(), frozenset(), ((dt.date(2026, 11, 24), dt.date(2026, 11, 25)),)
    )
    opens = [office[0].hour for day in range(23, 27) if (office := short.hours(dt.date(2026, 11, day)))]
    assert opens == [7, 8, 8, 7]


def test_round_the_clock_turns_every_unit_into_clock_time() -> None:
    friday = wib("2026-11-27T15:00")
    assert BOGOR.add(friday, Deadline(3, Unit.WORKING_HOURS), True) == wib("2026-11-27T18:00")
    assert BOGOR.add(friday, Deadline(2, Unit.WORKING_DAYS), True) == wib("2026-11-29T15:00")


def test_the_day_is_that_of_the_city_and_not_of_utc() -> None:
    # Monday 23:30 UTC is Tuesday in both zones, an hour apart: the start day not counted is Tuesday.
    start = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)
    manado = WorkCalendar("Asia/Makassar", WorkingDay(), days_off)
    assert BOGOR.add(start, Deadline(1, Unit.WORKING_DAYS)) == wib("2026-11-25T16:00")
    assert manado.add(start, Deadline(1, Unit.WORKING_DAYS)) == wib("2026-11-25T15:00")


def test_no_working_days_left_is_due_today_or_on_the_next_open_day() -> None:
    nothing = Deadline(0, Unit.WORKING_DAYS)
    assert BOGOR.add(wib("2026-11-24T09:00"), nothing) == wib("2026-11-24T16:00")
    assert BOGOR.add(wib("2026-11-28T09:00"), nothing) == wib("2026-11-30T16:00")
    assert BOGOR.add(wib("2026-11-24T20:00"), nothing) == wib("2026-11-24T20:00")


def test_a_calendar_without_working_days_says_so_instead_of_searching_for_ever() -> None:
    shut = WorkCalendar(
        JAKARTA, WorkingDay(start=dt.time(16), end=dt.time(16), friday_end=dt.time(16)), frozenset()
    )
    start = wib("2026-11-24T09:00")
    for unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
        with pytest.raises(CalendarError, match="no working day"):
            shut.add(start, Deadline(1, unit))
    with pytest.raises(CalendarError, match="no working day"):
        shut.shift(start, -dt.timedelta(hours=1))
    assert shut.between(start, wib("2027-11-24T09:00")) == dt.timedelta(0)


def test_out_of_range_and_negative_deadlines_are_refused() -> None:
    start = wib("2026-11-24T09:00")
    for unit in Unit:
        with pytest.raises(ValueError, match="negative"):
            BOGOR.add(start, Deadline(-1, unit))
    with pytest.raises(CalendarError):
        BOGOR.add(start, Deadline(10**12, Unit.HOURS))


def test_holidays_are_asked_for_once_a_year_and_only_for_years_needed() -> None:
    asked: list[int] = []

    def give(year: int) -> frozenset[dt.date]:
        asked.append(year)
        return frozenset()

    calendar = WorkCalendar(JAKARTA, WorkingDay(), give)
    assert asked == []
    calendar.add(wib("2026-11-24T09:00"), Deadline(60, Unit.WORKING_DAYS))
    calendar.add(wib("2026-12-01T09:00"), Deadline(60, Unit.WORKING_DAYS))
    assert asked == [2026, 2027]


@MODEST
@given(start=moments, amount=amounts)
def test_shifting_forward_and_back_uses_exactly_the_amount(start: dt.datetime, amount: dt.timedelta) -> None:
    later = BOGOR.shift(start, amount)
    assert BOGOR.between(start, later) == amount
    earlier = BOGOR.shift(start, -amount)
    assert BOGOR.between(earlier, start) == amount
    assert earlier < start < later


@MODEST
@given(first=moments, second=moments, third=moments)
def test_time_between_adds_up_and_turns_round(
    first: dt.datetime, second: dt.datetime, third: dt.datetime
) -> None:
    assert BOGOR.between(first, second) + BOGOR.between(second, third) == BOGOR.between(first, third)
    assert BOGOR.between(first, second) == -BOGOR.between(second, first)
    assert abs(BOGOR.between(first, second)) <= abs(second - first)


@MODEST
@given(start=moments, days=st.integers(1, 60))
def test_working_days_never_run_backwards(start: dt.datetime, days: int) -> None:
    due = BOGOR.add(start, Deadline(days, Unit.WORKING_DAYS))
    assert start <= due < BOGOR.add(start, Deadline(days + 1, Unit.WORKING_DAYS))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-24T09:00", "2026-11-24T16:00", 0),  # Tuesday, of which the rest is no whole day
        ("2026-11-24T09:00", "2026-11-25T15:59", 0),
        ("2026-11-24T09:00", "2026-11-25T16:00", 1),
        ("2026-11-24T23:00", "2026-11-27T16:00", 2),  # on Friday the office closes at 16:30
        ("2026-11-24T09:00", "2026-11-30T16:00", 4),
        ("2026-12-23T09:00", "2026-12-28T16:00", 1),  # Christmas and the day off before it
        ("2026-11-24T09:00", "2026-11-20T16:00", 0),
    ],
)
def test_whole_days_until_a_deadline(start: str, end: str, days: int) -> None:
    assert BOGOR.whole_days(wib(start), wib(end)) == days


@MODEST
@given(st.integers(0, 60), st.integers(0, 24 * 60))
def test_a_deadline_of_some_days_is_so_many_days_away(days: int, minute: int) -> None:
    start = wib("2026-11-24T00:00") + dt.timedelta(minutes=minute)
    assert BOGOR.whole_days(start, BOGOR.add(start, Deadline(days, Unit.WORKING_DAYS))) == days


def test_a_city_that_works_on_saturdays_counts_them() -> None:
    six = WorkCalendar(JAKARTA, WorkingDay(days=(1, 2, 3, 4, 5, 6)), days_off)
    friday, monday = wib("2026-11-27T09:00"), wib("2026-11-30T16:00")
    assert (BOGOR.whole_days(friday, monday), six.whole_days(friday, monday)) == (1, 2)
    assert six.add(friday, Deadline(1, Unit.WORKING_DAYS)) == wib("2026-11-28T16:00")
    assert not six.is_working_day(dt.date(2026, 11, 29))
