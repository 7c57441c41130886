"""The newest events that were ever durable here, in a file outside the database.

A database that was put back from an older copy can't know it; this file does, as long as it was not put
back with it (`central.restoring`). It may lag behind the database by a second, never run ahead of it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.store.disk import flush_folder

if TYPE_CHECKING:
    from qlue_desk.central.feed import Appended

FILE = "heads.json"
FLUSH_SECONDS = 1.0
log = logging.getLogger("qlue_desk.central")


class Head(msgspec.Struct, frozen=True):
    """Newest event of one stream."""

    epoch: str
    seq: int
    chain: str


class _Kept(msgspec.Struct, frozen=True):
    server_id: str
    streams: dict[str, Head] = {}


class SeenHeads:
    """The file of one data folder; other processes of the same server write it too."""

    def __init__(self, data: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = data / FILE
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[str, Head] = {}
        self._flushed = clock()
        self.server_id = ""

    def read(self) -> dict[str, Head]:
        """Heads of this server's streams; {} when nothing is known of them."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s can't be read (%s); it is written anew", self._path, error)
            return {}
        return kept.streams if kept.server_id == self.server_id else {}

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

    def replace(self, heads: dict[str, Head]) -> None:
        """Forget what was seen before: from now on these."""
        with self._lock:
            self._pending = {}
            self._write(heads)

    def _write(self, heads: dict[str, Head]) -> bool:
        partial = self._path.with_name(f".{FILE}.{os.getpid()}.{threading.get_ident()}")
        try:
            with partial.open("wb") as file:
                file.write(msgspec.json.encode(_Kept(self.server_id, heads)))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)
            flush_folder(self._path.parent)
        except OSError as error:
            log.warning("%s can't be written: %s", self._path, error)
            return False
        return True
