"""The vocabulary of the query line: fields, their values, and every spelling that is understood.

English words are the canonical ones, those of saved views and of `str(query)`. Both languages are always
understood; what is offered and what a mistake is told with is in the reader's (`Spelling.language`).
Names of dinas, categories, areas and people come from the caller.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache

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
    DRAFT = "draft"


class Is(StrEnum):
    """What `is:` asks for; as with `Has`."""

    OPEN = "open"
    CLOSED = "closed"
    OVERDUE = "overdue"
    UNACKNOWLEDGED = "unacknowledged"
    PROPOSED = "proposed"
    OWN_PROPOSAL = "ownproposal"
    SENT_BACK = "sentback"
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
CLOCK_EXAMPLES = {"id": ("24jam", "3hari", "2minggu"), "en": ("24h", "3d", "2w")}
INDONESIAN, ENGLISH = "id", "en"


class Spelling(msgspec.Struct, frozen=True):
    """One way to write a value; the first one of a value in the reader's language is the one that is suggested."""

    shown: str
    value: str
    language: str = ""
    """Whose word it is, `id` or `en`; '' is everybody's: names, numbers, and words that both share."""


def _spellings(*values: tuple[str, str]) -> tuple[Spelling, ...]:
    """From pairs of an English word (the canonical value) and its Indonesian ones, parted by spaces.

    Without an Indonesian one the English word is both; `-` stands for a space, `en=gray` is another English one.
    """
    return tuple(
        Spelling(
            shown.removeprefix("en="),
            value,
            ENGLISH if shown.startswith("en=") else INDONESIAN * bool(others),
        )
        for value, others in values
        for shown in ((f"en={value}" if others else value), *others.split())
    )


FIELD_SPELLINGS: tuple[Spelling, ...] = _spellings(
    (Field.STATUS, ""),
    (Field.COLOUR, "warna en=color"),
    (Field.CITY, "kota"),
    (Field.DINAS, "dinas opd"),
    (Field.CATEGORY, "kategori"),
    (Field.KELURAHAN, "kelurahan kel"),
    (Field.KECAMATAN, "kecamatan kec"),
    (Field.CHANNEL, "kanal"),
    (Field.BY, "oleh petugas"),
    (Field.PRIORITY, "prioritas"),
    (Field.OLDER, "lebih-lama"),
    (Field.NEWER, "lebih-baru"),
    (Field.CHANGED, "berubah"),
    (Field.SINCE, "sejak"),
    (Field.UNTIL, "sampai"),
    (Field.DUE, "tenggat"),
    (Field.HAS, "ada"),
    (Field.IS, "adalah"),
    (Field.BOUNCED, "dikembalikan-oleh"),
    (Field.NUMBER, "nomor"),
    (Field.SORT, "urut"),
    (Field.GROUP, "kelompok"),
)


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
    Has.DRAFT: "konsep",
}
IS_WORDS: dict[Is, str] = {
    Is.OPEN: "terbuka",
    Is.CLOSED: "tertutup",
    Is.OVERDUE: "lewat-tenggat terlambat telat lewat en=late",
    Is.UNACKNOWLEDGED: "belum-diterima",
    Is.PROPOSED: "diusulkan",
    Is.OWN_PROPOSAL: "usulan-saya",
    Is.SENT_BACK: "usulan-kembali",
    Is.REOPENED: "dibuka-kembali",
    Is.MINE: "milik-saya saya",
    Is.UNASSIGNED: "belum-diambil",
    Is.WAITING: "menunggu",
    Is.PAUSED: "jeda",
    Is.SECRET: "rahasia",
    Is.FINAL: "tuntas",
    Is.RETURNED: "dikembalikan",
    Is.BOUNCED: "dilempar",
    Is.SNOOZED: "ditunda tunda",
}
"""Other spellings of each."""


def _both(value: str, *indonesian: str) -> tuple[Spelling, ...]:
    """A code, which is the English word, and the words of the screens."""
    return (Spelling(value, value, ENGLISH), *(Spelling(shown, value, INDONESIAN) for shown in indonesian))


