"""What the disk itself does: names that survive a power cut, and room that runs out."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.store.errors import StoreError

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


def refuse_foreign(path: Path, ours: bytes = b"") -> None:
    """Whether a file may be written at `path`: nothing lies there, or a file that begins like `ours`.

    :raises StoreError: when a device, a pipe, a link to nowhere or somebody else's file lies there.
    """
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise StoreError(N_("{path} bukan berkas biasa; pilih nama lain."), path=str(path))
    if not ours:
        return
    try:
        with path.open("rb") as file:
            begins = file.read(len(ours))
    except OSError as error:
        raise unwritable(path, error) from error
    if begins != ours:
        raise StoreError(N_("Di {path} sudah ada berkas lain; pilih nama lain."), path=str(path))


@contextlib.contextmanager
def prepared(path: Path, content: bytes, mode: int = 0o600) -> Iterator[Path]:
    """The content durably beside `path`, to be renamed over it in the block; what is not renamed goes away.

    :raises OSError: when it cannot be written there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode != 0o600:
            part.chmod(mode)
        yield part
    finally:
        with contextlib.suppress(OSError):  # why it was not written is what to tell
            part.unlink(missing_ok=True)


def put_in_place(path: Path, content: bytes) -> None:
    """Write a file for this user only, over whatever lies there; whole or not at all, also across a power cut.

    :raises OSError: when it cannot be written there; nothing of it is left.
    """
    with prepared(path, content) as part:
        os.replace(part, path)
        flush_folder(path.parent)


def write_durably(path: Path, content: bytes, ours: bytes = b"") -> None:
    """Write a file for this user only; it appears whole or not at all, and survives a power cut.

    `ours`: how a file must begin to be replaced; without it any regular file is.

    :raises StoreError: with one sentence when it cannot be written there.
    """
    refuse_foreign(path, ours)
    try:
        put_in_place(path, content)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> StoreError:
    """Why a file could not be written, as one sentence."""
    return StoreError(N_("{path} tidak bisa ditulis: {why}."), path=str(path), why=reason_of(error))


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


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process of this machine at a time; the operating system frees the lock when its holder dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        _wait_for_lock(handle)
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _wait_for_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _wait_for_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)
