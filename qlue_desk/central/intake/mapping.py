"""Which column of a table is what: mapping files in TOML, two of them shipped, and an annotated example."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.reading import MB, bytes_of
from qlue_desk.domain.complaint import Channel
from qlue_desk.domain.system import reason_of
from qlue_desk.words import _

SHIPPED = Path(__file__).parent / "mappings"
LARGEST = MB
EXAMPLE = "example.toml"
"""Beside the shipped ones, for people to copy; it recognises no table."""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of the table's columns; '' or () where the table has none such."""

    reported_at: tuple[str, ...]
    """One or several columns, joined by a space."""
    source_id: str = ""
    """Without it the row's content is its identity."""
    reported_at_else: tuple[str, ...] = ()
    """Tried where `reported_at` is empty or unreadable."""
    finished_at: tuple[str, ...] = ()
    title: str = ""
    text: str = ""
    category: str = ""
    dinas: str = ""
    city: str = ""
    """A row that names another city waits, with that reason."""
    kecamatan: str = ""
    kelurahan: str = ""
    street: str = ""
    lat: str = ""
    lon: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    photo: str = ""
    flags: str = ""
    """Words separated by `|`, see `Flags`."""
    optional: tuple[str, ...] = ()
    """Fields of this section whose column may be missing from the table."""

    def names(self, field: str) -> tuple[str, ...]:
        """The columns of one field."""
        value = getattr(self, field)
        return (value,) if isinstance(value, str) and value else tuple(value or ())


class Flags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words in the flags column that mean anonymous or secret."""

    anonymous: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a table is read."""

    name: str
    source: str
    channel: Channel
    columns: Columns
    recognise: tuple[str, ...] = ()
    """Columns that together give this kind of table away."""
    flags: Flags = Flags()
    zone: str = ""
    """IANA zone of times without one; '' is the city's."""


SECTIONS: dict[str, type[msgspec.Struct]] = {"columns": Columns, "flags": Flags}


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    :raises IntakeError: with the file, what is wrong and what is allowed.
    """
    try:
        data: dict[str, Any] = tomllib.loads(bytes_of(path, LARGEST).decode("utf-8-sig"))
        mapping = msgspec.convert(data, Mapping)
    except OSError as error:
        raise IntakeError(
            _("Berkas pemetaan {path} tidak bisa dibaca: {detail}.").format(
                path=path, detail=_(reason_of(error))
            )
        ) from error
    except UnicodeDecodeError as error:
        raise IntakeError(_("Berkas pemetaan {path} bukan teks UTF-8.").format(path=path)) from error
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(
            _("Berkas pemetaan {path} bukan TOML: {detail}.").format(path=path, detail=error)
        ) from error
    except msgspec.ValidationError as error:
        raise IntakeError(_wrong(path, data, str(error))) from error
    if mapping.zone and not _is_zone(mapping.zone):
        raise IntakeError(
            _("Berkas pemetaan {path}: zona waktu “{found}” tidak dikenal; pakai nama seperti Asia/Jakarta.")
            .format(path=path, found=mapping.zone)
        )  # fmt: skip
    return mapping


def _wrong(path: Path, data: dict[str, Any], why: str) -> str:
    """One sentence for what the decoder found first: an unknown channel or key, a missing one, a wrong kind."""
    where = re.search(r"at `\$\.?([\w.]*)", why)
    place = where[1] if where else ""
    if place == "channel":
        return _("Berkas pemetaan {path}: channel “{found}” tidak dikenal; pilih {allowed}.").format(
            path=path, found=data.get("channel"), allowed=", ".join(Channel)
        )
    section = f"[{place}]" if place in SECTIONS else _("berkas ini")
    known = SECTIONS.get(place, Mapping).__struct_fields__
    if unknown := re.match(r"Object contains unknown field `(.+?)`", why):
        near = difflib.get_close_matches(unknown[1], known, 1)
        return _("Berkas pemetaan {path}: “{found}” tidak dikenal di {section}; {hint}.").format(
            path=path,
            found=unknown[1],
            section=section,
            hint=_("mungkin {near}").format(near=near[0])
            if near
            else _("yang ada: {known}").format(known=", ".join(known)),
        )
    if missing := re.match(r"Object missing required field `(.+?)`", why):
        return _("Berkas pemetaan {path}: {field} belum ada di {section}; lihat contoh {example}.").format(
            path=path, field=missing[1], section=section, example=SHIPPED / EXAMPLE
        )
    return _("Berkas pemetaan {path}: nilai {field} salah bentuk; lihat contoh {example}.").format(
        path=path, field=place or "?", example=SHIPPED / EXAMPLE
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def mapping_for(header: Iterable[str]) -> Mapping:
    """The shipped mapping whose columns are all in `header`.

    :raises IntakeError: when none fits.
    """
    columns = set(header)
    mappings = [load_mapping(path) for path in sorted(SHIPPED.glob("*.toml")) if path.name != EXAMPLE]
    for mapping in mappings:
        if columns.issuperset(mapping.recognise):
            return mapping
    raise IntakeError(
        _("Kepala tabel tidak dikenal ({found}); yang dikenal: {known}. Beri berkas pemetaan (--mapping).")
        .format(
            found=", ".join(sorted(columns))[:200],
            known="; ".join(f"{mapping.name}: {', '.join(mapping.recognise)}" for mapping in mappings),
        )
    )  # fmt: skip


def check_columns(mapping: Mapping, header: Iterable[str]) -> None:
    """Whether every column that the mapping names is in the table.

    :raises IntakeError: naming the first that is not, and the nearest that is.
    """
    columns = list(header)
    for field in Columns.__struct_fields__:
        if field == "optional" or field in mapping.columns.optional:
            continue
        for name in mapping.columns.names(field):
            if name not in columns:
                near = difflib.get_close_matches(name, columns, 1) or [", ".join(columns)[:200]]
                raise IntakeError(
                    _("Pemetaan “{mapping}” memakai kolom “{column}” yang tidak ada; terdekat: {near}.")
                    .format(mapping=mapping.name, column=name, near=near[0])
                )  # fmt: skip
