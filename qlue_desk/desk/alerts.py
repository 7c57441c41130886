"""Tells of new urgent reports by the rule of `[notify]`: collected, at most one a minute, silent at night."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from textual.worker import Worker

from qlue_desk.desk import osc
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.query import Query, QueryError
from qlue_desk.domain.query_match import Moment, matches
from qlue_desk.settings import Notify
from qlue_desk.store import queue
from qlue_desk.store.errors import StoreError
from qlue_desk.words import _

PAUSE = dt.timedelta(minutes=1)
"""Between two notices."""
NAMED = 3
"""Reports whose numbers one notice gives."""
TITLE = "qlue desk"


class Urgent(msgspec.Struct, frozen=True):
    """A report to tell of."""

    number: str
    title: str
    """A citizen's words: they go into a toast, never into a sequence."""


class Pacer:
    """What waits to be told, and when it may be; no clock and no screen of its own."""

    def __init__(self, rule: Notify) -> None:
        self._rule = rule
        self._last: dt.datetime | None = None
        self.waiting: list[Urgent] = []
        self.unseen = 0
        """Told or not, since the person last touched the desk."""

    def add(self, found: Sequence[Urgent]) -> None:
        """New ones."""
        self.waiting += found
        self.unseen += len(found)

    def due(self, now: dt.datetime) -> list[Urgent]:
        """What is to be told now, all at once; `now` is the city's time."""
        early = self._last is not None and now - self._last < PAUSE
        if not self.waiting or early or is_quiet(self._rule, now.time()):
            return []
        self._last = now
        told, self.waiting = self.waiting, []
        return told


def is_quiet(rule: Notify, now: dt.time) -> bool:
    """Whether the quiet hours cover this time of the day; they may go over midnight."""
    if not rule.quiet_from or not rule.quiet_until:
        return False
    start, end = dt.time.fromisoformat(rule.quiet_from), dt.time.fromisoformat(rule.quiet_until)
    return start <= now < end if start <= end else now >= start or now < end


def notice(found: Sequence[Urgent], *, with_title: bool) -> str:
    """One sentence; `with_title` only where a citizen's words can do nothing."""
    if len(found) == 1 and with_title:
        return _("Mendesak: {number} {title}").format(
            number=safe(found[0].number), title=safe(found[0].title)
        )
    named = ", ".join(safe(each.number) for each in found[:NAMED] if each.number)
    if len(found) > NAMED:
        named += ", …"
    return _("{n} laporan mendesak baru: {numbers}").format(n=len(found), numbers=named)


class Speaker(Protocol):
    """What alerts need of the app."""

    def send(self, sequence: str) -> None:
        """Write a sequence of `osc`."""

    def show_title(self, text: str) -> None:
        """Title of the window."""

    def bell(self) -> None:
        """Ring."""

    def toast(self, text: str) -> None:
        """Show a sentence over the screen for a while; `text` is clean."""

    def complain(self, sentence: str) -> None:
        """The rule cannot be used."""


class Alerts:
    """Looks at every commit for reports that newly fit the rule."""

    def __init__(
        self,
        speaker: Speaker,
        backend: Backend,
        rule: Notify,
        run: Callable[..., Worker[None]],
    ) -> None:
        self.pacer = Pacer(rule)
        self._speaker = speaker
        self._backend = backend
        self._rule = rule
        self._run = run
        self._query: Query | None = None
        self._known: set[int] = set()
        self._changed: set[str] = set()
        self._any = True
        """What fits already has to be learned: at the start, and after the whole copy was replaced."""
        self._looking = False

    def start(self) -> None:
        """Learn what fits already; of that nothing is told."""
        self._show_title()
        if not self._rule.query.strip():
            return
        try:
            self._query = self._backend.parse(self._rule.query)
        except QueryError as error:
            self._speaker.complain(f"[notify] query: {error.sentence(_)}")
            return
        self._look_soon()

    def changed(self, complaint_ids: frozenset[str] | None) -> None:
        """A commit."""
        if self._query is None:
            return
        if complaint_ids is None:
            self._any = True
        else:
            self._changed |= complaint_ids
        self._look_soon()

    def touched(self) -> None:
        """The person is here."""
        if self.pacer.unseen:
            self.pacer.unseen = 0
            self._show_title()

    def tick(self) -> None:
        """Tell what waited for its minute, or for the end of the night."""
        told = self.pacer.due(self._backend.local_now())
        if not told:
            return
        if self._rule.toast:
            self._speaker.toast(notice(told, with_title=True))
        if self._rule.bell:
            self._speaker.bell()
        if self._rule.osc9:
            self._speaker.send(osc.notification(notice(told, with_title=False)))

    # --- looking -------------------------------------------------------------------------------

    def _look_soon(self) -> None:
        if not self._looking:
            self._looking = True
            self._run(self._look, group="alerts", exit_on_error=False)

    async def _look(self) -> None:
        try:
            while self._any or self._changed:
                if self._any:
                    self._any = False
                    self._changed.clear()
                    await self._learn()
                else:
                    changed, self._changed = self._changed, set()
                    await self._compare(changed)
        except StoreError:
            return  # the desk is closing
        finally:
            self._looking = False

    async def _learn(self) -> None:
        assert self._query is not None
        self._known = set(await self._fitting(self._query))

    async def _fitting(self, query: Query) -> array[int]:
        """No list of the screen replaces it, and it replaces none."""
        backend = self._backend
        return await backend.scan(
            "", queue.find_ids, query, now=backend.now(), me=backend.actor.id, zone=backend.zone
        )

    async def _compare(self, changed: set[str]) -> None:
        assert self._query is not None
        backend = self._backend
        rows = await backend.read(queue.rows_of, tuple(changed))
        moment = Moment(backend.now(), backend.actor.id, backend.zone)
        cells = {each.id: each for each in await backend.rows(rows)}
        found = []
        for complaint in await backend.read(queue.complaints, rows):
            here = cells.get(complaint.id)
            if here is None:
                continue
            if not matches(self._query, complaint, moment):
                self._known.discard(here.row)
            elif here.row not in self._known:
                self._known.add(here.row)
                if not here.pending:  # what one has just made urgent oneself is no news
                    found.append(_urgent(complaint))
        if found:
            self.pacer.add(found)
            self._show_title()
            self.tick()

    def _show_title(self) -> None:
        if self._rule.title:
            unseen = self.pacer.unseen
            self._speaker.show_title(f"({unseen}) {TITLE}" if unseen else TITLE)


def _urgent(complaint: Complaint) -> Urgent:
    return Urgent(complaint.number, complaint.title)
