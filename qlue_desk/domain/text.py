"""Making text from outside safe to show, to put in a table, and to name a file.

Citizens' text is hostile: escape sequences reach the terminal, bidirectional overrides
reorder the screen, a leading `=` runs in a spreadsheet.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 20_000
"""Characters of one text that are kept."""
COMBINING_RUN = 4
"""Combining marks in a row that are kept; more smear over the neighbouring lines."""
NAME_LIMIT = 120
"""Characters of a file name, its extension included."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_SEQUENCE = re.compile(
    # OSC: a title, a link, the clipboard; then DCS, SOS, PM, APC. One without an end loses only its start:
    # swallowing the rest would hide what the citizen wrote. The same for their one-character (C1) forms,
    # which misread UTF-8 is full of.
    r"\x1b\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    # CSI: cursor, colours, modes.
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    # Other escapes, and a lone ESC.
    r"|\x1b[ -/]*[0-~]?"
)
_CONTROL_CHARACTERS = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
_INVISIBLE_CHARACTERS = (
    # Bidirectional controls, zero-width, blank-looking and tag characters: they hide or reorder text.
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROL = re.compile(f"[{_CONTROL_CHARACTERS}]")
_INVISIBLE = re.compile(f"[{_INVISIBLE_CHARACTERS}]")
_SUSPECT = re.compile(f"[{_CONTROL_CHARACTERS}{_INVISIBLE_CHARACTERS}]")
_IN_JSON = re.compile(f"[\x7f-\x9f{_INVISIBLE_CHARACTERS}]")
_MARKS = frozenset({"Mn", "Me", "Mc"})
_LINE_STARTERS = frozenset("\t\r\n")
_FORMULA_START = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
_FORMULA_SKIP = " \t\r\n\u00a0\ufeff"
_FORBIDDEN_IN_NAMES = re.compile(r'[/\\:*?"<>|]')
_WINDOWS_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\s*(?:\.|$))", re.IGNORECASE
)
# A leading dot hides a file, Windows drops dots and spaces at the end; the rest are Unicode's spaces.
_NAME_EDGE = (
    ". \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_NAME_BYTES = 240
_LONGEST_EXTENSION = 10


def storable(text: str) -> str:
    """`text` as it can be stored and sent.

    Half surrogate pairs, from bytes that are not UTF-8, become `?`; U+0000, for which PostgreSQL has no
    place, goes.
    """
    whole = text.replace("\x00", "") if "\x00" in text else text
    return whole if whole.isascii() else whole.encode("utf-8", "replace").decode("utf-8")


def clean(text: str, multiline: bool = True, limit: int = LIMIT) -> str:
    """`text` without anything that a terminal would obey or that would mislead a reader.

    Sequences and controls become U+FFFD, invisible characters go, newline and tab stay (as spaces on a
    single line); cleaning twice changes nothing.
    """
    if len(text) > limit:
        text = text[:limit]
    if text.isascii() and text.isprintable():
        return text
    if _SUSPECT.search(text) is not None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _SEQUENCE.sub(REPLACEMENT, text)
        text = _CONTROL.sub(REPLACEMENT, text)
        text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _cap_marks(text)
    return text if multiline else _on_one_line(text)


def escaped_in_json(document: str) -> str:
    """The same JSON, without a character in its strings that a terminal would obey or that reorders what is read.

    JSON's own rules escape only those below U+0020.
    """
    if document.isascii() and "\x7f" not in document:
        return document
    return _IN_JSON.sub(_json_escape, document)


def _json_escape(found: re.Match[str]) -> str:
    encoded = found[0].encode("utf-16-be")
    return "".join(f"\\u{encoded[at]:02x}{encoded[at + 1]:02x}" for at in range(0, len(encoded), 2))


def visible(text: str) -> str:
    """What a reader sees of `text`: '' where it is only blanks and invisible characters."""
    return clean(text).strip()


def csv_cell(value: object) -> str:
    """`value` as text that no spreadsheet takes for a formula; None is empty, numbers stay numbers."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, (int, float)):
        return text
    if text[:1] in _LINE_STARTERS or text.lstrip(_FORMULA_SKIP)[:1] in _FORMULA_START:
        return "'" + text
    return text


def file_name(name: str, fallback: str = "lampiran") -> str:
    """A name under which an attachment can be shown and saved on any system; never a path.

    At most 120 characters (and 240 bytes) in NFC, a short extension kept; `fallback` where nothing
    usable is left.
    """
    name = unicodedata.normalize("NFC", clean(name, multiline=False))
    name = _FORBIDDEN_IN_NAMES.sub("_", name).strip(_NAME_EDGE)
    if _WINDOWS_DEVICE.match(name):
        name = "_" + name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > _LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    tail = dot + extension
    room = _NAME_BYTES - len(tail.encode())
    stem = stem[: NAME_LIMIT - len(tail)].encode()[:room].decode(errors="ignore")
    return (stem.rstrip(_NAME_EDGE) + tail) or fallback


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ")


def _cap_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if character > "\u02ff" and unicodedata.category(character) in _MARKS else 0
        if run <= COMBINING_RUN:
            kept.append(character)
    return "".join(kept)
