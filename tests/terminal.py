"""A program in a terminal of ours: what a person types, what is painted, and when.

with Terminal(DESK, environ={"QLUE_DESK_HOME": str(home)}) as terminal:
    terminal.see("Laporan")
    seconds, count = terminal.press(b"j")     # until the next frame is whole
    terminal.until(lambda: "Dikirim" in terminal.text())

Textual wraps each frame in synchronised output (DEC mode 2026) where the terminal says that it knows it; ours
does, so the end of a frame is a byte sequence and not a guess. The emulator reads only when the screen is asked for.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.slow_line import SlowLine

ROOT = Path(__file__).parents[1]
DESK = (sys.executable, "-m", "qlue_desk")
FRAME_END = b"\x1b[?2026l"
_ASKS_FOR_MODE = re.compile(rb"\x1b\[\?(\d+)\$p")
_CONTROL = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P_^X].*?(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f]", re.S
)
_MOVES = re.compile(rb"\x1b\[[0-9;]*[HfABCDEFG]")
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-z]|\x1b\[\?[0-9;]*\$p")
"""Questions to newer terminals, which the emulator would draw."""


class NotSeen(AssertionError):
    """What should have appeared did not, in time."""


class Terminal:
    """One child process on a pseudo terminal, 160 columns of 48 lines unless told otherwise."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str] | None = None,
        columns: int = 160,
        rows: int = 48,
        cwd: Path | None = None,
        slow: bool = False,
    ) -> None:
        """:param slow: look and type over a line of 300 ms and 64 kbit/s."""
        self.started = time.perf_counter()
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            list(command),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env={**environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})},
            start_new_session=True,
        )
        os.close(theirs)
        self._line = SlowLine(ours) if slow else None
        self._eye = self._line.eye if self._line else ours
        self._answered = 0
        self.raw = bytearray()
        """Everything that was written so far."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._drawn = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program, gently at first."""
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(signal_number)
                end = time.monotonic() + 5
                while self.process.poll() is None and time.monotonic() < end:
                    self.read(0.05)
        self.process.wait()
        if self._line:
            self._line.close()
        else:
            os.close(self._eye)

    # --- bytes --------------------------------------------------------------------------------------

    def read(self, seconds: float) -> bytes:
        """What is written within so many seconds, b"" for nothing; returns at the first bytes."""
        if not select.select([self._eye], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            got = os.read(self._eye, 1 << 16)
        except OSError:  # the program has ended
            return b""
        self.raw += got
        self._answer()
        return got

    def _answer(self) -> None:
        """Say that synchronised output is known, nothing else."""
        for asked in _ASKS_FOR_MODE.finditer(self.raw, self._answered):
            known = 2 if asked[1] == b"2026" else 0
            self.type(b"\x1b[?%s;%d$y" % (asked[1], known))
            self._answered = asked.end()

    def see(self, text: str, *, after: int = 0, seconds: float = 120.0) -> float:
        """Wait until a text is written; returns the seconds since the program was started.

        :param after: how much of `raw` is older and does not count.
        :raises NotSeen: with the end of what was written.
        """
        wanted = text.encode()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if wanted in plain(bytes(self.raw[after:])):
                return time.perf_counter() - self.started
            if not self.read(0.02) and self.process.poll() is not None:
                break
        raise NotSeen(f"{text!r} was not seen; the end: {plain(bytes(self.raw[-2000:]))!r}")

    def quiet(self, seconds: float = 0.3, most: float = 60.0) -> None:
        """Wait until nothing has been written for so long."""
        end = time.perf_counter() + most
        while self.read(seconds) and time.perf_counter() < end:
            pass

    # --- the screen ---------------------------------------------------------------------------------

    def text(self) -> str:
        """The whole screen as text."""
        self._draw()
        return "\n".join(self._screen.display)

    def cursor(self) -> tuple[int, str]:
        """Number and words of the lit line of the list, whose ground differs from all others; (-1, "") for none."""
        self._draw()
        rows = range(3, self._screen.lines - 2)
        grounds = [self._screen.buffer[row][_IN_LIST].bg for row in rows]
        usual = max(set(grounds), key=grounds.count)
        lit = [row for row, ground in zip(rows, grounds, strict=True) if ground != usual]
        if len(lit) != 1:
            return -1, ""
        cells = [self._screen.buffer[lit[0]][column] for column in range(self._screen.columns)]
        return lit[0], "".join(cell.data for cell in cells if cell.bg == cells[_IN_LIST].bg)

    def _draw(self) -> None:
        fresh, self._drawn = self.raw[self._drawn :], len(self.raw)
        self._stream.feed(_UNKNOWN.sub(b"", bytes(fresh)))

    def until(self, seen: Callable[[], object], seconds: float = 20.0) -> float:
        """Read until something is on the screen; the moment when the bytes that completed it had come.

        :raises NotSeen: with the screen.
        """
        moment = time.perf_counter()
        end = moment + seconds
        while not seen():
            left = end - time.perf_counter()
            if left <= 0 or (self.process.poll() is not None and not self.read(0.0)):
                raise NotSeen(f"not painted within {seconds} s:\n{self.text()}")
            if self.read(min(left, 0.2)):
                moment = time.perf_counter()
        return moment

    # --- keys ---------------------------------------------------------------------------------------

    def type(self, keys: bytes) -> None:
        """Type without waiting for anything."""
        os.write(self._eye, keys)

    def press(self, key: bytes, seconds: float = 30.0) -> tuple[float, int]:
        """Type a key; seconds until the first frame after it is whole, and the bytes of that frame.

        :raises NotSeen: when nothing is painted in time.
        """
        while self.read(0.0):
            pass
        start = len(self.raw)
        began = time.perf_counter()
        self.type(key)
        while time.perf_counter() - began < seconds:
            self.read(0.5)
            found = self.raw.find(FRAME_END, start)
            if found >= 0:
                return time.perf_counter() - began, found - start
        raise NotSeen(f"nothing was painted after {key!r}")

    def move(self, key: bytes, seconds: float = 20.0) -> float:
        """Type a key of the list; seconds until another report is lit, whatever else is painted meanwhile."""
        before = self.cursor()[1]
        began = time.perf_counter()
        self.type(key)
        return self.until(lambda: self.cursor()[1] not in ("", before), seconds) - began

    # --- what it costs ------------------------------------------------------------------------------

    def memory_kb(self) -> int:
        """Memory of the program and of the processes it started, each page that they share counted once (Linux)."""
        found = 0
        for pid in (self.process.pid, *self.children()):
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
                found += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return found

    def children(self) -> list[int]:
        """Processes that the program started and that still run."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as line:
            return [int(pid) for pid in line.read().split()]

    def cpu_seconds(self) -> float:
        """Time of a processor that the program has used so far, all threads (Linux): a busy machine does not
        lengthen it."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as line:
            fields = line.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


_IN_LIST = 50
"""A column that crosses the list on each of our screens."""


def environment() -> dict[str, str]:
    """Ours with this code, but bytecode is kept as for an installed program, and the size is the terminal's."""
    apart = ("PYTHONDONTWRITEBYTECODE", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if name not in apart}
    return {**kept, "PYTHONPATH": str(ROOT)}


def plain(written: bytes) -> bytes:
    """The text without control sequences; a jump of the cursor parts two texts."""
    return _CONTROL.sub(b"", _MOVES.sub(b"\n", written))
