"""One line while the desk is on its way to the screen: a slow machine takes seconds to load it.

It is begun before anything heavy is loaded, so this module imports nothing of ours.
"""

from __future__ import annotations

import sys
import threading

SECONDS = 0.7
"""What takes less needs no words."""


class OpeningLine:
    """Said once, wiped away before the desk takes the screen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._written = ""

    def begin(self, sentence: str) -> None:
        """Say it after a while, where a person looks at the terminal; begun already it goes on."""
        if self._timer is None and sys.stdout is not None and sys.stdout.isatty():
            self._timer = threading.Timer(SECONDS, self._say, (sentence,))
            self._timer.daemon = True
            self._timer.start()

    def _say(self, sentence: str) -> None:
        with self._lock:
            if self._timer is not None:
                self._written = sentence
                sys.stdout.write(sentence)
                sys.stdout.flush()

    def end(self) -> None:
        """The desk is here, or will not come."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._written:
                sys.stdout.write("\r" + " " * len(self._written) + "\r")
                sys.stdout.flush()
            self._timer, self._written = None, ""


opening_line = OpeningLine()
"""There is one terminal."""
