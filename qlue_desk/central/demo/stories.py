"""What happened to each report of the demonstration: who did what, when, up to now.

Shares are SiBadra's by December 2019: of 2,130 reports 1,148 done, 175 in process, 650 delivered to a
dinas that never answered. A story is a plan; `seeding` plays all of them in order of time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from qlue_desk.central.demo.arrivals import Arrival, Arrivals, office_time
from qlue_desk.central.demo.people import Person
from qlue_desk.domain.complaint import Channel, Role
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields


class Outcome(StrEnum):
    """Where a story stands now."""

    DONE = "done"
    UNANSWERED = "unanswered"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    COORDINATING = "coordinating"
    SCHEDULED = "scheduled"
    ASKED = "asked"
    PROPOSED = "proposed"
    NEW = "new"
    RETURNED = "returned"
    REOPENED = "reopened"
    REJECTED = "rejected"
    OUTSIDE = "outside"
    DUPLICATE = "duplicate"
    JUNK = "junk"


SHARES: dict[Outcome, int] = {
    Outcome.DONE: 1148,
    Outcome.UNANSWERED: 650,
    # In process, together 175.
    Outcome.ACKNOWLEDGED: 38,
    Outcome.IN_PROGRESS: 70,
    Outcome.COORDINATING: 18,
    Outcome.SCHEDULED: 24,
    Outcome.ASKED: 9,
    Outcome.PROPOSED: 16,
    # The rest, together 157.
    Outcome.NEW: 34,
    Outcome.RETURNED: 12,
    Outcome.REOPENED: 22,
    Outcome.REJECTED: 20,
    Outcome.OUTSIDE: 22,
    Outcome.DUPLICATE: 22,
    Outcome.JUNK: 25,
}
"""Reports of each outcome among SiBadra's 2,130."""


class Step(msgspec.Struct, frozen=True):
    """One move of a story. `actor` is a user, `reporter` or `system`."""

    at: dt.datetime
    verb: Verb
    actor: str
    fields: Fields = Fields()
    photo: str = ""
    """Kind of picture that goes along as evidence; '' for none."""


class Story(msgspec.Struct, frozen=True):
    """A report and what became of it."""

    arrival: Arrival
    outcome: Outcome
    steps: tuple[Step, ...]
    """In order of time; the first disposition is left out by `seeding` where intake has routed."""
    original: str = ""
    """`source_id` of the report that this one repeats."""
    age: float = 0.0
    """Days before the demonstration began, as drawn; the same at any hour of the day."""


def shares_of(total: int) -> list[Outcome]:
    """Outcomes for `total` reports in SiBadra's proportions, largest remainder, none lost."""
    whole = sum(SHARES.values())
    exact = {outcome: total * share / whole for outcome, share in SHARES.items()}
    counts = {outcome: int(amount) for outcome, amount in exact.items()}
    by_rest = sorted(exact, key=lambda outcome: exact[outcome] - counts[outcome], reverse=True)
    for outcome in by_rest[: total - sum(counts.values())]:
        counts[outcome] += 1
    return [outcome for outcome, count in counts.items() for _ in range(count)]


