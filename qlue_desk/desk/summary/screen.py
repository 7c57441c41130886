"""The supervisor's summary: every number opens its reports."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from qlue_desk.casework import summary
from qlue_desk.casework.breakdown import opening
from qlue_desk.casework.home import Home
from qlue_desk.casework.summary import Summary
from qlue_desk.desk import wording
from qlue_desk.desk.actions import ACTION_BY_ID, Place
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.later import by_key, later
from qlue_desk.desk.messages import StoreChanged
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.sights import Sights, reachable
from qlue_desk.desk.summary.board import board
from qlue_desk.desk.summary.cells import Block, Cell, neighbour, numbers_of, place_of, row_width
from qlue_desk.desk.typed_ahead import LOOK_SECONDS
from qlue_desk.desk.widgets.area_map import AreaMap
from qlue_desk.desk.widgets.header_line import line_words
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_names import Field
from qlue_desk.store import tally
from qlue_desk.words import _

HELD_SECONDS = 0.15
"""The screen is painted now at the latest, also without its numbers."""
CHANGE_PAUSE = 2.0
"""Seconds between two counts while reports stream in; the numbers cost more than rows do."""


MAP_FROM, MAP_COLUMNS = 150, 54
"""From this width on the city's map stands beside the numbers, so wide with its margin."""

TITLES = {
    Home.DINAS: N_("Ringkasan"),
    Home.CITY: N_("Ringkasan kota"),
    Home.VERIFIER: N_("Meja verifikator"),
    Home.WAITING: N_("Laporan yang ditahan"),
}


