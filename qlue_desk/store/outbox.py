"""Own actions: recorded before they are shown, sent until central answers, kept until the feed shows them.

Every action is in exactly one state (models.ActionRow); the rules are those of sync.md and its model.
All functions run on a store's thread, writing ones inside `Store.write`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Action, ActionResult, Current, Verdict, fingerprint
from qlue_desk.store import complaints, twin
from qlue_desk.store.bound import connection, touch
from qlue_desk.store.errors import StoreError
from qlue_desk.store.rebase import rebase

JOURNAL = "('waiting', 'acked', 'confirmed')"
"""States whose actions a later one of the same complaint may name as `prev`."""

_decode_action = msgspec.json.Decoder(Action).decode
_decode_result = msgspec.json.Decoder(ActionResult).decode
_decode_current = msgspec.json.Decoder(Current).decode
_encode = msgspec.json.Encoder().encode


class Recorded(msgspec.Struct, frozen=True):
    """One action with what it makes of the desk: the view after it and its pending history line.

    For the verb `enter`, `complaint` is the new report with version 0.
    """

    action: Action
    complaint: Complaint
    entry: Entry | None = None
    seen: Current | None = None
    """What the person saw when acting, for the tray."""


class Waiting(msgspec.Struct, frozen=True):
    """An action of the outbox or the tray with what people want to know about it.

    In the outbox `result` is a forecast: central will probably refuse it, and why.
    """

    action: Action
    state: str
    number: str
    title: str
    recorded_at: dt.datetime
    sent: bool
    seen: Current | None = None
    result: ActionResult | None = None
    last_error: str = ""


class OutboxCounts(msgspec.Struct, frozen=True):
    """How many actions wait to be sent, wait for the feed, lie in the tray."""

    waiting: int = 0
    acked: int = 0
    refused: int = 0


def record(recorded: list[Recorded]) -> None:
    """Keep actions: row, view, history line, and the twin's lines before anything is committed."""
    actions = [_fingerprinted(item.action) for item in recorded]
    for item, action in zip(recorded, actions, strict=True):
        # The confirmed row must be read before the view is written over it.
        base = complaints.get_base(item.complaint.id)
        _insert(action, item.complaint.number, item.complaint.title, item.seen)
        if item.entry is not None:
            complaints.put_entries([item.entry], pending=True)
        complaints.put_view(item.complaint, base=base, pending=_count_unconfirmed(item.complaint.id))
    lines = [
        twin.Line(action=action, number=item.complaint.number, title=item.complaint.title)
        for item, action in zip(recorded, actions, strict=True)
    ]
    _append_to_twin(lines)


def waiting(limit: int = 1000) -> list[Waiting]:
    """The outbox, oldest first, with those that central has accepted and the feed has not shown."""
    return _listed("state IN ('waiting', 'acked') ORDER BY n", limit)


def tray(limit: int = 1000) -> list[Waiting]:
    """What central refused, newest first."""
    return _listed("state = 'refused' ORDER BY settled_at DESC, n DESC", limit)


def of_complaint(complaint_id: str) -> list[Waiting]:
    """Own actions on one complaint that are not confirmed: outbox and tray, oldest first."""
    return _listed(
        "complaint_id = ? AND state IN ('waiting', 'acked', 'refused') ORDER BY n", 1000, complaint_id
    )


def counts() -> OutboxCounts:
    """The three numbers of the status line."""
    rows = connection().execute(
        "SELECT state, count(*) FROM action WHERE state IN ('waiting', 'acked', 'refused') GROUP BY state"
    )
    found = dict(rows.fetchall())
    return OutboxCounts(found.get("waiting", 0), found.get("acked", 0), found.get("refused", 0))


# --- what a person does with them ------------------------------------------------------------------


def undo_last(actor_id: str) -> Action | None:
    """Take back the person's newest action that has not left; None when there is none.

    Only the newest of its complaint can go, because later ones were decided on top of it.
    """
    row = (
        connection()
        .execute(
            "SELECT id, body FROM action AS mine WHERE state = 'waiting' AND sent = 0"
            " AND json_extract(CAST(body AS TEXT), '$.actor_id') = ?"
            " AND NOT EXISTS (SELECT 1 FROM action AS later WHERE later.complaint_id = mine.complaint_id"
            " AND later.n > mine.n AND later.state IN ('waiting', 'acked')) ORDER BY n DESC LIMIT 1",
            (actor_id,),
        )
        .fetchone()
    )
    if row is None:
        return None
    action = _decode_action(row[1])
    _set_state(action.id, "undone")
    _append_to_twin([twin.Line(undone=action.id)])
    rebase(action.complaint_id)
    return action


