"""`POST servicerequestupdates` (FixMyStreet's extension): an outside system adds a public note to its report.

Only the city's dinas change a status, so a status that comes along is not taken, and the answer says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from peewee import IntegrityError

from qlue_desk.central.entering import source_row
from qlue_desk.central.intake.reading import stable_id
from qlue_desk.central.open311.asking import moment
from qlue_desk.central.open311.errors import GeoReportError, bad, unknown
from qlue_desk.central.open311.posting import SOURCE, given_in, sent_by, text_faults
from qlue_desk.domain.complaint import Actor, Complaint, Role
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields, Refusal
from qlue_desk.domain.text import clean
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub
    from qlue_desk.domain.city import City

UPDATE_SOURCE = "open311-update"
LONGEST_ID = 200
REQUIRED = ("service_request_id", "update_id", "description")


def add_update(hub: Hub, form: Mapping[str, str], client: str, city: City | None) -> dict[str, object]:
    """Add the note and answer its `update_id`; the same `update_id` a second time changes nothing.

    `city` is the only one that the key writes for, None for any.

    :raises GeoReportError: with every fault at once.
    """
    given = given_in(form)
    faults = [f"{name} was not provided." for name in REQUIRED if not given.get(name)]
    if len(given.get("update_id", "")) > LONGEST_ID:
        faults.append(f"update_id is longer than {LONGEST_ID} characters.")
    faults += text_faults(given)
    if faults:
        raise GeoReportError(400, *faults)
    complaint = _own_report(hub, given["service_request_id"], client, city)
    moment(given, "updated_datetime", hub.city(complaint.city))
    added = _write(hub, complaint, given, client)
    return {
        "update_id": given["update_id"],
        "service_request_id": complaint.number,
        "service_notice": _notice(given.get("status", ""), complaint, added=added),
    }


def _own_report(hub: Hub, number: str, client: str, city: City | None) -> Complaint:
    """The report, if this client posted it: of any other nothing is said, not even that it is there."""
    found = hub.records.by_number(number)
    if found is not None and city in (None, hub.city(found.city)):
        mark = sent_by(client)
        if any(
            s == SOURCE and source_id.startswith(mark) for s, source_id, _u in hub.records.sources(found.id)
        ):
            return found
    raise unknown("Among the requests that this api_key created, service_request_id", number)


def _write(hub: Hub, complaint: Complaint, given: Mapping[str, str], client: str) -> bool:
    """Whether the note is new; claiming the `update_id` and adding the note are one transaction."""
    identity = sent_by(client) + stable_id(given["update_id"])
    try:
        with hub.register.bulk():
            if hub.records.of_source(complaint.city, UPDATE_SOURCE, identity) is not None:
                return False
            record = json.dumps(given, ensure_ascii=False, sort_keys=True)
            source_row(hub, complaint.city, UPDATE_SOURCE, identity, complaint.id, record=record)
            moved = hub.register.system(
                complaint.id, Verb.NOTE, Fields(note=_note(given, client), public=True), _actor(client)
            )
            if isinstance(moved, Refusal):
                raise bad(moved.sentence(_))
    except IntegrityError:  # another request with this update_id was faster
        return False
    return True


def _actor(client: str) -> Actor:
    """The outside system in the history, as the one who wrote a note and may do nothing else."""
    return Actor(f"open311:{client}", client, frozenset({Role.OPERATOR}), "")


def _note(given: Mapping[str, str], client: str) -> str:
    text = "\n".join(filter(None, (given["description"], given.get("media_url", ""))))
    return _("{client} lewat Open311: {text}").format(client=client, text=clean(text))


def _notice(status: str, complaint: Complaint, *, added: bool) -> str:
    taken = _("Catatan ditambahkan.") if added else _("Catatan ini sudah ada; tidak ada yang berubah.")
    current = "open" if complaint.is_open else "closed"
    if not status or status.lower() == current:
        return taken
    refused = _("Status “{found}” tidak diambil: hanya dinas yang mengubahnya; sekarang {current}.")
    return f"{taken} {refused.format(found=clean(status[:40], multiline=False), current=current)}"
