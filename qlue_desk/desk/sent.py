"""Of each frame only what differs from what the terminal shows already: over a slow line that is what a key costs.

Textual sends whole widgets again when a letter of them changes; a report in full is 12 kB, 2 s at 64 kbit/s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

GAP = 6
"""Equal cells between two that differ are sent again up to so many: to jump over them takes as many bytes."""
_LOOKS_KEPT = 4096

Look = tuple[str, str]
"""What stands before and behind a letter on the way to the terminal: colours and attributes, nothing else."""
Cell = tuple[str, Look]
Piece = tuple[int, int, Strip]
"""Column, line and what is painted from there on."""


class News(CompositorUpdate):
    """A frame as the bytes that are new in it."""

    def __init__(self, sequence: str) -> None:
        self.sequence = sequence

    def render_segments(self, console: Console) -> str:
        """The bytes."""
        return self.sequence


class _Pen:
    """Writes cells, each look said once as long as it stays the same, also over a jump."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._look: Look = ("", "")

    def write(self, x: int, y: int, cells: Iterable[Cell | None]) -> None:
        """Jump to the place and write there."""
        self._parts.append(Control.move_to(x, y).segment.text)
        for cell in cells:
            if cell is None:
                continue
            text, look = cell
            if look != self._look:
                self._parts += (self._look[1], look[0])
                self._look = look
            self._parts.append(text)

    def lifted(self) -> str:
        """All that was written; the terminal has no look of ours any more."""
        self._parts.append(self._look[1])
        return "".join(self._parts)


class Sent:
    """What the terminal shows, cell by cell, as far as it is known."""

    def __init__(self) -> None:
        self._lines: dict[int, list[Cell | None]] = {}
        self._looks: dict[Style | None, Look] = {}
        self._colours: ColorSystem | None = None

    def forget(self) -> None:
        """Somebody else may have written on the terminal, or it has another size."""
        self._lines.clear()

    def news(self, update: CompositorUpdate, console: Console) -> CompositorUpdate:
        """The update without what is there already; as it is where it cannot be told."""
        pieces = _pieces(update)
        if pieces is None or any(_is_foreign(strip) for _x, _y, strip in pieces):
            # Pictures lie over cells that we do not know.
            self.forget()
            return update
        colours = getattr(console, "_color_system", None) or ColorSystem.TRUECOLOR
        if colours is not self._colours:
            self._looks.clear()
            self._colours = colours
        pen = _Pen()
        for x, y, strip in pieces:
            self._take(pen, x, y, strip)
        return News(pen.lifted())

    def _take(self, pen: _Pen, x: int, y: int, strip: Strip) -> None:
        """Write what is new in one piece, which is known from now on."""
        line = self._lines.setdefault(y, [])
        new = self._cells(strip)
        line.extend([None] * (x + len(new) - len(line)))
        old = line[x : x + len(new)]
        if old == new:
            return
        line[x : x + len(new)] = new
        if any(cell is None or len(cell[0]) != 1 for cell in (*old, *new)):
            # Unknown, or letters whose width terminals do not agree on: the piece is sent whole.
            pen.write(x, y, new)
            return
        for start, end in _runs(old, new):
            pen.write(x + start, y, new[start:end])

    def _cells(self, strip: Strip) -> list[Cell | None]:
        cells: list[Cell | None] = []
        for text, style, _control in strip:
            look = self._look(style)
            if text.isascii() or cell_len(text) == len(text):
                cells += [(letter, look) for letter in text]
            else:  # one long cell, and empty ones for the columns that it covers
                cells.append((text, look))
                cells += [("", look)] * (cell_len(text) - 1)
        return cells

    def _look(self, style: Style | None) -> Look:
        found = self._looks.get(style)
        if found is None:
            if len(self._looks) >= _LOOKS_KEPT:
                self._looks.clear()
            before, _text, behind = (
                ("", "", "")
                if style is None
                else Strip.render_style(style, "\0", self._colours or ColorSystem.TRUECOLOR).partition("\0")
            )
            found = self._looks[style] = (before, behind)
        return found


def _pieces(update: CompositorUpdate) -> list[Piece] | None:
    """What an update paints, as Textual itself would; None for a kind that is not known."""
    if isinstance(update, ChopsUpdate):
        return list(_chopped(update))
    if isinstance(update, LayoutUpdate):
        return list(_laid_out(update))
    return None


def _chopped(update: ChopsUpdate) -> Iterator[Piece]:
    for y, start, stop in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > stop or end <= start:
                continue
            whole = stop > x >= start and end <= stop
            yield x, y, strip if whole else strip.crop(0, min(end, stop) - x)


def _laid_out(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield x, y, strip
            x += strip.cell_length


def _is_foreign(strip: Strip) -> bool:
    return any(control or "\x1b" in text for text, _style, control in strip)


def _runs(old: list[Cell | None], new: list[Cell | None]) -> Iterator[tuple[int, int]]:
    """Stretches that differ, joined where few cells lie between them."""
    start = end = -1
    for place, (before, now) in enumerate(zip(old, new, strict=True)):
        if before == now:
            continue
        if start >= 0 and place - end > GAP:
            yield start, end
            start = place
        elif start < 0:
            start = place
        end = place + 1
    if start >= 0:
        yield start, end
