"""Noticing that the database was put back to an earlier time, and telling all desks by new epochs.

A desk whose cursor is of another epoch copies its rows anew and offers again what it had sent, so nothing that a desk
still has is lost. Where nothing can be noticed here, the chain and the head of the feed still show it to each desk.
Public numbers go on above what may have been given out (`central.numbers`).
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central import meta, numbers
from qlue_desk.central.feed import Appended
from qlue_desk.central.numbers import Skipped
from qlue_desk.central.seen import Head, higher

if TYPE_CHECKING:
    from qlue_desk.central.database import CentralDatabase
    from qlue_desk.central.hub import Hub

IDENTITY = "database"
RESTORES = "restores"
MOST_RESTORES = 50
log = logging.getLogger("qlue_desk.central")


class Why(StrEnum):
    """How it was noticed."""

    MOVED = "moved"
    """PostgreSQL: another cluster, another timeline or another table than at the last start."""
    BEHIND = "behind"
    """Events that were durable here are missing."""
    DIVERGED = "diverged"
    """Other events stand where those stood."""
    TOLD = "told"
    """Whoever runs central said so (`central restore`)."""


class Restore(msgspec.Struct, frozen=True):
    """One time that the database was put back."""

    at: dt.datetime
    why: Why
    ended: tuple[str, ...] = ()
    """Epochs that ended with it."""
    skipped: tuple[Skipped, ...] = ()
    """Public numbers that were left out, for they may be other citizens'."""


def notice(hub: Hub) -> Restore | None:
    """Begin new epochs if the database is not the one that was here before; at start, and each minute.

    None when nothing happened, which is the usual case and costs three small reads.
    """
    database = hub.database
    with database.connected():
        identity = database.identity()
        with database.reading():
            known = meta.get(database, IDENTITY)
            if identity in ("", known) and _why(hub, identity) is None:
                _keep_first_heads(hub)
                return None
        with database.writing():
            _lock_streams(database)
            # Again under the lock: another worker may have been first.
            why = _why(hub, identity)
            _keep_identity(database, identity)
            return None if why is None else _begin_epochs(hub, why)


def _keep_first_heads(hub: Hub) -> None:
    """Where no heads are kept yet, those of now: the file was lost, or the database put where it never was.

    Whether this is an older copy nobody can tell then; `central check` says so.
    """
    if hub.seen.read():
        return
    rows = hub.database.all("SELECT key, last_seq, last_hash, epoch FROM stream WHERE last_seq > 0")
    if rows and not hub.seen.begin_anew(
        {row[0]: Head(row[3], int(row[1]), row[2]) for row in rows}, hub.now()
    ):
        hub.seen.note(Appended(row[0], int(row[1]), row[2], row[3]) for row in rows)


def announce(hub: Hub, given: Mapping[str, int] | None = None) -> Restore:
    """New epochs because whoever runs central says that the database was put back.

    `given`: public numbers by `city/year` that were given out, as far as others than the file of heads know.
    """
    database = hub.database
    with database.connected():
        identity = database.identity()
        with database.writing():
            _lock_streams(database)
            _keep_identity(database, identity)
            return _begin_epochs(hub, Why.TOLD, given)


def restores(database: CentralDatabase) -> tuple[Restore, ...]:
    """Every time that it was put back, as far as it knows itself; oldest first."""
    with database.connected():
        kept = meta.get(database, RESTORES)
    return msgspec.json.decode(kept, type=tuple[Restore, ...]) if kept else ()


def _why(hub: Hub, identity: str) -> Why | None:
    known = meta.get(hub.database, IDENTITY)
    if known and identity and known != identity:
        return Why.MOVED
    seen = hub.seen.read()
    if not seen:
        return None
    ended = {epoch for restore in restores(hub.database) for epoch in restore.ended}
    for stream, head in sorted(seen.items()):
        # A mark of an epoch that the database itself has ended was written before that.
        if head.epoch not in ended and (why := _lacks(hub.database, stream, head)) is not None:
            return why
    return None


def _lacks(database: CentralDatabase, stream: str, head: Head) -> Why | None:
    row = database.one(
        "SELECT epoch, last_seq, last_hash, floor_seq, floor_hash FROM stream WHERE key = ?", (stream,)
    )
    if row is None or int(row[1]) < head.seq:
        return Why.BEHIND
    if row[0] != head.epoch:
        return Why.DIVERGED
    known = {int(row[1]): row[2], int(row[3]): row[4]}
    chain = known.get(head.seq)
    if chain is None and head.seq > int(row[3]):
        event = database.one("SELECT chain FROM feed_event WHERE stream = ? AND seq = ?", (stream, head.seq))
        chain = event[0] if event else ""
    return None if chain in (None, head.chain) else Why.DIVERGED


def _begin_epochs(hub: Hub, why: Why, given: Mapping[str, int] | None = None) -> Restore:
    """Another epoch for every stream, and the file of heads to match; the caller holds the streams."""
    database = hub.database
    rows = database.all("SELECT key, epoch, last_seq, last_hash FROM stream ORDER BY key")
    heads = {}
    for key, _, seq, chain in rows:
        epoch = secrets.token_hex(8)
        database.run("UPDATE stream SET epoch = ? WHERE key = ?", (epoch, key))
        heads[key] = Head(epoch, int(seq), chain)
    # Where it was only told, a whole folder or machine may have been put back, and the file with it.
    sure = why is not Why.TOLD or given is not None
    given = higher(hub.seen.numbers(), given or {})
    skipped = numbers.skip(database, given, hub.cities(), hub.now(), sure=sure)
    restore = Restore(hub.now(), why, tuple(row[1] for row in rows), skipped)
    kept = (*restores(database), restore)[-MOST_RESTORES:]
    meta.put(database, RESTORES, msgspec.json.encode(kept).decode())
    # Before the commit: another worker that waits for the streams must not find the old heads. Should the
    # commit fail, the next start sees epochs that the database does not have, and begins new ones.
    hub.seen.replace(heads, higher(given, numbers.counted(database)))
    log.warning(
        "the database was put back to an earlier time (%s): %d streams begin a new epoch, "
        "desks copy their rows anew and offer again what they had sent",
        why,
        len(rows),
    )
    return restore


def _keep_identity(database: CentralDatabase, identity: str) -> None:
    if identity:
        meta.put(database, IDENTITY, identity)


def _lock_streams(database: CentralDatabase) -> None:
    keys = [row[0] for row in database.all("SELECT key FROM stream ORDER BY key")]
    if keys:
        database.lock_rows("stream", "key", keys)
