"""What the citizens of the demonstration write: sentences from `sentences.toml`, put together by chance.

Every draw comes from the `random.Random` that is given, so one seed is one city.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from random import Random
from typing import Any

import msgspec

from qlue_desk.cities import streets
from qlue_desk.domain.city import City, Kelurahan
from qlue_desk.domain.complaint import MESSAGES, Channel

SMS_WORDS = {
    "yang": "yg",
    "tidak": "gak",
    "sudah": "udh",
    "dengan": "dgn",
    "untuk": "utk",
    "jalan": "jln",
    "tolong": "tlg",
    "mohon": "mhn",
    "segera": "sgr",
    "belum": "blm",
    "karena": "krn",
    "sampai": "smp",
    "dekat": "dkt",
    "depan": "dpn",
    "banyak": "bnyk",
    "kemarin": "kmrn",
    "terima kasih": "makasih",
    "orang": "org",
    "dari": "dr",
    "lagi": "lg",
    "saja": "aja",
}
"""How people shorten words on a telephone."""


class Spot(msgspec.Struct, frozen=True):
    """A place in the city: street or quarter, its kelurahan, a landmark nearby, a point."""

    street: str
    kelurahan: Kelurahan | None
    landmark: str
    lat: float | None
    lon: float | None


class Written(msgspec.Struct, frozen=True):
    """Title and text as the citizen sent them."""

    title: str
    text: str


def read_sentences() -> dict[str, Any]:
    """The table of sentences; keys `common` and `c.<category>`."""
    return tomllib.loads(files(__package__).joinpath("sentences.toml").read_text(encoding="utf-8"))


class Author:
    """Writes reports, answers and follow-ups for one city."""

    def __init__(self, city: City, random: Random) -> None:
        self.city = city
        self.random = random
        table = read_sentences()
        self.common: dict[str, list[str]] = table["common"]
        self.by_category: dict[str, dict[str, list[str]]] = table["c"]
        self._spots = _street_table(city)
        self._near = _landmarks(city)

    def common_line(self, kind: str) -> str:
        """One of the sentences that fit any category, e.g. `schedule_reasons`."""
        if not (lines := self.common.get(kind)):
            raise LookupError(f"[common] of qlue_desk/central/demo/sentences.toml lacks the list {kind!r}")
        return self.random.choice(lines)

    def follow_up(self, category: str) -> str:
        """What the dinas did about a report of this category."""
        return self.random.choice(self._sentences(category)["follow_ups"])

    def spot(self) -> Spot:
        """Somewhere in the city; busy streets come up more often."""
        random = self.random
        street, kelurahan = random.choice(self._spots)
        landmark = random.choice(self._near.get(kelurahan.code if kelurahan else "") or self.common["places"])
        if kelurahan is None or kelurahan.lat_e6 is None or kelurahan.lon_e6 is None:
            return Spot(street, kelurahan, landmark, None, None)
        lat = kelurahan.lat_e6 / 1e6 + random.gauss(0, 0.0012)
        lon = kelurahan.lon_e6 / 1e6 + random.gauss(0, 0.0012)
        return Spot(street, kelurahan, landmark, round(lat, 6), round(lon, 6))

    def write(self, category: str, spot: Spot, channel: Channel) -> Written:
        """A report about `category` at `spot`, in the manner of its channel."""
        random, lines = self.random, self._sentences(category)
        which = random.randrange(len(lines["problems"]))
        opening, problem = self.common_line("openings"), lines["problems"][which]
        if opening.endswith(","):
            problem = problem[:1].lower() + problem[1:]
        parts = [opening, problem]
        if random.random() < 0.6:
            parts.append(random.choice(lines["details"]))
        if random.random() < 0.55:
            parts.append(random.choice(lines["effects"]))
        parts.append(self.common_line("pleas"))
        text = self._fill(" ".join(part for part in parts if part), spot)
        title = _capital(self._fill(lines["titles"][which], spot))
        if channel in MESSAGES:
            text = self._as_message(text, spot, channel)
            title = "" if channel is Channel.SMS else title
        return Written(title, text)

    def _sentences(self, category: str) -> dict[str, list[str]]:
        return self.by_category.get(category) or self.by_category["lainnya"]

    def _fill(self, template: str, spot: Spot) -> str:
        """Fill fields; `where` and `when` are templates themselves."""
        random = self.random
        text = template.replace("{where}", self.common_line("wheres")).replace(
            "{when}", self.common_line("whens")
        )
        filled = text.format(
            street=spot.street,
            place=spot.landmark,
            kelurahan=spot.kelurahan.name if spot.kelurahan else self.city.name,
            days=random.randint(2, 12),
            people=random.randint(2, 9),
            rt=f"{random.randint(1, 9):02d}/{random.randint(1, 14):02d}",
            time=random.choice(["06.30", "07.00", "12.00", "16.30", "18.00", "21.00"]),
        )
        return re.sub(r"(^|[.!?] )([a-z])", lambda found: found.group(1) + found.group(2).upper(), filled)

    def _as_message(self, text: str, spot: Spot, channel: Channel) -> str:
        """Short words, small letters, now and then the keyword of the SMS centre."""
        random = self.random
        text = text.lower().replace("jl. ", "jln ")
        for word, short in SMS_WORDS.items():
            if random.random() < 0.7:
                text = re.sub(rf"\b{word}\b", short, text)
        if random.random() < 0.4:
            text = text.replace(".", "..").replace(",", "")
        if channel is Channel.SMS and spot.kelurahan and random.random() < 0.35:
            text = f"LAPOR {spot.kelurahan.name.lower()} {text}"
        return text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _street_table(city: City) -> list[tuple[str, Kelurahan | None]]:
    """Streets with their kelurahan; a kelurahan without a known street still has its village path."""
    by_code = city.kelurahan_by_code
    table: list[tuple[str, Kelurahan | None]] = [
        (street.name, by_code.get(street.kelurahan))
        for street in streets(city.key)
        if street.name.startswith("Jl.")
    ]
    known = {kelurahan.code for _, kelurahan in table if kelurahan}
    table += [(f"Kampung {k.name}", k) for k in city.kelurahan if k.code not in known]
    table += [("Jl. " + dinas, None) for dinas in ("Merdeka", "Sudirman", "Ahmad Yani") if not city.kelurahan]
    return table


def _landmarks(city: City) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for street in streets(city.key):
        if not street.name.startswith("Jl."):
            found.setdefault(street.kelurahan, []).append(street.name)
    return found
