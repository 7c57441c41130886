"""Own actions: recorded before they are shown, sent until central answers, kept until the feed shows them.

Every action is in exactly one state (models.ActionRow).
All functions run on a store's thread, writing ones inside `Store.write`.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Action, ActionResult, Current, Verdict, fingerprint
from qlue_desk.store import complaints, meta, twin
from qlue_desk.store.bound import connection
from qlue_desk.store.errors import StoreError
from qlue_desk.store.rebase import rebase

_NOT_WANTED = ("undone", "discarded")
"""States of actions that a mended database does not take over from the twin."""
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


class OutboxCounts(msgspec.Struct, frozen=True):
    """How many actions wait to be sent, wait for the feed, lie in the tray."""

    waiting: int = 0
    acked: int = 0
    refused: int = 0


def record(recorded: list[Recorded]) -> None:
    """Keep actions: the twin's lines first, then row, view and history line while the disk takes the lines."""
    actions = [_fingerprinted(item.action) for item in recorded]
    zone = _zone()
    _append_to_twin(
        [
            twin.Line(action=action, number=item.complaint.number, title=item.complaint.title, zone=zone)
            for item, action in zip(recorded, actions, strict=True)
        ]
    )
    for item, action in zip(recorded, actions, strict=True):
        # The confirmed row must be read before the view is written over it.
        base = complaints.get_base(item.complaint.id)
        insert(action, item.complaint.number, item.complaint.title, item.seen, stroke=item.stroke)
        if item.entry is not None:
            complaints.put_entries([item.entry], pending=True)
        complaints.put_view(item.complaint, base=base, pending=_count_unconfirmed(item.complaint.id))


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


def accepted_since(moment: dt.datetime) -> int:
    """How many own actions central has accepted since an aware moment."""
    row = (
        connection()
        .execute(
            "SELECT count(*) FROM action WHERE state IN ('acked', 'confirmed') AND settled_at >= ?",
            (int(moment.timestamp()),),
        )
        .fetchone()
    )
    return int(row[0])


def confirmed_since(moment: dt.datetime, limit: int) -> list[Waiting]:
    """Own actions whose result has come back since an aware moment, newest first."""
    since = int(moment.timestamp())
    return listed("state = 'confirmed' AND settled_at >= ? ORDER BY settled_at DESC, n DESC", limit, since)


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
    old = refused(action_id)
    moment = now or dt.datetime.now(dt.UTC)
    fresh = _fingerprinted(
        replace(old.action, id=new_id("a"), recorded_at=moment, prev=None, supersedes=action_id, fp="")
    )
    insert(fresh, old.number, old.title, old.seen)
    _append_to_twin([twin.Line(action=fresh, number=old.number, title=old.title, zone=_zone())])
    _put_away(action_id)
    rebase(fresh.complaint_id, now=moment)
    return fresh


def discard(action_id: str) -> None:
    """Put a refused action away; it stays in the journal's past.

    :raises StoreError: when it does not lie in the tray.
    """
    refused(action_id)
    _put_away(action_id)


def refused(action_id: str) -> Waiting:
    """One action of the tray.

    :raises StoreError: when it does not lie there.
    """
    found = listed("id = ? AND state = 'refused'", 1, action_id)
    if not found:
        raise StoreError(
            N_("Tindakan {found} tidak ada di antara yang ditolak; lihat: qlue-desk outbox."), found=action_id
        )
    return found[0]


# --- the twin ---------------------------------------------------------------------------------------


class _City(msgspec.Struct, frozen=True):
    zone: str


class _OfSession(msgspec.Struct, frozen=True):
    """What is wanted of a session, so that the rest of it is not built."""

    city: _City


def _zone() -> str:
    """Where this desk's clocks stand; '' before its first session."""
    stored = meta.get(meta.SESSION)
    return "" if stored is None else _zone_in(stored)


@lru_cache(maxsize=1)
def _zone_in(session: bytes) -> str:
    return msgspec.json.decode(session, type=_OfSession).city.zone


def _append_to_twin(lines: list[twin.Line]) -> None:
    """Append, and put right what a failed transaction may have left there.

    Otherwise a mended database would take over what the person was told had failed, or lack what it still has.
    """
    path = twin.path_here()
    zone = _zone()
    twin.append(path, [*(_line_of(action_id, zone) for action_id in twin.doubtful(path)), *lines])


def _line_of(action_id: str, zone: str) -> twin.Line:
    """What the database says of an action."""
    sql = "SELECT state, body, number, title FROM action WHERE id = ?"
    row = connection().execute(sql, (action_id,)).fetchone()
    if row is None or row[0] in _NOT_WANTED:
        return twin.Line(undone=action_id)
    _state, body, number, title = row
    return twin.Line(action=_decode_action(body), number=number, title=title, zone=zone)


def complete_twin() -> None:
    """Write the lines that a power cut took while their commit was durable already, of what central may lack."""
    path = twin.path_here()
    found = twin.read(path)
    missing = lacking(found)
    if missing and found.damaged:  # what is torn of them would be told as lost
        twin.write_anew(path, [*found.recorded, *missing], [*found.locked, *found.damaged[len(missing) :]])
    else:
        _append_to_twin(missing)


def lacking(found: twin.Twin) -> list[twin.Line]:
    """What the twin does not say, or says wrongly, of actions that central may lack.

    A damaged line stands for one of these before it stands for lost work: the database has theirs.
    """
    there = {line.action.id for line in found.recorded if line.action}
    rows = connection().execute("SELECT id, state FROM action WHERE state <> 'confirmed' ORDER BY n")
    wrong = [action_id for action_id, state in rows if (action_id in there) == (state in _NOT_WANTED)]
    zone = _zone()
    return [_line_of(action_id, zone) for action_id in wrong]


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


def listed(where: str, limit: int, *values: str | int) -> list[Waiting]:
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


def quarantine(action_id: str, detail: str) -> None:
    """Put a poison pill into the tray, so that its lane can go on."""
    refuse(ActionResult(id=action_id, status=Verdict.REJECTED, code="quarantined", detail=detail))
