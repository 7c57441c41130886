"""The mouse: a click selects, two open; views, keys of the bar and numbers can be clicked, the wheel scrolls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.queue.queue_list import QueueList
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.queue.sidebar import SideBar
from qlue_desk.desk.summary.cells import numbers_of
from qlue_desk.desk.summary.screen import NumberBoard, SummaryScreen
from qlue_desk.desk.widgets.key_bar import KeyBar
from tests.desk.scene import fill
from tests.desk.test_places import desk_screen, play
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path, as_="u_budi")
    fill(made)
    yield made
    made.close()


def test_a_click_selects_and_two_open(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        await pilot.press("3")
        await until(lambda: screen.view == 2 and len(screen.queue.numbers) > 3)
        await pilot.click(QueueList, offset=(10, 2))
        await until(lambda: screen.queue.cursor == 2)
        assert screen.focused is screen.queue
        await pilot.click(QueueList, offset=(10, 1), times=2)
        await until(lambda: screen.queue.cursor == 1 and screen.focused is screen.detail)

    play(world, scene)


def test_the_wheel_scrolls_and_leaves_the_cursor(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        screen.show_own_query("is:open")
        await until(lambda: len(screen.queue.numbers) > 20)
        await until(lambda: screen.queue.allow_vertical_scroll)
        assert screen.queue.scroll_y == 0
        wheel = events.MouseScrollDown(screen.queue, 5, 5, 0, 1, 0, False, False, False)
        screen.queue.post_message(wheel)
        await until(lambda: screen.queue.scroll_y > 0)
        assert screen.queue.cursor == 0

    play(world, scene, size=(120, 20))


def test_a_view_of_the_side_bar_is_opened_by_a_click(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        await pilot.click(SideBar, offset=(5, 3))
        await until(lambda: screen.view == 2)

    play(world, scene)


def test_a_key_of_the_bar_is_pressed_by_a_click(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        await pilot.press("3")
        await until(lambda: screen.view == 2 and screen.current_cells is not None)
        bar = screen.query_one(KeyBar)
        start, end, _key = next(spot for spot in bar._spots if spot[2] == "t")
        for column in (start, end - 1):
            await pilot.click(KeyBar, offset=(column + 1, 0))
            await until(lambda: isinstance(app.screen, FollowUpDialog))
            await pilot.press("escape")
            await until(lambda: isinstance(app.screen, DeskScreen))
        await pilot.click(KeyBar, offset=(end + 2, 0))  # between two keys
        await pilot.pause(0.1)
        assert isinstance(app.screen, DeskScreen)

    play(world, scene)


def test_a_number_of_the_summary_opens_its_reports(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("R")
        await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)
        board = app.screen.query_one(NumberBoard)
        row, cell = numbers_of(board.rows)[0]
        column = sum(len(each.text) for each in board.rows[row][:cell])
        await pilot.click(NumberBoard, offset=(column, row))
        await until(lambda: isinstance(app.screen, DeskScreen))
        assert desk_screen(app).query_text == board.rows[row][cell].query

    play(world, scene)
