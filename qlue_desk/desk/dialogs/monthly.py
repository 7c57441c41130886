"""The monthly report (`B` in the summary): read on screen, month by month, before it is saved as a file."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from qlue_desk.casework import monthly_file
from qlue_desk.casework.errors import refused
from qlue_desk.casework.monthly import FIRST_YEAR, MonthlyReport, monthly
from qlue_desk.casework.monthly_text import Page, Table, page_of
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.base import AskDialog, ReadDialog
from qlue_desk.desk.later import by_key, later, say
from qlue_desk.desk.safe_text import fit, safe, wrap
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

NAME = 22
"""Most cells of a line's name where the table is wide."""
GAP = 2
FIRST_DAYS = dt.timedelta(days=7)
"""In these of a month the one before is what is reported."""


class MonthlyDialog(ReadDialog[None]):
    """The page as it will be printed; `s` saves the month that is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "close", show=False),
        Binding("left,p", "turn(-1)", show=False),
        Binding("right,n", "turn(1)", show=False),
        Binding("s,E", "save", show=False),
    ]

    reading = "#page"

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend
        self.title_text = _("Laporan bulanan")
        self.keys_text = _("← → bulan   j k g G gulir   s simpan ke berkas   esc tutup")
        self.month = (backend.local_now().date() - FIRST_DAYS).replace(day=1)
        self.report: MonthlyReport | None = None

    def body(self) -> ComposeResult:
        """The page."""
        with VerticalScroll(id="page", can_focus=False):
            yield Static(Content(_("Menghitung…")), id="page-text")

    def on_mount(self) -> None:
        """Count."""
        self._read()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the width."""
        self._draw()

    def _read(self) -> None:
        later(self, self._count(), group="count")

    async def _count(self) -> None:
        place, month, now = self.backend.workplace, f"{self.month:%Y-%m}", self.backend.now()
        # It reads page by page on the store's own thread, so it may not stand on that thread itself.
        self.report = await asyncio.to_thread(monthly, place, month, now)
        self._draw()

    def _draw(self) -> None:
        if self.report is not None:
            width = self.query_one("#page").size.width - 2
            lines = page_lines(page_of(self.backend.workplace, self.report), width)
            self.query_one("#page-text", Static).update(Content("\n").join(lines))

    def action_turn(self, step: int) -> None:
        """Arrow: another month that has begun."""
        other = (self.month + dt.timedelta(days=31)) if step > 0 else (self.month - dt.timedelta(days=1))
        other = other.replace(day=1)
        if other.year >= FIRST_YEAR and other <= self.backend.local_now().date():
            self.month = other
            self.query_one("#page").scroll_home(animate=False)
            self._read()

    def action_save(self) -> None:
        """S."""
        if self.report is not None:
            by_key(self, self._save(self.report), group="save", opens=True)

    async def _save(self, report: MonthlyReport) -> None:
        usual = _("laporan-bulanan-{month}.md").format(month=f"{report.month:%Y-%m}")
        explanation = _(
            "Nama berkas di {folder}, atau alamat lengkap; akhirannya memilih bentuk: .md, .pdf atau .csv. Kosong: {name}"
        )
        title = _("Simpan laporan bulanan")
        write = partial(self._write, report)
        dialog = AskDialog(
            title, explanation.format(folder=Path.cwd(), name=usual), usual, usual=usual, use=write
        )
        name: str | None = await self.app.push_screen_wait(dialog)
        if name is None:
            return
        path = Path(name).expanduser().resolve()
        say(self.app.screen_stack[-2], _("Laporan bulanan disimpan di {path}.").format(path=path))
        self.dismiss(None)

    async def _write(self, report: MonthlyReport, name: str) -> bool:
        """:raises Refused: for another ending, another file that stands there, a full disk, no PDF."""
        path = Path(name).expanduser()
        suffix = path.suffix.lstrip(".").lower()
        if suffix not in monthly_file.FORMATS:
            raise refused(N_("“{name}”: akhirannya harus .md, .pdf atau .csv."), "format", name=name)
        await asyncio.to_thread(monthly_file.write, self.backend.workplace, report, suffix, path)
        return True


def page_lines(page: Page, width: int) -> list[Content]:
    """The page as lines of at most `width` cells."""
    lines = [
        Content.styled(safe(page.title), "bold"),
        Content.styled(safe(page.subtitle), "$text-muted"),
        Content(""),
    ]
    for sentence in page.sentences:
        first, *rest = wrap(safe(sentence), width - 2)
        lines += [Content(f"• {first}"), *(Content(f"  {line}") for line in rest)]
    for table in (page.headline, *page.tables):
        lines += [Content(""), *_table_lines(table, width)]
    lines.append(Content(""))
    for note in page.footnotes:
        lines += [Content.styled(line, "$text-muted") for line in wrap(safe(note), width)]
    return lines


def _table_lines(table: Table, width: int) -> list[Content]:
    """Heads above their columns, broken into words; columns without room are counted, not squeezed."""
    sizes = [_size(table, column) for column in range(len(table.heads))]
    sizes[0] = max(8, min(sizes[0], NAME if len(sizes) > 5 else 40))
    shown = len(sizes)
    while shown > 2 and sum(sizes[:shown]) + GAP * (shown - 1) > width:
        shown -= 1
    heads = [wrap(safe(head), size) for head, size in zip(table.heads[:shown], sizes, strict=False)]
    high = max(map(len, heads))
    lines = [Content.styled(safe(table.title), "bold $accent")]
    for row in range(high):
        words = [head[row - high + len(head)] if row >= high - len(head) else "" for head in heads]
        lines.append(Content.styled(_row(words, sizes), "$text-muted"))
    lines += [Content(_row(cells[:shown], sizes)) for cells in table.rows]
    if left := len(sizes) - shown:
        more = _("{n} kolom lagi tidak muat pada lebar ini; berkasnya lengkap.").format(n=left)
        lines.append(Content.styled(more, "$text-muted"))
    return lines


def _size(table: Table, column: int) -> int:
    cells = [cell_len(safe(row[column])) for row in table.rows]
    return max([*cells, *(cell_len(word) for word in table.heads[column].split()), 1])


def _row(cells: Sequence[str], sizes: Sequence[int]) -> str:
    first, *rest = [safe(cell) for cell in cells]
    numbers = [cell.rjust(size) for cell, size in zip(rest, sizes[1:], strict=False)]
    return (" " * GAP).join([fit(first, sizes[0]), *numbers])
