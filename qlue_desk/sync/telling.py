"""The engine's word to whoever shows it: one state after the other, each told once."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
from collections.abc import Callable

from msgspec.structs import replace

from qlue_desk.store import meta, outbox, position
from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError
from qlue_desk.sync.state import Phase, SyncState

log = logging.getLogger(__name__)


class Telling:
    """Holds the newest state; any of the engine's threads may say what has changed."""

    def __init__(
        self, store: Store, on_state: Callable[[SyncState], None] | None, stopping: threading.Event
    ) -> None:
        self.state = SyncState()
        self._store = store
        self._on_state = on_state
        self._stopping = stopping
        self._said = threading.Lock()

    def say(self, **changes: object) -> None:
        """These fields of the state are others now; the numbers of the outbox are counted anew."""
        with self._said:
            if self.state.phase is Phase.STOPPED:
                return
            counts, contact = self._numbers()
            new = replace(
                self.state,
                **{
                    "waiting": counts.waiting + counts.acked,
                    "refused": counts.refused,
                    "last_contact": contact,
                    **changes,
                },
            )
            if new == self.state:
                return
            self.state = new
        if self._on_state is not None:
            try:
                self._on_state(new)
            except Exception:
                log.exception("sync: a listener failed")

    def _numbers(self) -> tuple[outbox.OutboxCounts, dt.datetime | None]:
        if not self._stopping.is_set():
            with contextlib.suppress(StoreError):
                return self._store.reading(_counted)
        state = self.state
        return outbox.OutboxCounts(state.waiting, 0, state.refused), state.last_contact


# --- on the store's thread ---------------------------------------------------------------------------


def _counted() -> tuple[outbox.OutboxCounts, dt.datetime | None]:
    stored = meta.get(position.LAST_CONTACT)
    return outbox.counts(), None if stored is None else dt.datetime.fromisoformat(stored.decode())
