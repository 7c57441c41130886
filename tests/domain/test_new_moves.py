"""What a new status or move must not forget; each rule names its place."""

from __future__ import annotations

import msgspec
import pytest

from qlue_desk.casework.views import DEFAULT_VIEWS
from qlue_desk.central.public.sentences import NEXT, NEXT_UNDATED, STEP
from qlue_desk.desk.dialogs.follow_up import ORDER
from qlue_desk.domain.complaint import OPEN_STATUSES, Role, Status
from qlue_desk.domain.edges import EDGES, Edge, Text
from qlue_desk.domain.moves import Decision
from tests.domain.test_lifecycle import full_fields, move, report

MOVES = [edge for edge in EDGES if edge.target is not None]
NOT_AT_A_DINAS = {Status.HELD, Status.NEW}


@pytest.mark.parametrize("edge", [e for e in MOVES if e.text is Text.REASON], ids=lambda e: str(e.verb))
def test_a_reason_that_was_asked_for_stands_in_the_report(edge: Edge) -> None:
    source = next(status for status in Status if status in edge.sources)
    outcome = move(report(source, dinas="dpupr"), edge.verb, edge.who[0].role, full_fields(edge.verb))
    assert isinstance(outcome, Decision)
    assert b"sudah ditulis" in msgspec.json.encode(outcome.complaint)


def test_an_officer_sees_every_open_report_of_the_dinas_in_some_view() -> None:
    queries = " ".join(view.query for view in DEFAULT_VIEWS[Role.OFFICER])
    seen = {status for status in OPEN_STATUSES if status.value in queries}
    assert OPEN_STATUSES - seen == NOT_AT_A_DINAS


def test_a_promise_with_a_date_has_words_without_one() -> None:
    dated = {status for status, words in NEXT.items() if "{due}" in words or "{dispute}" in words}
    assert dated - set(NEXT_UNDATED) == set()


def test_every_move_is_a_step_on_the_citizens_page() -> None:
    assert {edge.verb for edge in MOVES} - set(STEP) == set()


def test_every_move_of_people_has_its_place_in_the_follow_up_list() -> None:
    people = {Role.OFFICER, Role.SUPERVISOR, Role.VERIFIER}
    moves = {edge.verb for edge in MOVES if any(who.role in people for who in edge.who)}
    assert moves - set(ORDER) == set()
