"""The thread that sends the outbox, while central is there."""

from __future__ import annotations

import datetime as dt
import logging
import threading

from qlue_desk.store import outbox, sending
from qlue_desk.store.errors import StoreClosed, StoreError
from qlue_desk.store.grace import Grace
from qlue_desk.sync import blobs
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.contact import IDLE_SECONDS, Contact
from qlue_desk.sync.errors import Offline, Refused, Resync, Stopped, SyncError
from qlue_desk.sync.link import Link
from qlue_desk.sync.push import Pusher
from qlue_desk.sync.watch import Watch

_SHORTEST_REST_SECONDS = 0.05

log = logging.getLogger(__name__)


class Sender:
    """A loop for a thread of its own."""

    def __init__(self, contact: Contact, undo_seconds: float, bulk_from: int) -> None:
        """As for `Engine`."""
        self.contact = contact
        self.undo_seconds = undo_seconds
        self.emptied = threading.Event()
        """It has looked and nothing waits."""
        self._bulk_from = bulk_from
        self._watch = Watch()

    def run(self) -> None:
        """Until stopped."""
        backoff = self.contact.backoff()
        pusher: Pusher | None = None
        while not self.contact.stopping.is_set():
            try:
                delay = IDLE_SECONDS
                if self.contact.reachable:
                    link = self.contact.link("push")
                    if pusher is None or pusher.link is not link:  # the desk was enrolled anew
                        pusher = Pusher(link, self._grace)
                    delay = self._step(link, pusher)
                    if not pusher.resyncs:
                        backoff.reset()
                self._count()
            except (Stopped, StoreClosed):
                return
            except Resync:
                self.contact.wake_puller()
                self.contact.rest_after(pusher.resyncs if pusher else 1, backoff)
                delay = 1.0
            except (SyncError, StoreError) as error:
                delay = self._failed(error, backoff)
            except Exception:
                log.exception("sync: push failed")
                delay = backoff.next()
            self.contact.sleep(self.contact.wake_push, delay)

    def _step(self, link: Link, pusher: Pusher) -> float:
        """Send what waits; returns seconds until it is worth looking again."""
        if not link.read(outbox.counts).waiting:
            self.emptied.set()
            return IDLE_SECONDS
        pulling = self.contact.links.get("pull")
        link.session = None if pulling is None else pulling.session
        blobs.upload_waiting(link)
        grace = self._grace()
        if grace is not None and (resting := link.read(sending.resting, grace)):
            return max(resting, _SHORTEST_REST_SECONDS)
        outcome = pusher.round()
        self._count()
        if outcome.wait:
            return outcome.wait
        return 0.0 if outcome.sent else IDLE_SECONDS

    def _grace(self) -> Grace | None:
        if not self.undo_seconds:
            return None
        return Grace(self.undo_seconds, dt.datetime.now(dt.UTC), self._bulk_from)

    def _failed(self, error: Exception, backoff: Backoff) -> float:
        if isinstance(error, Offline):
            self.contact.online.clear()
            self.contact.wake_puller()  # it finds out whether central is really gone, and says so
            return backoff.next()
        if isinstance(error, Refused):
            self.contact.telling.say(detail=error.sentence())
            return backoff.next(error.retry_after)
        log.warning("sync: push failed: %s", type(error).__name__)
        return backoff.next()

    def _count(self) -> None:
        """The numbers, and what the watchdog makes of them; the sending thread only."""
        online = self.contact.online.is_set() and not self.contact.offline
        self.contact.telling.say(
            stuck=self._watch.look(self.contact.store.reading(sending.oldest), online=online)
        )
