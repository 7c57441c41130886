"""The engine that a `Begin` asks for; in the process apart, or in the desk's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qlue_desk.store.database import Store
from qlue_desk.sync.apart.messages import Begin
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.state import SyncState


def engine_of(begin: Begin, store: Store, on_state: Callable[[SyncState], None]) -> Engine:
    """Not started yet."""
    return Engine(
        store,
        Path(begin.home),
        on_state,
        private_ca=Path(begin.private_ca) if begin.private_ca else None,
        wait_seconds=begin.wait_seconds,
        undo_seconds=begin.undo_seconds,
        bulk_from=begin.bulk_from,
        backoff=lambda: Backoff(begin.retry_first_seconds, begin.retry_longest_seconds),
    )
