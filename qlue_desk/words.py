"""Words on the screen: Indonesian is the source, English a catalogue that is read when chosen.

The Indonesian sentence is the msgid, so a missing translation still says something true. Sentences with
fields are templates: `_("Nomor {number} tidak dikenal.").format(number=…)`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from typing import ClassVar

LANGUAGES = ("id", "en")
_DOMAIN = "qlue_desk"

Catalogue = dict[str, tuple[str, ...]]
"""Msgid to its translations: one, or singular and plural."""


class _Speech:
    """What is spoken now; one per process, set once at the start."""

    language: ClassVar[str] = "id"
    catalogue: ClassVar[Catalogue] = {}


def set_language(language: str) -> None:
    """Choose `id` or `en` for the whole process.

    :raises ValueError: for a language that has no catalogue.
    """
    if language not in LANGUAGES:
        raise ValueError(f"{language!r}: choose one of {', '.join(LANGUAGES)}")
    _Speech.catalogue = {} if language == "id" else read_catalogue(language)
    _Speech.language = language


def language() -> str:
    """The language that is spoken now."""
    return _Speech.language


def _(text: str) -> str:
    """The sentence in the chosen language; Indonesian itself where there is no translation."""
    found = _Speech.catalogue.get(text)
    return found[0] if found else text


def n_(text: str, number: int) -> str:
    """The sentence for `number` things; Indonesian says one and many alike, so there is one msgid."""
    found = _Speech.catalogue.get(text)
    if not found:
        return text
    return found[0] if number == 1 else found[-1]


def sentences(*whole: str) -> str:
    """Whole sentences one after another, empty ones left out. Parts of one sentence need a template instead."""
    return " ".join(sentence for sentence in whole if sentence)


def read_catalogue(language: str) -> Catalogue:
    """The translations of one language, empty ones left out.

    Read by hand: Babel, which keeps the file, takes five times as long, and a desk starts with this.
    """
    source = files("qlue_desk").joinpath("locale", language, "LC_MESSAGES", f"{_DOMAIN}.po")
    found: Catalogue = {}
    for entry in _entries(source.read_text(encoding="utf-8")):
        strings = tuple(text for key, text in entry.items() if key.startswith("msgstr"))
        if entry["msgid"] and all(strings):
            found[entry["msgid"]] = strings
    return found


def _entries(text: str) -> Iterator[dict[str, str]]:
    """Keyword to string of each entry: `msgid`, `msgid_plural`, `msgstr` or `msgstr[0]`, `msgstr[1]`."""
    entry: dict[str, str] = {}
    keyword = ""
    for line in text.splitlines():
        if line.startswith("msg"):
            keyword, _space, quoted = line.partition(" ")
            if keyword == "msgid" and entry:
                yield entry
                entry = {}
            entry[keyword] = _unquoted(quoted)
        elif line.startswith('"'):
            entry[keyword] += _unquoted(line)
    if entry:
        yield entry


def _unquoted(quoted: str) -> str:
    return str(ast.literal_eval(quoted)) if "\\" in quoted else quoted[1:-1]
