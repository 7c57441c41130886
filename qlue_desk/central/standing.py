"""Whether central's database file still lies where it was opened, and what is left where it does not.

A file that was deleted or replaced while it was open goes on taking writes that nobody will ever see again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from qlue_desk.central.errors import DatabaseProblem
from qlue_desk.central.seen import FILE as HEADS_FILE
from qlue_desk.domain.moves import N_

BACKUPS_FOLDER = "backups"
SET_ASIDE = "-replaced-"
"""In the names of databases that a restore replaced."""
log = logging.getLogger("qlue_desk.central")


class Standing:
    """The file of one open database; safe for many threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: tuple[int, int] | None = None
        self._gone = False

    def opened(self) -> None:
        """A connection was made: the file that lies there now is ours."""
        if self._opened is None:
            self._opened = self._now()

    def check(self, rescue: Callable[[Path], None] | None = None) -> None:
        """Go on only while the same file lies there; costs one look at the folder.

        Whoever notices it first writes what the open file still holds beside the backups, by `rescue`.

        :raises DatabaseProblem: when it was deleted or replaced, from then on each time.
        """
        if not self._gone and (self._opened is None or self._opened == self._now()):
            return
        with self._lock:
            if rescue is not None and not self._gone:
                self._gone = True
                self._tell(rescue)
        raise DatabaseProblem(
            N_("Basis data pusat hilang atau diganti selagi dipakai; server harus dihentikan dan dipulihkan.")
        )

    def _tell(self, rescue: Callable[[Path], None]) -> None:
        name = f"{self._path.stem}-rescued-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.db"
        target = self._path.parent / BACKUPS_FOLDER / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            rescue(target)
        except Exception as error:
            log.error("what %s held could not be written to %s: %s", self._path, target, error)
        else:
            log.error("what %s held is in %s", self._path, target)
        log.error(
            "%s was deleted or replaced while it was in use: nothing is taken any more; "
            "stop this server, then: qlue-desk central restore FILE",
            self._path,
        )

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def refuse_where_one_was(path: Path) -> None:
    """A database that is not there, though a central has worked in this folder, is no reason to begin anew.

    :raises DatabaseProblem: naming the newest backup, where there is one.
    """
    folder = path.parent
    found = [file for file in (folder / BACKUPS_FOLDER).glob("*.db") if SET_ASIDE not in file.name]
    if found:
        newest = max(found, key=lambda file: file.stat().st_mtime)
        raise DatabaseProblem(
            N_("Basis data di {path} hilang, padahal pernah ada; pulihkan: central restore {newest}"),
            path=str(folder),
            newest=str(newest),
        )
    if (folder / HEADS_FILE).is_file():
        raise DatabaseProblem(
            N_("Basis data di {path} hilang, padahal pernah ada; pulihkan cadangannya: central restore FILE"),
            path=str(folder),
        )
