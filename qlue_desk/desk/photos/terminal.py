"""How this terminal can show a picture, told by its environment.

It is never asked: its answer would come in through the keyboard, where `?62;4c` opens the help and a note.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Mapping
from enum import StrEnum

DEFAULT_CELL = (10, 20)
"""Pixels of a cell where the terminal does not say."""


class Way(StrEnum):
    """From the finest to the plainest."""

    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    ASCII = "ascii"


_KITTY_TERMS = ("xterm-kitty", "xterm-ghostty")
_SIXEL_TERMS = ("foot", "mlterm", "contour", "yaft")
_SIXEL_PROGRAMS = frozenset({"WezTerm", "iTerm.app", "contour"})
_KONSOLE_SIXEL = 220400
"""The first release of Konsole that draws sixels, as it writes its version."""
_MULTIPLEXERS = ("screen", "tmux")


def way_to_show(environ: Mapping[str, str], setting: str = "auto", *, ascii_only: bool = False) -> Way:
    """The way for this terminal; a `setting` other than `auto` is believed."""
    if setting != "auto":
        return Way(setting)
    if ascii_only:
        return Way.ASCII
    term = environ.get("TERM", "")
    if term.startswith(_MULTIPLEXERS) or "TMUX" in environ or "TEXTUAL_DRIVER" in environ:
        return Way.BLOCKS  # what lies between us and the terminal would swallow or misplace graphics
    if term.startswith(_KITTY_TERMS) or "KITTY_WINDOW_ID" in environ:
        return Way.KITTY
    if term.startswith(_SIXEL_TERMS) or environ.get("TERM_PROGRAM", "") in _SIXEL_PROGRAMS:
        return Way.SIXEL
    konsole = environ.get("KONSOLE_VERSION", "")
    if konsole.isdecimal() and int(konsole) >= _KONSOLE_SIXEL:
        return Way.SIXEL
    return Way.BLOCKS


def cell_pixels() -> tuple[int, int]:
    """Width and height of a cell in pixels, from the kernel's note of the terminal's size."""
    if sys.platform == "win32":
        return DEFAULT_CELL
    import fcntl
    import termios

    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            assert stream is not None
            packed = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(8))
        except (AssertionError, OSError, ValueError):
            continue
        rows, columns, wide, high = struct.unpack("HHHH", packed)
        if rows and columns and wide and high:
            return max(1, wide // columns), max(1, high // rows)
    return DEFAULT_CELL


def has_display(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a program with windows can be opened here."""
    return platform in ("win32", "darwin") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
