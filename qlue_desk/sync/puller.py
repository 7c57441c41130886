"""The thread that long-polls the feed; it finds out whether central is there, and says so."""

from __future__ import annotations

import logging
import time

from qlue_desk.store.errors import DiskFull, NewerData, StoreClosed, StoreError
from qlue_desk.sync import pull, rounds, tokens
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.contact import IDLE_SECONDS, Contact
from qlue_desk.sync.errors import (
    ClientTooOld,
    LocalProblem,
    NotSignedIn,
    OtherServer,
    Refused,
    Resync,
    Stopped,
    SyncError,
)
from qlue_desk.sync.link import Link
from qlue_desk.sync.state import SWITCHED_OFF, Phase
from qlue_desk.words import _, sentences

LOCK_SECONDS = 2.0
"""Between two tries for the lock that another process holds."""
REFUSED_SECONDS = 300.0
"""After a refusal that only a person can mend; `nudge` asks at once."""
_EMPTY_POLL_SECONDS = 1.0
_LASTING = (NotSignedIn, OtherServer, LocalProblem)
"""Only a person can mend it: another token, another address."""

log = logging.getLogger(__name__)


class Puller:
    """A loop for a thread of its own."""

    def __init__(self, contact: Contact, wait_seconds: int | None) -> None:
        """`wait_seconds`: the longest that a poll waits; None as long as central allows."""
        self.contact = contact
        self._wait_seconds = wait_seconds

    def run(self) -> None:
        """Until stopped."""
        backoff, resyncs = self.contact.backoff(), 0
        while not self.contact.stopping.is_set():
            if self.contact.offline:
                self.contact.telling.say(phase=Phase.OFFLINE, detail=_(SWITCHED_OFF), progress=None)
                self.contact.sleep(self.contact.wake_pull, IDLE_SECONDS)
                continue
            try:
                if not self._lock_taken():
                    continue
                self._step()
                backoff.reset()
                resyncs = 0
            except (Stopped, StoreClosed):
                return
            except Resync:
                resyncs += 1
                self.contact.wake_push.set()
                self.contact.rest_after(resyncs, backoff)
            except _LASTING as error:
                self.contact.sleep_refused(self._failed(error, backoff))
            except (SyncError, StoreError) as error:
                self.contact.sleep(self.contact.wake_pull, self._failed(error, backoff))
            except Exception:
                log.exception("sync: pull failed")
                self.contact.telling.say(
                    phase=Phase.OFFLINE, detail=_("Sinkronisasi gagal; dicoba lagi."), progress=None
                )
                self.contact.sleep(self.contact.wake_pull, backoff.next())

    def _lock_taken(self) -> bool:
        if self.contact.lock.held:
            return True
        if self.contact.store.read_only is not None:
            raise self.contact.store.read_only.with_traceback(None)
        if not self.contact.lock.acquire():
            self.contact.telling.say(
                phase=Phase.CONNECTED, detail=_("Jendela lain menyinkronkan meja ini."), progress=None
            )
            self.contact.sleep(self.contact.wake_pull, LOCK_SECONDS)
            return False
        self.contact.store.writing(rounds.take_over)
        return True

    def _step(self) -> None:
        link = self.contact.link("pull")
        connected = self.contact.online.is_set()
        if not connected:
            self.contact.telling.say(phase=Phase.CONNECTING)
        pull.current_session(link)
        tokens.rotate_when_due(link)
        if pull.needs_snapshot(link):
            self.contact.telling.say(phase=Phase.SYNCING, progress=(0, 0), detail="")
            pull.run_snapshot(
                link, lambda here, all_: self.contact.telling.say(phase=Phase.SYNCING, progress=(here, all_))
            )
        wait = self._wait(link) if connected else 0
        began = time.monotonic()
        outcome = pull.pull_page(link, wait=wait)
        self.contact.online.set()
        self.contact.wake_push.set()
        self.contact.telling.say(
            phase=Phase.SYNCING if outcome.more else Phase.CONNECTED, detail="", progress=None
        )
        if connected and not outcome.events and time.monotonic() - began < _EMPTY_POLL_SECONDS:
            # A server that does not hold the poll must not be asked in a tight loop.
            self.contact.sleep(self.contact.wake_pull, _EMPTY_POLL_SECONDS)
        elif outcome.stale:
            self.contact.sleep(self.contact.wake_pull, _EMPTY_POLL_SECONDS)

    def _wait(self, link: Link) -> int:
        asked = link.limits.wait_seconds if self._wait_seconds is None else self._wait_seconds
        return min(asked, link.limits.wait_seconds)

    def _failed(self, error: SyncError | StoreError, backoff: Backoff) -> float:
        """Say what is wrong; seconds until the next try."""
        sentence = error.sentence(_) if isinstance(error, StoreError) else error.sentence()
        if isinstance(error, (ClientTooOld, NewerData, DiskFull)):
            # Recorded work is still taken from old programs, and needs no room here.
            self.contact.online.set()
            self.contact.wake_push.set()
            self.contact.telling.say(phase=Phase.REFUSED, detail=sentence, progress=None)
            return backoff.next() if isinstance(error, DiskFull) else REFUSED_SECONDS
        self.contact.online.clear()
        if self.contact.offline:
            return 0.0
        if isinstance(error, StoreError):
            self.contact.telling.say(phase=Phase.HINDERED, detail=sentence, progress=None)
            return backoff.next()
        lasting = isinstance(error, _LASTING)
        if isinstance(error, NotSignedIn):
            sealed = rounds.shut_out(self.contact.store, error)
            sentence = sentences(sentence, sealed) if sealed else sentence
        for link in list(self.contact.links.values()):
            link.session = None  # a changed dinas or new rules are fetched with the next round
        refused = lasting or (
            isinstance(error, Refused) and error.problem.status < 500 and not error.retry_after
        )
        self.contact.telling.say(
            phase=Phase.REFUSED if refused else Phase.OFFLINE, detail=sentence, progress=None
        )
        return REFUSED_SECONDS if lasting else backoff.next(getattr(error, "retry_after", 0.0))
