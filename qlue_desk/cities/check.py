"""The rules that a city must keep beyond its shape, each fault as one sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import combinations
from zoneinfo import ZoneInfo

from qlue_desk.cities.errors import (
    BACKWARDS,
    NO_DEFAULT_CLASS,
    NO_OWNER,
    OVERLAP,
    RESERVED_LETTER,
    TWICE,
    UNKNOWN_VALUE,
    WRONG_SHAPE,
    CityFileError,
)
from qlue_desk.cities.ranges import check_ranges
from qlue_desk.cities.source import Source
from qlue_desk.domain.city import DEFAULT_CLASS, Category, City, Owner
from qlue_desk.domain.moves import N_

ZONES = N_("zona IANA, di Indonesia Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT)")
RESERVED_LETTERS = frozenset("gki")
"""The operator's keys for ghost, prank and information."""
FORMS = {
    "key": (r"[a-z][a-z0-9_]{0,31}", N_("huruf kecil, angka dan _ seperti bogor")),
    "prefix": (r"[A-Z]{2,5}", N_("2–5 huruf besar seperti BGR")),
    "code": (r"\d\d(\.\d\d)?", N_("kode Kemendagri seperti 32.71")),
}


def check_city(city: City, source: Source) -> None:
    """Raise CityFileError at the first rule that `city` breaks."""
    _check_forms(city, source)
    if city.coordinator not in city.dinas_by_key or city.dinas_by_key[city.coordinator].outside:
        inside = ", ".join(dinas.key for dinas in city.dinas if not dinas.outside)
        place = source.place_of_key("coordinator")
        raise CityFileError(
            UNKNOWN_VALUE, place=place, key="coordinator", found=f'"{city.coordinator}"', allowed=inside
        )
    check_ranges(city, source)
    if DEFAULT_CLASS not in city.sla.resolve:
        raise CityFileError(NO_DEFAULT_CLASS, place=source.place_of_key("sla"), key=DEFAULT_CLASS)
    _check_letters(city, source)
    _check_source_names(city, source)
    for category in city.categories:
        _check_category(category, city, source)
    for kelurahan in city.kelurahan:
        if kelurahan.kecamatan not in city.kecamatan_by_code:
            allowed = ", ".join(city.kecamatan_by_code) or N_("isi dulu kecamatan")
            raise CityFileError(
                UNKNOWN_VALUE,
                place=source.place_of_entry(kelurahan.code),
                key=f"kecamatan dari kelurahan {kelurahan.name}",
                found=f'"{kelurahan.kecamatan}"',
                allowed=allowed,
            )


def check_distinct(city: City, others: Iterable[City], file_name: str) -> None:
    """Refuse a prefix or code that another city already has: public numbers would collide.

    A city of the same key is the one that is being replaced and is left out.
    """
    for other in others:
        for field in ("prefix", "code"):
            if other.key != city.key and getattr(other, field) == getattr(city, field):
                users = f"{other.name}, {city.name}"
                raise CityFileError(
                    TWICE, place=file_name, key=field, found=f'"{getattr(city, field)}"', users=users
                )


def _check_forms(city: City, source: Source) -> None:
    for field, (form, allowed) in FORMS.items():
        value = getattr(city, field)
        if not re.fullmatch(form, value):
            place = source.place_of_key(field)
            raise CityFileError(WRONG_SHAPE, place=place, key=field, found=f'"{value}"', allowed=allowed)
    if not _is_zone(city.zone):
        place = source.place_of_key("zone")
        raise CityFileError(UNKNOWN_VALUE, place=place, key="zone", found=f'"{city.zone}"', allowed=ZONES)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no relative path, a folder such as "Asia"
        return False
    return True


def _check_letters(city: City, source: Source) -> None:
    seen: dict[str, str] = {}
    for category in city.categories:
        letter = category.letter
        if not letter:
            continue
        place = source.place_of_value(category.key, "letter", letter)
        if letter in RESERVED_LETTERS:
            raise CityFileError(RESERVED_LETTER, place=place, found=f'"{letter}"', category=category.key)
        if not re.fullmatch("[A-Za-z]", letter):
            key = f"letter pada kategori {category.key}"
            raise CityFileError(
                WRONG_SHAPE, place=place, key=key, found=f'"{letter}"', allowed=N_("satu huruf a–z atau A–Z")
            )
        if letter in seen:
            users = f"{seen[letter]}, {category.key}"
            raise CityFileError(TWICE, place=place, key="letter", found=f'"{letter}"', users=users)
        seen[letter] = category.key


def _check_source_names(city: City, source: Source) -> None:
    seen: dict[str, str] = {}
    for category in city.categories:
        for name in category.source_names:
            folded = name.casefold()
            if seen.setdefault(folded, category.key) != category.key:
                place = source.place_of_value(category.key, "source_names", name)
                users = f"{seen[folded]}, {category.key}"
                raise CityFileError(TWICE, place=place, key="source_names", found=f'"{name}"', users=users)


def _check_category(category: Category, city: City, source: Source) -> None:
    if category.sla_class not in city.sla.resolve:
        raise CityFileError(
            UNKNOWN_VALUE,
            place=source.place_of_value(category.key, "sla_class", category.sla_class),
            key=f"sla_class pada kategori {category.key}",
            found=f'"{category.sla_class}"',
            allowed=", ".join(city.sla.resolve),
        )
    keys = ", ".join(city.dinas_by_key)
    if not category.owners:
        place = source.place_of_entry(category.key)
        raise CityFileError(NO_OWNER, place=place, found=category.key, allowed=keys)
    for owner in category.owners:
        place = source.place_of_value(category.key, "dinas", owner.dinas)
        if owner.dinas not in city.dinas_by_key:
            key = f"pemilik kategori {category.key}"
            raise CityFileError(UNKNOWN_VALUE, place=place, key=key, found=f'"{owner.dinas}"', allowed=keys)
        if owner.since and owner.until and owner.until < owner.since:
            since, until = owner.since.isoformat(), owner.until.isoformat()
            raise CityFileError(
                BACKWARDS, place=place, found=owner.dinas, category=category.key, since=since, until=until
            )
    for first, second in combinations(category.owners, 2):
        if _start(first) <= _end(second) and _start(second) <= _end(first):
            raise CityFileError(
                OVERLAP,
                place=source.place_of_entry(category.key),
                category=category.key,
                first=_period(first),
                second=_period(second),
            )


def _start(owner: Owner) -> dt.date:
    return owner.since or dt.date.min


def _end(owner: Owner) -> dt.date:
    return owner.until or dt.date.max


def _period(owner: Owner) -> str:
    since = owner.since.isoformat() if owner.since else "…"
    until = owner.until.isoformat() if owner.until else "…"
    return f"{owner.dinas} {since}–{until}"
