"""The numbers of the monthly report to the mayor: one month against the one before, and who did what."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from statistics import median_low

import msgspec

from qlue_desk.casework.breakdown import Bar, By, label, moment_of, summarise
from qlue_desk.casework.errors import refused
from qlue_desk.casework.summary import last_word
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_match import Moment
from qlue_desk.store import queue
from qlue_desk.store.counts import Scan
from qlue_desk.store.figures import Totals

FIRST_YEAR = 2000
"""No report of a citizen is older; calendars and clocks of the first centuries are not computed."""
WORST = 5
"""Kelurahan that are named."""
_PAGE = 500


class Line(msgspec.Struct):
    """What became of some reports, as they stand now."""

    key: str = ""
    label: str = ""
    received: int = 0
    dispatched: int = 0
    """Sent to a dinas."""
    never_answered: int = 0
    """Of those: with a dinas that has not answered."""
    answered: int = 0
    """Of those: the dinas that has it has answered."""
    answered_in_time: int = 0
    answer_due: int = 0
    """Answered, or the deadline for an answer has passed: of these `answered_in_time` is a share."""
    resolved: int = 0
    resolved_in_time: int = 0
    resolve_due: int = 0
    """Resolved, or open and past the deadline for that: of these `resolved_in_time` is a share."""
    open: int = 0
    late: int = 0
    """Open and past a deadline."""
    reopened: int = 0
    ever_resolved: int = 0
    bounced: int = 0
    answer_minutes: int | None = None
    """Median from disposition to first answer."""
    oldest_unanswered: dt.datetime | None = None

    @property
    def never_share(self) -> float | None:
        """Of those that were sent to a dinas; None for none."""
        return self.never_answered / self.dispatched if self.dispatched else None

    @property
    def in_time_share(self) -> float | None:
        """Acknowledged within the city's deadline, of all that were or should have been."""
        return self.answered_in_time / self.answer_due if self.answer_due else None

    @property
    def resolved_share(self) -> float | None:
        """Resolved within the city's deadline, of all that were or should have been."""
        return self.resolved_in_time / self.resolve_due if self.resolve_due else None

    @property
    def reopen_share(self) -> float | None:
        """Of those that were resolved at some time."""
        return self.reopened / self.ever_resolved if self.ever_resolved else None


class MonthlyReport(msgspec.Struct, frozen=True):
    """What happened to the reports that came in one month (local time), as they stand now."""

    month: dt.date
    as_of: dt.datetime
    data_as_of: dt.datetime | None
    """The last word of central."""
    received: int
    totals: Totals
    this: Line
    before: Line
    """The month before, as it stands now."""
    by: By
    """What `groups` are: dinas where the desk holds several, else categories."""
    groups: list[Line]
    worst: list[Line]
    """Kelurahan with the most late and unanswered reports."""
    statuses: list[Bar]
    categories: list[Bar]
    kelurahan: list[Bar]


def monthly(workplace: Workplace, month: str, now: dt.datetime | None = None) -> MonthlyReport:
    """The numbers of `YYYY-MM`.

    :raises Refused: when the month is not written like that or has not begun.
    """
    moment = now or utc_now()
    first = read_month(month)
    if first > moment.astimezone(workplace.zone).date():
        raise refused(N_("Bulan {found} belum mulai."), "month", found=month)
    line = _line_of(first)
    asked = moment_of(workplace, moment)
    whole = Line()
    dinas: dict[str, Line] = {}
    categories: dict[str, Line] = {}
    kelurahan: dict[str, Line] = {}
    _tally(
        workplace,
        line,
        asked,
        lambda found: (
            whole,
            _group(dinas, found.dinas),
            _group(categories, found.category or ""),
            _group(kelurahan, found.kelurahan or ""),
        ),
    )
    before = Line()
    _tally(workplace, _line_of((first - dt.timedelta(days=1)).replace(day=1)), asked, lambda found: (before,))
    dinas.pop(workplace.city.coordinator, None)
    by = By.DINAS if len(dinas) > 1 else By.CATEGORY
    return MonthlyReport(
        month=first,
        as_of=moment,
        data_as_of=workplace.store.reading(last_word),
        received=whole.received,
        totals=workplace.store.reading(lambda: Scan(workplace.query(line), asked).totals()),
        this=whole,
        before=before,
        by=by,
        groups=_named(workplace, by, dinas if by is By.DINAS else categories),
        worst=[
            one
            for one in _named(workplace, By.KELURAHAN, kelurahan)
            if one.key and one.late + one.never_answered
        ][:WORST],
        statuses=summarise(workplace, line, By.STATUS, moment),
        categories=summarise(workplace, line, By.CATEGORY, moment),
        kelurahan=summarise(workplace, line, By.KELURAHAN, moment),
    )


