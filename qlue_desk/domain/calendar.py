"""The working calendar of a city: office hours, holidays, Ramadan, and arithmetic on them.

Pure and fast: days are walked, never minutes, and each day's hours are worked out once, because every
row that shows a deadline asks here.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

from qlue_desk.domain.city import Deadline, Unit, WorkingDay

Holidays = frozenset[dt.date] | Callable[[int], frozenset[dt.date]]
"""All days off, or what gives those of one year (called once a year, only when that year is needed)."""

Period = tuple[dt.date, dt.date]
"""First and last day, both included."""

LONGEST_CLOSURE = 400
"""Days. An office that is shut for longer is a mistake in the calendar, not a holiday."""

_CACHED_DAYS = 20_000

_DAY = dt.timedelta(days=1)
_NOTHING = dt.timedelta(0)
_FRIDAY = 4
_CLOCK_UNIT: dict[Unit, dt.timedelta] = {
    Unit.MINUTES: dt.timedelta(minutes=1),
    Unit.HOURS: dt.timedelta(hours=1),
    Unit.WORKING_HOURS: dt.timedelta(hours=1),
    Unit.WORKING_DAYS: _DAY,
}


def nearest_day(day: int, month: int, today: dt.date) -> dt.date:
    """A day that was written without its year: the nearest one, which may have passed.

    Whoever writes 30/11 on 1 December means yesterday, and must be told so rather than wait a year.
    `ValueError` when no such day is near.
    """
    near = []
    for year in (today.year - 1, today.year, today.year + 1):
        with contextlib.suppress(ValueError):  # 29 February
            near.append(dt.date(year, month, day))
    return min(near, key=lambda each: abs(each - today))


class CalendarError(ValueError):
    """A deadline can't be computed: no working day is in reach, or it lies outside the calendar."""


