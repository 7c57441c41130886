"""Strokes: what one key press recorded, on one report or on a hundred thousand, is taken back as one.

All functions run on a store's thread, writing ones inside `Store.write`.
"""

from __future__ import annotations

import msgspec

from qlue_desk.protocol import Action
from qlue_desk.store import outbox
from qlue_desk.store.bound import connection
from qlue_desk.store.outbox import Waiting

_decode_action = msgspec.json.Decoder(Action).decode
_ACTOR = "json_extract(CAST(body AS TEXT), '$.actor_id') = ?"
_FREE = (
    "state = 'waiting' AND sent = 0 AND NOT EXISTS (SELECT 1 FROM action AS later"
    " WHERE later.complaint_id = mine.complaint_id AND later.n > mine.n AND later.stroke <> mine.stroke"
    " AND later.state IN ('waiting', 'acked'))"
)
"""Not left, and nothing else was decided on top of it."""


class Stroke(msgspec.Struct, frozen=True):
    """A stroke as far as it has not been taken back."""

    id: str
    first: Waiting
    """Its newest action."""
    reports: int
    """On how many reports it recorded something."""
    actions: int
    """Several on each report are a macro."""
    left: int
    """How many reports' actions have left this desk."""


def newest(actor_id: str) -> str:
    """The person's newest stroke of which something can be taken back; '' when there is none."""
    row = (
        connection()
        .execute(
            f"SELECT stroke FROM action AS mine WHERE {_FREE} AND {_ACTOR} ORDER BY n DESC LIMIT 1",
            (actor_id,),
        )
        .fetchone()
    )
    return "" if row is None else str(row[0])


def last(actor_id: str) -> str:
    """The person's newest stroke, whatever became of it; '' when all was taken back."""
    row = (
        connection()
        .execute(
            f"SELECT stroke FROM action WHERE {_ACTOR} AND state <> 'undone' ORDER BY n DESC LIMIT 1",
            (actor_id,),
        )
        .fetchone()
    )
    return "" if row is None else str(row[0])


def of_action(action_id: str) -> str:
    """The stroke of an own action; '' for one that is not ours."""
    row = connection().execute("SELECT stroke FROM action WHERE id = ?", (action_id,)).fetchone()
    return "" if row is None else str(row[0])


def look(stroke: str) -> Stroke | None:
    """What there is of a stroke; None when nothing of it is left."""
    found = outbox.listed("stroke = ? AND state <> 'undone' ORDER BY n DESC", 1, stroke)
    if not found:
        return None
    reports, actions, left = (
        connection()
        .execute(
            "SELECT count(DISTINCT complaint_id), count(*),"
            " count(DISTINCT CASE WHEN sent = 1 OR state <> 'waiting' THEN complaint_id END)"
            " FROM action WHERE stroke = ? AND state <> 'undone'",
            (stroke,),
        )
        .fetchone()
    )
    return Stroke(stroke, found[0], reports, actions, left)


def is_free(action_id: str) -> bool:
    """Whether an own action has not left and nothing was decided on top of it."""
    return (
        connection()
        .execute(f"SELECT 1 FROM action AS mine WHERE id = ? AND {_FREE}", (action_id,))
        .fetchone()
        is not None
    )


def reports_of(stroke: str, limit: int | None = None) -> list[str]:
    """Ids of the complaints for which a stroke can be taken back, the newest first."""
    ids = connection().execute(
        f"SELECT complaint_id FROM action AS mine WHERE stroke = ? AND {_FREE} GROUP BY complaint_id"
        f" ORDER BY max(n) DESC LIMIT {-1 if limit is None else int(limit)}",
        (stroke,),
    )
    return [complaint_id for (complaint_id,) in ids.fetchall()]


def take_back(stroke: str, limit: int | None = None) -> list[Action]:
    """Take back what has not left of a stroke, the newest first; of `limit` reports at most at once.

    Only the newest of its complaint can go, because later ones were decided on top of it.
    """
    actions: list[Action] = []
    for complaint_id in reports_of(stroke, limit):
        rows = connection().execute(
            f"SELECT body FROM action AS mine WHERE stroke = ? AND complaint_id = ? AND {_FREE} ORDER BY n DESC",
            (stroke, complaint_id),
        )
        actions += [_decode_action(body) for (body,) in rows]
    if actions:
        outbox.take_back(actions)
    return actions
