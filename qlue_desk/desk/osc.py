"""The only place that writes control sequences to the terminal by hand (beside `pen`, for cells): title, clipboard, notification.

Each takes text of ours or of citizens; `_plain` leaves nothing in it that could end a sequence early, and
what goes into the clipboard is base64.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

from qlue_desk.desk.terminal import in_screen, in_tmux
from qlue_desk.domain.text import clean

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"
LONGEST = 200
"""Characters of a title or a notification."""
SCREEN_PIECE = 76
"""GNU screen takes no longer strings."""
SAVE_TITLE = f"{ESC}[22;0t"
"""Puts the title on the terminal's own stack (xterm and most others; the rest ignore it)."""
RESTORE_TITLE = f"{ESC}[23;0t"


def _plain(text: str) -> str:
    """Text in which no character is a control: neither ESC nor BEL nor C1 can break out of a sequence."""
    return "".join(c for c in clean(text, False) if c.isprintable())[:LONGEST]


def title(text: str) -> str:
    """Set the title of window and tab."""
    return f"{ESC}]0;{_plain(text)}{BEL}"


def notification(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """OSC 9: the desktop of iTerm2, kitty, WezTerm, Windows Terminal, foot, ghostty shows it.

    Only words stand behind the 9: `9;4;…` would be a progress bar, so a leading digit gets a word before.
    """
    words = _plain(text)
    return through(f"{ESC}]9;{words if not words[:1].isdigit() else 'qlue: ' + words}{BEL}", environ)


def copy(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """OSC 52: the terminal's own clipboard, also at the far end of an ssh.

    tmux takes it as it is where `set-clipboard` is on (or external for what it wraps), so both ways are sent:
    doing it twice does no harm, for it copies the same.
    """
    encoded = base64.b64encode(text.encode()).decode()
    plain = f"{ESC}]52;c;{encoded}{BEL}"
    return plain + through(plain, environ) if in_tmux(environ) else through(plain, environ)


def through(sequence: str, environ: Mapping[str, str] = os.environ) -> str:
    """Wrap a sequence so that tmux (`allow-passthrough on`) or GNU screen hand it to the terminal outside."""
    if in_tmux(environ):
        return f"{ESC}Ptmux;{sequence.replace(ESC, ESC + ESC)}{ST}"
    if in_screen(environ):
        pieces = [sequence[at : at + SCREEN_PIECE] for at in range(0, len(sequence), SCREEN_PIECE)]
        return "".join(f"{ESC}P{piece}{ST}" for piece in pieces)
    return sequence
