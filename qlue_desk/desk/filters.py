"""The last hand on every line before it goes to the terminal: ASCII, no colours, legible sixteen colours.

Here and not in the widgets, so that no glyph, border, toast or citizen's letter can be forgotten.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from qlue_desk.desk.themes import ANSI_THEME, MONO_THEME
from qlue_desk.domain.complaint import STATUS_LOOK

_PAIRS = (
    "▲^ ●* ○o ✓+ ✗x ◔^ ▤= ✎~ ‼! ★* ☆. ▌| █# ░. ▒: ▓# ▪o ▸> ▾v ►> ←< ↑^ →> ↓v ↵< ⏎<"
    " “\" ”\" „\" ‘' ’' ‚' «< »> …~ –- —- ‑- −- ·- •* ×x °o ≥> ≤< ≈~"
    " ─- ━- ═= │| ┃| ║| ▔- ▁_ ▏| ▎| ▍| ▋| ▊| ▉| ▐| ╌- ╎|"
)
_SIGNS = {pair[0]: pair[1] for pair in _PAIRS.split()} | {
    look.glyph: look.ascii_glyph for look in STATUS_LOOK.values()
}


class _Ascii(dict[int, str]):
    """Code point → ASCII of the same width; what it does not know yet it finds out once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        found = self[code] = character if code < 128 else _plain(character)
        return found


def _plain(character: str) -> str:
    """One character as ASCII, just as wide."""
    width = cell_len(character)
    if (sign := _SIGNS.get(character)) is not None:
        return sign.ljust(width)[:width]
    code = ord(character)
    if 0x2500 <= code < 0x2580:
        return "+"  # corners and crossings of boxes
    if 0x2580 <= code < 0x25A0:
        return "#"
    if 0x2800 <= code < 0x2900:  # braille: the more dots, the darker
        return " ..:::###"[(code - 0x2800).bit_count()]
    letters = "".join(c for c in unicodedata.normalize("NFKD", character) if " " <= c <= "~")
    return (letters or "?" * width).ljust(width)[:width]


_ASCII = _Ascii()


def ascii_text(text: str) -> str:
    """`text` in ASCII, cell for cell as wide as before."""
    return text if text.isascii() else text.translate(_ASCII)


class AsciiFilter(LineFilter):
    """Nothing but ASCII leaves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Translate what is not ASCII."""
        return [
            segment if segment.text.isascii() else Segment(ascii_text(segment.text), segment.style)
            for segment in segments
        ]


_NO_COLOURS = Style.from_color(RichColor.default(), RichColor.default())
_BRIGHT, _GREY = 0.6, 0.1
"""Light (0–1) of a ground from which on it is the cursor's, or a mark."""


def _light(colour: RichColor | None) -> float:
    if colour is None or colour.triplet is None:
        return 0.0
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.triplet.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(1024)
def _without_colour(style: Style) -> Style:
    light = _light(style.bgcolor)
    plain = style + _NO_COLOURS
    if light >= _BRIGHT:
        return plain + Style(reverse=not style.reverse)
    return plain + Style(underline=True) if light >= _GREY else plain


class MonochromeFilter(LineFilter):
    """No colours: a bright ground (cursor, selection, a strip) is reversed, a grey one (a mark) underlined."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Take the colours away."""
        return [
            segment if segment.style is None else Segment(segment.text, _without_colour(segment.style))
            for segment in segments
        ]


INK_ON = {number: 15 if number in (0, 1, 4, 5) else 0 for number in range(16)}
"""Which of the sixteen is read on which of them, whatever a terminal makes of red or cyan."""


@lru_cache(1024)
def _legible(style: Style) -> Style:
    ground = style.bgcolor
    if ground is None or ground.number is None or ground.number not in INK_ON:
        return style
    return style + Style(color=RichColor.from_ansi(INK_ON[ground.number]))


class LegibleInkFilter(LineFilter):
    """On a coloured ground of the terminal's own only black or white is used."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Choose the ink."""
        return [
            segment if segment.style is None else Segment(segment.text, _legible(segment.style))
            for segment in segments
        ]


class LastHand:
    """Which of these filters a theme needs; made once, for Textual asks at every line."""

    def __init__(self, ascii_only: bool) -> None:
        letters: list[LineFilter] = [AsciiFilter()] if ascii_only else []
        self._of_theme: dict[str, list[LineFilter]] = {
            MONO_THEME: [MonochromeFilter(), *letters],
            ANSI_THEME: [LegibleInkFilter(), *letters],
        }
        self._others = letters

    def of_theme(self, name: str) -> list[LineFilter]:
        """The filters, in their order."""
        return self._of_theme.get(name, self._others)
