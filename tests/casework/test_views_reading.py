"""Default views parse, count and hold what they say; the queue's JSON has the keys that programs rely on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act, offers
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.reading import case_json, queue, show
from qlue_desk.casework.views import DEFAULT_VIEWS, View, default_views, views_of
from qlue_desk.domain.complaint import Role, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import queue as store_queue
from qlue_desk.store.complaints import AmbiguousReference
from tests.desk_world import NOW, DeskWorld, actor


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home")
    yield world
    world.close()


def counts_of(world: DeskWorld, views: tuple[View, ...]) -> dict[str, int]:
    """How many reports each view holds."""
    place = world.workplace
    queries = [place.query(view.query) for view in views]
    found = world.store.reading(store_queue.counts, queries, now=NOW, me=place.actor.id, zone=place.zone)
    return {view.name: count for view, count in zip(views, found, strict=True)}


@pytest.mark.parametrize("role", list(DEFAULT_VIEWS))
def test_every_default_view_parses_and_counts(world: DeskWorld, role: Role) -> None:
    world.add_many(list(Status))
    views = DEFAULT_VIEWS[role]
    assert 5 <= len(views) <= 9
    counts = counts_of(world, views)
    assert counts == {view.name: len(queue(world.workplace, view.query, None, NOW)) for view in views}
    assert len(counts) == len(views)


def test_the_officers_views_hold_what_they_say(world: DeskWorld) -> None:
    world.add_many(list(Status), acknowledge_by=NOW + dt.timedelta(days=1))
    world.add(status=Status.IN_PROGRESS, holder="u_asep", holder_name="Asep")
    world.add(status=Status.RESOLVED, status_since=NOW - dt.timedelta(days=8))
    assert counts_of(world, default_views(world.workplace.actor)) == {
        "Perlu saya": 5,
        "Belum diterima": 1,
        "Lewat tenggat": 2,  # new and reopened are past their dispatch deadline
        "Dalam proses": 3,
        "Koordinasi": 1,
        "Dijadwalkan": 1,
        "Butuh info": 1,
        "Hanya dipantau": 2,
        "Selesai 7 hari": 1,
    }


@pytest.mark.parametrize(
    ("who", "dinas", "wanted"),
    [
        ("u_rina", "dpupr", {"dispatched", "acknowledged", "in_progress", "coordinating", "scheduled"}),
        ("u_dewi", "diskominfo", {"new", "reopened"}),
    ],
)
def test_what_needs_a_person_can_be_moved_on_by_that_person_now(
    tmp_path: Path, who: str, dinas: str, wanted: set[str]
) -> None:
    world = DeskWorld.make(tmp_path, dinas=dinas, as_=who)
    world.add_many(list(Status))
    first = default_views(world.workplace.actor)[0]
    found = queue(world.workplace, first.query, None, NOW)
    assert (first.name, {item["status"] for item in found}) == ("Perlu saya", wanted)
    for number in (item["number"] for item in found):
        allowed = [o.edge for o in offers(world.workplace, world.get(number), NOW) if o.refusal is None]
        assert any(edge.target and edge.verb is not Verb.DUPLICATE for edge in allowed), number
    world.close()


def test_what_needs_a_supervisor_begins_with_proposals_then_what_is_late(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, as_="u_budi")
    soon, late = NOW + dt.timedelta(days=1), NOW - dt.timedelta(days=9)
    world.add_many([Status.DISPATCHED] * 3, acknowledge_by=soon)
    world.add_many([Status.REOPENED], holder="u_budi", holder_name="Budi")
    world.add_many([Status.DISPATCHED, Status.ACKNOWLEDGED], acknowledge_by=late, resolve_by=late)
    world.add_many([Status.AWAITING_VERIFICATION] * 2)
    world.add(status=Status.IN_PROGRESS, holder="u_budi", holder_name="Budi")
    first = default_views(world.workplace.actor)[0]
    found = [item["status"] for item in queue(world.workplace, first.query, None, NOW)]
    assert found[:2] == ["awaiting_verification", "awaiting_verification"]
    assert sorted(found[2:4]) == ["acknowledged", "dispatched"]
    assert found[4:] == ["in_progress"]
    world.close()


def test_own_views_come_first_and_replace_those_of_the_same_name() -> None:
    rina = actor("rina", "Rina", Role.OFFICER)
    views = views_of(rina, {"Sempur": "kelurahan:sempur", "koordinasi": "status:coordinating by:me"})
    assert views[:2] == (
        View("Sempur", "kelurahan:sempur", own=True),
        View("koordinasi", "status:coordinating by:me", own=True),
    )
    assert len(views) == 9
    assert "Koordinasi" not in [view.name for view in views]


def test_a_report_in_the_queue_has_the_promised_keys_and_times_with_zone(world: DeskWorld) -> None:
    complaint = world.add(created_at=dt.datetime(2026, 11, 22, 12, 14, tzinfo=dt.UTC))
    [found] = queue(world.workplace, "status:dispatched", now=NOW)
    assert found == {
        "number": "BGR-26-000001",
        "status": "dispatched",
        "label": "Disposisi",
        "colour": "red",
        "city": "bogor",
        "dinas": "dpupr",
        "category": complaint.category,
        "kelurahan": complaint.kelurahan,
        "title": "Lubang besar nomor 1",
        "channel": "qlue",
        "holder": None,
        "created_at": "2026-11-22T19:14:00+07:00",
        "acknowledge_by": "2026-11-23T19:17:00+07:00",
        "resolve_by": "2026-12-06T19:17:00+07:00",
        "pending": False,
    }
    act(world.workplace, ["1"], "take", now=NOW)
    [found] = queue(world.workplace, "by:me", now=NOW)
    assert (found["holder"], found["pending"]) == ("Rina", True)


def test_the_queue_comes_by_deadline_and_takes_a_limit(world: DeskWorld) -> None:
    for hours in (5, 1, 3):
        world.add(acknowledge_by=NOW + dt.timedelta(hours=hours))
    assert [r["number"][-1] for r in queue(world.workplace, "", now=NOW)] == ["2", "3", "1"]
    assert [r["number"][-1] for r in queue(world.workplace, "", 2, NOW)] == ["2", "3"]


def test_show_gathers_case_history_own_actions_and_clocks(world: DeskWorld) -> None:
    world.add()
    act(world.workplace, ["1"], "note", Fields(note="Sudah dicek."), now=NOW)
    case = show(world.workplace, "000001", NOW)
    assert [entry.verb for entry in case.entries] == ["enter", "note"]
    assert [item.action.verb for item in case.actions] == ["note"]
    assert case.pending
    document = case_json(world.workplace, case)
    assert [line["pending"] for line in document["history"]] == [False, True]
    assert document["dinas_name"] == "DPUPR"
    assert document["clocks"]["acknowledge"]["state"] == "overdue"


def test_unknown_and_ambiguous_references(world: DeskWorld) -> None:
    world.add(number="BGR-26-014211")
    world.add(number="BGR-26-024211")
    with pytest.raises(Refused) as unknown:
        show(world.workplace, "777")
    assert str(unknown.value) == "Laporan “777” tidak ada di desk ini."
    with pytest.raises(AmbiguousReference) as several:
        show(world.workplace, "4211")
    assert str(several.value) == ("“4211” cocok dengan beberapa laporan: BGR-26-024211, BGR-26-014211.")
    world.add(number="BGR-26-004211")
    assert show(world.workplace, "4211").complaint.number == "BGR-26-004211"
    assert show(world.workplace, "bgr-26-024211").complaint.number == "BGR-26-024211"
