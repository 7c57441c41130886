"""The desk's one door to casework and its store, whose threads run what is awaited here.

At once, on the event loop's thread, come only words: who works here, and a query line read, spelled or completed, for
which nothing is asked of the store.
Screens give the function and its values, and say how it is to be run; they never see a store, a cursor or a lock.
What a key waits for is read by `read`, or by `newest` where only the newest answer counts; what takes long by `scan`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from qlue_desk.casework.view_file import ViewFile
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.own_views import OwnViews
from qlue_desk.desk.queue.cells import Cells, cells_of
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Actor, Role
from qlue_desk.domain.edges import EDGE_BY_VERB, Verb
from qlue_desk.domain.query import Query
from qlue_desk.domain.query_complete import Offer, offers, readings
from qlue_desk.store import queue
from qlue_desk.store.database import Store
from qlue_desk.words import language

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def utc_now() -> dt.datetime:
    """The clock of the desk; tests give another one."""
    return dt.datetime.now(dt.UTC)


def in_thread(call: Callable[..., Result], *args: Any) -> Future[Result]:
    """Run a slow call (network, files) on a daemon thread of its own: quitting never waits for it."""
    future: Future[Result] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return  # whoever asked has left already; from here on leaving cannot cancel it
        try:
            outcome = call(*args)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(outcome)

    threading.Thread(target=run, name="desk-call", daemon=True).start()
    return future


async def aside(
    call: Callable[Parameters, Result], *args: Parameters.args, **named: Parameters.kwargs
) -> Result:
    """The same, awaited; not for what the store answers."""
    return await asyncio.wrap_future(in_thread(partial(call, *args, **named)))


class FirstPage(msgspec.Struct, frozen=True):
    """The first rows of a query."""

    numbers: array[int]
    rows: Sequence[Cells]
    """What their lines show, of those that are here."""
    is_all: bool
    """No more than these."""


class Backend:
    """What screens can ask for and have done, for one person at one desk."""

    def __init__(
        self,
        workplace: Workplace,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        view_file: ViewFile | None = None,
        not_kept: Callable[[BaseException], None] = lambda _error: None,
    ) -> None:
        """`view_file`: where own views are kept; else beside the data.

        `not_kept` hears why what was given to `keep` was not written, on whatever thread found it out.
        """
        self.workplace = workplace
        self.views = OwnViews(workplace, view_file or ViewFile(workplace.home / "config.toml"))
        self.now = now
        self._not_kept = not_kept
        self._to_keep: Future[None] | None = None
        self._store = workplace.store

    # --- who works here ------------------------------------------------------------------------

    @property
    def city(self) -> City:
        """The city, as central last described it."""
        return self.workplace.city

    @property
    def actor(self) -> Actor:
        """Who works here."""
        return self.workplace.actor

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return self.workplace.zone

    @property
    def people(self) -> tuple[Actor, ...]:
        """Colleagues."""
        return self.workplace.people

    @property
    def is_verifier(self) -> bool:
        """Whether the person routes reports."""
        return Role.VERIFIER in self.actor.roles

    @property
    def proposes(self) -> bool:
        """Whether the person proposes reports as done, for a second one to look at."""
        return any(who.role in self.actor.roles for who in EDGE_BY_VERB[Verb.PROPOSE].who)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be recorded at this desk."""
        return self._store.read_only is not None

    def local_now(self) -> dt.datetime:
        """Now, in the city's zone."""
        return self.now().astimezone(self.zone)

    def parse(self, text: str) -> Query:
        """Read a query line; raises `QueryError`."""
        return self.workplace.query(text)

    def spelled(self, text: str) -> str:
        """A query line that nobody typed, in the reader's words."""
        return self.workplace.spelled(text)

    def query_offers(self, text: str, cursor: int) -> list[Offer]:
        """What could be meant at the cursor of a query line."""
        return offers(text, cursor, self.workplace.names, language())

    def query_readings(self, text: str) -> list[Offer]:
        """What words of a query line would be as terms."""
        return readings(text, self.workplace.names, language())

    # --- on the store's threads ----------------------------------------------------------------

    async def read(
        self, call: Callable[Parameters, Result], *args: Parameters.args, **named: Parameters.kwargs
    ) -> Result:
        """The result of `call`, over one consistent state of the store."""
        return await asyncio.wrap_future(self._store.read(partial(call, *args, **named)))

    async def newest(
        self,
        lane: str,
        call: Callable[Parameters, Result],
        *args: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """The same; what was asked before in the same lane ends with `Superseded`, even while it runs."""
        return await asyncio.wrap_future(self._store.read(partial(call, *args, **named), lane=lane))

    async def scan(
        self,
        lane: str,
        call: Callable[Parameters, Result],
        *args: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """The same for very many rows, beside what a key waits for; in the lane '' nothing replaces it."""
        return await asyncio.wrap_future(self._store.scan(partial(call, *args, **named), lane=lane))

    async def write(
        self, call: Callable[Parameters, Result], *args: Parameters.args, **named: Parameters.kwargs
    ) -> Result:
        """The result of `call` in one transaction; an exception undoes all."""
        return await asyncio.wrap_future(self._store.write(partial(call, *args, **named)))

    def keep(
        self, call: Callable[Parameters, None], *args: Parameters.args, **named: Parameters.kwargs
    ) -> None:
        """Write what nobody waits for; `not_kept` hears when it fails."""
        self._to_keep = self._store.write(partial(call, *args, **named))
        self._to_keep.add_done_callback(self._heard)

    async def was_kept(self) -> bool:
        """Whether what was given to `keep` last is written now; waits for it."""
        if self._to_keep is None:
            return True
        # Whoever waits may be replaced; the write goes on.
        written = asyncio.shield(asyncio.wrap_future(self._to_keep))
        [failure] = await asyncio.gather(written, return_exceptions=True)
        return failure is None

    def _heard(self, written: Future[None]) -> None:
        if not written.cancelled() and (error := written.exception()) is not None:
            self._not_kept(error)

    async def ask_central(
        self,
        call: Callable[Concatenate[Store, Parameters], Result],
        *args: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """Run what may go over the network, on a thread of its own; `call` is given the store first."""
        return await aside(call, self._store, *args, **named)

    # --- the rows of a list --------------------------------------------------------------------

    def fetch_rows(self, numbers: list[int]) -> Future[Sequence[Cells]]:
        """Rows of a list, ready to draw."""
        return self._store.read(cells_of, self.workplace, numbers, self.now())

    async def rows(self, numbers: Sequence[int]) -> Sequence[Cells]:
        """The same, awaited."""
        return await asyncio.wrap_future(self.fetch_rows(list(numbers)))

    def first_page(self, query: Query, limit: int) -> Future[FirstPage]:
        """The first rows of a query; only the newest question is answered."""
        now, place = self.now(), self.workplace

        def read() -> FirstPage:
            numbers = queue.find_ids(query, now=now, me=place.actor.id, zone=place.zone, limit=limit)
            return FirstPage(numbers, cells_of(place, numbers, now), len(numbers) < limit)

        return self._store.read(read, lane="find")

    async def find(self, query: Query, *, limit: int | None = None) -> array[int]:
        """Row numbers of a query in its order: all of them take long where there are many, a first page never."""
        run = self.scan if limit is None else self.newest
        return await run(
            "find", queue.find_ids, query, now=self.now(), me=self.actor.id, zone=self.zone, limit=limit
        )
