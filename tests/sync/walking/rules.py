"""Each rule of the protocol as something that can be switched off in the real code, and a walk that shows it.

A rule that random walks do not catch in bounded time has a list of steps of its own (`scripts.py`). Where
the real code has two defences in the place of one, the pair is switched off, and the single one is named as
redundant: its walks must stay green.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from qlue_desk.central import blobs, compaction, verdicts
from qlue_desk.central import feed as feeds
from qlue_desk.central import register as registers
from qlue_desk.central.errors import Resync
from qlue_desk.central.feed import Appended, Feed
from qlue_desk.domain.complaint import Attachment
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import (
    EventKind,
    Position,
    PullReply,
    PushReply,
    ResyncReason,
    SnapshotPage,
    Verdict,
    decode_cursor,
)
from qlue_desk.store import complaints, journal, meta, outbox, rebase, replica, sending, snapshot
from qlue_desk.store.bound import connection
from tests.sync.walking import scripts
from tests.sync.walking.steps import Step

Patch = pytest.MonkeyPatch
Off = Callable[[Patch], None]


class Rule(msgspec.Struct):
    """`walks`: within so many seeded walks one fails; `script`: these steps fail; neither: redundant."""

    name: str
    off: Off
    walks: int = 0
    script: tuple[Step, ...] = ()
    why_redundant: str = ""
    quick: bool = False
    """Found within seconds: in the ordinary test run too."""


# --- central ------------------------------------------------------------------------------------------


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


def no_wait_for_files(patch: Patch) -> None:
    patch.setattr(sending, "_lanes_without_files", set)


def files_after_actions(patch: Patch) -> None:
    """Neither side minds whether a file has arrived before its action."""
    files_never_asked_for(patch)
    no_wait_for_files(patch)


def no_hash_at_the_floor(patch: Patch) -> None:
    due = compaction._due
    patch.setattr(compaction, "_due", lambda *args: [(seq, "") for seq, _chain in due(*args)])


def compaction_past_the_cut(patch: Patch) -> None:
    """One event too many goes, as where a floor is counted from the wrong end."""
    due = compaction._due
    patch.setattr(compaction, "_due", lambda hub, key, before, most: due(hub, key, before, most + 1))


def predictable_event_ids(patch: Patch) -> None:
    patch.setattr(feeds, "new_id", lambda _kind: "e_same")


# --- desk ---------------------------------------------------------------------------------------------


def prev_when_recorded(patch: Patch) -> None:
    insert, computed = outbox.insert, sending._predecessor
    known: dict[str, str | None] = {}

    def remember(action: Any, *args: Any, **named: Any) -> None:
        insert(action, *args, **named)
        row = connection().execute("SELECT n FROM action WHERE id = ?", (action.id,)).fetchone()
        known.setdefault(action.id, computed(action.complaint_id, row[0]))

    def recalled(complaint_id: str, number: int) -> str | None:
        row = connection().execute("SELECT id FROM action WHERE n = ?", (number,)).fetchone()
        return known.get(row[0])

    patch.setattr(outbox, "insert", remember)
    patch.setattr(sending, "_predecessor", recalled)


def prev_only_of_the_outbox(patch: Patch) -> None:
    patch.setattr(sending, "JOURNAL", "('waiting')")


def no_confirm_by_feed(patch: Patch) -> None:
    def believe(epoch: str, seq: int, head: int) -> set[str]:
        connection().execute(
            "UPDATE action SET state = 'confirmed' WHERE state = 'acked' AND epoch = ? AND seq <= ?",
            (epoch, seq),
        )
        return set()

    patch.setattr(journal, "reoffer_unshown", believe)


def no_reoffer(patch: Patch) -> None:
    def keep() -> set[str]:
        connection().execute("UPDATE action SET state = 'confirmed' WHERE state = 'acked'")
        return set()

    patch.setattr(journal, "reoffer_journal", keep)


def confirmed_with_the_verdict(patch: Patch) -> None:
    def at_once(result: Any, epoch: str, _covered: Any, **_named: Any) -> bool:
        connection().execute(
            "UPDATE action SET state = 'confirmed', seq = ?, epoch = ?, code = '' WHERE id = ?",
            (result.seq, epoch, result.id),
        )
        return True

    patch.setattr(journal, "_acknowledge", at_once)


def no_from_match(patch: Patch) -> None:
    apply_page = replica.apply_page

    def anywhere(reply: PullReply) -> Any:
        if replica.cursor() is not None:
            meta.put(replica.CURSOR, reply.from_)
        return apply_page(reply)

    patch.setattr(replica, "apply_page", anywhere)


def no_version_guard(patch: Patch) -> None:
    patch.setattr(replica, "_versions", lambda _ids: {})


def no_look_at_the_head(patch: Patch) -> None:
    settle = journal.settle

    def endless(sent: Any, reply: PushReply, covered: Any) -> Any:
        return settle(sent, msgspec.structs.replace(reply, head=2**62), covered)

    patch.setattr(journal, "settle", endless)


def no_fence(patch: Patch) -> None:
    patch.setattr(replica, "generation", lambda: 0)
    patch.setattr(replica, "next_generation", lambda: 0)


def no_whole_swap(patch: Patch) -> None:
    """Rows of a snapshot are shown as they come, and those that are missing in it stay."""
    put_page = snapshot.put_page

    def shown_at_once(page: SnapshotPage, after: str = "") -> Any:
        stage = put_page(page, after)
        complaints.put_confirmed([(row.complaint, row.entries) for row in page.rows if row.complaint])
        for row in page.rows:
            assert row.complaint is not None
            rebase.rebase(row.complaint.id, row.complaint)
        return stage

    patch.setattr(snapshot, "put_page", shown_at_once)
    patch.setattr(snapshot, "_forget_missing", lambda: None)


def no_marks(patch: Patch) -> None:
    def at_once(_reply: PullReply) -> bool:
        stage = snapshot.current()
        if stage is not None:
            # The cursor of the last page is taken for that of all of them.
            stage.cursor = stage.marks[-1] if stage.marks else stage.cursor
            snapshot._keep(stage)
        return True

    patch.setattr(snapshot, "replay", at_once)


def marks_of_any_timeline(patch: Patch) -> None:
    patch.setattr(snapshot, "_check_marks", lambda *_: None)


RULES: tuple[Rule, ...] = (
    Rule("dedup", no_dedup, walks=100, quick=True),
    Rule("lane (prev)", no_lane, walks=100, quick=True),
    Rule("prev computed at sending", prev_when_recorded, script=scripts.FORGOTTEN_REFUSAL, quick=True),
    Rule("prev names the journal too", prev_only_of_the_outbox, script=scripts.LOST_PREDECESSOR, quick=True),
    Rule("confirm by feed", no_confirm_by_feed, script=scripts.PASSED_OVER, quick=True),
    Rule("re-offer after a resync", no_reoffer, script=scripts.PUT_BACK, quick=True),
    Rule("chain", no_chain, script=scripts.GROWN_PAST, quick=True),
    Rule("chain and ahead", no_chain_no_ahead, walks=100),
    Rule("chain at central alone", no_chain_at_central, why_redundant="the desk verifies each page itself"),
    Rule("ahead", no_ahead, walks=600),
    Rule("floor and counting", no_floor_no_counting, walks=100),
    Rule("floor alone", no_floor, why_redundant="the desk notices that a number is missing"),
    Rule("files before their actions", files_after_actions, walks=100, quick=True),
    Rule("central asks for missing files", files_never_asked_for, script=scripts.FORGOTTEN_FILE, quick=True),
    Rule("lanes wait for their files", no_wait_for_files, why_redundant="central asks for a missing file"),
    Rule("hash at the floor", no_hash_at_the_floor, walks=100, quick=True),
    Rule("compaction ends at the cut", compaction_past_the_cut, walks=100, quick=True),
    Rule("epoch", no_epoch, why_redundant="chain and head notice a restore as well"),
    Rule("from must match", no_from_match, script=scripts.OLD_PAGE, quick=True),
    Rule("version guard", no_version_guard, why_redundant="from must match, marks"),
    Rule("overlay until the feed shows it", confirmed_with_the_verdict, walks=100, quick=True),
    Rule("moved_out", no_moved_out, walks=100, quick=True),
    Rule(
        "scope check", no_scope_check, why_redundant="the lifecycle lets only people of the holding dinas act"
    ),
    Rule("stored verdicts", no_stored_rejections, script=scripts.CHANGED_MIND, quick=True),
    Rule("atomic swap", no_whole_swap, walks=100, quick=True),
    Rule("snapshot marks", marks_of_any_timeline, script=scripts.PHANTOM_ROW, quick=True),
    Rule("replay to the marks", no_marks, walks=100),
    Rule("random event id", predictable_event_ids, script=scripts.SAME_CHAIN, quick=True),
    Rule("duplicate above the head", no_look_at_the_head, script=scripts.OTHER_STREAM, quick=True),
    Rule("fencing generation", no_fence, script=scripts.DEAD_TIMELINE, quick=True),
)
