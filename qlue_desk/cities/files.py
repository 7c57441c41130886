"""Reading a city file: TOML in, a checked `City` out.

A file builds on shared parts (`use = ["common"]`, the default) and overrides dinas and categories by
key, so that a new city needs five lines; the shapes are those of `qlue_desk.domain.city`.
"""

from __future__ import annotations

import re
import stat
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from qlue_desk.cities.check import check_city
from qlue_desk.cities.errors import (
    MISSING,
    NO_FILE,
    NOT_TOML,
    TWICE,
    UNKNOWN_KEY,
    UNKNOWN_VALUE,
    UNREADABLE,
    WRONG_SHAPE,
    CityFileError,
)
from qlue_desk.cities.shapes import shown, wrong_shape
from qlue_desk.cities.source import Source
from qlue_desk.domain.city import (
    Category,
    City,
    Cooperation,
    Deadline,
    Dinas,
    EscalationStep,
    Kecamatan,
    Kelurahan,
    Owner,
    SlaProfile,
    WorkingDay,
)
from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of

FOLDER = Path(__file__).parent
LARGEST = 10_000_000
"""Bytes of a city file; the shipped ones have less than a hundredth."""
REQUIRED = ("key", "name", "prefix", "code", "zone")
OWN_KEYS: dict[str, tuple[Any, str]] = {
    "use": (list[str], '["common"]'),
    "without_dinas": (list[str], N_('["kunci dinas"]')),
    "without_categories": (list[str], N_('["kunci kategori"]')),
    "owners": (
        dict[str, str | list[Owner]],
        N_("tabel [owners] berisi kategori = dinas, atau daftar pemilik"),
    ),
    "boundaries": (str, N_('"nama.geojson"')),
}
"""Keys of the file that are no field of `City`: their shape, and how it is told to people."""
NOT_SHIPPED = frozenset({"example", "ramadan", "sla_profiles"})
SECTIONS: dict[str, tuple[type[msgspec.Struct], str, str]] = {
    "dinas": (Dinas, "key", "key dinas"),
    "categories": (Category, "key", "key kategori"),
    "kecamatan": (Kecamatan, "code", "kode kecamatan"),
    "kelurahan": (Kelurahan, "code", "kode kelurahan"),
}
"""Lists of a city: shape of an entry, the field that identifies it, and its name for people."""
Table = dict[str, Any]


def shipped() -> list[str]:
    """Keys of the cities that come with the program, in alphabetical order."""
    stems = (path.stem for path in FOLDER.glob("*.toml"))
    return sorted(stem for stem in stems if _is_city(stem))


def _is_city(stem: str) -> bool:
    return not stem.startswith("_") and not stem.endswith("_streets") and stem not in NOT_SHIPPED


@lru_cache(maxsize=32)
def load_shipped(key: str) -> City:
    """A shipped city, read once in a process; CityFileError names those that exist."""
    if key not in shipped():
        allowed = ", ".join(shipped())
        raise CityFileError(UNKNOWN_VALUE, place="kota", key="nama", found=f'"{key}"', allowed=allowed)
    return load_city(FOLDER / f"{key}.toml")


def load_city(path: Path) -> City:
    """Read and check one city file; every fault is a CityFileError of one sentence."""
    raw, source = _read(path)
    _check_keys(raw, source)
    merged = _merge(raw, source)
    _check_boundaries(raw, source)
    try:
        city = msgspec.convert(merged, City)
    except msgspec.ValidationError as error:
        raise wrong_shape(error, merged, source, frozenset(SECTIONS)) from None
    check_city(city, source)
    return city


def boundaries_path(key: str) -> Path | None:
    """The GeoJSON with the kelurahan of a shipped city, None where there is none."""
    path = FOLDER / f"{key}.toml"
    return boundaries_of(path) if key in shipped() else None


def boundaries_of(path: Path) -> Path | None:
    """The GeoJSON that a city file names (relative to the file), None when it names none."""
    raw, source = _read(path)
    return _check_boundaries(raw, source)


