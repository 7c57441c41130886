"""Words on the screen: Indonesian is the source, English a catalogue that is read when chosen.

The Indonesian sentence is the msgid, so a missing translation still says something true. Sentences with
fields are templates: `_("Nomor {number} tidak dikenal.").format(number=…)`.
"""

from __future__ import annotations

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


def n_(singular: str, plural: str, number: int) -> str:
    """The sentence for `number` things; Indonesian has one form, so both msgids may be equal."""
    found = _Speech.catalogue.get(singular)
    if not found:
        return singular if number == 1 else plural
    return found[0] if number == 1 else found[-1]


def read_catalogue(language: str) -> Catalogue:
    """The translations of one language, empty ones left out. Babel is loaded here only: it costs 60 ms."""
    from babel.messages.pofile import read_po

    source = files("qlue_desk").joinpath("locale", language, "LC_MESSAGES", f"{_DOMAIN}.po")
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=language, domain=_DOMAIN)
    found: Catalogue = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
        if key and all(strings):
            found[key] = tuple(str(text) for text in strings)
    return found
