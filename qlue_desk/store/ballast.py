"""Room kept for a full disk: a file that is given up, so that a person's last actions are still recorded.

What comes from central does not get this room: it can be fetched again (`room_for_more`).
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from qlue_desk.store import disk
from qlue_desk.store.errors import DiskFull

FILE = "ballast"
SIZE = 4 * 1024 * 1024
"""Some thousands of actions, or a large photo."""
SPARE = 8 * SIZE
"""Free bytes from which on the file is made again."""
LAST = 1024 * 1024
"""Free bytes that are kept for own work."""


def make(folder: Path) -> None:
    """Make the file unless it is there or the disk is nearly full; never fails."""
    path = folder / FILE
    with contextlib.suppress(OSError):
        if path.exists() or shutil.disk_usage(folder).free < SPARE:
            return
        try:
            disk.occupy(path, SIZE)
        except OSError:
            path.unlink(missing_ok=True)


def give_up(folder: Path) -> bool:
    """Free the room; False when it was given up before."""
    try:
        (folder / FILE).unlink()
    except OSError:
        return False
    return True


def with_room(folder: Path, path: Path, write: Callable[[], object]) -> None:
    """Write a file that carries own work out; the ballast is given up for it.

    :raises DiskFull: when there is no room even then.
    """
    for _attempt in range(2):
        try:
            write()
            return
        except OSError as error:
            if not disk.is_full(error):
                raise
            if not give_up(folder):
                raise DiskFull(path) from error
    raise DiskFull(path)


def running_out(folder: Path) -> bool:
    """Whether so little is left that only own work may be written."""
    try:
        return shutil.disk_usage(folder).free < LAST
    except OSError:
        return False


def room_for_more(folder: Path) -> None:
    """Called before what central sent is kept.

    :raises DiskFull: when what is left is for the person's own work.
    """
    if running_out(folder):
        raise DiskFull(folder)
