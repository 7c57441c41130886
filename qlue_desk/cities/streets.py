"""Well-known streets of a city and the kelurahan they lie in: a hint for the place of a report."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec


class Street(msgspec.Struct, frozen=True):
    """A street, e.g. `Jl. Sempur`, and the Kemendagri code of its kelurahan."""

    name: str
    kelurahan: str


@lru_cache(maxsize=8)
def _read(city_key: str) -> tuple[Street, ...]:
    path = Path(__file__).with_name(f"{city_key}_streets.toml")
    if not path.is_file():
        return ()
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Street(name, code) for code, names in table["streets"].items() for name in names)


def streets(city_key: str) -> list[Street]:
    """The streets known of a shipped city, [] where no file is at hand."""
    return list(_read(city_key)) if city_key.isidentifier() else []
