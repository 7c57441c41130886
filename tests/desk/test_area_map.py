"""The map: where things lie on it, what is written, that it can be read without colours and without UTF-8."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App, ComposeResult

from qlue_desk.cities import load_shipped
from qlue_desk.cities.outlines import Shape, city_shapes
from qlue_desk.desk import themes
from qlue_desk.desk.widgets.area_map import AreaMap
from qlue_desk.desk.widgets.map_ground import Sheet, Window, fitted, metres_between, spans
from qlue_desk.desk.widgets.map_painting import MapPoint, shade_of
from tests.waiting import until_async as until


def _square(code: str, name: str, west: float, south: float, side: float = 0.02) -> Shape:
    ring = (
        (west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south),
    )  # fmt: skip
    return Shape(code, name, (ring,), south + side / 2, west + side / 2)


SQUARES = (_square("1", "Sempur", 106.80, -6.60), _square("2", "Pabaton", 106.82, -6.60))


class _App(App[None]):
    def __init__(self, map_: AreaMap) -> None:
        super().__init__()
        self.map = map_
        self.heard: list[tuple[str, bool]] = []
        for theme in themes.themes():
            self.register_theme(theme)
        self.theme = "qlue-dark"

    def compose(self) -> ComposeResult:
        yield self.map

    def on_area_map_chosen(self, event: AreaMap.Chosen) -> None:
        self.heard.append((event.code, event.again))


def _seen(
    map_: AreaMap, do: Callable[[_App], Awaitable[None]] | None = None, size: tuple[int, int] = (60, 20)
) -> list[str]:
    async def run() -> list[str]:
        app = _App(map_)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await until(lambda: map_._grid or not map_.shapes, 15)
            if do is not None:
                await do(app)
                await pilot.pause()
            return [strip.text for strip in app.screen._compositor.render_strips()]

    return asyncio.run(run())


# --- the ground ------------------------------------------------------------------------------------


def test_a_place_comes_back_from_its_cell() -> None:
    window = Window(-6.6, 106.8, 50.0, 80, 24)
    assert window.cell(-6.6, 106.8) == (40, 12)
    lat, lon = window.place(10, 5)
    assert window.cell(lat, lon) == (10, 5)
    assert window.cell(-6.9, 106.8) is None


def test_a_fitted_window_shows_everything_and_wastes_little() -> None:
    window = fitted([shape.box for shape in SQUARES], 60, 20)
    west, south, east, north = window.box
    assert west < 106.80
    assert east > 106.84
    assert south < -6.60
    assert north > -6.58
    assert (east - west) / 0.04 < 1.2 or (north - south) / 0.02 < 1.2


def test_zooming_keeps_the_middle_and_ends_at_the_limits() -> None:
    window = Window(-6.6, 106.8, 50.0, 80, 24)
    assert window.zoomed(1).metres == pytest.approx(31.25)
    assert (window.zoomed(3).lat, window.zoomed(3).lon) == (-6.6, 106.8)
    assert window.zoomed(50).metres == 0.5
    assert window.zoomed(-50).metres == 2000.0


def test_panning_by_a_cell_moves_what_is_seen_by_a_cell() -> None:
    window = Window(-6.6, 106.8, 50.0, 80, 24)
    lat, lon = window.place(40, 12)
    assert window.panned(3, -2).cell(lat, lon) == (37, 14)


def test_a_line_is_drawn_in_braille_and_cut_at_the_edge() -> None:
    sheet = Sheet(3, 1)
    sheet.outline([(-100.0, 0.0), (100.0, 0.0)])
    assert [sheet.character(column, 0) for column in range(3)] == ["⠉", "⠉", "⠉"]
    assert [sheet.character(column, 0, ascii_only=True) for column in range(3)] == ["'", "'", "'"]
    beyond = Sheet(3, 1)
    beyond.outline([(-100.0, -5.0), (100.0, -5.0)])
    assert not any(beyond.cells)


def test_spans_are_the_cells_inside() -> None:
    window = Window(0.0, 0.0, 1.0, 10, 4)
    box = [[(4.0, 4.0), (12.0, 4.0), (12.0, 12.0), (4.0, 12.0), (4.0, 4.0)]]
    assert spans(box, window) == [(1, 2, 6), (2, 2, 6)]


def test_counts_are_shaded_in_three_steps() -> None:
    assert [shade_of(count, 30) for count in (0, 1, 10, 11, 20, 21, 30)] == [-1, 0, 0, 1, 1, 2, 2]
    assert [shade_of(count, 1) for count in (0, 1)] == [-1, 0]
    assert shade_of(2, 2) == 1


def test_metres_are_metres() -> None:
    assert metres_between(-6.6, 106.8, -6.6, 106.81) == pytest.approx(1106, abs=1)


# --- the widget ------------------------------------------------------------------------------------


def test_names_and_counts_are_written_where_there_is_room() -> None:
    lines = _seen(AreaMap(SQUARES, counts={"1": 12, "2": 3}))
    text = "\n".join(lines)
    assert "Sempur 12" in text
    assert "Pabaton 3" in text
    assert text.index("Sempur 12") % 61 < text.index("Pabaton 3") % 61
    # The larger count is darker: another sign, not only another colour.
    assert "▓" in text.split("Sempur")[0].splitlines()[-1]
    assert "░" in "\n".join(line[30:] for line in lines)


def test_a_small_map_says_the_number_alone() -> None:
    text = "\n".join(_seen(AreaMap(SQUARES, counts={"1": 12, "2": 3}), size=(16, 6)))
    assert "Sempur" not in text
    assert "12" in text


def test_a_terminal_without_utf8_gets_ascii_only() -> None:
    text = "\n".join(_seen(AreaMap(SQUARES, counts={"1": 12, "2": 3}, ascii_only=True)))
    assert text.isascii()
    assert "Sempur 12" in text
    assert "#" in text
    assert "-" in text


def test_reports_are_their_signs_and_many_in_one_cell_are_a_number() -> None:
    points = [
        MapPoint(-6.5905, 106.8103, "■", "red"),
        MapPoint(-6.595, 106.815, "◆"),
        *(MapPoint(-6.585, 106.835, "◇") for _ in range(12)),
        *(MapPoint(-6.595, 106.835, "◇") for _ in range(3)),
    ]
    text = "\n".join(_seen(AreaMap(SQUARES, points=points)))
    assert text.count("■") == 1
    assert text.count("◆") == 1
    assert text.count("◇") == 0
    assert text.count("+") == 1
    assert text.count("3") == 1


def test_the_report_itself_lies_over_the_others() -> None:
    points = [
        MapPoint(-6.59, 106.81, "◆"),
        MapPoint(-6.59, 106.81, "■", here=True),
        MapPoint(-6.59, 106.81, "◇"),
    ]
    text = "\n".join(_seen(AreaMap(SQUARES, points=points)))
    assert "■" in text
    assert "◆" not in text


def test_a_click_chooses_and_a_second_one_opens() -> None:
    map_ = AreaMap(SQUARES)

    async def click(app: _App) -> None:
        assert map_.window is not None
        place = map_.window.cell(-6.585, 106.835)
        async with asyncio.timeout(30):
            from textual.pilot import Pilot

            pilot: Pilot[None] = Pilot(app)
            await pilot.click(AreaMap, offset=place or (0, 0))
            await pilot.click(AreaMap, offset=place or (0, 0))
        assert app.heard == [("2", False), ("2", True)]

    text = "\n".join(_seen(map_, click))
    assert map_.chosen == "2"
    assert "Pabaton" in text


def test_the_chosen_kelurahan_is_named_even_without_room_and_brought_into_view() -> None:
    map_ = AreaMap(SQUARES)

    async def look(app: _App) -> None:
        map_.centre(-6.59, 106.801, 300)
        map_.choose("2")

    assert "Pabaton" in "\n".join(_seen(map_, look, size=(30, 8)))


def test_a_chosen_name_never_runs_into_a_neighbours_number() -> None:
    shapes = city_shapes(load_shipped("bogor"))
    map_ = AreaMap(shapes, counts={shape.code: place * 7 % 13 for place, shape in enumerate(shapes)})
    written: dict[str, str] = {}

    async def look(_app: _App) -> None:
        for shape in shapes:
            map_.choose(shape.code)
            styles = [
                "".join({"here": "h", "name": "n"}.get(style, " ") for _, style in row)
                for row in map_._painted()
            ]
            written[shape.name] = "\n".join(styles)

    _seen(map_, look, size=(80, 22))
    assert all("h" in styles for styles in written.values())
    assert [name for name, styles in written.items() if "hn" in styles or "nh" in styles] == []


def test_a_hostile_name_writes_only_characters() -> None:
    shape = _square("1", "[red]\x1b[31mX\u202e", 106.80, -6.60)
    text = "\n".join(_seen(AreaMap((shape,))))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_nothing_to_show_is_an_empty_map() -> None:
    assert "".join(_seen(AreaMap(()))).strip() == ""


def test_a_whole_city_is_painted_fast() -> None:
    shapes = city_shapes(load_shipped("bandung"))
    counts = {shape.code: place for place, shape in enumerate(shapes)}
    map_ = AreaMap(shapes, counts=counts)
    took: list[float] = []

    async def measure(app: _App) -> None:
        for _ in range(3):
            begin = time.perf_counter()
            map_._painted()
            took.append(time.perf_counter() - begin)

    _seen(map_, measure, size=(160, 48))
    assert min(took) < 0.5  # 0.04 s on a quiet machine
