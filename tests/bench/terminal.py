"""A program on a real pseudo-terminal: what it draws, and the keys a person would press."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyte

COLUMNS, ROWS = 140, 40
KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "ctrl+d": "\x04", "ctrl+n": "\x0e"}
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-z]|\x1b\[\?[0-9;]*\$p")
"""Questions to newer terminals, which the emulator would draw."""


class Terminal:
    """The screen as a person sees it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def press(self, key: str) -> None:
        """A key by its name, or letters as they are typed."""
        os.write(self._handle, KEYS.get(key, key).encode())

    def until(self, words: str, seconds: float = 20.0) -> None:
        """Wait until the screen shows these words."""
        end = time.perf_counter() + seconds
        while words not in self.shown():
            left = end - time.perf_counter()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"never shown: {words!r}\n{self.shown()}")

    def settle(self, seconds: float = 0.3) -> None:
        """Wait until nothing was drawn for so long."""
        while self._read(seconds):
            pass

    def shown(self) -> str:
        """The screen's lines."""
        return "\n".join(self._screen.display)

    def _read(self, seconds: float) -> bool:
        ready, _write, _error = select.select([self._handle], [], [], seconds)
        if not ready:
            return False
        try:
            self._stream.feed(_UNKNOWN.sub(b"", os.read(self._handle, 65536)))
        except OSError:  # the program has ended
            return False
        return True


@contextmanager
def opened(command: Sequence[str], environment: dict[str, str]) -> Iterator[Terminal]:
    """Run a program on a terminal of 140 by 40 cells and end it as closing its window would."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=os.environ
        | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
        | environment,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(ours)