FIXED: dict[Field, tuple[Spelling, ...]] = {
    Field.STATUS: tuple(
        spelling
        for status, look in STATUS_LOOK.items()
        for spelling in _both(status, look.label, *_EXTRA_STATUS.get(status, ()))
    ),
    Field.CHANNEL: tuple(
        spelling
        for channel, label in CHANNEL_LABEL.items()
        for spelling in _both(channel, label, *_EXTRA_CHANNEL.get(channel, ()))
    ),
    Field.COLOUR: _spellings(
        ("red", "merah"), ("yellow", "kuning"), ("green", "hijau"), ("grey", "abu-abu abu en=gray")
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
        ("dinas", "dinas opd"),
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

FROM_A_WORD = (
    Field.KELURAHAN,
    Field.KECAMATAN,
    Field.CATEGORY,
    Field.DINAS,
    Field.STATUS,
    Field.CHANNEL,
    Field.BY,
)
"""Fields whose values a word without a field may mean: `bubulak` is offered as `kelurahan:bubulak`."""
FLAGS = (Field.IS, Field.HAS)
"""Fields whose values are words of their own, offered before all others: `telat` as `adalah:lewat-tenggat`."""
SAFE_BARE = re.compile(r'[^\s,"][^\s,]*')
"""A value that needs no quotation marks."""
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

    def word(self, field: Field, value: str, language: str) -> str:
        """How a reader of `language` writes a value; the value itself where there is no word for it."""
        return spoken(self.spellings(field), value, language)

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


def field_word(field: Field, language: str) -> str:
    """What a reader of `language` calls a field."""
    return spoken(FIELD_SPELLINGS, field, language)


def spoken(spellings: Iterable[Spelling], value: str, language: str) -> str:
    """The first word for a value in the reader's language, else one that is everybody's, else the value."""
    common = ""
    for spelling in spellings:
        if spelling.value == value:
            if spelling.language == language:
                return spelling.shown
            common = common or ("" if spelling.language else spelling.shown)
    return common or value


def readable(spelling: Spelling, language: str) -> bool:
    """Whether a reader of `language` would write it so."""
    return spelling.language in ("", language)


def nearest(text: str, spellings: Sequence[Spelling], language: str) -> tuple[str, ...]:
    """Up to three spellings that begin like `text` or look like it, in the reader's words, one for each value."""
    wanted = squash(text)
    shown: dict[str, Spelling] = {}
    for spelling in spellings:
        shown.setdefault(squash(spelling.shown), spelling)
    found = [key for key in shown if wanted and key.startswith(wanted)]
    found += difflib.get_close_matches(wanted, shown, n=2 * NEAREST, cutoff=0.6)
    best: dict[str, str] = {}
    for key in found:
        near = shown[key]
        said = near.shown if readable(near, language) else spoken(spellings, near.value, language)
        best.setdefault(near.value, said)
    return tuple(best.values())[:NEAREST]


def beginning_with(written: str, spellings: Iterable[Spelling], language: str) -> list[Spelling]:
    """One spelling for each value: those that begin as written, then those of which a later word does.

    The reader's own words go before those of the other language.
    """
    wanted = squash(written)
    first: dict[str, Spelling] = {}
    later: dict[str, Spelling] = {}
    for spelling in spellings:
        whole, words = folded(spelling.shown)
        if whole.startswith(wanted):
            _prefer(first, spelling, language)
        elif any(word.startswith(wanted) for word in words):
            _prefer(later, spelling, language)
    return [*first.values(), *(each for value, each in later.items() if value not in first)]


def _prefer(found: dict[str, Spelling], spelling: Spelling, language: str) -> None:
    known = found.get(spelling.value)
    if known is None or (readable(spelling, language) and not readable(known, language)):
        found[spelling.value] = spelling


@lru_cache(maxsize=8192)
def folded(shown: str) -> tuple[str, tuple[str, ...]]:
    """A spelling for comparison, whole and by its later words; asked for at each key."""
    return squash(shown), tuple(re.split(r"[\s_-]+", shown.casefold())[1:])


def written_value(shown: str) -> str:
    """A spelling as it is easiest to read in the line: `Batu Tulis` as `batu-tulis`."""
    hyphened = "-".join(shown.lower().split())
    return hyphened if SAFE_BARE.fullmatch(hyphened) else quoted(shown)


def quoted(text: str) -> str:
    """`text` between quotation marks, as the line reads it back."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def squash(text: str) -> str:
    """`text` for comparison: letters and digits only, so that `Batu Tulis` and `batu-tulis` are one."""
    return "".join(character for character in text.casefold() if character.isalnum())
