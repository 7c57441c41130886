"""The map of a view: numbers by kelurahan, single reports when close, enter opens them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.map.legend import entries
from qlue_desk.desk.map.screen import MapScreen, of_kelurahan
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.query import parse
from tests.desk.scene import desk, screen_text
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

TEGALLEGA, SEMPUR = "32.71.03.1007", "32.71.03.1006"


def _world(tmp_path: Path) -> DeskWorld:
    world = DeskWorld.make(tmp_path)
    for place in range(12):
        world.add(kelurahan=TEGALLEGA, lat_e6=-6597147 - place * 10, lon_e6=106806039)
    for _ in range(3):
        world.add(kelurahan=SEMPUR)
    world.add(kelurahan=None, place_unknown=True)
    world.add(kelurahan=SEMPUR, status=Status.RESOLVED)
    return world


def _text(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


async def _on_map(app: QlueDesk, pilot: Pilot[int]) -> MapScreen:
    await pilot.press("2")
    await until(lambda: len(app.screen.queue.numbers) == 16, 15)  # type: ignore[attr-defined]
    await pilot.press("M")
    await until(lambda: isinstance(app.screen, MapScreen) and app.screen.map.chosen, 15)
    assert isinstance(app.screen, MapScreen)
    return app.screen


def test_a_view_is_counted_on_the_map_and_enter_opens_a_kelurahan(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        async with desk(world) as (app, pilot):
            screen = await _on_map(app, pilot)
            assert app.screen.query_one(KeyBar).shown[0] == ("esc", "kembali")
            assert screen.map.counts == {TEGALLEGA: 12, SEMPUR: 3}
            assert [(entry.name, entry.count) for entry in screen.legend.entries] == [
                ("Tegallega", 12),
                ("Sempur", 3),
                ("tanpa kelurahan", 1),
            ]
            assert screen.map.chosen == TEGALLEGA
            await until(lambda: "Peta: Belum diterima · 16 laporan" in _text(app))
            assert "Tegallega 12" in _text(app)
            await pilot.press("j")
            await until(lambda: screen.map.chosen == SEMPUR, 15)
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, DeskScreen) and len(app.screen.queue.numbers) == 3, 15)
            await until(lambda: "Belum diterima · Sempur" in _text(app), 15)
            await pilot.press("escape")
            await until(lambda: len(app.screen.queue.numbers) == 16, 15)  # type: ignore[attr-defined]
        world.close()

    asyncio.run(scene())


def test_single_reports_are_drawn_once_the_map_is_close(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        async with desk(world) as (app, pilot):
            screen = await _on_map(app, pilot)
            assert screen.map.points == ()
            await pilot.press("plus", "plus", "plus", "plus")
            await until(lambda: len(screen.map.points) == 12, 15)
            await pilot.press("0")
            await until(lambda: screen.map.points == () and screen.map.is_whole, 15)
            await pilot.press("escape")
            await until(lambda: isinstance(app.screen, DeskScreen), 15)
        world.close()

    asyncio.run(scene())


def test_the_reports_without_a_kelurahan_can_be_opened_too() -> None:
    query = parse("is:open sort:number")
    assert str(of_kelurahan(query, SEMPUR)) == f"is:open kelurahan:{SEMPUR} sort:number"
    assert str(of_kelurahan(query, "")) == "is:open kelurahan:none sort:number"


def test_a_code_that_no_map_knows_is_named_by_the_city_or_itself() -> None:
    found = entries((), {"1": 5, "2": 7, "3": 0, "": 9}, {"1": "Sempur"})
    assert [(entry.code, entry.name, entry.count) for entry in found] == [
        ("", "tanpa kelurahan", 9),
        ("2", "2", 7),
        ("1", "Sempur", 5),
    ]
