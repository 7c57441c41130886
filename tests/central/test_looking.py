"""Who else looks: within the scope only, never longer than a minute, never of one's own desk, written nowhere."""

from __future__ import annotations

import pytest

from qlue_desk.central.looking import KEPT_SECONDS, Looks
from qlue_desk.protocol import DeskIdentity, Looker, LookRequest
from tests.central.conftest import Office


class Ticks:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def looks(office: Office, ticks: Ticks) -> Looks:
    return Looks(office.hub, ticks)


def _others(looks: Looks, desk: DeskIdentity, complaint_id: str = "", actor_id: str = "") -> list[Looker]:
    return list(looks.answer(desk, LookRequest(complaint_id, actor_id)).others)


def test_the_dinas_and_the_coordinator_see_who_looks_and_nobody_else(office: Office, looks: Looks) -> None:
    complaint = office.take().complaint
    second = office.hub.desks.add("bogor", "dishub", "Dishub 2").desk
    assert _others(looks, office.dishub, complaint.id, office.officer.id) == []
    seen = [Looker(complaint.id, "Budi", "dishub")]
    assert _others(looks, second) == seen
    assert _others(looks, office.diskominfo) == seen
    assert _others(looks, office.dlh) == []
    assert _others(looks, office.dishub, complaint.id, office.officer.id) == []


def test_the_verifier_is_seen_by_the_dinas_that_holds_the_report(office: Office, looks: Looks) -> None:
    complaint = office.take().complaint
    _others(looks, office.diskominfo, complaint.id, office.verifier.id)
    assert _others(looks, office.dishub) == [Looker(complaint.id, "Vera", "diskominfo")]
    assert _others(looks, office.dlh) == []


def test_a_look_ends_with_the_next_one_and_by_itself(office: Office, looks: Looks, ticks: Ticks) -> None:
    first, second = office.take("1").complaint, office.take("2").complaint
    _others(looks, office.dishub, first.id, office.officer.id)
    _others(looks, office.dishub, second.id, office.officer.id)
    assert [looker.complaint_id for looker in _others(looks, office.diskominfo)] == [second.id]
    ticks.now += KEPT_SECONDS - 1
    assert len(_others(looks, office.diskominfo)) == 1
    ticks.now += 1
    assert _others(looks, office.diskominfo) == []
    assert looks._looks == {}
    _others(looks, office.dishub, second.id, office.officer.id)
    _others(looks, office.dishub)
    assert _others(looks, office.diskominfo) == []


def test_what_is_out_of_scope_or_by_nobody_here_counts_as_no_look(office: Office, looks: Looks) -> None:
    complaint = office.take().complaint
    _others(looks, office.dlh, complaint.id, office.other.id)
    assert _others(looks, office.diskominfo) == []
    _others(looks, office.dishub, complaint.id, office.other.id)
    assert _others(looks, office.diskominfo) == []
    _others(looks, office.dishub, "c_none", office.officer.id)
    assert _others(looks, office.diskominfo) == []


def test_nothing_of_it_is_written(office: Office, looks: Looks) -> None:
    complaint = office.take().complaint
    with office.hub.database.connected():
        before = office.hub.database.one("SELECT count(*) FROM feed_event")
    _others(looks, office.dishub, complaint.id, office.officer.id)
    with office.hub.database.connected():
        assert office.hub.database.one("SELECT count(*) FROM feed_event") == before
