"""The line of news to the desk: what happened while the last one was being written travels in one."""

from __future__ import annotations

import threading
from typing import BinaryIO

import msgspec

from qlue_desk.protocol import Looker
from qlue_desk.store.database import Change
from qlue_desk.sync.apart.messages import News
from qlue_desk.sync.state import SyncState

ALIVE_SECONDS = 5.0
"""At least so often something is said: a process that says nothing is not connected, whatever it said last."""
REST_SECONDS = 0.1
"""Between two lines: page after page would wake the desk for each, and it draws no faster than that."""


class Teller:
    """Takes news from any thread, and writes on one of its own: a desk that is stopped holds nobody up."""

    def __init__(self, into: BinaryIO) -> None:
        self._into = into
        self._there = threading.Condition()
        self._news = News()
        self._ended = False
        self._urgent = threading.Event()
        """Nobody rests any more: the desk waits for an answer, or for the end."""
        self._thread = threading.Thread(target=self._write, name="teller", daemon=True)
        self._thread.start()

    def state(self, state: SyncState) -> None:
        """The newest state; those before it that were not told are not worth telling."""
        self._add(state=state)

    def others(self, others: tuple[Looker, ...]) -> None:
        """Who else has which report open."""
        self._add(others=others)

    def changed(self, change: Change) -> None:
        """A commit, here or elsewhere."""
        if change.elsewhere:
            self._add(elsewhere=True)
        elif change.complaint_ids is None:
            self._add(everything=True)
        elif change.complaint_ids:
            self._add(changed=change.complaint_ids)

    def released(self) -> None:
        """What could be sent was sent."""
        self._urgent.set()
        self._add(released=True)

    def end(self, seconds: float) -> None:
        """Write what is left, for so long at most."""
        self._ended = True
        self._urgent.set()
        with self._there:
            self._there.notify()
        self._thread.join(seconds)

    def _add(self, changed: frozenset[str] = frozenset(), **news: object) -> None:
        with self._there:
            self._news = msgspec.structs.replace(self._news, changed=self._news.changed | changed, **news)
            self._there.notify()

    def _write(self) -> None:
        while True:
            with self._there:
                if self._news == News() and not self._ended:
                    self._there.wait(ALIVE_SECONDS)
                news, self._news = self._news, News()
                if news == News() and self._ended:
                    return
            try:
                self._into.write(msgspec.json.encode(news) + b"\n")
                self._into.flush()
            except (OSError, ValueError):  # the desk is gone: stdin ends, too
                return
            self._urgent.wait(REST_SECONDS)
