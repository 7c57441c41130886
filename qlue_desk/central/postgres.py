"""Central on PostgreSQL: row locks instead of one writer, and nothing that only a session would keep.

So it works alike straight and behind a pooler that lends a session for one transaction (PgBouncer's
`pool_mode = transaction`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import peewee
import psycopg
from playhouse.pool import MaxConnectionsExceeded

from qlue_desk.central.database import CentralDatabase, Row
from qlue_desk.central.errors import DatabaseBusy, DatabaseLost, DatabaseSlow
from qlue_desk.domain.moves import N_

TIMEOUTS = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
    "statement_timeout": "15s",
}
"""What every transaction and every statement that stands alone is given."""
_BUSY_STATES = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, lock not available."""
_SLOW_STATE = "57014"
"""Statement timeout: the same statement would take as long again."""
_LOST_STATES = frozenset({"25P03", "57P01", "57P02", "57P03"})
"""Idle in transaction for too long, shut down, crashed, starting up; class 08 is the connection itself."""
_IN_RECOVERY = "55000"
"""What WAL functions answer on a standby, or before a restore has come to its end."""
_ROLLBACK = "ROLLBACK"
CONNECT_SECONDS = 5
ANSWER_SECONDS = 18.0
"""More than `statement_timeout`, less than a desk waits for a reply."""

log = logging.getLogger("qlue_desk.central")


class NoAnswer(psycopg.OperationalError):
    """Nothing came back for longer than PostgreSQL itself lets a statement run."""


class _Connection(psycopg.Connection[Any]):
    """Gives up on an answer that does not come.

    A pooler holds a statement for two minutes when the database behind it is away, a cable that was pulled
    for longer; PostgreSQL's own limits count from where the statement has arrived.
    """

    answer_seconds: float | None = None
    """None waits for ever: making tables and indexes may take its time."""

    def wait(self, gen: Generator[Any, Any, Any], *more: Any, **named: Any) -> Any:
        """See `psycopg.Connection`; a connection that did not answer is closed.

        :raises NoAnswer:
        """
        if self.answer_seconds is None:
            return super().wait(gen, *more, **named)
        try:
            return super().wait(_until(gen, time.monotonic() + self.answer_seconds), *more, **named)
        except NoAnswer:
            self.close()
            raise


