"""The driver of a real terminal that may go away at any time; not for Windows."""

from __future__ import annotations

import math
import os
import selectors
import signal
import time
from codecs import getincrementaldecoder
from typing import IO, Any, cast

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from qlue_desk.desk.pasted import Pasted

_LOOK_SECONDS = 0.1
"""How often is looked whether the desk was closed, and whether an escape character stood alone."""
_MOST_READ = 4096
CONGESTED = 0.02
"""Seconds for which a write is under way on a line that cannot follow; a quick terminal takes a frame in much less."""


class _Lasting:
    """A terminal's file; once it is gone, what is written to it is thrown away, so that nobody waits for it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False
        self._since = math.inf
        """When the write began that is under way."""

    @property
    def congested(self) -> bool:
        """Whether the line does not take what is being written."""
        return time.monotonic() - self._since > CONGESTED

    def write(self, text: str) -> int:
        """Write, or pretend to."""
        if not self._gone:
            self._since = time.monotonic()
            try:
                return self._file.write(text)
            except OSError:
                self.gone()
            finally:
                self._since = math.inf
        return len(text)

    def flush(self) -> None:
        """Flush, or pretend to."""
        if not self._gone:
            self._since = time.monotonic()
            try:
                self._file.flush()
            except OSError:
                self.gone()
            finally:
                self._since = math.inf

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

    @property
    def congested(self) -> bool:
        """Whether what was painted last is still waiting for the line."""
        return self._lasting.congested

    def run_input_thread(self) -> None:
        """Read keys until the terminal is gone."""
        try:
            self._read_keys()
        except OSError:
            self._lasting.gone()

    def _read_keys(self) -> None:
        """As Textual does it, but whatever comes in ends neither the desk nor a paste before its end."""
        decode = getincrementaldecoder("utf-8")(
            "replace"
        ).decode  # a terminal that is not UTF-8, a broken line
        parser, pasted = XTermParser(self._debug), Pasted()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                text = ""
                if selector.select(_LOOK_SECONDS):
                    read = os.read(self.fileno, _MOST_READ)
                    if not read:
                        self._lasting.gone()
                        return
                    text = decode(read)
                try:
                    for event in parser.feed(pasted.clean(text)) if text else parser.tick():
                        self.process_message(event)
                except (ValueError, OverflowError):  # the code of a key that there is not
                    parser = XTermParser(self._debug)
