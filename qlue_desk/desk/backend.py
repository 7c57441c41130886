"""The desk's one door to casework: everything is awaited, nothing ever runs on the event loop's thread.

Reads go to the store's reading thread (the newest of a lane replaces older ones), acts to its writing
thread; screens never see a store, a cursor or a lock.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from array import array
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from qlue_desk.casework import acting, entering, handing, lease, reading, tray, views
from qlue_desk.casework.acting import Outcome, Together
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.tray import Kept, Line
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.detail.content import CaseView
from qlue_desk.desk.queue.columns import Cells
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Actor, Complaint, Role, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.lifecycle import Offer
from qlue_desk.domain.moves import Fields
from qlue_desk.domain.query import Query
from qlue_desk.protocol import NewReport
from qlue_desk.settings import Shifts
from qlue_desk.store import complaints, drafts, handovers, meta, outbox, queue, tally
from qlue_desk.store.complaints import Numbered
from qlue_desk.store.outbox import OutboxCounts, Waiting
from qlue_desk.store.queue import QueueRow
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.casework.summary import Summary

Result = TypeVar("Result")
FIRST_PAGE = 200
"""Row numbers that are asked for before all the others."""


def utc_now() -> dt.datetime:
    """The clock of the desk; tests give another one."""
    return dt.datetime.now(dt.UTC)


def in_thread(call: Callable[..., Result], *args: Any) -> Future[Result]:
    """Run a slow call (network, files) on a daemon thread of its own: quitting never waits for it."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            outcome = call(*args)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(outcome)

    threading.Thread(target=run, name="desk-call", daemon=True).start()
    return future


