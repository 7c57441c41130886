"""The desk's sync: one thread that long-polls the feed, one that sends the outbox, both its own.

The app never waits on the network: it hears `SyncState`s by callback (on these threads: only post
messages) and says `nudge`. Only the process that holds `desk.lock` syncs.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from qlue_desk.protocol import ErrorCode
from qlue_desk.store import meta, outbox, sending
from qlue_desk.store.database import Change, Store
from qlue_desk.store.errors import DiskFull, NewerData, StoreClosed, StoreError
from qlue_desk.store.grace import Grace
from qlue_desk.sync import blobs, bundling, pull, rounds, tokens
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.errors import (
    ClientTooOld,
    LocalProblem,
    NotSignedIn,
    Offline,
    OtherServer,
    Refused,
    Resync,
    Stopped,
    SyncError,
)
from qlue_desk.sync.link import Link
from qlue_desk.sync.lock import DeskLock
from qlue_desk.sync.looking import LookTeller, Others
from qlue_desk.sync.push import Pusher
from qlue_desk.sync.signing_in import transport_for
from qlue_desk.sync.state import SWITCHED_OFF, Phase, RoundResult, SyncState
from qlue_desk.sync.telling import Telling
from qlue_desk.sync.watch import Watch
from qlue_desk.words import _, sentences

JOIN_SECONDS = 0.06
"""How long `stop` waits for each thread; a hanging one is cut off and can change nothing any more."""
FAREWELL_SECONDS = 0.17
"""How long `release` lets the outbox leave; with the joins of `stop` it stays below 0.3 s."""
LOCK_SECONDS = 2.0
"""Between two tries for the lock that another process holds."""
REFUSED_SECONDS = 300.0
"""After a refusal that only a person can mend; `nudge` asks at once."""
_IDLE_SECONDS = 30.0
_EMPTY_POLL_SECONDS = 1.0
_SHORTEST_REST_SECONDS = 0.05

log = logging.getLogger(__name__)


class Engine:
    """Keeps a store and its central in step until stopped."""

    def __init__(
        self,
        store: Store,
        home: Path,
        on_state: Callable[[SyncState], None] | None = None,
        *,
        private_ca: Path | None = None,
        wait_seconds: int | None = None,
        undo_seconds: float = 0.0,
        bulk_from: int = 0,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        """`undo_seconds`: for how long an action stays in the outbox so that it can be taken back.

        From `bulk_from` reports on (0 = never) one stroke stays longer (`store.grace`).
        """
        self.store = store
        self.home = home
        self._private_ca = private_ca
        self._wait_seconds = wait_seconds
        self._undo_seconds = undo_seconds
        self._bulk_from = bulk_from
        self._backoff = backoff
        self._lock = DeskLock(home)
        self._stopping = threading.Event()
        self._wake_pull = threading.Event()
        self._wake_push = threading.Event()
        self._emptied = threading.Event()
        """The sending thread has looked and nothing waits."""
        self._online = threading.Event()
        self._watch = Watch()
        self._telling = Telling(store, on_state, self._stopping)
        self._links: dict[str, Link] = {}
        self._looks: LookTeller | None = None
        self._threads: list[threading.Thread] = []

    # --- from outside ----------------------------------------------------------------------------

    def start(self) -> None:
        """Start syncing in the background."""
        self.store.on_change(self._changed)
        loops = [("sync-pull", self._pull_loop), ("sync-push", self._push_loop)]
        if self._looks is not None:
            loops.append(("sync-look", self._looks.run))
        for name, loop in loops:
            thread = threading.Thread(target=loop, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def release(self) -> None:
        """Send now what waits only to be undone; the desk is closing, so for a fraction of a second."""
        self._undo_seconds = 0.0
        if self.offline or not self._online.is_set() or not self._lock.held:
            return
        self._emptied.clear()
        self._wake_push.set()
        self._emptied.wait(FAREWELL_SECONDS)

    def stop(self) -> None:
        """End within about 0.2 s, even in a hanging request; nothing is written afterwards."""
        self._stopping.set()
        if self._looks is not None:
            self._looks.stop()
        self.store.off_change(self._changed)
        for link in list(self._links.values()):
            link.cut()
        self._wake_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(JOIN_SECONDS)
        self._lock.release()
        self._telling.say(phase=Phase.STOPPED, progress=None)

    def watch_others(self, on_others: Callable[[Others], None]) -> None:
        """Hear who else has which report open; before `start`, and only where a person sits."""
        self._looks = LookTeller(lambda: self._link("look"), self._reachable, on_others)

    def look(self, complaint_id: str, actor_id: str) -> None:
        """A person has this report open; '' for none. Returns at once."""
        if self._looks is not None:
            self._looks.look(complaint_id, actor_id)

    def nudge(self) -> None:
        """There is something to send, or a person wants to see the newest now."""
        self._wake_all()

    def speak(self, language: str) -> None:
        """Another language: in one process it is spoken everywhere at once."""

    def committed(self) -> None:
        """Another process has written into this database: there may be something to send."""
        self._wake_push.set()

    @property
    def state(self) -> SyncState:
        """The newest that was told."""
        return self._telling.state

    @property
    def offline(self) -> bool:
        """The switch that keeps the desk off the network."""
        return self.store.off_network

    @offline.setter
    def offline(self, value: bool) -> None:
        self.store.off_network = value
        if value:
            self._online.clear()
        for link in list(self._links.values()):
            link.transport.blocked = value  # a thread may have passed the check of the switch already
            if value:
                link.transport.abort()
        self._wake_all()

    def once(self, progress: pull.Progress | None = None) -> RoundResult:
        """One whole round in the calling thread, for `qlue-desk sync`.

        :raises SyncError: the work that could not be sent is kept.
        """
        if not self._lock.acquire():
            return rounds.leave_to_other(self.store)
        try:
            return rounds.whole_round(self._link("once"), progress)
        except NotSignedIn as error:
            self._shut_out(error)
            raise
        finally:
            link = self._links.pop("once", None)
            if link is not None:
                link.transport.close()
            self._lock.release()

    # --- the pulling thread ------------------------------------------------------------------------

    def _pull_loop(self) -> None:
        backoff, resyncs = self._backoff(), 0
        while not self._stopping.is_set():
            if self.offline:
                self._telling.say(phase=Phase.OFFLINE, detail=_(SWITCHED_OFF), progress=None)
                self._sleep(self._wake_pull, _IDLE_SECONDS)
                continue
            try:
                if not self._lock_taken():
                    continue
                self._pull_step()
                backoff.reset()
                resyncs = 0
            except (Stopped, StoreClosed):
                return
            except Resync:
                resyncs += 1
                self._wake_push.set()
                self._rest_after(resyncs, backoff)
            except (SyncError, StoreError) as error:
                self._sleep(self._wake_pull, self._failed(error, backoff))
            except Exception:
                log.exception("sync: pull failed")
                self._telling.say(
                    phase=Phase.OFFLINE, detail=_("Sinkronisasi gagal; dicoba lagi."), progress=None
                )
                self._sleep(self._wake_pull, backoff.next())

    def _lock_taken(self) -> bool:
        if self._lock.held:
            return True
        if not self._lock.acquire():
            self._telling.say(
                phase=Phase.CONNECTED, detail=_("Jendela lain menyinkronkan meja ini."), progress=None
            )
            self._sleep(self._wake_pull, LOCK_SECONDS)
            return False
        self.store.writing(rounds.take_over)
        return True

    def _pull_step(self) -> None:
        link = self._link("pull")
        connected = self._online.is_set()
        if not connected:
            self._telling.say(phase=Phase.CONNECTING)
        pull.current_session(link)
        tokens.rotate_when_due(link)
        if pull.needs_snapshot(link):
            self._telling.say(phase=Phase.SYNCING, progress=(0, 0), detail="")
            pull.run_snapshot(
                link, lambda here, all_: self._telling.say(phase=Phase.SYNCING, progress=(here, all_))
            )
        wait = self._wait(link) if connected else 0
        began = time.monotonic()
        outcome = pull.pull_page(link, wait=wait)
        self._online.set()
        self._wake_push.set()
        self._telling.say(phase=Phase.SYNCING if outcome.more else Phase.CONNECTED, detail="", progress=None)
        if connected and not outcome.events and time.monotonic() - began < _EMPTY_POLL_SECONDS:
            # A server that does not hold the poll must not be asked in a tight loop.
            self._sleep(self._wake_pull, _EMPTY_POLL_SECONDS)
        elif outcome.stale:
            self._sleep(self._wake_pull, _EMPTY_POLL_SECONDS)

    def _wait(self, link: Link) -> int:
        asked = link.limits.wait_seconds if self._wait_seconds is None else self._wait_seconds
        return min(asked, link.limits.wait_seconds)

    # --- the sending thread ------------------------------------------------------------------------

    def _push_loop(self) -> None:
        backoff = self._backoff()
        pusher: Pusher | None = None
        while not self._stopping.is_set():
            try:
                delay = _IDLE_SECONDS
                if self._reachable():
                    link = self._link("push")
                    pusher = pusher or Pusher(link, self._grace)
                    delay = self._push_step(link, pusher)
                    if not pusher.resyncs:
                        backoff.reset()
                self._count()
            except (Stopped, StoreClosed):
                return
            except Resync:
                self._wake_puller()
                self._rest_after(pusher.resyncs if pusher else 1, backoff)
                delay = 1.0
            except (SyncError, StoreError) as error:
                delay = self._push_failed(error, backoff)
            except Exception:
                log.exception("sync: push failed")
                delay = backoff.next()
            self._sleep(self._wake_push, delay)

    def _push_step(self, link: Link, pusher: Pusher) -> float:
        """Send what waits; returns seconds until it is worth looking again."""
        if not link.read(outbox.counts).waiting:
            self._emptied.set()
            return _IDLE_SECONDS
        link.session = self._links["pull"].session if "pull" in self._links else None
        blobs.upload_waiting(link)
        grace = self._grace()
        if grace is not None and (resting := link.read(sending.resting, grace)):
            return max(resting, _SHORTEST_REST_SECONDS)
        outcome = pusher.round()
        self._count()
        if outcome.wait:
            return outcome.wait
        return 0.0 if outcome.sent else _IDLE_SECONDS

    def _grace(self) -> Grace | None:
        if not self._undo_seconds:
            return None
        return Grace(self._undo_seconds, dt.datetime.now(dt.UTC), self._bulk_from)

    def _push_failed(self, error: Exception, backoff: Backoff) -> float:
        if isinstance(error, Offline):
            self._online.clear()
            self._wake_puller()  # it finds out whether central is really gone, and says so
            return backoff.next()
        if isinstance(error, Refused):
            self._telling.say(detail=error.sentence())
            return backoff.next(error.retry_after)
        log.warning("sync: push failed: %s", type(error).__name__)
        return backoff.next()

    # --- states ------------------------------------------------------------------------------------

    def _failed(self, error: Exception, backoff: Backoff) -> float:
        """Say what is wrong; seconds until the next try."""
        sentence = error.sentence(_) if isinstance(error, StoreError) else _sentence(error)
        if isinstance(error, (ClientTooOld, NewerData, DiskFull)):
            # Recorded work is still taken from old programs, and needs no room here.
            self._online.set()
            self._wake_push.set()
            self._telling.say(phase=Phase.REFUSED, detail=sentence, progress=None)
            return backoff.next() if isinstance(error, DiskFull) else REFUSED_SECONDS
        self._online.clear()
        if self.offline:
            return 0.0
        lasting = isinstance(error, (NotSignedIn, OtherServer, LocalProblem))
        if isinstance(error, NotSignedIn):
            sealed = self._shut_out(error)
            sentence = sentences(sentence, sealed) if sealed else sentence
        for link in self._links.values():
            link.session = None  # a changed dinas or new rules are fetched with the next round
        refused = lasting or (
            isinstance(error, Refused) and error.problem.status < 500 and not error.retry_after
        )
        self._telling.say(phase=Phase.REFUSED if refused else Phase.OFFLINE, detail=sentence, progress=None)
        return REFUSED_SECONDS if lasting else backoff.next(getattr(error, "retry_after", 0.0))

    def _shut_out(self, error: NotSignedIn) -> str:
        """Remember it for who records here without looking at the line; forget everything where central says so.

        Returns the sentence with where the unsent work lies sealed, '' where none does.
        """
        if error.code == ErrorCode.TOKEN_REVOKED and not self.store.reading(meta.get, meta.REVOKED):
            self.store.writing(meta.put, meta.REVOKED, b"1")
        path = bundling.seal_and_purge(self.store, dt.datetime.now(dt.UTC)) if error.wipe else None
        return (
            "" if path is None else _("Yang belum terkirim tersegel untuk pusat di {path}.").format(path=path)
        )

    def _changed(self, _change: Change) -> None:
        """After every commit, on the writer's thread."""
        self._wake_push.set()

    def _count(self) -> None:
        """The numbers, and what the watchdog makes of them; the pushing thread only."""
        online = self._online.is_set() and not self.offline
        self._telling.say(stuck=self._watch.look(self.store.reading(sending.oldest), online=online))

    # --- inside ------------------------------------------------------------------------------------

    def _reachable(self) -> bool:
        return self._online.is_set() and not self.offline and self._lock.held

    def _link(self, name: str) -> Link:
        if name not in self._links:
            self._links[name] = Link(self.store, transport_for(self.store, private_ca=self._private_ca))
            if self._stopping.is_set():
                self._links[name].cut()
        return self._links[name]

    def _wake_puller(self) -> None:
        """Out of its long poll or its pause."""
        self._wake_pull.set()
        link = self._links.get("pull")
        if link is not None:
            link.transport.abort()

    def _wake_all(self) -> None:
        self._wake_pull.set()
        self._wake_push.set()

    def _rest_after(self, resyncs: int, backoff: Backoff) -> None:
        """One copy is made at once; where copies do not help they are asked for ever more seldom, whoever calls."""
        if resyncs > 1:
            self._stopping.wait(backoff.next())

    def _sleep(self, wake: threading.Event, seconds: float) -> None:
        if not self._stopping.is_set():
            wake.wait(seconds)
            wake.clear()


def _sentence(error: Exception) -> str:
    return error.sentence() if isinstance(error, SyncError) else str(error)
