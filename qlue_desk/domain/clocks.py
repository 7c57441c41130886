"""The two clocks of a complaint, acknowledge and resolve.

They start at dispatch, stand still while the reporter is asked, and are charged to whoever has custody.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from qlue_desk.domain.calendar import WorkCalendar
from qlue_desk.domain.city import DEFAULT_CLASS, City, Deadline, EscalationStep, Unit
from qlue_desk.domain.complaint import NOT_WITH_A_DINAS, Complaint, Status

_CLOCK_UNITS = frozenset({Unit.MINUTES, Unit.HOURS})


class ClockState(StrEnum):
    """How a clock stands."""

    NONE = "none"
    """No such deadline, or the report ended without needing it."""
    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    """Still open, past its deadline."""
    MET = "met"
    """Stopped in time."""
    MISSED = "missed"
    """Stopped, but after its deadline; `remaining` is negative."""


class ClockView(msgspec.Struct, frozen=True):
    """One clock as a screen shows it."""

    label: str
    """`acknowledge` or `resolve`."""
    state: ClockState
    due: dt.datetime | None = None
    remaining: dt.timedelta = dt.timedelta(0)
    """Clock time to `due`, negative past it; measured at the pause or the stop if there is one."""
    working_remaining: dt.timedelta | None = None
    """The same in office time; None where the deadline counts clock time."""
    working_days: int = 0
    """Whole working days of the city until `due`, 0 past it or where the deadline counts clock time."""
    fraction: float = 0.0
    """How much of the allowed time is used up, 0 to 1; pauses do not count."""


class Clocks:
    """Deadlines of the complaints of one city, by its SLA profile and calendar."""

    def __init__(self, city: City, calendar: WorkCalendar) -> None:
        self.city = city
        self.calendar = calendar

    def start(self, complaint: Complaint, now: dt.datetime) -> dict[str, object]:
        """Fields to replace when the complaint is sent to a dinas.

        A change of custody restarts the acknowledge clock only: the citizen waits since the first dispatch.
        """
        around = self.round_the_clock(complaint)
        resolve_by = complaint.resolve_by
        deadline = self.resolve_deadline(complaint)
        if resolve_by is None and deadline is not None:
            resolve_by = self.calendar.add(now, deadline, around)
        return {
            "acknowledge_by": self.calendar.add(now, self.city.sla.acknowledge, around),
            "resolve_by": resolve_by,
            "dispatched_at": now,
            "acknowledged_at": None,
            "paused_at": None,
            "escalation": 0,
        }

    def pause(self, complaint: Complaint, now: dt.datetime) -> dict[str, object]:
        """Fields to replace when the reporter is asked; a second pause keeps the first moment."""
        return {"paused_at": complaint.paused_at or now}

    def resume(self, complaint: Complaint, now: dt.datetime) -> dict[str, object]:
        """Fields to replace when the clocks go on: what was left at the pause is left now.

        A deadline that had passed before the pause stays exactly as overdue as it was.
        """
        paused_at = complaint.paused_at
        if paused_at is None:
            return {}
        now = max(now, paused_at)
        fields: dict[str, object] = {"paused_at": None}
        if complaint.acknowledge_by is not None and complaint.acknowledged_at is None:
            around = self._counts_clock_time(complaint, self.city.sla.acknowledge)
            fields["acknowledge_by"] = self._moved(complaint.acknowledge_by, paused_at, now, around)
        if complaint.resolve_by is not None:
            around = self._counts_clock_time(complaint, self.resolve_deadline(complaint))
            fields["resolve_by"] = self._moved(complaint.resolve_by, paused_at, now, around)
        return fields

    def final_by(self, now: dt.datetime) -> dt.datetime:
        """When a resolution of `now` is final if nobody answers (UTC)."""
        return self.calendar.add(now, self.city.sla.final)

    def dispute_until(self, resolved_at: dt.datetime) -> dt.datetime:
        """Until when the reporter may dispute a resolution (UTC)."""
        return self.calendar.add(resolved_at, Deadline(self.city.dispute_days, Unit.WORKING_DAYS))

    def dispatch_by(self, complaint: Complaint, now: dt.datetime) -> dt.datetime:
        """Until when the verifier should send a report that waits since `now` to a dinas (UTC)."""
        return self.calendar.add(now, self.city.sla.dispatch, self.round_the_clock(complaint))

    def escalations_due(self, complaint: Complaint, now: dt.datetime) -> list[EscalationStep]:
        """Steps whose time has come without an acknowledgement and that have not fired, earliest first."""
        since = complaint.dispatched_at
        if (
            complaint.status is not Status.DISPATCHED
            or since is None
            or complaint.acknowledged_at is not None
        ):
            return []
        around = self.round_the_clock(complaint)
        timed = [(self.calendar.add(since, step.after, around), step) for step in self.city.sla.escalation]
        timed.sort(key=lambda pair: pair[0])
        return [step for due, step in timed[complaint.escalation :] if due <= now]

    def progress(self, complaint: Complaint, now: dt.datetime) -> tuple[ClockView, ClockView]:
        """Both clocks at `now`: acknowledge, then resolve."""
        return self._acknowledge_view(complaint, now), self._resolve_view(complaint, now)

    def round_the_clock(self, complaint: Complaint) -> bool:
        """Whether the complaint's category runs day and night; office time where the category is unknown."""
        category = self.city.category_by_key.get(complaint.category or "")
        return category is not None and category.round_the_clock

    def resolve_deadline(self, complaint: Complaint) -> Deadline | None:
        """The time allowed by the class of the category; the medium class where that is unknown."""
        category = self.city.category_by_key.get(complaint.category or "")
        classes = self.city.sla.resolve
        sla_class = category.sla_class if category else DEFAULT_CLASS
        return classes.get(sla_class) or classes.get(DEFAULT_CLASS)

    def _acknowledge_view(self, complaint: Complaint, now: dt.datetime) -> ClockView:
        stopped = complaint.acknowledged_at
        waits_or_ended = complaint.status in NOT_WITH_A_DINAS or not complaint.is_open
        if complaint.acknowledge_by is None or (stopped is None and waits_or_ended):
            return ClockView("acknowledge", ClockState.NONE)
        allowed = self.city.sla.acknowledge
        since = complaint.dispatched_at or complaint.created_at
        return self._view("acknowledge", complaint, complaint.acknowledge_by, allowed, since, stopped, now)

    def _resolve_view(self, complaint: Complaint, now: dt.datetime) -> ClockView:
        stopped = complaint.resolved_at if complaint.status is Status.RESOLVED else None
        if complaint.resolve_by is None or (stopped is None and not complaint.is_open):
            return ClockView("resolve", ClockState.NONE)
        allowed = self.resolve_deadline(complaint)
        since = self._first_dispatch(complaint)
        return self._view("resolve", complaint, complaint.resolve_by, allowed, since, stopped, now)

    def _view(
        self,
        label: str,
        complaint: Complaint,
        due: dt.datetime,
        allowed: Deadline | None,
        since: dt.datetime,
        stopped: dt.datetime | None,
        now: dt.datetime,
    ) -> ClockView:
        paused_at = complaint.paused_at if complaint.is_open else None
        at = stopped or paused_at or now
        around = self._counts_clock_time(complaint, allowed)
        left = self.calendar.between(at, due, around)
        if stopped is not None:
            state = ClockState.MET if stopped <= due else ClockState.MISSED
        elif paused_at is not None:
            state = ClockState.PAUSED
        else:
            state = ClockState.RUNNING if at <= due else ClockState.OVERDUE
        return ClockView(
            label=label,
            state=state,
            due=due,
            remaining=due - at,
            working_remaining=None if around else left,
            working_days=0 if around else self.calendar.whole_days(at, due),
            fraction=self._fraction(left, self._whole(complaint, since, due, allowed, around)),
        )

    def _whole(
        self,
        complaint: Complaint,
        since: dt.datetime,
        due: dt.datetime,
        allowed: Deadline | None,
        around: bool,
    ) -> dt.timedelta:
        if allowed is not None:
            due = self.calendar.add(since, allowed, self.round_the_clock(complaint))
        return self.calendar.between(since, due, around)

    @staticmethod
    def _fraction(left: dt.timedelta, whole: dt.timedelta) -> float:
        if left <= dt.timedelta(0) or whole <= dt.timedelta(0):
            return 1.0
        return min(1.0, max(0.0, 1.0 - left / whole))

    def _first_dispatch(self, complaint: Complaint) -> dt.datetime:
        """When the first dinas other than the coordinator got it; `dispatched_at` is only the latest."""
        for hop in complaint.custody:
            if hop.dinas != self.city.coordinator:
                return hop.since
        return complaint.dispatched_at or complaint.created_at

    def _counts_clock_time(self, complaint: Complaint, deadline: Deadline | None) -> bool:
        return self.round_the_clock(complaint) or (deadline is not None and deadline.unit in _CLOCK_UNITS)

    def _moved(self, due: dt.datetime, paused_at: dt.datetime, now: dt.datetime, around: bool) -> dt.datetime:
        if due <= paused_at:
            return due + (now - paused_at)
        return self.calendar.shift(now, self.calendar.between(paused_at, due, around), around)


def day_is_over(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """When a day that was promised (`scheduled_for`) has passed in the city, in UTC."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
