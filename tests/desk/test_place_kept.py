"""A key means the rows that the person asked for; the row in hand stays in its place, whatever is sorted anew."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.many import PreviewDialog
from qlue_desk.desk.queue import lagging
from qlue_desk.desk.queue.deeds import Deed
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import outbox
from tests.desk.scene import desk, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    """Numbers 1 to 5 wait for their receipt in this order, 6 and 7 are worked on and due later."""
    made = DeskWorld.make(tmp_path)
    for hours in range(1, 6):
        made.add(
            acknowledge_by=NOW + dt.timedelta(hours=hours), resolve_by=NOW + dt.timedelta(days=20 + hours)
        )
    made.add_many([Status.IN_PROGRESS] * 2, resolve_by=NOW + dt.timedelta(days=10))
    yield made
    made.close()


def play(world: DeskWorld, scene: Play) -> None:
    async def run() -> None:
        async with desk(world, size=(140, 40)) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


def screen_of(app: QlueDesk) -> DeskScreen:
    found = app.screen_stack[1]
    assert isinstance(found, DeskScreen)
    return found


def listed(app: QlueDesk) -> str:
    """The last digits of the reports in the list, in its order; the one under the cursor in brackets."""
    queue = screen_of(app).queue
    last = [queue.row_at(number).number[-1] for number in queue.numbers]  # type: ignore[union-attr]
    last[queue.cursor] = f"[{last[queue.cursor]}]"
    return "".join(last)


def known(app: QlueDesk) -> bool:
    queue = screen_of(app).queue
    return len(queue.numbers) > 0 and all(queue.row_at(number) is not None for number in queue.numbers)


def sent(world: DeskWorld) -> list[tuple[str, str]]:
    return [(line.action.verb, line.number[-1]) for line in world.store.reading(outbox.waiting)]


async def stand_on_second(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("j")
    await until(lambda: known(app) and listed(app) == "1[2]34567")


def test_an_act_that_moves_the_deadline_leaves_row_and_cursor_in_their_place(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await stand_on_second(app, pilot)
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("#moves"))
        await pilot.press("enter")
        queue = screen_of(app).queue
        await until(lambda: queue.guest is not None and known(app))
        assert sent(world) == [("acknowledge", "2")]
        cells = screen_of(app).current_cells
        assert cells is not None
        assert cells.status is Status.ACKNOWLEDGED
        assert (listed(app), queue.count) == ("1[2]34567", 7)
        assert "· 7" in str(screen_of(app).query_one("#queue-pane").border_title)
        await pilot.press("j")
        await until(lambda: known(app) and listed(app) == "1[3]45672")
        await pilot.press("k")
        assert listed(app) == "[1]345672"

    play(world, scene)


def test_what_is_undone_goes_back_to_its_place_and_the_cursor_with_it(tmp_path: Path) -> None:
    """The receipts turn the order round, so that no neighbour tells where the row was."""
    world = DeskWorld.make(tmp_path)
    for hours in range(1, 6):
        world.add(
            acknowledge_by=NOW + dt.timedelta(hours=hours), resolve_by=NOW + dt.timedelta(days=20 - hours)
        )

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("j", "j", "j", "j", "V", "t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("#moves"))
        await pilot.press("t", "enter")
        await until(lambda: isinstance(app.screen, PreviewDialog))
        await pilot.press("enter")
        await until(lambda: len(sent(world)) == 5 and known(app) and listed(app) == "4[5]321")
        await pilot.press("u")
        await until(lambda: not sent(world) and known(app) and listed(app) == "1234[5]")
        assert screen_of(app).queue.guest is None

    play(world, scene)
    world.close()


def test_esc_sends_a_row_home_and_the_cursor_passes_none_of_those_between(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await stand_on_second(app, pilot)
        world.put([replace(world.get("2"), acknowledge_by=NOW + dt.timedelta(hours=9), version=9)])
        queue = screen_of(app).queue
        await until(lambda: queue.guest is not None and known(app))
        assert listed(app) == "1[2]34567"
        await pilot.press("escape")
        await until(lambda: known(app) and listed(app) == "1[3]45267")
        assert queue.guest is None

    play(world, scene)


def test_esc_follows_a_row_home_from_the_last_place(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("G")
        await until(lambda: listed(app) == "123456[7]")
        world.put([replace(world.get("7"), resolve_by=NOW + dt.timedelta(minutes=9), version=9)])
        queue = screen_of(app).queue
        await until(lambda: queue.guest is not None and known(app))
        assert listed(app) == "123456[7]"
        await pilot.press("escape")
        await until(lambda: known(app) and listed(app) == "[7]123456")

    play(world, scene)


def test_a_transfer_keeps_the_place_and_the_key_above_reaches_the_row_above(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await stand_on_second(app, pilot)
        screen = screen_of(app)
        chosen = await screen.chosen()
        assert chosen is not None
        transfer = Deed(Verb.TRANSFER, Fields(to="dishub", note="Lampu lalu lintas, bukan jalan."))
        [done] = (await screen.doing.run(chosen, transfer)).outcomes
        assert done.done, done.refusal
        await until(lambda: screen.current_cells is not None and screen.current_cells.pending > 0)
        await until(lambda: known(app) and listed(app) == "1[2]34567")
        await pilot.press("k")
        await until(lambda: known(app) and listed(app).startswith("[1]3"))

    play(world, scene)


def test_what_a_pull_sorts_elsewhere_stays_under_the_cursor_until_it_leaves(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await stand_on_second(app, pilot)
        later = replace(world.get("2"), acknowledge_by=NOW + dt.timedelta(hours=9), version=9)
        world.put([later, world.complaint(acknowledge_by=NOW - dt.timedelta(hours=3))])
        queue = screen_of(app).queue
        await until(lambda: queue.count == 8 and known(app))
        assert listed(app) == "81[2]34567"
        await pilot.press("j")
        await until(lambda: known(app) and listed(app) == "81[3]45267")

    play(world, scene)


# --- keys right after another view was asked for -------------------------------------------------


def held_back(screen: DeskScreen) -> asyncio.Event:
    """A query's first page comes only once this is set."""
    gate, first_page = asyncio.Event(), screen.backend.first_page
    passing: set[asyncio.Task[None]] = set()

    async def pass_on(held: Future[Any], arguments: tuple[Any, ...]) -> None:
        await gate.wait()
        page = await asyncio.wrap_future(first_page(*arguments))
        if not held.cancelled():
            held.set_result(page)

    def slow(*arguments: Any) -> Future[Any]:
        held: Future[Any] = Future()
        passing.add(asyncio.create_task(pass_on(held, arguments)))
        return held

    screen.backend.first_page = slow  # type: ignore[method-assign]
    return gate


