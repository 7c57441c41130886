"""The answer of a query gets into the list: what a person sees first comes first."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.casework import departures
from qlue_desk.desk.backend import Backend, FirstPage
from qlue_desk.desk.later import later
from qlue_desk.desk.messages import QueueShown
from qlue_desk.desk.widgets.pages import PAGE
from qlue_desk.desk.widgets.query_bar import QueryBar
from qlue_desk.domain.query import Query
from qlue_desk.store import queue as store_queue
from qlue_desk.store.errors import Superseded

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen

LOOKED_AMONG = 200
"""Row numbers among which a row is looked for before all are read."""
ALL_REST = 0.15
"""Seconds without a key in the query bar before all that it means is read behind the first page."""


class Filling:
    """Reads rows and numbers for the list of a screen."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend
        self.begun = False
        """A first answer is here; before it an empty list means nothing."""

    def begin(self, query: Query, text: str, *, keep_cursor: bool, row: int | None = None) -> None:
        """Put the answer into the list, the first page before all the others."""
        first = None
        if not query.group and row is None and not (keep_cursor and self.screen.queue.numbers):
            # At once, so that the store works while the key is painted.
            first = self.backend.first_page(query, self._seen_at_once())
        work = self._fill(query, text, first, keep_cursor=keep_cursor, row=row)
        later(self.screen, work, group="fill")

    async def _fill(
        self, query: Query, text: str, first: Future[FirstPage] | None, *, keep_cursor: bool, row: int | None
    ) -> None:
        try:
            if query.group:
                await self._fetch_grouped(query, text, keep_cursor=keep_cursor, row=row)
            else:
                await self._fetch(query, text, first, keep_cursor=keep_cursor, row=row)
            await self._tell_where_it_is()
            if not self.screen.queue.numbers and (where := await self.screen.find_elsewhere(query)):
                self.screen.elsewhere = where
                self.screen.show_heading()
        except Superseded:
            raise  # the newer question answers for this one, too
        except Exception:
            self.screen.lag.failed(text)
            raise

    async def _tell_where_it_is(self) -> None:
        """A line that is only still shown, of a report that left this desk, does not look like one's own work."""
        queue = self.screen.queue
        row = queue.absent
        cells = queue.row_at(row)
        if row is None or cells is None or cells.gone:
            return
        place = self.backend.workplace
        dinas = await self.backend.read(departures.left_for, place, cells.id)
        if dinas is not None and queue.absent == row:
            gone = msgspec.structs.replace(cells, elsewhere=dinas, gone=True, pending=0, snoozed=False)
            queue.prime([gone])
            queue.redraw()

    async def _fetch(
        self, query: Query, text: str, first: Future[FirstPage] | None, *, keep_cursor: bool, row: int | None
    ) -> None:
        queue = self.screen.queue
        if row is not None:
            numbers = await self.backend.find(query, limit=LOOKED_AMONG)
            more = len(numbers) == LOOKED_AMONG
            if row not in numbers and not (more and await self._means(query, row)):
                row = self.screen.before.row  # a report was looked at alone that this view does not have
            if row not in numbers and more:
                numbers = await self.backend.find(query)
            if row is not None and row in numbers:
                place = numbers.index(row)
                queue.prime(await self.backend.rows(numbers[place : place + 1]))
                queue.set_numbers(numbers, keep_cursor=False)
                queue.move_to(place)
                self._arrived(text)
                if len(numbers) != LOOKED_AMONG:
                    self._count()
                    return
                keep_cursor = True  # the others follow
        if not keep_cursor or not queue.numbers:
            page = await asyncio.wrap_future(first or self.backend.first_page(query, self._seen_at_once()))
            queue.prime(page.rows)
            queue.set_numbers(page.numbers, keep_cursor=keep_cursor)
            self._arrived(text)
            if page.is_all:
                self._count()
                return
            if self.screen.query_one(QueryBar).has_class("-open"):
                await asyncio.sleep(ALL_REST)
            await self.screen.desk.opened.wait()
        numbers = await self.backend.find(query)
        # A row that was only still shown may be back in its very place; headings may have to go.
        if numbers != queue.numbers or queue.guest is not None or len(queue.headings):
            queue.set_numbers(numbers)
        self.screen.show_heading()
        self._count()

    def _seen_at_once(self) -> int:
        """How many rows make a first page: what is read beyond the window nobody sees yet."""
        height = self.screen.queue.size.height
        return min(PAGE, height + 1) if height else PAGE

    async def _means(self, query: Query, row: int) -> bool:
        """Whether the query finds a report that is known here, asked of it alone."""
        cells, backend = self.screen.queue.row_at(row), self.backend
        now, me = backend.now(), backend.actor.id
        if cells is None or row == self.screen.before.row:
            return True  # only all its numbers would tell
        return await backend.read(store_queue.means, query, cells.id, now=now, me=me, zone=backend.zone)

    async def _fetch_grouped(self, query: Query, text: str, *, keep_cursor: bool, row: int | None) -> None:
        """Groups are known only with all their reports, so they come in one piece."""
        queue = self.screen.queue
        numbers, groups = await self.screen.listing.find(query)
        keep = keep_cursor and row is None and bool(queue.numbers)
        place = numbers.index(row) if row is not None and row in numbers else 0
        if not keep:
            queue.prime(await self.backend.rows(numbers[place : place + PAGE]))
        queue.set_numbers(numbers, keep_cursor=keep, groups=groups)
        if not keep:
            queue.move_to(place)
        self._arrived(text)
        self._count()

    def _arrived(self, text: str) -> None:
        if not self.begun:
            self.begun = True
            self.screen.post_message(QueueShown())
        self.screen.lag.arrived(text)
        self.screen.show_heading()

    def _count(self) -> None:
        later(self.screen, self.screen.count(), group="count")
