"""What is pasted is text: no control character in it may end the paste and be taken for a key.

Textual ends a paste at the first escape character that begins nothing it knows; what stands behind it came in as keys,
saved a note at the next line's end, and ran commands.
"""

from __future__ import annotations

import re

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""A terminal's marks around what is pasted (bracketed paste)."""
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)?")
"""A control sequence, a title or link with its end, or an escape character alone."""
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?\Z")
"""One whose end is still to come, as that of the paste may be."""
_LONGEST = 256
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All control characters but tab and line ends."""


class Pasted:
    """Cleans what comes from a terminal, in whatever pieces it comes."""

    def __init__(self) -> None:
        self._inside = False
        self._before = ""
        """The end of what was passed on outside a paste: its mark may come in two pieces."""
        self._held = ""
        """Text of a paste from a sequence on that is not whole yet."""

    def clean(self, text: str) -> str:
        """The same without what could be a key inside a paste; nothing outside one is held back."""
        found: list[str] = []
        while text:
            text = self._paste(text, found) if self._inside else self._keys(text, found)
        return "".join(found)

    def _keys(self, text: str, found: list[str]) -> str:
        """Up to the beginning of a paste; returns what stands behind it."""
        joined = self._before + text
        at = joined.find(BEGIN)
        if at < 0:
            self._before = joined[-len(BEGIN) + 1 :]
            found.append(text)
            return ""
        self._inside, self._before = True, ""
        behind = at + len(BEGIN) - (len(joined) - len(text))
        found.append(text[:behind])
        return text[behind:]

    def _paste(self, text: str, found: list[str]) -> str:
        """Up to its end, cleaned; returns what stands behind it."""
        text, self._held = self._held + text, ""
        at = text.find(END)
        if at >= 0:
            self._inside = False
            found += [_clean(text[:at]), END]
            return text[at + len(END) :]
        if (begun := _BEGUN.search(text)) is not None and len(text) - begun.start() < _LONGEST:
            text, self._held = text[: begun.start()], text[begun.start() :]
        found.append(_clean(text))
        return ""


def _clean(text: str) -> str:
    return _CONTROL.sub("", _SEQUENCE.sub("", text))
