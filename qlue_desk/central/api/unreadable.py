"""What cannot be read of a request, in one sentence of ours: what, where, what is allowed. Never the decoder's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from qlue_desk.cities.shapes import KINDS
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

_JSON_KINDS = {**KINDS, "object": N_("objek {…}")}
_EXPECTED = re.compile(r"Expected `(?P<allowed>[^`]+)`, got `(?P<found>[^`]+)`")
_STEP = re.compile(r"\w+|\[")
_NOT_WHOLE: tuple[tuple[str, str], ...] = (
    ("truncated", N_("Isi permintaan tidak dapat dibaca: JSON-nya terpotong.")),
    ("UTF-8", N_("Isi permintaan tidak dapat dibaca: bukan teks UTF-8.")),
    ("byte", N_("Isi permintaan tidak dapat dibaca: bukan JSON yang utuh, mulai bita ke-{n}.")),
)
"""What msgspec's messages say of a body that is no JSON."""
_MOMENTS: dict[str, str] = {
    "datetime": N_("tanggal dan jam seperti 2026-11-24T09:12:00+07:00"),
    "date": N_("tanggal seperti 2026-11-24"),
}


def body_sentence(error: Exception, kind: Any = None) -> str:
    """Why a body is no message; `kind`: which it should have been, so that its choices can be named."""
    if isinstance(error, RecursionError):
        return _("Isi permintaan tidak dapat dibaca: bersarang terlalu dalam.")
    if isinstance(error, UnicodeError):
        return _(_NOT_WHOLE[1][1])
    what, _at, path = str(error).partition(" - at `$")
    if not isinstance(error, msgspec.ValidationError):
        found = re.search(r"byte (\d+)", what)
        for part, sentence in _NOT_WHOLE:
            if part in what:
                return _(sentence).format(n=1 if found is None else int(found[1]) + 1)
        return _("Isi permintaan tidak dapat dibaca: bukan JSON yang utuh.")
    return _value_sentence(what, path.rstrip("`").lstrip("."), kind)


def _value_sentence(what: str, path: str, kind: Any) -> str:
    where = path or _("seluruhnya")
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", what):
        where = f"{path}.{missing[1]}" if path else missing[1]
        return _("Isi permintaan tidak dapat dibaca: {where} tidak ada, padahal wajib.").format(where=where)
    if wrong := _EXPECTED.match(what):
        return _("Isi permintaan tidak dapat dibaca: {where} berisi {found}; yang boleh {allowed}.").format(
            where=where, found=_kinds(wrong["found"]), allowed=_kinds(wrong["allowed"])
        )
    if choice := re.fullmatch(r"Invalid enum value '?(.*?)'?", what, re.DOTALL):
        return _("Isi permintaan tidak dapat dibaca: {where} berisi “{found}”; yang boleh {allowed}.").format(
            where=where, found=choice[1][:70], allowed=", ".join(_choices(kind, path)) or "–"
        )
    if moment := re.fullmatch(r"Invalid RFC3339 encoded (\w+)", what):
        return _("Isi permintaan tidak dapat dibaca: {where} harus {allowed}.").format(
            where=where, allowed=_(_MOMENTS.get(moment[1], KINDS["time"]))
        )
    if what.endswith("out of range"):
        return _("Isi permintaan tidak dapat dibaca: bilangan di {where} terlalu besar.").format(where=where)
    return _("Isi permintaan tidak dapat dibaca: isi {where} tidak sah.").format(where=where)


def parameter_sentence(name: str, message: str) -> str:
    """Why a parameter of the address is none; `message` is the decoder's."""
    wrong = _EXPECTED.match(message)
    if wrong is None:
        return _("Parameter {name} tidak sah.").format(name=name)
    return _("Parameter {name} tidak sah; yang boleh {allowed}.").format(
        name=name, allowed=_kinds(wrong["allowed"])
    )


def _kinds(names: str) -> str:
    """`str | null` in words."""
    return ", ".join(_(_JSON_KINDS.get(name, name)) for name in names.split(" | "))


def _choices(kind: Any, path: str) -> list[str]:
    """The words of the enumeration that stands there."""
    found = [] if kind is None else [inspect.type_info(kind)]
    for step in _STEP.findall(re.sub(r"\[\d+\]|\[\.\.\.\]", "[", path)):
        found = [below for each in found for below in _below(each, step)]
    return [
        str(word.value) for each in found for one in _parts(each) if isinstance(one, inspect.EnumType)
        for word in one.cls
    ]  # fmt: skip


def _parts(info: inspect.Type) -> tuple[inspect.Type, ...]:
    return info.types if isinstance(info, inspect.UnionType) else (info,)


def _below(info: inspect.Type, step: str) -> Iterator[inspect.Type]:
    for one in _parts(info):
        if isinstance(one, (inspect.VarTupleType, inspect.ListType)):
            yield one.item_type
        elif isinstance(one, inspect.StructType):
            yield from (field.type for field in one.fields if field.encode_name == step)
