"""Rules of central, each switched off in the real code by a function of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from qlue_desk.central import blobs, compaction, verdicts
from qlue_desk.central import feed as feeds
from qlue_desk.central import ledger as ledgers
from qlue_desk.central import register as registers
from qlue_desk.central.errors import Resync
from qlue_desk.central.feed import Appended, Feed
from qlue_desk.domain.complaint import Attachment
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import (
    EventKind,
    Payload,
    Position,
    ResyncReason,
    Verdict,
    decode_cursor,
)
from qlue_desk.store import replica

Patch = pytest.MonkeyPatch
_ONE_MOMENT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def no_dedup(patch: Patch) -> None:
    patch.setattr(verdicts.Verdicts, "given", lambda *_: None)
    keep = verdicts.Verdicts.keep

    def again(self: Any, action: Any, desk: Any, result: Any) -> Any:
        self._database.run("DELETE FROM action_result WHERE action_id = ?", (action.id,))
        return keep(self, action, desk, result)

    patch.setattr(verdicts.Verdicts, "keep", again)


def no_lane(patch: Patch) -> None:
    patch.setattr(verdicts.Verdicts, "known", lambda *_: True)


def no_stored_rejections(patch: Patch) -> None:
    keep = verdicts.Verdicts.keep

    def only_applied(self: Any, action: Any, desk: Any, result: Any) -> Any:
        return result if result.status is Verdict.REJECTED else keep(self, action, desk, result)

    patch.setattr(verdicts.Verdicts, "keep", only_applied)


def no_scope_check(patch: Patch) -> None:
    refusal = registers.scope_refusal

    def blind(action: Any, desk: Any, city: Any, before: Any, actor: Any) -> Any:
        if before is None or actor is None:
            return refusal(action, desk, city, before, actor)
        return None

    patch.setattr(registers, "scope_refusal", blind)


def no_moved_out(patch: Patch) -> None:
    append = Feed.append

    def silent(self: Any, stream: str, kind: Any, *args: Any, **named: Any) -> Appended:
        if kind is EventKind.MOVED_OUT:
            at = self.position(stream)
            return append(self, f"{stream}/nowhere", kind, *args, **named) and _same(at, stream)
        return append(self, stream, kind, *args, **named)

    def _same(at: Position, stream: str) -> Appended:
        return Appended(stream, at.seq, at.chain, at.epoch)

    patch.setattr(Feed, "append", silent)


def _checks(patch: Patch, *without: ResyncReason) -> None:
    """The feed's look at a cursor, without some of its reasons."""

    def check(self: Any, stream: str, cursor: str | None) -> Position:
        row = self._database.one(
            "SELECT epoch, last_seq, last_hash, floor_seq, floor_hash FROM stream WHERE key = ?", (stream,)
        )
        epoch, last, last_hash, floor, floor_hash = row[0], int(row[1]), row[2], int(row[3]), row[4]
        assert cursor is not None, "walks always have a cursor"
        position = decode_cursor(cursor)
        event = self._database.one(
            "SELECT chain FROM feed_event WHERE stream = ? AND seq = ?", (stream, position.seq)
        )
        chain = {last: last_hash, floor: floor_hash}.get(position.seq, event[0] if event else None)
        wrong = {
            ResyncReason.EPOCH: position.epoch != epoch,
            ResyncReason.AHEAD: position.seq > last,
            ResyncReason.TOO_OLD: position.seq < floor,
            ResyncReason.DIVERGED: chain is not None and chain != position.chain,
        }
        for reason, found in wrong.items():
            if found and reason not in without:
                raise Resync(reason)
        return position

    patch.setattr(Feed, "_check", check)


def no_verification(patch: Patch) -> None:
    """The desk believes numbers and hashes of a page."""

    def believe(events: Any, start: Position) -> list[Position]:
        return [Position(start.epoch, event.seq, event.chain) for event in events]

    patch.setattr(replica, "verify", believe)


def no_chain(patch: Patch) -> None:
    _checks(patch, ResyncReason.DIVERGED)
    no_verification(patch)
    _trust_the_end(patch)


def no_chain_at_central(patch: Patch) -> None:
    _checks(patch, ResyncReason.DIVERGED)


def no_ahead(patch: Patch) -> None:
    _checks(patch, ResyncReason.AHEAD)


def no_chain_no_ahead(patch: Patch) -> None:
    _checks(patch, ResyncReason.DIVERGED, ResyncReason.AHEAD)
    no_verification(patch)
    _trust_the_end(patch)


def no_epoch(patch: Patch) -> None:
    _checks(patch, ResyncReason.EPOCH)


def no_floor(patch: Patch) -> None:
    _checks(patch, ResyncReason.TOO_OLD)


def no_floor_no_counting(patch: Patch) -> None:
    _checks(patch, ResyncReason.TOO_OLD)
    no_verification(patch)
    _trust_the_end(patch)


def _trust_the_end(patch: Patch) -> None:
    patch.setattr(replica, "encode_cursor", _Anything)


class _Anything(str):
    """Equal to whatever a reply says is its end."""

    def __new__(cls, _position: Position) -> _Anything:
        return super().__new__(cls, "")

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = str.__hash__


def files_never_asked_for(patch: Patch) -> None:
    """Central believes of evidence what the action says, whether the file is here or not."""
    patch.setattr(blobs.Blobs, "missing", lambda *_: ())
    stated = registers.stated_evidence

    def believed(hub: Any, fields: Fields, actor: Any, at: Any) -> Fields:
        known = blobs.Blobs.known

        def anything(self: Any, sha256: str) -> Attachment:
            return known(self, sha256) or next(a for a in fields.evidence if a.sha256 == sha256)

        with patch.context() as inner:
            inner.setattr(blobs.Blobs, "known", anything)
            return stated(hub, fields, actor, at)

    patch.setattr(registers, "stated_evidence", believed)


def no_hash_at_the_floor(patch: Patch) -> None:
    due = compaction._due
    patch.setattr(compaction, "_due", lambda *args: [(seq, "") for seq, _chain in due(*args)])


def compaction_past_the_cut(patch: Patch) -> None:
    """One event too many goes, as where a floor is counted from the wrong end."""
    due = compaction._due
    patch.setattr(compaction, "_due", lambda hub, key, before, most: due(hub, key, before, most + 1))


def predictable_event_ids(patch: Patch) -> None:
    """And a clock so coarse that a move of either timeline says the same time."""
    patch.setattr(feeds, "new_id", lambda _kind: "e_same")
    patch.setattr(ledgers, "Payload", lambda to_dinas, since: Payload(to_dinas=to_dinas, since=_ONE_MOMENT))
