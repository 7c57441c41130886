"""What intake hands to the register, and what comes back."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.complaint import Channel, Complaint


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One outside record, read; `source` and `source_id` together make it unique."""

    source: str
    """qlue, sp4n, cc112, gammu, open311 …"""
    source_id: str
    city: str
    channel: Channel
    text: str
    reported_at: dt.datetime
    title: str = ""
    source_category: str = ""
    source_dinas: str = ""
    lat: float | None = None
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
    raw: str = ""
    unreadable: str = ""
    """Why it could not be read; such a report is kept and listed, never dropped."""
    waits: str = ""
    """A reason that intake already knows why a person must look first, e.g. `other_city`."""


class Taken(msgspec.Struct, frozen=True):
    """What became of a report."""

    complaint: Complaint
    duplicate: bool
    routed: bool
    reason: str = ""
