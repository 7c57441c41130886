"""What a new status or move must not forget; each rule names its place."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from qlue_desk.casework.views import DEFAULT_VIEWS, NEEDS_ME
from qlue_desk.central.public.sentences import NEXT, NEXT_UNDATED, STEP
from qlue_desk.desk.dialogs.moves import FORWARD, ORDER
from qlue_desk.domain import effects
from qlue_desk.domain.complaint import OPEN_STATUSES, Role, Status
from qlue_desk.domain.edges import EDGES, PAUSED, Edge, Text, Verb
from qlue_desk.domain.effects import changes_of
from qlue_desk.domain.moves import Decision, Fields
from qlue_desk.domain.privacy import for_public
from qlue_desk.domain.stages import MOVED_BY_OFFICERS, ONLY_WATCHED
from tests.bench.home import _SHARES
from tests.domain.test_lifecycle import NOW, PEOPLE, context, full_fields, move, report

MOVES = [edge for edge in EDGES if edge.target is not None]
NOT_AT_A_DINAS = {Status.HELD, Status.NEW}


@pytest.mark.parametrize("edge", [e for e in MOVES if e.text is Text.REASON], ids=lambda e: str(e.verb))
def test_a_reason_that_was_asked_for_stands_in_the_report(edge: Edge) -> None:
    source = next(status for status in Status if status in edge.sources)
    outcome = move(report(source, dinas="dpupr"), edge.verb, edge.who[0].role, full_fields(edge.verb))
    assert isinstance(outcome, Decision)
    assert b"sudah ditulis" in msgspec.json.encode(outcome.complaint)


def test_why_a_report_was_passed_on_stands_in_its_custody_not_as_its_reason() -> None:
    held = report(Status.ACKNOWLEDGED, dinas="dpupr", reason="menunggu anggaran")
    passed = move(held, Verb.TRANSFER, Role.OFFICER, full_fields(Verb.TRANSFER))
    assert isinstance(passed, Decision)
    assert (passed.complaint.reason, passed.complaint.custody[-1].why) == ("", "sudah ditulis")


@pytest.mark.parametrize("target", sorted(set(Status) - PAUSED))
def test_a_pause_ends_with_whatever_move_leads_out_of_it(target: Status) -> None:
    edge = Edge(Verb.ATTACH, "baru", frozenset({Status.AWAITING_REPORTER}), target, ())
    due = NOW + dt.timedelta(hours=1)
    asked = report(Status.AWAITING_REPORTER, paused_at=NOW - dt.timedelta(days=7), resolve_by=due)
    changes = changes_of(edge, asked, Fields(), PEOPLE[Role.OFFICER], context())
    assert (changes["paused_at"], changes["resume_status"]) == (None, None)
    assert changes["resolve_by"] == context().clocks.resume(asked, NOW)["resolve_by"] != due


def test_a_note_leaves_the_pause_as_it_is() -> None:
    asked = report(Status.AWAITING_REPORTER, dinas="dpupr")
    outcome = move(asked, Verb.NOTE, Role.OFFICER, full_fields(Verb.NOTE))
    assert isinstance(outcome, Decision)
    assert (outcome.complaint.paused_at, outcome.complaint.resume_status) == (
        asked.paused_at,
        Status.IN_PROGRESS,
    )


def test_a_new_pausing_move_keeps_its_pause_until_a_move_leads_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "PAUSED", PAUSED | {Status.SCHEDULED})
    edge = Edge(Verb.SCHEDULE, "baru", frozenset({Status.IN_PROGRESS}), Status.SCHEDULED, (), pauses=True)
    working = report(Status.IN_PROGRESS, dinas="dpupr")
    made = changes_of(edge, working, Fields(), PEOPLE[Role.OFFICER], context())
    assert made["paused_at"] == NOW
    waits = msgspec.structs.replace(working, status=Status.SCHEDULED, paused_at=NOW)
    noted = move(waits, Verb.NOTE, Role.OFFICER, full_fields(Verb.NOTE))
    started = move(waits, Verb.START, Role.OFFICER)
    assert isinstance(noted, Decision)
    assert isinstance(started, Decision)
    assert (noted.complaint.paused_at, started.complaint.paused_at) == (NOW, None)


def test_every_move_into_a_pause_pauses() -> None:
    running = [e.verb for e in MOVES if e.target in PAUSED and not e.pauses]
    assert not running, (
        f"{running} lead into a pause and lack pauses=True in EDGES (qlue_desk/domain/edges.py)"
    )


AT_A_DINAS = {who.role for edge in EDGES for who in edge.who if who.own} & set(DEFAULT_VIEWS)


def test_officers_and_supervisors_work_at_a_dinas() -> None:
    assert {Role.OFFICER, Role.SUPERVISOR} <= AT_A_DINAS


@pytest.mark.parametrize("role", sorted(AT_A_DINAS))
def test_who_works_at_a_dinas_sees_each_of_its_open_reports_in_one_view_by_status(role: Role) -> None:
    queries = [view.query for view in DEFAULT_VIEWS[role] if view.name != NEEDS_ME]
    words = [query.split()[0] for query in queries if query.startswith("status:")]
    seen = [status for word in words for status in word.removeprefix("status:").split(",")]
    wanted = OPEN_STATUSES - NOT_AT_A_DINAS | {Status.RESOLVED}
    assert not (lacking := wanted - set(seen)), (
        f"no view of the {role} has {sorted(lacking)}: DEFAULT_VIEWS (qlue_desk/casework/views.py)"
    )
    assert sorted(seen) == sorted(wanted), (
        f"a status stands in two views of the {role}: DEFAULT_VIEWS (qlue_desk/casework/views.py)"
    )


def test_a_promise_with_a_date_has_words_without_one() -> None:
    dated = {status for status, words in NEXT.items() if "{due}" in words or "{dispute}" in words}
    assert not (lacking := dated - set(NEXT_UNDATED)), (
        f"{sorted(lacking)} need a sentence without a date in NEXT_UNDATED (qlue_desk/central/public/sentences.py)"
    )


def test_every_move_is_a_step_on_the_citizens_page() -> None:
    assert not (lacking := {edge.verb for edge in MOVES} - set(STEP)), (
        f"{sorted(lacking)} need their words in STEP (qlue_desk/central/public/sentences.py)"
    )


def test_every_move_of_people_has_its_place_in_the_follow_up_list() -> None:
    people = {Role.OFFICER, Role.SUPERVISOR, Role.VERIFIER}
    moves = {edge.verb for edge in MOVES if any(who.role in people for who in edge.who)}
    assert not (lacking := moves - set(ORDER)), (
        f"{sorted(lacking)} need a letter and a place in KEYS (qlue_desk/desk/dialogs/moves.py)"
    )


LEAD_ON = (
    *(Verb.DISPATCH, Verb.ACKNOWLEDGE, Verb.START, Verb.PROPOSE),
    *(Verb.COORDINATE, Verb.SCHEDULE, Verb.ASK),
)
END_OR_SEND_BACK = {
    *(Verb.RESOLVE, Verb.REJECT, Verb.REFER, Verb.DUPLICATE, Verb.JUNK),
    *(Verb.SEND_BACK, Verb.RETURN, Verb.TRANSFER, Verb.REOPEN),
}


def test_only_moves_that_lead_on_are_chosen_beforehand() -> None:
    """A move of these days stays where it is; a new one belongs to them by the rule."""
    assert tuple(verb for verb in FORWARD if verb in LEAD_ON) == LEAD_ON
    assert set(FORWARD) & END_OR_SEND_BACK == set()


def test_the_desk_that_is_measured_has_every_status_that_a_dinas_has() -> None:
    at_a_dinas = MOVED_BY_OFFICERS | ONLY_WATCHED | {Status.RESOLVED}
    assert not (lacking := at_a_dinas - set(_SHARES)), (
        f"{sorted(lacking)} need their part in _SHARES (tests/bench/home.py)"
    )
    assert not (more := set(_SHARES) - at_a_dinas), (
        f"no dinas has {sorted(more)}: _SHARES (tests/bench/home.py)"
    )


@pytest.mark.parametrize("edge", MOVES, ids=lambda e: str(e.verb))
def test_the_reporter_reads_the_reasons_of_public_moves_and_no_others(edge: Edge) -> None:
    source = next(status for status in Status if status in edge.sources)
    before = msgspec.structs.replace(report(source, dinas="dpupr"), reason="alasan yang lama sekali")
    outcome = move(before, edge.verb, edge.who[0].role, full_fields(edge.verb))
    assert isinstance(outcome, Decision)
    shown = for_public(outcome.complaint).reason
    assert "yang lama" not in outcome.complaint.reason, "a reason ends with the status that it explains"
    internal = [e for e in MOVES if e.target is outcome.complaint.status and not e.public]
    assert shown == ("" if internal else outcome.complaint.reason)


def test_what_a_supervisor_wrote_when_sending_back_is_not_told_with_the_end() -> None:
    fields = full_fields(Verb.SEND_BACK)
    back = move(report(Status.AWAITING_VERIFICATION, dinas="dpupr"), Verb.SEND_BACK, Role.SUPERVISOR, fields)
    assert isinstance(back, Decision)
    assert back.complaint.reason == fields.note
    assert for_public(back.complaint).reason == ""
    again = msgspec.structs.replace(back.complaint, status=Status.AWAITING_VERIFICATION)
    done = move(again, Verb.RESOLVE, Role.SUPERVISOR, full_fields(Verb.RESOLVE))
    assert isinstance(done, Decision)
    assert done.complaint.reason == ""
