"""Saved views with their counts, below them the outbox and what central refused."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.words import _

OUTBOX = "outbox"
REFUSED = "refused"
SUMMARY = "summary"
WIDTH = 22
WIDEST = 34
"""The pane grows up to this so that no name is cut; a person's own name may be longer still."""
_AROUND = 4
"""Cells of a line besides name and count: mark, key, gaps."""


class SideBar(OptionList):
    """One line a view: digit, name, count."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "select", show=False),
    ]

    class Chosen(Message):
        """A view, the outbox or the summary was chosen."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.names: list[str] = []
        self.counts: list[int | None] = []
        self.active = 0
        self.waiting = 0
        self.refused = 0
        self._ascii = ascii_only
        self._drawn: tuple[object, ...] = ()

    def show(
        self,
        names: list[str],
        counts: list[int | None],
        *,
        active: int,
        waiting: int,
        refused: int,
    ) -> None:
        """Fill the lines; `active` is the view shown now, -1 for a query of one's own."""
        state = (list(names), list(counts), active, waiting, refused)
        self.names, self.counts, self.active, self.waiting, self.refused = state
        self._draw()

    def on_resize(self) -> None:
        """Fit the names anew."""
        self._draw()

    def _draw(self) -> None:
        state = (list(self.names), self.counts, self.active, self.waiting, self.refused, self.size.width)
        if state == self._drawn:
            return
        self._drawn = state
        names, counts, active, waiting, refused = state[:5]
        self._keep_whole([*zip(names, counts, strict=False), *self._standing()])
        highlighted = self.highlighted
        width = self.scrollable_content_region.width or WIDTH
        lines: list[Option | None] = [
            Option(self._line(str(n), name, count, width, strong=n - 1 == active), id=str(n))
            for n, (name, count) in enumerate(zip(names, counts, strict=False), 1)
        ]
        outbox, tray, summary = self._standing()
        sign = "^" if self._ascii else "◔"
        lines += [
            None,
            Option(self._line(sign, *outbox, width, ink="$accent" if waiting else ""), id=OUTBOX),
            Option(self._line("!", *tray, width, ink="$status-red" if refused else ""), id=REFUSED),
            Option(self._line("=" if self._ascii else "▤", *summary, width), id=SUMMARY),
        ]
        self.set_options(lines)
        if highlighted is not None:
            self.highlighted = min(highlighted, self.option_count - 1)

    def _standing(self) -> list[tuple[str, int | None]]:
        """The lines below the views: name and count."""
        return [
            (_("Kotak keluar"), self.waiting),
            (_("Ditolak pusat"), self.refused),
            (_("Ringkasan"), None),
        ]

    def _keep_whole(self, lines: list[tuple[str, int | None]]) -> None:
        """Grow where a name would be cut."""
        counts = ["" if count is None else wording.number(count) for _name, count in lines]
        needed = max(
            cell_len(safe(name)) + len(count) + _AROUND
            for (name, _count), count in zip(lines, counts, strict=True)
        )
        self.styles.min_width = min(WIDEST, needed + 2)

    @staticmethod
    def _line(
        key: str, name: str, count: int | None, width: int, *, strong: bool = False, ink: str = ""
    ) -> Content:
        shown = "" if count is None else wording.number(count)
        style = "bold $accent" if strong else ink
        return Content.assemble(
            ("▌" if strong else " ", "$accent"),
            (f"{key} ", "bold $accent" if strong else "$text-muted"),
            (fit(safe(name), width - 4 - len(shown)), style),
            (" " + shown, style or "$text-muted"),
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        event.stop()
        self.post_message(self.Chosen(str(event.option.id)))
