"""Numbers over the queue, all from a covering index: no body is read."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.query import Query
from qlue_desk.domain.query_match import Moment
from qlue_desk.store.bound import connection
from qlue_desk.store.conditions import WIDE, where

COLUMNS = frozenset({"status", "category", "kelurahan", "kecamatan", "holder", "dinas", "channel"})
"""What can be counted by."""
AGE_LIMITS = (dt.timedelta(hours=24), dt.timedelta(days=3), dt.timedelta(weeks=1), dt.timedelta(weeks=4))
"""Borders of the age groups, youngest first; one more group lies behind the last."""
WEEK_SECONDS = 7 * 24 * 3600


class Group(msgspec.Struct, frozen=True):
    """How many reports share the value of a column, and how many of those are past their deadline."""

    value: str
    count: int
    overdue: int


def by_column(column: str, query: Query, moment: Moment) -> list[Group]:
    """Counts by the values of one of `COLUMNS`, largest first."""
    if column not in COLUMNS:
        raise ValueError(f"cannot count by {column!r}")
    condition = where(query, moment)
    rows = connection().execute(
        f"SELECT {column}, count(*), sum(due < ?) FROM {WIDE} WHERE {condition.sql}"
        f" GROUP BY {column} ORDER BY count(*) DESC, {column}",
        (moment.now.timestamp(), *condition.parameters),
    )
    return [Group(*row) for row in rows]


def holder_names() -> dict[str, str]:
    """Display names of the people who hold reports here, by user id."""
    rows = connection().execute(
        f"SELECT holder, max(holder_name) FROM {WIDE} WHERE holder <> '' GROUP BY holder"
    )
    return dict(rows.fetchall())


def by_status_and_age(query: Query, moment: Moment) -> dict[str, tuple[int, ...]]:
    """For each status the counts of its age groups (`AGE_LIMITS` since the citizen reported)."""
    condition = where(query, moment)
    borders = [(moment.now - limit).timestamp() for limit in AGE_LIMITS]
    cases = " ".join(f"WHEN created_at >= ? THEN {place}" for place in range(len(borders)))
    rows = connection().execute(
        f"SELECT status, CASE {cases} ELSE {len(borders)} END AS age, count(*)"
        f" FROM {WIDE} WHERE {condition.sql} GROUP BY status, age",
        (*borders, *condition.parameters),
    )
    table: dict[str, list[int]] = {}
    for status, age, count in rows:
        table.setdefault(status, [0] * (len(borders) + 1))[age] = count
    return {status: tuple(counts) for status, counts in table.items()}


def by_week(query: Query, moment: Moment, first_week: int, weeks: int) -> list[tuple[int, int]]:
    """For each of `weeks` weeks from the epoch second `first_week`: how many came in and were resolved."""
    condition = where(query, moment)
    table = [[0, 0] for _ in range(weeks)]
    for place, column, restriction in ((0, "created_at", "1"), (1, "status_since", "status = 'resolved'")):
        rows = connection().execute(
            f"SELECT ({column} - ?) / {WEEK_SECONDS} AS week, count(*) FROM {WIDE}"
            f" WHERE {column} >= ? AND {restriction} AND {condition.sql} GROUP BY week",
            (first_week, first_week, *condition.parameters),
        )
        for week, count in rows:
            if 0 <= week < weeks:
                table[week][place] = count
    return [(received, resolved) for received, resolved in table]


class Totals(msgspec.Struct, frozen=True):
    """The headline numbers."""

    delivered_never_acknowledged: int
    overdue: int
    awaiting_verification: int
    reopened: int
    """Reports that were reopened at least once."""
    ever_resolved: int
    """Resolved now, or reopened and therefore resolved once."""
    bounced: int
    open: int


def totals(query: Query, moment: Moment) -> Totals:
    """All headline numbers in one pass."""
    condition = where(query, moment)
    row = (
        connection()
        .execute(
            "SELECT count(*) FILTER (WHERE status = 'dispatched'), count(*) FILTER (WHERE due < ?),"
            " count(*) FILTER (WHERE status = 'awaiting_verification'), count(*) FILTER (WHERE reopened > 0),"
            " count(*) FILTER (WHERE reopened > 0 OR status = 'resolved'),"
            " count(*) FILTER (WHERE bounces > 0), coalesce(sum(is_open), 0)"
            f" FROM {WIDE} WHERE {condition.sql}",
            (moment.now.timestamp(), *condition.parameters),
        )
        .fetchone()
    )
    return Totals(*row)
