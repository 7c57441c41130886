"""The vocabulary of the query line: fields, their values, and every spelling that is understood.

English keys are the canonical ones; the Indonesian words of the screens are understood
as well. Names of dinas, categories, areas and people come from the caller.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

import msgspec

from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import CHANNEL_LABEL, STATUS_LOOK, Actor, Channel, Status

NONE = "none"
"""Value of `by`, `category`, `kelurahan`, `kecamatan` and `due`: there is none."""
NEAREST = 3


class Field(StrEnum):
    """What a term can ask for."""

    STATUS = "status"
    COLOUR = "colour"
    CITY = "city"
    DINAS = "dinas"
    CATEGORY = "category"
    KELURAHAN = "kelurahan"
    KECAMATAN = "kecamatan"
    CHANNEL = "channel"
    BY = "by"
    PRIORITY = "priority"
    OLDER = "older"
    NEWER = "newer"
    CHANGED = "changed"
    """Status changed within so long or since then: `changed:7d`, `changed:2026-11-24T07:00`."""
    SINCE = "since"
    UNTIL = "until"
    DUE = "due"
    HAS = "has"
    IS = "is"
    BOUNCED = "bounced"
    """The dinas that last gave it back or passed it on as not its own."""
    NUMBER = "number"
    SORT = "sort"
    GROUP = "group"
    """Headings with counts between the reports, e.g. `group:kelurahan`."""


class Has(StrEnum):
    """What `has:` asks for; `query_match` says what each means, `store.conditions` says it in SQL."""

    PHOTO = "photo"
    EVIDENCE = "evidence"
    NOTE = "note"
    PLACE = "place"
    PHONE = "phone"
    UNSENT = "unsent"


class Is(StrEnum):
    """What `is:` asks for; as with `Has`."""

    OPEN = "open"
    CLOSED = "closed"
    OVERDUE = "overdue"
    UNACKNOWLEDGED = "unacknowledged"
    PROPOSED = "proposed"
    OWN_PROPOSAL = "ownproposal"
    REOPENED = "reopened"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    WAITING = "waiting"
    PAUSED = "paused"
    SECRET = "secret"
    FINAL = "final"
    RETURNED = "returned"
    BOUNCED = "bounced"
    SNOOZED = "snoozed"


DURATIONS = frozenset({Field.OLDER, Field.NEWER, Field.CHANGED})
"""Fields whose values are lengths of time."""
CLOCK_EXAMPLES = ("24h", "3d", "2w")


class Spelling(msgspec.Struct, frozen=True):
    """One way to write a value; the first one of a value is the one that is suggested."""

    shown: str
    value: str


FIELD_SPELLINGS: tuple[Spelling, ...] = tuple(
    Spelling(shown, field)
    for field, spellings in (
        (Field.STATUS, "status"),
        (Field.COLOUR, "colour warna color"),
        (Field.CITY, "city kota"),
        (Field.DINAS, "dinas opd"),
        (Field.CATEGORY, "category kategori"),
        (Field.KELURAHAN, "kelurahan"),
        (Field.KECAMATAN, "kecamatan"),
        (Field.CHANNEL, "channel kanal"),
        (Field.BY, "by oleh petugas"),
        (Field.PRIORITY, "priority prioritas"),
        (Field.OLDER, "older lebih-lama"),
        (Field.NEWER, "newer lebih-baru"),
        (Field.CHANGED, "changed berubah"),
        (Field.SINCE, "since sejak"),
        (Field.UNTIL, "until sampai"),
        (Field.DUE, "due tenggat"),
        (Field.HAS, "has ada"),
        (Field.IS, "is adalah"),
        (Field.BOUNCED, "bounced dikembalikan-oleh"),
        (Field.NUMBER, "number nomor"),
        (Field.SORT, "sort urut"),
        (Field.GROUP, "group kelompok"),
    )
    for shown in spellings.split()
)


def _spellings(*values: tuple[str, str]) -> tuple[Spelling, ...]:
    """From pairs of a canonical value and its other spellings, parted by spaces (`-` stands for one)."""
    return tuple(Spelling(shown, value) for value, others in values for shown in (value, *others.split()))


_EXTRA_STATUS = {Status.REOPENED: ("dibuka-lagi",), Status.AWAITING_VERIFICATION: ("verifikasi",)}
_EXTRA_CHANNEL = {
    Channel.CALL_CENTRE_112: ("112", "callcentre112"),
    Channel.WHATSAPP: ("wa",),
    Channel.EMAIL: ("e-mail",),
    Channel.WALK_IN: ("langsung", "datang"),
    Channel.SP4N: ("lapor",),
}

HAS_WORDS: dict[Has, str] = {
    Has.PHOTO: "foto",
    Has.EVIDENCE: "bukti",
    Has.NOTE: "catatan",
    Has.PLACE: "lokasi tempat",
    Has.PHONE: "telepon",
    Has.UNSENT: "belum-terkirim",
}
IS_WORDS: dict[Is, str] = {
    Is.OPEN: "terbuka",
    Is.CLOSED: "tertutup",
    Is.OVERDUE: "lewat-tenggat terlambat",
    Is.UNACKNOWLEDGED: "belum-diterima",
    Is.PROPOSED: "diusulkan",
    Is.OWN_PROPOSAL: "usulan-saya",
    Is.REOPENED: "dibuka-kembali",
    Is.MINE: "milik-saya saya",
    Is.UNASSIGNED: "belum-diambil",
    Is.WAITING: "menunggu",
    Is.PAUSED: "jeda",
    Is.SECRET: "rahasia",
    Is.FINAL: "",
    Is.RETURNED: "dikembalikan",
    Is.BOUNCED: "dilempar",
    Is.SNOOZED: "ditunda tunda",
}
"""Other spellings of each."""

FIXED: dict[Field, tuple[Spelling, ...]] = {
    Field.STATUS: tuple(
        Spelling(shown, status)
        for status, look in STATUS_LOOK.items()
        for shown in (status.value, look.label, *_EXTRA_STATUS.get(status, ()))
    ),
    Field.CHANNEL: tuple(
        Spelling(shown, channel)
        for channel, label in CHANNEL_LABEL.items()
        for shown in (channel.value, label, *_EXTRA_CHANNEL.get(channel, ()))
    ),
    Field.COLOUR: _spellings(
        ("red", "merah"), ("yellow", "kuning"), ("green", "hijau"), ("grey", "abu-abu abu gray")
    ),
    Field.PRIORITY: _spellings(("ordinary", "biasa 0"), ("high", "tinggi 1"), ("emergency", "darurat 2")),
    Field.HAS: _spellings(*HAS_WORDS.items()),
    Field.IS: _spellings(*IS_WORDS.items()),
    Field.BY: _spellings(("me", "saya"), (NONE, "kosong")),
    Field.CATEGORY: _spellings((NONE, "kosong")),
    Field.KELURAHAN: _spellings((NONE, "kosong")),
    Field.KECAMATAN: _spellings((NONE, "kosong")),
    Field.SORT: _spellings(
        ("due", "tenggat"),
        ("created", "masuk dibuat"),
        ("updated", "diubah"),
        ("number", "nomor"),
        ("priority", "prioritas"),
        ("status", ""),
        ("proposed", "diusulkan"),
    ),
    Field.GROUP: _spellings(
        ("status", ""),
        ("kelurahan", ""),
        ("category", "kategori"),
        ("dinas", "opd"),
        ("holder", "petugas pegangan"),
    ),
    Field.DUE: _spellings(
        ("today", "hari-ini"),
        ("tomorrow", "besok"),
        ("week", "minggu-ini"),
        ("overdue", "lewat"),
        (NONE, "kosong"),
    ),
    Field.SINCE: _spellings(("today", "hari-ini"), ("yesterday", "kemarin")),
    Field.UNTIL: _spellings(("today", "hari-ini"), ("yesterday", "kemarin")),
}
"""Values that are the same in every city."""

BARE_FLAGS = {"overdue": "overdue", "lewattenggat": "overdue"}
"""Words that are a term without a field; to search for such a word, put it in quotes."""


class QueryNames(msgspec.Struct, frozen=True, dict=True):
    """The names that differ between cities; see `names_of`."""

    city: tuple[Spelling, ...] = ()
    dinas: tuple[Spelling, ...] = ()
    category: tuple[Spelling, ...] = ()
    kelurahan: tuple[Spelling, ...] = ()
    kecamatan: tuple[Spelling, ...] = ()
    by: tuple[Spelling, ...] = ()
    """People; where none are known, `by:` takes any text and compares it with names."""

    def spellings(self, field: Field) -> tuple[Spelling, ...]:
        """All spellings of the values of `field`, the city's own first."""
        known = Field.DINAS if field is Field.BOUNCED else field
        own: tuple[Spelling, ...] = getattr(self, known.value, ())
        return own + FIXED.get(field, ())

    def find(self, field: Field, text: str) -> tuple[str, ...]:
        """The values that `text` means: none, one, or several where two areas share a name."""
        if text in self._values.get(field, ()):
            return (text,)
        return self._index.get(field, {}).get(squash(text), ())

    def nearest(self, field: Field, text: str) -> tuple[str, ...]:
        """Up to three spellings that look like `text`, best first."""
        return nearest(text, self.spellings(field))

    @cached_property
    def _values(self) -> dict[Field, frozenset[str]]:
        return {field: frozenset(spelling.value for spelling in self.spellings(field)) for field in Field}

    @cached_property
    def _index(self) -> dict[Field, dict[str, tuple[str, ...]]]:
        index: dict[Field, dict[str, tuple[str, ...]]] = {}
        for field in Field:
            known = index[field] = {}
            for spelling in self.spellings(field):
                key = squash(spelling.shown)
                values = known.get(key, ())
                if key and spelling.value not in values:
                    known[key] = (*values, spelling.value)
        return index


