"""The line: a first copy, a change that travels, the bytes of it."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from qlue_desk.store import meta
from qlue_desk.store.database import Store
from qlue_desk.sync import signing_in
from qlue_desk.sync.engine import Engine
from tests.bench import city, pouchdb
from tests.bench.table import Line, Sample

_PLAIN_TABLES = ("complaint", "entry")


def enrolled(place: city.City, home: Path) -> Store:
    """A desk of that city that has not synced yet."""
    store = Store.open(home)
    signing_in.adopt_token(place.url, place.token, store)
    store.writing(meta.put, meta.ACTOR, msgspec.json.encode(place.actor))
    return store


class Copied(NamedTuple):
    """A first copy: of how many reports, and its milliseconds; those of bare SQLite for the same rows."""

    reports: int
    ours: float
    bare: float


@cache
def copied(count: int) -> Copied:
    """A whole first copy over loopback, encrypted and with its words indexed."""
    with tempfile.TemporaryDirectory() as folder, city.running(Path(folder) / "city", count) as place:
        store = enrolled(place, Path(folder) / "desk")
        engine = Engine(store, Path(folder) / "desk", wait_seconds=0)
        began = time.perf_counter()
        engine.once()
        ours = 1000 * (time.perf_counter() - began)
        rows = store.reading(_whole)
        engine.stop()
        store.close()
        return Copied(len(rows["complaint"][1]), ours, _bare(Path(folder) / "bare.db", rows))


def first_sync(count: int) -> Iterator[Line]:
    """Against bare SQLite, which inserts the same rows with the same indexes, plain and already here."""
    found = copied(count)
    yield _line(found, "bare SQLite, same rows and indexes", found.bare, 0.25)


def first_sync_of_pouchdb(count: int) -> Iterator[Line]:
    """Against PouchDB, which pulls the same reports from a process of its own."""
    found = copied(count)
    # Ours brings some reports more: those that the city keeps moving.
    theirs = pouchdb.pulling(count) * found.reports / count
    yield _line(found, "PouchDB, LevelDB, over HTTP", theirs, 6)


def _line(found: Copied, against: str, theirs: float, limit: float) -> Line:
    what = f"first sync of {found.reports:,} reports"
    return Line(what, Sample((found.ours,)), against, Sample((theirs,)), limit, faster=True)


def of_a_report(count: int) -> Sample:
    """Milliseconds of the first copy for each report."""
    found = copied(count)
    return Sample((found.ours / found.reports,))


def _whole() -> dict[str, tuple[list[str], list[tuple[object, ...]]]]:
    """Statements that make the tables and their indexes, and all rows."""
    from qlue_desk.store.bound import connection

    found: dict[str, tuple[list[str], list[tuple[object, ...]]]] = {}
    for table in _PLAIN_TABLES:
        made = connection().execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
        )
        statements = [sql for (sql,) in made if not sql.startswith("CREATE TRIGGER")]
        found[table] = (statements, connection().execute(f"SELECT * FROM {table}").fetchall())
    return found


def _bare(path: Path, tables: dict[str, tuple[list[str], list[tuple[object, ...]]]]) -> float:
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    for statements, _rows in tables.values():
        for statement in sorted(statements, key=lambda sql: not sql.startswith("CREATE TABLE")):
            bare.execute(statement)
    began = time.perf_counter()
    bare.execute("BEGIN IMMEDIATE")
    for table, (_statements, rows) in tables.items():
        if rows:
            bare.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    bare.execute("COMMIT")
    taken = 1000 * (time.perf_counter() - began)
    bare.close()
    return taken
