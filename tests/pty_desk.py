"""The real desk in a terminal of its own, looked at from outside: what a person types and what is painted.

with PtyDesk.open(home) as desk:
    desk.until(lambda rows: "Laporan" in rows)
    seconds = desk.key_to_paint(DOWN)
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from subprocess import Popen

import pyte

ROOT = Path(__file__).parents[1]
DOWN, UP = b"\x1b[B", b"\x1b[A"
COLUMNS, ROWS = 120, 36
_SECONDS = 20.0


class PtyDesk:
    """A process whose terminal is ours; the screen is what its bytes have painted so far."""

    def __init__(self, process: Popen[bytes], terminal: int) -> None:
        self.process = process
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self._terminal = terminal
        self.bytes_read = 0

    @classmethod
    @contextlib.contextmanager
    def open(cls, home: Path, environment: Mapping[str, str] | None = None) -> Iterator[PtyDesk]:
        """Start the desk of a data folder as a person does; at the end it is told to leave."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        settings = {
            "QLUE_DESK_HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        process = Popen(
            [sys.executable, "-m", "qlue_desk"],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=home, start_new_session=True,
            env={**_outside(), **settings, **(environment or {})},
        )  # fmt: skip
        os.close(theirs)
        desk = cls(process, ours)
        try:
            yield desk
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(OSError):
                desk._drink_until(lambda: process.poll() is not None, 5)
            process.kill()
            process.wait()
            os.close(ours)

    # --- hands and eyes -----------------------------------------------------------------------------

    def press(self, keys: bytes) -> float:
        """Type; returns the moment before."""
        began = time.perf_counter()
        os.write(self._terminal, keys)
        return began

    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(self.screen.display)

    def until(self, seen: Callable[[str], object], seconds: float = _SECONDS) -> float:
        """Read until the screen shows something; returns when the bytes that completed it had come."""
        return self._drink_until(lambda: seen(self.text()), seconds)

    def rest(self, quiet: float = 0.05, longest: float = 1.0) -> None:
        """Read until nothing is painted for a while."""
        end = time.perf_counter() + longest
        while time.perf_counter() < end and self._drink(quiet) is not None:
            pass

    def lit_row(self, column: int = 50) -> int:
        """The row whose ground differs from those around it: where the cursor of the queue stands; -1 none."""
        grounds = [self.screen.buffer[row][column].bg for row in range(3, ROWS - 2)]
        usual = max(set(grounds), key=grounds.count)
        lit = [row for row, ground in enumerate(grounds, 3) if ground != usual]
        return lit[0] if len(lit) == 1 else -1

    def key_to_paint(self, key: bytes, seconds: float = _SECONDS) -> float:
        """Seconds from a cursor key to the bytes that light another row."""
        before = self.lit_row()
        began = self.press(key)
        return self._drink_until(lambda: self.lit_row() not in (-1, before), seconds) - began

    def _drink_until(self, done: Callable[[], object], seconds: float) -> float:
        end = time.perf_counter() + seconds
        moment = time.perf_counter()
        while not done():
            left = end - time.perf_counter()
            if left <= 0:
                raise AssertionError(f"not painted within {seconds} s:\n{self.text()}")
            moment = self._drink(min(left, 0.2)) or moment
        return moment

    def _drink(self, seconds: float) -> float | None:
        """Feed what comes to the screen; the moment when it came, None when nothing did."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return None
        painted = os.read(self._terminal, 65536)
        moment = time.perf_counter()
        self.bytes_read += len(painted)
        self._stream.feed(painted)
        return moment


def _outside() -> dict[str, str]:
    """Our environment without the size of pytest's own terminal, which the desk would believe."""
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
