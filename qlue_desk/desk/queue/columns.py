"""Which columns a queue line has at a given width, and how one line is drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import msgspec
from rich.segment import Segment
from rich.style import Style

from qlue_desk.desk import wording
from qlue_desk.desk.queue.cells import Cells
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.widgets import status_mark
from qlue_desk.domain.complaint import STATUS_LOOK, Colour
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import HOUR
from qlue_desk.settings import ColumnName
from qlue_desk.words import _, language

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
WATCHED = ("◉", "@")
"""Somebody else has the report open."""
SENT_BACK = ("←", "<")
"""Behind the status: the proposal to end it came back."""
TITLE = 30
"""Cells that the title keeps before other columns get room."""
LEAST_TITLE = 14
"""The same where a person chose the columns: what was asked for is shown."""


class Drawn(msgspec.Struct, frozen=True):
    """A line that is being drawn: what a cell may depend on."""

    cells: Cells
    now: float
    ascii_only: bool
    marked: bool
    watched: bool


Look = tuple[str, str]
"""Words and the name of a theme's style, '' for none."""
MUTED = "muted"


def _mark(line: Drawn, _size: int) -> Look:
    cells, plain = line.cells, line.ascii_only
    sign = ("*" if plain else "✓") if line.marked else WATCHED[plain] if line.watched else " "
    if cells.pending:
        other = "^" if plain else "▲"
    elif cells.snoozed:
        other = "z" if plain else "☾"
    else:
        other = {1: "!", 2: "!" if plain else "‼"}.get(cells.priority, " ")
    return sign + other, "accent" if cells.pending or line.marked or line.watched else "red"


def _number(line: Drawn, size: int) -> Look:
    text = safe(line.cells.number) or _("(belum ada)")
    return (text.partition("-")[2] or text) if size == SHORT_NUMBER else text, "strong"


def _due(line: Drawn, size: int) -> Look:
    return due_words(line.cells, line.now, size), _due_style(line.cells, line.now)


def _status(line: Drawn, size: int) -> Look:
    status, elsewhere = line.cells.status, safe(line.cells.elsewhere)
    if line.cells.gone:
        return _("di {dinas}").format(dinas=elsewhere) if elsewhere else _("tidak di sini"), MUTED
    if elsewhere:
        return f"→ {elsewhere}", MUTED
    glyph = status_mark.glyph(status, ascii_only=line.ascii_only)
    back = f" {SENT_BACK[line.ascii_only]}" if line.cells.sent_back else ""
    word = f"{glyph} {status_mark.short_label(status, size - len(back))}{back}"
    return word, f"{Colour.RED}-strong" if back else str(STATUS_LOOK[status].colour)


class Column(msgspec.Struct, frozen=True):
    """A column: its heading, its width in cells, where 0 takes what is left, and what it says in so many."""

    name: Literal["mark"] | ColumnName
    heading: str
    width: int
    cell: Callable[[Drawn, int], Look]
    least: int = 0
    """It may be drawn as narrow as this before it is left out; 0 = always shown whole."""


COLUMNS: tuple[Column, ...] = (
    Column("mark", "", 2, _mark),
    Column("number", N_("Nomor"), 13, _number),
    Column("due", N_("Tenggat"), 14, _due),
    Column("status", N_("Status"), status_mark.WIDTH, _status),
    Column(
        "kelurahan", N_("Kelurahan"), 14, lambda line, _size: (safe(line.cells.kelurahan) or "–", MUTED), 9
    ),
    Column("category", N_("Kategori"), 16, lambda line, _size: (safe(line.cells.category) or "–", MUTED), 12),
    Column("title", N_("Laporan"), 0, lambda line, _size: (safe(line.cells.title), "")),
    Column(
        "holder",
        N_("Pegangan"),
        10,
        lambda line, _size: (safe(line.cells.holder), "accent" if line.cells.mine else MUTED),
        10,
    ),
    Column("dinas", N_("Dinas"), 10, lambda line, _size: (safe(line.cells.dinas), MUTED), 8),
    Column("channel", N_("Kanal"), 10, lambda line, _size: (safe(line.cells.channel), MUTED), 8),
    Column("age", N_("Umur"), 9, lambda line, _size: (wording.span(line.now - line.cells.created), MUTED), 7),
)
DEFAULT_COLUMNS = ("number", "due", "status", "kelurahan", "category", "title", "holder")
_BY_WORTH = ("holder", "kelurahan", "category")
"""Which columns come first where not all have room beside the title; a person's own choice comes in its order."""


