"""The desk's database: an encrypted SQLite file with a writing and two reading threads of its own.

What a key waits for is read beside what takes long (all ids, counts, summaries), never behind it. SQLite belongs to the thread that opened it, so threads are owned here: screens only ever wait for answers.
"""

from __future__ import annotations

import logging
import os
import secrets
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
from qlue_desk.domain.system import reason_of
from qlue_desk.store import ballast, outbox, recording, schema, twin
from qlue_desk.store.bound import bind_thread, take_touched
from qlue_desk.store.connecting import EncryptedDatabase, Way, explained, first_cause
from qlue_desk.store.disk import is_full
from qlue_desk.store.errors import DiskFull, NewerDatabase, OffThread, StoreError
from qlue_desk.store.key import load_key
from qlue_desk.store.location import refuse_file, refuse_network
from qlue_desk.store.others import Others
from qlue_desk.store.presence import Presence
from qlue_desk.store.resting import Resting
from qlue_desk.store.worker import Worker

DATABASE_FILE = "desk.db"
OLDEST_SQLITE = (3, 51, 3)
"""Before it two connections can corrupt a WAL."""
_STEPS_BETWEEN_CHECKS = 20_000
"""Virtual machine steps of SQLite, about a millisecond."""
_DRAIN_SECONDS = 0.12
"""Closing lets what was recorded be written, as long as no single job takes longer than this."""
_SCANNER_CACHE = -2000
"""Kilobytes, as SQLite writes them."""
_LONG_LOG, _LONGEST_LOG = 1000, 8000
"""Pages of the database's log (4 and 32 MB) from which on a commit moves them into the database, which takes up to a
second: one that nobody waits for, and one with a person's action. Mostly the log is emptied before, in idle time."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
log = logging.getLogger(__name__)


class Change(msgspec.Struct, frozen=True):
    """A commit has changed these complaints; None means any of them."""

    complaint_ids: frozenset[str] | None
    elsewhere: bool = False
    """By another process."""


class _Read(msgspec.Struct, frozen=True):
    """A read on the writing thread, where there is no other."""

    call: Callable[..., Any]


class Store:
    """An open desk database. Everything inside happens in `read` and `write`, on the store's threads."""

    def __init__(self, folder: Path, key: bytes, way: Way = Way.SHARED, family: str = "") -> None:
        """Use `Store.open`."""
        self.folder = folder
        self.path = folder / DATABASE_FILE
        self.read_only: StoreError | None = None
        """Why nothing can be written, None when it can."""
        self.off_network = False
        """The switch of the person: whoever asks central for this database must not, until it is on again."""
        self.family = family or secrets.token_hex(8)
        """Whose commits are no news here: this store's, and those of the process that syncs for it, which tells them."""
        self.has_partner = False
        """A process of ours syncs this folder: it tells what it commits, and does the chores of an idle database."""
        self._way = way
        self._unclean = False
        self._presence = Presence(folder)
        self._database: Any = EncryptedDatabase(self.path, key, way)
        self._listeners: list[Callable[[Change], None]] = []
        self._others = Others(self.family)
        self._log_grows_to = 0
        self._writer = Worker("store-writer", self._connect, self._disconnect, self._run, self._idle)
        self._resting = Resting(self.path, self._database, self._others, self._writer.is_wanted)
        self._reader = Worker("store-reader", self._connect, self._disconnect, self._run_read)
        self._scanner = Worker("store-scanner", self._connect, self._disconnect, self._run_read)
        """Reads what takes long; started by the first such read, because a command has none."""
        self._scanner_lock = threading.Lock()
        self._scanning: bool | None = None
        """None before the first such read."""

    @classmethod
    def open(cls, folder: Path, family: str = "") -> Store:
        """Open the database of a data folder, making folder, key and tables where they are missing.

        `family`: that of the desk for which this process works.

        :raises StoreError: with one sentence when it cannot be opened.
        """
        if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError(
                N_("SQLite {found} terlalu lama: perlu {needed} ke atas."),
                found=sqlcipher.sqlite_version,
                needed=".".join(map(str, OLDEST_SQLITE)),
            )
        refuse_network(folder)
        refuse_file(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(
                N_("Folder data {path} tidak bisa dibuat: {why}."), path=str(folder), why=reason_of(error)
            ) from error
        there = (folder / DATABASE_FILE).exists()
        key = load_key(folder, database_exists=there)
        try:
            return cls(folder, key, family=family)._opened()
        except DiskFull:
            if not there:
                raise
            # Reading needs no room when no other process reads; own work gets that of the ballast.
            way = Way.ALONE
        except StoreError:
            if not _sealed(folder):
                raise
            way = Way.SEALED
        return cls(folder, key, way, family)._opened()

    @property
    def is_shared(self) -> bool:
        """Whether other processes may have the database open, too; not so on a full disk."""
        return self._way is Way.SHARED

    def _opened(self) -> Store:
        try:
            self._start()
        except StoreError:
            self.close()
            raise
        except (peewee.PeeweeException, sqlcipher.Error, OSError) as error:
            self.close()
            raise explained(error, self.path) from error
        return self

    def _start(self) -> None:
        log_left = self.path.with_name(DATABASE_FILE + "-wal")
        self._unclean = self._presence.enter() and log_left.exists() and log_left.stat().st_size > 0
        self._writer.start()
        if self._way is Way.SEALED:
            self.read(schema.prepare).result()
            self.read_only = StoreError(
                N_(
                    "Folder data {path} hanya bisa dibaca, jadi tidak ada yang dicatat:"
                    " periksa cakram atau izinnya."
                ),
                path=str(self.folder),
            )
            return
        try:
            self.write(schema.prepare).result()
        except NewerDatabase as error:
            self.read_only = error
        if self._unclean and self.read_only is None:
            self.write(outbox.complete_twin)
        schema.forget_copies(self.folder, older_than=schema.KEEP_COPY_SECONDS)
        if sys.platform != "win32":
            os.chmod(self.path, 0o600)
        if self._way is Way.SHARED:
            self._reader.start()

    # --- jobs ------------------------------------------------------------------------------------

    def read(self, call: Callable[..., Result], *args: Any, lane: str = "", **named: Any) -> Future[Result]:
        """Run `call` on the reading thread over one consistent state of the database.

        In a `lane` the newest call makes older ones end with `Superseded`, even while they run.
        """
        work = partial(call, **named) if named else call
        return self._read(self._reader, self._scanner, work, args, lane)

    def scan(self, call: Callable[..., Result], *args: Any, lane: str = "", **named: Any) -> Future[Result]:
        """The same for a read of very many rows: those that a key waits for pass it on a thread of their own."""
        work = partial(call, **named) if named else call
        if self._way is Way.SHARED and self._scanner_runs():
            return self._read(self._scanner, self._reader, work, args, lane)
        return self._read(self._reader, self._scanner, work, args, lane)

    def _read(
        self, worker: Worker, other: Worker, work: Callable[..., Result], args: tuple[Any, ...], lane: str
    ) -> Future[Result]:
        if self._way is not Way.SHARED:
            return self._writer.submit(_Read(work), args, lane)  # type: ignore[arg-type]
        if lane:
            other.supersede(lane)
        return worker.submit(work, args, lane)

    def _scanner_runs(self) -> bool:
        """Start it; where no further connection can be had the one reader does it all."""
        with self._scanner_lock:
            if self._scanning is None:
                try:
                    self._scanner.start()
                    self._scanning = True
                except (peewee.PeeweeException, sqlcipher.Error, OSError):
                    self._scanning = False
            return self._scanning

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
        if here in (self._reader.thread, self._scanner.thread):
            raise OffThread("a write from the reading thread")
        return self.write(call, *args, **named).result()

    def _is_own_thread(self) -> bool:
        return threading.current_thread() in (
            self._writer.thread,
            self._reader.thread,
            self._scanner.thread,
        )

    # --- changes ---------------------------------------------------------------------------------

    def on_change(self, callback: Callable[[Change], None]) -> None:
        """Call back after each commit, on whatever thread hears of it first: listeners only post messages."""
        self._listeners.append(callback)

    def off_change(self, callback: Callable[[Change], None]) -> None:
        """Stop calling back."""
        if callback in self._listeners:
            self._listeners.remove(callback)

    def close(self) -> None:
        """Finish what is being written, interrupt all else and close; at most about 0.3 s after the last that is done."""
        with self._scanner_lock:
            self._scanning = bool(self._scanning)
        for worker in (self._scanner, self._reader, self._writer):
            if worker.thread.ident is None:
                continue
            worker.close(_DRAIN_SECONDS if worker is self._writer else 0.0)
        self._presence.leave()

    def tell(self, change: Change) -> None:
        """Call the listeners: after a commit, here or heard of from another process."""
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
        if worker is self._scanner:  # it reads each page once: keeping them helps nobody
            connection.execute(f"PRAGMA cache_size = {_SCANNER_CACHE}").fetchall()
        if worker is self._writer:
            try:
                if self._unclean:
                    schema.check()
                if self._way is not Way.SEALED:
                    schema.back_up(self.path)
                self._others.begin(connection)
            except BaseException:
                self._disconnect()
                raise
        return connection

    def _disconnect(self) -> None:
        bind_thread(None)
        self._database.close()

    def _run_read(self, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        try:
            with self._database.atomic():
                return call(*args)
        except (peewee.DatabaseError, sqlcipher.DatabaseError) as error:
            raise explained(error, self.path) from error

    def _run(self, call: Any, args: tuple[Any, ...]) -> Any:
        if isinstance(call, _Read):
            return self._run_read(call.call, args)
        if self.read_only is not None:
            raise self.read_only.with_traceback(None)
        return self._run_write(call, args)

    def _run_write(self, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        outcome = ballast.twice(self.folder, partial(self._write_once, call, args))
        if (rest := recording.take_afterwards()) is not None:
            ballast.twice(self.folder, partial(self._write_once, rest, ()))
        return outcome

    def _write_once(self, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        take_touched()
        connection = self._database.connection()
        try:
            with recording.together(self._database):
                self._others.enter(connection)
                outcome = call(*args)
                strangers = self._others.leave(connection)
                self._let_log_grow(_LONGEST_LOG if twin.grows() else _LONG_LOG)
        except BaseException as error:
            if isinstance(error, (peewee.DatabaseError, sqlcipher.DatabaseError)) or is_full(error):
                raise explained(first_cause(error), self.path) from error
            raise
        self.tell(Change(take_touched()))
        if strangers:
            self.tell(Change(None, elsewhere=True))
        return outcome

    def _let_log_grow(self, pages: int) -> None:
        if pages != self._log_grows_to:
            self._database.connection().execute(f"PRAGMA wal_autocheckpoint = {pages}").fetchall()
            self._log_grows_to = pages

    def _idle(self) -> None:
        if self._others.look(self._database.connection()):
            self.tell(Change(None, elsewhere=True))
        if self.read_only is not None:
            return
        self._resting.turn(alone=not self.has_partner)


def _sealed(folder: Path) -> bool:
    """Whether a database is there that cannot be written, with nothing of it left in a log."""
    path = folder / DATABASE_FILE
    log_left = folder / f"{DATABASE_FILE}-wal"
    try:
        whole = path.is_file() and not (log_left.exists() and log_left.stat().st_size)
    except OSError:
        return False
    return whole and not (os.access(folder, os.W_OK) and os.access(path, os.W_OK))
