"""The desk's one door to casework: everything is awaited, nothing ever runs on the event loop's thread.

Reads go to the store's reading threads (the newest of a lane replaces older ones; what takes long has its own
thread), acts to its writing thread; screens never see a store, a cursor or a lock.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from qlue_desk.casework import (
    acting,
    departures,
    entering,
    handing,
    lease,
    macros,
    reading,
    similar,
    snoozing,
    tray,
    undoing,
    views,
)
from qlue_desk.casework.acting import Outcome, Plan, Together
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.macros import Fit
from qlue_desk.casework.similar import Similar
from qlue_desk.casework.tray import Kept, Line
from qlue_desk.casework.undoing import Undoing
from qlue_desk.casework.view_file import ViewFile
from qlue_desk.casework.views import View
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.detail.content import CaseView
from qlue_desk.desk.queue.columns import Cells
from qlue_desk.domain import lifecycle
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import CHANNEL_LABEL, Actor, Channel, Complaint, Role, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, Verb
from qlue_desk.domain.moves import Fields, Refusal
from qlue_desk.domain.query import Query
from qlue_desk.domain.query_complete import Offer, offers
from qlue_desk.domain.similarity import Subject, subject_of
from qlue_desk.protocol import NewReport
from qlue_desk.settings import Macro, Shifts
from qlue_desk.store import complaints, drafts, handovers, meta, outbox, queue, searched, snoozes, tally
from qlue_desk.store.complaints import Numbered
from qlue_desk.store.models import SENT_BACK
from qlue_desk.store.outbox import OutboxCounts
from qlue_desk.store.queue import QueueRow
from qlue_desk.store.snoozes import Woken
from qlue_desk.store.strokes import Stroke
from qlue_desk.words import _, language

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


class Backend:
    """What screens can ask for and have done, for one person at one desk."""

    def __init__(
        self,
        workplace: Workplace,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        view_file: ViewFile | None = None,
    ) -> None:
        """`view_file`: where own views are kept; else beside the data."""
        self.workplace = workplace
        self.view_file = view_file or ViewFile(workplace.home / "config.toml")
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

    @property
    def proposes(self) -> bool:
        """Whether the person proposes reports as done, for a second one to look at."""
        return any(who.role in self.actor.roles for who in EDGE_BY_VERB[Verb.PROPOSE].who)

    def local_now(self) -> dt.datetime:
        """Now, in the city's zone."""
        return self.now().astimezone(self.zone)

    def parse(self, text: str) -> Query:
        """Read a query line; raises `QueryError`."""
        return self.workplace.query(text)

    def spelled(self, text: str) -> str:
        """A query line that nobody typed, in the reader's words."""
        return self.workplace.spelled(text)

    async def has_handover(self) -> bool:
        """Whether another shift left a note that this person has not read, at a desk that may show it."""
        if await self.locked_since() is not None:
            return False
        since = self.now() - handovers.REMEMBERED
        return bool(await asyncio.wrap_future(self.store.read(handovers.unseen, self.actor.id, since)))

    def query_offers(self, text: str, cursor: int) -> list[Offer]:
        """What could be meant at the cursor of a query line."""
        return offers(text, cursor, self.workplace.names, language())

    async def queries(self) -> list[str]:
        """What this person looked for earlier, the newest first."""
        return await asyncio.wrap_future(self.store.read(searched.queries, self.actor.id))

    def keep_query(self, text: str) -> None:
        """Remember a query; nobody waits for it."""
        self.store.write(searched.keep, self.actor.id, text)

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
        aside = snoozes.asleep(self.actor.id, self.now())
        return [self._cells(row, snoozed=row.row in aside) for row in queue.rows(numbers)]

    def _cells(self, row: QueueRow, *, snoozed: bool) -> Cells:
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
            dinas=self.city.dinas_name(row.dinas),
            channel=_(CHANNEL_LABEL[Channel(row.channel)]) if row.channel in set(Channel) else row.channel,
            created=row.created_at,
            snoozed=snoozed,
            sent_back=row.proposal == SENT_BACK,
        )

    async def find(self, query: Query, *, limit: int | None = None) -> array[int]:
        """Row numbers of a query in its order: all of them take long where there are many, a first page never."""
        run = self.store.scan if limit is None else self.store.read
        return await asyncio.wrap_future(
            run(
                queue.find_ids,
                query,
                now=self.now(),
                me=self.actor.id,
                zone=self.zone,
                limit=limit,
                lane="find",
            )
        )

    async def fitting(self, query: Query) -> array[int]:
        """The same for a rule that is not on screen: no list replaces it, and it replaces none."""
        return await asyncio.wrap_future(
            self.store.scan(queue.find_ids, query, now=self.now(), me=self.actor.id, zone=self.zone)
        )

    async def counts(self, queries: Iterable[Query]) -> list[int]:
        """How many reports each query means."""
        return await asyncio.wrap_future(
            self.store.scan(
                queue.counts, list(queries), now=self.now(), me=self.actor.id, zone=self.zone, lane="counts"
            )
        )

    async def row_of(self, complaint_id: str) -> int | None:
        """Row number of a complaint."""
        return await asyncio.wrap_future(self.store.read(queue.row_of, complaint_id))

    def views(self) -> list[tuple[str, str]]:
        """Name and query text of the saved views, at most nine, in the person's order."""
        return [(view.name, view.query) for view in self.view_rows()]

    def view_rows(self) -> tuple[View, ...]:
        """The same, with whose they are."""
        return views.views_of(self.actor, self.view_file.views, self.view_file.order)

    def role_views(self) -> tuple[View, ...]:
        """The views that the person's role starts with."""
        return views.default_views(self.actor)

    def displaced_by(self, name: str) -> View | None:
        """The role's view that would give way to one saved under that name."""
        return views.displaced_by(name.strip(), self.actor, self.view_file.views, _)

    def view_problems(self) -> dict[str, str]:
        """Own views that cannot be read, each with a sentence that says where and why."""
        return self.view_file.problems(self.workplace, _)

    async def edit_views(self, change: Callable[..., Result], *args: Any) -> Result:
        """Have a method of the view file run: it writes to the disk, so never on the event loop's thread."""
        return await asyncio.wrap_future(in_thread(change, *args))

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
        complaint = found.complaint
        alike = similar.similar(self.workplace, subject_of(complaint)) if complaint.is_open else []
        return CaseView(
            complaint,
            tuple(found.entries),
            found.clocks,
            found.pending_entries,
            waiting,
            aside_until=snoozes.until(self.actor.id, complaint.id, self.now()),
            near=sum(each.is_near for each in alike),
            alike=len(alike),
            duplicates=found.duplicates,
        )

    async def complaint(self, reference: str) -> Complaint | None:
        """By number, id or a unique end of the number."""
        return await asyncio.wrap_future(self.store.read(complaints.get, reference))

    async def numbered(self, written: str) -> list[Numbered]:
        """Reports whose number is, or ends with, what was written; the exact one first."""
        return await asyncio.wrap_future(self.store.read(complaints.numbered, written, lane="numbered"))

    async def elsewhere(self, written: str) -> list[tuple[str, Refusal]]:
        """Numbers like the one written of reports that left this desk, each with the sentence where it is now."""
        return await asyncio.wrap_future(self.store.read(departures.numbered, self.workplace, written))

    async def gone(self, complaint_id: str, number: str) -> Refusal:
        """Why nothing can be done to a report that this desk no longer holds."""
        return await asyncio.wrap_future(
            self.store.read(departures.gone, self.workplace, complaint_id, number)
        )

    async def complaints(self, numbers: Sequence[int]) -> list[Complaint]:
        """Reports in full, by row number."""
        return await asyncio.wrap_future(self.store.read(queue.complaints, list(numbers)))

    async def offers(self, complaint: Complaint) -> list[lifecycle.Offer]:
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

    async def move_plan(
        self, verb: Verb, fields: Fields, evidence: Sequence[Path] = (), *, dry_run: bool = False
    ) -> Plan:
        """One move as a plan for any report; raises `Refused` for a file that cannot be taken."""
        run = self.store.read if dry_run else self.store.write
        return await asyncio.wrap_future(
            run(acting.move_plan, self.workplace, verb, fields, list(evidence), dry_run=dry_run)
        )

    def macro_plan(self, macro: Macro) -> Plan:
        """A macro as a plan for any report; raises `Refused` where its query is wrong."""
        return macros.plan(self.workplace, macro, self.now())

    async def fits(self, known: Mapping[str, Macro], complaint: Complaint) -> list[Fit]:
        """Every macro for one report, with its filled texts or the reason why not."""
        return await asyncio.wrap_future(
            self.store.read(macros.fits, self.workplace, known, complaint, self.now())
        )

    async def perform(self, ids: Sequence[str], plan: Plan, stroke: str = "") -> list[Outcome]:
        """Carry out a plan on reports in one transaction; refusals are in the outcomes."""
        return await asyncio.wrap_future(
            self.store.write(acting.perform, self.workplace, list(ids), plan, now=self.now(), stroke=stroke)
        )

    async def preview(self, ids: Sequence[str], plan: Plan) -> list[Outcome]:
        """What a plan would do to reports, without doing it."""
        return await asyncio.wrap_future(
            self.store.read(acting.perform, self.workplace, list(ids), plan, now=self.now(), dry_run=True)
        )

    async def snooze(self, ids: Sequence[str], until: dt.datetime, wake_hours: int) -> list[Outcome]:
        """Put reports aside for this person."""
        return await asyncio.wrap_future(
            self.store.write(
                snoozing.snooze, self.workplace, list(ids), until, wake_hours=wake_hours, now=self.now()
            )
        )

    async def wake(self, ids: Sequence[str]) -> list[Outcome]:
        """Bring reports back."""
        return await asyncio.wrap_future(
            self.store.write(snoozing.wake, self.workplace, list(ids), now=self.now())
        )

    async def take_woken(self) -> list[Woken]:
        """What has come back by itself since the last call."""
        if not await asyncio.wrap_future(self.store.read(snoozes.woken, self.actor.id, self.now())):
            return []
        return await asyncio.wrap_future(self.store.write(snoozing.take_woken, self.workplace, self.now()))

    async def asleep(self, numbers: Sequence[int]) -> frozenset[int]:
        """Which of these rows are put aside."""
        found = await asyncio.wrap_future(self.store.read(snoozes.asleep, self.actor.id, self.now()))
        return found & set(numbers)

    async def snooze_choices(self) -> list[tuple[str, dt.datetime]]:
        """The usual moments; the working calendar is worked out beside the screen."""
        return await asyncio.wrap_future(self.store.read(snoozing.choices, self.workplace, self.now()))

    def read_until(self, text: str) -> dt.datetime | Refusal:
        """A moment as people write it."""
        return snoozing.read_until(self.workplace, text, self.now())

    def until_examples(self) -> str:
        """Moments to type, for a hint."""
        return snoozing.examples(self.workplace, self.now())

    async def ids(self, numbers: Sequence[int]) -> list[tuple[int, str]]:
        """Row number and id of reports, for lists too long to read in full."""
        return await asyncio.wrap_future(self.store.read(queue.ids, numbers))

    async def rows_of(self, complaint_ids: Iterable[str]) -> list[int]:
        """Row numbers of those complaints that are here."""
        return await asyncio.wrap_future(self.store.read(queue.rows_of, tuple(complaint_ids)))

    async def undoable(self) -> Undoing | None:
        """The person's newest stroke of which something can be taken back."""
        return await asyncio.wrap_future(self.store.read(undoing.newest, self.workplace))

    async def undoable_line(self, action_id: str) -> Undoing | Refusal:
        """The stroke of a line of the outbox, or why it cannot be taken back."""
        return await asyncio.wrap_future(self.store.read(undoing.of_action, self.workplace, action_id))

    async def last_left(self) -> Stroke | None:
        """The person's newest stroke, when nothing of it can be taken back any more."""
        return await asyncio.wrap_future(self.store.read(undoing.last_left, self.workplace))

    async def enter(self, report: NewReport) -> Complaint:
        """Record a new report."""
        return await asyncio.wrap_future(self.store.write(entering.enter, self.workplace, report, self.now()))

    async def undo(self, stroke: str, limit: int) -> list[Outcome]:
        """Take a stroke back as far as it has not left, for `limit` reports at most."""
        return await asyncio.wrap_future(self.store.write(undoing.undo, self.workplace, stroke, limit))

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

    async def similar(self, subject: Subject, *, only_open: bool = False) -> list[Similar]:
        """Reports that may be of the same thing."""
        return await asyncio.wrap_future(
            self.store.read(similar.similar, self.workplace, subject, only_open=only_open, lane="similar")
        )

    async def draft(self, complaint_id: str, what: str) -> str:
        """Text begun earlier."""
        return await asyncio.wrap_future(self.store.read(drafts.load, complaint_id, what))

    async def move_texts(self, complaint_id: str) -> dict[str, str]:
        """Texts begun for moves of a report, by their kind."""
        found = await asyncio.wrap_future(self.store.read(drafts.of_complaint, complaint_id))
        return {
            what.removeprefix(drafts.FOLLOW_UP): text
            for what, text in found.items()
            if what.startswith(drafts.FOLLOW_UP)
        }

    def save_draft(self, complaint_id: str, what: str, text: str) -> None:
        """Keep begun text; nobody waits for it."""
        self.store.write(drafts.save, complaint_id, what, text, self.now())

    def save_note(self, complaint_id: str, text: str, *, public: bool) -> None:
        """Keep a note that is being typed, with who is to read it; nobody waits for it."""
        self.store.write(drafts.save_note, complaint_id, text, self.now(), public=public)

    # --- the guide -----------------------------------------------------------------------------

    async def guided(self) -> bool:
        """Whether this person has been through the guide, or has closed it."""
        return await asyncio.wrap_future(self.store.read(meta.get, f"guide:{self.actor.id}")) is not None

    def keep_guided(self) -> None:
        """The guide comes by itself only once; nobody waits for it."""
        self.store.write(meta.put, f"guide:{self.actor.id}", "1")

    # --- numbers -------------------------------------------------------------------------------

    async def summary(self, text: str, shifts: Shifts) -> Summary:
        """The supervisor's numbers over the reports of a query line."""
        from qlue_desk.casework import summary

        now = self.now()
        if self.store.read_only is None and await asyncio.wrap_future(self.store.read(summary.lags, now)):
            await asyncio.wrap_future(self.store.write(tally.advance, now))
        return await asyncio.wrap_future(
            self.store.scan(summary.summary, self.workplace, text, now, shifts, lane="summary")
        )
