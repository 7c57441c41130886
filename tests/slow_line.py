"""A thin, long line between a program's terminal and who looks at it.

What the line has not taken yet waits in the terminal, as it would behind sshd: a program that paints too much
feels it there.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from collections import deque

DELAY_SECONDS = 0.3
"""Each way."""
BYTES_PER_SECOND = 8000
"""64 kbit/s."""
_PIECE = 40
"""The line takes so little at a time: 5 ms of it."""
_Waiting = deque[tuple[float, bytes]]


class SlowLine:
    """Reads and writes `terminal` (it closes it, too); `eye` is the other end."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        here, there = socket.socketpair()
        self._here, self._there = here, there
        self.eye = there.fileno()
        self._painted: _Waiting = deque()
        self._typed: _Waiting = deque()
        self._free = 0.0
        """When the line has sent what it took."""
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="slow line", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """What is still on its way is lost."""
        self._ended = True
        self._there.close()
        self._thread.join()
        self._here.close()
        os.close(self._terminal)

    def _run(self) -> None:
        while not self._ended:
            now = time.perf_counter()
            _deliver(self._painted, now, self._here.fileno())
            _deliver(self._typed, now, self._terminal)
            moments = [waiting[0][0] for waiting in (self._painted, self._typed) if waiting]
            if now < self._free:
                moments.append(self._free)
            from_ = [self._here.fileno(), *([self._terminal] if now >= self._free else [])]
            wait = max(0.0, min((*moments, now + 0.1)) - now)
            for ready in select.select(from_, [], [], wait)[0]:
                self._take(ready)

    def _take(self, ready: int) -> None:
        now = time.perf_counter()
        try:
            got = os.read(ready, 4096 if ready != self._terminal else _PIECE)
        except OSError:  # the program has ended
            self._free = now + 0.1
            return
        if ready != self._terminal:
            self._typed.append((now + DELAY_SECONDS, got))
            return
        self._free = max(now, self._free) + len(got) / BYTES_PER_SECOND
        self._painted.append((self._free + DELAY_SECONDS, got))


def _deliver(waiting: _Waiting, now: float, into: int) -> None:
    while waiting and waiting[0][0] <= now:
        with contextlib.suppress(OSError):  # nobody is at that end any more
            os.write(into, waiting.popleft()[1])
