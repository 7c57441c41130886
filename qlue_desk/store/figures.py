"""What the summary counts: shapes that both ways of counting give (`counts` by scanning, `tally` by counters)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from qlue_desk.domain.complaint import Status

AGE_LIMITS = (dt.timedelta(hours=24), dt.timedelta(days=3), dt.timedelta(weeks=1), dt.timedelta(weeks=4))
"""Borders of the age groups, youngest first; one more group lies behind the last."""
WEEK_SECONDS = 7 * 24 * 3600


def of_status(status: Status, row: str = "") -> str:
    """SQL: the report stands so; `row` goes before the columns of a trigger (`new.`)."""
    return f"{row}status = '{status}'"


def ever_resolved(row: str = "") -> str:
    """SQL of `Totals.ever_resolved`; `row` as in `of_status`."""
    return f"({row}reopened > 0 OR {of_status(Status.RESOLVED, row)})"


UNANSWERED = of_status(Status.DISPATCHED)
PROPOSED = of_status(Status.AWAITING_VERIFICATION)


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
    """Reports that came back or were passed on as not ours at least once."""
    open: int


class Area(msgspec.Struct, frozen=True):
    """Open reports of one category in one kelurahan; '' where it is not known."""

    category: str
    kelurahan: str
    count: int
    late: int


class Holder(msgspec.Struct, frozen=True):
    """Open reports of one person ('' is nobody); `oldest` is the epoch second of the longest waiting."""

    holder: str
    count: int
    late: int
    oldest: int


class WeekCount(msgspec.Struct, frozen=True):
    """One week: what came in, what is resolved since then, what was closed in any way since then."""

    received: int = 0
    resolved: int = 0
    closed: int = 0


class DinasGroup(msgspec.Struct, frozen=True):
    """One dinas among others."""

    dinas: str
    statuses: dict[str, int]
    late: int
    reopened: int
    ever_resolved: int
    bounced: int
    """Reports that this dinas gave back or passed on as not its own."""
    answer_minutes: int | None
    """Median from disposition to first answer, rounded down (see `answer_step`); None where none was given."""


class Figures(Protocol):
    """A way to count; runs on a store's thread."""

    def totals(self) -> Totals:
        """The headline numbers."""

    def by_status_and_age(self) -> dict[str, tuple[int, ...]]:
        """For each open status the counts of its age groups (`AGE_LIMITS` since the citizen reported)."""

    def by_week(self, first_week: int, weeks: int) -> list[WeekCount]:
        """For each of `weeks` weeks from the epoch second `first_week`."""

    def by_area(self) -> list[Area]:
        """Open reports by category and kelurahan."""

    def by_holder(self) -> list[Holder]:
        """Open reports by person."""

    def by_dinas(self) -> list[DinasGroup]:
        """All reports by the dinas that has them."""

    def oldest(self, status: str) -> int | None:
        """When the longest waiting report of a status was reported; None without any."""

    def due_between(self, begin: float, end: float) -> int:
        """How many deadlines lie in `begin` ≤ due < `end`."""


def answer_step(seconds: float) -> int:
    """Minutes rounded down to what a median is told in: 5 minutes, from 2 hours hours, from 2 days days.

    So the counters of a dinas stay few (about a hundred), and the median is exact to its unit.
    """
    minutes = max(0, int(seconds // 60))
    unit = 5 if minutes < 120 else 60 if minutes < 2 * 1440 else 1440
    return minutes - minutes % unit


def league(
    statuses: Iterable[tuple[str, str, int, int]],
    answers: Iterable[tuple[str, int, int]],
    again: dict[str, int],
    ever: dict[str, int],
    bounced: dict[str, int],
) -> list[DinasGroup]:
    """Put together what was counted: (dinas, status, count, late) and (dinas, minutes, count) rows."""
    count: dict[str, dict[str, int]] = {}
    late: dict[str, int] = {}
    for dinas, status, number, overdue in statuses:
        if number:
            count.setdefault(dinas, {})[status] = number
            late[dinas] = late.get(dinas, 0) + overdue
    steps: dict[str, list[tuple[int, int]]] = {}
    for dinas, minutes, number in answers:
        steps.setdefault(dinas, []).append((minutes, number))
    return [
        DinasGroup(
            dinas,
            dict(sorted(count.get(dinas, {}).items())),
            late.get(dinas, 0),
            again.get(dinas, 0),
            ever.get(dinas, 0),
            bounced.get(dinas, 0),
            _median(steps.get(dinas, ())),
        )
        for dinas in sorted({*count, *(key for key, number in bounced.items() if key and number)})
    ]


def _median(steps: Sequence[tuple[int, int]]) -> int | None:
    total = sum(number for _minutes, number in steps)
    passed = 0
    for minutes, number in sorted(steps):
        passed += number
        if number and 2 * passed >= total:
            return minutes
    return None
