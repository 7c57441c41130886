"""What a desk needs to know to decide a move as central would: city, people, clocks, its own rows.

Built from the stored session, so that the outbox can be decided again without a network.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import msgspec

from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.complaint import Actor, Complaint
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.lifecycle import act_time, decide
from qlue_desk.domain.moves import N_, Code, Context, Decision, Refusal
from qlue_desk.protocol import Action, Session
from qlue_desk.store import meta
from qlue_desk.store.bound import connection

_decode_complaint = msgspec.json.Decoder(Complaint).decode


class Ground:
    """The rules of one session."""

    def __init__(self, session: Session, clocks: Clocks) -> None:
        self.session = session
        self.clocks = clocks
        self._people = {person.id: person for person in session.people}

    def decide(self, complaint: Complaint, action: Action, now: dt.datetime) -> Decision | Refusal:
        """The action on top of `complaint`, or why it no longer applies. Never raises.

        The history line's id is derived from the action, so deciding twice gives the same line.
        """
        actor = self._people.get(action.actor_id)
        if actor is None:
            return Refusal(Code.FORBIDDEN_ACTOR, N_("Orang ini tidak lagi terdaftar di dinas ini."))
        when = act_time(action.recorded_at, complaint, max(now, action.recorded_at))
        try:
            verb = Verb(action.verb)
        except ValueError:
            return Refusal(Code.TOO_OLD_KIND, N_("Tindakan {verb} tidak dikenal."), {"verb": action.verb})
        return decide(
            complaint,
            verb,
            action.fields,
            actor,
            self.context(when),
            entry_id=pending_entry_id(action.id),
            action_id=action.id,
        )

    def context(self, now: dt.datetime) -> Context:
        """The surroundings of a decision at `now`; for use on a store's thread."""
        return Context(
            city=self.session.city,
            clocks=self.clocks,
            now=now,
            find=_find,
            person=self._person,
            complete=False,
        )

    def _person(self, user: str) -> Actor | None:
        return self._people.get(user)


def here() -> Ground | None:
    """The ground of this thread's store; None before the first session."""
    stored = meta.get(meta.SESSION)
    return None if stored is None else _built(stored)


def pending_entry_id(action_id: str) -> str:
    """Id of the history line of an own action until central's own line replaces it."""
    return f"p_{action_id}"[:64]


@lru_cache(maxsize=4)
def _built(stored: bytes) -> Ground:
    from qlue_desk.cities.calendar import calendar_for

    session = msgspec.json.decode(stored, type=Session)
    return Ground(session, Clocks(session.city, calendar_for(session.city)))


def _find(reference: str) -> Complaint | None:
    row = (
        connection()
        .execute("SELECT body FROM complaint WHERE number = ?1 OR id = ?1 LIMIT 1", (reference,))
        .fetchone()
    )
    return None if row is None else _decode_complaint(row[0])
