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
SHORT_NUMBER = 9
"""Without the city's letters: there is one city on a desk."""
SERIAL = 7
"""`26-4211`, and from a serial of five digits on the serial alone."""
SHORT_DUE = 13
"""`lewat 77 hari`; from a hundred days on, and with less room, it is `‑123 hari`."""
TINY_DUE = 9
WATCHED = ("◉", "@")
"""Somebody else has the report open."""
SENT_BACK = ("←", "<")
"""Behind the status: the proposal to end it came back."""
TITLE = 30
"""Cells that the title gets before other columns grow beyond their least."""
LEAST_TITLE = 24
"""Cells that the title keeps where another column comes at all."""
OWN_TITLE = 14
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
    elif cells.draft:
        other = "~" if plain else "✎"
    elif cells.snoozed:
        other = "z" if plain else "☾"
    else:
        other = {1: "!", 2: "!" if plain else "‼"}.get(cells.priority, " ")
    told = cells.pending or cells.draft or line.marked or line.watched
    return sign + other, "accent" if told else "red"


def _number(line: Drawn, size: int) -> Look:
    text = safe(line.cells.number)
    if not text:
        return _("(belum ada)") if size > SHORT_NUMBER else "–", "strong"
    if size > SHORT_NUMBER:
        return text, "strong"
    _city, _dash, short = text.partition("-")
    if size == SERIAL:
        year, _dash, serial = short.partition("-")
        serial = serial.lstrip("0")
        short = f"{year}-{serial}" if len(year) + 1 + len(serial) <= size else serial
    return short or text, "strong"


def _due(line: Drawn, size: int) -> Look:
    return due_words(line.cells, line.now, size), _due_style(line.cells, line.now)


def _status(line: Drawn, size: int) -> Look:
    status, elsewhere = line.cells.status, safe(line.cells.elsewhere)
    if line.cells.gone:
        return _("di {dinas}").format(dinas=elsewhere) if elsewhere else _("tidak di sini"), MUTED
    if elsewhere:
        return f"→ {elsewhere}", MUTED
    glyph = status_mark.glyph(status, ascii_only=line.ascii_only)
    if line.cells.promised is not None:
        late = line.cells.promised_until <= line.now
        word = f"{glyph} {status_mark.promised_label(line.cells.promised, size)}"
        return word, f"{Colour.RED}-strong" if late else str(STATUS_LOOK[status].colour)
    back = f" {SENT_BACK[line.ascii_only]}" if line.cells.sent_back else ""
    word = f"{glyph} {status_mark.short_label(status, size - len(back))}{back}"
    return word, f"{Colour.RED}-strong" if back else str(STATUS_LOOK[status].colour)


def _kelurahan(line: Drawn, size: int) -> Look:
    return wording.short_place(safe(line.cells.kelurahan), size) or "–", MUTED


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
    Column("kelurahan", N_("Kelurahan"), 16, _kelurahan, 9),
    Column("category", N_("Kategori"), 16, lambda line, _size: (safe(line.cells.category) or "–", MUTED), 12),
    Column("title", N_("Laporan"), 0, lambda line, _size: (safe(line.cells.title), "")),
    Column(
        "holder",
        N_("Pegangan"),
        10,
        lambda line, _size: (safe(line.cells.holder), "accent" if line.cells.mine else MUTED),
        8,
    ),
    Column("dinas", N_("Dinas"), 10, lambda line, _size: (safe(line.cells.dinas), MUTED), 8),
    Column("channel", N_("Kanal"), 10, lambda line, _size: (safe(line.cells.channel), MUTED), 8),
    Column("age", N_("Umur"), 9, lambda line, _size: (wording.span(line.now - line.cells.created), MUTED), 7),
)
DEFAULT_COLUMNS = ("number", "due", "status", "kelurahan", "category", "title", "holder")
_BY_WORTH = {"kelurahan": LEAST_TITLE, "holder": LEAST_TITLE, "category": TITLE}
"""Which columns come first where not all have room beside the title, and what it keeps; a person's own come in
their order."""


def columns_for(width: int, chosen: tuple[str, ...] = ()) -> tuple[tuple[Column, int], ...]:
    """The columns of a list of `width` cells with the width of each; `chosen` are those wanted, in order.

    Marks and title are always there, the title in the place that was chosen for it, else last. Title and place are
    read first: number, status and clock take shorter forms as long as a column has no room beside them. A status is
    always a word: colour and glyph only repeat it.
    """
    return _columns_for(width, chosen, language())


@lru_cache(maxsize=16)
def _columns_for(width: int, chosen: tuple[str, ...], spoken: str) -> tuple[tuple[Column, int], ...]:
    known: dict[str, Column] = {column.name: column for column in COLUMNS}
    wanted = tuple(name for name in chosen if name in known and name != "mark") or DEFAULT_COLUMNS
    order = ("mark", *wanted, *(() if "title" in wanted else ("title",)))
    usual = wanted == DEFAULT_COLUMNS
    sizes = {name: known[name].width for name in order if not known[name].least}
    optional = _BY_WORTH if usual else {name: OWN_TITLE for name in wanted if known[name].least}
    title, ample = (LEAST_TITLE, TITLE) if usual else (OWN_TITLE, OWN_TITLE)
    needed = ("kelurahan",) if usual else optional

    def shorten(until: int, steps: dict[str, int]) -> None:
        for name, size in steps.items():
            if name in sizes and _left(width, sizes) < until:
                sizes[name] = size

    easily = {"number": SHORT_NUMBER, "status": status_mark.SHORT_WIDTH[spoken], "due": SHORT_DUE}
    shorten(ample + sum(known[name].width + GAP for name in optional), easily)
    further = {"number": SERIAL, "due": TINY_DUE}
    shorten(title + sum(known[name].least + GAP for name in needed), further)
    for name, kept in optional.items():
        room = _left(width, sizes) - GAP
        if room - kept < known[name].least:
            break
        sizes[name] = min(known[name].width, max(known[name].least, room - ample))
    sizes["title"] = max(6, _left(width, sizes))
    return tuple((known[name], sizes[name]) for name in order if name in sizes)


def _left(width: int, sizes: dict[str, int]) -> int:
    """Cells of the line that no column has yet."""
    return width - sum(size + GAP for size in sizes.values())


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