def columns_for(width: int, chosen: tuple[str, ...] = ()) -> tuple[tuple[Column, int], ...]:
    """The columns of a list of `width` cells with the width of each; `chosen` are those wanted, in order.

    Marks and title are always there, the title in the place that was chosen for it, else last.
    """
    return _columns_for(width, chosen, language())


@lru_cache(maxsize=16)
def _columns_for(width: int, chosen: tuple[str, ...], spoken: str) -> tuple[tuple[Column, int], ...]:
    known: dict[str, Column] = {column.name: column for column in COLUMNS}
    wanted = tuple(name for name in chosen if name in known and name != "mark") or DEFAULT_COLUMNS
    order = ("mark", *wanted, *(() if "title" in wanted else ("title",)))
    sizes = {name: known[name].width for name in order if not known[name].least}
    shorter: dict[str, int] = {}
    if width < COMPACT:
        shorter |= {"number": SHORT_NUMBER, "status": status_mark.SHORT_WIDTH[spoken]}
    if width < NARROW:
        shorter["due"] = SHORT_DUE if width >= TINY else 9
    sizes |= {name: size for name, size in shorter.items() if name in sizes}
    room = width - sum(size + GAP for size in sizes.values())
    worth = _BY_WORTH if wanted == DEFAULT_COLUMNS else tuple(name for name in wanted if known[name].least)
    for name in worth:
        spare = room - (TITLE if wanted == DEFAULT_COLUMNS else LEAST_TITLE) - GAP
        if spare < known[name].least:
            break
        sizes[name] = min(known[name].width, spare)
        room -= sizes[name] + GAP
    sizes["title"] = max(6, room)
    return tuple((known[name], sizes[name]) for name in order if name in sizes)


def heading(width: int, chosen: tuple[str, ...] = ()) -> str:
    """The line above the list."""
    return "".join(
        fit(_(column.heading) if column.heading else "", size) + " "
        for column, size in columns_for(width, chosen)
    )


def due_words(cells: Cells, now: float, size: int = 14) -> str:
    """The deadline as in the detail: `lewat 2 jam`, `40 mnt`, `3 hari`; `‑2 jam` in few cells.

    `jeda` while the clocks stand still; nothing where it is another dinas' deadline.
    """
    if cells.gone or cells.elsewhere:
        return ""
    if cells.paused:
        return _("jeda")
    if cells.due is None:
        return "–" if STATUS_LOOK[cells.status].open else ""
    left = cells.due - now
    if left < 0 and len(words := _("lewat {time}").format(time=wording.span(-left))) <= size:
        return words
    return wording.span(left)


def _due_style(cells: Cells, now: float) -> str:
    if cells.due is None or cells.paused:
        return MUTED
    left = cells.due - now
    if left < 0:
        return f"{Colour.RED}-strong"
    return str(Colour.YELLOW) if left < SOON else ""


class RowPainter:
    """Draws queue lines; holds the styles of the current theme so that no line looks them up."""

    def __init__(self, style: Callable[[str], Style], *, ascii_only: bool = False) -> None:
        self._style = style
        self._ascii = ascii_only
        self.columns: tuple[str, ...] = ()
        """A person's choice; empty for the usual ones."""

    def paint(
        self, cells: Cells, width: int, base: Style, now: float, *, marked: bool, watched: bool = False
    ) -> list[Segment]:
        """Segments of exactly `width` cells."""
        line = Drawn(cells, now, self._ascii, marked, watched)
        segments: list[Segment] = []
        used = 0
        for column, size in columns_for(width, self.columns):
            text, named = column.cell(line, size)
            style = self._style(named) if named else None
            segments.append(Segment(fit(text, size) + " ", base + style if style else base))
            used += size + GAP
        if used > width:
            last = segments.pop()
            segments.append(Segment(last.text[: max(0, len(last.text) - (used - width))], last.style))
        elif used < width:
            segments.append(Segment(" " * (width - used), base))
        return segments


def epoch(moment: dt.datetime) -> float:
    """Seconds since 1970 of an aware moment."""
    return moment.timestamp()
