"""Rules of the desk, each switched off in the real code by a function of its own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from qlue_desk.protocol import (
    PullReply,
    PushReply,
    SnapshotPage,
)
from qlue_desk.store import complaints, journal, meta, outbox, position, rebase, replica, sending, snapshot
from qlue_desk.store.bound import connection

Patch = pytest.MonkeyPatch


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
        if position.cursor() is not None:
            meta.put(position.CURSOR, reply.from_)
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
    patch.setattr(position, "generation", lambda: 0)
    patch.setattr(position, "next_generation", lambda: 0)


def no_whole_swap(patch: Patch) -> None:
    """Rows of a snapshot are shown as they come, and those that are missing in it stay."""
    put_page = snapshot.put_page

    def shown_at_once(page: SnapshotPage, after: str = "") -> Any:
        stage = put_page(page, after)
        rows = [replica.payload_of(bytes(row)) for row in page.rows]
        complaints.put_confirmed([(row.complaint, row.entries) for row in rows if row.complaint])
        for row in rows:
            assert row.complaint is not None
            rebase.rebase(row.complaint.id, row.complaint)
        return stage

    patch.setattr(snapshot, "put_page", shown_at_once)
    patch.setattr(snapshot, "_forget_missing", lambda _among: None)


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


def no_wait_for_files(patch: Patch) -> None:
    patch.setattr(sending, "_lanes_without_files", set)
