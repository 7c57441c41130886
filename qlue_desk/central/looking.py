"""Who has which report open now: kept in this process's memory for less than a minute, written nowhere.

With several workers each knows only the desks that ask it: a hint among colleagues, never a lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec

from qlue_desk.central.hub import Hub
from qlue_desk.protocol import DeskIdentity, Looker, LookReply, LookRequest

KEPT_SECONDS = 40.0
"""A desk that is closed or cut off is forgotten after so long; it asks again every `AGAIN` seconds."""
AGAIN = 12
MOST_TOLD = 200


class Look(msgspec.Struct, frozen=True):
    """A desk's look at a report that was in `custody` of a dinas then."""

    looker: Looker
    city: str
    custody: str
    until: float


class Looks:
    """One look a desk; the newest replaces the one before."""

    def __init__(self, hub: Hub, clock: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: dict[str, Look] = {}

    def answer(self, desk: DeskIdentity, asked: LookRequest) -> LookReply:
        """Note what this desk looks at, and tell it of the others within its scope.

        A report outside the desk's scope, or a person who does not work at it, counts as no look.
        """
        look = self._look(desk, asked) if asked.complaint_id else None
        now = self._clock()
        coordinator = self._hub.city(desk.city).coordinator
        with self._lock:
            self._looks = {key: each for key, each in self._looks.items() if each.until > now}
            if look is None:
                self._looks.pop(desk.id, None)
            else:
                self._looks[desk.id] = look
            others = [
                each.looker
                for key, each in self._looks.items()
                if key != desk.id and each.city == desk.city and desk.dinas in (each.custody, coordinator)
            ]
        return LookReply(tuple(others[:MOST_TOLD]), AGAIN)

    def _look(self, desk: DeskIdentity, asked: LookRequest) -> Look | None:
        hub = self._hub
        with hub.database.connected():
            hub.refresh()
            coordinator = hub.city(desk.city).coordinator
            person = hub.accounts.person(asked.actor_id)
            row = hub.database.one(
                "SELECT dinas FROM complaint WHERE id = ? AND city = ?", (asked.complaint_id, desk.city)
            )
        if person is None or person.city != desk.city or (person.dinas or coordinator) != desk.dinas:
            return None
        if row is None or desk.dinas not in (row[0], coordinator):
            return None
        looker = Looker(asked.complaint_id, person.name, desk.dinas)
        return Look(looker, desk.city, str(row[0]), self._clock() + KEPT_SECONDS)
