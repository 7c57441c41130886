"""A desk for tests: a shipped city's session and complaints put straight into a real store, no network.

world = DeskWorld.make(tmp_path)                       # Bogor, DPUPR, officer Rina
world.add(status=Status.DISPATCHED, title="Lubang")    # → Complaint, number BGR-26-000001
world.workplace                                        # for casework and the desk
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qlue_desk.casework.workplace import Workplace
from qlue_desk.cities import load_shipped
from qlue_desk.domain.complaint import (
    NOT_WITH_A_DINAS,
    OPEN_STATUSES,
    Actor,
    Channel,
    Complaint,
    Entry,
    Hop,
    Role,
    Status,
)
from qlue_desk.protocol import DeskIdentity, Session
from qlue_desk.store import complaints
from qlue_desk.store.database import Store

NOW = dt.datetime(2026, 11, 24, 2, 12, tzinfo=dt.UTC)
"""Tuesday, 24 November 2026, 09.12 in Bogor."""
_AT_DINAS = (OPEN_STATUSES - NOT_WITH_A_DINAS) | {Status.REOPENED, Status.RESOLVED}


def actor(key: str, name: str, *roles: Role, dinas: str = "dpupr", city: str = "bogor") -> Actor:
    return Actor(f"u_{key}", name, frozenset(roles), city, dinas)


def staff(dinas: str, city: str = "bogor", coordinator: str = "diskominfo") -> tuple[Actor, ...]:
    """Two officers, a supervisor of the dinas; verifier, operator and city supervisor of the city."""
    return (
        actor("rina", "Rina", Role.OFFICER, dinas=dinas, city=city),
        actor("asep", "Asep", Role.OFFICER, dinas=dinas, city=city),
        actor("budi", "Budi", Role.SUPERVISOR, dinas=dinas, city=city),
        actor("dewi", "Dewi", Role.VERIFIER, dinas=coordinator, city=city),
        actor("oki", "Oki", Role.OPERATOR, dinas=coordinator, city=city),
        actor("wali", "Wali", Role.CITY_SUPERVISOR, dinas=coordinator, city=city),
    )


def make_session(dinas: str = "dpupr", city: str = "bogor", people: Iterable[Actor] | None = None) -> Session:
    """A session as central would give it to a desk of that dinas."""
    found = load_shipped(city)
    return Session(
        server_id="s_test",
        server_time=NOW,
        desk=DeskIdentity(f"d_{dinas}", city, dinas, f"Desk {dinas}"),
        city=found,
        people=tuple(people) if people is not None else staff(dinas, city, found.coordinator),
        scope_version=1,
        rules="r1",
    )


class DeskWorld:
    """A workplace with a store of its own."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace
        self.store = workplace.store
        self._made = 0

    @classmethod
    def make(
        cls,
        home: Path,
        *,
        dinas: str = "dpupr",
        city: str = "bogor",
        as_: str = "u_rina",
        server_url: str = "",
    ) -> DeskWorld:
        session = make_session(dinas, city)
        who = next(person for person in session.people if person.id == as_)
        store = Store.open(home)
        return cls(Workplace.from_parts(store, session, who, home=home, server_url=server_url))

    def close(self) -> None:
        self.store.close()

    def signed_in_as(self, user_id: str) -> Workplace:
        """The same desk with another person in front of it."""
        who = next(person for person in self.workplace.session.people if person.id == user_id)
        return Workplace.from_parts(self.store, self.workplace.session, who, home=self.workplace.home)

    def complaint(self, **changes: Any) -> Complaint:
        """A plausible report; any field of `Complaint` can be given. Not stored."""
        self._made += 1
        number = self._made
        city = self.workplace.city
        status = changes.get("status", Status.DISPATCHED)
        at_dinas = status in _AT_DINAS
        dinas = self.workplace.desk.dinas if at_dinas else city.coordinator
        reported = changes.get("created_at", NOW - dt.timedelta(hours=30))
        dispatched = reported + dt.timedelta(minutes=3)
        fields: dict[str, Any] = {
            "id": f"c_{number:032x}",
            "city": city.key,
            "dinas": dinas,
            "title": f"Lubang besar nomor {number}",
            "text": "Jalan berlubang, sudah dua motor jatuh.",
            "channel": Channel.QLUE,
            "created_at": reported,
            "received_at": reported,
            "number": f"{city.prefix}-26-{number:06d}",
            "version": 3,
            "status": status,
            "status_since": dispatched,
            "category": city.categories[0].key,
            "kelurahan": city.kelurahan[0].code,
            "street": "Jl. Pajajaran",
        }
        if at_dinas:
            fields |= {
                "dispatched_at": dispatched,
                "acknowledge_by": dispatched + dt.timedelta(hours=24),
                "resolve_by": dispatched + dt.timedelta(days=14),
                "custody": (Hop(dinas=dinas, since=dispatched),),
            }
            if status not in (Status.DISPATCHED, Status.REOPENED):
                fields["acknowledged_at"] = dispatched + dt.timedelta(hours=1)
            if status is Status.REOPENED:  # back with its clocks taken off, waiting for the verifier
                fields |= {"acknowledge_by": None, "resolve_by": None}
                fields["dispatch_by"] = dispatched + dt.timedelta(minutes=7)
        else:
            fields["dispatch_by"] = reported + dt.timedelta(minutes=7)
        if status is Status.RESOLVED:
            fields["resolved_at"] = dispatched + dt.timedelta(hours=5)
        return Complaint(**(fields | changes))

    def add(self, **changes: Any) -> Complaint:
        """Make a report and put it into the store as central's confirmed row."""
        complaint = self.complaint(**changes)
        self.put([complaint])
        return complaint

    def add_many(self, statuses: Iterable[Status], **changes: Any) -> list[Complaint]:
        """One report for each status, in one transaction."""
        made = [self.complaint(status=status, **changes) for status in statuses]
        self.put(made)
        return made

    def put(self, made: Iterable[Complaint], entries: Iterable[Entry] = ()) -> None:
        """Write reports and history lines as if central had sent them."""
        self.store.write(_put, list(made), list(entries)).result()

    def get(self, reference: str) -> Complaint:
        """The view of a report; fails where there is none."""
        found = self.store.reading(complaints.get, reference)
        assert found is not None
        return found


def _put(made: list[Complaint], entries: list[Entry]) -> None:
    for complaint in made:
        arrival = Entry(
            id=f"e_{complaint.id}",
            complaint_id=complaint.id,
            verb="enter",
            at=complaint.created_at,
            received_at=complaint.received_at,
            actor_name="Qlue",
            to_status=Status.NEW,
            public=True,
        )
        complaints.put_entries([arrival])
    complaints.put_entries(entries)
    for complaint in made:
        complaints.put_view(complaint)
