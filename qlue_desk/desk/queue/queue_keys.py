"""Keys of the desk that only forward: to the list, to the detail, to `doing`."""

from __future__ import annotations

from typing import Any

from qlue_desk.desk.detail.pane import DetailPane
from qlue_desk.desk.later import say
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue.cells import Cells
from qlue_desk.desk.queue.doing import Doing
from qlue_desk.desk.queue.entering import Entering
from qlue_desk.desk.queue.lagging import Lag
from qlue_desk.desk.queue.matching import Matching
from qlue_desk.desk.queue.queue_list import QueueList
from qlue_desk.desk.queue.revealing import Revealing
from qlue_desk.desk.queue.seeing import Seeing
from qlue_desk.desk.queue.sidebar import SideBar
from qlue_desk.desk.queue.snoozing import Snoozing
from qlue_desk.desk.safe_text import safe
from qlue_desk.words import _


class QueueKeys(PlaceScreen):
    """Moving, marking and working; what they need of the screen is declared here."""

    doing: Doing
    entering: Entering
    revealing: Revealing
    seeing: Seeing
    snoozing: Snoozing
    matching: Matching
    lag: Lag

    def show_heading(self) -> None:
        """Name, count and marks above the list; the screen draws it."""
        raise NotImplementedError

    @property
    def queue(self) -> QueueList:
        """The list."""
        return self.query_one("#queue", QueueList)

    @property
    def detail(self) -> DetailPane:
        """The pane of one report."""
        return self.query_one("#detail", DetailPane)

    @property
    def current_cells(self) -> Cells | None:
        """The line under the cursor, None while it is fetched or the list is empty."""
        return self.queue.row_at(self.queue.current)

    def clear_marks(self) -> None:
        """After a bulk act."""
        self.queue.clear_marks()
        self.show_heading()

    # --- moving --------------------------------------------------------------------------------

    def _focused_part(self) -> Any:
        focused = self.focused
        return focused if isinstance(focused, (QueueList, DetailPane, SideBar)) else self.queue

    def _move(self, rows: int) -> None:
        part = self._focused_part()
        if isinstance(part, QueueList):
            self.lag.then(lambda: self.queue.move_by(rows))
        elif isinstance(part, DetailPane):
            part.scroll_relative(y=rows, animate=False)
        elif abs(rows) == 1:
            (part.action_cursor_down if rows > 0 else part.action_cursor_up)()

    def action_down(self) -> None:
        """J."""
        self._move(1)

    def action_up(self) -> None:
        """K."""
        self._move(-1)

    def action_half_down(self) -> None:
        """Ctrl+d."""
        self._move(self.queue.half_page)

    def action_half_up(self) -> None:
        """Ctrl+u."""
        self._move(-self.queue.half_page)

    def action_first(self) -> None:
        """G."""
        part = self._focused_part()
        if isinstance(part, QueueList):
            self.lag.then(lambda: self.queue.move_to(0))
        elif isinstance(part, DetailPane):
            part.scroll_home(animate=False)
        else:
            part.action_first()

    def action_last(self) -> None:
        """Shift+g."""
        part = self._focused_part()
        if isinstance(part, QueueList):
            self.lag.then(lambda: self.queue.move_to(len(self.queue.numbers) - 1))
        elif isinstance(part, DetailPane):
            part.scroll_end(animate=False)
        else:
            part.action_last()

    # --- keys: marking -------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Space: mark and go on."""
        self.lag.then(self._mark)

    def _mark(self) -> None:
        self.queue.toggle_mark()
        self.queue.move_by(1)
        self.show_heading()

    def action_mark_range(self) -> None:
        """V."""
        self.lag.then(self.queue.mark_range)
        self.lag.then(self.show_heading)

    def action_mark_all(self) -> None:
        """Shift+v."""
        self.lag.then(self.queue.mark_all)
        self.lag.then(self.show_heading)

    def action_copy(self) -> None:
        """Y."""
        self.lag.then(self._copy)

    def _copy(self) -> None:
        cells = self.current_cells
        if cells is not None and cells.number:
            self.app.copy_to_clipboard(safe(cells.number))
            say(self, _("{number} disalin.").format(number=cells.number))

    # --- keys: working, all in `doing` ---------------------------------------------------------

    def action_follow_up(self) -> None:
        """T."""
        self.doing.follow_up()

    def action_accept(self) -> None:
        """Shift+a."""
        self.doing.accept()

    def action_take(self) -> None:
        """A."""
        self.doing.take()

    def action_note(self) -> None:
        """C."""
        self.doing.note()

    def action_priority(self) -> None:
        """P."""
        self.doing.priority()

    def action_macro(self) -> None:
        """M."""
        self.doing.macro()

    def action_photo(self) -> None:
        """O."""
        self.seeing.photo()

    def action_map(self) -> None:
        """Shift+m."""
        self.seeing.map()

    def action_similar(self) -> None:
        """D."""
        self.matching.start()

    def action_reveal(self) -> None:
        """I."""
        self.revealing.start()

    def action_snooze(self) -> None:
        """W."""
        self.snoozing.start()

    def action_enter_report(self) -> None:
        """E."""
        self.entering.start()

    def action_repeat(self) -> None:
        """Full stop."""
        self.doing.repeat()

    def action_undo(self) -> None:
        """U."""
        self.doing.undo()
