"""The ground of a map in a terminal: a window over the earth, and a sheet of dots; no widget, no colours.

A cell holds two by four dots (braille), so that a dot is about square.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import msgspec

from qlue_desk.cities.outlines import METRES_PER_DEGREE, Ring, Shape

DOTS_WIDE, DOTS_HIGH = 2, 4
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Of a braille cell: column, then row from above."""
_UPPER, _LOWER = 0x01 | 0x02 | 0x08 | 0x10, 0x04 | 0x40 | 0x20 | 0x80
CLOSEST, WIDEST = 0.5, 2000.0
"""Metres a dot."""
ZOOM = 1.6
"""One step."""
Span = tuple[int, int, int]
"""Row, first column and column behind the last, in cells."""


class Window(msgspec.Struct, frozen=True):
    """Which part of the earth a sheet of `columns` × `rows` cells shows."""

    lat: float
    lon: float
    """Its middle, in degrees."""
    metres: float
    """A dot's width and height."""
    columns: int
    rows: int

    @property
    def _east(self) -> float:
        return METRES_PER_DEGREE * math.cos(math.radians(self.lat)) / self.metres

    def dot(self, lat: float, lon: float) -> tuple[float, float]:
        """Where a place lies, in dots from the left upper corner."""
        x = (lon - self.lon) * self._east + self.columns * DOTS_WIDE / 2
        y = (self.lat - lat) * METRES_PER_DEGREE / self.metres + self.rows * DOTS_HIGH / 2
        return x, y

    def cell(self, lat: float, lon: float) -> tuple[int, int] | None:
        """The cell (column, row) of a place, None beyond the window."""
        x, y = self.dot(lat, lon)
        column, row = math.floor(x / DOTS_WIDE), math.floor(y / DOTS_HIGH)
        return (column, row) if 0 <= column < self.columns and 0 <= row < self.rows else None

    def place(self, column: int, row: int) -> tuple[float, float]:
        """Latitude and longitude of the middle of a cell."""
        x = (column + 0.5) * DOTS_WIDE - self.columns * DOTS_WIDE / 2
        y = (row + 0.5) * DOTS_HIGH - self.rows * DOTS_HIGH / 2
        return self.lat - y * self.metres / METRES_PER_DEGREE, self.lon + x / self._east

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees."""
        high = self.rows * DOTS_HIGH / 2 * self.metres / METRES_PER_DEGREE
        wide = self.columns * DOTS_WIDE / 2 / self._east
        return self.lon - wide, self.lat - high, self.lon + wide, self.lat + high

    def zoomed(self, steps: int) -> Window:
        """Closer (positive) or wider, about the same middle."""
        metres = min(max(self.metres / ZOOM**steps, CLOSEST), WIDEST)
        return msgspec.structs.replace(self, metres=metres)

    def panned(self, columns: int, rows: int) -> Window:
        """Moved by cells."""
        return msgspec.structs.replace(
            self,
            lat=self.lat - rows * DOTS_HIGH * self.metres / METRES_PER_DEGREE,
            lon=self.lon + columns * DOTS_WIDE / self._east,
        )

    def sized(self, columns: int, rows: int) -> Window:
        """The same middle on a sheet of another size."""
        return msgspec.structs.replace(self, columns=columns, rows=rows)

    def sees(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a box of degrees touches the window."""
        west, south, east, north = self.box
        return box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south


def fitted(boxes: Iterable[tuple[float, float, float, float]], columns: int, rows: int) -> Window:
    """The window that shows all these boxes, with a little air around."""
    found = list(boxes) or [(0.0, 0.0, 0.0, 0.0)]
    west, south = min(box[0] for box in found), min(box[1] for box in found)
    east, north = max(box[2] for box in found), max(box[3] for box in found)
    lat = (south + north) / 2
    wide = (east - west) * METRES_PER_DEGREE * math.cos(math.radians(lat))
    high = (north - south) * METRES_PER_DEGREE
    metres = max(wide / max(1, columns * DOTS_WIDE - 2), high / max(1, rows * DOTS_HIGH - 2), CLOSEST)
    return Window(lat, (west + east) / 2, min(metres, WIDEST), columns, rows)


