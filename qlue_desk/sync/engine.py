"""The desk's sync: one thread that long-polls the feed, one that sends the outbox, both its own.

The app never waits on the network: it hears `SyncState`s by callback (on these threads: only post
messages) and says `nudge`. Only the process that holds `desk.lock` syncs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from qlue_desk.store.database import Change, Store
from qlue_desk.sync import pull, rounds
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.contact import Contact
from qlue_desk.sync.errors import NotSignedIn
from qlue_desk.sync.looking import LookTeller, Others
from qlue_desk.sync.puller import Puller
from qlue_desk.sync.sender import Sender
from qlue_desk.sync.state import FAREWELL_SECONDS, Phase, RoundResult, SyncState

JOIN_SECONDS = 0.06
"""How long `stop` waits for each thread; a hanging one is cut off and can change nothing any more."""


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
        self.contact = Contact(store, home, on_state, private_ca=private_ca, backoff=backoff)
        self._sender = Sender(self.contact, undo_seconds, bulk_from)
        self._puller = Puller(self.contact, wait_seconds)
        self._looks: LookTeller | None = None
        self._threads: list[threading.Thread] = []

    # --- from outside ----------------------------------------------------------------------------

    def start(self) -> None:
        """Start syncing in the background."""
        self.store.on_change(self._changed)
        loops = [("sync-pull", self._puller.run), ("sync-push", self._sender.run)]
        if self._looks is not None:
            loops.append(("sync-look", self._looks.run))
        for name, loop in loops:
            thread = threading.Thread(target=loop, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def release(self) -> None:
        """Send now what waits only to be undone; the desk is closing, so for a fraction of a second."""
        self._sender.undo_seconds = 0.0
        if self.contact.reachable:
            self._sender.emptied.clear()
            self.contact.wake_push.set()
            self._sender.emptied.wait(FAREWELL_SECONDS)

    def stop(self) -> None:
        """End within about 0.2 s, even in a hanging request; nothing is written afterwards."""
        self.contact.cut()
        if self._looks is not None:
            self._looks.stop()
        self.store.off_change(self._changed)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(JOIN_SECONDS)
        self.contact.lock.release()
        self.contact.telling.say(phase=Phase.STOPPED, progress=None)

    def watch_others(self, on_others: Callable[[Others], None]) -> None:
        """Hear who else has which report open; before `start`, and only where a person sits."""
        self._looks = LookTeller(lambda: self.contact.link("look"), lambda: self.contact.reachable, on_others)

    def look(self, complaint_id: str, actor_id: str) -> None:
        """A person has this report open; '' for none. Returns at once."""
        if self._looks is not None:
            self._looks.look(complaint_id, actor_id)

    def nudge(self) -> None:
        """There is something to send, or a person wants to see the newest now."""
        self.contact.wake_all()

    def speak(self, language: str) -> None:
        """Another language: in one process it is spoken everywhere at once."""

    def committed(self) -> None:
        """Another process has written into this database: there may be something to send."""
        self.contact.wake_push.set()

    @property
    def state(self) -> SyncState:
        """The newest that was told."""
        return self.contact.telling.state

    @property
    def offline(self) -> bool:
        """The switch that keeps the desk off the network."""
        return self.contact.offline

    @offline.setter
    def offline(self, value: bool) -> None:
        self.contact.switch(offline=value)

    def once(self, progress: pull.Progress | None = None) -> RoundResult:
        """One whole round in the calling thread, for `qlue-desk sync`.

        :raises SyncError: the work that could not be sent is kept.
        :raises StoreError: when this data folder does not allow it.
        """
        if self.store.read_only is not None:
            raise self.store.read_only.with_traceback(None)
        ours = self.contact.lock.acquire()
        try:
            link = self.contact.link("once")
            return rounds.whole_round(link, progress) if ours else rounds.leave_to_other(link)
        except NotSignedIn as error:
            rounds.shut_out(self.store, error)
            raise
        finally:
            made = self.contact.links.pop("once", None)
            if made is not None:
                made.transport.close()
            if ours:
                self.contact.lock.release()

    def _changed(self, _change: Change) -> None:
        """After every commit, on the writer's thread."""
        self.contact.wake_push.set()
