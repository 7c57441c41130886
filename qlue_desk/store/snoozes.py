"""Reports that a person has put aside until a time; they come back by themselves, nothing needs to run for it.

Whether one is still aside is worked out when it is asked: from the clock, the report's deadline and its
history. All functions run on a store's thread, writing ones inside `Store.write`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from qlue_desk.store.bound import connection, touch

_KEY = "CASE entry.action_id WHEN '' THEN entry.id ELSE entry.action_id END"
"""What a history line tells of: the act. A line of one act has another id once central has it, and yet
another after central was put back and the act was offered again."""
_OF_OTHERS = (
    "entry WHERE entry.complaint_id = {complaint}"
    " AND coalesce(json_extract(CAST(entry.body AS TEXT), '$.actor_id'), '') <> {actor}"
)
_BY_NEWS = (
    f"EXISTS (SELECT 1 FROM {_OF_OTHERS.format(complaint='complaint.id', actor='snooze.actor_id')}"
    f" AND instr(snooze.heard, ' ' || {_KEY} || ' ') = 0)"
)
"""Somebody else did what was not heard of then. Counts would miss it where central has lost another line."""
_BY_DUE = (
    "(complaint.due - snooze.before BETWEEN snooze.since + 1 AND :now"
    " OR complaint.due BETWEEN snooze.since + 1 AND :now)"
)
"""The deadline has come near since it was put aside; one that was near already counts when it passes."""
_JOINED = "snooze JOIN complaint ON complaint.id = snooze.complaint_id WHERE snooze.actor_id = :me"
ASLEEP = f"SELECT complaint.row FROM {_JOINED} AND snooze.until > :now AND NOT {_BY_DUE} AND NOT {_BY_NEWS}"
"""Row numbers of what is aside for `:me` at `:now` (epoch seconds)."""


class Woken(msgspec.Struct, frozen=True):
    """A report that has come back."""

    complaint_id: str
    number: str
    why: str
    """time, due or news."""


def put(actor_id: str, complaint_id: str, until: dt.datetime, now: dt.datetime, before: dt.timedelta) -> None:
    """Put a report aside for a person; `before` its deadline it comes back."""
    heard = (
        f"(SELECT ' ' || coalesce(group_concat({_KEY}, ' '), '') || ' '"
        f" FROM {_OF_OTHERS.format(complaint='?2', actor='?1')})"
    )
    connection().execute(
        "INSERT OR REPLACE INTO snooze(actor_id, complaint_id, until, since, before, heard)"
        f" VALUES (?1, ?2, ?3, ?4, ?5, {heard})",
        (
            actor_id,
            complaint_id,
            int(until.timestamp()),
            int(now.timestamp()),
            int(before.total_seconds()),
        ),
    )
    touch(complaint_id)


def wake(actor_id: str, complaint_id: str) -> bool:
    """Bring a report back; False when it was not aside."""
    found = connection().execute(
        "DELETE FROM snooze WHERE actor_id = ? AND complaint_id = ?", (actor_id, complaint_id)
    )
    touch(complaint_id)
    return bool(found.rowcount)


def asleep(actor_id: str, now: dt.datetime) -> frozenset[int]:
    """Row numbers of what is aside."""
    rows = connection().execute(ASLEEP, {"me": actor_id, "now": int(now.timestamp())})
    return frozenset(row for (row,) in rows)


def until(actor_id: str, complaint_id: str, now: dt.datetime) -> dt.datetime | None:
    """Until when a report is aside; None when it is not."""
    row = (
        connection()
        .execute(
            "SELECT until FROM snooze WHERE actor_id = :me AND complaint_id = :id AND EXISTS"
            f" (SELECT 1 FROM complaint WHERE id = :id AND row IN ({ASLEEP}))",
            {"me": actor_id, "now": int(now.timestamp()), "id": complaint_id},
        )
        .fetchone()
    )
    return None if row is None else dt.datetime.fromtimestamp(row[0], dt.UTC)


def woken(actor_id: str, now: dt.datetime) -> list[Woken]:
    """What has come back and was not told yet."""
    rows = connection().execute(
        "SELECT complaint.id, complaint.number,"
        f" CASE WHEN snooze.until <= :now THEN 'time' WHEN {_BY_NEWS} THEN 'news' ELSE 'due' END"
        f" FROM {_JOINED} AND complaint.row NOT IN ({ASLEEP}) ORDER BY snooze.until",
        {"me": actor_id, "now": int(now.timestamp())},
    )
    return [Woken(*row) for row in rows]


def forget(actor_id: str, complaint_ids: Sequence[str]) -> None:
    """These were told."""
    for complaint_id in complaint_ids:
        wake(actor_id, complaint_id)
