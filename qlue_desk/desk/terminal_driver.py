"""The driver of a real terminal that may go away at any time; not for Windows."""

from __future__ import annotations

import os
import signal
from typing import IO, Any, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


class _Lasting:
    """A terminal's file; once it is gone, what is written to it is thrown away, so that nobody waits for it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write, or pretend to."""
        if not self._gone:
            try:
                return self._file.write(text)
            except OSError:
                self.gone()
        return len(text)

    def flush(self) -> None:
        """Flush, or pretend to."""
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self.gone()

    def fileno(self) -> int:
        """Number of the file."""
        return self._file.fileno()

    def gone(self) -> None:
        """Leave as when the terminal says that it goes: one that is not ours does not say it."""
        if not self._gone:
            self._gone = True
            os.kill(os.getpid(), signal.SIGHUP)


class TerminalDriver(LinuxDriver):
    """Textual's, but a terminal that went away ends the desk like SIGHUP, without a hang or a traceback."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._lasting = _Lasting(cast(IO[str], self._file))
        self._file = cast(Any, self._lasting)

    def run_input_thread(self) -> None:
        """Read keys until the terminal is gone."""
        try:
            super().run_input_thread()
        except OSError:
            self._lasting.gone()
