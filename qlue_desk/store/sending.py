"""What of the outbox leaves next: in order, with its predecessor named, and not before its time.

All functions run on a store's thread, writing ones inside `Store.write`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from qlue_desk.domain.edges import Verb
from qlue_desk.domain.effects import is_weighty
from qlue_desk.protocol import Action
from qlue_desk.store.bound import connection
from qlue_desk.store.grace import Grace

JOURNAL = "('waiting', 'acked', 'confirmed')"
"""States whose actions a later one of the same complaint may name as `prev`."""

_WANTS_FILES = (
    "FROM action, json_each(CAST(action.body AS TEXT), '$.fields.evidence') AS file JOIN blob"
    " ON blob.sha256 = json_extract(file.value, '$.sha256') AND blob.done = 0"
    " WHERE action.state = 'waiting'"
)
"""Waiting actions whose evidence central does not have yet."""
_decode_action = msgspec.json.Decoder(Action).decode


class Oldest(msgspec.Struct, frozen=True):
    """The action that waits longest to be sent, for the watchdog."""

    action_id: str
    number: str
    last_error: str
    needs_file: bool
    waiting: int
    """How many wait in all."""


def oldest() -> Oldest | None:
    """The action that waits longest to be sent; None when nothing does. Looks at its lane only."""
    row = (
        connection()
        .execute(
            "SELECT first.id, first.number, first.last_error,"
            f" EXISTS (SELECT 1 {_WANTS_FILES} AND action.complaint_id = first.complaint_id),"
            " (SELECT count(*) FROM action WHERE state = 'waiting') FROM"
            " (SELECT id, number, last_error, complaint_id FROM action WHERE state = 'waiting'"
            " ORDER BY n LIMIT 1) AS first"
        )
        .fetchone()
    )
    return None if row is None else Oldest(row[0], row[1], row[2], bool(row[3]), int(row[4]))


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
    recorded it would block for ever after a restore. Complaints of `skip` wait too, and
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
        (together,) = (
            connection()
            .execute(
                "SELECT count(*) FROM (SELECT DISTINCT complaint_id FROM action WHERE stroke = ?1 LIMIT ?2)",
                (stroke, max(1, grace.bulk_from)),
            )
            .fetchone()
        )
        newest, *others = _on_newest_report(stroke)
        longer = grace.is_bulk(together) or any(_is_weighty(each) for each in (newest, *others))
        if left := grace.left(newest.recorded_at, longer=longer):
            found[stroke] = left
    return found


def _on_newest_report(stroke: str) -> list[Action]:
    """What a stroke did to the report that it came to last, newest first; to others it did the same."""
    rows = connection().execute(
        "SELECT body FROM action WHERE stroke = ?1 AND complaint_id ="
        " (SELECT complaint_id FROM action WHERE stroke = ?1 ORDER BY n DESC LIMIT 1) ORDER BY n DESC",
        (stroke,),
    )
    return [_decode_action(body) for (body,) in rows]


def _is_weighty(action: Action) -> bool:
    return action.verb in set(Verb) and is_weighty(Verb(action.verb), action.fields)


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
    rows = connection().execute(f"SELECT DISTINCT action.complaint_id {_WANTS_FILES}")
    return {row[0] for row in rows}