def retry(action_id: str, *, now: dt.datetime | None = None) -> Action:
    """Try a refused action again as a new one that names the old in `supersedes`.

    The verdict on the old id is final, so the new one has its own identity.

    :raises StoreError: when it does not lie in the tray.
    """
    old = _refused(action_id)
    moment = now or dt.datetime.now(dt.UTC)
    fresh = _fingerprinted(
        replace(old.action, id=new_id("a"), recorded_at=moment, prev=None, supersedes=action_id, fp="")
    )
    _insert(fresh, old.number, old.title, old.seen)
    _append_to_twin([twin.Line(action=fresh, number=old.number, title=old.title)])
    _put_away(action_id)
    rebase(fresh.complaint_id, now=moment)
    return fresh


def discard(action_id: str) -> None:
    """Put a refused action away; it stays in the journal's past.

    :raises StoreError: when it does not lie in the tray.
    """
    _refused(action_id)
    _put_away(action_id)


def _refused(action_id: str) -> Waiting:
    found = _listed("id = ? AND state = 'refused'", 1, action_id)
    if not found:
        raise StoreError(
            N_("Tindakan {found} tidak ada di antara yang ditolak; lihat: qlue-desk outbox."), found=action_id
        )
    return found[0]


# --- sending ---------------------------------------------------------------------------------------


def to_send(
    limit: int = 100, max_bytes: int = 1_000_000, skip: frozenset[str] = frozenset()
) -> tuple[Action, ...]:
    """The oldest unsent actions in order, `prev` set, as many as fit, but for lanes that wait for a file.

    `prev` is the nearest earlier action of the complaint in outbox or journal, computed now: stored when
    recorded it would block for ever after a restore (model, walk 19). Complaints of `skip` wait too.
    """
    held = _lanes_without_files() | skip
    batch: list[Action] = []
    size = 0
    rows = connection().execute("SELECT complaint_id, body, n FROM action WHERE state = 'waiting' ORDER BY n")
    for complaint_id, body, number in rows:
        if complaint_id in held:
            continue
        size += len(body) + 128
        if batch and size > max_bytes:
            break
        batch.append(replace(_decode_action(body), prev=_predecessor(complaint_id, number)))
        if len(batch) == limit:
            break
    rows.close()
    return tuple(batch)


def mark_sent(action_ids: Iterable[str]) -> None:
    """Note that these are about to leave: from now on they cannot be undone."""
    connection().executemany("UPDATE action SET sent = 1 WHERE id = ?", [(i,) for i in action_ids])


def note_failure(action_id: str, error: str) -> int:
    """An action alone made central refuse the request; returns how often it has."""
    connection().execute(
        "UPDATE action SET tries = tries + 1, last_error = ? WHERE id = ?", (error, action_id)
    )
    row = connection().execute("SELECT tries FROM action WHERE id = ?", (action_id,)).fetchone()
    return int(row[0]) if row else 0


def quarantine(action_id: str, detail: str) -> None:
    """Put a poison pill into the tray, so that its lane can go on (sync.md, push)."""
    _refuse(ActionResult(id=action_id, status=Verdict.REJECTED, code="quarantined", detail=detail))


def _predecessor(complaint_id: str, number: int) -> str | None:
    row = (
        connection()
        .execute(
            "SELECT id FROM action WHERE complaint_id = ? AND n < ?"
            f" AND state IN {JOURNAL} ORDER BY n DESC LIMIT 1",
            (complaint_id, number),
        )
        .fetchone()
    )
    return None if row is None else str(row[0])


def _lanes_without_files() -> set[str]:
    """Complaints with a waiting action whose evidence central does not have yet."""
    if connection().execute("SELECT 1 FROM blob WHERE done = 0 LIMIT 1").fetchone() is None:
        return set()
    rows = connection().execute(
        "SELECT DISTINCT action.complaint_id FROM action,"
        " json_each(CAST(action.body AS TEXT), '$.fields.evidence') AS file JOIN blob"
        " ON blob.sha256 = json_extract(file.value, '$.sha256') AND blob.done = 0"
        " WHERE action.state = 'waiting'"
    )
    return {row[0] for row in rows}


# --- verdicts --------------------------------------------------------------------------------------


