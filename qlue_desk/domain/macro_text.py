"""Macros of the settings: what their texts may name, and what of them can never run."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Protocol

from qlue_desk.domain.complaint import Role
from qlue_desk.domain.edges import EDGE_BY_VERB, EDGES, PRIORITY_BY_WORD, To, Verb
from qlue_desk.domain.moves import N_

PLACEHOLDERS: dict[str, str] = {
    "nomor": N_("nomor laporan"),
    "judul": N_("judul laporan"),
    "jalan": N_("jalan"),
    "kelurahan": N_("kelurahan"),
    "kecamatan": N_("kecamatan"),
    "kategori": N_("kategori"),
    "dinas": N_("dinas yang memegang"),
    "petugas": N_("nama Anda"),
    "tenggat": N_("tenggat"),
    "tanggal": N_("tanggal hari ini"),
}
"""What `{…}` in a text may name, and what that is."""
_NOT_HERE = frozenset(
    {
        Verb.TAKE,
        Verb.GIVE,
        Verb.NOTE,
        Verb.PRIORITISE,
        Verb.REVEAL,
        Verb.CORRECT_PLACE,
        Verb.ERASE,
        Verb.ENTER,
    }
)
"""Moves with a key of their own in a macro, and such as are never routine."""
VERBS: tuple[Verb, ...] = tuple(
    edge.verb
    for edge in EDGES
    if edge.verb not in _NOT_HERE
    and not edge.until
    and not edge.evidence
    and edge.to is not To.ORIGINAL
    and any(who.role not in (Role.SYSTEM, Role.REPORTER) for who in edge.who)
)
"""What `do` takes: no move that needs a date, a photo or another report, because those differ each time."""
VERB_BY_WORD: dict[str, Verb] = {
    word: verb for verb in VERBS for word in (str(verb), EDGE_BY_VERB[verb].label.casefold())
}
"""The same by both their names, as `act --do` takes them."""
_NAME = re.compile(r"\{([^{}]*)\}")


Value = str | Callable[[Callable[[str], str]], str]
"""Of a sentence: a word, or what says itself in the reader's language."""


class MacroLike(Protocol):
    """A macro as the settings hold it."""

    @property
    def do(self) -> str:
        """The move."""

    @property
    def reason(self) -> str:
        """Its text."""

    @property
    def reply(self) -> str:
        """A public note."""

    @property
    def note(self) -> str:
        """An internal note."""

    @property
    def assign(self) -> str:
        """The new holder."""

    @property
    def priority(self) -> str:
        """The new priority."""


def names_in(text: str) -> list[str]:
    """What a text names in braces, in its order."""
    return _NAME.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; what the values bring is never read as a placeholder."""
    return _NAME.sub(lambda found: values[found[1]], text)


def _verb_words(translate: Callable[[str], str]) -> str:
    """What `do` takes, in Indonesian by both names: `acknowledge (terima), start (mulai dikerjakan)`."""
    labels = {verb: EDGE_BY_VERB[verb].label for verb in VERBS}
    return ", ".join(
        f"{verb} ({label.casefold()})" if translate(label) == label else str(verb)
        for verb, label in labels.items()
    )


def mistake(macro: MacroLike) -> tuple[str, str, dict[str, Value]] | None:
    """Key, sentence and its values for the first thing that can never work; None when all can."""
    for key in ("reason", "reply", "note"):
        unknown = next((name for name in names_in(getattr(macro, key)) if name not in PLACEHOLDERS), None)
        if unknown is not None:
            return key, *_unknown_name(unknown)
    if macro.do and macro.do.casefold() not in VERB_BY_WORD:
        return (
            "do",
            N_("{file}:{line}: [{place}] do = “{found}” tidak bisa. Yang boleh: {allowed}."),
            {"found": macro.do, "allowed": _verb_words},
        )
    if macro.reason and not macro.do:
        return "reason", N_("{file}:{line}: [{place}] “reason” adalah alasan dari “do”, yang belum ada."), {}
    if macro.priority and macro.priority not in PRIORITY_BY_WORD:
        return (
            "priority",
            N_("{file}:{line}: [{place}] priority = “{found}” tidak bisa. Yang boleh: {allowed}."),
            {"found": macro.priority, "allowed": "biasa, tinggi, darurat"},
        )
    if not (macro.do or macro.reply or macro.note or macro.assign or macro.priority):
        return (
            "label",
            N_(
                "{file}:{line}: [{place}] tidak melakukan apa-apa; isi do, reply, note, assign atau priority."
            ),
            {},
        )
    return None


def _unknown_name(found: str) -> tuple[str, dict[str, Value]]:
    allowed = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    near = difflib.get_close_matches(found, PLACEHOLDERS, 1, 0.6)
    if near:
        return (
            N_("{file}:{line}: [{place}] {found} tidak dikenal; mungkin {near}. Yang ada: {allowed}."),
            {"found": f"{{{found}}}", "near": f"{{{near[0]}}}", "allowed": allowed},
        )
    return (
        N_("{file}:{line}: [{place}] {found} tidak dikenal. Yang ada: {allowed}."),
        {"found": f"{{{found}}}", "allowed": allowed},
    )
