"""The one door through which a complaint changes at central.

One action is one transaction: verdict, complaint, history and feed, or nothing. All changes of a city
queue behind the row of its stream, so a decision always sees what it decides about.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace
from peewee import IntegrityError

from qlue_desk.central import again, entering, identities, verdicts
from qlue_desk.central.checks import evidence_refusal, scope_refusal, stated_evidence
from qlue_desk.central.erasing import erase_traces, erased
from qlue_desk.central.errors import DatabaseBusy, DatabaseSlow
from qlue_desk.central.feed import Appended, scope_stream
from qlue_desk.central.ledger import Ledger, received
from qlue_desk.central.report import Report, Route, Taken
from qlue_desk.central.routing import route
from qlue_desk.central.wellformed import form_refusal
from qlue_desk.domain.city import City, Cooperation
from qlue_desk.domain.complaint import Actor, Complaint, Role, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.lifecycle import act_time, decide
from qlue_desk.domain.moves import N_, Code, Decision, Fields, Refusal
from qlue_desk.protocol import Action, ActionResult, DeskIdentity

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

SYSTEM = Actor("system", "Sistem", frozenset({Role.SYSTEM}), "")
"""Acts for the clock and for the city's joining; takes the city of what it acts on."""
REPORTER = Actor("reporter", "Pelapor", frozenset({Role.REPORTER}), "")
NO_FIELDS = Fields()
TRIES = 3
PAUSE_SECONDS = (0.01, 0.1)

_T = TypeVar("_T")


class Change(msgspec.Struct, frozen=True):
    """A change that was written: the complaint after it, and its place in each stream."""

    complaint: Complaint
    appended: dict[str, Appended]


