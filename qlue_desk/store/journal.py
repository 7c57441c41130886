"""What central says about own actions, and what it may have forgotten.

An accepted action stays in the journal longer than central's backups reach, so that a restored central
loses nothing: what the feed does not show is offered again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from qlue_desk.protocol import Action, ActionResult, PushReply, Verdict
from qlue_desk.store import meta, outbox, recording, twin
from qlue_desk.store.bound import connection, touch
from qlue_desk.store.rebase import rebase

_encode = msgspec.json.Encoder().encode
_TO_DROP = "twin_to_drop"
"""Value of `meta`: there while the twin still says what must not come back."""
_TOLD = "twin_lost_told"
"""Value of `meta`: of how many lost lines the person was told."""


def settle(sent: tuple[Action, ...], reply: PushReply, covered: tuple[str, int]) -> list[ActionResult]:
    """Take central's verdicts; the caller has checked the generation in this same transaction.

    `covered` is (epoch, seq) of the cursor that travelled with the push: central checked it, so an event
    at or below it is in our rows already. A duplicate above the reply's head was numbered in the stream of
    another dinas, to which this desk belonged then, and the feed will never show it. Returns the verdicts
    that changed something.
    """
    by_id = {result.id: result for result in reply.results}
    taken: list[ActionResult] = []
    changed: dict[str, bool] = {}
    for action in sent:
        result = by_id.get(action.id)
        if result is None:
            continue
        if result.status is Verdict.RETRY:
            _reoffer_predecessor(result, action)
            _send_files_again(result)
            continue
        state = outbox.state_of(action.id)
        if result.status is Verdict.APPLIED and state == "waiting":
            elsewhere = result.duplicate and result.seq > reply.head
            view_changes = _acknowledge(result, reply.epoch, covered, elsewhere=elsewhere)
        elif result.status is Verdict.REJECTED and state in ("waiting", "acked"):
            outbox.refuse(result, rebase_now=False)
            view_changes = True
        else:
            continue
        taken.append(result)
        changed[action.complaint_id] = view_changes or changed.get(action.complaint_id, False)
    for complaint_id, view_changes in changed.items():
        # What is accepted and not shown yet stays on top of the row as it was: nothing to decide anew.
        if view_changes:
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


def only_in_twin() -> list[twin.Line]:
    """What the twin has and this database does not, oldest first."""
    known = {row[0] for row in connection().execute("SELECT id FROM action")}
    recorded = twin.read(twin.path_here()).recorded
    return [line for line in recorded if line.action and line.action.id not in known]


def salvage() -> int:
    """Take over what only the twin knows (torn commit, restored or mended database); returns how many.

    Central knows each id, so an action that had arrived before is answered as a duplicate.
    """
    if meta.get(_TO_DROP) is not None:
        _tidy()
    missing = only_in_twin()
    for line in missing:
        assert line.action is not None
        outbox.insert(line.action, line.number, line.title, None)
        connection().execute("UPDATE action SET sent = 1 WHERE id = ?", (line.action.id,))
    for complaint_id in {line.action.complaint_id for line in missing if line.action}:
        rebase(complaint_id)
    return len(missing)


def tidy_twin(*, surely: bool = False) -> None:
    """Once the running write is committed, drop from the twin what is confirmed or pruned, and titles that are gone.

    `surely`: what is dropped must not come back, whoever is killed before it is.
    """
    if surely:
        meta.put(_TO_DROP, b"")
    recording.afterwards(_tidy)


def _tidy() -> None:
    path = twin.path_here()
    found = twin.read(path)
    missing = outbox.lacking(found)
    lost = found.damaged[len(missing) :]
    if meta.get(_TO_DROP) is not None or len(lost) <= int(meta.get(_TOLD) or 0):
        lost = ()
        meta.put(_TOLD, None)
    rows = connection().execute(
        "SELECT id, title FROM action WHERE state NOT IN ('confirmed', 'undone', 'discarded')"
    )
    titles = dict(rows.fetchall())
    kept = [
        msgspec.structs.replace(line, title=titles[line.action.id])
        for line in (*found.recorded, *missing)
        if line.action and line.action.id in titles
    ]
    # What no key here opens stays as it is: the right key may come back.
    twin.write_anew(path, kept, [*found.locked, *lost])
    meta.put(_TO_DROP, None)


def lost_lines() -> int:
    """Damaged lines of the twin beyond those whose action this database has: work may be gone with them."""
    path = twin.path_here()
    if not twin.is_damaged(path):
        return 0
    found = twin.read(path)
    return len(found.damaged[len(outbox.lacking(found)) :])


def lost_lines_told(count: int) -> None:
    """The person has read of so many: the next tidying drops them, which until then it does not."""
    meta.put(_TOLD, str(count))


def _acknowledge(result: ActionResult, epoch: str, covered: tuple[str, int], *, elsewhere: bool) -> bool:
    """Applied: to the journal; confirmed at once (True) where no event of ours will come any more."""
    shown = elsewhere or not result.seq or (epoch == covered[0] and result.seq <= covered[1])
    connection().execute(
        "UPDATE action SET state = ?, seq = ?, epoch = ?, code = '', result = ?, last_error = '',"
        " settled_at = unixepoch() WHERE id = ?",
        ("confirmed" if shown else "acked", result.seq, epoch, _encode(result), result.id),
    )
    return shown


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
