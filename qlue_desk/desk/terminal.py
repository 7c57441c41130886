"""What this terminal can, read from its surroundings: colours, letters, clipboard. No Textual.

A terminal that does not say what it can gets what every one of its kind can; `doctor` tells the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

SIXTEEN = 16
TRUE_COLOUR = 1 << 24
_MANY_COLOURS = ("kitty", "ghostty", "alacritty", "foot", "wezterm", "contour", "direct")
"""Parts of TERM that mean more than 256 colours."""
_POOR_FONT = ("linux", "vt", "cons", "dumb", "ansi", "sun", "wy")
"""Beginnings of TERM of screens whose letters are a few hundred at most."""


class Clipboard(StrEnum):
    """How far OSC 52, the way of copying that also works over ssh, can be expected to reach."""

    YES = "yes"
    TMUX = "tmux"
    """Through tmux, when it lets it."""
    SCREEN = "screen"
    """Through GNU screen, wrapped."""
    NO = "no"
    UNKNOWN = "unknown"


class Terminal(msgspec.Struct, frozen=True):
    """What a terminal can."""

    name: str
    colours: int
    """0 for a black and white one."""
    no_color: bool
    """The person asked for none: NO_COLOR is present and not empty (https://no-color.org)."""
    utf8: bool
    """Whether the locale says so; one that says nothing counts as it."""
    poor_font: bool
    clipboard: Clipboard
    light: bool
    """Whether COLORFGBG tells of a light background."""

    @property
    def ascii_only(self) -> bool:
        """Whether glyphs beyond ASCII would not arrive, or not be drawn."""
        return self.poor_font or not self.utf8


def read(
    environ: Mapping[str, str] = os.environ, colours_of: Callable[[str], int | None] | None = None
) -> Terminal:
    """Look at the environment; `colours_of` asks the machine's terminfo."""
    name = environ.get("TERM", "")
    return Terminal(
        name=name,
        colours=_colours(environ, colours_of or terminfo_colours),
        no_color=bool(environ.get("NO_COLOR")),
        utf8=_utf8(environ),
        poor_font=name.startswith(_POOR_FONT),
        clipboard=_clipboard(environ),
        light=environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15"),
    )


def terminfo_colours(name: str) -> int | None:
    """How many colours terminfo gives a terminal; None where it does not know it or there is none."""
    try:
        import curses

        curses.setupterm(name, 1)
        return max(0, curses.tigetnum("colors"))
    except Exception:  # Windows has no curses, and terminfo may not know the name
        return None


def _colours(environ: Mapping[str, str], colours_of: Callable[[str], int | None]) -> int:
    name = environ.get("TERM", "")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or environ.get("WT_SESSION"):
        return TRUE_COLOUR
    if any(part in name for part in _MANY_COLOURS):
        return TRUE_COLOUR
    if "256color" in name:
        return 256
    if not name:
        return TRUE_COLOUR if os.name == "nt" else SIXTEEN
    if name in ("xterm", "screen", "tmux"):
        return SIXTEEN  # terminfo says eight of a name that all of today's take sixteen by
    known = colours_of(name)
    return SIXTEEN if known is None else known


def _utf8(environ: Mapping[str, str]) -> bool:
    words = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    return not words or "utf" in words.lower()


def in_tmux(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether tmux is around us; over ssh only TERM can tell."""
    return bool(environ.get("TMUX")) or environ.get("TERM", "").startswith("tmux")


def in_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether GNU screen is around us."""
    return bool(environ.get("STY")) and not environ.get("TMUX")


_COPIES = ("kitty", "ghostty", "alacritty", "foot", "wezterm", "contour", "xterm", "mlterm", "rio")
_COPIES_PROGRAM = ("iTerm.app", "WezTerm", "ghostty", "vscode", "rio", "mintty")


def _clipboard(environ: Mapping[str, str]) -> Clipboard:
    name, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if in_tmux(environ):
        return Clipboard.TMUX
    if in_screen(environ):
        return Clipboard.SCREEN
    if program == "Apple_Terminal" or name.startswith(_POOR_FONT) or environ.get("VTE_VERSION"):
        return Clipboard.NO  # VTE (GNOME Terminal and its kin) does not take OSC 52
    if program in _COPIES_PROGRAM or environ.get("WT_SESSION"):
        return Clipboard.YES
    if name.startswith("xterm-256color") or name == "xterm":
        return Clipboard.UNKNOWN  # half of all terminals call themselves so
    return Clipboard.YES if any(part in name for part in _COPIES) else Clipboard.UNKNOWN
