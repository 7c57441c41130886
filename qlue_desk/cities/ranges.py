"""Bounds of what stands in a city file: names that can be shown, numbers that can be counted with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qlue_desk.cities.errors import TOO_EARLY, WRONG_SHAPE, CityFileError
from qlue_desk.cities.source import Source
from qlue_desk.domain.city import ANTIMERIDIAN_E6, POLE_E6, City, Deadline, Unit
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean

LONGEST_NAME = 200
NAME = N_("1–200 huruf, tanpa karakter kendali")
KEY = (r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}", N_("huruf, angka, _ dan -, paling banyak 120"))
KECAMATAN = (r"\d\d\.\d\d\.\d\d", N_("kode Kemendagri seperti 32.71.03"))
KELURAHAN = (r"\d\d\.\d\d\.\d\d\.\d{4}", N_("kode Kemendagri seperti 32.71.03.1006"))
COUNTS = {"bounce_limit": (1, 100), "dispute_days": (0, 365)}
WEEK = range(1, 8)
WEEK_WORDS = N_("hari 1 (Senin) … 7 (Minggu), paling sedikit satu")
LONGEST = {Unit.MINUTES: 525_600, Unit.HOURS: 8_760, Unit.WORKING_HOURS: 2_000, Unit.WORKING_DAYS: 730}
"""A year for clock times, and what surely lies beyond any rule for working times."""


def check_ranges(city: City, source: Source) -> None:
    """Raise CityFileError at the first value out of bounds."""
    for fault in _faults(city, source):
        raise fault


def _faults(city: City, source: Source) -> Iterator[CityFileError]:
    yield from _name(city.name, "name", source.place_of_key("name"))
    for key, (least, most) in COUNTS.items():
        yield from _number(getattr(city, key), least, most, key, source.place_of_key(key))
    yield from _entries(city, source)
    yield from _working_day(city, source)
    yield from _bounds(city, source)
    sla = city.sla
    deadlines = {"dispatch": sla.dispatch, "acknowledge": sla.acknowledge, "final": sla.final}
    deadlines |= {f"resolve.{name}": deadline for name, deadline in sla.resolve.items()}
    for step in sla.escalation:
        deadlines[f"escalation.{step.to}"] = step.after
        yield from _name(step.to, "to pada sla.escalation", source.place_of_key("sla"))
    for name, deadline in deadlines.items():
        yield from _deadline(deadline, f"sla.{name}", source.place_of_key("sla"))


def _entries(city: City, source: Source) -> Iterator[CityFileError]:
    for dinas in city.dinas:
        place = source.place_of_entry(dinas.key)
        yield from _form(dinas.key, KEY, "key pada dinas", place)
        yield from _name(dinas.name, f"name pada dinas {dinas.key}", place)
        yield from _name(dinas.full_name or dinas.name, f"full_name pada dinas {dinas.key}", place)
    for category in city.categories:
        place = source.place_of_entry(category.key)
        yield from _form(category.key, KEY, "key pada kategori", place)
        yield from _name(category.label, f"label pada kategori {category.key}", place)
        for field in ("keywords", "source_names"):
            for word in getattr(category, field):
                yield from _name(word, f"{field} pada kategori {category.key}", place)
    for kecamatan in city.kecamatan:
        place = source.place_of_entry(kecamatan.code)
        yield from _form(kecamatan.code, KECAMATAN, "code pada kecamatan", place)
        for name in (kecamatan.name, *kecamatan.aliases):
            yield from _name(name, f"name pada kecamatan {kecamatan.code}", place)
    for kelurahan in city.kelurahan:
        place = source.place_of_entry(kelurahan.code)
        yield from _form(kelurahan.code, KELURAHAN, "code pada kelurahan", place)
        for name in (kelurahan.name, *kelurahan.aliases):
            yield from _name(name, f"name pada kelurahan {kelurahan.code}", place)
        where = f"pada kelurahan {kelurahan.code}"
        yield from _number(kelurahan.lat_e6, -POLE_E6, POLE_E6, f"lat_e6 {where}", place)
        yield from _number(kelurahan.lon_e6, -ANTIMERIDIAN_E6, ANTIMERIDIAN_E6, f"lon_e6 {where}", place)


def _working_day(city: City, source: Source) -> Iterator[CityFileError]:
    day, place = city.working_day, source.place_of_key("working_day")
    if not day.days or set(day.days) - set(WEEK):
        yield _wrong("working_day.days", str(list(day.days)), WEEK_WORDS, place)
    for opening in ("start", "ramadan_start"):
        opens = getattr(day, opening)
        for closing in ("end", "friday_end"):
            closes = getattr(day, closing)
            if opens >= closes:
                key, found, at = f"working_day.{closing}", f"{closes:%H:%M}", f"{opens:%H:%M}"
                yield CityFileError(TOO_EARLY, place=place, key=key, found=found, other=opening, at=at)


def _bounds(city: City, source: Source) -> Iterator[CityFileError]:
    if city.bounds is None:
        return
    place = source.place_of_key("bounds")
    south, west, north, east = city.bounds
    for value, most in ((south, POLE_E6), (north, POLE_E6), (west, ANTIMERIDIAN_E6), (east, ANTIMERIDIAN_E6)):
        yield from _number(value, -most, most, "bounds", place)
    if south >= north or west >= east:
        found = ", ".join(map(str, city.bounds))
        yield _wrong(
            "bounds", found, N_("selatan, barat, utara, timur; selatan < utara, barat < timur"), place
        )


def _deadline(deadline: Deadline, key: str, place: str) -> Iterator[CityFileError]:
    most = LONGEST[deadline.unit]
    if not 1 <= deadline.amount <= most:
        yield _wrong(f"{key}.amount", str(deadline.amount), f"1–{most} {deadline.unit}", place)


def _name(text: str, key: str, place: str) -> Iterator[CityFileError]:
    if not text.strip() or len(text) > LONGEST_NAME or clean(text, multiline=False) != text:
        yield _wrong(key, f'"{text[:40]}"', NAME, place)


def _form(text: str, form: tuple[str, str], key: str, place: str) -> Iterator[CityFileError]:
    if re.fullmatch(form[0], text) is None:
        yield from _name(text, key, place)
        yield _wrong(key, f'"{text[:40]}"', form[1], place)


def _number(value: int | None, least: int, most: int, key: str, place: str) -> Iterator[CityFileError]:
    if value is not None and not least <= value <= most:
        yield _wrong(key, str(value)[:30], f"{least} … {most}", place)


def _wrong(key: str, found: str, allowed: str, place: str) -> CityFileError:
    return CityFileError(WRONG_SHAPE, place=place, key=key, found=found, allowed=allowed)