def last_month(workplace: Workplace, now: dt.datetime | None = None) -> dt.date:
    """The first day of the month before this one, on the city's clock."""
    today = (now or utc_now()).astimezone(workplace.zone).date()
    return (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def read_month(written: str) -> dt.date:
    """The first day of `YYYY-MM`.

    :raises Refused: when it is not written like that.
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})", written.strip())
    try:
        if found and int(found[1]) >= FIRST_YEAR:
            return dt.date(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise refused(N_("“{found}” bukan bulan; tulis misalnya 2026-11."), "month", found=written)


def _line_of(first: dt.date) -> str:
    after = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return f"since:{first} until:{after - dt.timedelta(days=1)}"


def _group(groups: dict[str, Line], key: str) -> Line:
    return groups.setdefault(key, Line(key))


def _named(workplace: Workplace, by: By, groups: dict[str, Line]) -> list[Line]:
    """With their names, those with the most to answer for first."""
    for key, one in groups.items():
        one.label = workplace.store.reading(label, workplace, by, key)
    return sorted(groups.values(), key=lambda one: (-(one.late + one.never_answered), -one.received, one.key))


def _tally(
    workplace: Workplace, line: str, moment: Moment, groups: Callable[[Complaint], tuple[Line, ...]]
) -> None:
    answers: dict[int, tuple[Line, list[int]]] = {}
    for found in _complaints(workplace, line, moment):
        minutes = _answer_minutes(found)
        for one in groups(found):
            _add(one, found, moment.now)
            if minutes is not None:
                answers.setdefault(id(one), (one, []))[1].append(minutes)
    for one, minutes_of in answers.values():
        one.answer_minutes = median_low(minutes_of)


def _complaints(workplace: Workplace, line: str, moment: Moment) -> Iterator[Complaint]:
    query = workplace.query(line)
    numbers = workplace.store.reading(
        queue.find_ids, query, now=moment.now, me=moment.me, zone=workplace.zone
    )
    for start in range(0, len(numbers), _PAGE):
        yield from workplace.store.reading(queue.complaints, numbers[start : start + _PAGE])


def _add(one: Line, found: Complaint, now: dt.datetime) -> None:
    one.received += 1
    if found.dispatched_at is not None:
        one.dispatched += 1
    if found.status is Status.DISPATCHED:
        one.never_answered += 1
        one.answer_due += found.acknowledge_by is not None and found.acknowledge_by < now
        one.oldest_unanswered = min(one.oldest_unanswered or found.created_at, found.created_at)
    if found.acknowledged_at is not None:
        one.answered += 1
        one.answer_due += 1
        one.answered_in_time += found.acknowledge_by is None or found.acknowledged_at <= found.acknowledge_by
    if found.status is Status.RESOLVED:
        one.resolved += 1
        one.resolve_due += 1
        ended = found.resolved_at or found.status_since or now
        one.resolved_in_time += found.resolve_by is None or ended <= found.resolve_by
    elif found.is_open and found.paused_at is None and found.resolve_by is not None:
        # Waiting does not make it punctual: what is past its deadline and not done counts as late.
        one.resolve_due += found.resolve_by < now
    one.open += found.is_open
    one.late += found.due is not None and found.due < now
    one.reopened += found.reopened > 0
    one.ever_resolved += found.reopened > 0 or found.status is Status.RESOLVED
    one.bounced += found.bounces > 0


def _answer_minutes(found: Complaint) -> int | None:
    if found.dispatched_at is None or found.acknowledged_at is None:
        return None
    return max(0, int((found.acknowledged_at - found.dispatched_at).total_seconds() // 60))
