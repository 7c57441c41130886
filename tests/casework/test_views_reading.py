"""Default views parse, count and hold what they say; the queue's JSON has the keys that programs rely on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act, offers
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.reading import case_json, queue, show
from qlue_desk.casework.view_file import ViewFile
from qlue_desk.casework.views import DEFAULT_VIEWS, SENT_BACK, View, default_views, digit_of, views_of
from qlue_desk.desk.detail.content import headline
from qlue_desk.domain.complaint import Actor, Role, Status
from qlue_desk.domain.edges import EDGES, Verb
from qlue_desk.domain.lifecycle import Decision, decide
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


EACH_ONCE = (
    Status.HELD, Status.NEW, Status.DISPATCHED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.COORDINATING,
    Status.SCHEDULED, Status.AWAITING_REPORTER, Status.AWAITING_VERIFICATION, Status.RESOLVED, Status.REOPENED,
    Status.REJECTED,
)  # fmt: skip


def test_the_officers_views_hold_what_they_say(world: DeskWorld) -> None:
    world.add_many(EACH_ONCE, acknowledge_by=NOW + dt.timedelta(days=1))
    world.add(status=Status.IN_PROGRESS, holder="u_asep", holder_name="Asep")
    world.add(status=Status.RESOLVED, status_since=NOW - dt.timedelta(days=8))
    assert counts_of(world, default_views(world.workplace.actor)) == {
        "Perlu saya": 5,  # not what the reporter was asked: that comes back with the answer
        "Belum diterima": 1,
        "Lewat tenggat": 2,  # new and reopened are past their dispatch deadline
        "Dalam proses": 3,
        "Koordinasi": 1,
        "Dijadwalkan": 1,
        "Butuh info": 1,
        "Hanya dipantau": 2,
        "Selesai 7 hari": 1,
    }


ASIDE = frozenset(
    {Verb.DUPLICATE, Verb.REFER, Verb.TRANSFER, Verb.RETURN, Verb.REJECT, Verb.JUNK, Verb.ASK, Verb.REOPEN}
)
"""Moves that put a report away, back or to rest; any other that changes the status brings it on."""
ANOTHERS = {
    Role.VERIFIER: {Status.AWAITING_VERIFICATION: "Verifikasi"},
    Role.OFFICER: {Status.AWAITING_REPORTER: "Butuh info"},
}
"""What a role may move on, but another has to; the view that shows it."""


@pytest.mark.parametrize(
    ("who", "dinas", "role"),
    [
        ("u_rina", "dpupr", Role.OFFICER),
        ("u_budi", "dpupr", Role.SUPERVISOR),
        ("u_dewi", "diskominfo", Role.VERIFIER),
        ("u_oki", "diskominfo", Role.OPERATOR),
    ],
)
def test_what_needs_a_person_is_what_that_person_can_move_on(
    tmp_path: Path, who: str, dinas: str, role: Role
) -> None:
    world = DeskWorld.make(tmp_path, dinas=dinas, as_=who)
    world.add_many(list(Status))
    movable = {
        complaint.status
        for complaint in (world.get(str(number)) for number in range(1, len(Status) + 1))
        if any(
            offer.refusal is None and offer.edge.target and offer.edge.verb not in ASIDE
            for offer in offers(world.workplace, complaint, NOW)
        )
    }
    first = default_views(world.workplace.actor)[0]
    needed = first.query if first.name == "Perlu saya" else "number:none"
    shown = {Status(item["status"]) for item in queue(world.workplace, needed, None, NOW)}
    watched = ANOTHERS.get(role, {})
    place = f"“Perlu saya” of {role} in qlue_desk/casework/views.py"
    assert movable - shown - set(watched) == set(), f"{place} forgets what this role can move on"
    assert shown - movable == set(), f"{place} shows what this role cannot move on"
    views = {view.name: view.query for view in DEFAULT_VIEWS[role]}
    for status, name in watched.items():
        assert status in {item["status"] for item in queue(world.workplace, views[name], None, NOW)}
    world.close()


def test_what_the_reporter_was_asked_needs_the_officer_again_once_it_is_answered_or_the_pause_is_ended(
    world: DeskWorld,
) -> None:
    place, needs_me = world.workplace, default_views(world.workplace.actor)[0].query

    def needed() -> list[str]:
        return [item["number"][-1] for item in queue(place, needs_me, None, NOW)]

    started, asked, _answered = world.add_many([Status.IN_PROGRESS] * 3)
    assert needed() == ["1", "2", "3"]
    [one, two] = act(place, [started.id, asked.id], "ask", Fields(note="Di mana?"), now=NOW)
    assert (one.done, two.done) == (True, True)
    assert needed() == ["3"]
    [begun] = act(place, [started.id], "start", now=NOW)
    assert begun.done
    assert needed() == ["1", "3"]
    back = world.get(asked.id)
    reporter = Actor("reporter", "", frozenset({Role.REPORTER}), back.city)
    decision = decide(
        back, Verb.ANSWER, Fields(note="Di tikungan."), reporter, place.context(NOW), entry_id="e_x"
    )
    assert isinstance(decision, Decision)
    world.put([decision.complaint])
    assert needed() == ["1", "2", "3"]


def test_a_proposal_that_was_sent_back_stands_first_until_the_officer_does_something_about_it(
    world: DeskWorld,
) -> None:
    place, needs_me = world.workplace, default_views(world.workplace.actor)[0].query
    head = world.signed_in_as("u_budi")
    late = NOW - dt.timedelta(days=3)
    [overdue, sent, accepted] = world.add_many([Status.IN_PROGRESS] * 3, resolve_by=late)
    later = world.add(status=Status.IN_PROGRESS, resolve_by=NOW + dt.timedelta(days=3), holder="u_rina")

    def first() -> list[str]:
        return [item["number"] for item in queue(place, needs_me, None, NOW)]

    def came_back() -> list[str]:
        return [item["number"] for item in queue(place, SENT_BACK, None, NOW)]

    fields = Fields(note="Sudah ditambal.", no_evidence="kamera rusak")
    for each in (sent, later):
        [outcome] = act(place, [each.id], "propose", fields, now=NOW)
        assert outcome.done
    assert (came_back(), first()) == ([], [overdue.number, accepted.number])
    [outcome] = act(head, [later.id], "send_back", Fields(note="Belum rata."), now=NOW)
    assert outcome.done
    assert (came_back(), first()) == ([later.number], [later.number, overdue.number, accepted.number])
    assert (
        headline(world.get(later.id), NOW, dt.UTC)[0] == "usulan selesai dikembalikan 0 mnt lalu: Belum rata."
    )
    [outcome] = act(place, [later.id], "note", Fields(note="Besok lagi."), now=NOW)
    assert came_back() == [later.number]
    [outcome] = act(place, [later.id], "propose", fields, now=NOW)
    assert (came_back(), first()) == ([], [overdue.number, accepted.number])
    # One that is held by a colleague is the colleague's.
    [outcome] = act(head, [later.id], "send_back", Fields(note="Masih."), now=NOW)
    [outcome] = act(place, [later.id], "give", Fields(to="u_asep"), now=NOW)
    assert came_back() == []


def test_what_an_officer_only_watches_cannot_be_moved_on_by_one() -> None:
    watched = next(view.query for view in DEFAULT_VIEWS[Role.OFFICER] if view.name == "Hanya dipantau")
    movable = {
        status
        for edge in EDGES
        if edge.verb not in ASIDE and edge.target and any(who.role is Role.OFFICER for who in edge.who)
        for status in edge.sources
    }
    assert {status for status in movable if status.value in watched} == set()


def test_a_supervisor_needs_to_see_proposals_of_others_only(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, as_="u_budi")
    late = NOW - dt.timedelta(days=9)
    world.add_many([Status.DISPATCHED, Status.IN_PROGRESS], resolve_by=late, holder="u_budi")
    world.add(status=Status.AWAITING_VERIFICATION, proposed_by="u_rina")
    world.add(status=Status.AWAITING_VERIFICATION, proposed_by="u_budi", holder="u_budi")
    world.add(status=Status.AWAITING_VERIFICATION, proposed_by=None)
    query = default_views(world.workplace.actor)[0].query
    found = [item["number"][-1] for item in queue(world.workplace, query, None, NOW)]
    assert found == ["3", "5"]
    own = queue(world.workplace, "is:usulan-saya", None, NOW)
    assert [item["number"][-1] for item in own] == ["4"]
    world.close()


def test_who_is_supervisor_and_officer_needs_to_see_both_kinds(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, as_="u_budi")
    both = actor("budi", "Budi", Role.SUPERVISOR, Role.OFFICER)
    world.add(status=Status.IN_PROGRESS, holder="u_budi", holder_name="Budi")
    world.add(status=Status.IN_PROGRESS, holder="u_asep", holder_name="Asep")
    world.add(status=Status.DISPATCHED)
    world.add(status=Status.AWAITING_VERIFICATION, proposed_by="u_asep", holder="u_asep")
    world.add(status=Status.AWAITING_VERIFICATION, proposed_by="u_budi", holder="u_budi")
    world.add(status=Status.REOPENED, holder="u_budi", holder_name="Budi")
    [first, *_others] = default_views(both)
    found = [item["number"][-1] for item in queue(world.workplace, first.query, None, NOW)]
    assert (first.name, found[0], sorted(found)) == ("Perlu saya", "4", ["1", "3", "4"])
    world.close()


def test_lewat_is_said_of_deadlines_only() -> None:
    """`Lewat 112` (by way of) stood above `Lewat tenggat` (past)."""
    everything = {view for views in DEFAULT_VIEWS.values() for view in views}
    assert {view.query for view in everything if "lewat" in view.name.casefold()} == {"overdue"}


def test_own_views_come_after_the_roles_and_replace_those_of_the_same_name() -> None:
    rina = actor("rina", "Rina", Role.OFFICER)
    plain = [view.name for view in views_of(rina)]
    views = views_of(rina, {"Sempur": "kelurahan:sempur", "koordinasi": "status:coordinating by:me"})
    assert [view.name for view in views] == [*plain[:4], "koordinasi", *plain[5:], "Sempur"]
    assert views[4] == View("koordinasi", "status:coordinating by:me", own=True)
    assert views[9] == View("Sempur", "kelurahan:sempur", own=True)


@pytest.mark.parametrize("role", DEFAULT_VIEWS)
@pytest.mark.parametrize(
    "order", [(), ("Lewat tenggat", "Selesai 7 hari")], ids=["as-it-comes", "put-in-order"]
)
def test_a_view_that_is_saved_comes_last_and_no_digit_means_anything_else(
    tmp_path: Path, role: Role, order: tuple[str, ...]
) -> None:
    person = actor("rina", "Rina", role)
    hidden = DEFAULT_VIEWS[role][1].name
    file = ViewFile(tmp_path / "config.toml")
    file.delete(hidden, of_role=True)
    file.put_in_order(order)

    def shown() -> list[str]:
        return [view.name for view in views_of(person, file.views, file.order)]

    for name in (*(f"v{number}" for number in range(12)), hidden):
        before = shown()
        file.save(name, "overdue", before)
        assert shown() == [*before, name]
    keys = [digit_of(place) for place, _name in enumerate(shown())]
    assert keys[:10] == ["1", "2", "3", "4", "5", "6", "7", "8", "9", ""]
    assert set(keys[10:]) == {""}


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
        "due": "2026-11-23T19:17:00+07:00",
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
    assert str(unknown.value) == "Laporan “777” tidak ada di meja ini."
    with pytest.raises(AmbiguousReference) as several:
        show(world.workplace, "4211")
    assert str(several.value) == ("“4211” cocok dengan beberapa laporan: BGR-26-024211, BGR-26-014211.")
    world.add(number="BGR-26-004211")
    assert show(world.workplace, "4211").complaint.number == "BGR-26-004211"
    assert show(world.workplace, "bgr-26-024211").complaint.number == "BGR-26-024211"
    # Its zeros may be left out wherever a number is written; what comes before them is compared.
    for written in ("BGR-26-4211", "26-4211", "bgr-26-04211"):
        assert show(world.workplace, written).complaint.number == "BGR-26-004211"
        [outcome] = act(world.workplace, [written], "take", dry_run=True, now=NOW)
        assert outcome.number == "BGR-26-004211"
    with pytest.raises(Refused):
        show(world.workplace, "SMD-26-4211")
