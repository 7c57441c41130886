"""A map of kelurahan in characters: borders in braille, counts as shades and numbers, reports as their signs.

`AreaMap(shapes, points=…, counts=…)`: whoever shows it gives what is to be seen and hears `Moved` and `Chosen`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from qlue_desk import phrases
from qlue_desk.cities.outlines import Shape
from qlue_desk.desk.widgets.map_ground import DOTS_WIDE, Window, fitted
from qlue_desk.desk.widgets.map_painting import Cell, MapPainting, MapPoint


class AreaMap(Widget):
    """Draws shapes for its size; zoom, pan and choice are methods, keys belong to the screen."""

    STYLES: ClassVar[tuple[str, ...]] = (
        "line", "chosen", "name", "shade0", "shade1", "shade2", "red", "yellow", "green", "grey", "here",
    )  # fmt: skip
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"map--{name}" for name in STYLES}
    DEFAULT_CSS = """
    AreaMap { width: 1fr; height: 1fr; background: $background; }
    AreaMap .map--line { color: $text-muted; }
    AreaMap .map--chosen { color: $accent; text-style: bold; }
    AreaMap .map--name { color: $text; text-style: bold; }
    AreaMap .map--shade0 { color: $status-grey; }
    AreaMap .map--shade1 { color: $status-yellow; }
    AreaMap .map--shade2 { color: $status-red; }
    AreaMap .map--red { color: $status-red; text-style: bold; }
    AreaMap .map--yellow { color: $status-yellow; text-style: bold; }
    AreaMap .map--green { color: $status-green; text-style: bold; }
    AreaMap .map--grey { color: $status-grey; text-style: bold; }
    AreaMap .map--here { color: $cursor-line-text; background: $cursor-line; text-style: bold; }
    """

    class Moved(Message):
        """Another part of the earth is shown: points may be missing."""

        def __init__(self, map_: AreaMap) -> None:
            super().__init__()
            self.map = map_

        @property
        def control(self) -> AreaMap:
            """The map."""
            return self.map

        def can_replace(self, message: Message) -> bool:
            """Only the newest window matters."""
            return isinstance(message, AreaMap.Moved) and message.map is self.map

    class Chosen(Message):
        """A click on a kelurahan; a second one on the same opens it."""

        def __init__(self, map_: AreaMap, code: str, *, again: bool) -> None:
            super().__init__()
            self.map = map_
            self.code = code
            self.again = again

        @property
        def control(self) -> AreaMap:
            """The map."""
            return self.map

    def __init__(
        self,
        shapes: Sequence[Shape] = (),
        *,
        points: Sequence[MapPoint] = (),
        counts: Mapping[str, int] | None = None,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.shapes = tuple(shapes)
        self.points = tuple(points)
        self.counts = counts
        self.chosen = ""
        """Code of the kelurahan that stands out."""
        self.window: Window | None = None
        self._ascii = ascii_only
        self._aim: tuple[float, float, float] | None = None
        self._fitted: Window | None = None
        self._boxes: dict[str, tuple[float, float, float, float]] = {}
        self._grid: list[list[Cell]] = []
        self._drawn: object = None
        self._styles: dict[str, Style] = {}

    # --- what is shown -------------------------------------------------------------------------

    def show(
        self,
        shapes: Sequence[Shape] | None = None,
        *,
        points: Sequence[MapPoint] | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Show other shapes, points or counts; None leaves a thing as it is."""
        if shapes is not None:
            self.shapes, self._boxes, self.window = tuple(shapes), {}, None
        if points is not None:
            self.points = tuple(points)
        if counts is not None:
            self.counts = counts
        self._drawn = None
        self.refresh()

    def choose(self, code: str) -> None:
        """Let a kelurahan stand out, '' for none; the window follows when it lies outside."""
        self.chosen = code
        box = self._box(code)
        if box is not None and self.window is not None and not self.window.sees(box):
            self.look_at_chosen()
        self._drawn = None
        self.refresh()

    def _box(self, code: str) -> tuple[float, float, float, float] | None:
        if not self._boxes:
            self._boxes = {shape.code: shape.box for shape in self.shapes}
        return self._boxes.get(code)

    def codes_in_view(self) -> list[str]:
        """The kelurahan that the window touches; empty where there is none."""
        window = self.window
        self._box("")
        return [code for code, box in self._boxes.items() if window is not None and window.sees(box)]

    # --- where one looks -----------------------------------------------------------------------

    def whole(self) -> None:
        """The whole city."""
        self._aim = None
        self.window = None
        self._ground()
        self._drawn = None
        self.refresh()
        self.post_message(self.Moved(self))

    @property
    def is_whole(self) -> bool:
        """Whether the whole city is shown, as `whole` left it."""
        return self._aim is None and self.window == self._fitted

    def centre(self, lat: float, lon: float, metres: float) -> None:
        """Look at a place, with at least `metres` from its middle to the left and right edge."""
        self._aim = (lat, lon, metres)
        self.window = None
        self._ground()
        self._drawn = None
        self.refresh()
        self.post_message(self.Moved(self))

    def zoom(self, steps: int) -> None:
        """Closer (positive) or wider."""
        window = self._ground()
        if window is not None:
            self._look(window.zoomed(steps))

    def look_at_chosen(self) -> None:
        """Move the middle to the chosen kelurahan."""
        box, window = self._box(self.chosen), self._ground()
        if box is not None and window is not None:
            lat, lon = (box[1] + box[3]) / 2, (box[0] + box[2]) / 2
            self._look(msgspec.structs.replace(window, lat=lat, lon=lon))

    def pan(self, columns: int, rows: int) -> None:
        """Move the window by cells."""
        window = self._ground()
        if window is not None:
            self._look(window.panned(columns, rows))

    def _look(self, window: Window) -> None:
        self.window, self._drawn = window, None
        self.refresh()
        self.post_message(self.Moved(self))

    def _ground(self) -> Window | None:
        """The window for the present size; None while there is none, or nothing to show.

        On another sheet it shows the same place; the whole city is fitted anew.
        """
        columns, rows = self.size.width, self.size.height
        if not columns or not rows or not (self.shapes or self._aim):
            return None
        if self.window is not None and (self.window.columns, self.window.rows) != (columns, rows):
            self.window = None if self.is_whole else self.window.sized(columns, rows)
        if self.window is None:
            if self._aim is not None:
                lat, lon, metres = self._aim
                self.window = Window(lat, lon, max(0.5, metres / columns), columns, rows)
            else:
                self._box("")
                self.window = self._fitted = fitted(self._boxes.values(), columns, rows)
        return self.window

    def on_resize(self) -> None:
        """Another sheet."""
        self._ground()
        self._drawn = None
        self.post_message(self.Moved(self))

    def on_click(self, event: events.Click) -> None:
        """Choose what lies under the pointer."""
        if self.window is None:
            return
        lat, lon = self.window.place(event.x, event.y)
        code = next((shape.code for shape in self.shapes if shape.holds(lat, lon)), "")
        if code:
            event.stop()
            again = code == self.chosen
            self.choose(code)
            self.post_message(self.Chosen(self, code, again=again))

    # --- drawing -------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the screen."""
        self._styles.clear()  # looked up once a frame, not for each stretch of each line
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line."""
        state = (self.size, self.window)
        if self._drawn is None or self._drawn != state:
            self._grid = self._painted()
            self._drawn = (self.size, self.window)
        if y >= len(self._grid):
            return Strip.blank(self.size.width, self._style(""))
        segments: list[Segment] = []
        run, run_style = "", ""
        for character, style in self._grid[y]:
            if style != run_style and run:
                segments.append(Segment(run, self._style(run_style)))
                run = ""
            run, run_style = run + character, style
        segments.append(Segment(run, self._style(run_style)))
        return Strip(segments, self.size.width)

    def _style(self, name: str) -> Style:
        found = self._styles.get(name)
        if found is None:
            found = self.rich_style
            if name:
                found += self.get_component_rich_style(f"map--{name}", partial=True)
            self._styles[name] = found
        return found

    def _painted(self) -> list[list[Cell]]:
        window = self._ground()
        if window is None:
            return []
        self._box("")
        seen = [shape for shape in self.shapes if window.sees(self._boxes[shape.code])]
        painting = MapPainting(window, self.counts or {}, self.chosen, ascii_only=self._ascii)
        return painting.of(seen, self.points)

    @property
    def metres_wide(self) -> float:
        """From its left to its right edge; 0 while nothing is shown."""
        return self.window.columns * DOTS_WIDE * self.window.metres if self.window is not None else 0.0

    def scale_words(self) -> str:
        """How wide the map is: `3,2 km` or `450 m`."""
        metres = self.metres_wide
        if not metres:
            return ""
        return f"{phrases.decimal(metres / 1000)} km" if metres >= 1000 else f"{metres:.0f} m"
