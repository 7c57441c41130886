"""Counters of the summary, kept by triggers in the transaction that changes a report.

Counting a million reports takes a second even from a covering index; these are a few thousand rows. What
depends on the time is exact all the same: ages are counted by the hour, with the one hour that a border
cuts read from its index, and `late` are those whose deadline lay before the counters' own clock, with the
rest up to now read from the index of deadlines; `advance` moves that clock on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from qlue_desk.domain.complaint import OPEN_STATUSES, Status
from qlue_desk.store.bound import connection, in_one
from qlue_desk.store.figures import (
    AGE_LIMITS,
    WEEK_SECONDS,
    Area,
    DinasGroup,
    Holder,
    Totals,
    WeekCount,
    ever_resolved,
    league,
)
from qlue_desk.store.models import NEXT

HOUR = 3600
_KINDS: tuple[tuple[str, str, str, bool, str], ...] = (
    ("age", "{}status", "{}created_at / 3600", True, "1"),
    ("dinas", "{}dinas", "{}status", True, "1"),
    ("area", "{}category", "{}kelurahan", True, "{}is_open"),
    ("holder", "{}holder", "''", True, "{}is_open"),
    ("out", "{}status", "{}status_since / 3600", False, "NOT {}is_open"),
    ("answer", "{}dinas", "{}answer_minutes", False, "{}answer_minutes >= 0"),
    ("again", "{}dinas", "''", False, "{}reopened > 0"),
    ("ever", "{}dinas", "''", False, ever_resolved("{}")),
    ("bounced", "{}bounced_by", "''", False, "{}bounces > 0"),
)
"""Name, the two columns that are counted by, whether late ones are counted, and which reports."""
_UPSERT = "ON CONFLICT(kind, a, b) DO UPDATE SET n = n + excluded.n, late = late + excluded.late"
_LATE = "({}due < (SELECT at FROM tally_clock))"


def _count(row: str, sign: str, kinds: Sequence[tuple[str, str, str, bool, str]] = _KINDS) -> str:
    """SQL that adds one report to its counters, or takes it away."""
    selects = (
        f"SELECT '{kind}', {a}, {b}, {sign}1, {sign + _LATE if late else 0} WHERE {condition}"
        for kind, a, b, late, condition in kinds
    )
    sql = " UNION ALL ".join(selects).replace("{0}", row).replace("{}", row)
    return f"INSERT INTO tally(kind, a, b, n, late) {sql} {_UPSERT};"


def _count_all(beside: str = "", rows: str = "") -> str:
    selects = (
        f"SELECT '{kind}', {a} AS a, {b} AS b, count(*), {f'sum{_LATE}' if late else 0}"
        f" FROM {beside}complaint WHERE ({condition}){rows} GROUP BY 2, 3"
        for kind, a, b, late, condition in _KINDS
    )
    sql = " UNION ALL ".join(selects).replace("{0}", "").replace("{}", "")
    return f"INSERT INTO {beside}tally(kind, a, b, n, late) {sql.replace('tally_clock', f'{beside}tally_clock')} {_UPSERT}"


# Only counters by the hour would pile up: each report passes through several statuses.
_CLEAR = {
    kind: f"DELETE FROM tally WHERE kind = '{kind}' AND a = old.status AND b = old.{column} / {HOUR} AND n = 0;"
    for kind, column in (("age", "created_at"), ("out", "status_since"))
}


def _on_update(kind: tuple[str, str, str, bool, str]) -> str:
    """A trigger of its own for each kind: most changes concern few of them."""
    name, *_ = kind
    columns = re.findall(r"{0?}(\w+)", " ".join((kind[1], kind[2], kind[4]))) + ["due"] * kind[3]
    differ = " OR ".join(f"old.{column} <> new.{column}" for column in dict.fromkeys(columns))
    return (
        f"CREATE TRIGGER tally_update_{name} AFTER UPDATE ON complaint WHEN {differ}"
        f" BEGIN {_count('old.', '-', [kind])} {_CLEAR.get(name, '')} {_count('new.', '+', [kind])} END"
    )


_COLUMNS = (
    "(kind TEXT NOT NULL, a TEXT NOT NULL, b NOT NULL, n INTEGER NOT NULL,"
    " late INTEGER NOT NULL, PRIMARY KEY(kind, a, b)) WITHOUT ROWID"
)
STATEMENTS = (
    f"CREATE TABLE tally{_COLUMNS}",
    "CREATE TABLE tally_clock(at INTEGER NOT NULL)",
    "INSERT INTO tally_clock(at) VALUES (CAST(strftime('%s', 'now') AS INTEGER))",
    _count_all(),
    f"CREATE TRIGGER tally_insert AFTER INSERT ON complaint BEGIN {_count('new.', '+')} END",
    "CREATE TRIGGER tally_delete AFTER DELETE ON complaint"
    f" BEGIN {_count('old.', '-')} {''.join(_CLEAR.values())} END",
    *(_on_update(kind) for kind in _KINDS),
)
"""Counters of what is there, and the triggers that keep them."""


def begin_beside() -> None:
    """Counters of the reports that are made beside (`beside.py`), with a clock of their own."""
    connection().execute(f"CREATE TABLE {NEXT}tally{_COLUMNS}")
    connection().execute(f"CREATE TABLE {NEXT}tally_clock AS SELECT at FROM tally_clock")


def add_beside(after: int, last: int) -> None:
    """Count the rows behind `after` up to `last`."""
    connection().execute(_count_all(NEXT, " AND row > ?1 AND row <= ?2"), (after, last))


def put_in_place() -> None:
    """What was counted beside counts from now on, at the time that the counters were at."""
    current, at = connection(), clock()
    current.execute("DELETE FROM tally")
    current.execute(f"INSERT INTO tally SELECT * FROM {NEXT}tally")
    current.execute(f"UPDATE tally_clock SET at = (SELECT at FROM {NEXT}tally_clock)")
    for table in ("tally", "tally_clock"):
        current.execute(f"DROP TABLE {NEXT}{table}")
    advance(dt.datetime.fromtimestamp(at, dt.UTC))


def clock() -> int:
    """The epoch second up to which deadlines are counted as late."""
    return int(connection().execute("SELECT at FROM tally_clock").fetchone()[0])


def advance(now: dt.datetime) -> None:
    """Count what became late since the last time (or take it back, when the clock was ahead); in a write."""
    before, after = clock(), int(now.timestamp())
    if before == after:
        return
    sign, begin, end = ("", before, after) if after > before else ("-", after, before)
    for kind, a, b, late, _condition in _KINDS:
        if late:
            columns = f"{a} AS a, {b} AS b".replace("{}", "")
            connection().execute(
                f"INSERT INTO tally(kind, a, b, n, late) SELECT '{kind}', {columns}, 0, {sign}count(*)"
                " FROM complaint INDEXED BY complaint_open WHERE is_open = 1 AND due >= ? AND due < ?"
                f" GROUP BY 2, 3 {_UPSERT}",
                (begin, end),
            )
    connection().execute("UPDATE tally_clock SET at = ?", (after,))


class Tally:
    """The figures of all reports of this desk at one moment."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now.timestamp()
        before = clock()
        begin, end = sorted((float(before), self.now))
        self._sign = 1 if self.now >= before else -1
        self._since = (
            connection()
            .execute(
                "SELECT category, kelurahan, holder, dinas, status FROM complaint INDEXED BY complaint_open"
                " WHERE is_open = 1 AND due >= ? AND due < ?",
                (begin, end),
            )
            .fetchall()
        )
        """What became late between the counters' clock and now (or did not yet, where that is ahead)."""

    def totals(self) -> Totals:
        """The headline numbers."""
        by_status: Counter[str] = Counter()
        late = self._sign * len(self._since)
        for _dinas, status, number, overdue in _counters("dinas"):
            by_status[status] += number
            late += overdue
        return Totals(
            delivered_never_acknowledged=by_status[Status.DISPATCHED],
            overdue=late,
            awaiting_verification=by_status[Status.AWAITING_VERIFICATION],
            reopened=_sum("again"),
            ever_resolved=_sum("ever"),
            bounced=_sum("bounced"),
            open=sum(by_status[status] for status in OPEN_STATUSES),
        )

    def by_status_and_age(self) -> dict[str, tuple[int, ...]]:
        """For each open status the counts of its age groups."""
        by_status: Counter[str] = Counter()
        for _dinas, status, number, _late in _counters("dinas"):
            by_status[status] += number
        younger = [_received_since(self.now - limit.total_seconds()) for limit in AGE_LIMITS]
        found = {}
        for status in OPEN_STATUSES:
            sums = [0, *(part[status] for part in younger), by_status[status]]
            if by_status[status]:
                found[str(status)] = tuple(b - a for a, b in pairwise(sums))
        return found

    def by_week(self, first_week: int, weeks: int) -> list[WeekCount]:
        """For each of `weeks` weeks from the epoch second `first_week` (a full hour)."""
        received, resolved, closed = ([0] * weeks for _ in range(3))
        end = first_week + weeks * WEEK_SECONDS
        for _status, week, number in _by_week("age", first_week, end):
            received[week] += number
        for status, week, number in _by_week("out", first_week, end):
            closed[week] += number
            if status == Status.RESOLVED:
                resolved[week] += number
        return [WeekCount(*row) for row in zip(received, resolved, closed, strict=True)]

    def by_area(self) -> list[Area]:
        """Open reports by category and kelurahan."""
        since = Counter((row[0], row[1]) for row in self._since)
        return [
            Area(a, b, number, late + self._sign * since[a, b])
            for a, b, number, late in _counters("area")
            if number
        ]

    def by_holder(self) -> list[Holder]:
        """Open reports by person."""
        since = Counter(row[2] for row in self._since)
        return [
            Holder(holder, number, late + self._sign * since[holder], _oldest_of(holder))
            for holder, _b, number, late in _counters("holder")
            if number
        ]

    def by_dinas(self) -> list[DinasGroup]:
        """All reports by the dinas that has them."""
        since = Counter((row[3], row[4]) for row in self._since)
        return league(
            [(a, b, n, late + self._sign * since[a, b]) for a, b, n, late in _counters("dinas")],
            [(a, int(b), n) for a, b, n, _late in _counters("answer")],
            *({a: n for a, _b, n, _late in _counters(kind)} for kind in ("again", "ever", "bounced")),
        )

    def oldest(self, status: str) -> int | None:
        """When the longest waiting report of a status was reported."""
        hour = (
            connection()
            .execute("SELECT min(b) FROM tally WHERE kind = 'age' AND a = ? AND n > 0", (status,))
            .fetchone()[0]
        )
        if hour is None:
            return None
        row = (
            connection()
            .execute(
                "SELECT created_at FROM complaint INDEXED BY complaint_created"
                " WHERE created_at >= ? AND created_at < ? AND status = ? ORDER BY created_at LIMIT 1",
                (hour * HOUR, (hour + 1) * HOUR, status),
            )
            .fetchone()
        )
        return None if row is None else int(row[0])

    def due_between(self, begin: float, end: float) -> int:
        """How many deadlines lie in `begin` ≤ due < `end`."""
        return int(
            connection()
            .execute(
                "SELECT count(*) FROM complaint INDEXED BY complaint_open"
                " WHERE is_open = 1 AND due >= ? AND due < ?",
                (begin, end),
            )
            .fetchone()[0]
        )


