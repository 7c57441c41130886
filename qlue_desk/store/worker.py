"""One thread that owns one connection and runs jobs on it in turn.

A job of a lane replaces older ones of the same lane: queued ones are dropped, the running one is
interrupted inside SQLite. `close` never waits for a long query.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any, TypeVar

from qlue_desk.store.errors import StoreClosed, Superseded

Result = TypeVar("Result")
_CLOSED = "Penyimpanan sudah ditutup."
_IDLE_SECONDS = 1.0


class _Job:
    """A call and the future that waits for it."""

    __slots__ = ("args", "call", "future", "lane", "stale")

    def __init__(self, call: Callable[..., Any], args: tuple[Any, ...], lane: str) -> None:
        self.call, self.args, self.lane = call, args, lane
        self.future: Future[Any] = Future()
        self.stale = False


class Worker:
    """Runs jobs one after another on its own thread.

    `connect` opens the connection on that thread and returns it, `run` wraps each call in a
    transaction, `idle` is called about once a second while there is nothing to do.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[Worker], Any],
        disconnect: Callable[[], None],
        run: Callable[[Callable[..., Any], tuple[Any, ...]], Any],
        idle: Callable[[], None] | None = None,
    ) -> None:
        self._connect, self._disconnect, self._run, self._idle = connect, disconnect, run, idle
        self._ready = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._running: _Job | None = None
        self._connection: Any = None
        self._closing = False
        self._aborting = False
        self._opened: Future[None] = Future()
        self.thread = threading.Thread(target=self._main, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread and wait until its connection is open; raises what opening raised."""
        self.thread.start()
        self._opened.result()

    def submit(self, call: Callable[..., Result], args: tuple[Any, ...], lane: str = "") -> Future[Result]:
        """Queue a call. In a non-empty lane the newest call makes all older ones raise `Superseded`."""
        job = _Job(call, args, lane)
        with self._ready:
            if self._closing:
                job.future.set_exception(StoreClosed(_CLOSED))
                return job.future
            if lane:
                self._supersede(lane)
            self._jobs.append(job)
            self._ready.notify()
        return job.future

    def supersede(self, lane: str) -> None:
        """Make all jobs of a lane raise `Superseded`: another worker has its newest call."""
        with self._ready:
            self._supersede(lane)

    def is_wanted(self) -> bool:
        """Whether somebody waits for it."""
        return bool(self._jobs) or self._closing

    def must_stop(self) -> bool:
        """Asked by SQLite's progress handler: whether the running statement is to end now."""
        running = self._running
        return self._aborting or (running is not None and running.stale)

    def close(self, drain_seconds: float) -> None:
        """Let queued jobs run while one is done in `drain_seconds`, then interrupt and drop the rest."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        left = -1
        while self.thread.is_alive() and left != len(self._jobs):
            left = len(self._jobs)
            self.thread.join(drain_seconds)
        if self.thread.is_alive():
            with self._ready:
                self._aborting = True
                dropped, self._jobs = list(self._jobs), deque()
                self._interrupt()
                self._ready.notify()
            for job in dropped:
                _settle(job.future, StoreClosed(_CLOSED))
            self.thread.join(0.1)

    def _supersede(self, lane: str) -> None:
        kept: deque[_Job] = deque()
        for job in self._jobs:
            if job.lane == lane:
                _settle(job.future, Superseded(lane))
            else:
                kept.append(job)
        self._jobs = kept
        if self._running is not None and self._running.lane == lane:
            self._running.stale = True
            self._interrupt()

    def _interrupt(self) -> None:
        # Under the lock, so that it can only meet the job that is running, never the next one.
        if self._running is not None and self._connection is not None:
            self._connection.interrupt()

    def _main(self) -> None:
        try:
            self._connection = self._connect(self)
        except BaseException as error:
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            while (job := self._next()) is not None:
                self._do(job)
        finally:
            self._disconnect()

    def _next(self) -> _Job | None:
        while True:
            with self._ready:
                if not self._jobs and not self._closing:
                    self._ready.wait(_IDLE_SECONDS)
                if self._jobs:
                    self._running = self._jobs.popleft()
                    return self._running
                if self._closing:
                    return None
            if self._idle is not None:
                self._idle()

    def _do(self, job: _Job) -> None:
        try:
            outcome = self._run(job.call, job.args)
        except BaseException as error:
            failure: BaseException = error
            if job.stale:
                failure = Superseded(job.lane)
            elif self._aborting:
                failure = StoreClosed(_CLOSED)
            self._leave()
            _settle(job.future, failure)
            return
        self._leave()
        if job.stale:
            _settle(job.future, Superseded(job.lane))
            return
        try:
            job.future.set_result(outcome)
        except InvalidStateError:  # whoever asked has cancelled it
            return

    def _leave(self) -> None:
        with self._ready:
            self._running = None


def _settle(future: Future[Any], error: BaseException) -> None:
    try:
        future.set_exception(error)
    except InvalidStateError:
        return