def settle(
    sent: tuple[Action, ...], results: tuple[ActionResult, ...], epoch: str, covered: tuple[str, int]
) -> list[ActionResult]:
    """Take central's verdicts; the caller has checked the generation in this same transaction.

    `covered` is (epoch, seq) of the cursor that travelled with the push: central checked it, so an event
    at or below it is in our rows already. Returns the verdicts that changed something.
    """
    by_id = {result.id: result for result in results}
    taken: list[ActionResult] = []
    lanes: dict[str, None] = {}
    for action in sent:
        result = by_id.get(action.id)
        if result is None:
            continue
        if result.status is Verdict.RETRY:
            _reoffer_predecessor(result, action)
            _send_files_again(result)
            continue
        state = _state_of(action.id)
        if result.status is Verdict.APPLIED and state == "waiting":
            _acknowledge(result, epoch, covered)
        elif result.status is Verdict.REJECTED and state in ("waiting", "acked"):
            _refuse(result, rebase_now=False)
        else:
            continue
        taken.append(result)
        lanes[action.complaint_id] = None
    for complaint_id in lanes:
        rebase(complaint_id)
        touch(complaint_id)
    return taken


def confirm(shown: Iterable[tuple[str, int]], epoch: str) -> set[str]:
    """The feed showed these (action id, seq): own ones among them are confirmed. Returns their complaints."""
    lanes: set[str] = set()
    for action_id, seq in shown:
        row = connection().execute(
            "UPDATE action SET state = 'confirmed', seq = ?, epoch = ?, settled_at = unixepoch()"
            " WHERE id = ? AND state <> 'confirmed' RETURNING complaint_id",
            (seq, epoch, action_id),
        )
        lanes.update(found[0] for found in row.fetchall())
    return lanes


def reoffer_unshown(epoch: str, seq: int, head: int) -> set[str]:
    """Acked actions that the feed has passed, that lie above its head or in another epoch go back to waiting.

    Central has lost them (restored from an older copy); returns their complaints.
    """
    rows = connection().execute(
        "UPDATE action SET state = 'waiting', seq = 0, epoch = '' WHERE state = 'acked'"
        " AND (epoch <> ?1 OR seq <= ?2 OR seq > ?3) RETURNING complaint_id",
        (epoch, seq, head),
    )
    return {row[0] for row in rows.fetchall()}


def reoffer_journal() -> set[str]:
    """After a resync: all that central may have forgotten goes back to waiting; returns the complaints.

    An action whose history line stands in the snapshot needs no second proof: it is confirmed.
    """
    connection().execute(
        "UPDATE action SET state = 'confirmed' WHERE state IN ('acked', 'waiting') AND EXISTS"
        " (SELECT 1 FROM entry WHERE entry.action_id = action.id AND entry.pending = 0)"
    )
    rows = connection().execute(
        "UPDATE action SET state = 'waiting', seq = 0, epoch = '' WHERE state IN ('acked', 'confirmed')"
        " AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.action_id = action.id AND entry.pending = 0)"
        " RETURNING complaint_id"
    )
    return {row[0] for row in rows.fetchall()}


def prune_journal(before: dt.datetime) -> int:
    """Forget confirmed and put-away actions that are older than central's backups can be."""
    cursor = connection().execute(
        "DELETE FROM action WHERE state IN ('confirmed', 'discarded', 'undone') AND recorded_at < ?"
        " AND settled_at < ?1",
        (int(before.timestamp()),),
    )
    return int(cursor.rowcount)


def salvage() -> int:
    """Take over what only the twin knows (torn commit, restored or mended database); returns how many.

    Central knows each id, so an action that had arrived before is answered as a duplicate.
    """
    path = twin.path_here()
    known = {row[0] for row in connection().execute("SELECT id FROM action")}
    missing = [line for line in twin.read(path).recorded if line.action and line.action.id not in known]
    for line in missing:
        assert line.action is not None
        _insert(line.action, line.number, line.title, None)
        connection().execute("UPDATE action SET sent = 1 WHERE id = ?", (line.action.id,))
    for complaint_id in {line.action.complaint_id for line in missing if line.action}:
        rebase(complaint_id)
    return len(missing)


def tidy_twin() -> None:
    """Drop from the twin what is confirmed or pruned; inside a write, so that nobody appends meanwhile."""
    path = twin.path_here()
    open_ids = {
        row[0]
        for row in connection().execute("SELECT id FROM action WHERE state NOT IN ('confirmed', 'undone')")
    }
    kept = [line for line in twin.read(path).recorded if line.action and line.action.id in open_ids]
    twin.rewrite(path, kept)


_unproven: dict[Path, list[str]] = {}
"""Ids that this process appended and has not yet seen committed."""


