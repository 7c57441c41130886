"""When two reports may be of the same thing: how far apart they lie, and which words they share; pure."""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache

import msgspec

from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.folding import STREET_WORDS, words_of
from qlue_desk.domain.query_match import tokens

NEAR_METRES = 300
NEAR_DAYS = 14
"""Between the two reports, not from today."""
LEAST_SHARED = 2
"""Rare words that two reports must share to be alike by their text alone."""
LEAST_SHARED_OTHERWISE = 3
"""The same where their categories are known and differ."""
MOST_WORDS = 24
"""Words of a report whose rarity is looked up."""
_METRES_PER_DEGREE = 111_320
_LEAST_LETTERS = 4
_ENDS_A_STREET = frozenset(
    [
        "no",
        "nomor",
        "nomer",
        "rt",
        "rw",
        "km",
        "depan",
        "dekat",
        "sebelah",
        "samping",
        "seberang",
        "belakang",
        "arah",
        "antara",
        "sekitar",
        "sampai",
        "kel",
        "kec",
        "kota",
        "perum",
        "blok",
    ]
)
"""What follows these words is not the street's name."""


class Subject(msgspec.Struct, frozen=True):
    """What others are compared with: a report, or what an operator has typed of one so far."""

    created_at: dt.datetime
    id: str = ""
    category: str = ""
    kelurahan: str = ""
    street: str = ""
    lat_e6: int | None = None
    lon_e6: int | None = None
    text: str = ""


def subject_of(complaint: Complaint) -> Subject:
    """A report as subject; while nobody has set its category, the suggested one counts."""
    suggested = complaint.suggestion
    return Subject(
        created_at=complaint.created_at,
        id=complaint.id,
        category=complaint.category or (suggested.category if suggested else None) or "",
        kelurahan=complaint.kelurahan or (suggested.kelurahan if suggested else None) or "",
        street=complaint.street,
        lat_e6=complaint.lat_e6,
        lon_e6=complaint.lon_e6,
        text=f"{complaint.title}\n{complaint.text}",
    )


def metres_between(subject: Subject, lat_e6: int | None, lon_e6: int | None) -> int | None:
    """Distance of two points in micro-degrees; None where one of them is not known."""
    if subject.lat_e6 is None or subject.lon_e6 is None or lat_e6 is None or lon_e6 is None:
        return None
    north = (lat_e6 - subject.lat_e6) / 1e6 * _METRES_PER_DEGREE
    across = math.cos(math.radians(subject.lat_e6 / 1e6))
    east = (lon_e6 - subject.lon_e6) / 1e6 * _METRES_PER_DEGREE * across
    return round(math.hypot(north, east))


def box_around(subject: Subject) -> tuple[int, int, int, int] | None:
    """South, north, west, east in micro-degrees, a little more than `NEAR_METRES` away; None without a place."""
    if subject.lat_e6 is None or subject.lon_e6 is None:
        return None
    up = round(NEAR_METRES / _METRES_PER_DEGREE * 1e6) + 1
    across = round(up / max(0.01, math.cos(math.radians(subject.lat_e6 / 1e6)))) + 1
    return subject.lat_e6 - up, subject.lat_e6 + up, subject.lon_e6 - across, subject.lon_e6 + across


class Apart(msgspec.Struct, frozen=True):
    """How unlike two reports are that shall be of the same thing."""

    metres: int | None
    """None where a place is not known."""
    days: int
    other_category: bool
    """Both are known and differ."""
    other_status: bool
    same_street: bool
    """Both name one, and the same."""

    @property
    def too_far(self) -> bool:
        """Farther than the rule looks."""
        return self.metres is not None and self.metres > NEAR_METRES

    @property
    def too_long(self) -> bool:
        """Longer apart than the rule looks."""
        return self.days > NEAR_DAYS


def apart(one: Complaint, other: Complaint) -> Apart:
    """Distance, time, category and status of two reports beside each other."""
    subject, second = subject_of(one), subject_of(other)
    return Apart(
        metres_between(subject, other.lat_e6, other.lon_e6),
        abs(one.created_at - other.created_at).days,
        bool(subject.category and second.category and subject.category != second.category),
        one.status is not other.status,
        bool(street_key(one.street)) and street_key(one.street) == street_key(other.street),
    )


@lru_cache(maxsize=4096)
def street_key(street: str) -> str:
    """The bare name of a street: `Jalan Raya Pajajaran No. 12, depan terminal` → `jl raya pajajaran`.

    '' where no name is left, as of `dekat sekolah`.
    """
    found: list[str] = []
    for word in words_of(street):
        is_number = word.isdigit() and not (found and found[-1] in STREET_WORDS)
        if word in _ENDS_A_STREET or is_number or re.fullmatch(r"(no|rt|rw|km)\d+", word):
            break
        found.append(word)
    return " ".join(found) if any(word not in STREET_WORDS for word in found) else ""


def alike_in_words(subject: Subject, category: str, shared: int) -> bool:
    """Whether two reports that share so many rare words may be of the same thing, wherever they lie."""
    differ = bool(subject.category and category and subject.category != category)
    return shared >= (LEAST_SHARED_OTHERWISE if differ else LEAST_SHARED)


def telling_words(text: str, place: str = "") -> list[str]:
    """Words of a text that may be rare, the longest first: the store knows which of them are.

    Those of its `place` (street, kelurahan) tell nothing: there is much at one place that is not the same.
    """
    left_out = set(tokens(place))
    words = dict.fromkeys(
        word
        for word in tokens(text)
        if len(word) >= _LEAST_LETTERS and not word.isdigit() and word not in left_out
    )
    return sorted(words, key=len, reverse=True)[:MOST_WORDS]