def names_of(cities: Iterable[City], people: Iterable[Actor] = ()) -> QueryNames:
    """The names of one city or of several, and of the people who can hold a report.

    Areas are asked for by name, alias or Kemendagri code, dinas and categories by key or name.
    """
    known = tuple(cities)
    return QueryNames(
        city=tuple(Spelling(shown, city.key) for city in known for shown in (city.key, city.name)),
        dinas=tuple(
            Spelling(shown, dinas.key)
            for city in known
            for dinas in city.dinas
            for shown in (dinas.key, dinas.name, dinas.full_name)
        ),
        category=tuple(
            Spelling(shown, category.key)
            for city in known
            for category in city.categories
            for shown in (category.label, category.key)
        ),
        kelurahan=tuple(
            Spelling(shown, area.code)
            for city in known
            for area in city.kelurahan
            for shown in (area.name, *area.aliases, area.code)
        ),
        kecamatan=tuple(
            Spelling(shown, area.code)
            for city in known
            for area in city.kecamatan
            for shown in (area.name, *area.aliases, area.code)
        ),
        by=tuple(Spelling(shown, person.id) for person in people for shown in (person.name, person.id)),
    )


def find_field(text: str) -> Field | None:
    """The field of that name, English or Indonesian."""
    wanted = squash(text)
    for spelling in FIELD_SPELLINGS:
        if squash(spelling.shown) == wanted:
            return Field(spelling.value)
    return None


def nearest(text: str, spellings: Iterable[Spelling]) -> tuple[str, ...]:
    """Up to three spellings that begin like `text` or look like it, one for each value."""
    wanted = squash(text)
    shown: dict[str, Spelling] = {}
    for spelling in spellings:
        shown.setdefault(squash(spelling.shown), spelling)
    found = [key for key in shown if wanted and key.startswith(wanted)]
    found += difflib.get_close_matches(wanted, shown, n=2 * NEAREST, cutoff=0.6)
    best: dict[str, str] = {}
    for key in found:
        best.setdefault(shown[key].value, shown[key].shown)
    return tuple(best.values())[:NEAREST]


def squash(text: str) -> str:
    """`text` for comparison: letters and digits only, so that `Batu Tulis` and `batu-tulis` are one."""
    return "".join(character for character in text.casefold() if character.isalnum())