class Storyteller:
    """Plans the stories of one city."""

    def __init__(self, arrivals: Arrivals, people: list[Person], random: Random, now: dt.datetime) -> None:
        self.arrivals = arrivals
        self.author = arrivals.author
        self.city = arrivals.city
        self.random = random
        self.now = now
        self.zone = ZoneInfo(self.city.zone)
        self.officers = _by_dinas(people, Role.OFFICER)
        self.heads = _by_dinas(people, Role.SUPERVISOR)
        self.verifiers = [person.user for person in people if Role.VERIFIER in person.roles]

    def tell_all(self, total: int) -> list[Story]:
        """`total` stories; the newest is a few minutes old.

        How many draws one takes never depends on the clock: the same seed tells the same at any hour.
        """
        outcomes = shares_of(total)
        self.random.shuffle(outcomes)
        outcomes.sort(key=lambda outcome: outcome is Outcome.DUPLICATE)
        stories: list[Story] = []
        for outcome in outcomes:
            stories.append(self.tell(outcome, stories))
        return stories

    def tell(self, outcome: Outcome, told: Sequence[Story] = ()) -> Story:
        """One story that ends in `outcome`; a duplicate repeats one of those `told`."""
        age = self._age(outcome)
        at = self._created(age)
        original = self._original(age, told) if outcome is Outcome.DUPLICATE else None
        arrival = self.arrivals.arrive(
            at,
            outside=outcome is Outcome.OUTSIDE,
            vague=outcome in _VAGUE,
            channel=Channel.CALL_CENTRE_112 if outcome is Outcome.JUNK else None,
            like=original,
        )
        plot = _Plot(self, arrival)
        getattr(plot, f"end_{outcome.value}")()
        steps = tuple(self._in_time(arrival, plot.steps))
        return Story(arrival, outcome, steps, original.report.source_id if original else "", age)

    def _original(self, age: float, told: Sequence[Story]) -> Arrival | None:
        """A report of the weeks before that was followed up; by age, which no hour of the day changes."""
        known = [story.arrival for story in told if story.outcome in _REPEATED and 2 < story.age - age < 15]
        return self.random.choice(known) if known else None

    def _age(self, outcome: Outcome) -> float:
        """Days, by outcome: what is done is older, what nobody answered lies around for weeks."""
        random = self.random
        match outcome:
            case Outcome.NEW | Outcome.JUNK:
                days = random.expovariate(1 / 2.5) if outcome is Outcome.NEW else random.uniform(0, 80)
            case Outcome.UNANSWERED:
                low, high = random.choices(
                    [(0.05, 1), (1, 3), (3, 7), (7, 28), (28, 80)], weights=[12, 18, 24, 32, 14]
                )[0]
                days = random.uniform(low, high)
            case Outcome.DONE | Outcome.REOPENED:
                days = random.triangular(1.5, 84, 20)
            case _:
                days = random.triangular(0.5, 60, 8)
        return min(days, 84)

    def _created(self, age: float) -> dt.datetime:
        """Of the last day so long ago; older ones on their day, at an hour when people report."""
        minutes = self.random.uniform(3, 40)
        hour = self.random.choices(range(24), weights=_HOURS)[0]
        minute = self.random.randrange(60)
        if age < 1:
            return self.now - dt.timedelta(days=age, minutes=minutes)
        day = self.now.astimezone(self.zone) - dt.timedelta(days=int(age))
        local = day.replace(hour=hour, minute=minute, second=int(minutes), microsecond=0)
        return min(local, self.now - dt.timedelta(minutes=5))

    def _in_time(self, arrival: Arrival, steps: list[Step]) -> list[Step]:
        """Squeeze a story that would end in the future into the time that there was."""
        start, last = arrival.received_at, self.now - dt.timedelta(seconds=self.random.uniform(20, 600))
        if not steps or steps[-1].at <= last:
            return steps
        factor = max(last - start, dt.timedelta(minutes=1)) / (steps[-1].at - start)
        return [msgspec.structs.replace(step, at=start + (step.at - start) * factor) for step in steps]


_VAGUE = frozenset({Outcome.NEW, Outcome.REJECTED, Outcome.DUPLICATE, Outcome.JUNK})
_REPEATED = frozenset({Outcome.DONE, Outcome.UNANSWERED, Outcome.IN_PROGRESS, Outcome.SCHEDULED})
_HOURS = [1, 1, 1, 1, 2, 4, 9, 14, 14, 11, 9, 8, 8, 8, 8, 9, 12, 14, 13, 11, 9, 6, 4, 2]
"""How many reports arrive in each hour of the day."""


