"""What the summary shows first: the home screen of a role, and what waits for a verifier."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from qlue_desk.casework.views import of_status
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Role, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_match import Moment
from qlue_desk.store.counts import Scan


class Home(StrEnum):
    """Whose home the summary is."""

    DINAS = "dinas"
    """A dinas: what it has not answered."""
    CITY = "city"
    """The city supervisor: which dinas answers."""
    VERIFIER = "verifier"
    """Diskominfo: what waits for a decision."""
    WAITING = "waiting"
    """A city that has not joined: what is held."""


class Decision(msgspec.Struct, frozen=True):
    """Reports that wait for one kind of decision."""

    key: str
    label: str
    count: int
    late: int
    oldest: dt.datetime | None
    """When the longest waiting was reported."""
    query: str


DECISIONS = (
    ("unplaced", N_("belum jelas ke mana"), f"{of_status({Status.NEW})} is:waiting"),
    ("ready", N_("siap disposisi"), f"{of_status({Status.NEW})} -is:waiting -is:returned"),
    ("returned", N_("dikembalikan dinas"), "is:returned"),
    ("disputed", N_("disanggah pelapor"), of_status({Status.REOPENED})),
    ("proposals", N_("usul selesai menunggu verifikasi"), of_status({Status.AWAITING_VERIFICATION})),
)
"""What a verifier decides on: key, name, query."""


def home_of(workplace: Workplace) -> Home:
    """By the city and the person's roles; who leads the city sees the city even when also a verifier."""
    if workplace.city.cooperation is Cooperation.NONE:
        return Home.WAITING
    roles = workplace.actor.roles
    if Role.CITY_SUPERVISOR in roles:
        return Home.CITY
    return Home.VERIFIER if Role.VERIFIER in roles else Home.DINAS


def decisions(workplace: Workplace, text: str, moment: Moment) -> tuple[Decision, ...]:
    """What waits, in the order of `DECISIONS`. On a store's thread only."""
    found = []
    for key, name, query in DECISIONS:
        line = " ".join(part for part in (text, query) if part)
        count, late, oldest = Scan(workplace.query(line), moment).waiting()
        since = None if oldest is None else dt.datetime.fromtimestamp(oldest, dt.UTC)
        found.append(Decision(key, name, count, late, since, line))
    return tuple(found)
