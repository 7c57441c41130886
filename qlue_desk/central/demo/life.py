"""What goes on in the demonstration's city while somebody looks: reports arrive, other desks work."""

from __future__ import annotations

import logging
import threading
from random import Random

from msgspec.structs import replace

from qlue_desk.central.demo.arrivals import Arrivals
from qlue_desk.central.demo.seeding import Photos
from qlue_desk.central.hub import Hub
from qlue_desk.central.records import Search
from qlue_desk.domain.complaint import Actor, Complaint, Role, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields

log = logging.getLogger("qlue_desk.demo")


class Life(threading.Thread):
    """Lets a report arrive about every `pause` seconds, and the others of the city act now and then.

    It leaves the dinas of whoever looks alone, but for new dispatches to it: nobody takes their work away.
    """

    def __init__(self, hub: Hub, city_key: str, watched: str, pause: float, seed: int) -> None:
        super().__init__(name="life", daemon=True)
        self.hub = hub
        self.city = hub.city(city_key)
        self.watched = watched
        self.pause = pause
        # With the seed alone a kept city would be told the same reports again, each a duplicate.
        self.random = Random(f"{seed} {hub.now().isoformat()}")
        self.arrivals = Arrivals(self.city, self.random, hub.now().date())
        self.photos = Photos(hub)
        self.ended = threading.Event()

    def run(self) -> None:
        """Until `ended` is set; a hiccup is logged and the city goes on."""
        while not self.ended.wait(self.random.uniform(0.5, 1.5) * self.pause):
            try:
                self.step()
            except Exception:
                log.exception("the demonstration's city stumbled")

    def step(self) -> None:
        """One report arrives; with luck somebody else moves one, too."""
        self.arrive()
        if self.random.random() < 0.6:
            self.dispatch_one()
        if self.random.random() < 0.5:
            self.answer_one()

    def arrive(self) -> Complaint:
        """A citizen reports; every other report is for the dinas that is looked at."""
        for_watched = self.watched if self.random.random() < 0.5 else ""
        arrival = self.arrivals.arrive(self.hub.now(), dinas=for_watched)
        report = arrival.report
        if arrival.photo:
            report = replace(report, photos=(self.photos.sent(arrival.photo, report.source_id),))
        return self.hub.register.take(report).complaint

    def dispatch_one(self) -> None:
        """The verifier sends on a waiting report whose suggestion is complete."""
        if self.watched == self.city.coordinator:
            return
        for complaint in self._some(Status.NEW):
            suggestion = complaint.suggestion
            if suggestion is None or not (suggestion.category and suggestion.dinas):
                continue
            fields = Fields(
                to=suggestion.dinas,
                category=suggestion.category,
                kelurahan=suggestion.kelurahan,
                place_unknown=suggestion.kelurahan is None,
            )
            self._move(complaint, Verb.DISPATCH, fields, self._person(Role.VERIFIER, self.city.coordinator))
            return

    def answer_one(self) -> None:
        """An officer of another dinas acknowledges."""
        for complaint in self._some(Status.DISPATCHED):
            if complaint.dinas != self.watched:
                officer = self._person(Role.OFFICER, complaint.dinas)
                self._move(complaint, Verb.ACKNOWLEDGE, Fields(), officer)
                return

    def _some(self, status: Status) -> list[Complaint]:
        found = self.hub.records.search(Search(self.city.key, statuses=frozenset({status}), limit=30))
        self.random.shuffle(found)
        return found

    def _person(self, role: Role, dinas: str) -> Actor | None:
        people = [actor for actor in self.hub.accounts.people(self.city.key, dinas) if role in actor.roles]
        return self.random.choice(people) if people else None

    def _move(self, complaint: Complaint, verb: Verb, fields: Fields, actor: Actor | None) -> None:
        if actor is not None:
            self.hub.register.system(complaint.id, verb, fields, actor)