_STATUSES = ", ".join(f"'{status}'" for status in Status)


def _counters(kind: str) -> Sequence[tuple[str, str, int, int]]:
    sql = "SELECT a, CAST(b AS TEXT) AS b, n AS c, late AS d FROM tally WHERE kind = ?"
    return in_one(sql, "a, b, c, d", (kind,), tuple[str, str, int, int])


def _by_week(kind: str, begin: int, end: int) -> Sequence[tuple[str, int, int]]:
    """Status, number of the week from `begin`, and how many, of a counter by status and hour."""
    sql = (
        f"SELECT a, (b * {HOUR} - ?1) / {WEEK_SECONDS} AS b, sum(n) AS c FROM tally WHERE kind = ?2"
        f" AND a IN ({_STATUSES}) AND b >= ?1 / {HOUR} AND b < ?3 / {HOUR} GROUP BY 1, 2"
    )
    return in_one(sql, "a, b, c", (begin, kind, end), tuple[str, int, int])


def _sum(kind: str) -> int:
    return sum(number for _a, _b, number, _late in _counters(kind))


def _received_since(border: float) -> Counter[str]:
    """How many of each status were reported since then: whole hours, and what the border leaves of its own."""
    whole = -int(-border // HOUR)
    found: Counter[str] = Counter()
    for statement, parameters in (
        (
            f"SELECT a, sum(n) FROM tally WHERE kind = 'age' AND a IN ({_STATUSES}) AND b >= ? GROUP BY a",
            (whole,),
        ),
        (
            "SELECT status, count(*) FROM complaint INDEXED BY complaint_created"
            " WHERE created_at >= ? AND created_at < ? GROUP BY status",
            (border, whole * HOUR),
        ),
    ):
        for status, number in connection().execute(statement, parameters):
            found[status] += number
    return found


def _oldest_of(holder: str) -> int:
    row = connection().execute(
        "SELECT created_at FROM complaint INDEXED BY complaint_held WHERE is_open = 1 AND holder = ?"
        " ORDER BY created_at LIMIT 1",
        (holder,),
    )
    return int(row.fetchone()[0])