class WorkCalendar:
    """The city's working days (Monday to Friday, if it says nothing else) in office hours, less holidays.

    All moments that come in are aware; all that go out are UTC, but for `hours`, which is local.
    """

    def __init__(
        self, zone: str, working_day: WorkingDay, holidays: Holidays, ramadan: tuple[Period, ...] = ()
    ) -> None:
        self.zone = ZoneInfo(zone)
        self.working_day = working_day
        self.ramadan = ramadan
        self._holidays = holidays
        self._holidays_of_year: dict[int, frozenset[dt.date]] = {}
        self._office: dict[dt.date, tuple[dt.datetime, dt.datetime] | None] = {}

    def is_working_day(self, day: dt.date) -> bool:
        """Whether the office opens on `day`."""
        return self._office_utc(day) is not None

    def hours(self, day: dt.date) -> tuple[dt.datetime, dt.datetime] | None:
        """Opening and closing time of `day` in the city's zone; None on a day off."""
        office = self._office_utc(day)
        if office is None:
            return None
        return office[0].astimezone(self.zone), office[1].astimezone(self.zone)

    def local_day(self, moment: dt.datetime) -> dt.date:
        """The date that a wall calendar in the city shows at `moment`."""
        return moment.astimezone(self.zone).date()

    def add(self, start: dt.datetime, deadline: Deadline, round_the_clock: bool = False) -> dt.datetime:
        """When `deadline`, running from `start`, is due (UTC).

        Minutes and hours are clock time; the start day of working days is not counted and the last one
        ends at closing time. For round-the-clock categories every unit is clock time.
        Raises `ValueError` on a negative amount, `CalendarError` when the due time can't be reached.
        """
        if deadline.amount < 0:
            raise ValueError(
                f"A deadline of {deadline.amount} {deadline.unit} is negative; 0 or more is allowed."
            )
        if not round_the_clock and deadline.unit is Unit.WORKING_DAYS:
            return self._closing_after(start, deadline.amount)
        try:
            amount = deadline.amount * _CLOCK_UNIT[deadline.unit]
        except OverflowError as error:
            raise CalendarError(
                f"A deadline of {deadline.amount} {deadline.unit} is out of range."
            ) from error
        return self.shift(start, amount, round_the_clock or deadline.unit is not Unit.WORKING_HOURS)

    def between(self, start: dt.datetime, end: dt.datetime, round_the_clock: bool = False) -> dt.timedelta:
        """Office time from `start` to `end`; negative when `end` is the earlier one."""
        if round_the_clock:
            return end.astimezone(dt.UTC) - start.astimezone(dt.UTC)
        if end < start:
            return -self.between(end, start)
        first, last = self.local_day(start), self.local_day(end)
        total = _NOTHING
        day = first
        while day <= last:
            office = self._office_utc(day)
            if office is not None:
                opened, closed = office
                if day == first:
                    opened = max(opened, start)
                if day == last:
                    closed = min(closed, end)
                if closed > opened:
                    total += closed - opened
            if day == dt.date.max:
                break
            day += _DAY
        return total

    def whole_days(self, start: dt.datetime, end: dt.datetime) -> int:
        """The most working days that a deadline from `start` can have and still be due by `end`; 0 if none.

        As in `add`: the start day is not counted, and a day is whole when its office has closed.
        """
        day, last, found = self.local_day(start) + _DAY, self.local_day(end), 0
        while day <= last:
            office = self._office_utc(day)
            found += office is not None and office[1] <= end
            day += _DAY
        return found

    def shift(self, start: dt.datetime, amount: dt.timedelta, round_the_clock: bool = False) -> dt.datetime:
        """The moment (UTC) at which `amount` of office time has passed since `start`; may be negative.

        Nothing is added to nothing: with an amount of zero, `start` itself is returned.
        """
        start = start.astimezone(dt.UTC)
        try:
            if round_the_clock:
                return start + amount
            if amount < _NOTHING:
                return self._backward(start, -amount)
            return self._forward(start, amount)
        except OverflowError as error:
            raise CalendarError(f"{amount} after {start:%Y-%m-%d} lies outside the calendar.") from error

    def _forward(self, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
        if not left:
            return start
        day, closed_days = self.local_day(start), 0
        while True:
            office = self._office_utc(day)
            if office is None:
                closed_days = self._count_closed(closed_days, day)
            else:
                closed_days = 0
                opened = max(office[0], start)
                if opened + left <= office[1]:
                    return opened + left
                left -= max(office[1] - opened, _NOTHING)
            day += _DAY

    def _backward(self, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
        day, closed_days = self.local_day(start), 0
        while True:
            office = self._office_utc(day)
            if office is None:
                closed_days = self._count_closed(closed_days, day)
            else:
                closed_days = 0
                closed = min(office[1], start)
                if closed - left >= office[0]:
                    return closed - left
                left -= max(closed - office[0], _NOTHING)
            day -= _DAY

    def _closing_after(self, start: dt.datetime, working_days: int) -> dt.datetime:
        """Closing time of the n-th working day after the day of `start`; 0 is the start day's own."""
        day, closed_days, counted = self.local_day(start), 0, -1
        first = day
        try:
            while True:
                office = self._office_utc(day)
                closed_days = self._count_closed(closed_days, day) if office is None else 0
                # The start day takes number 0 even when it is a day off.
                if office is not None or (day == first and working_days > 0):
                    counted += 1
                if office is not None and counted >= working_days:
                    return max(office[1], start.astimezone(dt.UTC))
                day += _DAY
        except OverflowError as error:
            raise CalendarError(
                f"{working_days} working days after {first} lie outside the calendar."
            ) from error

    def _count_closed(self, closed_days: int, day: dt.date) -> int:
        if closed_days >= LONGEST_CLOSURE:
            raise CalendarError(
                f"The calendar has no working day in the {LONGEST_CLOSURE} days around {day}."
            )
        return closed_days + 1

    def _office_utc(self, day: dt.date) -> tuple[dt.datetime, dt.datetime] | None:
        try:
            return self._office[day]
        except KeyError:
            if len(self._office) >= _CACHED_DAYS:
                self._office.clear()
            office = self._office[day] = self._work_out(day)
            return office

    def _work_out(self, day: dt.date) -> tuple[dt.datetime, dt.datetime] | None:
        if day.isoweekday() not in self.working_day.days or day in self._days_off(day.year):
            return None
        rule = self.working_day
        opens = (
            rule.ramadan_start if any(first <= day <= last for first, last in self.ramadan) else rule.start
        )
        closes = rule.friday_end if day.weekday() == _FRIDAY else rule.end
        if closes <= opens:
            return None
        return self._moment(day, opens), self._moment(day, closes)

    def _moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, self.zone).astimezone(dt.UTC)

    def _days_off(self, year: int) -> frozenset[dt.date]:
        if not callable(self._holidays):
            return self._holidays
        if year not in self._holidays_of_year:
            self._holidays_of_year[year] = self._holidays(year)
        return self._holidays_of_year[year]
