"""What the disk itself does: names that survive a power cut, and room that runs out."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

SHARED_MEMORY = 64 * 1024
"""What SQLite needs to open a database: its -shm file, and a little more."""
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""No room on the disk, above the limit of a file, above the quota."""


def flush_folder(folder: Path) -> None:
    """Make a new or renamed file's name durable, not only its content."""
    if os.name == "nt":  # Windows cannot open a folder for fsync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_file(path: Path) -> None:
    """Make the content of a finished file durable."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(error: BaseException) -> bool:
    """Whether an error of the operating system means that there is no room left."""
    return isinstance(error, OSError) and error.errno in _FULL


def has_room(folder: Path, size: int) -> bool:
    """Whether `size` bytes can be written now, found by writing them: quotas show nowhere else."""
    probe = folder / f".room.{os.getpid()}"
    try:
        occupy(probe, size)
    except OSError as error:
        return not is_full(error)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    return True


def occupy(path: Path, size: int) -> None:
    """Make a file that really takes `size` bytes of the disk.

    :raises OSError: when there is no room; what was begun is left.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, size)
        else:
            write_all(handle, os.urandom(size))
    finally:
        os.close(handle)


def write_all(handle: int, content: bytes) -> None:
    """Write every byte: on a full disk the operating system may take some of them and say nothing.

    :raises OSError: when the rest does not fit; what was taken stays.
    """
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
