"""Whether another process has this database open: a log left behind by nobody means an unclean stop."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

FILE = "desk.open"
WINDOW = "desk.window"
"""The same of open desks alone: commands and the engine's own process are none."""


class Presence:
    """A shared lock on a file of the data folder, held as long as a store is open, or a desk (`WINDOW`)."""

    def __init__(self, folder: Path, file: str = FILE) -> None:
        self._path = folder / file
        self._handle: int | None = None

    def enter(self) -> bool:
        """Take part; True when nobody else does. Where locks do not work, nobody is ever known of."""
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
            self._handle = os.open(self._path, flags, 0o600)
        except OSError:
            return True
        return _enter(self._handle)

    def leave(self) -> None:
        """Take part no longer."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.close(self._handle)
            self._handle = None


if sys.platform == "win32":

    def _enter(handle: int) -> bool:
        return True

else:
    import fcntl

    def _enter(handle: int) -> bool:
        alone = _lock(handle, fcntl.LOCK_EX)
        _lock(handle, fcntl.LOCK_SH)
        return alone

    def _lock(handle: int, kind: int) -> bool:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
