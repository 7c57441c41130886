"""Our own themes: dark, light, high contrast, colour-blind safe, the terminal's sixteen colours, none.

Textual's built-in themes fail WCAG, so every colour that carries text is set here and
`PAIRS` lists which text lies on which background; tests compute the contrast of each, and of every
text that is drawn.
"""

from __future__ import annotations

import msgspec
from textual.color import Color
from textual.theme import Theme

from qlue_desk.desk.terminal import SIXTEEN, Terminal
from qlue_desk.domain.moves import N_


class Palette(msgspec.Struct, frozen=True):
    """The colours of one theme, by what they say."""

    background: str
    surface: str
    """Fields that can be typed into, dialogs."""
    panel: str
    """Header line, side bar, key bar."""
    text: str
    muted: str
    accent: str
    """What can be pressed, what has the focus."""
    cursor: str
    """Background of the current row."""
    cursor_text: str
    marked: str
    """Background of a marked row."""
    rule: str
    red: str
    yellow: str
    green: str
    grey: str


DARK = Palette(
    background="#10151c",
    surface="#171e27",
    panel="#1d2632",
    text="#dfe6ee",
    muted="#a8b5c3",
    accent="#7cc0ff",
    cursor="#1f4468",
    cursor_text="#ffffff",
    marked="#2b3443",
    rule="#3a4757",
    red="#ff9c94",
    yellow="#f3cd5b",
    green="#83dc95",
    grey="#b3bfcb",
)
LIGHT = Palette(
    background="#fbfaf7",
    surface="#ffffff",
    panel="#eeece6",
    text="#1c232b",
    muted="#4f5a66",
    accent="#0a4f98",
    cursor="#cfe2f6",
    cursor_text="#0b1520",
    marked="#e6e2d6",
    rule="#b9b4a8",
    red="#a3201a",
    yellow="#6a4a00",
    green="#135a27",
    grey="#4a545f",
)
HIGH_CONTRAST = Palette(
    background="#000000",
    surface="#000000",
    panel="#101010",
    text="#ffffff",
    muted="#e2e2e2",
    accent="#8fd6ff",
    cursor="#003058",
    cursor_text="#ffffff",
    marked="#2a2a2a",
    rule="#ffffff",
    red="#ffb0a8",
    yellow="#ffe45c",
    green="#8dffa8",
    grey="#dcdcdc",
)
COLOUR_BLIND = Palette(
    background="#10131a",
    surface="#171b24",
    panel="#1c212c",
    text="#e9ebf0",
    muted="#b6bbc6",
    accent="#ffffff",
    cursor="#2b3a5c",
    cursor_text="#ffffff",
    marked="#303542",
    rule="#434958",
    # Orange, pale yellow, sky blue: what is red and green to most is told apart by blue and by lightness,
    # which those who lack red or green see as everybody does (after Okabe and Ito).
    red="#ff9a5c",
    yellow="#fff7b0",
    green="#6ec2ff",
    grey="#b9bec8",
)


def _of_terminal(bright: str) -> Palette:
    """The terminal's own sixteen; `bright` is `bright_` for a dark ground, '' for a light one."""
    return Palette(
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        text="ansi_default",
        muted="ansi_default",
        accent=f"ansi_{bright}cyan" if bright else "ansi_blue",
        cursor="ansi_blue",
        cursor_text="ansi_bright_white",
        marked="ansi_cyan",
        rule="ansi_default",
        red=f"ansi_{bright}red",
        yellow=f"ansi_{bright}yellow" if bright else "ansi_default",
        green=f"ansi_{bright}green" if bright else "ansi_blue",
        grey="ansi_default",
    )


ANSI = _of_terminal("bright_")
ANSI_ON_LIGHT = _of_terminal("")
"""Yellow and green of sixteen cannot be read on white, whatever the terminal."""
MONO = Palette(
    background="#000000",
    surface="#000000",
    panel="#000000",
    text="#ffffff",
    muted="#ffffff",
    accent="#ffffff",
    cursor="#ffffff",
    cursor_text="#000000",
    marked="#606060",
    rule="#ffffff",
    red="#ffffff",
    yellow="#ffffff",
    green="#ffffff",
    grey="#ffffff",
)
"""What `MonochromeFilter` turns into reverse, underline and nothing: none of these colours is ever sent."""

TEXTS = ("text", "muted", "accent", "red", "yellow", "green", "grey")
PAIRS: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in TEXTS for ground in ("background", "surface", "panel", "cursor", "marked")),
    ("cursor_text", "cursor"),
    ("background", "accent"),
    ("background", "red"),
    ("background", "yellow"),
)
"""Every text colour on every background it is used on."""


