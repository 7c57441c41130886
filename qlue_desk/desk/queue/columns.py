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
WATCHED = ("◉", "@")
"""Somebody else has the report open."""
SENT_BACK = ("←", "<")
"""Behind the status: the proposal to end it came back."""
TITLE = 30
"""Cells that the title keeps before other columns get room."""
LEAST_TITLE = 14
"""The same where a person chose the columns: what was asked for is shown."""


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
    dinas: str = ""
    channel: str = ""
    created: int = 0
    """Epoch seconds of the citizen's report."""
    snoozed: bool = False
    """Put aside by the person at this desk."""
    sent_back: bool = False
    """Its proposal came back from the second person."""


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
    Column("dinas", N_("Dinas"), 10, least=8),
    Column("channel", N_("Kanal"), 10, least=8),
    Column("age", N_("Umur"), 9, least=7),
)
DEFAULT_COLUMNS = ("number", "due", "status", "kelurahan", "category", "title", "holder")
_BY_WORTH = ("holder", "kelurahan", "category")
"""Which columns come first where not all have room beside the title; a person's own choice comes in its order."""


@lru_cache(maxsize=16)
def columns_for(width: int, chosen: tuple[str, ...] = ()) -> tuple[tuple[Column, int], ...]:
    """The columns of a list of `width` cells with the width of each; `chosen` are those wanted, in order.

    Marks and title are always there, the title in the place that was chosen for it, else last.
    """
    known = {column.name: column for column in COLUMNS}
    wanted = tuple(name for name in chosen if name in known and name != "mark") or DEFAULT_COLUMNS
    order = ("mark", *wanted, *(() if "title" in wanted else ("title",)))
    sizes = {name: known[name].width for name in order if not known[name].least}
    shorter: dict[str, int] = {}
    if width < COMPACT:
        shorter |= {"number": SHORT_NUMBER, "status": status_mark.SHORT_WIDTH}
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
        self.columns: tuple[str, ...] = ()
        """A person's choice; empty for the usual ones."""

    def paint(
        self, cells: Cells, width: int, base: Style, now: float, *, marked: bool, watched: bool = False
    ) -> list[Segment]:
        """Segments of exactly `width` cells."""
        segments: list[Segment] = []
        used = 0
        for column, size in columns_for(width, self.columns):
            text, style = self._cell(column.name, cells, now, size, marked=marked, watched=watched)
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
        self, name: str, cells: Cells, now: float, size: int, *, marked: bool, watched: bool
    ) -> tuple[str, Style | None]:
        match name:
            case "mark":
                sign = ("*" if self._ascii else "✓") if marked else WATCHED[self._ascii] if watched else " "
                pending = ("^" if self._ascii else "▲") if cells.pending else self._other_sign(cells)
                return sign + pending, self._style("accent" if cells.pending or marked or watched else "red")
            case "number":
                return safe(cells.number) or _("(belum ada)"), self._style("strong")
            case "due":
                return due_words(cells, now, size), self._due_style(cells, now)
            case "status":
                word = f"{status_mark.glyph(cells.status, ascii_only=self._ascii)} {status_mark.short_label(cells.status, size)}"
                if cells.sent_back:
                    return f"{word} {SENT_BACK[self._ascii]}", self._style(f"{Colour.RED}-strong")
                return word, self._style(str(STATUS_LOOK[cells.status].colour))
            case "kelurahan":
                return safe(cells.kelurahan) or "–", self._style("muted")
            case "category":
                return safe(cells.category) or "–", self._style("muted")
            case "holder":
                return safe(cells.holder), self._style("accent" if cells.mine else "muted")
            case "dinas":
                return safe(cells.dinas), self._style("muted")
            case "channel":
                return safe(cells.channel), self._style("muted")
            case "age":
                return wording.span(now - cells.created), self._style("muted")
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