def _read(path: Path) -> tuple[Table, Source]:
    try:
        there = path.stat()
        if not stat.S_ISREG(there.st_mode):
            raise CityFileError(UNREADABLE, place=str(path), why=N_("bukan berkas biasa"))
        if there.st_size > LARGEST:
            raise CityFileError(UNREADABLE, place=path.name, why=N_("lebih besar dari 10 MB"))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CityFileError(UNREADABLE, place=str(path), why=reason_of(error)) from None
    except UnicodeDecodeError as error:
        raise CityFileError(UNREADABLE, place=path.name, why=f"bukan UTF-8 pada bita {error.start}") from None
    try:
        return tomllib.loads(text), Source(path, text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        place = f"{path.name} baris {found[1]}" if found else path.name
        raise CityFileError(NOT_TOML, place=place, why=_why_no_toml(str(error))) from None
    except RecursionError:
        raise CityFileError(NOT_TOML, place=path.name, why=N_("bersarang terlalu dalam")) from None
    except ValueError:  # Python counts no number of more than 4,300 digits
        raise CityFileError(NOT_TOML, place=path.name, why=N_("bilangan terlalu panjang")) from None


_TOML_FAULTS = (
    ("Cannot overwrite", N_("kunci ini sudah dipakai di atas")),
    ("Duplicate inline", N_("kunci ini sudah dipakai di atas")),
    ("Cannot declare", N_("tabel ini sudah ada di atas")),
    ("Invalid value", N_("nilainya kosong atau salah tulis")),
    ("Unclosed", N_("kurung belum ditutup, atau isinya salah tulis")),
    ("Unterminated", N_("tanda kutip belum ditutup")),
    ("Illegal character", N_("karakter yang tidak boleh di dalam teks")),
    ("Expected '=' after", N_("setelah kunci harus ada tanda =")),
)
"""How tomllib's messages begin, and what to do about them."""


def _why_no_toml(message: str) -> str:
    return next((why for start, why in _TOML_FAULTS if message.startswith(start)), N_("salah tulis"))


def _check_keys(raw: Table, source: Source) -> None:
    for key in REQUIRED:
        if key not in raw:
            raise CityFileError(MISSING, place=source.name, key=key, allowed=", ".join(REQUIRED))
    _only(raw, (*City.__struct_fields__, *OWN_KEYS), "berkas kota", source)
    for key, (shape, allowed) in OWN_KEYS.items():
        if key in raw:
            _check_own(raw[key], key, shape, allowed, source)
    for section in SECTIONS:
        _check_section(section, _list(raw, section, source), source)
    _check_inner_tables(raw, source)
    cooperation = raw.get("cooperation", Cooperation.NONE)
    if cooperation not in list(Cooperation):
        _refuse(source, "cooperation", cooperation, ", ".join(Cooperation))


def _check_inner_tables(raw: Table, source: Source) -> None:
    """A misspelt field inside a table would be passed over, and its default taken."""
    owned = [*raw.get("owners", {}).values(), *(each.get("owners") for each in raw.get("categories", []))]
    for owners in owned:
        for owner in owners if isinstance(owners, list) else ():
            if isinstance(owner, dict):
                _only(owner, Owner.__struct_fields__, "owners", source)
    if isinstance(day := raw.get("working_day"), dict):
        _only(day, WorkingDay.__struct_fields__, "working_day", source)
    sla = raw.get("sla")
    if isinstance(sla, dict):
        steps, resolve = sla.get("escalation"), sla.get("resolve")
        deadlines = [*sla.values(), *(resolve.values() if isinstance(resolve, dict) else ())]
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict):
                _only(step, EscalationStep.__struct_fields__, "sla.escalation", source)
                deadlines.append(step.get("after"))
        for deadline in deadlines:
            if isinstance(deadline, dict) and deadline is not resolve:
                _only(deadline, Deadline.__struct_fields__, "sla", source)


def _check_section(section: str, entries: list[Table], source: Source) -> None:
    """Known fields only, every entry identified, none twice (merging would hide the first)."""
    struct, identity, what = SECTIONS[section]
    seen: dict[str, str] = {}
    for entry in entries:
        _only(entry, struct.__struct_fields__, section, source)
        value = entry.get(identity)
        if not isinstance(value, str):
            place = source.place(rf"^\s*\[\[{section}\]\]|^\s*{section}\s*=")
            raise CityFileError(MISSING, place=place, key=f"{identity} pada {section}", allowed=identity)
        name = str(entry.get("name") or entry.get("label") or value)
        if value in seen:
            place = source.place_of_entry(value, last=True)
            users = f"{seen[value]}, {name}"
            raise CityFileError(TWICE, place=place, key=what, found=shown(value), users=users)
        seen[value] = name


