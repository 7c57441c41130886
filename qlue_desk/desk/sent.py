"""Of each frame only what differs from what the terminal shows already: over a slow line that is what a key costs.

Textual sends whole widgets again when a letter of them changes; a report in full is 12 kB, 2 s at 64 kbit/s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import compress, count
from operator import itemgetter, ne
from typing import Any

import msgspec
from rich.cells import cell_len, get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from qlue_desk.desk.pen import PLAIN, Cell, Look, Pen, look_of

GAP = 5
"""Equal cells between two that differ are sent again up to so many: to jump over them takes as many bytes."""
_LOOKS_KEPT = 4096
_FEWEST_MOVED = 3
"""Lines that must stand elsewhere before it is looked whether to move them costs less."""
_BESIDE = 1
"""Cells of a line that nobody sees moving and coming back: the bar that shows how far a list is scrolled."""
_LOOKED_AT = 5
"""Lines that are looked for in the old screen, to learn by how many it moved."""

_TEXT: Callable[[Any], str] = itemgetter(0)
"""Of a cell."""

_narrow: set[str] = set()
"""Letters of one cell that were met."""

Line = list[Cell | None]
Lines = dict[int, Line]
Piece = tuple[int, int, Strip]
"""Column, line and what is painted from there on."""
Stretch = tuple[int, int, int]
"""Line, first column and the one behind the last."""


class Moved(msgspec.Struct, frozen=True):
    """Lines of the screen that stand elsewhere in the next frame."""

    top: int
    bottom: int
    """The last one."""
    by: int
    """How far up; less than 0 for down."""
    alone: bool
    """Nothing of note beside them would move with them."""

    def line(self, lines: Lines, y: int) -> Line:
        """What stands in a line of the terminal after they were moved; None for cells that came in."""
        from_ = y + self.by
        return lines[from_] if self.top <= from_ <= self.bottom else [None] * len(lines[y])


class News(CompositorUpdate):
    """A frame as the bytes that are new in it."""

    def __init__(self, sequence: str) -> None:
        self.sequence = sequence

    def render_segments(self, console: Console) -> str:
        """The bytes."""
        return self.sequence


class Sent:
    """What the terminal shows, cell by cell, as far as it is known."""

    def __init__(self) -> None:
        self._lines: Lines = {}
        self._starts: dict[int, set[int]] = {}
        """Where pieces of each line began: there one is sure of the column, whatever stands left of it."""
        self._letters: dict[Style | None, _Letters] = {}
        self._colours: ColorSystem | None = None

    def forget(self) -> None:
        """Somebody else may have written on the terminal, or it has another size."""
        self._lines.clear()
        self._starts.clear()

    def news(self, update: CompositorUpdate, console: Console, *, at_once: bool = False) -> CompositorUpdate:
        """The update without what is there already; as it is where it cannot be told.

        `at_once`: the terminal shows the whole of it in one moment, whatever moves on the way there.
        """
        pieces = _pieces(update)
        if pieces is None or any(_is_foreign(strip) for _x, _y, strip in pieces):
            # Pictures lie over cells that we do not know.
            self.forget()
            return update
        colours = getattr(console, "_color_system", None) or ColorSystem.TRUECOLOR
        if colours is not self._colours:
            self._letters.clear()
            self._colours = colours
        painted, stretches = self._painted(pieces)
        if not stretches:
            return News("")
        sequence = _difference(Pen(), self._lines, painted, stretches)
        moved = _moved(self._lines, painted, stretches)
        if moved is not None and (at_once or moved.alone):
            sequence = min(sequence, self._by_moving(painted, stretches, moved), key=len)
        self._lines.update(painted)
        return News(sequence)

    def _painted(self, pieces: Iterable[Piece]) -> tuple[Lines, list[Stretch]]:
        """The lines in which something differs as they shall be, and where."""
        painted: Lines = {}
        stretches = []
        for x, y, strip in pieces:
            new = self._cells(strip)
            end = x + len(new)
            # What began inside of it before says nothing any more.
            self._starts[y] = {x, *(start for start in self._starts.get(y, ()) if not x < start < end)}
            line = painted.get(y)
            if line is None:
                old = self._lines.get(y, [])
                if old[x:end] == new:
                    continue
                line = painted[y] = [*old, *[None] * (end - len(old))]
                self._lines.setdefault(y, []).extend([None] * (end - len(old)))
            elif line[x:end] == new:
                continue
            line.extend([None] * (end - len(line)))
            self._lines[y].extend([None] * (end - len(self._lines[y])))
            line[x:end] = new
            stretches.append((y, x, end))
        return painted, stretches

    def _by_moving(self, painted: Lines, stretches: list[Stretch], band: Moved) -> str:
        """The same with lines moved first: whole ones, with all that stands beside a list."""
        moved = {y: band.line(self._lines, y) for y in range(band.top, band.bottom + 1)}
        parts = [stretch for stretch in stretches if stretch[0] not in moved]
        for y, line in moved.items():
            wanted = painted.get(y, self._lines[y])
            if wanted != line:
                # Pieces as they were painted: there one is sure of the column behind letters of disputed width.
                starts = sorted({0, *(start for start in self._starts[y] if _TEXT(wanted[start]))})
                parts += [
                    (y, start, end) for start, end in zip(starts, [*starts[1:], len(line)], strict=True)
                ]
        pen = Pen()
        pen.scroll(band.top, band.bottom, band.by)
        return _difference(pen, {**self._lines, **moved}, {**self._lines, **painted}, parts)

    def _cells(self, strip: Strip) -> Line:
        cells: Line = []
        for text, style, _control in strip:
            letters = self._of_style(style)
            if text.isascii() or _is_narrow(text):
                cells += map(letters.__getitem__, text)
            elif width := cell_len(text):  # one long cell, and empty ones for the columns that it covers
                cells.append((text, letters.look))
                cells += [("", letters.look)] * (width - 1)
            elif cells and (before := cells[-1]) is not None:  # marks on the letter before
                cells[-1] = (before[0] + text, before[1])
        return cells

    def _of_style(self, style: Style | None) -> _Letters:
        found = self._letters.get(style)
        if found is None:
            if len(self._letters) >= _LOOKS_KEPT:
                self._letters.clear()
            look = PLAIN
            if style is not None:
                before, _text, behind = Strip.render_style(
                    style, "\0", self._colours or ColorSystem.TRUECOLOR
                ).partition("\0")
                look = look_of(before, behind)
            found = self._letters[style] = _Letters(look)
        return found


class _Letters(dict[str, Cell]):
    """The cells of one look by their letter; each is made once, so that most are compared by identity."""

    def __init__(self, look: Look) -> None:
        super().__init__({" ": (" ", look.of_blanks)})
        self.look = look

    def __missing__(self, letter: str) -> Cell:
        cell = self[letter] = (letter, self.look)
        return cell


def _difference(pen: Pen, old: Lines, new: Lines, stretches: Iterable[Stretch]) -> str:
    """What is to be written so that the lines of `old` become those of `new`."""
    for y, start, end in stretches:
        before, now = old[y][start:end], new[y][start:end]
        if not (_is_sure(before) and _is_sure(now)):
            pen.write(start, y, now)
            continue
        for first, last in _runs(before, now):
            pen.write(start + first, y, now[first:last])
    return pen.lifted()


def _is_narrow(text: str) -> bool:
    """Whether each letter takes one cell; a wide one and one without width must not make up for each other."""
    for letter in set(text) - _narrow:
        if get_character_cell_size(letter) != 1:
            return False
        _narrow.add(letter)
    return True


def _is_sure(cells: Line) -> bool:
    """Whether each cell is known, and of a letter whose width terminals agree on; else a piece is sent whole."""
    return None not in cells and set(map(len, map(_TEXT, cells))) <= {1}


def _moved(old: Lines, new: Lines, stretches: list[Stretch]) -> Moved | None:
    """What moved; None where nothing did, or where it is not known what would move with it."""
    by = _distance(old, new, stretches) if len(stretches) >= _FEWEST_MOVED else None
    if by is None:
        return None
    lines = [y for y, start, end in stretches if old.get(y + by, [])[start:end] == new[y][start:end]]
    if len(lines) < _FEWEST_MOVED:
        return None
    top, bottom = min(*lines, min(lines) + by), max(*lines, max(lines) + by)
    width = max(len(line) for line in old.values())
    for y in range(top, bottom + 1):
        if y not in old or None in old[y] or not len(old[y]) == len(new.get(y, old[y])) == width:
            return None
    alone = all(
        sum(before != now for before, now in zip(old[y + by], new[y], strict=True)) <= _BESIDE for y in lines
    )
    return Moved(top, bottom, by, alone)


def _distance(old: Lines, new: Lines, stretches: list[Stretch]) -> int | None:
    """By how many lines most of some lines stood lower before; None where none is found again."""
    votes: Counter[int] = Counter()
    for y, start, end in stretches[:: max(1, len(stretches) // _LOOKED_AT)]:
        wanted = new[y][start:end]
        if wanted.count(wanted[0]) != len(wanted):  # an empty line is like any other
            votes.update(there - y for there, line in old.items() if there != y and line[start:end] == wanted)
    return votes.most_common(1)[0][0] if votes else None


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


def _runs(old: Line, new: Line) -> Iterator[tuple[int, int]]:
    """Stretches that differ, joined where few cells lie between them."""
    assert len(old) == len(new)
    start = end = -1
    for place in compress(count(), map(ne, old, new)):
        if start >= 0 and place - end > GAP:
            yield start, end
            start = place
        elif start < 0:
            start = place
        end = place + 1
    if start >= 0:
        yield start, end
