"""Ramadan by year, because office hours start later in it."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _periods() -> tuple[tuple[dt.date, dt.date], ...]:
    path = Path(__file__).with_name("ramadan.toml")
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["ramadan"]
    return tuple((entry["first"], entry["last"]) for entry in entries)


def ramadan_periods() -> list[tuple[dt.date, dt.date]]:
    """First and last day of every Ramadan from 2019 to 2030, both inclusive; 2030 has two."""
    return list(_periods())