def _check_own(found: object, key: str, shape: Any, allowed: str, source: Source) -> None:
    try:
        msgspec.convert(found, shape)
    except msgspec.ValidationError:
        place = source.place_of_key(key)
        raise CityFileError(WRONG_SHAPE, place=place, key=key, found=shown(found), allowed=allowed) from None


def _only(table: Table, allowed: tuple[str, ...], where: str, source: Source) -> None:
    for key in table:
        if key not in allowed:
            place = source.place(rf"(?:^|[\s{{,\[.]){re.escape(key)}\s*(?:=|\]|\.)")
            raise CityFileError(UNKNOWN_KEY, place=place, found=key, key=where, allowed=", ".join(allowed))


def _list(raw: Table, key: str, source: Source) -> list[Table]:
    entries = raw.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CityFileError(
            WRONG_SHAPE, place=source.place_of_key(key), key=key, found=shown(entries), allowed=f"[[{key}]]"
        )
    return entries


def _refuse(source: Source, key: str, found: object, allowed: str) -> None:
    place = source.place_of_key(key)
    raise CityFileError(UNKNOWN_VALUE, place=place, key=key, found=shown(found), allowed=allowed)


def _merge(raw: Table, source: Source) -> Table:
    """The file on top of what it uses, in the shape of `City`."""
    merged: Table = {"cooperation": Cooperation.NONE, "coordinator": "diskominfo", **raw}
    bases = [_common(name, source) for name in raw.get("use", ["common"])]
    for section, without in (("dinas", "without_dinas"), ("categories", "without_categories")):
        layers = [base.get(section, []) for base in bases]
        known = {entry["key"] for layer in layers for entry in layer}
        for key in raw.get(without, []):
            if key not in known:
                _refuse(source, without, key, ", ".join(sorted(known)) or N_("tidak ada"))
        merged[section] = _by_key([*layers, raw.get(section, [])], raw.get(without, []))
    _set_owners(merged, raw, source)
    merged["sla"] = _profile(raw.get("sla", "sp4n"), raw["key"], source)
    merged["kelurahan"] = [
        {"kecamatan": entry["code"].rpartition(".")[0], **entry} for entry in raw.get("kelurahan", [])
    ]
    return {key: value for key, value in merged.items() if key not in OWN_KEYS}


def _common(name: object, source: Source) -> Table:
    names = sorted(path.stem.removeprefix("_") for path in FOLDER.glob("_*.toml"))
    if name not in names:
        _refuse(source, "use", name, ", ".join(names))
    return _read(FOLDER / f"_{name}.toml")[0]


def _by_key(layers: list[list[Table]], without: list[str]) -> list[Table]:
    """Entries of all layers, later ones override the fields of earlier ones of the same key."""
    merged: dict[str, Table] = {}
    for entry in (entry for layer in layers for entry in layer):
        merged[entry["key"]] = {**merged.get(entry["key"], {}), **entry}
    return [entry for key, entry in merged.items() if key not in without]


def _set_owners(merged: Table, raw: Table, source: Source) -> None:
    """`[owners]`: category key → dinas key, or a list of dated owners."""
    categories = {entry["key"]: entry for entry in merged["categories"]}
    for key, owners in raw.get("owners", {}).items():
        if key not in categories:
            place = source.place(r"^\s*\[owners", rf"\b{re.escape(key)}\b")
            allowed = ", ".join(categories)
            raise CityFileError(UNKNOWN_VALUE, place=place, key="owners", found=shown(key), allowed=allowed)
        categories[key]["owners"] = [{"dinas": owners}] if isinstance(owners, str) else owners


def _profile(sla: object, city_key: object, source: Source) -> Table:
    if isinstance(sla, dict):
        _only(sla, SlaProfile.__struct_fields__, "sla", source)
        return {"key": city_key, **sla}
    profiles: dict[str, Table] = _read(FOLDER / "sla_profiles.toml")[0]["profiles"]
    if not isinstance(sla, str) or sla not in profiles:
        _refuse(source, "sla", sla, ", ".join(profiles) + ", atau tabel [sla] sendiri")
    return {"key": sla, **profiles[str(sla)]}


def _check_boundaries(raw: Table, source: Source) -> Path | None:
    name = raw.get("boundaries")
    if name is None:
        return None
    path = source.folder / str(name)
    # Only a file beside the city file: it is copied into the server's data.
    if Path(str(name)).name != name or not path.is_file():
        place = source.place_of_key("boundaries")
        raise CityFileError(NO_FILE, place=place, key="boundaries", found=shown(name))
    return path
