"""The certain end of a desk: a signal ends it also when its terminal is not read any more, or is gone.

A terminal that takes nothing stops the painting, and with it the event loop, which then hears no signal
either. So signals are heard outside of it: by a thread that asks the loop to leave and, where that does not
happen in time, ends the process. Nothing is lost by that: what a person saw recorded is on disk, and the
system takes the locks of a process that is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

PARENT_SECONDS = 0.5
END_SECONDS = 5.0
"""How long leaving as `q` does may take once it was asked for."""
_GIVE_BACK = b"\x18\x1b[?1000l\x1b[?1003l\x1b[?2004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""Ends a sequence that was cut off, then what the desk switched on; unknown ones are passed over."""


class Ending:
    """Hears signals for one desk; made before the desk takes the terminal over."""

    def __init__(self, numbers: Iterable[signal.Signals]) -> None:
        self._numbers = tuple(numbers)
        self._heard, self._told = os.pipe()
        os.set_blocking(self._told, False)
        self._terminal = _terminal_now()

    def begin(self, loop: asyncio.AbstractEventLoop, leave: Callable[[int], None]) -> None:
        """From now on a signal calls `leave(128 + number)` in the loop; only the main thread may ask for it."""
        # Written by the interpreter itself, whatever the main thread does; so not `loop.add_signal_handler`.
        signal.set_wakeup_fd(self._told, warn_on_full_buffer=False)
        for number in self._numbers:
            signal.signal(number, lambda _number, _frame: None)
        threading.Thread(target=self._watch, args=(loop, leave), name="ending", daemon=True).start()

    def _watch(self, loop: asyncio.AbstractEventLoop, leave: Callable[[int], None]) -> None:
        number = 0
        while number not in self._numbers:
            number = os.read(self._heard, 1)[0]
        with contextlib.suppress(RuntimeError):  # the loop has ended, but the desk not yet
            loop.call_soon_threadsafe(leave, 128 + number)
        time.sleep(END_SECONDS)
        self._give_terminal_back()
        os._exit(128 + number)

    def _give_terminal_back(self) -> None:
        """As well as can be done without waiting for it."""
        if self._terminal is None:
            return
        import termios

        fileno, attributes = self._terminal
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(fileno, termios.TCOFLUSH)
            termios.tcsetattr(fileno, termios.TCSANOW, attributes)
            own = os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
            os.write(own, _GIVE_BACK)


def _terminal_now() -> tuple[int, list[Any]] | None:
    import termios

    try:
        fileno = sys.__stdin__.fileno() if sys.__stdin__ is not None else -1
        return fileno, termios.tcgetattr(fileno)
    except (OSError, ValueError, termios.error):
        return None  # in a browser, or a pipe


def end_with(parent: int) -> None:
    """Leave as on SIGTERM when the process that shows this desk in a browser has died without saying so."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, name="parent", daemon=True).start()
