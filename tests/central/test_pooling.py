"""On PostgreSQL nothing is left to the session: a pooler may give the next transaction another one."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from qlue_desk.central.errors import DatabaseSlow
from qlue_desk.central.hub import Hub
from qlue_desk.central.jobs import run_due
from qlue_desk.central.postgres import ANSWER_SECONDS, TIMEOUTS, PostgresCentral

from .conftest import Clock, Office, add_bogor

LEFT_BEHIND = {
    "prepared statements": "SELECT name FROM pg_prepared_statements",
    "settings": "SELECT name FROM pg_settings WHERE source = 'session'",
    "cursors": "SELECT name FROM pg_cursors WHERE statement NOT LIKE '%pg_cursors%'",
    "channels": "SELECT pg_listening_channels()",
    "temporary tables": "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()",
    "locks": "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'",
}
"""What a session keeps after a transaction, and how to see it."""


@pytest.fixture
def made(tmp_path: Path, postgres: Callable[[], str]) -> Iterator[Office]:
    clock, url = Clock(), postgres()
    hub = Hub.create(tmp_path / "central", database_url=url, now=clock)
    add_bogor(hub)
    office = Office(hub, clock)
    office.url = url  # type: ignore[attr-defined]
    yield office
    hub.close()


def database_of(office: Office) -> PostgresCentral:
    database = office.hub.database
    assert isinstance(database, PostgresCentral)
    return database


def work(office: Office) -> None:
    """Of each kind more than five times: the driver would prepare a statement at its sixth."""
    for n in range(7):
        complaint = office.take(str(n)).complaint
        assert office.act(complaint, "acknowledge").status == "applied"
        assert office.act(complaint, "acknowledge").status == "rejected"
        office.hub.feed.pull("bogor", None, 10)
        office.hub.blobs.add(b"\xff\xd8\xff\xe0" + bytes([n]), "a.jpg")
    office.clock.forward(days=40)
    run_due(office.hub)


def left_behind(connection: Any) -> dict[str, list[Any]]:
    return {what: [row[0] for row in connection.execute(sql)] for what, sql in LEFT_BEHIND.items()}


def test_a_session_is_left_as_it_was_found(made: Office) -> None:
    database = database_of(made)
    work(made)
    with psycopg.connect(made.url, autocommit=True) as fresh, database.connected():  # type: ignore[attr-defined]
        used = database.connection()
        assert len(database._in_use) + len(database._connections) == 1, "all of it went over this one"
        assert left_behind(used) == left_behind(fresh)
        assert left_behind(used)["prepared statements"] == []
        for name, value in (("lock_timeout", "5s"), ("deadlock_timeout", "2s")):  # this check can fail
            used.execute(f"SET {name} = '{value}'")
        assert left_behind(used) != left_behind(fresh)


def test_nothing_is_asked_of_the_session_at_connect(made: Office) -> None:
    with database_of(made).connected():
        connection = database_of(made).connection()
        assert connection.pgconn.options == b""
        assert connection.prepare_threshold is None


def shown(database: PostgresCentral) -> dict[str, str]:
    return {name: database.one(f"SHOW {name}")[0] for name in TIMEOUTS}  # type: ignore[index]


def test_the_timeouts_hold_in_every_transaction_and_nowhere_else(made: Office) -> None:
    database = database_of(made)
    with database.connected():
        assert shown(database) == TIMEOUTS
        with database.writing():
            assert shown(database) == TIMEOUTS
        with database.reading():
            assert shown(database) == TIMEOUTS
        bare = {name: database.connection().execute(f"SHOW {name}").fetchone()[0] for name in TIMEOUTS}
        assert bare == dict.fromkeys(TIMEOUTS, "0")


@pytest.mark.parametrize("frame", ["connected", "reading", "writing"])
def test_a_statement_that_takes_too_long_is_ended(
    made: Office, frame: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = database_of(made)
    monkeypatch.setitem(database.timeouts, "statement_timeout", "50ms")
    with getattr(database, frame)(), pytest.raises(DatabaseSlow):
        database.one("SELECT pg_sleep(?)", (60,))


def sleep_in(database: PostgresCentral, frame: str) -> None:
    with getattr(database, frame)():
        database.one("SELECT pg_sleep(60)")


@pytest.mark.parametrize("frame", ["connected", "reading", "writing"])
def test_an_answer_that_never_comes_is_given_up(made: Office, frame: str) -> None:
    """As a pooler without a database behind it, or a cable that was pulled: the server's limits do not run."""
    database = database_of(made)
    database.timeouts["statement_timeout"] = "0"
    database.answer_seconds = 1.0
    with pytest.raises(DatabaseSlow):
        sleep_in(database, frame)
    assert database.in_transaction_now is False
    database.answer_seconds = ANSWER_SECONDS
    assert made.act(made.take().complaint, "acknowledge").status == "applied"


def test_the_timeouts_cost_no_round_trip(made: Office) -> None:
    """Each answer of PostgreSQL ends with ReadyForQuery."""
    database = database_of(made)

    def alone() -> None:
        assert database.one("SELECT ?", (b"\x00'%s",)) == (b"\x00'%s",)

    def framed(frame: Any) -> None:
        with frame():
            alone()

    assert round_trips(database, alone) == 1
    assert round_trips(database, lambda: framed(database.writing)) == 3  # BEGIN, the statement, COMMIT
    assert round_trips(database, lambda: framed(database.reading)) == 3


def round_trips(database: PostgresCentral, do: Callable[[], None]) -> int:
    with database.connected(), tempfile.TemporaryFile("w+") as trace:
        driver = database.connection().pgconn
        driver.trace(trace.fileno())
        try:
            do()
        finally:
            driver.untrace()
        trace.seek(0)
        return trace.read().count("ReadyForQuery")