def _append_to_twin(lines: list[twin.Line]) -> None:
    """Append; what an earlier transaction appended and then rolled back is taken back here.

    Otherwise a mended database would take over what the person was told had failed.
    """
    path = twin.path_here()
    rolled_back = [action_id for action_id in _unproven.pop(path, []) if not _state_of(action_id)]
    twin.append(path, [*(twin.Line(undone=action_id) for action_id in rolled_back), *lines])
    _unproven[path] = [line.action.id for line in lines if line.action is not None]


# --- inside ----------------------------------------------------------------------------------------


def _fingerprinted(action: Action) -> Action:
    return action if action.fp else replace(action, fp=fingerprint(action))


def _insert(action: Action, number: str, title: str, seen: Current | None) -> None:
    connection().execute(
        "INSERT INTO action(id, complaint_id, verb, state, recorded_at, body, seen, number, title, seq,"
        " epoch, code, sent, tries, last_error, settled_at)"
        " VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, 0, '', '', 0, 0, '', 0)",
        (
            action.id,
            action.complaint_id,
            action.verb,
            int(action.recorded_at.timestamp()),
            _encode(action),
            None if seen is None else _encode(seen),
            number,
            title,
        ),
    )


def _listed(where: str, limit: int, *values: str) -> list[Waiting]:
    rows = connection().execute(
        "SELECT body, state, number, title, sent, seen, result, last_error FROM action"
        f" WHERE {where} LIMIT {int(limit)}",
        values,
    )
    listed = []
    for body, state, number, title, sent, seen, result, last_error in rows:
        action = _decode_action(body)
        listed.append(
            Waiting(
                action=action,
                state=state,
                number=number,
                title=title,
                recorded_at=action.recorded_at,
                sent=bool(sent),
                seen=None if seen is None else _decode_current(seen),
                result=None if result is None else _decode_result(result),
                last_error=last_error,
            )
        )
    return listed


def _count_unconfirmed(complaint_id: str) -> int:
    row = (
        connection()
        .execute(
            "SELECT count(*) FROM action WHERE complaint_id = ? AND state IN ('waiting', 'acked')",
            (complaint_id,),
        )
        .fetchone()
    )
    return int(row[0])


def _state_of(action_id: str) -> str:
    row = connection().execute("SELECT state FROM action WHERE id = ?", (action_id,)).fetchone()
    return "" if row is None else str(row[0])


def _set_state(action_id: str, state: str) -> None:
    connection().execute(
        "UPDATE action SET state = ?, settled_at = unixepoch() WHERE id = ?", (state, action_id)
    )


def _put_away(action_id: str) -> None:
    """Out of the tray, and out of what a mended database would take over from the twin."""
    _set_state(action_id, "discarded")
    _append_to_twin([twin.Line(undone=action_id)])


def _acknowledge(result: ActionResult, epoch: str, covered: tuple[str, int]) -> None:
    """Applied: to the journal; confirmed at once where no event of ours will come any more."""
    shown = not result.seq or (epoch == covered[0] and result.seq <= covered[1])
    connection().execute(
        "UPDATE action SET state = ?, seq = ?, epoch = ?, code = '', result = ?, last_error = '',"
        " settled_at = unixepoch() WHERE id = ?",
        ("confirmed" if shown else "acked", result.seq, epoch, _encode(result), result.id),
    )


def _refuse(result: ActionResult, *, rebase_now: bool = True) -> None:
    row = connection().execute(
        "UPDATE action SET state = 'refused', code = ?, result = ?, settled_at = unixepoch()"
        " WHERE id = ? RETURNING complaint_id",
        (result.code, _encode(result), result.id),
    )
    lanes = [found[0] for found in row.fetchall()]
    if rebase_now:
        for complaint_id in lanes:
            rebase(complaint_id)


def _reoffer_predecessor(result: ActionResult, action: Action) -> None:
    """Central misses an action that it had accepted: it was restored, so that one is offered again."""
    named = result.prev or action.prev
    if result.code != "predecessor_missing" or named is None:
        return
    rows = connection().execute(
        "UPDATE action SET state = 'waiting', seq = 0, epoch = '' WHERE id = ?"
        " AND state IN ('acked', 'confirmed') RETURNING complaint_id",
        (named,),
    )
    for (complaint_id,) in rows.fetchall():
        rebase(complaint_id)


def _send_files_again(result: ActionResult) -> None:
    """Central no longer has these files: their upload starts again, the lane waits for it."""
    connection().executemany(
        "UPDATE blob SET done = 0, sent = 0 WHERE sha256 = ?", [(sha256,) for sha256 in result.blobs]
    )
