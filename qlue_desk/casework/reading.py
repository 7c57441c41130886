"""Reading the queue and one case, also as the JSON that programs rely on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from qlue_desk.casework.departures import unknown
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.clocks import ClockView
from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.store import complaints, outbox
from qlue_desk.store import queue as queue_store
from qlue_desk.store.outbox import Waiting
from qlue_desk.store.similar import duplicates_of

DEFAULT_LIMIT = 50


class Case(msgspec.Struct, frozen=True):
    """A complaint with all that its screen shows."""

    complaint: Complaint
    entries: list[Entry]
    actions: list[Waiting]
    """Own actions on it that central has not confirmed: outbox and tray."""
    clocks: tuple[ClockView, ClockView]
    """Acknowledge, resolve."""
    pending_entries: frozenset[str] = frozenset()
    """Ids of history lines that are not confirmed."""
    duplicates: tuple[str, ...] = ()
    """Numbers of reports on this desk that ended as duplicates of this one."""

    @property
    def pending(self) -> bool:
        """Whether own actions on it are unconfirmed."""
        return any(item.state != "refused" for item in self.actions)


def queue(
    workplace: Workplace, text: str = "", limit: int | None = DEFAULT_LIMIT, now: dt.datetime | None = None
) -> list[dict[str, Any]]:
    """The reports that a query line means, in its order, with the keys that programs rely on.

    :raises domain.query.QueryError: pointing at what is not understood.
    """
    query = workplace.query(text)
    moment = now or utc_now()

    def read() -> list[dict[str, Any]]:
        numbers = queue_store.find_ids(
            query, now=moment, me=workplace.actor.id, zone=workplace.zone, limit=limit
        )
        found: list[dict[str, Any]] = []
        for start in range(0, len(numbers), 500):
            page = numbers[start : start + 500]
            lines = {row.id: row.pending for row in queue_store.rows(page)}
            found += [
                report_json(complaint, workplace.zone, pending=lines[complaint.id] > 0)
                for complaint in queue_store.complaints(page)
            ]
        return found

    return workplace.store.reading(read)


def how_many(workplace: Workplace, text: str, now: dt.datetime | None = None) -> int:
    """How many reports a query line means; see `queue`."""
    query = workplace.query(text)
    return workplace.store.reading(
        lambda: queue_store.count(query, now=now or utc_now(), me=workplace.actor.id, zone=workplace.zone)
    )


def show(workplace: Workplace, ref: str, now: dt.datetime | None = None) -> Case:
    """One case by number, id or a unique end of the number.

    :raises Refused: when this desk does not hold it.
    :raises AmbiguousReference: when an end fits several numbers.
    """
    moment = now or utc_now()

    def read() -> Case:
        complaint = complaints.get(ref)
        if complaint is None:
            raise Refused(unknown(workplace, ref))
        return Case(
            complaint,
            complaints.entries(complaint.id),
            outbox.of_complaint(complaint.id),
            workplace.clocks.progress(complaint, moment),
            complaints.pending_entry_ids(complaint.id),
            tuple(duplicates_of(complaint.number)),
        )

    return workplace.store.reading(read)


def report_json(complaint: Complaint, zone: dt.tzinfo, *, pending: bool) -> dict[str, Any]:
    """A report in a queue. Keys of dinas, category and kelurahan, not their names; times with zone."""
    return {
        "number": complaint.number,
        "status": str(complaint.status),
        "label": complaint.look.label,
        "colour": str(complaint.look.colour),
        "city": complaint.city,
        "dinas": complaint.dinas,
        "category": complaint.category,
        "kelurahan": complaint.kelurahan,
        "title": complaint.title,
        "channel": str(complaint.channel),
        "holder": complaint.holder_name or complaint.holder,
        "created_at": iso(complaint.created_at, zone),
        "acknowledge_by": iso(complaint.acknowledge_by, zone),
        "resolve_by": iso(complaint.resolve_by, zone),
        "due": iso(complaint.due, zone),
        "pending": pending,
    }


def case_json(workplace: Workplace, case: Case) -> dict[str, Any]:
    """A case in full: the queue's keys, names beside the keys, text, history, own actions, clocks."""
    complaint, city, zone = case.complaint, workplace.city, workplace.zone
    return report_json(complaint, zone, pending=case.pending) | {
        "id": complaint.id,
        "dinas_name": city.dinas_name(complaint.dinas),
        "category_label": city.category_label(complaint.category),
        "kelurahan_name": city.kelurahan_name(complaint.kelurahan),
        "street": complaint.street,
        "text": complaint.text,
        "priority": complaint.priority,
        "reporter": {
            "name": complaint.reporter.name,
            "phone": complaint.reporter.phone,
            "anonymous": complaint.reporter.anonymous,
            "secret": complaint.reporter.secret,
        },
        "follow_up": complaint.follow_up,
        "reason": complaint.reason,
        "duplicate_of": complaint.duplicate_of,
        "duplicates": list(case.duplicates),
        "reopened": complaint.reopened,
        "bounces": complaint.bounces,
        "attachments": [
            {
                "sha256": a.sha256,
                "name": a.name,
                "media_type": a.media_type,
                "size": a.size,
                "evidence": a.evidence,
            }
            for a in complaint.attachments
        ],
        "history": [
            _entry_json(entry, zone, pending=entry.id in case.pending_entries) for entry in case.entries
        ],
        "clocks": {clock.label: _clock_json(clock, zone) for clock in case.clocks},
        "actions": [
            {
                "id": w.action.id,
                "verb": w.action.verb,
                "state": w.state,
                "recorded_at": iso(w.recorded_at, zone),
            }
            for w in case.actions
        ],
    }


def _entry_json(entry: Entry, zone: dt.tzinfo, *, pending: bool) -> dict[str, Any]:
    return {
        "at": iso(entry.at, zone),
        "received_at": iso(entry.received_at, zone),
        "verb": entry.verb,
        "by": entry.actor_name,
        "dinas": entry.actor_dinas,
        "from": None if entry.from_status is None else str(entry.from_status),
        "to": None if entry.to_status is None else str(entry.to_status),
        "text": entry.text,
        "public": entry.public,
        "fields": entry.fields,
        "pending": pending,
    }


def _clock_json(clock: ClockView, zone: dt.tzinfo) -> dict[str, Any]:
    return {
        "state": str(clock.state),
        "due": iso(clock.due, zone),
        "remaining_seconds": None if clock.due is None else int(clock.remaining.total_seconds()),
    }


def iso(moment: dt.datetime | None, zone: dt.tzinfo) -> str | None:
    """ISO 8601 with the city's zone, to the second; None stays None."""
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")
