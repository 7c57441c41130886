"""Plays the demonstration's stories through the register, in order of time, in one transaction.

The same door as for real reports: numbers, clocks, history and feed come out as a city's would.
"""

from __future__ import annotations

import datetime as dt
import gc
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace

from qlue_desk.central.demo.arrivals import Arrival, Arrivals
from qlue_desk.central.demo.people import PASSWORD, Person, make_people
from qlue_desk.central.demo.pictures import picture
from qlue_desk.central.demo.stories import Step, Storyteller
from qlue_desk.central.hub import Hub
from qlue_desk.domain.complaint import Actor, Attachment, Complaint, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields, Refusal

PHOTOS_OF_A_KIND = 2
"""Different files of one picture; a real city has one for each report."""


class Playback:
    """The clock of central while the past is played."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment

    def __call__(self) -> dt.datetime:
        """The moment that is being played."""
        return self.moment


class Seeded(msgspec.Struct, frozen=True):
    """What was made: people by user, and how many reports and moves."""

    actors: dict[str, Actor]
    reports: int
    moves: int
    refused: tuple[str, ...]
    """Sentences of moves that the rules did not allow; the stories are wrong where there are any."""


class Seeder:
    """Fills an empty city of `hub` with people and stories; `hub.now` must be `clock`."""

    def __init__(
        self, hub: Hub, clock: Playback, city_key: str, seed: int, now: dt.datetime, sign_in: frozenset[str]
    ) -> None:
        """`sign_in` names the dinas whose people get the demonstration's password; hashing is slow."""
        self.hub = hub
        self.clock = clock
        self.city = hub.city(city_key)
        self.random = Random(seed)
        self.now = now
        self.sign_in = sign_in
        self.actors: dict[str, Actor] = {}
        self.refused: list[str] = []
        self.moves = 0
        self._complaints: dict[str, Complaint] = {}
        """By `source_id`."""
        self._photos = Photos(hub)
        self._agenda: list[tuple[dt.datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()

    def seed(self, total: int, progress: Callable[[int, int], None] | None = None) -> Seeded:
        """People first, then `total` stories up to now."""
        people = make_people(self.city, self.random)
        arrivals = Arrivals(self.city, self.random, self.now.date())
        stories = Storyteller(arrivals, people, self.random, self.now).tell_all(total)
        for story in stories:
            self._plan(story.arrival.received_at, self._take, story.arrival)
            for step in story.steps:
                self._plan(step.at, self._step, story.arrival, step, story.original)
        with _without_collecting(), self.hub.register.bulk():
            self.clock.moment = min([story.arrival.received_at for story in stories], default=self.now)
            self.add_people(people)
            done, planned = 0, len(self._agenda)
            while self._agenda and self._agenda[0][0] < self.now:
                at, _order, call, given = heapq.heappop(self._agenda)
                self.clock.moment = at
                call(*given)
                done += 1
                if progress is not None and done % 200 == 0:
                    progress(min(done, planned), planned)
        self.clock.moment = self.now
        return Seeded(self.actors, len(stories), self.moves, tuple(self.refused))

    def add_people(self, people: list[Person]) -> None:
        """Make the accounts; nobody can sign in as those without a password."""
        for person in people:
            first = not any(character.isdigit() for character in person.user)
            may_sign_in = first and person.dinas in self.sign_in
            self.actors[person.user] = self.hub.accounts.add_user(
                person.user,
                person.name,
                self.city.key,
                person.roles,
                person.dinas,
                PASSWORD if may_sign_in else "",
            )

    # --- what is on the agenda ---

    def _plan(self, at: dt.datetime, call: Callable[..., None], *given: Any) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), call, given))

    def _take(self, arrival: Arrival) -> None:
        report = arrival.report
        if arrival.photo:
            report = replace(report, photos=(self._photos.sent(arrival.photo, report.source_id),))
        taken = self.hub.register.take(report)
        self._keep(report.source_id, taken.complaint)

    def _step(self, arrival: Arrival, step: Step, original: str) -> None:
        source_id, fields = arrival.report.source_id, step.fields
        complaint = self._complaints[source_id]
        if step.verb is Verb.DISPATCH and complaint.status is Status.DISPATCHED:
            if complaint.dinas == fields.to:
                return
            self._move(source_id, Verb.TRANSFER, replace(fields, note="Salah disposisi."), step.actor)
            return
        if step.verb is Verb.DUPLICATE:
            if original not in self._complaints:
                return
            fields = replace(fields, to=self._complaints[original].number)
        if step.photo:
            fields = replace(fields, evidence=self._photos.evidence(step.photo, complaint.number))
        self._move(source_id, step.verb, fields, step.actor)

    def _move(self, source_id: str, verb: Verb, fields: Fields, user: str) -> None:
        complaint, register = self._complaints[source_id], self.hub.register
        moved: Complaint | Refusal
        if user == "reporter":
            moved = register.reporter(complaint.number, verb, fields)
        elif user == "system":
            moved = register.system(complaint.id, verb, fields)
        else:
            moved = register.system(complaint.id, verb, fields, self.actors[user])
        if isinstance(moved, Refusal):
            self.refused.append(f"{verb} · {moved.sentence()}")
            return
        self.moves += 1
        self._keep(source_id, moved)

    def _keep(self, source_id: str, complaint: Complaint) -> None:
        """Remember it, and plan what the clock will do about it."""
        before = self._complaints.get(source_id)
        self._complaints[source_id] = complaint
        sent = complaint.dispatched_at
        if complaint.status is Status.DISPATCHED and (before is None or before.dispatched_at != sent):
            assert sent is not None, "a dispatched report has its time"
            clocks = self.hub.room(self.city.key).clocks
            around = clocks.round_the_clock(complaint)
            for step in self.city.sla.escalation:
                due = clocks.calendar.add(sent, step.after, around)
                self._plan(due, self._escalate, source_id, sent, step.to)
        if complaint.final_by is not None and not complaint.final:
            self._plan(complaint.final_by, self._finalise, source_id, complaint.final_by)

    def _escalate(self, source_id: str, sent: dt.datetime, to: str) -> None:
        complaint = self._complaints[source_id]
        if complaint.status is Status.DISPATCHED and complaint.dispatched_at == sent:
            self._move(source_id, Verb.ESCALATE, Fields(to=to), "system")

    def _finalise(self, source_id: str, final_by: dt.datetime) -> None:
        complaint = self._complaints[source_id]
        if complaint.status is Status.RESOLVED and not complaint.final and complaint.final_by == final_by:
            self._move(source_id, Verb.FINALISE, Fields(), "system")


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hundreds of thousands of young objects and no cycles: collecting them costs a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Photos:
    """Keeps drawn pictures as central's files, a few of each kind."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: dict[tuple[str, bool, int], Attachment] = {}

    def sent(self, kind: str, of: str) -> str:
        """What a citizen's app refers to: `sha256:<hex>`."""
        return f"sha256:{self._file(kind, False, of).sha256}"

    def evidence(self, kind: str, of: str) -> tuple[Attachment, ...]:
        """A picture of the place after the follow-up; the citizen sent the one from before."""
        return (replace(self._file(kind, True, of), name="sesudah.jpg", at=None),)

    def _file(self, kind: str, after: bool, of: str) -> Attachment:
        which = sum(of.encode()) % PHOTOS_OF_A_KIND
        key = (kind, after, which)
        if key not in self._known:
            content = picture(kind, after=after, variant=which, stamp=f"{kind} {after} {which}")
            self._known[key] = self._hub.blobs.add(content, "foto.jpg", evidence=after)
        return self._known[key]
