"""The system's own programs for what a terminal shows only roughly: a photo, a page with a map."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from qlue_desk.desk.photos.terminal import has_display
from qlue_desk.domain.media import media_type_of
from qlue_desk.words import _

_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
}


def copied_out(content: bytes, sha256: str) -> Path:
    """A readable copy for another program, for as long as the desk is open; its name is ours, never the sender's.

    :raises OSError: when there is no room for it.
    """
    path = _folder() / f"{sha256[:12]}{_ENDINGS.get(media_type_of(content) or '', '')}"
    path.write_bytes(content)
    return path


@cache
def _folder() -> Path:
    """Only this user may look into it; in memory where the system has a place for that."""
    in_memory = os.environ.get("XDG_RUNTIME_DIR", "")
    made = Path(tempfile.mkdtemp(prefix="qlue-desk-", dir=in_memory if os.path.isdir(in_memory) else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


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
