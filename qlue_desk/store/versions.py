"""A file of the person's own, with its last versions beside it (`name.1` is the newest).

A change that fails leaves the file and every version as they were, also on a full disk.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.store.disk import alone, flush_folder, prepared, refuse_foreign, unwritable
from qlue_desk.store.errors import StoreError

NOTHING = b"# qlue-desk: no settings stood here before\n"
"""The version before the first: a file of no bytes would look like one that a full disk has spoilt."""


class VersionedFile:
    """Reads and changes are the caller's; between the two only `alone` keeps other windows away."""

    def __init__(self, path: Path, kept: int) -> None:
        """`kept`: how many former versions."""
        self.path = path
        self._kept = kept

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Two windows that change the file at once must not lose each other's change.

        :raises StoreError: when the folder cannot be written.
        """
        lock = self.path.with_name(f".{self.path.name}.lock")
        with contextlib.ExitStack() as held:
            try:
                _make_folder(self.path.parent)
                held.enter_context(alone(lock))
            except OSError as error:
                raise unwritable(self.path, error) from error
            yield

    def read(self) -> bytes | None:
        """What the file says; None where there is none.

        :raises StoreError: when it cannot be read, or is no file.
        """
        refuse_foreign(self.path)
        return _read(self.path) if os.path.lexists(self.path) else None

    def write(self, content: bytes) -> None:
        """Replace the file, and keep what stood there as its newest version.

        :raises StoreError: when it cannot be written; nothing is changed then.
        """
        before = self.read() or NOTHING
        places = [self._former(number) for number in range(1, self._kept + 2)]
        for place in places:
            refuse_foreign(place)
        mode = self._mode()
        try:
            # What takes room is written before anything is moved.
            with prepared(self.path, content, mode) as new, prepared(places[0], before, mode) as former:
                with _moved_up(places):
                    os.replace(former, places[0])
                    os.replace(new, self.path)
                flush_folder(self.path.parent)
            places[-1].unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error

    def take_back(self, check: Callable[[bytes, Path], None]) -> bool:
        """Bring the newest version back; False when none is kept. `check` may raise what is wrong with it.

        :raises StoreError: when it was spoilt, or the file cannot be written; nothing is changed then.
        """
        numbers = range(1, self._kept + 1)
        newest = next((each for each in numbers if os.path.lexists(self._former(each))), None)
        if newest is None:
            return False
        refuse_foreign(self.path)
        refuse_foreign(self._former(newest))
        content = _read(self._former(newest))
        if not content.strip(b"\0 \t\r\n"):
            raise StoreError(
                N_("{path} kosong, jadi tidak dipakai. Hapus berkas itu untuk kembali ke versi sebelumnya."),
                path=str(self._former(newest)),
            )
        check(content, self._former(newest))
        try:
            with prepared(self.path, content, self._mode()) as part:
                os.replace(part, self.path)
            self._former(newest).unlink()
            for number in range(newest + 1, self._kept + 1):
                if not self._former(number).is_file():
                    break
                os.replace(self._former(number), self._former(number - 1))
            flush_folder(self.path.parent)
        except OSError as error:
            raise unwritable(self.path, error) from error
        return True

    def _former(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _mode(self) -> int:
        return self.path.stat().st_mode & 0o777 if self.path.is_file() else 0o600


@contextlib.contextmanager
def _moved_up(places: list[Path]) -> Iterator[None]:
    """The first place free, what lay there and behind it up to a gap one further; back again on an error."""
    free = next((at for at, place in enumerate(places) if not place.is_file()), len(places) - 1)
    moved = 0
    try:
        for at in range(free, 0, -1):
            os.replace(places[at - 1], places[at])
            moved += 1
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            if free == 0:
                places[0].unlink(missing_ok=True)
            for at in range(free - moved, free):
                os.replace(places[at + 1], places[at])
        raise


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            N_("{path} tidak bisa dibaca: {why}."), path=str(path), why=reason_of(error)
        ) from error
