"""What the threads of a desk's sync share: the links to central, whether it is there, and how each is woken."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.link import Link
from qlue_desk.sync.lock import DeskLock
from qlue_desk.sync.signing_in import enrolment_of, transport_for
from qlue_desk.sync.state import SyncState
from qlue_desk.sync.telling import Telling

IDLE_SECONDS = 30.0
"""A loop that nobody wakes looks again."""
LOOK_SECONDS = 2.0
"""Between two looks whether a refused desk was enrolled anew."""


class Contact:
    """One desk's contact with its central; safe for all threads."""

    def __init__(
        self,
        store: Store,
        home: Path,
        on_state: Callable[[SyncState], None] | None = None,
        *,
        private_ca: Path | None = None,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self.store = store
        self.backoff = backoff
        self.lock = DeskLock(home)
        self.stopping = threading.Event()
        self.online = threading.Event()
        """Central has answered, and no request has failed since."""
        self.wake_pull = threading.Event()
        self.wake_push = threading.Event()
        self.telling = Telling(store, on_state, self.stopping)
        self.links: dict[str, Link] = {}
        self._private_ca = private_ca

    @property
    def offline(self) -> bool:
        """The switch that keeps the desk off the network."""
        return self.store.off_network

    def switch(self, *, offline: bool) -> None:
        """Off the network or on it again; what is under way is broken off."""
        self.store.off_network = offline
        if offline:
            self.online.clear()
        for link in list(self.links.values()):
            link.transport.blocked = offline  # a thread may have passed the check of the switch already
            if offline:
                link.transport.abort()
        self.wake_all()

    @property
    def reachable(self) -> bool:
        """Whether central can be asked, and by this process."""
        return self.online.is_set() and not self.offline and self.lock.held

    def link(self, name: str) -> Link:
        """The link of a thread, made by its first use."""
        if name not in self.links:
            self.links[name] = Link(self.store, transport_for(self.store, private_ca=self._private_ca))
            if self.stopping.is_set():
                self.links[name].cut()
        return self.links[name]

    def cut(self) -> None:
        """For good: no reply that still comes changes anything."""
        self.stopping.set()
        for link in list(self.links.values()):
            link.cut()
        self.wake_all()

    # --- waking --------------------------------------------------------------------------------

    def wake_all(self) -> None:
        """Out of their pauses."""
        self.wake_pull.set()
        self.wake_push.set()

    def wake_puller(self) -> None:
        """Out of its long poll or its pause."""
        self.wake_pull.set()
        link = self.links.get("pull")
        if link is not None:
            link.transport.abort()

    def sleep(self, wake: threading.Event, seconds: float) -> None:
        """Until woken, `seconds` at most; not at all when it is time to stop."""
        if not self.stopping.is_set():
            wake.wait(seconds)
            wake.clear()

    def sleep_refused(self, seconds: float) -> None:
        """The puller's `sleep` after a refusal that only a person can mend, and what they may have mended is taken up.

        Over too when this folder was enrolled anew, perhaps by a command: token and address are other ones then.
        """
        until = time.monotonic() + seconds
        before, fresh = self._enrolment(), None
        while not self.stopping.is_set() and (left := until - time.monotonic()) > 0:
            if self.wake_pull.wait(min(left, LOOK_SECONDS)):
                break
            found = self._enrolment()
            if found and found == fresh:  # looked at twice: a token must not go to the address before its own
                break
            fresh = found if found != before else None
        self.wake_pull.clear()
        self._begin_links_anew()

    def _enrolment(self) -> tuple[str, ...]:
        try:
            return enrolment_of(self.store)
        except StoreError:  # closed, or in trouble of its own
            return ()

    def _begin_links_anew(self) -> None:
        while self.links:
            _name, link = self.links.popitem()
            link.transport.close()

    def rest_after(self, resyncs: int, backoff: Backoff) -> None:
        """One copy is made at once; where copies do not help they are asked for ever more seldom, whoever calls."""
        if resyncs > 1:
            self.stopping.wait(backoff.next())
