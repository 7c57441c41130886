"""The desk's database: an encrypted SQLite file with one writing and one reading thread of its own.

Settings are those of sync.md's SQLite table; why threads are owned here stands in house.md.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec
import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.domain.moves import N_
from qlue_desk.store import schema, twin
from qlue_desk.store.bound import bind_thread, take_touched
from qlue_desk.store.errors import OffThread, StoreError
from qlue_desk.store.key import check_key, load_key
from qlue_desk.store.worker import Worker

DATABASE_FILE = "desk.db"
OLDEST_SQLITE = (3, 51, 3)
"""Before it two connections can corrupt a WAL (sync.md, decision 9)."""
_PRAGMAS: dict[str, str] = {
    "busy_timeout": "5000",
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "fullfsync": "ON",
    "foreign_keys": "ON",
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
    "mmap_size": "0",
    "secure_delete": "ON",
    "wal_autocheckpoint": "1000",
    "journal_size_limit": str(64 * 1024 * 1024),
    "cache_size": "-16000",
    "temp_store": "MEMORY",
}
_STEPS_BETWEEN_CHECKS = 20_000
"""Virtual machine steps of SQLite, about a millisecond."""
_DRAIN_SECONDS = 0.1

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
log = logging.getLogger(__name__)


class Change(msgspec.Struct, frozen=True):
    """A commit has changed these complaints; None means any of them."""

    complaint_ids: frozenset[str] | None


class _EncryptedDatabase(peewee.SqliteDatabase):
    """Peewee on sqlcipher3 with a raw key; playhouse's own class builds the PRAGMA from any text."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._raw_key = check_key(key)
        super().__init__(str(path), autoconnect=False)
        self.server_version = sqlcipher.sqlite_version_info

    def _connect(self) -> Any:
        connection = sqlcipher.connect(
            self.database, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        try:
            # Its own log would write over the screen; errors reach us as exceptions.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{self._raw_key.hex()}'\"")
            for name, value in _PRAGMAS.items():
                connection.execute(f"PRAGMA {name} = {value}").fetchall()
            connection.create_function("casefold", 1, str.casefold, deterministic=True)
        except BaseException:
            connection.close()
            raise
        return connection


class Store:
    """An open desk database. Everything inside happens in `read` and `write`, on the store's threads."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Use `Store.open`."""
        self.folder = folder
        self.path = folder / DATABASE_FILE
        self._database: Any = _EncryptedDatabase(self.path, key)
        self._listeners: list[Callable[[Change], None]] = []
        self._data_version = 0
        self._writer = Worker(
            "store-writer", self._connect, self._disconnect, self._run_write, self._look_at_others
        )
        self._reader = Worker("store-reader", self._connect, self._disconnect, self._run_read)

    @classmethod
    def open(cls, folder: Path, *, key: bytes | None = None) -> Store:
        """Open the database of a data folder, making folder, key and tables where they are missing.

        `key` is 32 raw bytes; None reads or makes the key file beside the database.

        :raises StoreError: with one sentence when it cannot be opened.
        """
        if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError(
                N_("SQLite {found} terlalu lama: perlu {needed} ke atas."),
                found=sqlcipher.sqlite_version,
                needed=".".join(map(str, OLDEST_SQLITE)),
            )
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(
                N_("Folder data {path} tidak bisa dibuat: {why}."), path=str(folder), why=str(error)
            ) from error
        path = folder / DATABASE_FILE
        store = cls(folder, key or load_key(folder, database_exists=path.exists()))
        try:
            store._start()
        except StoreError:
            store.close()
            raise
        except (peewee.PeeweeException, sqlcipher.Error, OSError) as error:
            store.close()
            raise _explained(error, path) from error
        return store

    def _start(self) -> None:
        self._writer.start()
        self.write(schema.prepare).result()
        if sys.platform != "win32":
            os.chmod(self.path, 0o600)
        self._reader.start()

    # --- jobs ------------------------------------------------------------------------------------

    def read(self, call: Callable[..., Result], *args: Any, lane: str = "", **named: Any) -> Future[Result]:
        """Run `call` on the reading thread over one consistent state of the database.

        In a `lane` the newest call makes older ones end with `Superseded`, even while they run.
        """
        return self._reader.submit(partial(call, **named) if named else call, args, lane)

    def write(self, call: Callable[..., Result], *args: Any, **named: Any) -> Future[Result]:
        """Run `call` on the writing thread in one `BEGIN IMMEDIATE` transaction; an exception undoes all."""
        return self._writer.submit(partial(call, **named) if named else call, args)

    def reading(self, call: Callable[..., Result], *args: Any, **named: Any) -> Result:
        """The result of a read: at once on one of the store's threads, waiting for it on any other."""
        if self._is_own_thread():
            return call(*args, **named)
        return self.read(call, *args, **named).result()

    def writing(self, call: Callable[..., Result], *args: Any, **named: Any) -> Result:
        """The result of a write: inside the running transaction on the writing thread, else waited for."""
        here = threading.current_thread()
        if here is self._writer.thread:
            return call(*args, **named)
        if here is self._reader.thread:
            raise OffThread("a write from the reading thread")
        return self.write(call, *args, **named).result()

    def _is_own_thread(self) -> bool:
        return threading.current_thread() in (self._writer.thread, self._reader.thread)

    # --- changes ---------------------------------------------------------------------------------

    def on_change(self, callback: Callable[[Change], None]) -> None:
        """Call back after each commit, on the writing thread: listeners only post messages."""
        self._listeners.append(callback)

    def off_change(self, callback: Callable[[Change], None]) -> None:
        """Stop calling back."""
        if callback in self._listeners:
            self._listeners.remove(callback)

    def close(self) -> None:
        """Finish what is being written, interrupt all else and close; takes at most about 0.3 s."""
        for worker in (self._reader, self._writer):
            if worker.thread.ident is None:
                continue
            worker.close(0.0 if worker is self._reader else _DRAIN_SECONDS)

    def _tell(self, change: Change) -> None:
        for listener in list(self._listeners):
            try:
                listener(change)
            except Exception:
                log.exception("a listener of the store failed")

    # --- on the threads --------------------------------------------------------------------------

    def _connect(self, worker: Worker) -> Any:
        self._database.connect()
        bind_thread(self._database)
        connection = self._database.connection()
        connection.set_progress_handler(worker.must_stop, _STEPS_BETWEEN_CHECKS)
        if worker is self._writer:
            self._data_version = _data_version(connection)
        return connection

    def _disconnect(self) -> None:
        bind_thread(None)
        self._database.close()

    def _run_read(self, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        try:
            with self._database.atomic():
                return call(*args)
        except (peewee.DatabaseError, sqlcipher.DatabaseError) as error:
            raise _explained(error, self.path) from error

    def _run_write(self, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        take_touched()
        try:
            with self._database.atomic("IMMEDIATE"):
                outcome = call(*args)
        except BaseException as error:
            twin.take_back()
            if isinstance(error, (peewee.DatabaseError, sqlcipher.DatabaseError)):
                raise _explained(_first_cause(error), self.path) from error
            raise
        twin.proven()
        self._tell(Change(take_touched()))
        return outcome

    def _look_at_others(self) -> None:
        """Another process (a command beside the open desk) may have committed."""
        found = _data_version(self._database.connection())
        if found != self._data_version:
            self._tell(Change(None))
        self._data_version = found


def _data_version(connection: Any) -> int:
    """Changes on the writing connection when somebody else has committed, never by its own commits."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


_SENTENCES: dict[str, str] = {
    "file is not a database": N_("{path} tidak bisa dibuka dengan kunci ini, atau rusak."),
    "malformed": N_("{path} rusak; jalankan qlue-desk doctor. Tindakan Anda tersimpan juga di outbox.log."),
    "disk is full": N_("Cakram penuh: {path} tidak bisa ditulis. Kosongkan ruang, lalu ulangi."),
    "readonly": N_("{path} hanya bisa dibaca: periksa izin berkasnya."),
    "unable to open": N_("{path} tidak bisa dibuka: periksa izin foldernya."),
    "locked": N_("{path} sedang dipakai proses lain; ulangi sebentar lagi."),
}


def _first_cause(error: Exception) -> Exception:
    """SQLite rolls back by itself when the disk is full; Peewee's own rollback then hides the reason."""
    hidden = error.__context__
    if "no transaction is active" in str(error) and isinstance(hidden, Exception):
        return _first_cause(hidden)
    return error


def _explained(error: Exception, path: Path) -> StoreError:
    """The sentence for an error of SQLite; what it said itself where we have none."""
    said = str(error)
    for part, sentence in _SENTENCES.items():
        if part in said:
            return StoreError(sentence, path=str(path))
    return StoreError(N_("Penyimpanan {path} gagal: {why}."), path=str(path), why=said)
