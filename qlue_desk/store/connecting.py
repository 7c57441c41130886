"""One encrypted connection: its settings, and what its errors mean."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Any

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.domain.moves import N_
from qlue_desk.store.disk import SHARED_MEMORY, has_room, is_full
from qlue_desk.store.errors import Damaged, DiskFull, StoreError
from qlue_desk.store.key import check_key

BUSY_SECONDS = 5.0
"""How long a write waits for that of another process."""
_LOOK_AGAIN_SECONDS = 0.001
_PRAGMAS: dict[str, str] = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "fullfsync": "ON",
    "foreign_keys": "ON",
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
    "mmap_size": "0",
    "secure_delete": "ON",
    "journal_size_limit": str(64 * 1024 * 1024),
    "cache_size": "-16000",
    "temp_store": "MEMORY",
}

_READING = {
    name: _PRAGMAS[name] for name in ("trusted_schema", "cell_size_check", "cache_size", "temp_store")
}


class Way(StrEnum):
    """How a database is opened."""

    SHARED = "shared"
    """With other connections and processes."""
    ALONE = "alone"
    """The only connection of all processes: needs no shared file, and so no room on a full disk."""
    SEALED = "sealed"
    """Nothing can be written beside it or into it: it is read as it lies there."""


class EncryptedDatabase(peewee.SqliteDatabase):
    """Peewee on sqlcipher3 with a raw key; playhouse's own class builds the PRAGMA from any text."""

    def __init__(self, path: Path, key: bytes, way: Way) -> None:
        self._raw_key = check_key(key)
        self._way = way
        super().__init__(str(path), autoconnect=False)
        self.server_version = sqlcipher.sqlite_version_info

    def _connect(self) -> Any:
        place = self.database
        if self._way is Way.SEALED:
            place = Path(place).absolute().as_uri() + "?immutable=1"
        connection = sqlcipher.connect(
            place,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            uri=self._way is Way.SEALED,
        )
        try:
            wait_for_others(connection)
            # Its own log would write over the screen; errors reach us as exceptions.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{self._raw_key.hex()}'\"")
            if self._way is Way.ALONE:  # before anything is read, else the shared file is made
                connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            for name, value in (_PRAGMAS if self._way is not Way.SEALED else _READING).items():
                connection.execute(f"PRAGMA {name} = {value}").fetchall()
            connection.create_function("casefold", 1, str.casefold, deterministic=True)
        except BaseException:
            connection.close()
            raise
        return connection


def wait_for_others(connection: Any) -> None:
    """Look every millisecond whether the other process is done.

    SQLite's own `busy_timeout` sleeps up to 100 ms at a time: while an engine applies page after page with a few
    milliseconds between them, a person's act would miss one gap after the other.
    """
    began = 0.0

    def go_on(turn: int) -> bool:
        nonlocal began
        if turn == 0:
            began = time.monotonic()
        time.sleep(_LOOK_AGAIN_SECONDS)
        return time.monotonic() - began < BUSY_SECONDS

    connection.set_busy_handler(go_on)


def empty_log(connection: Any) -> None:
    """Move the log's pages into the database while nobody waits; whoever reads or writes meanwhile has his way.

    :raises Error: of SQLite, when the disk fails or somebody is at it.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        # The second alone would hold off who writes until the disk has taken all pages.
        for mode in ("PASSIVE", "TRUNCATE"):
            connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
    finally:
        wait_for_others(connection)


_DAMAGE: dict[str, str] = {
    "file is not a database": N_(
        "{path} tidak bisa dibuka dengan kunci ini, atau rusak; obatnya: qlue-desk doctor."
    ),
    "malformed": N_("{path} rusak; obatnya: qlue-desk doctor."),
}
_NO_IO = "disk I/O error"
_SENTENCES: dict[str, str] = {
    "readonly": N_("{path} hanya bisa dibaca: periksa izin berkasnya."),
    "unable to open": N_("{path} tidak bisa dibuka: periksa izin foldernya."),
    "locked": N_("{path} sedang dipakai proses lain; ulangi sebentar lagi."),
}


def first_cause(error: BaseException) -> BaseException:
    """SQLite rolls back by itself when the disk is full; Peewee's own rollback then hides the reason."""
    hidden = error.__context__
    if "no transaction is active" in str(error) and isinstance(hidden, BaseException):
        return first_cause(hidden)
    return error


def explained(error: BaseException, path: Path) -> StoreError:
    """The sentence for an error of SQLite; what it said itself where we have none."""
    said = str(error)
    if (
        "disk is full" in said
        or is_full(error)
        or (_NO_IO in said and not has_room(path.parent, SHARED_MEMORY))
    ):
        return DiskFull(path)
    for part, sentence in _DAMAGE.items():
        if part in said:
            return Damaged(sentence, path=str(path))
    if path.is_dir():
        return StoreError(N_("{path} adalah folder, bukan basis data; pindahkan folder itu."), path=str(path))
    for part, sentence in _SENTENCES.items():
        if part in said:
            return StoreError(sentence, path=str(path))
    return StoreError(N_("Penyimpanan {path} gagal: {why}."), path=str(path), why=said)
