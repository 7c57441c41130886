"""Saved views with their counts, below them what came back: proposals, the outbox, what central refused."""

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
SENT_BACK = "sent_back"
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
        self.sent_back = 0
        self._ascii = ascii_only
        self._drawn: tuple[object, ...] = ()
        self._least = 0
        self._keys: list[str] = []
        self._laid_out = 0
        """Width of the lines when the list was built."""

    def show(
        self,
        names: list[str],
        counts: list[int | None],
        *,
        active: int,
        waiting: int,
        refused: int,
        sent_back: int = 0,
    ) -> None:
        """Fill the lines; `active` is the view shown now, -1 for a query of one's own.

        `sent_back`: proposals that came back; a line of their own while there are any.
        """
        self.names, self.counts, self.active = list(names), list(counts), active
        self.waiting, self.refused, self.sent_back = waiting, refused, sent_back
        self._draw()

    def on_resize(self) -> None:
        """Fit the names anew."""
        self._draw()

    def _draw(self) -> None:
        standing = (self.waiting, self.refused, self.sent_back)
        state = (list(self.names), self.counts, self.active, standing, self.size.width)
        if state == self._drawn:
            return
        self._drawn = state
        names, counts = self.names, self.counts
        self._keep_whole([*zip(names, counts, strict=False), *self._standing()])
        width = self.scrollable_content_region.width or WIDTH
        lines = self._contents(width)
        if [key for key, _content in lines] == self._keys and width == self._laid_out:
            # Counts move all the time; to build the list anew would lay out the whole screen with each.
            for key, content in lines:
                if self.get_option(key).prompt != content:
                    self.replace_option_prompt(key, content)
            return
        self._laid_out = width
        self._keys = [key for key, _content in lines]
        highlighted = self.highlighted
        options: list[Option | None] = [Option(content, id=key) for key, content in lines]
        options.insert(len(names), None)
        self.set_options(options)
        if highlighted is not None:
            self.highlighted = min(highlighted, self.option_count - 1)

    def _contents(self, width: int) -> list[tuple[str, Content]]:
        """Id and content of each line."""
        *back, outbox, tray, summary = self._standing()
        arrow = "<" if self._ascii else "←"
        sign = "^" if self._ascii else "◔"
        views = zip(self.names, self.counts, strict=False)
        return [
            *(
                (str(n), self._line(str(n), name, count, width, strong=n - 1 == self.active))
                for n, (name, count) in enumerate(views, 1)
            ),
            *((SENT_BACK, self._line(arrow, *line, width, ink="$status-red")) for line in back),
            (OUTBOX, self._line(sign, *outbox, width, ink="$accent" if self.waiting else "")),
            (REFUSED, self._line("!", *tray, width, ink="$status-red" if self.refused else "")),
            (SUMMARY, self._line("=" if self._ascii else "▤", *summary, width)),
        ]

    def _standing(self) -> list[tuple[str, int | None]]:
        """The lines below the views: name and count."""
        return [
            *([(_("Usulan kembali"), self.sent_back)] if self.sent_back else []),
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
        needed = min(WIDEST, needed + 2)
        if needed != self._least:
            self._least = needed
            self.styles.min_width = needed

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
