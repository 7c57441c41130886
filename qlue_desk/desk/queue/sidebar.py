"""Saved views with their counts, below them what came back: proposals, the outbox, what central refused."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.style import Style

from qlue_desk.casework.views import digit_of
from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.widgets.text_lines import TextLines
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


class SideBar(TextLines):
    """One line a view: digit, name, count. A count that moves costs its own line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"side-bar--lit"}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,l", "select", show=False),
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
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
        self.waiting: int | None = None
        self.refused: int | None = None
        self.sent_back = 0
        self._ascii = ascii_only
        self._drawn: tuple[object, ...] = ()
        self._least = 0
        self._keys: list[str] = []
        """What each line stands for; '' for the rule between them."""
        self._lit: int | None = None
        """The line that enter chooses, once somebody has moved here."""

    def show(
        self,
        names: list[str],
        counts: list[int | None],
        *,
        active: int,
        waiting: int | None,
        refused: int | None,
        sent_back: int = 0,
    ) -> None:
        """Fill the lines; `active` is the view shown now, -1 for a query of one's own.

        `sent_back`: proposals that came back; a line of their own while there are any. A number that is not
        counted yet is None and left out: 0 would say that nothing waits.
        """
        other = active != self.active
        self.names, self.counts, self.active = list(names), list(counts), active
        self.waiting, self.refused, self.sent_back = waiting, refused, sent_back
        self._draw()
        if other and active >= 0:
            self._reveal(active)

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
        lines.insert(len(names), ("", Content.styled(("-" if self._ascii else "─") * width, "$rule")))
        self._keys = [key for key, _content in lines]
        self.show_lines([content for _key, content in lines])
        if self._lit is not None and self._lit >= len(lines):
            self._light(len(lines) - 1)

    def _contents(self, width: int) -> list[tuple[str, Content]]:
        """Id and content of each line."""
        *back, outbox, tray, summary = self._standing()
        arrow = "<" if self._ascii else "←"
        sign = "^" if self._ascii else "◔"
        views = zip(self.names, self.counts, strict=False)
        return [
            *(
                (str(n + 1), self._line(digit_of(n) or " ", name, count, width, strong=n == self.active))
                for n, (name, count) in enumerate(views)
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

    # --- moving ------------------------------------------------------------------------------------

    def ground_of(self, place: int) -> Style:
        """The line that enter chooses is lit."""
        return self.get_visual_style("side-bar--lit") if place == self._lit else self.visual_style

    def _light(self, place: int) -> None:
        before, self._lit = self._lit, place
        if before is not None:
            self.refresh_line(before)
        self.refresh_line(place)
        self._reveal(place)

    def _reveal(self, place: int) -> None:
        """Scroll as far as a line is hidden."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if height and not top <= place < top + height:
            self.scroll_to(y=place if place < top else place - height + 1, animate=False, immediate=True)

    def _step(self, by: int) -> None:
        """To the next line that can be chosen; round at the ends."""
        choices = [place for place, key in enumerate(self._keys) if key]
        if self._lit in choices:
            self._light(choices[(choices.index(self._lit) + by) % len(choices)])
        elif choices:
            self._light(choices[0 if by > 0 else -1])

    def action_cursor_down(self) -> None:
        """J, down."""
        self._step(1)

    def action_cursor_up(self) -> None:
        """K, up."""
        self._step(-1)

    def action_first(self) -> None:
        """Home."""
        self._light(0)

    def action_last(self) -> None:
        """End."""
        self._light(len(self._keys) - 1)

    def action_select(self) -> None:
        """Enter."""
        if self._lit is not None:
            self.post_message(self.Chosen(self._keys[self._lit]))

    def on_click(self, event: events.Click) -> None:
        """A click chooses at once."""
        inside = event.get_content_offset(self)
        place = inside.y + self.scroll_offset.y if inside is not None else -1
        if 0 <= place < len(self._keys) and self._keys[place]:
            self._light(place)
            self.action_select()
