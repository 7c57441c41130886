"""What an open database does in an idle second, so that no act has to do it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peewee
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.store import ballast, burning, sealing, search
from qlue_desk.store.connecting import empty_log
from qlue_desk.store.others import Others

_TURNS_TO_BALLAST = 10
"""Idle seconds after which room is put by for a full disk."""
_MERGED_AT_ONCE = 64
"""Pages of words that are merged in one go, 3 ms: an act may have to wait for it."""
_MERGED_AT_REST = 20
"""How often in an idle second."""


class Resting:
    """The chores of one database, on its writer's thread; on a full disk they are for another time."""

    def __init__(self, path: Path, database: Any, others: Others, is_wanted: Callable[[], bool]) -> None:
        """`is_wanted`: whether somebody waits for the writer."""
        self._path, self._database, self._others, self._is_wanted = path, database, others, is_wanted
        self._turns = 0
        self._merged_at = (-1, -1)
        """Changes here and elsewhere after which no words were left to merge."""

    def turn(self, *, alone: bool) -> None:
        """An idle second; `alone`: no process of ours does the chores of the file."""
        if alone:
            self._burn_words()
            self._merge_words()
            self._empty_the_log()
        self._turns += 1
        if self._turns == 1:
            sealing.load()  # the first action of a shift does not wait for it
        if self._turns % _TURNS_TO_BALLAST == 0:
            ballast.make(self._path.parent)

    def _burn_words(self) -> None:
        with contextlib.suppress(OSError, peewee.DatabaseError, sqlcipher.Error):
            if burning.wanted():
                with self._database.atomic("IMMEDIATE"):
                    burning.burn(time.time())

    def _merge_words(self) -> None:
        current = self._database.connection()
        if (current.total_changes, self._others.seen) == self._merged_at:
            return
        with contextlib.suppress(OSError, peewee.DatabaseError, sqlcipher.Error):
            for _step in range(_MERGED_AT_REST):
                with self._database.atomic("IMMEDIATE"):
                    again = search.merge(_MERGED_AT_ONCE)
                if not again:
                    self._merged_at = (current.total_changes, self._others.seen)
                if not again or self._is_wanted():
                    return

    def _empty_the_log(self) -> None:
        with contextlib.suppress(OSError, sqlcipher.Error):
            if self._path.with_name(f"{self._path.name}-wal").stat().st_size > 0:
                empty_log(self._database.connection())
