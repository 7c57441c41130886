"""The desk: header, saved views, queue, detail. It wires panes together; what keys do is in `doing`."""

from __future__ import annotations

import asyncio
import time

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from qlue_desk.casework.views import SENT_BACK as SENT_BACK_QUERY
from qlue_desk.desk import hand, wording
from qlue_desk.desk.actions import Place
from qlue_desk.desk.backend import FIRST_PAGE, Backend
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.detail.content import Surroundings
from qlue_desk.desk.detail.pane import DetailPane
from qlue_desk.desk.later import by_key, later, say
from qlue_desk.desk.messages import QueueShown, StoreChanged
from qlue_desk.desk.queue.bursts import AGAIN, Bursts
from qlue_desk.desk.queue.columns import heading
from qlue_desk.desk.queue.doing import Doing
from qlue_desk.desk.queue.entering import Entering
from qlue_desk.desk.queue.finding import Finding
from qlue_desk.desk.queue.lagging import Lag
from qlue_desk.desk.queue.listing import Listing
from qlue_desk.desk.queue.matching import Matching
from qlue_desk.desk.queue.queue_list import QueueList
from qlue_desk.desk.queue.revealing import Revealing
from qlue_desk.desk.queue.seeing import Seeing
from qlue_desk.desk.queue.sidebar import OUTBOX, REFUSED, SENT_BACK, SUMMARY, SideBar
from qlue_desk.desk.queue.snoozing import Snoozing
from qlue_desk.desk.queue.working import Working
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.typed_ahead import LOOK_SECONDS
from qlue_desk.desk.widgets.query_bar import QueryBar
from qlue_desk.desk.widgets.virtual_list import PAGE, VirtualList
from qlue_desk.domain.privacy import looks_like_phone
from qlue_desk.domain.query import Query, QueryError
from qlue_desk.store.errors import Superseded
from qlue_desk.words import _

ROOMY_FROM = 140
SIDE_FROM = 100
"""Columns from which on the saved views stand beside the queue."""

ALL_REST = 0.15
"""Seconds without a key in the query bar before all that it means is read behind the first page."""
DETAIL_REST = 0.12
"""Seconds for which the cursor must rest before the report is drawn when it was moving."""
MOVING = 0.2
"""The cursor moves when it moves again within so many seconds; a slow machine stretches a held key's pauses."""


