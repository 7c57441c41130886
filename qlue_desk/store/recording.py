"""A write in the database and what it appends to the twin: both or neither."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.store import twin

log = logging.getLogger(__name__)


@contextmanager
def together(database: Any) -> Iterator[None]:
    """One `BEGIN IMMEDIATE` transaction; what it appended is durable behind the block, and gone where it fails.

    Only who may write in the database may write in the twin, so that lines of another process are never cut off.
    """
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