class _Plot:
    """One story as it is being written; `end_…` methods bring it to an outcome."""

    def __init__(self, teller: Storyteller, arrival: Arrival) -> None:
        self.teller = teller
        self.author, self.random = teller.author, teller.random
        self.arrival = arrival
        self.at = arrival.received_at
        self.steps: list[Step] = []
        self.dinas = arrival.dinas
        self.officer = ""

    # --- building blocks ---

    def _wait(self, hours: float, *, office: bool = False) -> None:
        self.at += dt.timedelta(hours=hours)
        if office:
            self.at = office_time(self.at, self.teller.zone, self.random)

    def _step(self, verb: Verb, actor: str, fields: Fields = Fields(), photo: str = "") -> None:  # noqa: B008
        self.steps.append(Step(self.at, verb, actor, fields, photo))

    def _verifier(self) -> str:
        return self.random.choice(self.teller.verifiers)

    def _dispatch(self, dinas: str = "") -> None:
        """Most within SiBadra's seven minutes, some only next morning."""
        self._wait(
            self.random.uniform(0.02, 0.15) if self.random.random() < 0.85 else self.random.uniform(1, 9)
        )
        self.dinas = dinas or self.dinas
        self._step(
            Verb.DISPATCH,
            self._verifier(),
            Fields(
                to=self.dinas,
                category=self.arrival.category,
                kelurahan=self.arrival.kelurahan,
                place_unknown=self.arrival.kelurahan is None,
            ),
        )

    def _acknowledge(self, hours: float | None = None) -> None:
        late = self.random.random() < 0.22
        self._wait(
            hours or (self.random.uniform(26, 90) if late else self.random.uniform(0.3, 20)), office=True
        )
        staff = self.teller.officers[self.dinas]
        self.officer = self.random.choices(staff, weights=range(len(staff) + 1, 1, -1))[0]
        self._step(Verb.ACKNOWLEDGE, self.officer, Fields(note=self.author.common_line("acknowledgements")))
        if self.random.random() < 0.75:
            self._wait(0.02)
            self._step(Verb.TAKE, self.officer)
        if self.random.random() < 0.05:
            self._wait(0.02)
            self._step(Verb.PRIORITISE, self.officer, Fields(to="1"))

    def _start(self) -> None:
        self._wait(self.random.uniform(1, 30), office=True)
        self._step(Verb.START, self.officer)
        if self.random.random() < 0.3:
            self._wait(self.random.uniform(0.5, 20), office=True)
            public = self.random.random() < 0.3
            line = self.author.common_line("public_notes" if public else "notes")
            self._step(Verb.NOTE, self.officer, Fields(note=line, public=public))

    def _coordinate(self) -> None:
        self._wait(self.random.uniform(2, 40), office=True)
        others = [key for key in self.teller.officers if key != self.dinas]
        to = self.random.choice([*others, "PLN ULP Bogor", "pengembang perumahan", "kecamatan"])
        self._step(
            Verb.COORDINATE, self.officer, Fields(to=to, note=self.author.common_line("coordinate_purposes"))
        )

    def _schedule(self) -> None:
        self._wait(self.random.uniform(2, 60), office=True)
        until = (self.at + dt.timedelta(days=self.random.randint(5, 75))).astimezone(self.teller.zone).date()
        until = max(until, self.teller.now.astimezone(self.teller.zone).date() + dt.timedelta(days=2))
        self._step(
            Verb.SCHEDULE,
            self.officer,
            Fields(until=until, note=self.author.common_line("schedule_reasons")),
        )

    def _ask(self) -> None:
        self._wait(self.random.uniform(1, 20), office=True)
        self._step(Verb.ASK, self.officer, Fields(note=self.author.common_line("asks")))

    def _propose(self) -> None:
        self._wait(self.random.lognormvariate(3.2, 0.9), office=True)
        note = self.author.follow_up(self.arrival.category)
        if self.random.random() < 0.06:
            fields = Fields(note=note, no_evidence=self.author.common_line("no_evidence"))
            self._step(Verb.PROPOSE, self.officer, fields)
        else:
            self._step(Verb.PROPOSE, self.officer, Fields(note=note), photo=self.arrival.category)

    def _resolve(self) -> None:
        self._wait(self.random.uniform(0.5, 26), office=True)
        by_head = self.random.random() < 0.8
        self._step(Verb.RESOLVE, self.teller.heads[self.dinas][0] if by_head else self._verifier())

    def _to_dinas(self) -> None:
        """To the right dinas; now and then by way of a wrong one, which passes it on."""
        wrong = [key for key in self.teller.officers if key != self.dinas]
        if self.random.random() < 0.05 and wrong:
            right = self.dinas
            self._dispatch(self.random.choice(wrong))
            self._wait(self.random.uniform(2, 30), office=True)
            reason = self.author.common_line("transfer_reasons")
            sender = self.random.choice(self.teller.officers[self.dinas])
            self._step(Verb.TRANSFER, sender, Fields(to=right, note=reason))
            self.dinas = right
        else:
            self._dispatch()

    def _answered(self) -> None:
        self._to_dinas()
        self._acknowledge()

    # --- outcomes ---

    def end_done(self) -> None:
        self._answered()
        chance = self.random.random()
        if chance < 0.06:
            self._coordinate()
        elif chance < 0.12:
            self._ask()
            self._wait(self.random.uniform(1, 30))
            self._step(Verb.ANSWER, "reporter", Fields(note=self.author.common_line("answers")))
            if self.random.random() < 0.5:
                self._coordinate()
        self._start()
        self._propose()
        if self.random.random() < 0.07:
            self._wait(3, office=True)
            reason = self.author.common_line("send_backs")
            self._step(Verb.SEND_BACK, self.teller.heads[self.dinas][0], Fields(note=reason))
            self._propose()
        self._resolve()
        if self.random.random() < 0.3:
            self._wait(self.random.uniform(0.5, 60))
            rating = self.random.choices([3, 4, 5], weights=[1, 3, 4])[0]
            self._step(Verb.RATE, "reporter", Fields(rating=rating))

    def end_unanswered(self) -> None:
        self._dispatch()

    def end_acknowledged(self) -> None:
        self._answered()

    def end_in_progress(self) -> None:
        self._answered()
        self._start()

    def end_coordinating(self) -> None:
        self._answered()
        self._coordinate()

    def end_scheduled(self) -> None:
        self._answered()
        self._schedule()

    def end_asked(self) -> None:
        self._answered()
        self._ask()

    def end_proposed(self) -> None:
        self._answered()
        self._start()
        self._propose()

    def end_new(self) -> None:
        """Nothing has happened yet."""

    def end_returned(self) -> None:
        self._dispatch()
        self._wait(self.random.uniform(2, 30), office=True)
        sender = self.random.choice(self.teller.officers[self.dinas])
        others = [key for key in self.teller.officers if key != self.dinas]
        to = self.random.choice([*others, ""])
        self._step(Verb.RETURN, sender, Fields(to=to, note=self.author.common_line("return_reasons")))

    def end_reopened(self) -> None:
        self._answered()
        self._start()
        self._propose()
        self._resolve()
        self._wait(self.random.uniform(2, 48))
        if self.random.random() < 0.8:
            fields = Fields(rating=self.random.randint(1, 2), note=self.author.common_line("disputes"))
            self._step(Verb.DISPUTE, "reporter", fields)
        else:
            self._step(Verb.REOPEN, self._verifier(), Fields(note=self.author.common_line("reopens")))

    def end_rejected(self) -> None:
        self._wait(self.random.uniform(0.05, 6))
        self._step(Verb.REJECT, self._verifier(), Fields(note=self.author.common_line("rejects")))

    def end_outside(self) -> None:
        self._wait(self.random.uniform(0.05, 6))
        reason = "Wewenang instansi di luar pemerintah kota."
        self._step(Verb.REFER, self._verifier(), Fields(to=self.arrival.owner, note=reason))

    def end_duplicate(self) -> None:
        """Which one it repeats is known only once both have numbers: `seeding` fills it in."""
        self._wait(self.random.uniform(0.05, 5))
        self._step(Verb.DUPLICATE, self._verifier())

    def end_junk(self) -> None:
        self._wait(self.random.uniform(0.02, 0.2))
        kind = self.random.choices(["ghost", "prank", "information"], weights=[6, 3, 3])[0]
        fields = Fields(to=kind, note=self.author.common_line("junk"))
        self._step(Verb.JUNK, self._verifier(), fields)


def _by_dinas(people: list[Person], role: Role) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for person in people:
        if role in person.roles and person.dinas:
            found.setdefault(person.dinas, []).append(person.user)
    return found
