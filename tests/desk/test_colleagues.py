"""Before a report is led on that a colleague holds or has open there is one question; own ones are never asked about."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ConfirmDialog
from qlue_desk.desk.dialogs.duplicate import DuplicateDialog
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.many import PreviewDialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.queue.colleagues import Busy, busy, leads_on, warning
from qlue_desk.desk.queue.deeds import Deed
from qlue_desk.desk.queue.performing import Performing
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.store import outbox
from tests.desk.scene import desk
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]
ASEP = {"holder": "u_asep", "holder_name": "Asep"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    yield made
    made.close()


def play(world: DeskWorld, scene: Play) -> None:
    async def run() -> None:
        async with desk(world) as (app, pilot):
            app.screen.show_own_query("is:open sort:number")  # type: ignore[attr-defined]
            await until(lambda: app.screen.current_cells is not None)  # type: ignore[attr-defined]
            await scene(app, pilot)

    asyncio.run(run())


def done(world: DeskWorld) -> list[tuple[str, str]]:
    return [(each.action.verb, each.number[-1]) for each in world.store.reading(outbox.waiting)]


async def press_t(app: QlueDesk, pilot: Pilot[int], *keys: str) -> None:
    await pilot.press("t")
    await until(lambda: isinstance(app.screen, FollowUpDialog) and bool(app.screen.query("MoveForm")))
    await pilot.press(*keys)


async def asked(app: QlueDesk) -> str:
    await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.is_mounted)
    return app.screen.question  # type: ignore[attr-defined, no-any-return]


def test_a_colleagues_report_is_asked_about_once_and_a_no_keeps_the_dialog(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED, **ASEP)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await press_t(app, pilot, "enter")
        assert await asked(app) == "BGR-26-000001 dipegang Asep.\nTerima tetap dijalankan?"
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, FollowUpDialog))
        assert done(world) == []
        await pilot.press("enter")
        await asked(app)
        await pilot.press("enter")
        await until(lambda: done(world) == [("acknowledge", "1")])
        await until(lambda: app.screen is app.screen_stack[1])
        await press_t(app, pilot, "m", "enter")  # the answer holds for this report while Asep has it
        await until(lambda: done(world) == [("acknowledge", "1"), ("start", "1")])

    play(world, scene)


def test_one_that_somebody_took_while_the_dialog_was_open_is_asked_about(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await press_t(app, pilot)
        world.put([world.complaint(id=one.id, number=one.number, version=9, **ASEP)])
        await pilot.press("enter")
        assert (await asked(app)).startswith("BGR-26-000001 dipegang Asep.")

    play(world, scene)


def test_one_that_a_colleague_has_open_is_asked_about_and_a_note_on_it_is_not(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.others = {one.id: ("Budi",)}
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        await pilot.press("x", "enter")
        await until(lambda: done(world) == [("note", "1")])
        await until(lambda: app.screen is app.screen_stack[1])
        await press_t(app, pilot, "enter")
        assert await asked(app) == "BGR-26-000001 sedang dibuka Budi.\nTerima tetap dijalankan?"

    play(world, scene)


def test_what_is_refused_anyway_is_not_asked_about(world: DeskWorld) -> None:
    world.add(status=Status.IN_PROGRESS, **ASEP)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await press_t(app, pilot, "u")
        form = app.screen.query_one("MoveForm")
        form.fields["note"].insert("Sudah ditambal.")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: "lampirkan bukti" in str(app.screen.query_one("#wrong").render()))  # type: ignore[attr-defined]
        assert isinstance(app.screen, FollowUpDialog)

    play(world, scene)


def test_ones_own_is_not_asked_about(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED, holder="u_rina", holder_name="Rina")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.others = {one.id: ("Budi",)}
        await press_t(app, pilot, "enter")
        await until(lambda: done(world) == [("acknowledge", "1")])

    play(world, scene)


def test_of_many_it_is_said_in_the_one_question_there_is(world: DeskWorld) -> None:
    for holder in ({}, ASEP, ASEP):
        world.add(status=Status.DISPATCHED, **holder)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("V")
        await press_t(app, pilot, "enter")
        question = await asked(app)
        assert isinstance(app.screen, PreviewDialog)
        assert question == (
            "BGR-26-000002, BGR-26-000003 dipegang atau sedang dibuka rekan: Asep.\nTerima untuk 3 laporan?"
        )
        await pilot.press("enter")
        await until(lambda: len(done(world)) == 3)

    play(world, scene)


def test_of_a_duplicate_it_is_said_beside_the_reports(world: DeskWorld) -> None:
    here = {"lat_e6": -6_590_000, "lon_e6": 106_800_000}
    world.add(**here)
    world.add(**here, **ASEP)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("d")
        await until(lambda: bool(app.screen.query("#candidates")))
        await pilot.press("P")
        await until(lambda: isinstance(app.screen, DuplicateDialog) and app.screen.is_mounted)
        assert app.screen.remark == "BGR-26-000002 dipegang Asep."  # type: ignore[attr-defined]

    play(world, scene)


def test_who_is_at_work_and_what_leads_a_report_on(world: DeskWorld) -> None:
    held, free, mine = (
        world.complaint(**ASEP),
        world.complaint(),
        world.complaint(holder="u_rina", holder_name="Rina"),
    )
    others = {held.id: ("Budi", "Dewi"), mine.id: ("Budi",)}
    found = busy([held, free, mine], "u_rina", others)
    assert [(each.complaint.id, each.holder, each.looking) for each in found] == [
        (held.id, "Asep", ("Budi", "Dewi"))
    ]
    assert warning(found) == "BGR-26-000001 dipegang Asep; sekarang dibuka Budi, Dewi."
    assert warning([]) == ""
    five = [Busy(world.complaint(), "Asep") for _ in range(5)]
    assert warning(five[:2]) == "BGR-26-000004, BGR-26-000005 dipegang atau sedang dibuka rekan: Asep."
    assert warning(five[:3]).endswith(", BGR-26-000006 dipegang atau sedang dibuka rekan: Asep.")
    assert warning(five) == (
        "BGR-26-000004, BGR-26-000005, BGR-26-000006 dan 2 lain dipegang atau sedang dibuka rekan: Asep."
    )
    leading = {verb for verb in Verb if verb is not Verb.ENTER and leads_on(Deed(verb))}
    assert leading >= {Verb.ACKNOWLEDGE, Verb.TRANSFER, Verb.PROPOSE, Verb.DUPLICATE, Verb.DISPATCH}
    assert not leading & {Verb.RESOLVE, Verb.SEND_BACK, Verb.NOTE, Verb.TAKE, Verb.GIVE, Verb.PRIORITISE}


def test_what_leads_no_report_on_asks_nothing_and_reads_none_of_them_again(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add(status=Status.DISPATCHED, **ASEP)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        read: list[object] = []
        monkeypatch.setattr(Performing, "_as_it_is_now", lambda _self, chosen: read.append(chosen))
        await pilot.press("x", "enter")
        await until(lambda: done(world) == [("note", "1")])
        assert read == []

    play(world, scene)
