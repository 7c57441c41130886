"""Opening central's database, what both kinds share, and SQLite; PostgreSQL: `postgres`.

SQL is written once with `?` for values. SQLite runs through the sqlcipher3 driver without a key, for
its SQLite is new enough to be free of the WAL-reset corruption.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import peewee
from playhouse.pool import PooledDatabase

from qlue_desk.central.errors import DatabaseBusy, DatabaseProblem
from qlue_desk.central.standing import Standing, refuse_where_one_was
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean

SQLITE_PREFIX = "sqlite://"
POSTGRES_PREFIXES = ("postgresql://", "postgres://")
OLDEST_SQLITE = (3, 51, 3)
MAX_CONNECTIONS = 64
BUSY_SECONDS = 5
PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", "on"),
    ("trusted_schema", "off"),
    ("cell_size_check", "on"),
    ("mmap_size", 0),
    ("busy_timeout", BUSY_SECONDS * 1000),
    ("journal_size_limit", 64 * 1024 * 1024),
    ("secure_delete", "on"),
    ("cache_size", -16_000),
)

Row = Sequence[Any]
log = logging.getLogger("qlue_desk.central")


class CentralDatabase(PooledDatabase, peewee.Database):  # type: ignore[misc]
    """What central asks of either database: statements, transactions that nest, row locks."""

    dialect = ""
    _begin_write = "BEGIN"
    _begin_read = "BEGIN"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._thread = threading.local()
        self._writer = threading.RLock()
        self.on_undo: Callable[[], None] = lambda: None
        """Called after a transaction was undone: whoever kept what it had read must forget it."""
        super().__init__(*args, **kwargs)

    @property
    def place(self) -> str:
        """What a person calls it: its file, or its address without name and password."""
        return str(self.database)

    def run(self, statement: str, values: Sequence[object] = ()) -> Any:
        """Execute one statement on this thread's connection and return its cursor."""
        try:
            return self._execute(statement, values)
        except Exception as error:
            raise self._named(error) from error

    def _execute(self, statement: str, values: Sequence[object]) -> Any:
        return self._driver().execute(self.translate(statement), values)

    def one(self, statement: str, values: Sequence[object] = ()) -> Row | None:
        """The first row, None when there is none."""
        row: Row | None = self.run(statement, values).fetchone()
        return row

    def all(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows."""
        rows: list[Row] = self.run(statement, values).fetchall()
        return rows

    def later(self, statement: str, values: Sequence[object] = ()) -> None:
        """A write whose outcome nobody looks at: it may travel with what the transaction says next.

        Nothing comes before it that was said after it; its error is raised by what it travels with.
        """
        self.run(statement, values)

    def locked(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of a SELECT, held until the transaction ends; its order is that of locking."""
        return self.all(statement, values)

    def _driver(self) -> Any:
        """The driver's connection of this thread."""
        return self.connection()  # type: ignore[no-untyped-call]

    @staticmethod
    def translate(statement: str) -> str:
        """The statement with this driver's marks for values."""
        return statement

    @contextmanager
    def connected(self) -> Iterator[None]:
        """A connection for this thread: the one it has, else one of the pool, given back at the end."""
        if not self.is_closed():
            yield
            return
        self._take_connection()
        try:
            yield
        finally:
            self.close()

    def _take_connection(self) -> None:
        self.connect()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One write transaction; inside another it joins that one.

        What `once_durable` collected runs once, after the commit of the outermost.
        """
        if self._depth:
            if self._thread.only_reads:
                raise RuntimeError("a write inside a reading transaction")
            yield
            return
        hooks: list[Callable[[], None]] = []
        with self.connected(), self._one_writer():
            self._thread.hooks = hooks
            with self._framed(self._begin_write, only_reads=False):
                yield
        for hook in hooks:
            hook()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent view of the data over several statements; inside a transaction that one's."""
        if self._depth:
            yield
            return
        with self.connected(), self._framed(self._begin_read, only_reads=True):
            yield

    def once_durable(self, hook: Callable[[], None]) -> None:
        """Call `hook` once the running transaction is durable; it is dropped when that is undone."""
        self._thread.hooks.append(hook)

    def lock_rows(self, table: str, column: str, keys: Sequence[str]) -> None:
        """Hold the rows until the transaction ends, in ascending order of the key."""

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy of the whole database to `target`, while others go on working."""
        raise DatabaseProblem(N_("Cadangan dari sini hanya untuk SQLite; pakai pg_dump untuk PostgreSQL."))

    def identity(self) -> str:
        """What changes when another database stands at the same address; '' when nothing can tell."""
        return ""

    def quick_check(self) -> str:
        """`ok`, or what is damaged."""
        self.one("SELECT 1")
        return "ok"

    @property
    def in_transaction_now(self) -> bool:
        """Whether this thread is inside `writing` or `reading`."""
        return self._depth > 0

    @property
    def _depth(self) -> int:
        depth: int = getattr(self._thread, "depth", 0)
        return depth

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        yield

    def check_standing(self) -> None:
        """Before a transaction begins: whether its work would still be found.

        :raises DatabaseProblem: when the file of the database was deleted or replaced.
        """

    @contextmanager
    def _framed(self, begin: str, *, only_reads: bool) -> Iterator[None]:
        self.check_standing()
        self.run(begin)
        self._thread.depth, self._thread.only_reads = 1, only_reads
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(Exception):  # a lost connection has rolled back by itself
                self.run("ROLLBACK")
            self._thread.depth = 0
            self.on_undo()
            raise
        self._thread.depth = 0

    @staticmethod
    def _named(error: Exception) -> Exception:
        return error


class _Driver(peewee.SqliteDatabase):
    """SQLite by the sqlcipher3 driver; below the pool, which asks it for connections."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        super().__init__(path, **kwargs)
        self._standing = Standing(Path(path))

    def _connect(self) -> Any:
        from sqlcipher3 import dbapi2

        self._standing.check()  # SQLite would make a new, empty file
        connection = dbapi2.connect(
            self.database,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            self._add_conn_hooks(connection)  # type: ignore[attr-defined]
        except Exception:
            connection.close()
            raise
        self._standing.opened()
        return connection


class SqliteCentral(CentralDatabase, _Driver):
    """The embedded server's database: WAL, every commit on the disk, one writer at a time."""

    dialect = "sqlite"
    _begin_write = "BEGIN IMMEDIATE"

    def check_standing(self) -> None:
        """As of the base; who notices it first copies what is still open."""
        self._standing.check(self.copy_to)

    def _can_reuse(self, conn: Any) -> bool:
        return not conn.in_transaction

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        # Threads of this process queue here, in order; SQLite's own waiting is by lot and starves some.
        with self._writer:
            yield

    def copy_to(self, target: Path) -> None:
        """By SQLite's own backup, which includes what is still in the WAL."""
        from sqlcipher3 import dbapi2

        copy = dbapi2.connect(str(target))
        try:
            with self.connected():
                self._driver().backup(copy)
        finally:
            copy.close()

    def quick_check(self) -> str:
        """SQLite's own check of pages and indexes."""
        return "; ".join(str(row[0]) for row in self.all("PRAGMA quick_check"))

    @staticmethod
    def _named(error: Exception) -> Exception:
        name = type(error).__name__
        if name == "OperationalError" and "locked" in str(error):
            return DatabaseBusy(N_("Basis data sedang sibuk; coba lagi."))
        if name == "IntegrityError":
            return peewee.IntegrityError(*error.args)
        return error


def open_database(url: str, *, create: bool = True) -> CentralDatabase:
    """Open `sqlite:///absolute/path` or `postgresql://…`.

    :raises DatabaseProblem: when the address is of neither kind or there is nothing there.
    """
    if url.startswith(SQLITE_PREFIX):
        return _open_sqlite(Path(url.removeprefix(SQLITE_PREFIX)), create=create)
    if url.startswith(POSTGRES_PREFIXES):
        from qlue_desk.central.postgres import open_postgres

        return open_postgres(url, MAX_CONNECTIONS, BUSY_SECONDS)
    raise DatabaseProblem(
        N_("Alamat basis data {kind}:… tidak dikenal; pakai postgresql://…."),
        kind=clean(url.partition(":")[0], multiline=False, limit=20),  # the rest may hold a password
    )


def _open_sqlite(path: Path, *, create: bool) -> SqliteCentral:
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseProblem(
            N_("SQLite {found} dapat merusak data; pakai {needed} atau lebih baru."),
            found=dbapi2.sqlite_version,
            needed=".".join(map(str, OLDEST_SQLITE)),
        )
    if not create and not path.is_file():
        refuse_where_one_was(path)
        raise DatabaseProblem(
            N_("Belum ada server di {path}; jalankan central init dulu."), path=str(path.parent)
        )
    return SqliteCentral(
        str(path), pragmas=PRAGMAS, max_connections=MAX_CONNECTIONS, timeout=BUSY_SECONDS, autoconnect=False
    )