class NumberBoard(Static):
    """Rows of cells; the cursor walks over the numbers."""

    class Opened(Message):
        """A number was chosen."""

        def __init__(self, query: str, title: str) -> None:
            super().__init__()
            self.query = query
            self.title = title

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: Block = []
        self.place = (0, 0)

    def show(self, rows: Block, at: tuple[str, str] = ("", "")) -> None:
        """Show these rows; the cursor stays on its number, else goes to that of `at`, else to the first.

        `at` is the query and the name of a number.
        """
        current = self.current
        on = (current.query, current.name) if current is not None and current.query else at
        self.rows = rows
        places = numbers_of(rows)
        self.place = place_of(rows, *on) or self.place
        if self.place not in places and places:
            self.place = places[0]
        self._draw()

    def move(self, down: int, right: int) -> None:
        """Walk."""
        self.place = neighbour(self.rows, self.place, down, right)
        self._draw()
        self.into_view()

    def into_view(self) -> None:
        """Scroll to the cursor; on its first number to the very top."""
        parent = self.parent
        if isinstance(parent, VerticalScroll):
            if self.place == next(iter(numbers_of(self.rows)), None):
                parent.scroll_home(animate=False)
                return
            top, height = parent.scroll_offset.y, parent.size.height
            if not top <= self.place[0] < top + height:
                parent.scroll_to(y=max(0, self.place[0] - height // 2), animate=False)

    def _draw(self) -> None:
        lines: list[Content] = []
        for y, row in enumerate(self.rows):
            parts: list[tuple[str, str]] = []
            for x, cell in enumerate(row):
                here = (y, x) == self.place and bool(cell.query)
                if here:
                    margin = len(cell.text) - len(cell.text.lstrip())
                    parts += [
                        (" " * margin, ""),
                        (cell.text.lstrip(), "bold $cursor-line-text on $cursor-line underline"),
                    ]
                else:
                    parts.append((cell.text, cell.style))
            lines.append(Content.assemble(*parts))
        self.update(Content("\n").join(lines))

    @property
    def current(self) -> Cell | None:
        """The number under the cursor."""
        y, x = self.place
        return self.rows[y][x] if y < len(self.rows) and x < len(self.rows[y]) else None

    def on_click(self, event: events.Click) -> None:
        """A click opens."""
        if event.y >= len(self.rows):
            return
        row = self.rows[event.y]
        for x, cell in enumerate(row):
            if cell.query and row_width(row[:x]) <= event.x < row_width(row[: x + 1]):
                self.place = (event.y, x)
                self.post_message(self.Opened(cell.query, cell.name))


class SummaryScreen(PlaceScreen):
    """One board, counted anew when reports change."""

    CSS_PATH: ClassVar[str] = "summary.tcss"
    place = Place.SUMMARY

    def __init__(self, desk: DeskApp, backend: Backend) -> None:
        super().__init__(desk, backend)
        self.summary: Summary | None = None
        self._first: asyncio.Future[Summary] | None = asyncio.ensure_future(self._counted())
        """Asked before the screen is there: the store counts while it is laid out."""
        self._held_back = ExitStack()
        self._sights = Sights(backend, desk.settings)
        self._soon = False

    def body(self) -> ComposeResult:
        """Title and board."""
        yield Static(id="summary-title")
        with Horizontal():
            # Focus would be given before it is mounted, and its own arrows scroll.
            with VerticalScroll(id="summary-scroll", can_focus=False):
                yield NumberBoard(id="board")
            yield AreaMap(ascii_only=self.desk.ascii_only, id="summary-map")

    @property
    def board(self) -> NumberBoard:
        """The numbers."""
        return self.query_one("#board", NumberBoard)

    def on_mount(self) -> None:
        """Count."""
        # One painting with numbers in it; where they take long, an empty one before.
        self._held_back.enter_context(self.app.batch_update())
        self.set_timer(HELD_SECONDS, self._held_back.close)
        self.show_line()
        self.query_one(KeyBar).show_pairs(
            [
                ("enter", _("buka")),
                *self._keys_of("handover", "monthly"),
                ("esc", _("kembali")),
                ("←↓↑→", _("pilih angka")),
                *self._keys_of("help", "quit"),
            ]
        )
        by_key(self, self._count(), group="count", seconds=LOOK_SECONDS)

    def on_unmount(self) -> None:
        """Nothing is held back for a screen that is gone."""
        self._held_back.close()

    def _keys_of(self, *names: str) -> list[tuple[str, str]]:
        actions = [ACTION_BY_ID[name] for name in names]
        return [
            (shown_key(keys[0]), _(action.label))
            for action in actions
            if (keys := keys_of(action, self.settings.keys))
        ]

    @property
    def _map(self) -> AreaMap:
        return self.query_one("#summary-map", AreaMap)

    def on_resize(self) -> None:
        """Lay out anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        self.set_class(bool(self._map.shapes) and self.size.width >= MAP_FROM, "-map")
        self._draw()

    def store_changed(self, event: StoreChanged) -> None:
        """Count again, not too often."""
        if not self._soon:
            self._soon = True
            self.set_timer(CHANGE_PAUSE, self._count_again)

    def _count_again(self) -> None:
        self._soon = False
        later(self, self._count(), group="count")

    async def _count(self) -> None:
        first = self.summary is None
        asked, self._first = self._first, None
        try:
            self.summary = await (asked or self._counted())
            self._draw()
        finally:
            self._held_back.close()
        if first:
            self.call_after_refresh(self.board.into_view)
            later(self, self._show_borders(), group="borders")

    async def _counted(self) -> Summary:
        backend, now, shifts = self.backend, self.backend.now(), self.settings.shifts
        if not backend.read_only:
            # A key waits for it, and from the counters it takes 20 ms: not behind what counts all views.
            quick = await backend.newest(
                "summary", summary.summary_unless_lagging, backend.workplace, now, shifts
            )
            if quick is not None:
                return quick
            await backend.write(tally.advance, now)
        return await backend.scan("summary", summary.summary, backend.workplace, "", now, shifts)

    async def _show_borders(self) -> None:
        """The city beside the numbers, where there is room and the city has borders."""
        shapes = await self._sights.shapes(online=reachable(self.desk.line_state))
        if any(shape.rings for shape in shapes):
            self._map.show(shapes)
            self._lay_out()

    def show_line(self) -> None:
        """The title says how old the numbers are, too."""
        super().show_line()
        self._draw_title()

    def _draw_title(self) -> None:
        if self.summary is None:
            return
        words, style = line_words(
            self.desk.line_state, self.backend.now(), self.backend.zone, ascii_only=self.desk.ascii_only
        )
        self.query_one("#summary-title", Static).update(
            Content.assemble(
                (f"{_(TITLES[self.summary.home])} · {safe(self._whose())}", "bold"),
                (f" · {self._data_words()}", "$text-muted"),
                ("  ", ""),
                (
                    words
                    if self.desk.line_state is None or self.desk.line_state.phase != "connected"
                    else "",
                    style,
                ),
            )
        )

    def _whose(self) -> str:
        place = self.desk.whereabouts
        home = self.summary.home if self.summary is not None else Home.DINAS
        return place.city if home in (Home.CITY, Home.WAITING) else place.dinas

    def _data_words(self) -> str:
        """When central was last heard; a desk that was never connected says when it counted."""
        assert self.summary is not None
        moment = self.summary.data_as_of or self.summary.as_of
        if self.desk.line_state is not None and self.desk.line_state.last_contact is not None:
            moment = max(moment, self.desk.line_state.last_contact)
        return _("data {time}").format(time=wording.stamp(moment, self.backend.zone).strip())

    def _draw(self) -> None:
        if self.summary is None:
            return
        self._draw_title()
        width = self.size.width - 5  # padding, and the bar that scrolls
        if self.has_class("-map"):
            width -= MAP_COLUMNS
            self._map.show(counts=self.summary.heat.points)
        rows = board(self.summary, width, self.backend.zone, ascii_only=self.desk.ascii_only)
        self.board.show(rows, self.desk.summary_at)

    def on_area_map_chosen(self, event: AreaMap.Chosen) -> None:
        """A first click shows which kelurahan it is, a second one opens its reports."""
        if event.again and self.summary is not None:
            query = opening(self.backend.workplace, self.summary.open.query, Field.KELURAHAN, event.code)
            self._open(query, self.backend.city.kelurahan_name(event.code))

    def on_number_board_opened(self, event: NumberBoard.Opened) -> None:
        """A click."""
        self._open(event.query, event.title)

    def _open(self, query: str, name: str) -> None:
        """Show the reports; esc comes back to this number."""
        self.desk.summary_at = (query, name)
        self.desk.open_query(query, name)

    # --- keys ----------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Enter."""
        cell = self.board.current
        if cell is not None and cell.query:
            self._open(cell.query, cell.name)

    def action_down(self) -> None:
        """J."""
        self.board.move(1, 0)

    def action_up(self) -> None:
        """K."""
        self.board.move(-1, 0)

    def action_right(self) -> None:
        """Right arrow."""
        self.board.move(0, 1)

    def action_left(self) -> None:
        """Left arrow."""
        self.board.move(0, -1)

    def action_half_down(self) -> None:
        """Ctrl+d."""
        self.query_one("#summary-scroll").scroll_page_down(animate=False)

    def action_half_up(self) -> None:
        """Ctrl+u."""
        self.query_one("#summary-scroll").scroll_page_up(animate=False)

    def action_first(self) -> None:
        """G."""
        self.query_one("#summary-scroll").scroll_home(animate=False)

    def action_last(self) -> None:
        """Shift+g."""
        self.query_one("#summary-scroll").scroll_end(animate=False)

    def action_next_pane(self) -> None:
        """Tab: the next number."""
        self.board.move(0, 1)

    def action_monthly(self) -> None:
        """Shift+b."""
        from qlue_desk.desk.dialogs.monthly import MonthlyDialog

        self.app.push_screen(MonthlyDialog(self.backend))

    def action_back(self) -> None:
        """Esc."""
        self.dismiss()
