"""A write in the database and what it appends to the twin: both or neither."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.store import twin

log = logging.getLogger(__name__)


class _Afterwards(threading.local):
    call: Callable[[], None] | None = None


_afterwards = _Afterwards()


def afterwards(call: Callable[[], None]) -> None:
    """Once the running write is committed, `call` is a write of its own: for what no rollback would undo."""
    _afterwards.call = call


def take_afterwards() -> Callable[[], None] | None:
    """What is to be done now, once."""
    call, _afterwards.call = _afterwards.call, None
    return call


@contextmanager
def together(database: Any) -> Iterator[None]:
    """One `BEGIN IMMEDIATE` transaction; what it appended is durable behind the block, and gone where it fails.

    Only who may write in the database may write in the twin, so that lines of another process are never cut off.
    """
    take_afterwards()
    try:
        with database.atomic("IMMEDIATE"):
            try:
                yield
            except BaseException:
                if database.connection().in_transaction:
                    twin.take_back()
                raise
    except BaseException:
        if twin.grows():  # SQLite rolled back by itself, or the commit failed
            _take_back_alone(database)
        raise
    twin.proven()


def _take_back_alone(database: Any) -> None:
    try:
        with database.atomic("IMMEDIATE"):
            twin.take_back()
    except (peewee.PeeweeException, sqlcipher.Error, OSError):
        log.exception("the twin's lines were not taken back")
        twin.leave()
