"""The newest events that were ever durable here, and the public numbers, in a file outside the database.

A database that was put back from an older copy can't know them; this file does, as long as it was not put
back with it (`central.restoring`). Events may lag behind the database by a second, never run ahead of it;
numbers run ahead, for a number that a citizen has may never become another citizen's.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.store.disk import put_in_place

if TYPE_CHECKING:
    from qlue_desk.central.feed import Appended

FILE = "heads.json"
FLUSH_SECONDS = 1.0
NUMBERS_AHEAD = 100
"""Public numbers that one write of the file allows; at most so many are left out after a restore."""
log = logging.getLogger("qlue_desk.central")


class Head(msgspec.Struct, frozen=True):
    """Newest event of one stream."""

    epoch: str
    seq: int
    chain: str


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    server_id: str
    streams: dict[str, Head] = {}
    numbers: dict[str, int] = {}
    """By `city/year`: no number above this one was given out."""
    begun: dt.datetime | None = None
    """Since when the file knows anything; None where it has been there since the first event."""


class SeenHeads:
    """The file of one data folder; other processes of the same server write it too."""

    def __init__(self, data: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = data / FILE
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[str, Head] = {}
        self._allowed: dict[str, int] = {}
        self._flushed = clock()
        self.server_id = ""

    def read(self) -> dict[str, Head]:
        """Heads of this server's streams; {} when nothing is known of them."""
        return self._read().streams

    def numbers(self) -> dict[str, int]:
        """By `city/year` the number above which none was given out; {} when nothing is known of them."""
        return self._read().numbers

    def begun(self) -> dt.datetime | None:
        """Since when the file knows anything: what was before that cannot be compared with it."""
        return self._read().begun

    def begin_anew(self, heads: dict[str, Head], now: dt.datetime) -> bool:
        """Where this server has no readable file although it has events: these heads, and the moment; else False."""
        with self._lock:
            if self._found() is not None:
                return False
            log.warning("%s is not there or unreadable; it begins anew", self._path)
            self._put(_Kept(self.server_id, heads, self._allowed, now))
        return True

    def _read(self) -> _Kept:
        return self._found() or _Kept(self.server_id)

    def _found(self) -> _Kept | None:
        """What the file says of this server; None where it says nothing."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s can't be read (%s); it is written anew", self._path, error)
            return None
        return kept if kept.server_id == self.server_id else None

    def allow_number(self, series: str, number: int) -> None:
        """Before number `number` of `city/year` is given out: the file says that it, and some more, may be.

        A full disk is no reason to refuse work: the next number tries again.
        """
        if number <= self._allowed.get(series, 0):
            return
        with self._lock:
            kept = self._read()
            allowed = kept.numbers.get(series, 0)
            if number > allowed:
                allowed = number - 1 + NUMBERS_AHEAD
                if not self._write(kept.streams, {series: allowed}):
                    return
            self._allowed[series] = allowed

    def note(self, appended: Iterable[Appended]) -> None:
        """These events are durable; the file follows within a second of the next one."""
        with self._lock:
            for each in appended:
                known = self._pending.get(each.stream)
                if known is None or known.epoch != each.epoch or known.seq < each.seq:
                    self._pending[each.stream] = Head(each.epoch, each.seq, each.chain)
            due = self._clock() - self._flushed >= FLUSH_SECONDS
        if due:
            self.flush()

    def flush(self) -> None:
        """Write what was noted. A full disk is no reason to refuse work: older heads only notice less."""
        with self._lock:
            self._flushed = self._clock()
            if not self._pending:
                return
            heads = self.read()
            for stream, head in self._pending.items():
                known = heads.get(stream)
                if known is None or known.epoch != head.epoch or known.seq < head.seq:
                    heads[stream] = head
            if self._write(heads):
                self._pending = {}

    def replace(self, heads: dict[str, Head], numbers: Mapping[str, int]) -> None:
        """Forget the heads that were seen before: from now on these. Numbers only grow."""
        with self._lock:
            self._pending = {}
            self._put(_Kept(self.server_id, heads, higher(self._read().numbers, self._allowed, numbers)))

    def _write(self, heads: dict[str, Head], numbers: Mapping[str, int] | None = None) -> bool:
        # Another process may have written older ones over ours.
        before = self._read()
        kept = higher(before.numbers, self._allowed, numbers or {})
        return self._put(_Kept(self.server_id, heads, kept, before.begun))

    def _put(self, kept: _Kept) -> bool:
        try:
            put_in_place(self._path, msgspec.json.encode(kept))
        except OSError as error:
            log.warning("%s can't be written: %s", self._path, error)
            return False
        return True


def higher(*numbers: Mapping[str, int]) -> dict[str, int]:
    """Of each series the highest number in any of them."""
    found: dict[str, int] = {}
    for each in numbers:
        for series, number in each.items():
            found[series] = max(number, found.get(series, 0))
    return found