class Backend:
    """What screens can ask for and have done, for one person at one desk."""

    def __init__(self, workplace: Workplace, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self.workplace = workplace
        self.store = workplace.store
        self.now = now

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

    async def reload(self) -> bool:
        """Take over what sync learned of city, people and roles; True when something is different."""
        return await asyncio.wrap_future(self.store.read(self.workplace.reload))

    @property
    def people(self) -> tuple[Actor, ...]:
        """Colleagues."""
        return self.workplace.people

    @property
    def is_verifier(self) -> bool:
        """Whether the person routes reports."""
        return Role.VERIFIER in self.actor.roles

    def local_now(self) -> dt.datetime:
        """Now, in the city's zone."""
        return self.now().astimezone(self.zone)

    def parse(self, text: str) -> Query:
        """Read a query line; raises `QueryError`."""
        return self.workplace.query(text)

    async def has_handover(self) -> bool:
        """Whether another shift left a note that this person has not read, at a desk that may show it."""
        if await self.locked_since() is not None:
            return False
        since = self.now() - handovers.REMEMBERED
        return bool(await asyncio.wrap_future(self.store.read(handovers.unseen, self.actor.id, since)))

    async def locked_since(self) -> dt.datetime | None:
        """The last word of central when this desk has been without it for too long."""
        return await asyncio.wrap_future(self.store.read(lease.locked_since, self.workplace, self.now()))

    # --- lists ---------------------------------------------------------------------------------

    def fetch_rows(self, numbers: list[int]) -> Future[Sequence[Cells]]:
        """Rows of a list, ready to draw."""
        return self.store.read(self._cells_of, numbers)

    async def rows(self, numbers: Sequence[int]) -> Sequence[Cells]:
        """The same, awaited."""
        return await asyncio.wrap_future(self.fetch_rows(list(numbers)))

    def _cells_of(self, numbers: list[int]) -> list[Cells]:
        return [self._cells(row) for row in queue.rows(numbers)]

    def _cells(self, row: QueueRow) -> Cells:
        return Cells(
            row=row.row,
            id=row.id,
            number=row.number,
            status=Status(row.status),
            due=row.due if row.has_due else None,
            paused=bool(row.paused),
            kelurahan=self.city.kelurahan_name(row.kelurahan),
            category=self.city.category_label(row.category),
            title=row.title,
            holder=row.holder_name or row.holder,
            mine=bool(row.holder) and row.holder == self.actor.id,
            priority=row.priority,
            pending=row.pending,
        )

    async def find(self, query: Query, *, limit: int | None = None) -> array[int]:
        """Row numbers of a query in its order."""
        return await asyncio.wrap_future(
            self.store.read(
                queue.find_ids,
                query,
                now=self.now(),
                me=self.actor.id,
                zone=self.zone,
                limit=limit,
                lane="find",
            )
        )

    async def counts(self, queries: Iterable[Query]) -> list[int]:
        """How many reports each query means."""
        return await asyncio.wrap_future(
            self.store.read(
                queue.counts, list(queries), now=self.now(), me=self.actor.id, zone=self.zone, lane="counts"
            )
        )

    async def row_of(self, complaint_id: str) -> int | None:
        """Row number of a complaint."""
        return await asyncio.wrap_future(self.store.read(queue.row_of, complaint_id))

    def views(self, own: dict[str, str]) -> list[tuple[str, str]]:
        """Name and query text of the saved views, at most nine: those of the settings, then the role's."""
        saved = self.store.reading(_saved_views, self.actor.id)
        return [(view.name, view.query) for view in views.views_of(self.actor, {**own, **saved})]

    async def read_views(self, own: dict[str, str]) -> list[tuple[str, str]]:
        """The same, awaited."""
        return await asyncio.wrap_future(self.store.read(self.views, own))

    async def save_view(self, name: str, text: str, own: dict[str, str]) -> list[tuple[str, str]]:
        """Keep a query under a name for this person; returns the views as they are now."""
        await asyncio.wrap_future(self.store.write(_save_view, self.actor.id, name, text))
        return await asyncio.wrap_future(self.store.read(self.views, own))

    # --- one report ----------------------------------------------------------------------------

    async def case(self, complaint_id: str) -> CaseView | None:
        """Everything the detail pane shows."""
        return await asyncio.wrap_future(self.store.read(self._case, complaint_id, lane="case"))

    def _case(self, complaint_id: str) -> CaseView | None:
        try:
            found = reading.show(self.workplace, complaint_id, self.now())
        except Refused:
            return None  # moved to another dinas while it was on screen
        waiting = sum(item.state != "refused" for item in found.actions)
        return CaseView(found.complaint, tuple(found.entries), found.clocks, found.pending_entries, waiting)

    async def complaint(self, reference: str) -> Complaint | None:
        """By number, id or a unique end of the number."""
        return await asyncio.wrap_future(self.store.read(complaints.get, reference))

    async def numbered(self, written: str) -> list[Numbered]:
        """Reports whose number is, or ends with, what was written; the exact one first."""
        return await asyncio.wrap_future(self.store.read(complaints.numbered, written, lane="numbered"))

    async def complaints(self, numbers: Sequence[int]) -> list[Complaint]:
        """Reports in full, by row number."""
        return await asyncio.wrap_future(self.store.read(queue.complaints, list(numbers)))

    async def offers(self, complaint: Complaint) -> list[Offer]:
        """Moves, possible or with the reason why not."""
        return await asyncio.wrap_future(
            self.store.read(acting.offers, self.workplace, complaint, self.now())
        )

    async def offers_together(self, chosen: Sequence[Complaint]) -> Together:
        """Moves over several reports, with how many of them can take each."""
        return await asyncio.wrap_future(
            self.store.read(acting.offers_together, self.workplace, list(chosen), self.now())
        )

    # --- acting --------------------------------------------------------------------------------

    async def act(
        self, refs: Sequence[str], verb: Verb, fields: Fields, evidence: Sequence[Path] = ()
    ) -> list[Outcome]:
        """Do `verb` to reports; refusals are in the outcomes."""
        return await asyncio.wrap_future(
            self.store.write(
                acting.act, self.workplace, list(refs), verb, fields, evidence=list(evidence), now=self.now()
            )
        )

    async def act_each(self, moves: Sequence[tuple[str, Fields]], verb: Verb) -> list[Outcome]:
        """Do `verb` to each report with fields of its own; one stroke, so that one undo takes it back."""
        return await asyncio.wrap_future(
            self.store.write(_act_each, self.workplace, tuple(moves), verb, self.now())
        )

    async def rows_of(self, complaint_ids: Iterable[str]) -> list[int]:
        """Row numbers of those complaints that are here."""
        found = await asyncio.wrap_future(self.store.read(_rows_of, tuple(complaint_ids)))
        return [row for row in found if row is not None]

    async def last_left(self) -> list[Waiting]:
        """What the person's newest stroke recorded, when nothing can be taken back any more."""
        return await asyncio.wrap_future(self.store.read(acting.last_left, self.workplace))

    async def enter(self, report: NewReport) -> Complaint:
        """Record a new report."""
        return await asyncio.wrap_future(self.store.write(entering.enter, self.workplace, report, self.now()))

    async def undo(self) -> list[Outcome]:
        """Take back the person's last action that has not left yet."""
        return await asyncio.wrap_future(self.store.write(acting.undo, self.workplace))

    # --- outbox and tray -----------------------------------------------------------------------

    async def outbox_counts(self) -> OutboxCounts:
        """Waiting, accepted, refused."""
        return await asyncio.wrap_future(self.store.read(outbox.counts))

    async def outbox(self) -> tuple[list[Line], list[Line], list[Kept]]:
        """What waits (or waits for the feed), oldest first; what central refused, and texts left behind."""
        return await asyncio.wrap_future(self.store.read(self._outbox, lane="outbox"))

    def _outbox(self) -> tuple[list[Line], list[Line], list[Kept]]:
        place = self.workplace
        return tray.outbox_lines(place, _), tray.tray_lines(place, _, self.now()), tray.kept_texts(place, _)

    async def retry(self, action_id: str) -> str:
        """Try a refused action again on the present state; returns the new action's id."""
        return await asyncio.wrap_future(self.store.write(tray.retry, self.workplace, action_id))

    async def as_note(self, action_id: str) -> Outcome:
        """Send the text of a refused action as a note."""
        return await asyncio.wrap_future(
            self.store.write(handing.as_note, self.workplace, action_id, self.now())
        )

    async def hand_over(self, action_id: str, to: str) -> Outcome:
        """Give the report of a refused action to a colleague, with what was tried."""
        return await asyncio.wrap_future(
            self.store.write(handing.hand_over, self.workplace, action_id, to, self.now(), _)
        )

    async def discard(self, action_id: str) -> None:
        """Put a refused action away, or throw a kept text away."""
        await asyncio.wrap_future(self.store.write(tray.discard, self.workplace, action_id))

    async def export_outbox(self, path: Path) -> int:
        """Write outbox and tray into a file; returns how many actions."""
        return await asyncio.wrap_future(in_thread(tray.export, self.workplace, path))

    async def similar(self, category: str | None, kelurahan: str | None) -> list[entering.Similar]:
        """Open reports that may be the same one."""
        return await asyncio.wrap_future(
            self.store.read(
                entering.similar,
                self.workplace,
                category=category,
                kelurahan=kelurahan,
                now=self.now(),
                lane="similar",
            )
        )

    async def draft(self, complaint_id: str, what: str) -> str:
        """Text begun earlier."""
        return await asyncio.wrap_future(self.store.read(drafts.load, complaint_id, what))

    def save_draft(self, complaint_id: str, what: str, text: str) -> None:
        """Keep begun text; nobody waits for it."""
        self.store.write(drafts.save, complaint_id, what, text, self.now())

    # --- numbers -------------------------------------------------------------------------------

    async def summary(self, text: str, shifts: Shifts) -> Summary:
        """The supervisor's numbers over the reports of a query line."""
        from qlue_desk.casework import summary

        now = self.now()
        if self.store.read_only is None and await asyncio.wrap_future(self.store.read(summary.lags, now)):
            await asyncio.wrap_future(self.store.write(tally.advance, now))
        return await asyncio.wrap_future(
            self.store.read(summary.summary, self.workplace, text, now, shifts, lane="summary")
        )


def _act_each(
    workplace: Workplace, moves: tuple[tuple[str, Fields], ...], verb: Verb, now: dt.datetime
) -> list[Outcome]:
    return [
        outcome for ref, fields in moves for outcome in acting.act(workplace, [ref], verb, fields, now=now)
    ]


def _rows_of(complaint_ids: tuple[str, ...]) -> list[int | None]:
    return [queue.row_of(complaint_id) for complaint_id in complaint_ids]


def _saved_views(actor_id: str) -> dict[str, str]:
    stored = meta.get(f"views:{actor_id}")
    return msgspec.json.decode(stored, type=dict[str, str]) if stored else {}


def _save_view(actor_id: str, name: str, text: str) -> None:
    meta.put(f"views:{actor_id}", msgspec.json.encode({**_saved_views(actor_id), name: text}))
