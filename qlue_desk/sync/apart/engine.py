"""The desk's end: looks like an `Engine`, and is one in another process."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from qlue_desk import error_log
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Looker
from qlue_desk.store.database import Change, Store
from qlue_desk.sync.apart.messages import Begin, Committed, Look, News, Nudge, Release, Said, Speak, Switch
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.state import FAREWELL_SECONDS, Phase, SyncState
from qlue_desk.words import _, language

COMMAND = (sys.executable, "-P", "-m", "qlue_desk.sync.apart")
"""`-P`: nothing is imported from the folder in which somebody happens to stand."""
_ON_THE_WAY_SECONDS = 0.08
"""For the word there and back."""
SILENT_SECONDS = 20.0
"""After so long without a word the process is ended, and replaced."""
STOP_SECONDS = 0.5
"""How long `stop` waits for the process to end by itself."""
_LAST_LINES, _LONGEST_LINE = 40, 2000
"""Of stderr, and letters of one."""
_USELESS = (Phase.REFUSED, Phase.HINDERED)
"""A process that begins so does no chores; what it said is what a person must mend."""
_DIED = N_("Proses sinkronisasi terhenti; dimulai lagi.")

log = logging.getLogger(__name__)


class EngineApart:
    """Keeps a store and its central in step, in a process that is started anew when it dies.

    The store must be open with others (`Store.is_shared`). Callbacks come on a thread of their own: post only.
    """

    def __init__(self, store: Store, begin: Begin, on_state: Callable[[SyncState], None]) -> None:
        self._store = store
        self._begin = begin
        self._on_state = on_state
        self._on_others: Callable[[tuple[Looker, ...]], None] | None = None
        self._looking = Look("", "")
        self._state = SyncState()
        """The newest that was told; its numbers hold on while no process runs."""
        self._stopping = threading.Event()
        self._released = threading.Event()
        self._last_words = ""
        """That were written to the error log."""
        self._speaking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._heard = 0.0
        self._thread = threading.Thread(target=self._keep, name="sync-apart", daemon=True)

    # --- from outside ------------------------------------------------------------------------------

    def start(self) -> None:
        """Start syncing in the background."""
        self._store.on_change(self._own_commit)
        self._thread.start()
        threading.Thread(target=self._watch, name="sync-watch", daemon=True).start()

    def release(self) -> None:
        """Send now what waits only to be undone; the desk is closing, so for a fraction of a second."""
        self._released.clear()
        if self._say(Release()):
            self._released.wait(FAREWELL_SECONDS + _ON_THE_WAY_SECONDS)

    def stop(self) -> None:
        """End within about half a second; nothing is written afterwards."""
        self._stopping.set()
        self._store.off_change(self._own_commit)
        with self._speaking:
            if self._process is not None:
                _hang_up(self._process)
        if self._thread.is_alive():  # it ends behind the process
            self._thread.join(STOP_SECONDS)
        if self._thread.is_alive() and self._process is not None:
            self._process.kill()
            self._thread.join()
        self._store.has_partner = False

    def watch_others(self, on_others: Callable[[tuple[Looker, ...]], None]) -> None:
        """Hear who else has which report open; before `start`."""
        self._on_others = on_others

    def look(self, complaint_id: str, actor_id: str) -> None:
        """A person has this report open; '' for none. Returns at once."""
        self._looking = Look(complaint_id, actor_id)
        self._say(self._looking)

    def nudge(self) -> None:
        """There is something to send, or a person wants to see the newest now."""
        self._say(Nudge())

    def speak(self, code: str) -> None:
        """Sentences in this language from now on."""
        self._say(Speak(code))

    @property
    def offline(self) -> bool:
        """The switch that keeps the desk off the network."""
        return self._store.off_network

    @offline.setter
    def offline(self, value: bool) -> None:
        self._store.off_network = value
        self._say(Switch(value))

    @property
    def process_id(self) -> int | None:
        """Of the process that syncs; None where none runs."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    # --- the process ---------------------------------------------------------------------------------

    def _keep(self) -> None:
        backoff = Backoff(self._begin.retry_first_seconds, self._begin.retry_longest_seconds)
        while not self._stopping.is_set():
            connected = False
            with contextlib.suppress(OSError):  # no room for one more process
                connected = self._listen(self._begun())
            if self._store.has_partner:
                self._store.has_partner = False
                if not self._stopping.is_set():  # what it committed last, it may not have said
                    self._store.tell(Change(None, elsewhere=True))
            if connected:
                backoff.reset()
            if not self._stopping.is_set():
                log.warning("sync: the process ended")
                if self._state.phase not in _USELESS:  # that says what a person must mend
                    self._say_state(
                        msgspec.structs.replace(
                            self._state, phase=Phase.OFFLINE, detail=_(_DIED), progress=None
                        )
                    )
                self._stopping.wait(backoff.next())

    def _begun(self) -> subprocess.Popen[bytes]:
        """Start it, and tell it all that the one before it knew."""
        process = subprocess.Popen(
            COMMAND, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
        with self._speaking:  # whoever speaks first must not come before the beginning
            begin = msgspec.structs.replace(
                self._begin, language=language(), offline=self.offline, family=self._store.family
            )
            _write(process, begin)
            _write(process, self._looking)
            self._process, self._heard = process, time.monotonic()
            if self._stopping.is_set():  # `stop` may have looked before there was anything to end
                _hang_up(process)
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> bool:
        """Pass on what it says until it ends; whether it ever met central."""
        connected = False
        complaining = _Complaining(process)
        assert process.stdout is not None
        with io.BufferedReader(process.stdout) as lines:  # type: ignore[type-var]
            for line in lines:
                self._heard = time.monotonic()
                try:
                    news = msgspec.json.decode(line, type=News)
                except msgspec.MsgspecError:  # it died in the middle of a line
                    break
                if not self._store.has_partner:  # it has the file open
                    self._store.has_partner = news.state is None or news.state.phase not in _USELESS
                connected |= news.state is not None and news.state.phase is Phase.CONNECTED
                self._pass_on(news)
        process.kill()
        process.wait()
        self._keep_words(complaining.words())
        return connected

    def _keep_words(self, words: str) -> None:
        """Why it died, where Python says it: for whoever is asked about it. Once, however often it dies of that."""
        if words and words != self._last_words and not self._stopping.is_set():
            self._last_words = words
            error_log.write_text(Path(self._begin.home), words)

    def _watch(self) -> None:
        """End a process that hangs; a desk that was stopped itself (ctrl+z) first hears what was said meanwhile."""
        pause = SILENT_SECONDS / 4
        looked = time.monotonic()
        while not self._stopping.wait(pause):
            before, looked = looked, time.monotonic()
            process = self._process
            if process is None or self.process_id is None or looked - before > 2 * pause:
                self._heard = looked
            elif looked - self._heard > SILENT_SECONDS:
                log.warning("sync: the process says nothing")
                process.kill()

    def _pass_on(self, news: News) -> None:
        if news.changed or news.everything:
            self._store.tell(Change(None if news.everything else news.changed, elsewhere=True))
        if news.elsewhere:
            self._store.tell(Change(None, elsewhere=True))
        if news.released:
            self._released.set()
        if news.others is not None and self._on_others is not None:
            self._on_others(news.others)
        if news.state is not None:
            self._say_state(news.state)

    def _say_state(self, state: SyncState) -> None:
        self._state = state
        self._on_state(state)

    def _own_commit(self, change: Change) -> None:
        if not change.elsewhere:
            self._say(Committed())

    def _say(self, said: Said) -> bool:
        """False where nobody hears it: the next process begins with what counts."""
        with self._speaking:
            return self._process is not None and _write(self._process, said)


class _Complaining:
    """What a process writes to stderr: read always, lest it waits for room, and only the end is kept."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lines: deque[bytes] = deque(maxlen=_LAST_LINES)
        self._thread = threading.Thread(target=self._read, name="sync-stderr", daemon=True)
        self._thread.start()

    def words(self) -> str:
        """The last lines; the process has ended."""
        self._thread.join(STOP_SECONDS)
        return b"".join(self._lines).decode(errors="replace")

    def _read(self) -> None:
        if self._process.stderr is not None:
            with self._process.stderr as stderr:
                while line := stderr.readline(_LONGEST_LINE):
                    self._lines.append(line)


def _write(process: subprocess.Popen[bytes], said: Said) -> bool:
    """Without waiting: the desk's own threads come by here. A process that no longer listens is ended, and replaced."""
    line = msgspec.json.encode(said) + b"\n"
    if process.stdin is None or process.stdin.closed:
        return False
    try:
        if process.stdin.write(line) == len(line):
            return True
    except (OSError, ValueError):  # gone, or hung up meanwhile
        return False
    process.kill()
    return False


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
