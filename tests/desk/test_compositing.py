"""What is painted is what Textual itself would paint; what lies behind something else is not asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.style import Style
from textual._compositor import Compositor
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.palette import PaletteDialog
from qlue_desk.desk.summary.screen import SummaryScreen
from qlue_desk.desk.widgets.virtual_list import VirtualList
from tests.desk.scene import fill
from tests.desk.test_places import desk_screen, play
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

Cells = list[tuple[str, Style | None]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path, as_="u_budi")
    fill(made)
    yield made
    made.close()


def _drawn(compositor: type[Compositor], screen: Screen[object], crop: Region) -> list[Cells]:
    """The cells of each line of a part of the screen, as one of the two compositors paints it."""
    own = screen._compositor
    chops = compositor._render_chops(own, crop, lambda y: True)
    lines: list[Cells] = []
    for y in crop.line_range:
        cells: dict[int, tuple[str, Style | None]] = {}
        for start, strip in chops[y].items():
            place = start
            for text, style, _control in strip or ():
                for letter in text:
                    cells[place] = (letter, style)
                    place += 1
        lines.append([cells[x] for x in range(*crop.column_span)])
    return lines


def _same_as_textual(screen: Screen[object], seed: int) -> None:
    chance = random.Random(seed)
    width, height = screen.size
    crops = [Region(0, 0, width, height)]
    for _ in range(12):
        x, y = chance.randrange(width), chance.randrange(height)
        crops.append(Region(x, y, chance.randint(1, width - x), chance.randint(1, height - y)))
    own = type(screen._compositor)
    assert own is not Compositor
    for crop in crops:
        assert _drawn(own, screen, crop) == _drawn(Compositor, screen, crop), crop


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_every_part_of_a_screen_is_painted_as_textual_would(world: DeskWorld, size: tuple[int, int]) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        _same_as_textual(app.screen, 1)
        await pilot.press("colon")
        await until(lambda: isinstance(app.screen, PaletteDialog))
        await pilot.pause()
        _same_as_textual(app.screen, 2)
        await pilot.press("escape", "R")
        await until(lambda: isinstance(app.screen, SummaryScreen))
        await pilot.pause()
        _same_as_textual(app.screen, 3)

    play(world, scene, size=size)


@pytest.mark.parametrize(("size", "bar"), [((80, 24), True), ((160, 48), False)])
def test_a_list_and_its_bar_are_painted_as_textual_would(
    world: DeskWorld, size: tuple[int, int], bar: bool
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        queue = desk_screen(app).queue
        desk_screen(app).show_own_query("jl")
        await until(lambda: len(queue.numbers) > 20)
        await pilot.pause()
        assert queue.show_vertical_scrollbar is bar
        for place in (0, 3, 17, len(queue.numbers) - 1):
            queue.move_to(place)
            await pilot.pause()
            for widget in (queue, *([queue.vertical_scrollbar] if bar else [])):
                for crop in (widget.region.size.region, Region(0, 2, 1, 5)):
                    assert _seen(widget.render_lines(crop)) == _seen(Widget.render_lines(widget, crop))

    play(world, scene, size=size)


def _seen(strips: list[Strip]) -> list[Cells]:
    return [[(letter, style) for text, style, _ in strip for letter in text] for strip in strips]


def test_a_new_list_asks_nothing_of_what_lies_behind_or_beside_it(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note_what_is_drawn_by(kind: type[Widget]) -> None:
        draw = kind.render_lines

        def noted(widget: Widget, crop: Region) -> list[Strip]:
            asked.append(widget.id or type(widget).__name__)
            return draw(widget, crop)

        monkeypatch.setattr(kind, "render_lines", noted)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        for kind in (Widget, VirtualList):
            note_what_is_drawn_by(kind)
        screen._compositor._render_chops(screen.queue.region, lambda y: True)
        assert asked == ["queue"]

    play(world, scene, size=(160, 48))


def test_a_new_list_is_painted_before_the_report_under_its_cursor_is_read(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    paint, read = VirtualList.render_lines, Backend.newest

    def painted(widget: VirtualList[object], crop: Region) -> list[Strip]:
        done.append("list")
        return paint(widget, crop)

    def asked(backend: Backend, lane: str, *rest: object) -> object:
        done.append(lane)
        return read(backend, lane, *rest)  # type: ignore[arg-type]

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        monkeypatch.setattr(VirtualList, "render_lines", painted)
        monkeypatch.setattr(Backend, "newest", asked)
        desk_screen(app).show_own_query("jl")
        await until(lambda: "case" in done)
        assert done.index("list") < done.index("case")

    play(world, scene, size=(160, 48))


def test_a_new_title_draws_the_first_line_of_its_frame_and_no_other(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        frame = screen.query_one("#queue-pane")
        await pilot.pause()
        assert not frame._repaint_regions
        screen.named_query, screen.query_text, screen.view = ("x", "Lain dari itu"), "x", -1
        screen.show_heading()
        assert list(frame._repaint_regions) == [Region(0, 0, frame.outer_size.width, 1)]
        await pilot.pause()
        [line] = frame.render_lines(Region(0, 0, frame.outer_size.width, 1))
        assert "Lain dari itu" in line.text
        screen.show_heading()
        assert not frame._repaint_regions  # the same words again

    play(world, scene, size=(160, 48))
