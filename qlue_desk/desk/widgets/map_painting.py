"""A map in characters: what stands in which cell. Pure, knows no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import is_

import msgspec
from rich.cells import cell_len

from qlue_desk.cities.outlines import Ring, Shape
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.map_ground import Sheet, Span, Window, projected, spans

SHADES = ("░", "▒", "▓")
ASCII_SHADES = ("-", "+", "#")
MANY = "+"
"""More than nine reports in one cell."""
ASIDE = 4
"""Cells that a chosen name may move to spare a neighbour's."""
Cell = tuple[str, str]
"""A character and the name of its style."""


class MapPoint(msgspec.Struct, frozen=True):
    """A report on the map: place in degrees, its status sign and colour name (`red`, `grey`, …)."""

    lat: float
    lon: float
    glyph: str
    colour: str = "grey"
    here: bool = False
    """The report that the map is about; drawn over all others."""


class Ground(msgspec.Struct, frozen=True):
    """What a window shows of some shapes, whatever is counted in them."""

    lines: Sheet
    rooms: tuple[list[Span], ...]
    """The cells of each shape."""


_grounds: list[tuple[Window, list[tuple[Ring, ...]], Ground]] = []
_GROUNDS_KEPT = 4


def ground_of(shapes: Sequence[Shape], window: Window) -> Ground:
    """Drawn once (20 ms for 68 kelurahan): the summary shows the same city each time it is opened."""
    rings = [shape.rings for shape in shapes]
    for at, known, ground in _grounds:
        if at == window and len(known) == len(rings) and all(map(is_, known, rings)):
            return ground
    lines = Sheet(window.columns, window.rows)
    rooms = []
    for shape in shapes:
        dots = projected(shape, window)
        rooms.append(spans(dots, window))
        for ring in dots:
            lines.outline(ring)
    ground = Ground(lines, tuple(rooms))
    _grounds.insert(0, (window, rings, ground))
    del _grounds[_GROUNDS_KEPT:]
    return ground


def shade_of(count: int, most: int) -> int:
    """0 to 2: how dark a count is beside the largest one; -1 for none. One or two reports are never dark."""
    most = max(most, 3)
    return -1 if count <= 0 else min(2, (3 * count - 1) // most)


class MapPainting:
    """One window with its counts (none: nothing is shaded), and the kelurahan that stands out."""

    def __init__(self, window: Window, counts: Mapping[str, int], chosen: str, *, ascii_only: bool) -> None:
        self.window = window
        self.counts = counts
        self.chosen = chosen
        self._ascii = ascii_only

    def of(self, shapes: Sequence[Shape], points: Sequence[MapPoint]) -> list[list[Cell]]:
        """Lines of cells, for shapes that the window sees."""
        window = self.window
        grid: list[list[Cell]] = [[(" ", "")] * window.columns for _ in range(window.rows)]
        ground = ground_of(shapes, window)
        most = max(self.counts.values(), default=0)
        rooms = list(zip(shapes, ground.rooms, strict=True))
        for shape, room in rooms:
            self._shade(grid, shape, room, most)
        chosen = Sheet(window.columns, window.rows)
        for shape in shapes:
            if shape.code == self.chosen:
                for ring in projected(shape, window):
                    chosen.outline(ring)
        self._stamp(grid, ground.lines, "line")
        self._stamp(grid, chosen, "chosen")
        for shape, room in sorted(rooms, key=lambda pair: pair[0].code == self.chosen):
            self._write_name(grid, shape, room)
        self._put_points(grid, points)
        return grid

    def _shade(self, grid: list[list[Cell]], shape: Shape, room: list[Span], most: int) -> None:
        shade = shade_of(self.counts.get(shape.code, 0), most)
        if shade < 0:
            return
        cell = ((ASCII_SHADES if self._ascii else SHADES)[shade], f"shade{shade}")
        for row, first, behind in room:
            grid[row][first:behind] = [cell] * (behind - first)

    def _stamp(self, grid: list[list[Cell]], sheet: Sheet, style: str) -> None:
        for place, bits in enumerate(sheet.cells):
            if bits:
                row, column = divmod(place, sheet.columns)
                grid[row][column] = (sheet.character(column, row, ascii_only=self._ascii), style)

    def _write_name(self, grid: list[list[Cell]], shape: Shape, room: list[Span]) -> None:
        """The name where the shape has room for it, else only its count; the chosen one's always."""
        at = self.window.cell(shape.lat, shape.lon)
        chosen = shape.code == self.chosen
        if at is None and not room:
            return
        name = safe(shape.name)
        count = str(self.counts[shape.code]) if self.counts.get(shape.code) else ""
        texts = [f"{name} {count}".strip(), count]
        near = [span for span in room if at is None or abs(span[0] - at[1]) <= 1]
        if shape.rings and near:
            row, first, behind = max(
                near, key=lambda span: (span[2] - span[1], at is not None and span[0] == at[1])
            )
        else:
            column, row = at or (0, 0)
            half = cell_len(texts[0]) // 2 + 2 if not shape.rings or chosen else 0
            first, behind = column - half, column + half
        text = next((text for text in texts if text and cell_len(text) + 2 <= behind - first), "")
        if chosen:
            text = texts[0]
        start = (first + behind - cell_len(text)) // 2
        if chosen:
            start = _start_beside(grid[row], start, cell_len(text))
        start = max(0, min(start, self.window.columns - cell_len(text)))
        style = "here" if chosen else "name"
        if chosen:
            _clear_beside(grid[row], start, start + cell_len(text))
        for place, character in enumerate(text):
            if start + place < self.window.columns and cell_len(character) == 1:
                grid[row][start + place] = (character, style)

    def _put_points(self, grid: list[list[Cell]], points: Sequence[MapPoint]) -> None:
        """A report is its sign; several in one cell are their number, in the colour of the first."""
        cells: dict[tuple[int, int], list[MapPoint]] = {}
        for point in points:
            at = self.window.cell(point.lat, point.lon)
            if at is not None:
                cells.setdefault(at, []).append(point)
        for (column, row), found in cells.items():
            here = next((point for point in found if point.here), None)
            if here is not None:
                grid[row][column] = (here.glyph, "here")
            elif len(found) == 1:
                grid[row][column] = (found[0].glyph, found[0].colour)
            else:
                grid[row][column] = (str(len(found)) if len(found) < 10 else MANY, found[0].colour)


def _start_beside(line: list[Cell], start: int, width: int) -> int:
    """The nearest place for the chosen name that spares the neighbours' names and numbers; `start` where none does."""
    for step in sorted(range(-ASIDE, ASIDE + 1), key=abs):
        left, right = start + step, start + step + width
        if (
            left >= 0
            and right <= len(line)
            and not any(s == "name" for _, s in line[max(0, left - 1) : right + 1])
        ):
            return left
    return start


def _clear_beside(line: list[Cell], first: int, behind: int) -> None:
    """What is left of a name or number that [first, behind) covers or touches would be read together with it."""
    for place, step in ((first - 1, -1), (behind, 1)):
        while 0 <= place < len(line) and line[place][1] == "name":
            line[place] = (" ", "")
            place += step
