"""The guide of the first time: it follows what is really done, is closed by esc, and never comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.guide import STEPS, Guide
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.queue.screen import DeskScreen
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


def guided(world: DeskWorld) -> bool:
    return world.store.reading(meta.get, f"guide:{world.workplace.actor.id}") is not None


async def begin(app: QlueDesk) -> None:
    app.run_worker(app._guide_once(), exit_on_error=False)
    await until(lambda: "Panduan 1/5" in said(app))


def test_the_guide_goes_on_with_each_real_key_to_its_end(world: DeskWorld) -> None:
    async def run() -> None:
        async with desk(world) as (app, pilot):
            await begin(app)
            assert "enter membuka laporan" in said(app)
            await pilot.press("j")  # other keys work as ever
            await pilot.press("enter")
            await until(lambda: "Panduan 2/5  t menunjukkan" in said(app))
            assert "panduan ditutup" not in said(app)
            await pilot.press("escape")  # closes the report, not the guide
            await until(lambda: "esc dua kali: panduan ditutup" in said(app))
            await pilot.press("escape")  # a habit, no wish
            await until(lambda: "esc sekali lagi: panduan ditutup" in said(app))
            await pilot.press("t")
            await until(lambda: isinstance(app.screen, FollowUpDialog))
            assert app.guide is not None
            app._draw_guide()
            assert app.guide.place == 1  # what to do in the box is still to be read
            await pilot.press("escape")
            await until(lambda: isinstance(app.screen, DeskScreen))
            await until(lambda: "Panduan 3/5  u" in said(app))
            await pilot.press("u")
            await until(lambda: "Panduan 4/5  O" in said(app))
            await pilot.press("O")
            await until(lambda: isinstance(app.screen, OutboxScreen) and "Panduan" not in said(app))
            await pilot.press("escape")
            await until(lambda: isinstance(app.screen, DeskScreen) and "Panduan 5/5" in said(app))
            assert not guided(world)
            await pilot.press("slash")
            await until(lambda: "Panduan selesai." in said(app) and app.guide is None)
            await until(lambda: guided(world))
            await app._guide_once()
            assert app.guide is None

    asyncio.run(run())


def test_esc_at_rest_closes_it_for_good_and_the_palette_brings_it_back(world: DeskWorld) -> None:
    async def run() -> None:
        async with desk(world) as (app, pilot):
            await begin(app)
            await pilot.press("space", "escape")  # this one takes the mark away
            await pilot.pause(0.3)
            assert "Panduan 1/5" in said(app)
            await pilot.press("escape")
            await until(lambda: "esc sekali lagi: panduan ditutup" in said(app))
            await pilot.press("j")
            await until(lambda: "esc dua kali: panduan ditutup" in said(app))
            await pilot.press("escape", "escape")
            await until(lambda: "Panduan" not in said(app))
            await until(lambda: guided(world))
            await pilot.press("colon")
            await pilot.pause()
            await pilot.press(*"panduan", "enter")
            await until(lambda: "Panduan 1/5" in said(app))

    asyncio.run(run())


def test_the_network_is_a_step_of_the_demonstration_only_and_remapped_keys_are_named() -> None:
    def steps(demo: bool, keys: dict[str, str]) -> list[str]:
        return [step.action for step in Guide(keys, demo=demo, ended=lambda: None).steps]

    assert steps(True, {}) == [step.action for step in STEPS]
    assert "network" not in steps(False, {})
    assert "undo" not in steps(True, {"undo": ""})
    assert "f9 membuka" in str(Guide({"open": "f9"}, demo=True, ended=lambda: None).words(at_rest=True))


def test_there_is_no_guide_where_none_was_asked_for(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert app.guide is None

    async def run() -> None:
        async with desk(world) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())
