"""A city as data: dinas, categories with dated ownership, areas, SLA profile, rules that differ.

Nothing of any one city is in code: a `City` is read from a file in `cities/` or from one
that an administrator adds. These are the shapes only; reading files is `qlue_desk.cities`.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cached_property

import msgspec

POLE_E6, ANTIMERIDIAN_E6 = 90_000_000, 180_000_000
"""Largest latitude and longitude, in micro-degrees."""

DEFAULT_CLASS = "medium"
"""Class of a report whose category nobody has set yet; every SLA profile has it."""


class Cooperation(StrEnum):
    """Whether the city takes part: reports of `none` are held, counted and categorised only."""

    NONE = "none"
    TRIAL = "trial"
    PARTNER = "partner"


class Unit(StrEnum):
    """What a deadline counts."""

    MINUTES = "minutes"
    HOURS = "hours"
    """Clock hours, day and night."""
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    """Start day not counted; due at closing time of the last day."""


class Deadline(msgspec.Struct, frozen=True):
    """An amount of time, e.g. 5 working days."""

    amount: int
    unit: Unit


class EscalationStep(msgspec.Struct, frozen=True):
    """`after` without acknowledgement, `to` is told (a display word such as `Kepala Dinas`)."""

    after: Deadline
    to: str


class SlaProfile(msgspec.Struct, frozen=True):
    """The clocks of a city. Classes of `resolve` are fast, medium, slow."""

    key: str
    dispatch: Deadline
    """Verifier to dinas."""
    acknowledge: Deadline
    resolve: dict[str, Deadline]
    final: Deadline
    """Resolved without an answer for so long is final."""
    escalation: tuple[EscalationStep, ...] = ()


class WorkingDay(msgspec.Struct, frozen=True):
    """Office hours, local time. `ramadan_start` replaces `start` in Ramadan."""

    start: dt.time = dt.time(7, 30)
    end: dt.time = dt.time(16, 0)
    friday_end: dt.time = dt.time(16, 30)
    ramadan_start: dt.time = dt.time(8, 0)
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    """Days of the week on which the offices open, 1 = Monday … 7 = Sunday."""


class Dinas(msgspec.Struct, frozen=True):
    """An agency (OPD), or an outside party that the city can only refer to."""

    key: str
    name: str
    """Short, as on screen: `DPUPR`."""
    full_name: str = ""
    outside: bool = False
    """Polres, PLN, BBPJN …: reports are referred there, never dispatched."""
    active: bool = True


class Owner(msgspec.Struct, frozen=True):
    """Who owns a category in a period; bounds inclusive, None is open."""

    dinas: str
    since: dt.date | None = None
    until: dt.date | None = None


class Category(msgspec.Struct, frozen=True):
    """What a report is about (kategori); decides the dinas."""

    key: str
    label: str
    owners: tuple[Owner, ...]
    sla_class: str = DEFAULT_CLASS
    round_the_clock: bool = False
    letter: str = ""
    """One key for the operator at 112."""
    keywords: tuple[str, ...] = ()
    source_names: tuple[str, ...] = ()
    """What outside systems call it (SP4N category names, Qlue labels, 112 event types)."""

    def owner_on(self, day: dt.date) -> str | None:
        """The dinas (or outside party) that owns this category on `day`; None when nobody does."""
        for owner in self.owners:
            if (owner.since is None or owner.since <= day) and (owner.until is None or day <= owner.until):
                return owner.dinas
        return None


class Kelurahan(msgspec.Struct, frozen=True):
    """A ward with its Kemendagri code; `aliases` are other spellings that reports use."""

    code: str
    name: str
    kecamatan: str
    """Code of the kecamatan."""
    aliases: tuple[str, ...] = ()
    lat_e6: int | None = None
    lon_e6: int | None = None


class Kecamatan(msgspec.Struct, frozen=True):
    """A district."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


class City(msgspec.Struct, frozen=True, dict=True):
    """A tenant. `key` is the short name used in commands and scopes, e.g. `bogor`."""

    key: str
    name: str
    prefix: str
    """Of public numbers: `BGR`."""
    code: str
    """Kemendagri code: `32.71`."""
    zone: str
    """IANA zone; WIB is Asia/Jakarta, WITA Asia/Makassar, WIT Asia/Jayapura."""
    cooperation: Cooperation
    coordinator: str
    """Key of the dinas whose verifiers route reports (Diskominfo)."""
    sla: SlaProfile
    dinas: tuple[Dinas, ...]
    categories: tuple[Category, ...]
    kecamatan: tuple[Kecamatan, ...] = ()
    kelurahan: tuple[Kelurahan, ...] = ()
    working_day: WorkingDay = WorkingDay()
    bounce_limit: int = 3
    dispute_days: int = 10
    """Working days in which the reporter may dispute a resolution."""
    dinas_may_transfer: bool = True
    bounds: tuple[int, int, int, int] | None = None
    """min_lat, min_lon, max_lat, max_lon in micro-degrees, where known."""

    @cached_property
    def dinas_by_key(self) -> dict[str, Dinas]:
        """Dinas and outside parties by key."""
        return {dinas.key: dinas for dinas in self.dinas}

    @cached_property
    def category_by_key(self) -> dict[str, Category]:
        """Categories by key."""
        return {category.key: category for category in self.categories}

    @cached_property
    def kelurahan_by_code(self) -> dict[str, Kelurahan]:
        """Kelurahan by Kemendagri code."""
        return {kelurahan.code: kelurahan for kelurahan in self.kelurahan}

    @cached_property
    def kecamatan_by_code(self) -> dict[str, Kecamatan]:
        """Kecamatan by Kemendagri code."""
        return {kecamatan.code: kecamatan for kecamatan in self.kecamatan}

    def dinas_name(self, key: str | None) -> str:
        """Screen name of a dinas, the key itself when unknown."""
        found = self.dinas_by_key.get(key or "")
        return found.name if found else key or ""

    def category_label(self, key: str | None) -> str:
        """Screen name of a category, '' when there is none."""
        found = self.category_by_key.get(key or "")
        return found.label if found else key or ""

    def kelurahan_name(self, code: str | None) -> str:
        """Screen name of a kelurahan, '' when there is none."""
        found = self.kelurahan_by_code.get(code or "")
        return found.name if found else code or ""