def test_keys_after_another_view_wait_for_its_rows(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = screen_of(app)
        await stand_on_second(app, pilot)
        gate = held_back(screen)
        await pilot.press("4", "j", "t")  # Dalam proses: 6 and 7
        await pilot.pause(0.2)
        assert app.screen is screen
        assert listed(app) == "1[2]34567"
        gate.set()
        await until(lambda: isinstance(app.screen, FollowUpDialog))
        assert listed(app) == "6[7]"
        await until(
            lambda: any(f"Tindak lanjut {world.get('7').number}" in line for line in screen_text(app))
        )

    play(world, scene)


def test_marks_after_another_view_are_set_in_its_rows(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = screen_of(app)
        await stand_on_second(app, pilot)
        gate = held_back(screen)
        await pilot.press("4", "space")
        await pilot.pause(0.1)
        assert screen.queue.marks == set()
        gate.set()
        await until(lambda: known(app) and listed(app) == "6[7]")
        assert [screen.queue.row_at(row).number[-1] for row in screen.queue.marks] == ["6"]  # type: ignore[union-attr]

    play(world, scene)


def test_rows_that_do_not_come_are_said_and_nothing_happens(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lagging, "LONGEST", 0.1)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = screen_of(app)
        held_back(screen)
        await pilot.press("4", "a")
        bar = screen.query_one(KeyBar)
        await until(lambda: bar.sentence == "Daftarnya belum datang; belum ada yang dilakukan.")
        assert sent(world) == []

    play(world, scene)


def test_rows_that_cannot_be_read_do_not_lock_the_keys(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = screen_of(app)
        await stand_on_second(app, pilot)

        def broken(*arguments: Any) -> Future[Any]:
            failed: Future[Any] = Future()
            failed.set_exception(RuntimeError("disk"))
            return failed

        screen.backend.first_page = broken  # type: ignore[method-assign]
        await pilot.press("4", "a")
        await until(lambda: screen.query_one(KeyBar).sentence)
        await pilot.press("j")
        await until(lambda: listed(app) == "12[3]4567")
        assert sent(world) == []

    play(world, scene)
