"""What intake hands over and what it gets back."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.complaint import Channel, Complaint, Suggestion


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One outside record, read: the same shape whatever it came from."""

    source: str
    """qlue, sp4n, cc112, gammu, open311 …"""
    source_id: str
    """The source's own identity of the record: it is taken once."""
    city: str
    channel: Channel
    text: str
    reported_at: dt.datetime
    """Aware; when the citizen reported."""
    title: str = ""
    source_category: str = ""
    """As the source calls it."""
    source_dinas: str = ""
    lat: float | None = None
    """Degrees; None when unknown."""
    lon: float | None = None
    kelurahan_text: str = ""
    kecamatan_text: str = ""
    street: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    reporter_email: str = ""
    anonymous: bool = False
    secret: bool = False
    photos: tuple[str, ...] = ()
    """Addresses outside, or `sha256:<hex>` of a blob that central has."""
    raw: str = ""
    """The record as it came, for whoever must work out what it meant."""
    told: tuple[str, ...] = ()
    """Names in `raw`, a JSON object, of what the citizen said: where that differs the second time, it is told."""
    of_person: tuple[str, ...] = ()
    """Those of them that say who the citizen is."""
    unreadable: str = ""
    """Why it could not be read in full; '' when it was. Kept and listed, never dropped."""
    waits: str = ""
    """A reason that intake already knows why a person must look first, e.g. `other_city`; '' if none."""


class Taken(msgspec.Struct, frozen=True):
    """What became of a report."""

    complaint: Complaint
    duplicate: bool
    """The record was taken before; the report stays as it is."""
    routed: bool
    """Sent to a dinas at once."""
    reason: str
    """Why it waits for a person: no_category, no_place, outside_authority, unreadable, not_joined,
    no_owner, ambiguous, other_city; '' when routed."""
    notes: tuple[str, ...] = ()
    """What was not taken as it came: `cut` (its text is longer than a report's), `future_time`, `old_time`; of
    a duplicate `changed`: it says something else now, which its history tells."""


class Route(msgspec.Struct, frozen=True):
    """Where a report belongs: what is certain, else why not and what intake proposes."""

    category: str | None = None
    kelurahan: str | None = None
    place_unknown: bool = False
    dinas: str | None = None
    """Owner of the category; set only when the report can be sent there at once."""
    reason: str = ""
    suggestion: Suggestion | None = None