def _until(gen: Generator[Any, Any, Any], end: float) -> Generator[Any, Any, Any]:
    """The same steps, as long as the socket is ready in time."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > end:
                raise NoAnswer("no answer")
            wanted = gen.send(ready)
    except StopIteration as stop:
        return stop.value


class _Adapter(peewee.Psycopg3Adapter):
    def connect(self, db: Any, **params: Any) -> _Connection:
        return _Connection.connect(db.database, **params)


class PostgresCentral(CentralDatabase, peewee.PostgresqlDatabase):
    """A city's server: row locks instead of one writer."""

    dialect = "postgresql"
    psycopg3_adapter = _Adapter
    _begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.timeouts = dict(TIMEOUTS)
        self.answer_seconds = ANSWER_SECONDS
        super().__init__(*args, **kwargs)

    @property
    def place(self) -> str:
        """As of the base."""
        parts = urlsplit(self.database)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def identity(self) -> str:
        """The cluster, its timeline and the table itself.

        A dump put into another cluster has another system identifier, a base backup that was promoted
        another timeline, a dump put back into the same cluster another table. All may be read by an
        ordinary role unless the city took that right away; then '' and the heads alone tell. The timeline
        is that of the WAL now: that of the last checkpoint lags behind.
        """
        try:
            row = self.one(
                "SELECT system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), "
                "'stream'::regclass::oid FROM pg_control_system()"
            )
        except DatabaseBusy:
            raise
        except Exception as error:
            if getattr(error, "sqlstate", None) == _IN_RECOVERY:
                raise DatabaseBusy(N_("Basis data sedang dipulihkan; coba lagi.")) from error
            log.info("PostgreSQL does not say which cluster this is: %s", error)
            return ""
        assert row is not None, "pg_control_system gives a row"
        return f"{row[0]}/{row[1]}/{row[2]}"

    @staticmethod
    @lru_cache(maxsize=512)
    def translate(statement: str) -> str:
        """psycopg's marks; none of our statements has a literal question mark or per cent."""
        return statement.replace("?", "%s")

    def lock_rows(self, table: str, column: str, keys: Sequence[str]) -> None:
        """SELECT … FOR UPDATE in the one global order."""
        marks = ", ".join("?" * len(keys))
        self.locked(
            f"SELECT {column} FROM {table} WHERE {column} IN ({marks}) ORDER BY {column}", tuple(keys)
        )

    def locked(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """SELECT … FOR UPDATE: what it gives is as the transaction before left it."""
        return self.all(f"{statement} FOR UPDATE", values)

    def later(self, statement: str, values: Sequence[object] = ()) -> None:
        """Wait for the transaction's next statement, be it COMMIT: each message is a round trip."""
        if self._depth:
            self._behind.append((statement, values))
        else:
            self.run(statement, values)

    @property
    def _behind(self) -> list[tuple[str, Sequence[object]]]:
        """What this thread's transaction has not sent yet."""
        found: list[tuple[str, Sequence[object]]] | None = getattr(self._thread, "behind", None)
        if found is None:
            found = self._thread.behind = []
        return found

    # --- connections that end: the pool gives none that are dead, and opens new ones -------------

    def run(self, statement: str, values: Sequence[object] = ()) -> Any:
        """As `CentralDatabase.run`; what stands alone is tried again when the connection had ended.

        Alone stand only reads and the BEGIN of a transaction: nothing was done yet that could be doubled.
        """
        try:
            return super().run(statement, values)
        except DatabaseLost:
            if self._depth:
                raise
            return super().run(statement, values)

    def _execute(self, statement: str, values: Sequence[object]) -> Any:
        """Inside a transaction what waits and the statement, else the timeouts and it: in one message and round trip.

        The timeouts hold for this transaction only (`SET LOCAL`). As options of the connection PgBouncer
        refuses them, `SET` would go to whoever has the session next, and defaults of the role would want a
        right over it, be lost with a dump and bind people at psql too. Statements of one message are one
        transaction (PostgreSQL, "Multiple Statements in a Simple Query"), which a BEGIN among them keeps
        open. Such a message takes no values beside it, so the driver writes them into the text.
        """
        behind = self._behind
        if statement == _ROLLBACK or not self._depth:
            behind.clear()  # of a transaction that is undone, perhaps with its connection
        driver = self._driver()
        driver.answer_seconds = self.answer_seconds
        try:
            if not self._depth:
                limits = "".join(f"SET LOCAL {name} = '{value}'; " for name, value in self.timeouts.items())
                return _last_of(driver, [(limits + self.translate(statement), values)])
            if not behind:
                return driver.execute(self.translate(statement), values)
            said = [(self.translate(one), its) for one, its in (*behind, (statement, values))]
            behind.clear()
            return _last_of(driver, said)
        finally:
            driver.answer_seconds = None

    def _driver(self) -> Any:
        connection = super()._driver()
        if connection.closed and not self._depth:
            self.close()
            self.close_idle()  # whatever ended this one ended those that lay beside it
            self._take_connection()
            connection = super()._driver()
        return connection

    def _take_connection(self) -> None:
        try:
            self.connect()
        except (peewee.OperationalError, peewee.InterfaceError, MaxConnectionsExceeded) as error:
            raise DatabaseLost(N_("Basis data tidak terjangkau; coba lagi.")) from error

    def _is_closed(self, conn: Any) -> bool:
        closed: bool = conn.closed
        return closed

    def _can_reuse(self, conn: Any) -> bool:
        """Whether it may serve the next one: alive, and in no transaction."""
        return not conn.closed and conn.pgconn.transaction_status == 0

    @staticmethod
    def _named(error: Exception) -> Exception:
        state = getattr(error, "sqlstate", None)
        if state in _BUSY_STATES:
            return DatabaseBusy(N_("Basis data sedang sibuk; coba lagi."))
        if state == _SLOW_STATE or isinstance(error, NoAnswer):
            return DatabaseSlow(N_("Basis data terlalu lama menjawab; coba lagi nanti."))
        if state is None:
            lost = type(error).__name__ in ("OperationalError", "InterfaceError")
        else:
            lost = state in _LOST_STATES or state.startswith("08")
        if lost:
            return DatabaseLost(N_("Hubungan ke basis data putus; coba lagi."))
        if state is not None and state.startswith("23"):
            return peewee.IntegrityError(*error.args)
        return error


def _last_of(driver: Any, said: Sequence[tuple[str, Sequence[object]]]) -> Any:
    """Send all of it in one message; the cursor of what the last statement gave."""
    cursor = psycopg.ClientCursor(driver)
    cursor.execute("; ".join(cursor.mogrify(statement, values) for statement, values in said))
    while cursor.nextset():
        pass
    return cursor


def open_postgres(url: str, max_connections: int, wait_seconds: int) -> PostgresCentral:
    """`postgresql://…` or `postgres://…`; connects when first used."""
    return PostgresCentral(
        url.replace("postgres://", "postgresql://", 1),
        prefer_psycopg3=True,
        prepare_threshold=None,  # a prepared statement belongs to a session: PgBouncer before 1.21 loses it
        connect_timeout=CONNECT_SECONDS,
        max_connections=max_connections,
        timeout=wait_seconds,
        autoconnect=False,
    )
