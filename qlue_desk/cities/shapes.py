"""A value of the wrong kind in a city file, as one sentence: the decoder's words never reach people."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from qlue_desk.cities.errors import MISSING, UNKNOWN_VALUE, WRONG_SHAPE, CityFileError
from qlue_desk.cities.source import Source
from qlue_desk.domain.city import Cooperation, Unit
from qlue_desk.domain.moves import N_

KINDS = {
    "str": N_("teks"),
    "int": N_("bilangan bulat"),
    "float": N_("bilangan pecahan"),
    "bool": N_("true atau false"),
    "array": N_("daftar […]"),
    "object": N_("tabel"),
    "date": N_("tanggal"),
    "time": N_("jam"),
    "datetime": N_("tanggal dan jam"),
}
"""What the decoder calls a kind, and what people call it."""
LIKE_THE_EXAMPLE = N_("bentuk seperti di example.toml")
ENUMS = (Unit, Cooperation)


def shown(found: object) -> str:
    """A value as the file writes it, or what kind it is when it is long."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, (list, dict)):
        return KINDS["array" if isinstance(found, list) else "object"]
    return f'"{found}"' if isinstance(found, str) else str(found)


def wrong_shape(
    error: msgspec.ValidationError, merged: dict[str, Any], source: Source, lists: frozenset[str]
) -> CityFileError:
    """The decoder's message in our sentence; its path `$.categories[3].letter` names the entry.

    `lists` are the sections whose entries have a key or code.
    """
    what, _, path = str(error).partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    section = re.match(r"(\w+)\[(\d+)\]", path)
    if section and section[1] in lists and "..." not in path:
        entry = merged[section[1]][int(section[2])]
        identity = str(entry.get("key") or entry.get("code"))
        path = path.replace(section[0], f"{section[1]} {identity}")
        place = source.place_of_entry(identity)
    else:
        place = source.place_of_key(path.split(".")[0].split("[")[0])
    return _told(what, path or "kota", place)


def _told(what: str, path: str, place: str) -> CityFileError:
    if missing := re.match(r"Object missing required field `(.+?)`", what):
        return CityFileError(MISSING, place=place, key=f"{missing[1]} pada {path}", allowed=missing[1])
    if word := re.match(r"Invalid enum value '(.*)'", what):
        allowed = ", ".join(next((e for e in ENUMS if path.endswith(e.__name__.lower())), Unit))
        return CityFileError(UNKNOWN_VALUE, place=place, key=path, found=f'"{word[1]}"', allowed=allowed)
    if length := re.match(r"Expected `array` of length (\d+), got (\d+)", what):
        return CityFileError(
            WRONG_SHAPE, place=place, key=path, found=f"{length[2]} […]", allowed=f"{length[1]} […]"
        )
    wanted = re.match(r"Expected `(.+?)`, got `(.+?)`", what)
    if wanted is None:
        return CityFileError(WRONG_SHAPE, place=place, key=path, found="?", allowed=LIKE_THE_EXAMPLE)
    kinds = [kind for kind in wanted[1].split(" | ") if kind != "null"]
    found = KINDS.get(wanted[2], wanted[2])
    return CityFileError(
        WRONG_SHAPE, place=place, key=path, found=found, allowed=KINDS.get(kinds[0], LIKE_THE_EXAMPLE)
    )
