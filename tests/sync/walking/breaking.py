"""For each check of the walks something that turns it red, and it alone: a check nobody has seen red proves nothing.

`rules.py` switches off the rules of the protocol; here stands what the walks would never meet by one of those,
because a check before it speaks first. Where no rule of its own stands behind a check, its data are damaged in
a stream that no desk of the walk reads.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from qlue_desk.central import blobs as files
from qlue_desk.central import verdicts
from qlue_desk.central.feed import Appended, Feed
from qlue_desk.central.ledger import Ledger
from qlue_desk.protocol import EventKind, Position
from qlue_desk.store import complaints, journal, outbox, replica, sending
from qlue_desk.store.bound import connection
from qlue_desk.sync import blobs as uploads
from tests.sync.walking import off_central, scripts
from tests.sync.walking.rules import Patch, Rule
from tests.sync.walking.steps import Step

UNREAD = "bogor"
"""The city's stream: only a coordinator's desk reads it, which these walks do not have."""
NOTE = (Step("local", (0, 0, 0), word="note"), Step("push", (0, 3, 11)))
CENTRAL = (Step("central", (0, 0, 0)),)


# --- desk ---------------------------------------------------------------------------------------------


def journal_forgets_at_once(patch: Patch) -> None:
    patch.setattr(
        journal,
        "prune_journal",
        lambda _before: connection().execute("DELETE FROM action WHERE state = 'confirmed'").rowcount,
    )


def refused_is_nowhere(patch: Patch) -> None:
    refuse = outbox.refuse

    def and_gone(result: Any, **named: Any) -> None:
        refuse(result, **named)
        connection().execute("UPDATE action SET state = 'gone' WHERE id = ?", (result.id,))

    patch.setattr(outbox, "refuse", and_gone)


def history_stays(patch: Patch) -> None:
    """A report that leaves takes its row along and nothing else."""
    patch.setattr(
        complaints,
        "remove",
        lambda complaint_id: connection().execute("DELETE FROM complaint WHERE id = ?", (complaint_id,)),
    )


def never_shown(patch: Patch) -> None:
    """The feed confirms nothing, and what it passes over is not offered again."""
    patch.setattr(journal, "confirm", lambda *_: set())
    patch.setattr(journal, "reoffer_unshown", lambda *_: set())


def sent_can_be_taken_back(patch: Patch) -> None:
    """And that the feed shows it changes no mind."""
    patch.setattr(sending, "mark_sent", lambda _ids: None)
    confirm = journal.confirm

    def only_what_waits(shown: Any, epoch: str) -> set[str]:
        waits = {key for key, _seq in shown if outbox.state_of(key) in ("waiting", "acked")}
        return confirm([pair for pair in shown if pair[0] in waits], epoch)

    patch.setattr(journal, "confirm", only_what_waits)


def refusal_leaves_the_view(patch: Patch) -> None:
    refuse = outbox.refuse
    patch.setattr(outbox, "refuse", lambda result, **_named: refuse(result, rebase_now=False))


def arrived_files_are_not_noted(patch: Patch) -> None:
    patch.setattr(uploads, "_note_sent", lambda *_: None)


def only_the_last_line_of_a_page(patch: Patch) -> None:
    fold = replica._fold

    def last(events: Any) -> Any:
        newest = {event.complaint_id: event for event in events}
        return fold(tuple(newest.values()))

    patch.setattr(replica, "_fold", last)


# --- central ------------------------------------------------------------------------------------------


def snapshot_of_the_whole_city(patch: Patch) -> None:
    snapshot = Feed.snapshot

    def everything(self: Any, stream: str, city: Any, _dinas: Any, *args: Any) -> Any:
        return snapshot(self, stream, city, None, *args)

    patch.setattr(Feed, "snapshot", everything)


def snapshot_without_history(patch: Patch) -> None:
    patch.setattr(Feed, "_lines", lambda *_args, **_named: {})


def any_content_is_the_same_action(patch: Patch) -> None:
    patch.setattr(verdicts, "fingerprint", lambda _action: "same")


def no_arrival(patch: Patch) -> None:
    """A report leaves its dinas; its new one is not told."""
    streams = Ledger._streams

    def leaving(city: Any, before: Any, after: Any) -> list[str]:
        moved = before is not None and before.dinas != after.dinas
        return streams(city, before, before if moved else after)

    patch.setattr(Ledger, "_streams", staticmethod(leaving))


def files_unchecked(patch: Patch) -> None:
    """Whatever arrives under a name is taken for it."""

    def claimed(file: Any, _kind: str) -> Any:
        return SimpleNamespace(hexdigest=lambda: Path(file.name).name)

    patch.setattr(files, "hashlib", SimpleNamespace(file_digest=claimed, sha256=hashlib.sha256))


def _appending(patch: Patch, after: str) -> None:
    """Run a statement in the unread stream behind each event; `:seq` is the event's number."""
    append = Feed.append

    def disturbed(self: Any, stream: str, *args: Any, **named: Any) -> Appended:
        appended = append(self, stream, *args, **named)
        if stream == UNREAD:
            self._database.run(after.replace(":seq", str(appended.seq)))
        return appended

    patch.setattr(Feed, "append", disturbed)


def number_left_out(patch: Patch) -> None:
    append = Feed.append

    def further_on(self: Any, stream: str, *args: Any, head: Position, **named: Any) -> Appended:
        gap = int(stream == UNREAD)
        return append(self, stream, *args, head=msgspec.structs.replace(head, seq=head.seq + gap), **named)

    patch.setattr(Feed, "append", further_on)


