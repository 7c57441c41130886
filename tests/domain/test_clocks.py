"""The two clocks: when they start, stand still, go on, and what a screen is told about them."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlue_desk.domain.calendar import WorkCalendar
from qlue_desk.domain.city import (
    Category,
    City,
    Cooperation,
    Deadline,
    EscalationStep,
    Owner,
    SlaProfile,
    Unit,
    WorkingDay,
)
from qlue_desk.domain.clocks import Clocks, ClockState
from qlue_desk.domain.complaint import Channel, Complaint, Hop, Status

HEAD = EscalationStep(Deadline(24, Unit.HOURS), "Kepala Dinas")
MAYOR = EscalationStep(Deadline(48, Unit.HOURS), "Wali Kota")
SLA = SlaProfile(
    key="bogor",
    dispatch=Deadline(7, Unit.MINUTES),
    acknowledge=Deadline(24, Unit.HOURS),
    resolve={
        "fast": Deadline(5, Unit.WORKING_DAYS),
        "medium": Deadline(14, Unit.WORKING_DAYS),
        "slow": Deadline(60, Unit.WORKING_DAYS),
    },
    final=Deadline(10, Unit.WORKING_DAYS),
    escalation=(HEAD, MAYOR),
)
CITY = City(
    key="bogor",
    name="Kota Bogor",
    prefix="BGR",
    code="32.71",
    zone="Asia/Jakarta",
    cooperation=Cooperation.PARTNER,
    coordinator="diskominfo",
    sla=SLA,
    dinas=(),
    categories=(
        Category("jalan_rusak", "Jalan rusak", (Owner("dpupr"),), sla_class="fast"),
        Category("kebakaran", "Kebakaran", (Owner("damkarmat"),), sla_class="fast", round_the_clock=True),
    ),
    dispute_days=3,
)
CALENDAR = WorkCalendar(CITY.zone, WorkingDay(), frozenset())
CLOCKS = Clocks(CITY, CALENDAR)
MODEST = settings(max_examples=60, deadline=None, database=None)


def wib(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+07:00")


TUESDAY = wib("2026-11-24T10:00")


def complaint(**fields: object) -> Complaint:
    base = Complaint(
        id="c_1",
        city="bogor",
        dinas="dpupr",
        title="Lubang",
        text="",
        channel=Channel.SMS,
        created_at=TUESDAY,
        category="jalan_rusak",
        status=Status.DISPATCHED,
    )
    return msgspec.structs.replace(base, **fields)


def dispatched(**fields: object) -> Complaint:
    return msgspec.structs.replace(complaint(**fields), **CLOCKS.start(complaint(**fields), TUESDAY))


def test_dispatch_starts_both_clocks() -> None:
    assert CLOCKS.start(complaint(escalation=2), TUESDAY) == {
        "acknowledge_by": wib("2026-11-25T10:00"),
        "resolve_by": wib("2026-12-01T16:00"),
        "dispatched_at": TUESDAY,
        "acknowledged_at": None,
        "paused_at": None,
        "escalation": 0,
    }


def test_a_new_custody_restarts_the_acknowledge_clock_only() -> None:
    thursday = wib("2026-11-26T10:00")
    fields = CLOCKS.start(dispatched(), thursday)
    assert fields["acknowledge_by"] == wib("2026-11-27T10:00")
    assert fields["resolve_by"] == wib("2026-12-01T16:00")


@pytest.mark.parametrize("category", [None, "tidak_ada"])
def test_an_unknown_category_is_of_the_medium_class_in_office_time(category: str | None) -> None:
    assert CLOCKS.start(complaint(category=category), TUESDAY)["resolve_by"] == wib("2026-12-14T16:00")


def test_an_emergency_runs_around_the_clock() -> None:
    assert CLOCKS.start(complaint(category="kebakaran"), TUESDAY)["resolve_by"] == wib("2026-11-29T10:00")


def test_what_was_left_at_the_pause_is_left_on_resume() -> None:
    # Paused Monday 14:00 with 2 h of that day and all of Tuesday's 8.5 h left; resumed Friday 08:00.
    paused = msgspec.structs.replace(dispatched(acknowledged_at=None), paused_at=wib("2026-11-30T14:00"))
    paused = msgspec.structs.replace(paused, acknowledged_at=wib("2026-11-24T11:00"))
    assert CLOCKS.resume(paused, wib("2026-12-04T08:00")) == {
        "paused_at": None,
        "resolve_by": wib("2026-12-07T09:30"),
    }


def test_a_deadline_in_clock_hours_resumes_in_clock_hours() -> None:
    paused = msgspec.structs.replace(dispatched(), paused_at=wib("2026-11-24T22:00"))
    fields = CLOCKS.resume(paused, wib("2026-11-28T09:00"))
    assert fields["acknowledge_by"] == wib("2026-11-28T21:00")


def test_what_was_overdue_before_the_pause_stays_as_overdue() -> None:
    paused = msgspec.structs.replace(dispatched(), paused_at=wib("2026-12-02T16:00"))
    fields = CLOCKS.resume(paused, wib("2026-12-05T16:00"))
    assert fields["resolve_by"] == wib("2026-12-04T16:00")


def test_a_second_pause_keeps_the_first_and_resume_without_pause_changes_nothing() -> None:
    paused_at = wib("2026-11-25T09:00")
    assert CLOCKS.pause(dispatched(), paused_at) == {"paused_at": paused_at}
    again = msgspec.structs.replace(dispatched(), paused_at=paused_at)
    assert CLOCKS.pause(again, wib("2026-11-26T09:00")) == {"paused_at": paused_at}
    assert CLOCKS.resume(dispatched(), TUESDAY) == {}


def test_final_and_dispute_count_working_days() -> None:
    assert CLOCKS.final_by(TUESDAY) == wib("2026-12-08T16:00")
    assert CLOCKS.dispute_until(TUESDAY) == wib("2026-11-27T16:30")


def test_a_waiting_report_should_leave_the_verifier_in_minutes() -> None:
    assert CLOCKS.dispatch_by(complaint(), wib("2026-11-28T10:00")) == wib("2026-11-28T10:07")


def test_escalation_steps_fall_due_in_turn_and_each_once() -> None:
    waiting = dispatched()
    hours = dt.timedelta(hours=1)
    assert CLOCKS.escalations_due(waiting, TUESDAY + 24 * hours - dt.timedelta(seconds=1)) == []
    assert CLOCKS.escalations_due(waiting, TUESDAY + 24 * hours) == [HEAD]
    assert CLOCKS.escalations_due(waiting, TUESDAY + 48 * hours) == [HEAD, MAYOR]
    fired = msgspec.structs.replace(waiting, escalation=1)
    assert CLOCKS.escalations_due(fired, TUESDAY + 48 * hours) == [MAYOR]
    answered = msgspec.structs.replace(waiting, status=Status.ACKNOWLEDGED, acknowledged_at=TUESDAY)
    assert CLOCKS.escalations_due(answered, TUESDAY + 48 * hours) == []


def test_steps_fire_by_their_time_and_not_by_their_place_in_the_profile() -> None:
    sla = msgspec.structs.replace(SLA, escalation=(MAYOR, HEAD))
    clocks = Clocks(msgspec.structs.replace(CITY, sla=sla), CALENDAR)
    late = TUESDAY + dt.timedelta(hours=49)
    assert clocks.escalations_due(dispatched(), late) == [HEAD, MAYOR]
    assert clocks.escalations_due(dispatched(escalation=0), TUESDAY + dt.timedelta(hours=25)) == [HEAD]


def test_a_resume_that_a_wrong_clock_dates_before_the_pause_moves_nothing() -> None:
    paused = msgspec.structs.replace(dispatched(), paused_at=wib("2026-11-24T12:00"))
    fields = CLOCKS.resume(paused, wib("2026-11-24T11:00"))
    assert (fields["acknowledge_by"], fields["resolve_by"]) == (paused.acknowledge_by, paused.resolve_by)


def test_progress_of_running_clocks() -> None:
    acknowledge, resolve = CLOCKS.progress(dispatched(), wib("2026-11-24T16:00"))
    assert (acknowledge.label, acknowledge.state) == ("acknowledge", ClockState.RUNNING)
    assert acknowledge.remaining == dt.timedelta(hours=18)
    assert acknowledge.working_remaining is None
    assert acknowledge.fraction == pytest.approx(6 / 24)
    assert (resolve.label, resolve.state) == ("resolve", ClockState.RUNNING)
    # 6 h of Tuesday are used of 6 + 8.5 + 8.5 + 9 + 8.5 + 8.5.
    assert resolve.working_remaining == dt.timedelta(hours=43)
    assert (acknowledge.working_days, resolve.working_days) == (0, 5)
    assert resolve.fraction == pytest.approx(6 / 49)


def test_progress_past_the_deadlines() -> None:
    acknowledge, resolve = CLOCKS.progress(dispatched(), wib("2026-12-02T16:00"))
    assert (acknowledge.state, acknowledge.fraction) == (ClockState.OVERDUE, 1.0)
    assert (resolve.state, resolve.fraction) == (ClockState.OVERDUE, 1.0)
    assert resolve.remaining == -dt.timedelta(hours=24)
    assert resolve.working_remaining == -dt.timedelta(hours=8.5)


def test_progress_of_paused_clocks_stands_still() -> None:
    paused = msgspec.structs.replace(
        dispatched(),
        status=Status.AWAITING_REPORTER,
        acknowledged_at=wib("2026-11-24T11:00"),
        paused_at=wib("2026-11-24T16:00"),
    )
    early, late = (CLOCKS.progress(paused, wib(f"2026-{day}T12:00")) for day in ("11-25", "12-25"))
    assert early == late
    assert early[0].state is ClockState.MET
    assert early[1].state is ClockState.PAUSED
    assert early[1].fraction == pytest.approx(6 / 49)


def test_progress_of_stopped_clocks_tells_met_from_missed() -> None:
    done = msgspec.structs.replace(
        dispatched(),
        status=Status.RESOLVED,
        acknowledged_at=wib("2026-11-25T12:00"),
        resolved_at=wib("2026-11-30T12:00"),
    )
    acknowledge, resolve = CLOCKS.progress(done, wib("2027-01-04T12:00"))
    assert (acknowledge.state, acknowledge.remaining) == (ClockState.MISSED, -dt.timedelta(hours=2))
    assert (resolve.state, resolve.remaining) == (ClockState.MET, dt.timedelta(hours=28))


@pytest.mark.parametrize("status", [Status.REJECTED, Status.DUPLICATE, Status.OUTSIDE_AUTHORITY])
def test_a_report_that_ended_without_follow_up_has_no_clocks(status: Status) -> None:
    ended = msgspec.structs.replace(dispatched(), status=status)
    assert [view.state for view in CLOCKS.progress(ended, TUESDAY)] == [ClockState.NONE, ClockState.NONE]


def test_a_returned_report_runs_no_acknowledge_clock_but_still_its_resolve_clock() -> None:
    returned = msgspec.structs.replace(dispatched(), status=Status.NEW)
    states = [view.state for view in CLOCKS.progress(returned, TUESDAY)]
    assert states == [ClockState.NONE, ClockState.RUNNING]


def test_the_resolve_clock_is_measured_from_the_first_dinas() -> None:
    passed_on = msgspec.structs.replace(
        dispatched(),
        dispatched_at=wib("2026-11-27T10:00"),
        custody=(Hop("diskominfo", wib("2026-11-20T09:00")), Hop("dishub", TUESDAY), Hop("dpupr", TUESDAY)),
    )
    assert CLOCKS.progress(passed_on, wib("2026-11-24T16:00"))[1].fraction == pytest.approx(6 / 49)


@MODEST
@given(
    paused=st.integers(0, 20_000),
    slept=st.integers(0, 60_000),
    category=st.sampled_from(["jalan_rusak", "kebakaran"]),
)
def test_a_pause_neither_gives_nor_takes_time(paused: int, slept: int, category: str) -> None:
    before = dispatched(category=category)
    paused_at = TUESDAY + dt.timedelta(minutes=paused)
    resumed_at = paused_at + dt.timedelta(minutes=slept)
    after = msgspec.structs.replace(before, **CLOCKS.pause(before, paused_at))
    after = msgspec.structs.replace(after, **CLOCKS.resume(after, resumed_at))
    for old, new in zip(CLOCKS.progress(before, paused_at), CLOCKS.progress(after, resumed_at), strict=True):
        assert new.state is old.state
        if old.state is ClockState.OVERDUE:
            assert new.remaining == old.remaining
        else:
            assert new.working_remaining == old.working_remaining
            assert new.fraction == pytest.approx(old.fraction)
