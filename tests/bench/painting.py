"""A program in a terminal of ours, and how long it takes until a person sees the answer to a key.

Textual wraps each frame in synchronised output (DEC mode 2026) where the terminal says that it knows it; ours
does, so the end of a frame is a byte sequence and not a guess.
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
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

FRAME_END = b"\x1b[?2026l"
_ASKS_FOR_MODE = re.compile(rb"\x1b\[\?(\d+)\$p")
_CONTROL = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P_^X].*?(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f]", re.S
)
_MOVES = re.compile(rb"\x1b\[[0-9;]*[HfABCDEFG]")
QUIET = 0.05


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
        cwd: str | None = None,
    ) -> None:
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
        self._pty = ours
        self._answered = 0
        self.raw = bytearray()
        """Everything that was written so far."""

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
        os.close(self._pty)

    # --- reading ------------------------------------------------------------------------------------

    def read(self, seconds: float) -> bytes:
        """What is written within so many seconds, b"" for nothing; returns at the first bytes."""
        if not select.select([self._pty], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            got = os.read(self._pty, 1 << 16)
        except OSError:  # the program has ended
            return b""
        self.raw += got
        self._answer()
        return got

    def _answer(self) -> None:
        """Say that synchronised output is known, nothing else."""
        for asked in _ASKS_FOR_MODE.finditer(self.raw, self._answered):
            known = 2 if asked[1] == b"2026" else 0
            os.write(self._pty, b"\x1b[?%s;%d$y" % (asked[1], known))
            self._answered = asked.end()

    def see(self, text: str, *, after: int = 0, seconds: float = 120.0) -> float:
        """Wait until a text is on the screen; returns the seconds since the program was started.

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

    # --- keys ---------------------------------------------------------------------------------------

    def press(self, key: bytes, seconds: float = 30.0) -> tuple[float, int]:
        """Type a key; seconds until the first frame after it is whole, and the bytes of that frame.

        :raises NotSeen: when nothing is painted in time.
        """
        while self.read(0.0):
            pass
        start = len(self.raw)
        began = time.perf_counter()
        os.write(self._pty, key)
        while time.perf_counter() - began < seconds:
            self.read(0.5)
            found = self.raw.find(FRAME_END, start)
            if found >= 0:
                return time.perf_counter() - began, found - start
        raise NotSeen(f"nothing was painted after {key!r}")

    def type(self, keys: bytes) -> None:
        """Type without waiting for anything."""
        os.write(self._pty, keys)

    def memory_kb(self) -> int:
        """Resident memory of the program now (Linux)."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    def cpu_seconds(self) -> float:
        """Time of a processor that the program has used so far, all threads (Linux): a busy machine does not
        lengthen it."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as line:
            fields = line.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def environment() -> dict[str, str]:
    """Ours, but bytecode is kept as for an installed program, and the size is that of the terminal of ours."""
    apart = ("PYTHONDONTWRITEBYTECODE", "COLUMNS", "LINES")
    return {name: value for name, value in os.environ.items() if name not in apart}


def plain(written: bytes) -> bytes:
    """The text without control sequences; a jump of the cursor parts two texts."""
    return _CONTROL.sub(b"", _MOVES.sub(b"\n", written))
