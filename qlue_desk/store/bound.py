"""Which database a query means: that of the store whose thread it runs on, and none anywhere else.

Two stores can be open in one process (tests, the demonstration), and a query on a screen's thread has
no database at all, so that it fails at once instead of freezing the screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from peewee import DatabaseProxy

from qlue_desk.store.errors import OffThread

_local = threading.local()


class ThreadBoundProxy(DatabaseProxy):
    """A proxy that resolves to the database of the current thread's store."""

    @property
    def obj(self) -> Any:
        """The database, None outside a store's threads (peewee asks for this while models are made)."""
        return getattr(_local, "database", None)

    @obj.setter
    def obj(self, value: Any) -> None:
        """Peewee sets None on construction; only `bind_thread` may bind."""

    def __getattr__(self, attribute: str) -> Any:
        found = self.obj
        if found is None:
            raise OffThread(f"database.{attribute}: only inside Store.read or Store.write")
        return getattr(found, attribute)


def bind_thread(database: Any) -> None:
    """Make `database` the one of the calling thread; None takes it away."""
    _local.database = database
    _local.touched = set()
    _local.everything = False


def connection() -> Any:
    """The raw DB-API connection of this thread, for hot paths and SQL that peewee has no words for."""
    found = getattr(_local, "database", None)
    if found is None:
        raise OffThread("a query is allowed only inside Store.read or Store.write")
    return found.connection()


def in_one(sql: str, names: str, values: Sequence[Any], row: Any) -> list[Any]:
    """The rows of a SELECT, its columns `names` (`a, b`) as tuples of the type `row`, in one answer and in its order.

    Python lets another thread run for each row: 500 rows took 200 to 700 ms beside one that was busy for as long, and 10
    so. Who orders must say a LIMIT, or SQLite forgets the order of what stands in parentheses.
    """
    one = f"SELECT json_group_array(json_array({names})) FROM ({sql})"
    found: list[Any] = _decoder(row)(connection().execute(one, values).fetchone()[0])
    return found


@cache
def _decoder(row: Any) -> Callable[[str], Any]:
    return msgspec.json.Decoder(list[row]).decode


def touch(complaint_id: str) -> None:
    """Say that the running transaction changes this complaint; listeners hear it after the commit."""
    _local.touched.add(complaint_id)


def touch_everything() -> None:
    """Say that the running transaction may change any row (a snapshot swapped in)."""
    _local.everything = True


def take_touched() -> frozenset[str] | None:
    """What was touched since the last call; None when everything was."""
    touched, everything = frozenset(_local.touched), _local.everything
    _local.touched, _local.everything = set(), False
    return None if everything else touched


AT_ONCE = 500
"""Values in one statement: SQLite allows few thousand, and each makes it longer to prepare."""


def rows_among(sql: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """What `sql` finds with `{marks}` of its `IN ({marks})` filled from `values`, however many they are."""
    for filled, part in _parts(sql, values):
        yield from connection().execute(filled, part)


def in_one_among(sql: str, names: str, values: Sequence[Any], row: Any) -> Iterator[Any]:
    """The same as `in_one` gives it, one answer for each `AT_ONCE` of the values."""
    for filled, part in _parts(sql, values):
        yield from in_one(filled, names, part, row)


def _parts(sql: str, values: Sequence[Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for start in range(0, len(values), AT_ONCE):
        part = tuple(values[start : start + AT_ONCE])
        yield sql.format(marks=",".join("?" * len(part))), part
