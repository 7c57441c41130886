"""Room kept for a full disk: a file that is given up, so that a person's last actions are still recorded.

What comes from central does not get this room: it can be fetched again (`room_for_more`).
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from qlue_desk.domain.moves import N_
from qlue_desk.store import disk
from qlue_desk.store.errors import DiskFull

Result = TypeVar("Result")

FILE = "ballast"
SIZE = 4 * 1024 * 1024
"""Some thousands of actions, or a large photo."""
SHARE = 8
"""Of a small disk no more than this part of what is free is put by."""
LEAST = 256 * 1024
"""Less would not carry SQLite's own pages of a last action."""
OWN_WORK = 128 * 1024
"""Bytes that an action may take: its pages in the database's log, and its line in the twin."""
LAST = 1024 * 1024
"""Free bytes that are kept for own work."""

NEARLY_FULL = N_(
    "Cakram hampir penuh di {path}: kosongkan ruang."
    " Tindakan masih dicatat dan dikirim, yang baru dari pusat belum diambil."
)
FULL = N_(
    "Cakram penuh di {path}: tindakan berikutnya tidak bisa dicatat sebelum ada ruang; tidak ada pula yang dikirim"
    " atau diambil. Yang sudah tercatat tetap tersimpan."
)


def make(folder: Path) -> None:
    """Make the file, or a larger one where a small one was made on a fuller disk; never fails.

    Nothing is put by where so little is free that the file itself would fill the disk.
    """
    path = folder / FILE
    with contextlib.suppress(OSError):
        there = path.stat().st_size if path.exists() else 0
        size = min(SIZE, (shutil.disk_usage(folder).free + there) // SHARE)
        if size < max(LEAST, 2 * there):
            return
        try:
            disk.occupy(path, size)
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


def twice(folder: Path, write: Callable[[], Result]) -> Result:
    """What a write in the database says; where the disk is full once more, in the ballast's room.

    :raises DiskFull: when there is no room even then.
    """
    try:
        return write()
    except DiskFull:
        if not give_up(folder):
            raise
    return write()


def running_out(folder: Path) -> bool:
    """Whether so little is left that only own work may be written."""
    try:
        return shutil.disk_usage(folder).free < LAST
    except OSError:
        return False


def own_work_fits(folder: Path) -> bool:
    """Whether a person's next action can still be recorded, if need be in the place of the ballast."""
    return (folder / FILE).is_file() or disk.has_room(folder, OWN_WORK)


def room_for_more(folder: Path) -> None:
    """Called before what central sent is kept.

    :raises DiskFull: when what is left is for the person's own work.
    """
    if running_out(folder):
        raise DiskFull(folder)
