"""A widget that shows one picture by the way that the terminal has."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from qlue_desk.desk.photos.terminal import Way, cell_pixels

if TYPE_CHECKING:
    from PIL.Image import Image

LIBRARY = "textual_image.widget"
_INK = " .:-=+*#%@"
"""From dark to light, for a light ink on a dark ground."""


def fitted_cells(pixels: tuple[int, int], room: Size, cell: tuple[int, int]) -> tuple[int, int]:
    """How many columns and rows a picture takes so that all of it is seen, undistorted."""
    wide, high = pixels[0] / cell[0], pixels[1] / cell[1]
    scale = min(room.width / wide, room.height / high) if wide and high else 0.0
    return max(1, min(room.width, round(wide * scale))), max(1, min(room.height, round(high * scale)))


class BlockPicture(Widget):
    """Two pixels a cell, as upper half blocks; or one as a letter where there are no such characters."""

    def __init__(self, image: Image, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.image = image
        self._ascii = ascii_only
        self._strips: list[Strip] = []
        self._drawn = Size(0, 0)

    def render_line(self, y: int) -> Strip:
        """One line."""
        if self._drawn != self.size:
            self._drawn = self.size
            self._strips = self._letters(*self.size) if self._ascii else self._blocks(*self.size)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def _blocks(self, width: int, height: int) -> list[Strip]:
        pixels = self.image.resize((width, height * 2)).tobytes()
        row = width * 3
        strips = []
        for y in range(height):
            upper, lower = (
                pixels[2 * y * row : (2 * y + 1) * row],
                pixels[(2 * y + 1) * row : (2 * y + 2) * row],
            )
            segments = [
                Segment(
                    "▀",
                    Style(color=Color.from_rgb(*upper[x : x + 3]), bgcolor=Color.from_rgb(*lower[x : x + 3])),
                )
                for x in range(0, row, 3)
            ]
            strips.append(Strip(segments, width))
        return strips

    def _letters(self, width: int, height: int) -> list[Strip]:
        grey = self.image.convert("L").resize((width, height)).tobytes()
        base = self.rich_style
        lines = (grey[y * width : (y + 1) * width] for y in range(height))
        return [
            Strip([Segment("".join(_INK[value * 10 // 256] for value in line), base)], width)
            for line in lines
        ]


def picture_widget(image: Image, way: Way, room: Size) -> Widget:
    """A widget for the picture, as large as it can be in `room` cells."""
    graphic = _graphic(way) if way in (Way.KITTY, Way.SIXEL) else None
    widget: Widget = BlockPicture(image, ascii_only=way is Way.ASCII) if graphic is None else graphic(image)
    columns, rows = fitted_cells(image.size, room, cell_pixels())
    widget.styles.width, widget.styles.height = columns, rows
    return widget


def _graphic(way: Way) -> Any:
    """The library's widget; None where it is not there.

    On import it asks the terminal what it can, through the keyboard that Textual is reading; it asks
    nothing where it believes that there is no terminal.
    """
    if LIBRARY not in sys.modules:
        try:
            from textual_image import _terminal
        except ImportError:
            return None
        known = _terminal.CellSize(*cell_pixels())
        _terminal.get_cell_size._result = known  # type: ignore[attr-defined]
        real = sys.__stdout__
        sys.__stdout__ = _NoTerminal()  # type: ignore[misc, assignment]
        try:
            import_module(LIBRARY)
        except Exception:  # another release of the library: half blocks will do
            return None
        finally:
            sys.__stdout__ = real  # type: ignore[misc]
    library = sys.modules[LIBRARY]
    return library.TGPImage if way is Way.KITTY else library.SixelImage


class _NoTerminal:
    """Stands in for the standard output while the library is imported."""

    def isatty(self) -> bool:
        """It is none."""
        return False