def _theme(name: str, palette: Palette, *, dark: bool, ansi: bool = False) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=palette.accent,
        secondary=palette.accent,
        accent=palette.accent,
        warning=palette.yellow,
        error=palette.red,
        success=palette.green,
        foreground=palette.text,
        background=palette.background,
        surface=palette.surface,
        panel=palette.panel,
        boost=palette.surface,
        text_alpha=1.0,
        variables=_variables(palette),
    )


def _variables(palette: Palette) -> dict[str, str]:
    return {
        "text": palette.text,
        "text-muted": palette.muted,
        "text-disabled": palette.muted,
        "text-primary": palette.accent,
        "text-accent": palette.accent,
        "text-error": palette.red,
        "text-warning": palette.yellow,
        "text-success": palette.green,
        "foreground-muted": palette.muted,
        "foreground-disabled": palette.muted,
        "border": palette.accent,
        "border-blurred": palette.rule,
        "rule": palette.rule,
        "cursor-line": palette.cursor,
        "cursor-line-text": palette.cursor_text,
        "marked-line": palette.marked,
        "block-cursor-foreground": palette.cursor_text,
        "block-cursor-background": palette.cursor,
        "block-cursor-blurred-foreground": palette.cursor_text,
        "block-cursor-blurred-background": palette.cursor,
        "block-hover-background": palette.marked,
        "input-cursor-background": palette.accent,
        "input-cursor-foreground": palette.background,
        "input-selection-background": palette.cursor,
        "input-selection-foreground": palette.cursor_text,
        "screen-selection-background": palette.cursor,
        "screen-selection-foreground": palette.cursor_text,
        "scrollbar": palette.rule,
        "scrollbar-hover": palette.accent,
        "scrollbar-active": palette.accent,
        "scrollbar-background": palette.background,
        "scrollbar-background-hover": palette.background,
        "scrollbar-background-active": palette.background,
        "scrollbar-corner-color": palette.background,
        "status-red": palette.red,
        "status-yellow": palette.yellow,
        "status-green": palette.green,
        "status-grey": palette.grey,
        "button-foreground": palette.text,
        "button-color-foreground": palette.background,
        "ansi-background": palette.background,
        "ansi-foreground": palette.text,
    }


PALETTES: dict[str, Palette] = {
    "qlue-dark": DARK,
    "qlue-light": LIGHT,
    "qlue-contrast": HIGH_CONTRAST,
    "qlue-colourblind": COLOUR_BLIND,
    "qlue-ansi": ANSI,
    "qlue-mono": MONO,
}
LABELS = {
    "qlue-dark": N_("gelap"),
    "qlue-light": N_("terang"),
    "qlue-contrast": N_("kontras tinggi"),
    "qlue-colourblind": N_("aman buta warna"),
    "qlue-ansi": N_("16 warna terminal"),
    "qlue-mono": N_("tanpa warna"),
}
MONO_THEME = "qlue-mono"
ANSI_THEME = "qlue-ansi"
_LIGHT_FROM = 0.5
"""Brightness of a ground, 0 to 1."""
_FEWEST = 8
"""Colours below which a terminal has none that we could use."""


def setting_of(name: str) -> str:
    """The word of `ui.theme` for a theme."""
    return name.removeprefix("qlue-")


def theme_name(setting: str, terminal: Terminal | None = None) -> str:
    """The theme that the setting `ui.theme` means on this terminal; `auto` looks at how many colours it has.

    NO_COLOR wins over every setting.
    """
    if terminal is not None and terminal.no_color:
        return MONO_THEME
    name = f"qlue-{setting}"
    if name in PALETTES:
        return name
    colours = terminal.colours if terminal is not None else 1 << 24
    if colours < _FEWEST:
        return MONO_THEME
    return ANSI_THEME if colours <= SIXTEEN else "qlue-dark"


def themes(terminal: Terminal | None = None) -> list[Theme]:
    """All themes, ready to register."""
    light = terminal is not None and terminal.light
    return [
        _theme(name, ANSI_ON_LIGHT, dark=False, ansi=True)
        if palette is ANSI and light
        else _theme(name, palette, dark=_is_dark(palette), ansi=palette is ANSI)
        for name, palette in PALETTES.items()
    ]


def _is_dark(palette: Palette) -> bool:
    """By its ground; the terminal's own is taken for dark."""
    return palette is ANSI or Color.parse(palette.background).brightness < _LIGHT_FROM