class Register:
    """Takes reports and moves; nobody else writes complaints."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._ledger = Ledger(hub)
        self._verdicts = verdicts.Verdicts(hub)

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """One transaction around many calls: all of them or none, and one wait for the disk."""
        with self._hub.database.writing():
            yield

    # --- actions of desks --------------------------------------------------------------------

    def apply(self, action: Action, desk: DeskIdentity) -> ActionResult:
        """The verdict on one action of a desk; a second call with the same action changes nothing."""
        try:
            malformed = form_refusal(action, self._hub.limits)
            if malformed is not None:
                return self._tried(lambda: self._verdicts.malformed(action, desk, malformed))
            return self._tried(lambda: self._apply(action, desk))
        except DatabaseBusy:
            return verdicts.busy(action)

    def _apply(self, action: Action, desk: DeskIdentity) -> ActionResult:
        hub = self._hub
        with self._transaction(desk.city) as city:
            if (given := self._verdicts.given(action)) is not None:
                return given
            if action.prev is not None and not self._verdicts.known(action.prev):
                return verdicts.predecessor_missing(action, action.prev)
            before = hub.records.get(action.complaint_id)
            actor = hub.accounts.person(action.actor_id)
            refusal = scope_refusal(action, desk, city, before, actor)
            refusal = refusal or evidence_refusal(hub, action.fields.evidence)
            if refusal is None and (missing := hub.blobs.missing(action.fields.evidence)):
                return verdicts.blob_missing(action, missing)
            outcome: Change | Refusal
            if refusal is not None or actor is None:
                assert refusal is not None, "an unknown actor is a refusal"
                outcome = refusal
            elif action.verb == Verb.ENTER:
                outcome = self._enter(action, actor, city)
            else:
                assert before is not None, "an unknown report is a refusal"
                outcome = self._act(action, actor, desk, city, before)
            if isinstance(outcome, Refusal):
                seen = before if before is not None and before.city == desk.city else None
                current = self._verdicts.current(seen) if seen else None
                return self._verdicts.keep(action, desk, verdicts.rejection(action, outcome, current))
            event = outcome.appended.get(scope_stream(desk, city))
            return self._verdicts.keep(action, desk, verdicts.applied(action, outcome.complaint, event))

    def _act(
        self, action: Action, actor: Actor, desk: DeskIdentity, city: City, before: Complaint
    ) -> Change | Refusal:
        now = self._hub.now()
        at = act_time(action.recorded_at, before, now)
        fields = stated_evidence(self._hub, action.fields, actor, at)
        decision = decide(
            before,
            Verb(action.verb),
            fields,
            actor,
            self._hub.context(city.key, at),
            entry_id=new_id("h"),
            action_id=action.id,
        )
        if isinstance(decision, Refusal):
            return decision
        if action.verb == Verb.ERASE:
            erase_traces(self._hub, before)
            decision = replace(decision, complaint=erased(decision.complaint))
        change = Change(
            decision.complaint, self._ledger.write_decision(city, before, decision, now, action_id=action.id)
        )
        if action.verb == Verb.REVEAL:
            identities.log_access(self._hub, change.complaint, actor, fields.note, desk.id)
        return change

    def _enter(self, action: Action, actor: Actor, city: City) -> Change | Refusal:
        hub, report, now = self._hub, action.report, self._hub.now()
        refusal = entering.enter_refusal(report, actor, city)
        if refusal is not None or report is None:
            return refusal or Refusal(Code.INVALID_ARGS, N_("Catat laporan: isinya masih kosong."))
        at = min(action.recorded_at, now)
        found = self._route(entering.entered_report(report, city, action.id), city, now)
        if report.place_unknown and found.reason == "no_place":
            owner = found.suggestion.dinas if found.suggestion else None
            found = replace(found, place_unknown=True, reason="", dinas=owner)
        complaint = entering.complaint_entered(hub, action.complaint_id, report, city, found, now)
        entries = [entering.first_entry(complaint, actor, at, action.id)]
        context = hub.context(city.key, at)
        outcome = entering.junked(complaint, report, actor, context, action.id) if report.junk_kind else None
        if isinstance(outcome, Refusal):
            return outcome
        if outcome is None and found.dinas is not None:
            outcome = self._sent_on(complaint, found.dinas, city, now)
        if outcome is not None:
            complaint, entries = outcome.complaint, [*entries, outcome.entry]
        appended = self._ledger.write(
            city, None, complaint, [received(entry, now) for entry in entries], action_id=action.id
        )
        given = report.reporter
        if entering.is_cut(report.text):
            entering.source_row(hub, city.key, "desk", action.id, complaint.id, record=report.text)
        identities.write(
            hub, complaint.id, report.name or given.name, report.phone, "", anonymous=given.anonymous
        )
        return Change(complaint, appended)

    # --- intake ------------------------------------------------------------------------------

    def take(self, report: Report) -> Taken:
        """Make a complaint of an outside record; the same record a second time changes nothing, one of the same
        identity that says something else is told in the report's history.

        :raises NotFound: when central does not serve the city.
        """
        return self._tried(lambda: self._take(report))

    def _take(self, report: Report) -> Taken:
        with self._transaction(report.city) as city:
            known = self._hub.records.of_source(city.key, *entering.source_key(report))
            if known is not None:
                return self._again(report, city, known)
            now = self._hub.now()
            found = self._route(report, city, now)
            complaint = entering.complaint_of(self._hub, report, city, found, now)
            entries = [entering.first_entry(complaint, replace(SYSTEM, city=city.key), now)]
            held = city.cooperation is Cooperation.NONE
            sent = self._sent_on(complaint, found.dinas, city, now) if found.dinas and not held else None
            if sent is not None:
                complaint, entries = sent.complaint, [*entries, sent.entry]
            self._ledger.write(city, None, complaint, [received(entry, now) for entry in entries])
            entering.write_source(self._hub, report, complaint.id)
            identities.write(
                self._hub,
                complaint.id,
                report.reporter_name,
                report.reporter_phone,
                report.reporter_email,
                anonymous=report.anonymous,
            )
            reason = "not_joined" if held else complaint.waiting_reason
            return Taken(complaint, False, sent is not None, reason, entering.notes_of(report, now))

    def _again(self, report: Report, city: City, known: Complaint) -> Taken:
        news, now = again.news_of(self._hub, report), self._hub.now()
        if not news:
            return Taken(known, True, False, known.waiting_reason)
        line = again.line_of(news, report, known, replace(SYSTEM, city=city.key), now)
        after = replace(known, version=known.version + 1)
        self._ledger.write(city, known, after, [received(line, now)])
        again.keep(self._hub, report, known.id)
        return Taken(after, True, False, after.waiting_reason, (again.CHANGED,))

    def _route(self, report: Report, city: City, now: dt.datetime) -> Route:
        room = self._hub.room(city.key)
        today = room.clocks.calendar.local_day(now)
        return route(report, city, room.boundary_index, places=room.places, today=today)

    def _sent_on(self, complaint: Complaint, dinas: str, city: City, now: dt.datetime) -> Decision | None:
        """The automatic disposition; None leaves it to the verifier."""
        sent = entering.send_on(complaint, dinas, self._hub.context(city.key, now))
        return None if isinstance(sent, Refusal) else sent

    # --- system and reporter -----------------------------------------------------------------

    def system(
        self, complaint_id: str, verb: Verb, fields: Fields = NO_FIELDS, actor: Actor = SYSTEM
    ) -> Complaint | Refusal:
        """A move by the clock or by central itself: release, finalise, escalate, dispatch."""
        return self._tried(lambda: self._move(self._hub.records.get(complaint_id), verb, fields, actor))

    def reporter(self, number: str, verb: Verb, fields: Fields) -> Complaint | Refusal:
        """A move by the reporter, on the citizen's page or by message: answer, dispute, rate."""
        return self._tried(lambda: self._move(self._hub.records.by_number(number), verb, fields, REPORTER))

    def _move(self, found: Complaint | None, verb: Verb, fields: Fields, actor: Actor) -> Complaint | Refusal:
        if found is None:
            return Refusal(Code.NOT_FOUND, N_("Laporan ini tidak ada."))
        with self._transaction(found.city) as city:
            before = self._hub.records.get(found.id)
            assert before is not None, "complaints are never deleted"
            return self._moved(city, before, verb, fields, actor)

    def _moved(
        self, city: City, before: Complaint, verb: Verb, fields: Fields, actor: Actor
    ) -> Complaint | Refusal:
        now = self._hub.now()
        decision = decide(
            before,
            verb,
            fields,
            replace(actor, city=city.key),
            self._hub.context(city.key, now),
            entry_id=new_id("h"),
        )
        if isinstance(decision, Refusal):
            return decision
        self._ledger.write_decision(city, before, decision, now)
        return decision.complaint

    def set_cooperation(self, city_key: str, cooperation: Cooperation) -> int:
        """Let a city join or leave; joining releases every held report at once, and their clocks start.

        One transaction: nobody ever sees half of them released. Returns how many were.
        """
        return self._tried(lambda: self._set_cooperation(city_key, cooperation))

    def _set_cooperation(self, city_key: str, cooperation: Cooperation) -> int:
        hub = self._hub
        with self._transaction(city_key) as city:
            hub.save_city(replace(city, cooperation=cooperation))
            if cooperation is Cooperation.NONE:
                return 0
            city = hub.city(city_key)
            held = hub.database.all(
                "SELECT id FROM complaint WHERE city = ? AND status = ? ORDER BY received_at, id",
                (city_key, Status.HELD.value),
            )
            for (complaint_id,) in held:
                before = hub.records.get(complaint_id)
                assert before is not None, "complaints are never deleted"
                released = self._moved(city, before, Verb.RELEASE, Fields(), SYSTEM)
                assert isinstance(released, Complaint), "a held report can always be released"
            return len(held)

    # --- identities --------------------------------------------------------------------------

    def reveal(
        self, complaint_id: str, actor_id: str, reason: str, desk: DeskIdentity
    ) -> tuple[str, str] | Refusal:
        """Phone and name of the reporter for a person of the holding dinas; logged, in the history too."""
        return self._tried(lambda: self._reveal(complaint_id, actor_id, reason, desk))

    def _reveal(
        self, complaint_id: str, actor_id: str, reason: str, desk: DeskIdentity
    ) -> tuple[str, str] | Refusal:
        hub = self._hub
        with self._transaction(desk.city) as city:
            action = Action("", str(Verb.REVEAL), complaint_id, actor_id, hub.now(), Fields(note=reason))
            before, actor = hub.records.get(complaint_id), hub.accounts.person(actor_id)
            refusal = scope_refusal(action, desk, city, before, actor)
            if refusal is not None:
                return refusal
            assert before is not None, "an unknown report is a refusal"
            assert actor is not None, "an unknown actor is a refusal"
            identity = identities.read(hub, complaint_id)
            if identity is None:
                return Refusal(Code.FORBIDDEN_ACTOR, N_("Pelapor ini anonim; identitasnya tidak dibuka."))
            change = self._act(action, actor, desk, city, before)
            return change if isinstance(change, Refusal) else identity

    # --- writing -----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, city_key: str) -> Iterator[City]:
        with self._hub.database.writing():
            self._hub.refresh()
            city = self._hub.city(city_key)
            self._ledger.lock_city(city)
            yield city

    def _tried(self, work: Callable[[], _T]) -> _T:
        """Again after a deadlock, a lock that did not come, or a key that another city's desk took first.

        Never inside a transaction of the caller, which has to be undone as a whole.
        """
        for left in reversed(range(TRIES)):
            try:
                return work()
            except DatabaseSlow:
                raise
            except (DatabaseBusy, IntegrityError):
                if not left or self._hub.database.in_transaction_now:
                    raise
            # Two that met once would meet again if both came back at once.
            time.sleep(random.uniform(*PAUSE_SECONDS))
        raise AssertionError("unreachable")
