"""Which columns a queue line has at a given width, and how one line is drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache

import msgspec
from rich.segment import Segment
from rich.style import Style

from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.widgets import status_mark
from qlue_desk.domain.complaint import STATUS_LOOK, Colour, Status
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import HOUR
from qlue_desk.words import _

SOON = 2 * HOUR
"""Seconds before a deadline from which on it is shown as pressing."""
GAP = 1
NARROW = 66
"""Below this list width (a preview beside it) deadlines have as little room as their words need."""
SHORT_DUE = 13
"""`lewat 77 hari`; from a hundred days on, and in a `TINY` list, it is `‑123 hari`."""
TINY = 50
COMPACT = 96
"""Below this list width the number goes without the city's letters: there is one city on a desk."""
SHORT_NUMBER = 9
TITLE = 30
"""Cells that the title keeps before other columns get room."""


class Cells(msgspec.Struct, frozen=True):
    """What one queue line shows, as plain words; made from the store's row and a city."""

    row: int
    id: str
    number: str
    status: Status
    due: int | None
    """Epoch seconds, None when no deadline runs."""
    paused: bool
    kelurahan: str
    category: str
    title: str
    holder: str
    mine: bool
    priority: int
    pending: int
    snoozed: bool = False
    """Put aside by the person at this desk."""


class Column(msgspec.Struct, frozen=True):
    """A column: its heading and its width in cells; 0 takes what is left."""

    name: str
    heading: str
    width: int
    least: int = 0
    """It may be drawn as narrow as this before it is left out; 0 = always shown whole."""


COLUMNS: tuple[Column, ...] = (
    Column("mark", "", 2),
    Column("number", N_("Nomor"), 13),
    Column("due", N_("Tenggat"), 14),
    Column("status", N_("Status"), status_mark.WIDTH),
    Column("kelurahan", N_("Kelurahan"), 14, least=9),
    Column("category", N_("Kategori"), 16, least=12),
    Column("title", N_("Laporan"), 0),
    Column("holder", N_("Pegangan"), 10, least=10),
)
_BY_WORTH = ("holder", "kelurahan", "category")
"""Which columns come first where not all have room beside the title."""


@lru_cache(maxsize=16)
def columns_for(width: int) -> tuple[tuple[Column, int], ...]:
    """The columns of a list of `width` cells with the width of each."""
    known = {column.name: column for column in COLUMNS}
    sizes = {name: column.width for name, column in known.items() if not column.least}
    if width < COMPACT:
        sizes["number"], sizes["status"] = SHORT_NUMBER, status_mark.SHORT_WIDTH
    if width < NARROW:
        sizes["due"] = SHORT_DUE if width >= TINY else 9
    room = width - sum(size + GAP for size in sizes.values())
    for name in _BY_WORTH:
        spare = room - TITLE - GAP
        if spare < known[name].least:
            break
        sizes[name] = min(known[name].width, spare)
        room -= sizes[name] + GAP
    sizes["title"] = max(6, room)
    return tuple((column, sizes[column.name]) for column in COLUMNS if column.name in sizes)


def heading(width: int) -> str:
    """The line above the list."""
    return "".join(
        fit(_(column.heading) if column.heading else "", size) + " " for column, size in columns_for(width)
    )


def due_words(cells: Cells, now: float, size: int = 14) -> str:
    """The deadline as in the detail: `lewat 2 jam`, `40 mnt`, `3 hari`; `‑2 jam` in few cells.

    `jeda` while the clocks stand still.
    """
    if cells.paused:
        return _("jeda")
    if cells.due is None:
        return "–" if STATUS_LOOK[cells.status].open else ""
    left = cells.due - now
    if left < 0 and len(words := _("lewat {time}").format(time=wording.span(-left))) <= size:
        return words
    return wording.span(left)


class RowPainter:
    """Draws queue lines; holds the styles of the current theme so that no line looks them up."""

    def __init__(self, style: Callable[[str], Style], *, ascii_only: bool = False) -> None:
        self._style = style
        self._ascii = ascii_only

    def paint(self, cells: Cells, width: int, base: Style, now: float, *, marked: bool) -> list[Segment]:
        """Segments of exactly `width` cells."""
        segments: list[Segment] = []
        used = 0
        for column, size in columns_for(width):
            text, style = self._cell(column.name, cells, now, size, marked=marked)
            if column.name == "number" and size == SHORT_NUMBER:
                text = text.partition("-")[2] or text
            segments.append(Segment(fit(text, size) + " ", base + style if style else base))
            used += size + GAP
        if used > width:
            last = segments.pop()
            segments.append(Segment(last.text[: max(0, len(last.text) - (used - width))], last.style))
        elif used < width:
            segments.append(Segment(" " * (width - used), base))
        return segments

    def _cell(
        self, name: str, cells: Cells, now: float, size: int, *, marked: bool
    ) -> tuple[str, Style | None]:
        match name:
            case "mark":
                sign = ("*" if self._ascii else "✓") if marked else " "
                pending = ("^" if self._ascii else "▲") if cells.pending else self._other_sign(cells)
                return sign + pending, self._style("accent" if cells.pending or marked else "red")
            case "number":
                return safe(cells.number) or _("(belum ada)"), self._style("strong")
            case "due":
                return due_words(cells, now, size), self._due_style(cells, now)
            case "status":
                word = f"{status_mark.glyph(cells.status, ascii_only=self._ascii)} {status_mark.short_label(cells.status, size)}"
                return word, self._style(str(STATUS_LOOK[cells.status].colour))
            case "kelurahan":
                return safe(cells.kelurahan) or "–", self._style("muted")
            case "category":
                return safe(cells.category) or "–", self._style("muted")
            case "holder":
                return safe(cells.holder), self._style("accent" if cells.mine else "muted")
            case _:
                return safe(cells.title), None

    def _other_sign(self, cells: Cells) -> str:
        if cells.snoozed:
            return "z" if self._ascii else "☾"
        return {1: "!", 2: "!" if self._ascii else "‼"}.get(cells.priority, " ")

    def _due_style(self, cells: Cells, now: float) -> Style | None:
        if cells.due is None or cells.paused:
            return self._style("muted")
        left = cells.due - now
        if left < 0:
            return self._style(f"{Colour.RED}-strong")
        return self._style(str(Colour.YELLOW)) if left < SOON else None


def epoch(moment: dt.datetime) -> float:
    """Seconds since 1970 of an aware moment."""
    return moment.timestamp()
