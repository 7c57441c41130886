"""The people of the demonstration: names, roles, who works where."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from random import Random

import msgspec

from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Role

PASSWORD = "demo-qlue"
"""Of every person of the demonstration; the server listens on loopback only."""

_COUNT = {Role.OFFICER: 4, Role.SUPERVISOR: 1}
_BUSY_OFFICERS = 6
_BUSY = frozenset({"dpupr", "dishub", "disperumkim", "dlh"})
VERIFIERS = 12
"""SiBadra's: twelve, in three shifts."""


class Person(msgspec.Struct, frozen=True):
    """A user of the demonstration."""

    user: str
    name: str
    roles: frozenset[Role]
    dinas: str | None


@cache
def _names() -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))


def make_people(city: City, random: Random) -> list[Person]:
    """Everybody who works in `city`: officers and a head for each dinas, the whole of Diskominfo."""
    names, taken = _names(), set[str]()
    firsts = list(names["first"])
    random.shuffle(firsts)
    people: list[Person] = []

    def add(user: str, role: Role, dinas: str | None, first: str = "") -> None:
        first = first or firsts[len(people) % len(firsts)]
        name = f"{first} {random.choice(names['last'])}"
        while name in taken:
            name = f"{first} {random.choice(names['last'])}"
        taken.add(name)
        people.append(Person(user, name, frozenset({role}), dinas))

    for dinas in city.dinas:
        if dinas.outside or not dinas.active or dinas.key == city.coordinator:
            continue
        add(f"petugas.{dinas.key}", Role.OFFICER, dinas.key, "Rina" if dinas.key == "dpupr" else "")
        for number in range(2, (_BUSY_OFFICERS if dinas.key in _BUSY else _COUNT[Role.OFFICER]) + 1):
            add(f"petugas{number}.{dinas.key}", Role.OFFICER, dinas.key)
        add(f"kabid.{dinas.key}", Role.SUPERVISOR, dinas.key)
    for number in range(1, VERIFIERS + 1):
        add(f"verifikator{number if number > 1 else ''}", Role.VERIFIER, city.coordinator)
    add("operator", Role.OPERATOR, city.coordinator)
    # A small unit: people of the coordinator follow up what it owns itself.
    add(f"petugas.{city.coordinator}", Role.OFFICER, city.coordinator)
    add(f"kabid.{city.coordinator}", Role.SUPERVISOR, city.coordinator)
    add("pengawas", Role.CITY_SUPERVISOR, city.coordinator)
    add("admin", Role.ADMIN, city.coordinator)
    add("auditor", Role.AUDITOR, city.coordinator)
    return people


def reporter_name(random: Random) -> str:
    """A citizen's name."""
    names = _names()
    return f"{random.choice(names['first'])} {random.choice(names['last'])}"


def reporter_phone(random: Random) -> str:
    """A mobile number in a range that no operator assigns (+62 800)."""
    return f"0800{random.randint(10_000_000, 99_999_999)}"


def user_for(role: str, dinas: str, city: City) -> str:
    """Who `--as role --dinas dinas` signs in as.

    :raises KeyError: for a role that the demonstration does not offer.
    """
    return {
        "officer": f"petugas.{dinas}",
        "supervisor": f"kabid.{dinas}",
        "verifier": "verifikator",
        "operator": "operator",
        "city_supervisor": "pengawas",
    }[role]