class Sheet:
    """Dots of one drawing; a cell is a byte of braille bits."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        self.cells = bytearray(columns * rows)

    def outline(self, points: Sequence[tuple[float, float]]) -> None:
        """Draw the lines through these dots; what lies beyond the sheet is cut off."""
        before: tuple[int, int] | None = None
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            if int(x1) == int(x2) and int(y1) == int(y2) and before is not None:
                continue
            part = self._clipped(x1, y1, x2, y2)
            if part is not None:
                self._stretch(*part)
                before = (int(x2), int(y2))

    def _clipped(self, x1: float, y1: float, x2: float, y2: float) -> tuple[int, int, int, int] | None:
        """The part of a stretch on the sheet, in whole dots (Liang and Barsky)."""
        right, bottom = self.columns * DOTS_WIDE - 1, self.rows * DOTS_HIGH - 1
        dx, dy = x2 - x1, y2 - y1
        begin, end = 0.0, 1.0
        for change, room in ((-dx, x1), (dx, right - x1), (-dy, y1), (dy, bottom - y1)):
            if change == 0:
                if room < 0:
                    return None
            elif change < 0:
                begin = max(begin, room / change)
            else:
                end = min(end, room / change)
        if begin > end:
            return None
        return (
            int(x1 + begin * dx), int(y1 + begin * dy), int(x1 + end * dx), int(y1 + end * dy),
        )  # fmt: skip

    def _stretch(self, x: int, y: int, to_x: int, to_y: int) -> None:
        """Bresenham's line."""
        cells, columns = self.cells, self.columns
        wide, high = abs(to_x - x), -abs(to_y - y)
        step_x, step_y = (1 if x < to_x else -1), (1 if y < to_y else -1)
        error = wide + high
        while True:
            cells[(y >> 2) * columns + (x >> 1)] |= _BITS[x & 1][y & 3]
            if x == to_x and y == to_y:
                return
            doubled = 2 * error
            if doubled >= high:
                error += high
                x += step_x
            if doubled <= wide:
                error += wide
                y += step_y

    def character(self, column: int, row: int, *, ascii_only: bool = False) -> str:
        """What a cell shows, ' ' where nothing was drawn."""
        bits = self.cells[row * self.columns + column]
        if not bits:
            return " "
        if not ascii_only:
            return chr(0x2800 + bits)
        if not bits & _LOWER:
            return "'"
        return ":" if bits & _UPPER else "."


def projected(shape: Shape, window: Window) -> list[list[tuple[float, float]]]:
    """The rings of a shape in dots."""
    east, north = window._east, METRES_PER_DEGREE / window.metres
    left, top = window.columns * DOTS_WIDE / 2, window.rows * DOTS_HIGH / 2
    lon0, lat0 = window.lon, window.lat
    return [
        [((lon - lon0) * east + left, (lat0 - lat) * north + top) for lon, lat in ring]
        for ring in shape.rings
    ]


def spans(rings: Sequence[Sequence[tuple[float, float]]] | Sequence[Ring], window: Window) -> list[Span]:
    """The cells whose middle lies inside rings given in dots, row by row (even-odd rule)."""
    crossings: dict[int, list[float]] = {}
    for ring in rings:
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            if y1 > y2:
                x1, y1, x2, y2 = x2, y2, x1, y1
            # Middles of rows lie at 2, 6, 10 … dots.
            first = max(0, math.ceil((y1 - 2) / DOTS_HIGH))
            behind = min(window.rows, math.ceil((y2 - 2) / DOTS_HIGH))
            for row in range(first, behind):
                middle = row * DOTS_HIGH + 2
                crossings.setdefault(row, []).append(x1 + (middle - y1) * (x2 - x1) / (y2 - y1))
    found: list[Span] = []
    for row, places in sorted(crossings.items()):
        places.sort()
        for begin, end in zip(places[::2], places[1::2], strict=False):
            first = max(0, math.ceil((begin - 1) / DOTS_WIDE))
            behind = min(window.columns, math.ceil((end - 1) / DOTS_WIDE))
            if first < behind:
                found.append((row, first, behind))
    return found


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """About how far two places of one city lie apart."""
    east = (other_lon - lon) * math.cos(math.radians(lat))
    return math.hypot(other_lat - lat, east) * METRES_PER_DEGREE
