"""Waking long polls the moment something newer is durable, and within half a second at the latest.

Threads that commit ring; event loops that wait are woken. Other processes' commits are seen by looking
at the heads of all streams, once for all waiters.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

LOOK_SECONDS = 0.5


class Wakeups:
    """Who waits for which stream."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}
        self._heads: dict[str, int] = {}
        """As last looked at."""
        self._rung: dict[str, int] = {}
        """Heads that were rung since: who asked before a commit and begins to wait behind it was not there to be woken."""
        self._looked = 0.0
        self.closed = False

    @property
    def waiting(self) -> int:
        """How many long polls are held."""
        with self._lock:
            return sum(len(waiters) for waiters in self._waiting.values())

    def ring(self, heads: Mapping[str, int]) -> None:
        """Something was committed to these streams, up to these numbers; callable from any thread."""
        with self._lock:
            for stream, head in heads.items():
                self._rung[stream] = max(head, self._rung.get(stream, 0))
            found = [waiter for stream in heads for waiter in self._waiting.get(stream, ())]
        _wake(found)

    def close(self) -> None:
        """Let every long poll answer now, for good."""
        self.closed = True
        with self._lock:
            found = [waiter for waiters in self._waiting.values() for waiter in waiters]
        _wake(found)

    def open(self) -> None:
        """Hold long polls again, for another server on the same hub."""
        self.closed = False

    async def wait(
        self, stream: str, after: int, seconds: float, heads: Callable[[], Awaitable[dict[str, int]]]
    ) -> bool:
        """Until the stream's head passes `after`, at most `seconds`; True when it did."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.setdefault(stream, set()).add(waiter)
        deadline = time.monotonic() + seconds
        try:
            while not self.closed:
                if await self._head(stream, heads) > after:
                    return True
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                try:
                    await asyncio.wait_for(waiter[1].wait(), min(left, LOOK_SECONDS))
                except TimeoutError:
                    continue
                if not self.closed:
                    return True
            return False
        finally:
            with self._lock:
                self._waiting[stream].discard(waiter)
                if not self._waiting[stream]:
                    del self._waiting[stream]

    async def _head(self, stream: str, heads: Callable[[], Awaitable[dict[str, int]]]) -> int:
        """The head as last looked at; looks again when that was long ago."""
        if time.monotonic() - self._looked >= LOOK_SECONDS * 0.9:
            self._looked = time.monotonic()
            with self._lock:
                before = dict(self._rung)
            found = await heads()
            with self._lock:
                self._heads = found
                # A look says more than what was rung before it: a central that was put back has lower heads.
                self._rung = {each: n for each, n in self._rung.items() if before.get(each) != n}
        with self._lock:
            return max(self._heads.get(stream, 0), self._rung.get(stream, 0))


def _wake(waiters: Iterable[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    for loop, event in waiters:
        try:
            loop.call_soon_threadsafe(event.set)
        except RuntimeError:
            continue  # that loop has ended, and its waiters with it
