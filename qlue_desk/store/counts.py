"""Numbers over the reports of any query, all from a covering index: no body is read.

A pass over all rows; over everything that a desk holds, `tally` gives the same figures from counters.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from qlue_desk.domain.complaint import Status
from qlue_desk.domain.query import Query
from qlue_desk.domain.query_match import Moment
from qlue_desk.store.bound import connection
from qlue_desk.store.conditions import WIDE, where
from qlue_desk.store.figures import (
    AGE_LIMITS,
    PROPOSED,
    UNANSWERED,
    WEEK_SECONDS,
    Area,
    DinasGroup,
    Holder,
    Totals,
    WeekCount,
    ever_resolved,
    league,
    of_status,
)

COLUMNS = frozenset({"status", "category", "kelurahan", "kecamatan", "holder", "dinas", "channel"})
"""What can be counted by."""


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


def holder_name(holder: str) -> str:
    """The display name that reports carry for a user id whom the session does not know; '' for none."""
    row = connection().execute(
        "SELECT holder_name FROM complaint INDEXED BY complaint_held WHERE is_open = 1 AND holder = ? LIMIT 1",
        (holder,),
    )
    found = row.fetchone()
    return str(found[0]) if found else ""


def changed_since(begin: dt.datetime) -> dict[str, int]:
    """How many reports came into the status that they have since then, by status; reads only what changed."""
    since = begin.timestamp()
    rows = connection().execute(
        "SELECT status, count(*) FROM complaint INDEXED BY complaint_updated"
        " WHERE updated_at >= ? AND status_since >= ? GROUP BY status",
        (since, since),
    )
    return dict(rows.fetchall())


class Scan:
    """The figures of the reports of one query, by passes over them."""

    def __init__(self, query: Query, moment: Moment) -> None:
        self.moment = moment
        self.condition = where(query, moment)

    def totals(self) -> Totals:
        """All headline numbers in one pass."""
        conditions = {
            "delivered_never_acknowledged": UNANSWERED,
            "overdue": "due < ?",
            "awaiting_verification": PROPOSED,
            "reopened": "reopened > 0",
            "ever_resolved": ever_resolved(),
            "bounced": "bounces > 0",
            "open": "is_open = 1",
        }
        columns = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions.values())
        row = self._rows(columns, self.moment.now.timestamp())[0]
        return Totals(**dict(zip(conditions, row, strict=True)))

    def by_status_and_age(self) -> dict[str, tuple[int, ...]]:
        """For each open status the counts of its age groups (`AGE_LIMITS` since the citizen reported)."""
        borders = [(self.moment.now - limit).timestamp() for limit in AGE_LIMITS]
        cases = " ".join(f"WHEN created_at >= ? THEN {place}" for place in range(len(borders)))
        table: dict[str, list[int]] = {}
        for status, age, count in self._rows(
            f"status, CASE {cases} ELSE {len(borders)} END AS age, count(*)",
            *borders,
            only="is_open = 1",
            group="status, age",
        ):
            table.setdefault(status, [0] * (len(borders) + 1))[age] = count
        return {status: tuple(counts) for status, counts in table.items()}

    def by_week(self, first_week: int, weeks: int) -> list[WeekCount]:
        """For each of `weeks` weeks from the epoch second `first_week`."""
        received, resolved, closed = ([0] * weeks for _ in range(3))
        for table, column, only in (
            (received, "created_at", "1"),
            (resolved, "status_since", of_status(Status.RESOLVED)),
            (closed, "status_since", "is_open = 0"),
        ):
            for week, count in self._rows(
                f"({column} - ?) / {WEEK_SECONDS} AS week, count(*)",
                first_week,
                only=f"{column} >= {first_week} AND {only}",
                group="week",
            ):
                if week < weeks:
                    table[week] = count
        return [WeekCount(*row) for row in zip(received, resolved, closed, strict=True)]

    def by_area(self) -> list[Area]:
        """Open reports by category and kelurahan."""
        rows = self._rows(
            "category, kelurahan, count(*), sum(due < ?)",
            self.moment.now.timestamp(),
            only="is_open = 1",
            group="category, kelurahan",
        )
        return [Area(*row) for row in rows]

    def by_holder(self) -> list[Holder]:
        """Open reports by person."""
        rows = self._rows(
            "holder, count(*), sum(due < ?), min(created_at)",
            self.moment.now.timestamp(),
            only="is_open = 1",
            group="holder",
        )
        return [Holder(*row) for row in rows]

    def by_dinas(self) -> list[DinasGroup]:
        """All reports by the dinas that has them."""
        now = self.moment.now.timestamp()
        return league(
            self._rows("dinas, status, count(*), sum(due < ?)", now, group="dinas, status"),
            self._rows("dinas, answer_minutes, count(*)", only="answer_minutes >= 0", group="1, 2"),
            *(
                dict(self._rows(f"{column}, count(*)", only=only, group="1"))
                for column, only in (
                    ("dinas", "reopened > 0"),
                    ("dinas", ever_resolved()),
                    ("bounced_by", "bounces > 0"),
                )
            ),
        )

    def oldest(self, status: str) -> int | None:
        """When the longest waiting report of a status was reported; None without any."""
        row = self._rows("min(created_at)", only=of_status(Status(status)))[0]
        return None if row[0] is None else int(row[0])

    def due_between(self, begin: float, end: float) -> int:
        """How many deadlines lie in `begin` ≤ due < `end`."""
        return int(self._rows("count(*)", only=f"due >= {begin!r} AND due < {end!r}")[0][0])

    def waiting(self) -> tuple[int, int, int | None]:
        """How many there are, how many of them are late, and when the oldest was reported."""
        row = self._rows("count(*), coalesce(sum(due < ?), 0), min(created_at)", self.moment.now.timestamp())[
            0
        ]
        return int(row[0]), int(row[1]), None if row[2] is None else int(row[2])

    def _rows(
        self, columns: str, *parameters: float, only: str = "1", group: str = ""
    ) -> list[tuple[Any, ...]]:
        statement = f"SELECT {columns} FROM {WIDE} WHERE {only} AND {self.condition.sql}"
        if group:
            statement += f" GROUP BY {group}"
        rows: list[tuple[Any, ...]] = (
            connection().execute(statement, (*parameters, *self.condition.parameters)).fetchall()
        )
        return rows
