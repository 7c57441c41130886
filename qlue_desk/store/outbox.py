"""Own actions: recorded before they are shown, sent until central answers, kept until the feed shows them.

Every action is in exactly one state (models.ActionRow).
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
from qlue_desk.store import complaints, departed, twin
from qlue_desk.store.bound import connection
from qlue_desk.store.errors import StoreError
from qlue_desk.store.grace import Grace
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
    stroke: str = ""
    """What the same key press recorded has the same one; '' makes one of person, verb and moment."""


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


class Oldest(msgspec.Struct, frozen=True):
    """The action that waits longest to be sent, for the watchdog."""

    action_id: str
    number: str
    last_error: str
    needs_file: bool
    waiting: int
    """How many wait in all."""


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
        insert(action, item.complaint.number, item.complaint.title, item.seen, stroke=item.stroke)
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
    return listed("state IN ('waiting', 'acked') ORDER BY n", limit)


def tray(limit: int = 1000) -> list[Waiting]:
    """What central refused, newest first."""
    return listed("state = 'refused' ORDER BY settled_at DESC, n DESC", limit)


def of_complaint(complaint_id: str) -> list[Waiting]:
    """Own actions on one complaint that are not confirmed: outbox and tray, oldest first."""
    return listed(
        "complaint_id = ? AND state IN ('waiting', 'acked', 'refused') ORDER BY n", 1000, complaint_id
    )


def counts() -> OutboxCounts:
    """The three numbers of the status line."""
    rows = connection().execute(
        "SELECT state, count(*) FROM action WHERE state IN ('waiting', 'acked', 'refused') GROUP BY state"
    )
    found = dict(rows.fetchall())
    return OutboxCounts(found.get("waiting", 0), found.get("acked", 0), found.get("refused", 0))


def oldest() -> Oldest | None:
    """The action that waits longest to be sent; None when nothing does."""
    row = (
        connection()
        .execute(
            "SELECT id, number, last_error, complaint_id, (SELECT count(*) FROM action WHERE state = 'waiting')"
            " FROM action WHERE state = 'waiting' ORDER BY n LIMIT 1"
        )
        .fetchone()
    )
    if row is None:
        return None
    return Oldest(row[0], row[1], row[2], row[3] in _lanes_without_files(), int(row[4]))


# --- what a person does with them ------------------------------------------------------------------


def take_back(actions: list[Action]) -> None:
    """Actions that have not left are as if they had never been; the caller has looked that none has."""
    for action in actions:
        _set_state(action.id, "undone")
    _append_to_twin([twin.Line(undone=action.id) for action in actions])
    for complaint_id in dict.fromkeys(action.complaint_id for action in actions):
        rebase(complaint_id)


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
    insert(fresh, old.number, old.title, old.seen)
    _append_to_twin([twin.Line(action=fresh, number=old.number, title=old.title)])
    _put_away(action_id)
    rebase(fresh.complaint_id, now=moment)
    return fresh


def discard(action_id: str) -> None:
    """Put a refused action away; it stays in the journal's past.

    :raises StoreError: when it does not lie in the tray.
    """
    old = _refused(action_id)
    _put_away(action_id)
    departed.tidy(old.action.complaint_id)


def _refused(action_id: str) -> Waiting:
    found = listed("id = ? AND state = 'refused'", 1, action_id)
    if not found:
        raise StoreError(
            N_("Tindakan {found} tidak ada di antara yang ditolak; lihat: qlue-desk outbox."), found=action_id
        )
    return found[0]


# --- sending ---------------------------------------------------------------------------------------


def to_send(
    limit: int = 100,
    max_bytes: int = 1_000_000,
    skip: frozenset[str] = frozenset(),
    grace: Grace | None = None,
    *,
    with_files: bool = False,
) -> tuple[Action, ...]:
    """The oldest unsent actions in order, `prev` set, as many as fit, but for lanes that wait for a file.

    `with_files`: those lanes too, because their files travel along (bundles).

    `prev` is the nearest earlier action of the complaint in outbox or journal, computed now: stored when
    recorded it would block for ever after a restore (model, walk 19). Complaints of `skip` wait too, and
    those with an action in its `grace`: nothing may overtake it.
    """
    held = set(skip) if with_files else _lanes_without_files() | skip
    resting_strokes = _resting_strokes(grace)
    batch: list[Action] = []
    size = 0
    rows = connection().execute(
        "SELECT complaint_id, body, n, sent, stroke FROM action WHERE state = 'waiting' ORDER BY n"
    )
    for complaint_id, body, number, sent, stroke in rows:
        if complaint_id in held:
            continue
        if not sent and stroke in resting_strokes:
            held.add(complaint_id)
            continue
        size += len(body) + 128
        if batch and size > max_bytes:
            break
        batch.append(replace(_decode_action(body), prev=_predecessor(complaint_id, number)))
        if len(batch) == limit:
            break
    rows.close()
    return tuple(batch)


def resting(grace: Grace) -> float:
    """Seconds until the next action leaves its grace when nothing else can be sent; 0 otherwise."""
    if to_send(1, grace=grace):
        return 0.0
    return min(_resting_strokes(grace).values(), default=0.0)


def _resting_strokes(grace: Grace | None) -> dict[str, float]:
    """Strokes that are in their grace, with the seconds left; the newest action of a stroke decides.

    A long bulk act is recorded in parts, and none of it may leave while it can be taken back as one.
    """
    if grace is None:
        return {}
    oldest = int((grace.now - dt.timedelta(seconds=grace.longest)).timestamp())
    young = connection().execute(
        "SELECT stroke, max(recorded_at) FROM action INDEXED BY action_unsent"
        " WHERE state = 'waiting' AND sent = 0 AND recorded_at >= ? GROUP BY stroke",
        (oldest,),
    )
    found = {}
    for stroke, _newest in young.fetchall():
        body, together = (
            connection()
            .execute(
                "SELECT (SELECT body FROM action WHERE stroke = ?1 ORDER BY n DESC LIMIT 1),"
                " (SELECT count(*) FROM (SELECT DISTINCT complaint_id FROM action WHERE stroke = ?1 LIMIT ?2))",
                (stroke, max(1, grace.bulk_from)),
            )
            .fetchone()
        )
        if left := grace.left(_decode_action(body).recorded_at, together):
            found[stroke] = left
    return found


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
    """Put a poison pill into the tray, so that its lane can go on."""
    refuse(ActionResult(id=action_id, status=Verdict.REJECTED, code="quarantined", detail=detail))


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


# --- the twin ---------------------------------------------------------------------------------------


_unproven: dict[Path, list[str]] = {}
"""Ids that this process appended and has not yet seen committed."""


def _append_to_twin(lines: list[twin.Line]) -> None:
    """Append; what an earlier transaction appended and then rolled back is taken back here.

    Otherwise a mended database would take over what the person was told had failed.
    """
    path = twin.path_here()
    rolled_back = [action_id for action_id in _unproven.pop(path, []) if not state_of(action_id)]
    twin.append(path, [*(twin.Line(undone=action_id) for action_id in rolled_back), *lines])
    _unproven[path] = [line.action.id for line in lines if line.action is not None]


# --- inside ----------------------------------------------------------------------------------------


def _fingerprinted(action: Action) -> Action:
    return action if action.fp else replace(action, fp=fingerprint(action))


def insert(action: Action, number: str, title: str, seen: Current | None, *, stroke: str = "") -> None:
    """Add an action to the outbox; the caller rebases its complaint."""
    connection().execute(
        "INSERT INTO action(id, complaint_id, verb, state, recorded_at, body, seen, number, title, seq,"
        " epoch, code, sent, tries, last_error, settled_at, stroke)"
        " VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, 0, '', '', 0, 0, '', 0, ?)",
        (
            action.id,
            action.complaint_id,
            action.verb,
            int(action.recorded_at.timestamp()),
            _encode(action),
            None if seen is None else _encode(seen),
            number,
            title,
            stroke or f"{action.actor_id} {action.verb} {action.recorded_at.isoformat()}",
        ),
    )


def listed(where: str, limit: int, *values: str) -> list[Waiting]:
    """Actions by a condition of SQL, whose values are never written into it."""
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


def state_of(action_id: str) -> str:
    """State of an own action; '' for one that is not ours."""
    row = connection().execute("SELECT state FROM action WHERE id = ?", (action_id,)).fetchone()
    return "" if row is None else str(row[0])


def action(action_id: str) -> Action | None:
    """An own action by its id, whatever became of it."""
    row = connection().execute("SELECT body FROM action WHERE id = ?", (action_id,)).fetchone()
    return None if row is None else _decode_action(row[0])


def _set_state(action_id: str, state: str) -> None:
    connection().execute(
        "UPDATE action SET state = ?, settled_at = unixepoch() WHERE id = ?", (state, action_id)
    )


def _put_away(action_id: str) -> None:
    """Out of the tray, and out of what a mended database would take over from the twin."""
    _set_state(action_id, "discarded")
    _append_to_twin([twin.Line(undone=action_id)])


def refuse(result: ActionResult, *, rebase_now: bool = True) -> None:
    """Put an action into the tray with its verdict."""
    row = connection().execute(
        "UPDATE action SET state = 'refused', code = ?, result = ?, settled_at = unixepoch()"
        " WHERE id = ? RETURNING complaint_id",
        (result.code, _encode(result), result.id),
    )
    lanes = [found[0] for found in row.fetchall()]
    if rebase_now:
        for complaint_id in lanes:
            rebase(complaint_id)
