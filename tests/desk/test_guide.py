"""The guide of the first time: it follows what is achieved, goes on where it was, and only its own key closes it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk import words
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.many import ResultDialog
from qlue_desk.desk.guide import CLOSED, STEPS, Guide
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.queue.deeds import Deed
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.store import meta
from tests.desk.scene import desk, fill, screen_text
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def said(app: QlueDesk) -> str:
    return " ".join(line.strip() for line in screen_text(app)[-3:])


def kept(world: DeskWorld) -> list[str] | None:
    found = world.store.reading(meta.get, f"guide:{world.workplace.actor.id}")
    return None if found is None else found.decode().split()


async def begin(app: QlueDesk, step: str = "1/5") -> None:
    app.run_worker(app._guide_once(), exit_on_error=False)
    await until(lambda: f"Panduan {step}" in said(app))


def test_the_guide_goes_on_with_each_real_key_to_its_end(world: DeskWorld) -> None:
    async def run() -> None:
        async with desk(world) as (app, pilot):
            await begin(app)
            assert "enter membuka laporan" in said(app)
            await pilot.press("j")  # other keys work as ever
            await pilot.press("enter")
            await until(lambda: "Panduan 2/5  t: yang boleh" in said(app))
            await pilot.press("escape")
            await pilot.press("t")
            await until(lambda: isinstance(app.screen, FollowUpDialog))
            await pilot.pause()
            assert kept(world) == ["open"]  # what to do in the box is still to be read
            await pilot.press("escape")
            await until(lambda: isinstance(app.screen, DeskScreen))
            await pilot.pause()
            assert kept(world) == ["open"]  # nothing was recorded
            assert "Panduan 2/5" in said(app)
            await pilot.press("t")
            await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("#moves"))
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, DeskScreen) and "Panduan 3/5  u" in said(app))
            await pilot.press("u")
            await until(lambda: "Panduan 4/5  O" in said(app))
            await pilot.press("O")
            await until(lambda: isinstance(app.screen, OutboxScreen) and "Panduan" not in said(app))
            await pilot.press("escape")
            await until(lambda: isinstance(app.screen, DeskScreen) and "Panduan 5/5" in said(app))
            await pilot.press("slash", *"got")
            await pilot.pause()
            assert "Panduan 5/5" in said(app)  # until somebody works with what was found
            await pilot.press("enter")
            await until(lambda: "Panduan selesai. ? menunjukkan semua tombol, P mengulang" in said(app))
            assert app.guide is not None
            app._leave(app.guide)
            await until(lambda: "Panduan" not in said(app))
            await pilot.press("P")
            await until(lambda: "Panduan 1/5" in said(app))
            await until(lambda: kept(world) == [])

    asyncio.run(run())


def test_a_step_is_done_by_whichever_way_and_in_whichever_order(world: DeskWorld) -> None:
    number = world.add(status=Status.DISPATCHED).number

    async def run() -> None:
        async with desk(world) as (app, pilot):
            await begin(app)
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            # A bulk act that nobody chose in the box, taken back where its result is read.
            acknowledged = Deed(Verb.ACKNOWLEDGE)
            await pilot.press("u")
            await pilot.pause()
            assert kept(world) is None  # nothing was taken back, and nobody had asked for it yet
            await pilot.press("V")
            chosen = await screen.chosen()
            assert chosen is not None
            worked = await screen.doing.run(chosen, acknowledged)
            await screen.doing.tell(acknowledged, worked)
            await until(lambda: isinstance(app.screen, ResultDialog))
            await until(lambda: kept(world) == ["follow-up"])
            await pilot.press("u")
            await until(lambda: kept(world) == ["follow-up", "undo"])
            await until(lambda: app.screen is screen)
            assert "Panduan 1/5" in said(app)
            app.show_outbox()  # as the side bar does
            await until(lambda: isinstance(app.screen, OutboxScreen))
            app.open_report(number)  # as the palette does
            await until(lambda: app.screen is screen and "Panduan 5/5" in said(app))
            await until(lambda: kept(world) == ["open", "follow-up", "undo", "outbox"])

    asyncio.run(run())


def test_esc_never_closes_it_and_its_own_key_does_for_good(world: DeskWorld) -> None:
    async def run() -> None:
        async with desk(world) as (app, pilot):
            await begin(app)
            assert "P tutup" in said(app)
            await pilot.press("enter")
            await until(lambda: "Panduan 2/5" in said(app))
            await pilot.press(*["escape"] * 4)
            await pilot.pause()
            assert "Panduan 2/5" in said(app)
            await pilot.press("P")
            await until(lambda: "Panduan" not in said(app))
            await until(lambda: kept(world) == ["open", CLOSED])
            app.guide = None  # another day
            await app._guide_once()
            await pilot.pause()
            assert "Panduan" not in said(app)
            await pilot.press("P")
            await until(lambda: "Panduan 2/5" in said(app))
            await until(lambda: kept(world) == ["open"])
            app.guide = None
            await begin(app, "2/5")
            await pilot.press("colon")
            await pilot.pause()
            await pilot.press(*"ulangi panduan", "enter")
            await until(lambda: "Panduan 1/5" in said(app))
            await until(lambda: kept(world) == [])

    asyncio.run(run())


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_step_fits_one_row_of_a_narrow_screen(world: DeskWorld, language: str) -> None:
    words.set_language(language)
    guide = made(demo=True)
    try:
        for step in STEPS:
            assert guide.words().cell_length <= 78, guide.words().plain
            guide.achieved(step.action)
        assert guide.words().cell_length <= 78
    finally:
        words.set_language("id")


def test_the_list_never_moves_while_the_guide_is_open(world: DeskWorld) -> None:
    async def run() -> None:
        async with desk(world, size=(80, 24)) as (app, pilot):
            await begin(app)
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            rows = screen.queue.size.height
            for key in ("escape", "space", "escape", "enter", "escape"):
                await pilot.press(key)
                await pilot.pause()
                assert screen.queue.size.height in (rows, 0)  # 0: the report covers it
            assert "Panduan 2/5" in said(app)
            assert screen.queue.size.height == rows

    asyncio.run(run())


def made(keys: dict[str, str] | None = None, *, demo: bool, kept: str = "") -> Guide:
    return Guide(keys or {}, demo=demo, kept=kept, keep=lambda _where: None)


def test_the_network_is_a_step_of_the_demonstration_only_and_remapped_keys_are_named() -> None:
    def steps(demo: bool, keys: dict[str, str]) -> list[str]:
        return [step.action for step in made(keys, demo=demo).steps]

    assert steps(True, {}) == [step.action for step in STEPS]
    assert "network" not in steps(False, {})
    assert "undo" not in steps(True, {"undo": ""})
    assert "f9 membuka" in made({"open": "f9"}, demo=True).words().plain
    assert "f8 tutup" in made({"guide": "f8"}, demo=True).words().plain
    assert "tutup" not in made({"guide": ""}, demo=True).words().plain


def test_a_finished_or_closed_guide_stays_closed_and_another_goes_on_where_it_was() -> None:
    every = " ".join(step.action for step in STEPS)
    assert not made(demo=True, kept=every).open
    assert not made(demo=True, kept="open closed").open
    guide = made(demo=True, kept="open undo")
    assert guide.open
    assert guide.words().plain.startswith("Panduan 2/6  ")
    assert not guide.achieved("undo")
    assert not guide.achieved("mark")
    assert guide.achieved("follow-up")
    assert guide.words().plain.startswith("Panduan 4/6  ")
