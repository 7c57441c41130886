"""Macros: which fit, what they write, all of it or nothing, taken back as one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework import macros
from qlue_desk.casework.acting import Outcome, perform
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.undoing import newest, undo
from qlue_desk.domain.complaint import Status
from qlue_desk.settings import Macro, Settings
from qlue_desk.store import complaints, outbox
from tests.desk_world import NOW, DeskWorld

RECEIVE = Macro(
    "Terima, survei besok",
    when="status:dispatched",
    do="acknowledge",
    reply="{nomor}: tim {dinas} memeriksa {jalan}, {kelurahan}. Salam, {petugas}.",
    note="{kategori}",
    assign="me",
    priority="tinggi",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    made.add_many([Status.DISPATCHED] * 2 + [Status.ACKNOWLEDGED])
    yield made
    made.close()


def run(world: DeskWorld, macro: Macro, *refs: str, dry_run: bool = False) -> list[Outcome]:
    return perform(world.workplace, refs, macros.plan(world.workplace, macro, NOW), now=NOW, dry_run=dry_run)


def why(world: DeskWorld, macro: Macro, ref: str) -> str:
    [fit] = macros.fits(world.workplace, {"m": macro}, world.get(ref), NOW)
    return fit.refusal.sentence() if fit.refusal is not None else ""


def verbs(world: DeskWorld) -> list[str]:
    return [item.action.verb for item in world.store.reading(outbox.waiting)]


def test_one_macro_is_several_actions_with_filled_texts(world: DeskWorld) -> None:
    [done] = run(world, RECEIVE, "1")
    assert done.refusal is None
    assert done.actions == 5
    assert verbs(world) == ["prioritise", "take", "note", "note", "acknowledge"]
    after = world.get("1")
    assert (after.status, after.holder, after.priority) == (Status.ACKNOWLEDGED, "u_rina", 1)
    city = world.workplace.city
    place = city.kelurahan[0].name
    texts = [
        entry.text for entry in world.store.reading(complaints.entries, after.id) if entry.verb == "note"
    ]
    assert texts == [
        f"BGR-26-000001: tim DPUPR memeriksa Jl. Pajajaran, {place}. Salam, Rina.",
        city.categories[0].label,
    ]
    public = [item.action.fields.public for item in world.store.reading(outbox.waiting)]
    assert public == [False, False, True, False, False]


def test_the_palette_calls_a_macro_what_its_menu_calls_it(world: DeskWorld) -> None:
    [fit] = macros.fits(world.workplace, {"m": RECEIVE}, world.get("1"), NOW)
    in_menu = macros.steps_label(step.verb for step in fit.steps)
    assert in_menu == macros.label(RECEIVE) == "Prioritas · Ambil · Catatan · Terima"
    assert macros.label(Macro("x", assign="Asep")) == "Serahkan"


def test_all_of_it_or_nothing(world: DeskWorld) -> None:
    macro = Macro("Catat lalu mulai", do="start", note="dikerjakan")
    one, three = run(world, macro, "1", "3")
    assert one.refusal is not None
    assert "Mulai dikerjakan tidak bisa dari Disposisi" in one.refusal.sentence()
    assert three.done
    assert verbs(world) == ["note", "start"]
    assert world.get("1").version == 3


def test_it_is_taken_back_as_one(world: DeskWorld) -> None:
    before = [world.get(ref) for ref in ("1", "2")]
    run(world, RECEIVE, "1", "2")
    found = newest(world.workplace)
    assert found is not None
    assert (found.reports, found.actions, found.left) == (2, 10, 0)
    taken = undo(world.workplace)
    assert [(outcome.number[-1], outcome.actions) for outcome in taken] == [("2", 5), ("1", 5)]
    assert [world.get(ref) for ref in ("1", "2")] == before
    assert verbs(world) == []


def test_what_needs_no_change_is_left_out_and_nothing_is_said(world: DeskWorld) -> None:
    macro = Macro("Saya pegang, tinggi", assign="me", priority="tinggi")
    assert run(world, macro, "1")[0].actions == 2
    assert why(world, macro, "1") == "Tidak ada yang perlu diubah pada laporan ini."


def test_the_menu_greys_what_does_not_fit_with_the_reason(world: DeskWorld) -> None:
    assert why(world, RECEIVE, "1") == ""
    assert why(world, RECEIVE, "3") == "Hanya untuk laporan: status:dispatched."
    start = Macro("Mulai", do="start")
    assert why(world, start, "1").startswith("Mulai dikerjakan tidak bisa dari Disposisi")
    world.add(street="")
    assert why(world, Macro("x", note="di {jalan}"), "4") == (
        "Makro ini menyebut jalan, yang belum ada pada laporan ini."
    )
    assert "staus" in why(world, Macro("x", when="staus:new", note="x"), "1")
    assert "tidak dikenal" in why(world, Macro("x", assign="Nobody"), "1")
    assert verbs(world) == []  # looking records nothing


def test_what_a_citizen_wrote_is_never_a_placeholder(world: DeskWorld) -> None:
    world.add(title="Lubang {petugas} {0} {nomor}")
    run(world, Macro("x", note="{judul}"), "4")
    [item] = world.store.reading(outbox.waiting)
    assert item.action.fields.note == "Lubang {petugas} {0} {nomor}"


def test_a_macro_that_is_not_there_is_said_with_those_that_are_and_their_file() -> None:
    with pytest.raises(Refused) as caught:
        macros.find(Settings(macros={"terima": RECEIVE}), "trima", Path("/a/config.toml"))
    assert caught.value.sentence() == "Makro “trima” tidak ada di /a/config.toml; yang ada: terima."