def head_without_its_event(patch: Patch) -> None:
    _appending(patch, after=f"UPDATE stream SET last_seq = last_seq + 1 WHERE key = '{UNREAD}'")


def payload_altered(patch: Patch) -> None:
    _appending(
        patch, after=f"UPDATE feed_event SET payload = x'7b7d' WHERE stream = '{UNREAD}' AND seq = :seq"
    )


def hash_altered(patch: Patch) -> None:
    _appending(patch, after=f"UPDATE feed_event SET chain = 'x' WHERE stream = '{UNREAD}' AND seq = :seq")


def told_twice(patch: Patch) -> None:
    """Each act stands in a stream as two events."""
    append = Feed.append

    def twice(self: Any, *args: Any, head: Position, **named: Any) -> Appended:
        first = append(self, *args, head=head, **named)
        return append(self, *args, head=Position(first.epoch, first.seq, first.chain), **named)

    patch.setattr(Feed, "append", twice)


def other_rows_in_the_feed(patch: Patch) -> None:
    """The feed tells something else than the row says."""
    append = Feed.append

    def altered(
        self: Any, stream: str, kind: EventKind, key: str, version: int, payload: bytes, **n: Any
    ) -> Any:
        return append(self, stream, kind, key, version, payload.replace(b"berlubang", b"mulus"), **n)

    patch.setattr(Feed, "append", altered)


def _anew(desk: int) -> tuple[Step, ...]:
    """A desk is given away and back: its rows come as a snapshot."""
    there = (Step("move_desk", (desk, 0, 0)), Step("pull", (desk, 2, 0)), Step("snapshot", (desk, 0, 0)))
    return there * 2


CHECKS: tuple[Rule, ...] = (
    Rule(
        "the journal lasts",
        journal_forgets_at_once,
        script=(*NOTE, Step("pull", (0, 2, 0)), Step("take_over", (0, 0, 0))),
        says="invariant 1: an action was lost or invented on its desk",
    ),
    Rule(
        "a refusal lies in the tray",
        refused_is_nowhere,
        script=(NOTE[0], Step("reassign", (0, 0, 0)), NOTE[1]),
        says="invariant 1: a state that is none of outbox, journal, tray",
    ),
    Rule(
        "an act that the feed shows is confirmed", never_shown, script=NOTE, says="invariant 2: note is acked"
    ),
    Rule(
        "what was sent is not taken back",
        sent_can_be_taken_back,
        script=(NOTE[0], Step("push", (0, 3, 11), (True,)), Step("undo", (0, 0, 0))),
        says="invariant 2: undone here, but it took effect",
    ),
    Rule(
        "a file is what its name says",
        files_unchecked,
        script=(Step("attach", (0, 0, 0)), Step("upload", (0, 0, 0), (False, True)), Step("push", (0, 3, 11))),
        says="invariant 2: a file is not what was sent",
    ),
    Rule(
        "dedup after a lost reply",
        off_central.no_dedup,
        script=(NOTE[0], Step("push", (0, 3, 11), (True,)), NOTE[1]),
        says="invariant 3: an action took effect twice",
    ),
    Rule("one event for an act", told_twice, script=NOTE, says="invariant 3: two events of one action in a stream"),
    Rule(
        "fingerprint",
        any_content_is_the_same_action,
        script=(*NOTE, Step("reuse", (0, 0, 0))),
        says="invariant 5: an id that is used again was not noticed",
    ),
    Rule("dense numbers", number_left_out, script=CENTRAL, says="invariant 7: a gap or a repeat in the feed"),
    Rule("the head", head_without_its_event, script=CENTRAL, says="invariant 7: the head is not the last event"),
    Rule("payloads stay", payload_altered, script=CENTRAL, says="invariant 8: a payload is not what was hashed"),
    Rule("hashes stay", hash_altered, script=CENTRAL, says="invariant 8: the chain is broken"),
    Rule(
        "chain after a restore that has grown as far",
        off_central.no_chain,
        script=scripts.GROWN_AS_FAR,
        says="invariant 9: a line that central does not have",
    ),
    Rule(
        "a snapshot has the history",
        snapshot_without_history,
        script=(Step("snapshot", (0, 0, 0), scripts.FORCED),),
        says="invariant 9: histories differ",
    ),
    Rule(
        "a snapshot is of its dinas",
        snapshot_of_the_whole_city,
        script=(Step("snapshot", (0, 0, 0), scripts.FORCED),),
        says="invariant 10: a row of another dinas",
    ),
    Rule(
        "history goes with its report",
        history_stays,
        script=(Step("reassign", (0, 0, 0)), Step("pull", (0, 2, 0))),
        says="invariant 10: history of a report that is not here",
    ),
    Rule("arrival", no_arrival, script=(Step("reassign", (0, 0, 0)),), says="invariant 11: left, and reached nobody"),
    Rule(
        "every line of a page",
        only_the_last_line_of_a_page,
        script=CENTRAL * 3,
        says="invariant 12: rows depend on pages or compaction",
    ),
    Rule(
        "the feed tells the row",
        other_rows_in_the_feed,
        script=(*CENTRAL, *_anew(0), *_anew(1)),
        says="invariant 12: pages lead elsewhere than central's rows",
    ),
    Rule(
        "a refusal leaves the view",
        refusal_leaves_the_view,
        script=(Step("attach", (0, 0, 0)), Step("file_gone", (0, 0, 1)), Step("upload", (0, 0, 0))),
        says="invariant 17: the view depends on its past",
    ),
    Rule(
        "arrived files are noted",
        arrived_files_are_not_noted,
        script=(Step("attach", (0, 0, 0)),),
        says="invariant 21: work that never leaves",
    ),
)  # fmt: skip
