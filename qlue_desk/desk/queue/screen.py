"""The desk: header, saved views, queue, detail. It wires panes together; what keys do is in `doing`."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from qlue_desk.casework import lease
from qlue_desk.casework.views import SENT_BACK as SENT_BACK_QUERY
from qlue_desk.desk import wording
from qlue_desk.desk.actions import Place
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.detail.pane import DetailPane
from qlue_desk.desk.later import later, say
from qlue_desk.desk.messages import StoreChanged
from qlue_desk.desk.queue.columns import heading
from qlue_desk.desk.queue.doing import Doing
from qlue_desk.desk.queue.entering import Entering
from qlue_desk.desk.queue.filling import Filling
from qlue_desk.desk.queue.lagging import Lag
from qlue_desk.desk.queue.listing import Listing
from qlue_desk.desk.queue.looking_again import LookingAgain
from qlue_desk.desk.queue.matching import Matching
from qlue_desk.desk.queue.panes import Panes
from qlue_desk.desk.queue.queue_list import QueueList
from qlue_desk.desk.queue.reading import Reading
from qlue_desk.desk.queue.revealing import Revealing
from qlue_desk.desk.queue.seeing import Seeing
from qlue_desk.desk.queue.sidebar import OUTBOX, REFUSED, SENT_BACK, SUMMARY, SideBar
from qlue_desk.desk.queue.snoozing import Snoozing
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.frames import show_title
from qlue_desk.desk.widgets.query_bar import QueryBar
from qlue_desk.desk.widgets.virtual_list import VirtualList
from qlue_desk.domain.query import Query, QueryError
from qlue_desk.store import handovers
from qlue_desk.words import _

ROOMY_FROM = 140
SIDE_FROM = 100
"""Columns from which on the saved views stand beside the queue."""


class DeskScreen(Panes):
    """Queue and detail of one person."""

    AUTO_FOCUS = "#queue"
    place = Place.QUEUE

    def __init__(self, desk: DeskApp, backend: Backend) -> None:
        super().__init__(desk, backend)
        self.lag = Lag()
        self.doing = Doing(self, backend, self.settings)
        self.entering = Entering(self, backend)
        self.revealing = Revealing(self, backend)
        self.seeing = Seeing(self, backend)
        self.listing = Listing(self, backend)
        self.snoozing = Snoozing(self, backend)
        self.matching = Matching(self, backend)
        self.filling = Filling(self, backend)
        self.reading = Reading(self, backend)
        self.looking = LookingAgain(self)
        self.views = backend.views.named()
        self.query_text = self.views[0][1] if self.views else ""
        self.preview = self.settings.ui.preview
        self._view_counts: list[int | None] = [None] * len(self.views)
        self._tells_of_one_that_left = False
        self._aim: int | None = None
        """The row that the cursor shall stand on once the newest query is answered."""

    def body(self) -> ComposeResult:
        """Side bar, queue, detail."""
        self._choose_classes(self.app.size.width)  # before there are widgets that would be styled twice
        with Horizontal(id="panes"):
            yield SideBar(ascii_only=self.desk.ascii_only, id="views")
            with Vertical(id="queue-pane"):
                yield QueryBar(self.backend.query_offers, self.look_for, id="query")
                yield Static(id="queue-heading")
                yield QueueList(
                    self.backend.fetch_rows,
                    clock=lambda: self.backend.now().timestamp(),
                    ascii_only=self.desk.ascii_only,
                    id="queue",
                )
                yield Static(id="empty")
            yield DetailPane(id="detail")

    @property
    def awaits_rows(self) -> bool:  # type: ignore[override]
        """While a query is typed, the letters do not wait for what each of them finds."""
        return self.lag.waits and not isinstance(self.focused, Input)

    # --- showing -------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Ask for the first view."""
        self.lay_out(self.app.size.width)
        self.show_query(self.query_text, row=self.first_row)
        later(self, self.listing.load_columns(), group="columns")
        self.show_line()
        self.set_interval(15, self._tick)
        later(self, self._show_handover(), group="handover")
        for sentence in self.backend.views.problems().values():
            say(self, sentence, wrong=True)
        for error in self.settings.wrong_macros.values():
            say(self, error.sentence(_), wrong=True)

    async def _show_handover(self) -> None:
        """What the shift before left; the module is loaded only where there is something."""
        if await self._has_handover():
            from qlue_desk.desk.handing_over import show_left

            await show_left(self, self.backend)

    async def _has_handover(self) -> bool:
        """Whether another shift left a note that this person has not read, at a desk that may show it."""
        backend, now = self.backend, self.backend.now()
        if await backend.read(lease.locked_since, backend.workplace, now) is not None:
            return False
        return bool(await backend.read(handovers.unseen, backend.actor.id, now - handovers.REMEMBERED))

    def _tick(self) -> None:
        self.show_line()
        self.reading.draw_again()
        self.snoozing.look()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the width."""
        self.lay_out(event.size.width)

    def lay_out(self, width: int) -> None:
        """Choose the panes for the width; a detail that comes beside the list shows its report at once."""
        before = self.is_wide
        self._choose_classes(width)
        self.call_after_refresh(self.show_heading)
        if self.is_wide and not before and self.filling.begun:
            later(self, self.reading.show(), group="detail")

    def _choose_classes(self, width: int) -> None:
        wide = width >= self.settings.ui.wide_columns
        self.set_class(wide and self.preview, "-wide")
        self.set_class(width >= SIDE_FROM, "-side")
        self.set_class(width < SIDE_FROM, "-narrow")
        self.set_class(width >= ROOMY_FROM, "-roomy")
        if wide:
            self.remove_class("-detail", "-views-open")

    def show_line(self) -> None:
        """Header and side bar from the newest state of the line."""
        super().show_line()
        waiting, refused = self.desk.outbox_counts or (None, None)
        self.query_one(SideBar).show(
            [_(name) for name, _query in self.views],
            self._view_counts,
            active=self.view,
            waiting=waiting,
            refused=refused,
            sent_back=self.sent_back,
        )

    def show_query(
        self,
        text: str,
        *,
        keep_cursor: bool = False,
        row: int | None = None,
        read: Query | QueryError | None = None,
    ) -> bool:
        """Run a query line and show its reports, with the cursor on `row` where that is among them."""
        read = read or self.read(text)
        if isinstance(read, QueryError):
            self.point_at(read)
            return False
        query = self.listing.grouped(read)
        self.query_text = text
        self.lag.ask(text, anew=not keep_cursor)
        if not keep_cursor:
            self.doing.begin_walk()
        if keep_cursor and self.lag.lags:
            # The list still shows another query: its cursor means nothing here, the answer is on its way.
            keep_cursor, row = False, self._aim
        self._aim = row
        self.elsewhere = ""
        self.filling.begin(query, text, keep_cursor=keep_cursor, row=row)
        return True

    def show_heading(self) -> None:
        """Name, count and marks above the list; a word where it is empty."""
        queue = self.queue
        name = self.shown_name()
        if self.query_one(QueryBar).has_class("-wrong"):
            # What is still listed does not answer what is written above it.
            name = _("Belum dicari; masih {name}").format(name=name)
        count = wording.number(queue.count)
        marked = " · " + _("{n} ditandai").format(n=len(queue.marks)) if queue.marks else ""
        self._tells_of_one_that_left = queue.absent is not None
        left = " · " + _("1 sudah keluar") if self._tells_of_one_that_left else ""
        show_title(self.query_one("#queue-pane"), Content(safe(f"{name} · {count}{left}{marked}")))
        if queue.size.width:  # a hidden list has none, and comes back with the width it had
            self.query_one("#queue-heading", Static).update(
                Content.styled(heading(queue.size.width, queue.columns), "$text-muted"), layout=False
            )
        empty = self.filling.begun and not queue.numbers
        if empty != self.has_class("-empty"):
            self.set_class(empty, "-empty")
            # The list changes its size with that, and the heading must fit the list.
            self.call_after_refresh(self.show_heading)
        if empty:
            self.query_one("#empty", Static).update(Content.styled(self.empty_words(), "$text-muted"))

    # --- messages ------------------------------------------------------------------------------

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Show the report under the cursor: at once, while a key is held down when it is let go."""
        self.reading.highlighted(behind_list=event.among_others)
        self.show_keys()
        if self._tells_of_one_that_left and self.queue.absent is None:
            self.show_heading()

    def others_changed(self) -> None:
        """Marks in the list, names in the detail."""
        self.queue.show_others(self.desk.others)
        self.reading.draw_again()

    def on_virtual_list_width_changed(self, event: VirtualList.WidthChanged) -> None:
        """The heading stands over the columns."""
        self.show_heading()

    def on_virtual_list_opened(self, event: VirtualList.Opened) -> None:
        """A double click."""
        self.action_open()

    def on_side_bar_chosen(self, event: SideBar.Chosen) -> None:
        """A line of the side bar."""
        self.remove_class("-views-open")
        if event.key in (OUTBOX, REFUSED):
            self.desk.show_outbox(refused=event.key == REFUSED)
        elif event.key == SUMMARY:
            self.desk.show_summary()
        elif event.key == SENT_BACK:
            self.show_own_query(SENT_BACK_QUERY, _("Usulan kembali"))
        else:
            self.action_view(int(event.key))

    def store_changed(self, event: StoreChanged) -> None:
        """Rows changed: fetch them anew, soon and all at once."""
        self.looking.changed(event)

    def session_changed(self) -> None:
        """Other roles have other views, other names stand in the rows."""
        super().session_changed()
        later(self, self._take_over_session(), group="session")

    def views_changed(self, views: list[tuple[str, str]]) -> None:
        """Other views than before; their counts are not known yet."""
        self.views = views
        self._view_counts = [None] * len(views)

    async def _take_over_session(self) -> None:
        views = self.backend.views.named()
        shown = self.views[self.view][0] if 0 <= self.view < len(self.views) else ""
        self.views_changed(views)
        if shown:
            self.view = next((i for i, (name, _query) in enumerate(self.views) if name == shown), 0)
            self.query_text = self.views[self.view][1] if self.views else ""
        self.queue.forget()
        self.show_query(self.query_text, keep_cursor=True)
        self.reading.draw_again()
        self.show_line()
        self.show_keys()
