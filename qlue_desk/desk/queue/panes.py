"""Going from pane to pane of the queue's screen: list, report, side bar; and back."""

from __future__ import annotations

from textual.widget import Widget

from qlue_desk.desk.later import by_key, say
from qlue_desk.desk.queue.arranging import Arranging
from qlue_desk.desk.queue.filling import Filling
from qlue_desk.desk.queue.reading import Reading
from qlue_desk.desk.queue.sidebar import SideBar
from qlue_desk.desk.queue.working import Working
from qlue_desk.desk.typed_ahead import LOOK_SECONDS
from qlue_desk.words import _, n_


class Panes(Working, Arranging):
    """What enter, esc, tab and z do; the screen lays the panes out."""

    filling: Filling
    reading: Reading
    preview: bool

    def lay_out(self, width: int) -> None:
        """Choose the panes for the width."""
        raise NotImplementedError

    def action_open(self) -> None:
        """Enter."""
        focused = self.focused
        if isinstance(focused, SideBar):
            focused.action_select()
        else:
            self.lag.then(self._open_current)

    def _open_current(self) -> None:
        if self.queue.current is not None:
            self.open_detail()

    def open_detail(self) -> None:
        """Go into the report under the cursor: j and k scroll it, esc comes back to the list."""
        if not self.is_wide:
            self.add_class("-detail")
        by_key(self, self.reading.show(), group="detail", seconds=LOOK_SECONDS)
        self.detail.focus()
        self.show_keys()
        self.desk.achieved("open")

    def place_anew(self) -> None:
        """The list as it is: where the row under the cursor stays although its place is another, both go there."""
        self.queue.follows = True
        self.show_query(self.query_text, keep_cursor=True)

    def _send_home(self) -> None:
        """The row that stays under the cursor goes where the list has it; the cursor stays where it is, so that it
        passes none of those that come between.
        """
        before = self.queue.cursor
        self.queue.move_by(1)
        if self.queue.cursor == before and self.queue.guest is not None:
            self.place_anew()  # nothing is below it

    def action_back(self) -> None:
        """Esc: the nearest thing that is open is closed."""
        if self.has_class("-views-open"):
            self.remove_class("-views-open")
            self.queue.focus()
        elif self.focused is self.detail or self.has_class("-detail"):
            self.remove_class("-detail")
            self.queue.focus()
            if not self.is_wide:
                self.desk.look("")
        elif marked := len(self.queue.marks):
            self.clear_marks()
            say(self, n_("{n} tanda dilepas.", marked).format(n=marked))
        elif self.view < 0:
            self.go_back()
        else:
            self.queue.focus()
            if self.queue.guest is not None:
                self._send_home()
        self.show_keys()

    def action_next_pane(self) -> None:
        """Tab."""
        side, narrow = self.query_one(SideBar), self.has_class("-narrow")
        order = [self.queue, self.detail, side] if self.is_wide else [self.queue, side]
        place = order.index(self.focused) if self.focused in order else 0
        following = order[(place + 1) % len(order)]
        self.set_class(narrow and following is side, "-views-open")
        self.remove_class("-detail") if not self.is_wide else None
        by_key(self, self._go_to(following))
        self.show_keys()

    async def _go_to(self, pane: Widget) -> None:
        """A pane that was hidden can take the focus only once the new style is laid out."""
        await self.wait_for_refresh()
        pane.focus()

    def action_preview(self) -> None:
        """Z."""
        least = self.settings.ui.wide_columns
        if self.app.size.width < least:
            words = _("Pratinjau muncul mulai {n} kolom; di sini enter membuka laporan.")
            say(self, words.format(n=least))
            return
        self.preview = not self.preview
        self.desk.keep_choice("preview", self.preview)
        self.lay_out(self.app.size.width)
        if not self.preview and self.focused is self.detail:
            self.queue.focus()

    def on_descendant_focus(self) -> None:
        """Keys that make sense depend on the pane one is in."""
        if self.filling.begun:
            self.show_keys()
