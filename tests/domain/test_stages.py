"""Groups of statuses follow from the table of moves; a status nobody listed anywhere belongs to them by its edges."""

from __future__ import annotations

from msgspec.structs import replace

from qlue_desk.casework.handover import _WAITING
from qlue_desk.casework.views import DEFAULT_VIEWS, of_status
from qlue_desk.domain.complaint import FOR_DISPATCH, NOT_WITH_A_DINAS, Role, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, EDGES, Edge, Verb
from qlue_desk.domain.stages import (
    FOLLOWED_UP,
    INTERRUPTED,
    MOVED_BY_OFFICERS,
    NEEDS_OFFICER,
    ONLY_WATCHED,
    interrupted,
    moved_by_officers,
    told_by_reporters,
)


def changed(verb: Verb, **fields: object) -> tuple[Edge, ...]:
    """The table with one row that says something else."""
    return tuple(replace(edge, **fields) if edge.verb is verb else edge for edge in EDGES)


PLANNED = {Status.COORDINATING, Status.SCHEDULED, Status.AWAITING_REPORTER}
AT_WORK = {Status.DISPATCHED, Status.ACKNOWLEDGED, Status.IN_PROGRESS}
OTHERS = {Status.AWAITING_VERIFICATION, Status.REOPENED}
ELSEWHERE = {Status.HELD, Status.NEW, Status.RESOLVED, Status.REJECTED, Status.DUPLICATE}


def test_what_belongs_to_the_groups_and_what_does_not() -> None:
    known = PLANNED | AT_WORK | OTHERS | ELSEWHERE
    assert known & INTERRUPTED == PLANNED
    assert known & MOVED_BY_OFFICERS == PLANNED | AT_WORK
    assert known & ONLY_WATCHED == OTHERS
    assert known & FOLLOWED_UP == OTHERS | {Status.RESOLVED}
    assert EDGE_BY_VERB[Verb.DISPATCH].sources == FOR_DISPATCH
    assert known & FOR_DISPATCH == {Status.NEW, Status.REOPENED}
    assert FOR_DISPATCH | EDGE_BY_VERB[Verb.RELEASE].sources == NOT_WITH_A_DINAS


def test_a_status_between_two_stretches_of_work_is_an_interruption() -> None:
    start = EDGE_BY_VERB[Verb.START].sources
    new = Status.HELD  # stands for one that there is not yet
    edges = (*changed(Verb.START, sources=start | {new}), replace(EDGE_BY_VERB[Verb.SCHEDULE], target=new))
    assert interrupted(edges) == INTERRUPTED | {new}
    assert interrupted(changed(Verb.START, sources=start - {Status.SCHEDULED})) == INTERRUPTED - {
        Status.SCHEDULED
    }


def test_officers_move_what_an_edge_of_theirs_leads_out_of() -> None:
    edges = changed(Verb.PROPOSE, sources=frozenset({Status.AWAITING_VERIFICATION}))
    assert moved_by_officers(edges) == MOVED_BY_OFFICERS | {Status.AWAITING_VERIFICATION}
    assert Status.AWAITING_REPORTER not in moved_by_officers(
        changed(Verb.START, sources=frozenset({Status.ACKNOWLEDGED}))
    )


def test_what_the_reporter_has_to_say_something_about_does_not_need_the_officer() -> None:
    assert {Status.AWAITING_REPORTER} == MOVED_BY_OFFICERS - NEEDS_OFFICER
    edges = changed(Verb.ANSWER, sources=frozenset({Status.AWAITING_REPORTER, Status.SCHEDULED}))
    assert told_by_reporters(edges) == {Status.AWAITING_REPORTER, Status.SCHEDULED}


def test_views_and_handover_ask_by_the_groups() -> None:
    officer = {view.name: view.query for view in DEFAULT_VIEWS[Role.OFFICER]}
    working = {Status(word) for word in officer["Dalam proses"].removeprefix("status:").split(",")}
    assert working & (PLANNED | AT_WORK | OTHERS | ELSEWHERE) == AT_WORK - {Status.DISPATCHED}
    assert officer["Hanya dipantau"] == of_status(ONLY_WATCHED)
    assert officer["Perlu saya"].startswith(f"{of_status(NEEDS_OFFICER)} by:me,none")
    assert DEFAULT_VIEWS[Role.VERIFIER][0].query.startswith(of_status(FOR_DISPATCH))
    assert of_status(INTERRUPTED) == _WAITING
    assert of_status(PLANNED) == "status:coordinating,scheduled,awaiting_reporter"
