"""One round from start to end, as `qlue-desk sync` does it, and taking over a data folder."""

from __future__ import annotations

import datetime as dt
import time

from msgspec.structs import replace

from qlue_desk.protocol import ErrorCode, Session
from qlue_desk.store import handovers, journal, meta, outbox, position, replica, sending
from qlue_desk.store.database import Store
from qlue_desk.store.errors import DiskFull, NewerData
from qlue_desk.sync import blobs, bundling, pull, tokens
from qlue_desk.sync.errors import ClientTooOld, NotSignedIn, Resync
from qlue_desk.sync.link import Link
from qlue_desk.sync.push import Pusher
from qlue_desk.sync.state import RoundResult
from qlue_desk.sync.transport import SESSION_PATH
from qlue_desk.words import _

OTHER_SECONDS = 5.0
"""How long a command waits for the process that holds the lock to send its work."""
_RESYNCS = 3
_QUIET_ROUNDS = 20
"""Requests without a verdict after which a round gives up; what is left stays in the outbox."""


def take_over() -> None:
    """Become the process that syncs: fence off replies asked for before, take over what only the twin has."""
    position.next_generation()
    journal.salvage()
    journal.prune_journal(dt.datetime.now(dt.UTC) - dt.timedelta(days=replica.journal_days()))
    journal.tidy_twin()
    handovers.tidy()


def whole_round(link: Link, progress: pull.Progress | None = None) -> RoundResult:
    """Pull all there is, send all there is, and pull again what that brought about.

    :raises SyncError: what could not be sent is kept.
    """
    link.write(take_over)
    result = RoundResult()
    for attempt in range(_RESYNCS):
        try:
            pull.current_session(link)
            tokens.rotate_when_due(link)
            result = _pull_all(link, result, progress)
            result = _push_all(link, result)
            result = _pull_all(link, result, progress)
            # What the second pull gave back (central had lost it) goes out once more.
            if attempt + 1 < _RESYNCS and link.read(sending.to_send, 1):
                continue
            break
        except Resync:
            result = replace(result, resynced=True)
        except (ClientTooOld, NewerData, DiskFull):
            # Recorded work is still taken from old programs, and needs no room here.
            _push_all(link, result)
            raise
    return replace(result, waiting=link.read(outbox.counts).waiting)


def leave_to_other(link: Link) -> RoundResult:
    """Another process has the line: wait until it has taken our work along, but not for ever.

    Whether anything can be sent at all is asked here: what that process knows of it nobody has told us.

    :raises SyncError: as `whole_round`, where central is out of reach or refuses this desk.
    """
    link.transport.send("GET", SESSION_PATH, Session)
    store = link.store
    until = time.monotonic() + OTHER_SECONDS
    waiting = store.reading(outbox.counts).waiting
    while waiting and time.monotonic() < until:
        time.sleep(0.2)
        waiting = store.reading(outbox.counts).waiting
    return RoundResult(waiting=waiting, elsewhere=True)


def shut_out(store: Store, error: NotSignedIn) -> str:
    """Remember it for who records here without looking at the line; forget everything where central says so.

    Returns the sentence with where the unsent work lies sealed, '' where none does.
    """
    if error.code == ErrorCode.TOKEN_REVOKED and not store.reading(meta.get, meta.REVOKED):
        store.writing(meta.put, meta.REVOKED, b"1")
    path = bundling.seal_and_purge(store, dt.datetime.now(dt.UTC)) if error.wipe else None
    return "" if path is None else _("Yang belum terkirim tersegel untuk pusat di {path}.").format(path=path)


def _pull_all(link: Link, result: RoundResult, progress: pull.Progress | None) -> RoundResult:
    if pull.needs_snapshot(link):
        rows = pull.run_snapshot(link, progress)
        result = replace(result, pulled=result.pulled + rows)
    more = True
    while more:
        outcome = pull.pull_page(link)
        more = outcome.more and outcome.events > 0  # a page that is empty promises nothing
        result = replace(result, pulled=result.pulled + outcome.events)
    return result


def _push_all(link: Link, result: RoundResult) -> RoundResult:
    pusher = Pusher(link)
    quiet = 0
    while quiet < _QUIET_ROUNDS:
        blobs.upload_waiting(link)
        outcome = pusher.round()
        result = replace(
            result, applied=result.applied + outcome.applied, refused=result.refused + outcome.refused
        )
        if not outcome.sent and not outcome.wait:
            break
        if not outcome.applied and not outcome.refused:
            quiet += 1
            time.sleep(min(outcome.wait, 0.5))
        else:
            quiet = 0
    return result
