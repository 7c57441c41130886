"""Rows of a list as they are fetched: a page at a time, each once, the newest of them kept."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

import msgspec

Row = TypeVar("Row")
PAGE = 64
"""Rows of one fetch."""
PAGES_KEPT = 32

Fetch = Callable[[list[int]], "Future[Sequence[Row]]"]
"""Row numbers to a future of their rows, in the same order (a missing row is left out by the caller)."""


class Came(msgspec.Struct, Generic[Row], frozen=True):
    """A page that arrived, by row number; without rows where its read was interrupted."""

    generation: int
    page: int
    rows: dict[int, Row]


class Pages(Generic[Row]):
    """What is known of the rows, by their number."""

    def __init__(
        self,
        fetch: Fetch[Row],
        row_number: Callable[[Row], int],
        identity: Callable[[Row], str],
        tell: Callable[[Came[Row]], object],
    ) -> None:
        """`identity` names what a row shows; `tell` is called on the thread that fetched."""
        self._fetch = fetch
        self._row_number = row_number
        self._identity = identity
        self._tell = tell
        self._known: OrderedDict[int, Row] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: set[int] = set()
        self._generation = 0

    @property
    def known(self) -> Iterable[Row]:
        """What is kept of all rows."""
        return self._known.values()

    def get(self, number: int) -> Row | None:
        """What is known of a row."""
        return self._known.get(number)

    def prime(self, rows: Sequence[Row]) -> None:
        """Take rows that were fetched already."""
        for row in rows:
            number = self._row_number(row)
            self._known[number] = row
            self._stale.discard(number)

    def drop(self, number: int) -> None:
        """A row that no list has any more."""
        self._known.pop(number, None)

    def turned(self) -> None:
        """Pages begin at other rows now."""
        self._generation += 1
        self._asked.clear()

    def outdate(self, numbers: Sequence[int] | None) -> None:
        """Fetch rows anew when they are wanted (all when None); their old content is known until then."""
        self.turned()
        self._stale |= set(self._known) if numbers is None else set(numbers)

    def want(self, index: int, numbers: array[int]) -> None:
        """Have the page of this place of the list, and near its end the next one."""
        page = index // PAGE
        self._ask(page, numbers)
        if index % PAGE > PAGE * 3 // 4 and (page + 1) * PAGE < len(numbers):
            self._ask(page + 1, numbers)

    def _ask(self, page: int, numbers: array[int]) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        wanted = [
            number
            for number in numbers[page * PAGE : (page + 1) * PAGE]
            if number not in self._known or number in self._stale
        ]
        if not wanted:
            return
        generation = self._generation
        future = self._fetch(wanted)

        def came(done: Future[Sequence[Row]]) -> None:
            if done.cancelled() or done.exception() is not None:
                rows: dict[int, Row] = {}
            else:
                rows = {self._row_number(row): row for row in done.result()}
            self._tell(Came(generation, page, rows))

        future.add_done_callback(came)

    def take(self, came: Came[Row], guest: int | None) -> set[int]:
        """Keep what came and return which rows differ; another thing under the guest's number is not taken.

        SQLite gives a freed row number to the next row.
        """
        if not came.rows and came.generation == self._generation:
            self._asked.discard(came.page)  # an interrupted read: the next paint asks again
        changed = set()
        for number, row in came.rows.items():
            if number == guest and not self._is_same(number, row):
                continue
            if self._known.get(number) != row:
                changed.add(number)
            self._known[number] = row
            self._known.move_to_end(number)
            if came.generation == self._generation:
                self._stale.discard(number)
        while len(self._known) > PAGE * PAGES_KEPT:
            self._known.popitem(last=False)
        return changed

    def _is_same(self, number: int, row: Row) -> bool:
        known = self._known.get(number)
        return known is None or self._identity(known) == self._identity(row)
