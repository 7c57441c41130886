"""Cities and complaints in GeoReport's words. Real clients are strict: codes, address and
group are strings, metadata a boolean, times carry a zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from qlue_desk.central.public.dates import LocalDates
from qlue_desk.central.public.sentences import standing, step_words
from qlue_desk.central.public.tracking import dispute_until, photos_of
from qlue_desk.domain.city import Category, City
from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.complaint import CHANNEL_LABEL, STATUS_LOOK, Complaint, Entry, Status
from qlue_desk.domain.privacy import entry_for_public, for_public
from qlue_desk.words import _

UNCATEGORISED = "uncategorised"
"""A service of its own, so that every request's code is in the service list; its reports wait for a
verifier."""
HIDDEN = frozenset({Status.HELD, Status.NOT_A_REPORT})
"""Not listed: not worked on yet, or nothing to work on."""
LONGEST_DESCRIPTION = 4000

Item = dict[str, object]


def is_listed(complaint: Complaint) -> bool:
    """Whether the outside may see this report here."""
    return not complaint.reporter.secret and complaint.status not in HIDDEN


def service(category: Category | None, city: City, today: dt.date) -> Item:
    """One service type; None is what nobody has categorised yet."""
    if category is None:
        owner = city.coordinator
        label, keywords, code = _("Belum tahu kategorinya"), "", UNCATEGORISED
    else:
        owner = category.owner_on(today) or city.coordinator
        label, code = category.label, category.key
        keywords = ", ".join(category.keywords)
    name = city.dinas_name(owner)
    return {
        "service_code": code,
        "service_name": label,
        "description": _("{label}; ditangani {dinas}.").format(label=label, dinas=name),
        "metadata": False,
        "type": "realtime",
        "keywords": keywords,
        "group": name,
    }


def request(
    complaint: Complaint, city: City, clocks: Clocks, now: dt.datetime, updated_at: dt.datetime, base_url: str
) -> Item:
    """One service request, made of public parts only. `base_url` ends with a slash."""
    public = for_public(complaint)
    zone = ZoneInfo(city.zone)
    said = standing(complaint, city, LocalDates(city.zone, now), now, dispute_until(complaint, clocks, now))
    changed = updated_at if complaint.is_open else complaint.status_since or updated_at
    category = city.category_by_key.get(complaint.category or "")
    return {
        "service_request_id": complaint.number,
        "status": "open" if complaint.is_open else "closed",
        "status_notes": " ".join(filter(None, (said.now, public.reason if not public.is_open else ""))),
        "service_name": category.label if category else _("Belum tahu kategorinya"),
        "service_code": category.key if category else UNCATEGORISED,
        "description": public.text[:LONGEST_DESCRIPTION],
        "agency_responsible": city.dinas_name(complaint.dinas),
        "service_notice": " ".join(filter(None, (said.late, said.next))),
        "requested_datetime": zoned(complaint.created_at, zone),
        "updated_datetime": zoned(changed, zone),
        "expected_datetime": zoned(complaint.resolve_by, zone) if complaint.resolve_by else None,
        "address": ", ".join(
            filter(None, (public.street, city.kelurahan_name(complaint.kelurahan), city.name))
        ),
        "address_id": complaint.kelurahan or "",
        "zipcode": "",
        "lat": _degrees(complaint.lat_e6),
        "long": _degrees(complaint.lon_e6),
        "media_url": _media_url(complaint, base_url),
    }


def extension(complaint: Complaint, entries: Sequence[Entry], city: City) -> Item:
    """What `extensions=true` adds: our own status, and the public history."""
    return {
        "extended_attributes": {
            "status": str(complaint.status),
            "status_label": _(complaint.look.label),
            "colour": str(complaint.look.colour),
            "channel": CHANNEL_LABEL[complaint.channel],
            "kelurahan": city.kelurahan_name(complaint.kelurahan),
        },
        "notes": [note(entry, city) for entry in entries if is_public_step(entry)],
    }


def is_public_step(entry: Entry) -> bool:
    """A change of status, or a text meant for the citizen."""
    moved = entry.to_status is not None and entry.to_status is not entry.from_status
    return moved or entry.public


def note(entry: Entry, city: City) -> Item:
    """One line of the history."""
    shown = entry_for_public(entry)
    return {
        "datetime": zoned(entry.at, ZoneInfo(city.zone)),
        "summary": step_words(entry, city),
        "type": entry.verb,
        "description": shown.text if shown else "",
    }


def update(entry: Entry, complaint: Complaint, city: City) -> Item:
    """One update in FixMyStreet's extension; `external_status_code` is our own status."""
    status = entry.to_status or complaint.status
    words = note(entry, city)
    return {
        "update_id": entry.id,
        "service_request_id": complaint.number,
        "status": "open" if STATUS_LOOK[status].open else "closed",
        "external_status_code": str(status),
        "updated_datetime": words["datetime"],
        "description": words["description"] or words["summary"],
        "media_url": "",
    }


def zoned(moment: dt.datetime, zone: ZoneInfo) -> str:
    """`2026-11-24T09:12:00+07:00`."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _degrees(micro: int | None) -> float | None:
    return None if micro is None else micro / 1_000_000


def _media_url(complaint: Complaint, base_url: str) -> str | None:
    for photo in photos_of(complaint):
        if photo.url:
            return photo.url
        return f"{base_url}lacak/{complaint.number}/foto/{photo.sha256}"
    return None
