"""The system's own programs for what a terminal shows only roughly: a photo, a page with a map."""

from __future__ import annotations

import os
import subprocess
import sys

from qlue_desk.desk.photos.terminal import has_display
from qlue_desk.words import _


def open_outside(target: str) -> str:
    """Open a file or an address in the system's program; returns what became of it, in a sentence."""
    if not has_display():
        return _("Komputer ini tidak punya layar grafis; letaknya: {target}").format(target=target)
    try:
        if sys.platform == "win32":
            os.startfile(target)
        else:
            program = "open" if sys.platform == "darwin" else "xdg-open"
            subprocess.Popen(
                [program, target],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
    except OSError:
        return _("Penampil tidak bisa dijalankan; letaknya: {target}").format(target=target)
    return _("Dibuka di penampil.")