class DeskScreen(Working, Finding):
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
        self.views = backend.views()
        self.query_text = self.views[0][1] if self.views else ""
        self.preview = self.settings.ui.preview
        self._view_counts: list[int | None] = [None] * len(self.views)
        self._bursts = Bursts()
        self._highlighted_at = 0.0
        self._look_timer: Timer | None = None
        self._aim: int | None = None
        """The row that the cursor shall stand on once the newest query is answered."""
        self._filled = False
        """A first answer is here; before it an empty list means nothing."""

    def body(self) -> ComposeResult:
        """Side bar, queue, detail."""
        self._choose_classes(self.app.size.width)  # before there are widgets that would be styled twice
        with Horizontal(id="panes"):
            yield SideBar(ascii_only=self.desk.ascii_only, id="views")
            with Vertical(id="queue-pane"):
                yield QueryBar(self.backend.query_offers, id="query")
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
        self._lay_out(self.app.size.width)
        self.show_query(self.query_text, row=self.first_row)
        later(self, self.listing.load_columns(), group="columns")
        self.show_line()
        self.set_interval(15, self._tick)
        later(self, self._show_handover(), group="handover")
        for sentence in self.backend.view_problems().values():
            say(self, sentence, wrong=True)
        for error in self.settings.wrong_macros.values():
            say(self, error.sentence(_), wrong=True)

    async def _show_handover(self) -> None:
        """What the shift before left; the module is loaded only where there is something."""
        if await self.backend.has_handover():
            from qlue_desk.desk.handing_over import show_left

            await show_left(self, self.backend)

    def _tick(self) -> None:
        self.show_line()
        self._draw_detail_again()
        self.snoozing.look()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the width."""
        self._lay_out(event.size.width)

    def _lay_out(self, width: int) -> None:
        self._choose_classes(width)
        self.call_after_refresh(self.show_heading)

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
        counts = self.desk.outbox_counts
        self.query_one(SideBar).show(
            [_(name) for name, _query in self.views],
            self._view_counts,
            active=self.view,
            waiting=counts[0],
            refused=counts[1],
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
            self._point_at(read)
            return False
        query = self.listing.grouped(read)
        self.query_one(QueryBar).all_right()
        self.query_text = text
        self.lag.ask(text, anew=not keep_cursor)
        if not keep_cursor:
            self.doing.begin_walk()
        if keep_cursor and self.lag.lags:
            # The list still shows another query: its cursor means nothing here, the answer is on its way.
            keep_cursor, row = False, self._aim
        self._aim = row
        self.elsewhere = ""
        later(self, self._fill(query, text, keep_cursor=keep_cursor, row=row), group="fill")
        return True

    async def _fill(self, query: Query, text: str, *, keep_cursor: bool, row: int | None = None) -> None:
        try:
            fetch = self._fetch_grouped if query.group else self._fetch
            await fetch(query, text, keep_cursor=keep_cursor, row=row)
            if not self.queue.numbers and (where := await self.find_elsewhere(query)):
                self.elsewhere = where
                self.show_heading()
        except Superseded:
            raise  # the newer question answers for this one, too
        except Exception:
            self.lag.failed(text)
            raise

    async def _fetch(self, query: Query, text: str, *, keep_cursor: bool, row: int | None = None) -> None:
        if row is not None:
            numbers = await self.backend.find(query, limit=FIRST_PAGE)
            if row not in numbers and len(numbers) == FIRST_PAGE:
                numbers = await self.backend.find(query)
            if row in numbers:
                place = numbers.index(row)
                self.queue.prime(await self.backend.rows(numbers[place : place + 1]))
                self.queue.set_numbers(numbers, keep_cursor=False)
                self.queue.move_to(place)
                self._shown()
                self.lag.arrived(text)
                self.show_heading()
                if len(numbers) != FIRST_PAGE:
                    later(self, self.count(), group="count")
                    return
                keep_cursor = True  # the others follow
        if not keep_cursor or not self.queue.numbers:
            first = await self.backend.find(query, limit=FIRST_PAGE)
            # Rows before the other numbers: behind those the reading thread would let them wait.
            self.queue.prime(await self.backend.rows(first[:PAGE]))
            self.queue.set_numbers(first, keep_cursor=keep_cursor)
            self._shown()
            self.lag.arrived(text)
            self.show_heading()
            if len(first) < FIRST_PAGE:
                later(self, self.count(), group="count")
                return
            if self.query_one(QueryBar).has_class("-open"):
                await asyncio.sleep(ALL_REST)
            await self.desk.opened.wait()
        numbers = await self.backend.find(query)
        # A row that was only still shown may be back in its very place; headings may have to go.
        if numbers != self.queue.numbers or self.queue.guest is not None or len(self.queue.headings):
            self.queue.set_numbers(numbers)
        self.show_heading()
        later(self, self.count(), group="count")

    def _shown(self) -> None:
        if not self._filled:
            self._filled = True
            self.post_message(QueueShown())

    async def _fetch_grouped(self, query: Query, text: str, *, keep_cursor: bool, row: int | None) -> None:
        """Groups are known only with all their reports, so they come in one piece."""
        numbers, groups = await self.listing.find(query)
        keep = keep_cursor and row is None and bool(self.queue.numbers)
        place = numbers.index(row) if row is not None and row in numbers else 0
        if not keep:
            self.queue.prime(await self.backend.rows(numbers[place : place + PAGE]))
        self.queue.set_numbers(numbers, keep_cursor=keep, groups=groups)
        if not keep:
            self.queue.move_to(place)
        self._shown()
        self.lag.arrived(text)
        self.show_heading()
        later(self, self.count(), group="count")

    def _point_at(self, error: QueryError) -> None:
        bar = self.query_one(QueryBar)
        if bar.has_class("-open"):
            bar.point_at(error.sentences(_), error.start, error.end - error.start)
            self.show_heading()
        else:
            own = self.backend.view_problems() if self.view >= 0 else {}
            say(self, own.get(self.views[self.view][0], error.sentence(_)), wrong=True)

    def shown_name(self) -> str:
        """What the reports of the list are."""
        # A number of the summary may mean just what a view means; its name says more than its query.
        named = {query: name for name, query in reversed(self.views)}
        if 0 <= self.view < len(self.views):
            return _(self.views[self.view][0])
        if self.query_text in named:
            return _(named[self.query_text])
        if self.named_query[1] and self.query_text == self.named_query[0]:
            return self.named_query[1]
        return _("Cari: {text}").format(text=self.own_words)

    def show_heading(self) -> None:
        """Name, count and marks above the list; a word where it is empty."""
        queue, pane = self.queue, self.query_one("#queue-pane")
        name = self.shown_name()
        if self.query_one(QueryBar).has_class("-wrong"):
            # What is still listed does not answer what is written above it.
            name = _("Belum dicari; masih {name}").format(name=name)
        count = wording.number(queue.count)
        marked = " · " + _("{n} ditandai").format(n=len(queue.marks)) if queue.marks else ""
        pane.border_title = Content(safe(f"{name} · {count}{marked}"))
        if queue.size.width:  # a hidden list has none, and comes back with the width it had
            self.query_one("#queue-heading", Static).update(
                Content.styled(heading(queue.size.width, queue.columns), "$text-muted"), layout=False
            )
        empty = self._filled and not queue.numbers
        if empty != self.has_class("-empty"):
            self.set_class(empty, "-empty")
            # The list changes its size with that, and the heading must fit the list.
            self.call_after_refresh(self.show_heading)
        if empty:
            self.query_one("#empty", Static).update(Content.styled(self._empty_words(), "$text-muted"))

    def _empty_words(self) -> str:
        if self.elsewhere:
            return self.elsewhere
        if self.view < 0 and looks_like_phone(self.query_text):
            return _(
                "Nomor telepon disamarkan di meja ini dan tidak bisa dicari: cari isi laporan, jalan atau nomor laporan. i pada satu laporan meminta nomor pelapornya. esc kembali."
            )
        if self.view < 0:
            return _("Tidak ada laporan yang cocok. esc kembali ke tampilan sebelumnya.")
        return _("Tidak ada laporan di tampilan ini. Bagus.")

    # --- messages ------------------------------------------------------------------------------

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        """Show the report under the cursor: at once, while a key is held down when it is let go."""
        moving = self._is_moving()
        self._highlighted_at = time.monotonic()
        if self.is_wide or self.has_class("-detail"):
            later(self, self._show_detail(DETAIL_REST if moving else 0.0), group="detail")
        self.show_keys()

    def _is_moving(self) -> bool:
        """The cursor has just moved; what is drawn beside the list would hold up the next key."""
        return time.monotonic() - self._highlighted_at < MOVING

    async def _show_detail(self, rest: float = 0.0) -> None:
        if rest:
            await asyncio.sleep(rest)
        cells = self.current_cells
        case = await self.backend.case(cells.id) if cells is not None else None
        self.desk.look(cells.id if case is not None and cells is not None else "")
        now = self.backend.now()
        can_accept = case is not None and self.backend.is_verifier and case.complaint.suggestion is not None
        others = self.desk.others.get(cells.id, ()) if cells is not None else ()
        around = Surroundings(
            self.backend.city, self.backend.zone, now, self.desk.ascii_only, can_accept, others
        )
        gone = ""
        if case is None and cells is not None:
            gone = (await self.backend.gone(cells.id, cells.number or cells.title)).sentence(_)
        self.detail.show(case, around, gone)

    def _draw_detail_again(self) -> None:
        if self.is_wide or self.has_class("-detail"):
            later(self, self._show_detail(DETAIL_REST if self._is_moving() else 0.0), group="detail")

    def others_changed(self) -> None:
        """Marks in the list, names in the detail."""
        self.queue.show_others(self.desk.others)
        self._draw_detail_again()

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
        seconds = self._bursts.add(event.complaint_ids, time.monotonic(), own=event.own)
        if seconds is not None:
            self._plan_look(seconds)

    def _plan_look(self, seconds: float) -> None:
        if self._look_timer is not None:
            self._look_timer.stop()
        self._look_timer = self.set_timer(seconds, self._look_again)

    def session_changed(self) -> None:
        """Other roles have other views, other names stand in the rows."""
        super().session_changed()
        later(self, self._take_over_session(), group="session")

    def views_changed(self, views: list[tuple[str, str]]) -> None:
        """Other views than before; their counts are not known yet."""
        self.views = views
        self._view_counts = [None] * len(views)

    async def _take_over_session(self) -> None:
        views = self.backend.views()
        shown = self.views[self.view][0] if 0 <= self.view < len(self.views) else ""
        self.views_changed(views)
        if shown:
            self.view = next((i for i, (name, _query) in enumerate(self.views) if name == shown), 0)
            self.query_text = self.views[self.view][1] if self.views else ""
        self.queue.forget()
        self.show_query(self.query_text, keep_cursor=True)
        self._draw_detail_again()
        self.show_line()
        self.show_keys()

    def _look_again(self) -> None:
        """Rows that did not change are neither fetched nor drawn: in a flood that would be all the time."""
        now = time.monotonic()
        if self._bursts.put_off(now, hand.resting()):
            self._plan_look(AGAIN)
            return
        changed = self._bursts.look(now)
        self.snoozing.look()
        self.forget_suggestion()
        if changed is None:
            self.queue.forget()
        elif changed:
            self.queue.forget([row.row for row in self.queue.known if row.id in changed])
        self.show_query(self.query_text, keep_cursor=True)
        shown = self.detail.case
        if changed is None or shown is None or shown.complaint.id in changed:
            self._draw_detail_again()

    # --- keys: moving --------------------------------------------------------------------------

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
        by_key(self, self._show_detail(), group="detail", seconds=LOOK_SECONDS)
        self.detail.focus()
        self.show_keys()

    @property
    def at_rest(self) -> bool:
        """Nothing is open that esc would close."""
        open_parts = (
            self.has_class("-views-open") or self.has_class("-detail") or self.focused is not self.queue
        )
        return not open_parts and not self.queue.marks and self.view >= 0

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
        elif self.queue.marks:
            self.clear_marks()
        elif self.view < 0:
            self.go_back()
        else:
            self.queue.focus()
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
        self.preview = not self.preview
        self._lay_out(self.app.size.width)
        if self.preview:
            later(self, self._show_detail(), group="detail")
        elif self.focused is self.detail:
            self.queue.focus()

    def on_descendant_focus(self) -> None:
        """Keys that make sense depend on the pane one is in."""
        if self._filled:
            self.show_keys()
