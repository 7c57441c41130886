"""Views are put right from the palette; a broken one says where it is and spoils nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from qlue_desk import settings
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import AskDialog, ConfirmDialog
from qlue_desk.desk.dialogs.views import ViewsDialog
from qlue_desk.desk.queue.sidebar import SideBar
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.settings import Settings
from tests.desk.scene import desk, fill
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def play(world: DeskWorld, scene: Play, own: Settings | None = None) -> None:
    async def run() -> None:
        async with desk(world, settings=own) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


def names(app: QlueDesk) -> list[str]:
    screen: Any = app.screen_stack[1]
    return [name for name, _query in screen.views]


def test_views_are_put_in_order_renamed_deleted_and_it_is_taken_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        before = names(app)
        file = world.workplace.home / "config.toml"
        app.screen.edit_views()  # type: ignore[attr-defined]
        await until(lambda: isinstance(app.screen, ViewsDialog) and app.screen.is_mounted)
        dialog: Any = app.screen
        await pilot.press("J")
        await until(lambda: [row.name for row in dialog.rows[:2]] == [before[1], before[0]])
        await pilot.press("d")
        await until(lambda: before[0] not in [row.name for row in dialog.rows])
        await pilot.press("u")
        await until(lambda: before[0] in [row.name for row in dialog.rows])
        await pilot.press("r")
        await until(lambda: app.screen is not dialog)
        await pilot.press(*"Saya", "enter")
        await until(lambda: app.screen is dialog and "Saya" in [row.name for row in dialog.rows])
        await pilot.press("escape")
        await until(lambda: names(app)[:2] == [before[1], "Saya"])
        assert settings.read(file).ui.view_order[:2] == [before[1], "Saya"]
        screen: Any = app.screen
        await until(lambda: None not in screen._view_counts)

    play(world, scene)


def test_a_built_in_view_keeps_its_place_and_its_digit_when_it_is_renamed(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        before = names(app)
        app.screen.edit_views()  # type: ignore[attr-defined]
        await until(lambda: isinstance(app.screen, ViewsDialog) and app.screen.is_mounted)
        dialog: Any = app.screen
        await pilot.press("j", "r")
        await until(lambda: app.screen is not dialog)
        await pilot.press(*"Dua", "enter")
        await until(lambda: app.screen is dialog and "Dua" in [row.name for row in dialog.rows])
        await pilot.press("escape")
        await until(lambda: names(app) == [before[0], "Dua", *before[2:]])
        screen: Any = app.screen
        await until(lambda: None not in screen._view_counts)

    play(world, scene)


def test_g_and_shift_g_go_to_the_first_and_the_last_view(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.screen.edit_views()  # type: ignore[attr-defined]
        await until(lambda: isinstance(app.screen, ViewsDialog) and bool(app.screen.query("#view-rows")))
        rows = app.screen.query_one("#view-rows", OptionList)
        await until(lambda: rows.has_focus and rows.highlighted == 0)
        for key, place in (("G", 8), ("g", 0), ("end", 8), ("home", 0), ("ctrl+d", 8), ("k", 7), ("j", 8)):
            await pilot.press(key)
            assert rows.highlighted == place, key

    play(world, scene)


def test_a_built_in_view_is_displaced_only_when_that_is_meant_and_comes_back(world: DeskWorld) -> None:
    async def save(app: QlueDesk, pilot: Pilot[int], name: str) -> None:
        await pilot.press("S")
        await until(lambda: isinstance(app.screen, AskDialog))
        await pilot.press(*name, "enter")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen: Any = app.screen
        screen.show_own_query("status:resolved")
        await until(lambda: screen.query_text == "status:resolved")
        await save(app, pilot, "koordinasi")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.is_mounted)
        dialog: Any = app.screen
        assert dialog.question == (
            "“Koordinasi” adalah tampilan bawaan (status:koordinasi). Ganti dengan pencarian ini (status:selesai)?\n"
            "Untuk mengembalikannya: tekan : lalu pilih “Atur tampilan”, dan d pada tampilan itu."
        )
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, AskDialog))
        assert app.screen.query_one(Input).value == "koordinasi"
        assert ("Koordinasi", "status:coordinating") in screen.views
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.is_mounted)
        await pilot.press("enter")
        await until(lambda: ("Koordinasi", "status:selesai") in screen.views)
        # The own one in its place is the person's: it is changed without a question.
        screen.show_own_query("status:selesai lampu")
        await save(app, pilot, "Koordinasi")
        await until(lambda: ("Koordinasi", "status:selesai lampu") in screen.views)
        screen.edit_views()
        await until(lambda: isinstance(app.screen, ViewsDialog) and bool(app.screen.query("#view-rows")))
        rows = app.screen.query_one("#view-rows", OptionList)
        await until(
            lambda: rows.has_focus and rows.highlighted == names(app).index("Koordinasi")
        )  # it is open
        await pilot.press("d")
        listed: Any = app.screen
        await until(lambda: "status:coordinating" in [row.query for row in listed.rows])
        await pilot.press("escape")
        await until(lambda: ("Koordinasi", "status:coordinating") in screen.views)

    play(world, scene)


def test_the_palette_knows_the_way(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await until(lambda: type(app.screen).__name__ == "PaletteDialog")
        await pilot.press(*"atur tamp", "enter")
        await until(lambda: isinstance(app.screen, ViewsDialog))

    play(world, scene)


def test_a_broken_view_says_where_and_the_others_are_counted(world: DeskWorld) -> None:
    file = world.workplace.home / "config.toml"
    file.write_text('[views]\n"Koordinasi" = "status:kordinasi x"\n')

    async def run() -> None:
        app = QlueDesk(world.workplace, None, settings.read(file), home=world.workplace.home, config=file)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(lambda: len(app.screen_stack) > 1 and bool(app.screen.query(SideBar)))
            screen: Any = app.screen
            place = names(app).index("Koordinasi")
            await until(lambda: screen._view_counts[0] is not None)
            assert screen._view_counts[place] is None
            assert screen._view_counts.count(None) == 1
            said = screen.query_one(KeyBar)
            await until(lambda: said.sentence.startswith(f"{file}:2: Koordinasi: Nilai “kordinasi”"))
            await pilot.press(str(place + 1))
            await until(lambda: said.sentence.startswith(f"{file}:2: Koordinasi: "))

    asyncio.run(run())
