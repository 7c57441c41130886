"""Dropping feed events that every desk has had time to read, from the front of each stream only.

The floor moves up with them: a cursor at the floor goes on, one below it needs a snapshot.
Nothing inside the log is rewritten, so the chain holds.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from qlue_desk.central.instants import to_ms

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

BATCH = 500
"""Events dropped in one transaction: it holds the stream's row for some milliseconds."""
LEAVE_FREE = 2.0
"""Between two transactions, so many times the length of the last is left to others."""
LONGEST_PAUSE = 0.5
LONGEST_SECONDS = 30.0
"""Then the other jobs of the clock have their turn; what is left is dropped the next minute."""


def compact(hub: Hub, *, batch: int = BATCH) -> int:
    """Drop what is older than the city keeps (`[central] feed_days`); returns how many events."""
    before = hub.now() - dt.timedelta(days=hub.retention.feed_days)
    dropped, until = 0, time.monotonic() + LONGEST_SECONDS
    for stream in sorted(hub.feed.heads()):
        while True:
            began = time.monotonic()
            count = _drop_front(hub, stream, to_ms(before), batch)
            dropped += count
            if count < batch:
                break
            if time.monotonic() >= until:
                return dropped
            time.sleep(min(LONGEST_PAUSE, LEAVE_FREE * (time.monotonic() - began)))
    return dropped


def _drop_front(hub: Hub, stream: str, before_ms: int, batch: int) -> int:
    """One transaction: at most `batch` events older than `before_ms`, with nothing younger before them."""
    database = hub.database
    with database.connected():
        # Looked at before the lock is taken, for most often nothing is due.
        if not _due(hub, stream, before_ms, 1):
            return 0
        with database.writing():
            hub.feed.lock([stream])
            due = _due(hub, stream, before_ms, batch)
            if not due:
                return 0
            floor, chain = due[-1]
            database.run(
                "UPDATE stream SET floor_seq = ?, floor_hash = ? WHERE key = ?", (floor, chain, stream)
            )
            database.run("DELETE FROM feed_event WHERE stream = ? AND seq <= ?", (stream, floor))
    return len(due)


def _due(hub: Hub, stream: str, before_ms: int, most: int) -> list[tuple[int, str]]:
    rows = hub.database.all(
        "SELECT seq, chain, at FROM feed_event WHERE stream = ? ORDER BY seq LIMIT ?", (stream, most)
    )
    due: list[tuple[int, str]] = []
    for seq, chain, at in rows:
        if int(at) >= before_ms:
            break  # a clock that once ran behind leaves older ones after it; they wait for it
        due.append((int(seq), chain))
    return due
