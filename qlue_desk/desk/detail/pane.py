"""The pane beside (or instead of) the queue that shows one report in full."""

from __future__ import annotations

from textual.content import Content

from qlue_desk.desk.detail.case_view import CaseView
from qlue_desk.desk.detail.content import Surroundings, case_lines
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.frames import show_title
from qlue_desk.desk.widgets.text_lines import TextLines
from qlue_desk.words import _


class DetailPane(TextLines):
    """Draws a `CaseView` for its width; scrolls with the same keys as the list when focused."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.case: CaseView | None = None
        self.around: Surroundings | None = None
        self.gone = ""
        """Where the report has gone that the line still shows, or that there is none."""
        self._drawn_width = 0

    def show(self, case: CaseView | None, around: Surroundings, gone: str = "") -> None:
        """Show a report, or where one has gone; the scroll position stays when it is the same one."""
        same = case is not None and self.case is not None and case.complaint.id == self.case.complaint.id
        self.case, self.around, self.gone = case, around, gone
        self._draw()
        if not same:
            self.scroll_home(animate=False, immediate=True)

    def on_resize(self) -> None:
        """Wrap anew."""
        if self._width() != self._drawn_width:
            self._draw()

    def _width(self) -> int:
        return max(24, self.scrollable_content_region.width)

    def _draw(self) -> None:
        self._drawn_width = self._width()
        if self.case is None or self.around is None:
            show_title(self, Content(""))
            lines = Content.styled(safe(self.gone), "$text-muted").wrap(self._drawn_width)
        else:
            show_title(self, Content(safe(self.case.complaint.number) or _("belum bernomor")))
            lines = case_lines(self.case, self.around, self._drawn_width)
        self.show_lines(lines)
