"""The desk's end: looks like an `Engine`, and is one in another process."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable

import msgspec

from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Looker
from qlue_desk.store.database import Change, Store
from qlue_desk.sync.apart.messages import Begin, Committed, Look, News, Nudge, Release, Said, Speak, Switch
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.state import Phase, SyncState
from qlue_desk.words import _, language

COMMAND = (sys.executable, "-P", "-m", "qlue_desk.sync.apart")
"""`-P`: nothing is imported from the folder in which somebody happens to stand."""
FAREWELL_SECONDS = 0.25
"""How long `release` waits; the engine itself gives up a little earlier."""
STOP_SECONDS = 0.5
"""How long `stop` waits for the process to end by itself."""
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
        self._stopping = threading.Event()
        self._released = threading.Event()
        self._committed = False
        """The desk itself has, since the process last saw that somebody else had."""
        self._speaking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="sync-apart", daemon=True)

    # --- from outside ------------------------------------------------------------------------------

    def start(self) -> None:
        """Start syncing in the background."""
        self._store.on_change(self._own_commit)
        self._thread.start()

    def release(self) -> None:
        """Send now what waits only to be undone; the desk is closing, so for a fraction of a second."""
        self._released.clear()
        if self._say(Release()):
            self._released.wait(FAREWELL_SECONDS)

    def stop(self) -> None:
        """End within about half a second; nothing is written afterwards."""
        self._stopping.set()
        self._store.off_change(self._own_commit)
        with self._speaking:
            process = self._process
        if process is not None:
            _hang_up(process)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
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
            told = False
            with contextlib.suppress(OSError):  # no room for one more process
                told = self._listen(self._begun())
            self._store.has_partner = False
            if told:
                backoff.reset()
            if not self._stopping.is_set():
                log.warning("sync: the process ended")
                self._on_state(SyncState(phase=Phase.OFFLINE, detail=_(_DIED)))
                self._stopping.wait(backoff.next())

    def _begun(self) -> subprocess.Popen[bytes]:
        """Start it, and tell it all that the one before it knew."""
        with self._speaking:
            self._process = process = subprocess.Popen(
                COMMAND, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            assert process.stdin is not None
            os.set_blocking(process.stdin.fileno(), False)
            _write(process, msgspec.structs.replace(self._begin, language=language(), offline=self.offline))
            _write(process, self._looking)
            if self._stopping.is_set():  # `stop` may have looked before there was anything to end
                _hang_up(process)
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> bool:
        """Pass on what it says until it ends; whether it ever worked."""
        worked = False
        assert process.stdout is not None
        with io.BufferedReader(process.stdout) as lines:  # type: ignore[type-var]
            for line in lines:
                news = msgspec.json.decode(line, type=News)
                refused = news.state is not None and news.state.phase is Phase.REFUSED
                worked = worked or not refused
                self._store.has_partner = worked
                self._pass_on(news)
        process.wait()
        return worked

    def _pass_on(self, news: News) -> None:
        if news.changed or news.everything:
            self._store.tell(Change(None if news.everything else news.changed, elsewhere=True))
        if news.elsewhere:
            # The process cannot know whose commit it was. Ours were told already; where ours and another's fall into
            # one second, the other's is seen with the next.
            if not self._committed:
                self._store.tell(Change(None, elsewhere=True))
            self._committed = False
        if news.released:
            self._released.set()
        if news.others is not None and self._on_others is not None:
            self._on_others(news.others)
        if news.state is not None:
            self._on_state(news.state)

    def _own_commit(self, change: Change) -> None:
        if not change.elsewhere:
            self._committed = True
            self._say(Committed())

    def _say(self, said: Said) -> bool:
        """False where nobody hears it: the next process begins with what counts."""
        with self._speaking:
            return self._process is not None and _write(self._process, said)


def _write(process: subprocess.Popen[bytes], said: Said) -> bool:
    """Without waiting: the desk's own threads come by here. A process that no longer listens is ended, and replaced."""
    line = msgspec.json.encode(said) + b"\n"
    if process.stdin is None or process.stdin.closed:
        return False
    try:
        if process.stdin.write(line) == len(line):
            return True
    except OSError:
        return False
    process.kill()
    return False


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
