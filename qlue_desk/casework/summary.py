"""The supervisor's numbers; each carries the query that opens its reports."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

import msgspec

from qlue_desk.casework.breakdown import AGE_QUERIES, Bar, By, bars_of, joined, label, moment_of, opening
from qlue_desk.casework.home import Decision, Home, decisions, home_of
from qlue_desk.casework.views import of_status
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import OPEN_STATUSES, Status
from qlue_desk.domain.query_match import Moment
from qlue_desk.domain.query_names import Field
from qlue_desk.domain.shifts import Shift, parse_starts, shifts_at
from qlue_desk.settings import Shifts
from qlue_desk.store import meta, position, tally
from qlue_desk.store.counts import Scan
from qlue_desk.store.figures import Area, DinasGroup, Figures
from qlue_desk.store.tally import Tally

WEEKS = 12
LAG_SECONDS = 600
"""What fell due in so long is read row by row: at the busiest desk some hundred rows."""
TOP = 10


class Number(msgspec.Struct, frozen=True):
    """A number and the query that shows its reports."""

    count: int
    query: str


class AgeRow(msgspec.Struct, frozen=True):
    """One status of the age table: a number for each of `AGE_LABELS`, and the sum."""

    status: Status
    ages: tuple[Number, ...]
    total: Number


class Week(msgspec.Struct, frozen=True):
    """One calendar week (from Monday, local) of the trend."""

    start: dt.date
    received: Number
    closed: Number
    """Left the queue in any way, and is still closed."""
    resolved: int


class ShiftDue(msgspec.Struct, frozen=True):
    """Deadlines that will break in what is left of a shift when nobody acts."""

    begin: dt.datetime
    end: dt.datetime
    due: Number


class HeatRow(msgspec.Struct, frozen=True):
    """Open reports of one category in each of `Heat.kelurahan`."""

    category: str
    label: str
    cells: tuple[Number, ...]


class Heat(msgspec.Struct, frozen=True):
    """Category × kelurahan, the fullest of both; `points` has every kelurahan, for a map."""

    kelurahan: tuple[Bar, ...]
    rows: tuple[HeatRow, ...]
    points: dict[str, int]
    """Kemendagri code to open reports."""


class DinasRow(msgspec.Struct, frozen=True):
    """One line of the league of dinas: who answers and who does not."""

    dinas: str
    label: str
    open: Number
    never_acknowledged: Number
    late: Number
    bounced: Number
    """Given back or passed on by it."""
    reopened: Number
    reopen_rate: float | None
    answer_minutes: int | None
    """Median from disposition to first answer; told in steps of 5 minutes, hours, days."""


class Held(msgspec.Struct, frozen=True):
    """A city that has not joined: what would have been answered, and by whom."""

    number: Number
    by_dinas: tuple[Bar, ...]
    """By the dinas that owns the category; '' nobody yet."""


class Summary(msgspec.Struct, frozen=True):
    """All that the summary screen shows."""

    as_of: dt.datetime
    """When it was counted."""
    data_as_of: dt.datetime | None
    """The last word of central: what happened elsewhere since is not in here. None before the first."""
    home: Home
    """What the person must see first."""
    open: Number
    delivered_never_acknowledged: Number
    """The headline: sent to the dinas, never answered."""
    oldest_unanswered: dt.datetime | None
    """When the longest waiting of them was reported."""
    overdue: Number
    shifts: tuple[ShiftDue, ShiftDue]
    """What is left of this one, and the next."""
    awaiting_verification: Number
    reopened: Number
    reopen_rate: float | None
    """Share of ever resolved reports that were reopened, 0 to 1; None while none was resolved."""
    bounced: Number
    bounces: tuple[Bar, ...]
    """The same by the dinas that said “not ours” last."""
    decisions: tuple[Decision, ...]
    """What waits for a verifier; empty for others."""
    held: Held | None
    ages: tuple[AgeRow, ...]
    categories: tuple[Bar, ...]
    kelurahan: tuple[Bar, ...]
    officers: tuple[Bar, ...]
    heat: Heat
    league: tuple[DinasRow, ...]
    """Where this desk holds reports of several dinas; the most unanswered first."""
    weeks: tuple[Week, ...]
    """The last twelve, oldest first; the last one is the current week."""


def summary(
    workplace: Workplace,
    text: str = "",
    now: dt.datetime | None = None,
    shifts: Shifts = Shifts(),  # noqa: B008 - a frozen struct
) -> Summary:
    """The screen's numbers over the reports that a query line means; over all of them from counters.

    Age table, areas and people count open reports. Raises `QueryError` when the line is not understood.
    """
    query = workplace.query(text)  # say what is wrong with it before anything else
    moment = moment_of(workplace, now)
    text = text.strip()

    def read() -> Summary:
        figures: Figures = Scan(query, moment) if text else Tally(moment.now)
        return _Counting(workplace, text, moment, figures).summary(shifts)

    return workplace.store.reading(read)


def summary_unless_lagging(workplace: Workplace, now: dt.datetime, shifts: Shifts) -> Summary | None:
    """The same over all reports; None where the counters' clock is so far from now that a write comes first."""

    def read() -> Summary | None:
        lags = abs(now.timestamp() - tally.clock()) > LAG_SECONDS
        return None if lags else summary(workplace, "", now, shifts)

    return workplace.store.reading(read)


class _Counting:
    """One reading of the figures."""

    def __init__(self, workplace: Workplace, text: str, moment: Moment, figures: Figures) -> None:
        self.workplace, self.text, self.moment, self.figures = workplace, text, moment, figures
        self.still_open = joined(text, "is:open")

    def number(self, count: int, *parts: str) -> Number:
        return Number(count, joined(self.text, *parts))

    def summary(self, shifts: Shifts) -> Summary:
        workplace, figures = self.workplace, self.figures
        totals, areas, dinas = figures.totals(), figures.by_area(), figures.by_dinas()
        home = home_of(workplace)
        return Summary(
            as_of=self.moment.now,
            data_as_of=last_word(),
            home=home,
            open=Number(totals.open, self.still_open),
            delivered_never_acknowledged=self.number(
                totals.delivered_never_acknowledged, "is:unacknowledged"
            ),
            oldest_unanswered=_time(figures.oldest(Status.DISPATCHED)),
            overdue=self.number(totals.overdue, "overdue"),
            shifts=self.shifts(shifts),
            awaiting_verification=self.number(
                totals.awaiting_verification, of_status({Status.AWAITING_VERIFICATION})
            ),
            reopened=self.number(totals.reopened, "is:reopened"),
            reopen_rate=_share(totals.reopened, totals.ever_resolved),
            bounced=self.number(totals.bounced, "is:bounced"),
            bounces=tuple(self.bounces(dinas)),
            decisions=decisions(workplace, self.text, self.moment) if home is Home.VERIFIER else (),
            held=self.held(areas),
            ages=self.ages(),
            categories=tuple(self.bars(By.CATEGORY, areas)[:TOP]),
            kelurahan=tuple(self.bars(By.KELURAHAN, areas)[:TOP]),
            officers=self.officers(),
            heat=self.heat(areas),
            league=self.league(dinas),
            weeks=self.weeks(),
        )

    def shifts(self, settings: Shifts) -> tuple[ShiftDue, ShiftDue]:
        now = self.moment.now
        running, following = shifts_at(now, self.moment.zone, parse_starts(settings.starts))
        return (
            self._due(msgspec.structs.replace(running, begin=now), "-overdue", f"due:<{minute(running.end)}"),
            self._due(following, f"due:>{minute(following.begin)}", f"due:<{minute(following.end)}"),
        )

    def _due(self, shift: Shift, *parts: str) -> ShiftDue:
        count = self.figures.due_between(shift.begin.timestamp(), shift.end.timestamp())
        return ShiftDue(shift.begin, shift.end, self.number(count, *parts))

    def ages(self) -> tuple[AgeRow, ...]:
        found = self.figures.by_status_and_age()
        return tuple(
            AgeRow(
                status,
                tuple(
                    self.number(count, of_status({Status(status)}), ages)
                    for count, ages in zip(found[status], AGE_QUERIES, strict=True)
                ),
                self.number(sum(found[status]), of_status({Status(status)})),
            )
            for status in Status
            if status in found
        )

    def weeks(self) -> tuple[Week, ...]:
        today = self.moment.now.astimezone(self.moment.zone).date()
        first = today - dt.timedelta(days=today.weekday(), weeks=WEEKS - 1)
        start = int(dt.datetime.combine(first, dt.time(), self.moment.zone).timestamp())
        weeks = []
        for place, found in enumerate(self.figures.by_week(start, WEEKS)):
            begin = first + dt.timedelta(weeks=place)
            after = begin + dt.timedelta(weeks=1)
            received = f"since:{begin} until:{after - dt.timedelta(days=1)}"
            closed = f"is:closed changed:{begin} -changed:{after}"
            weeks.append(
                Week(
                    begin,
                    self.number(found.received, received),
                    self.number(found.closed, closed),
                    found.resolved,
                )
            )
        return tuple(weeks)

    def bars(self, by: By, areas: Iterable[Area]) -> list[Bar]:
        count: Counter[str] = Counter()
        late: Counter[str] = Counter()
        for area in areas:
            value = area.category if by is By.CATEGORY else area.kelurahan
            count[value] += area.count
            late[value] += area.late
        values = [(value, number, late[value]) for value, number in count.items()]
        return bars_of(self.workplace, self.still_open, by, values)

    def officers(self) -> tuple[Bar, ...]:
        found = sorted(self.figures.by_holder(), key=lambda one: (-one.count, one.holder))
        return tuple(
            Bar(
                one.holder,
                label(self.workplace, By.OFFICER, one.holder),
                one.count,
                one.late,
                opening(self.workplace, self.still_open, Field.BY, one.holder),
                _time(one.oldest),
            )
            for one in found
        )

    def heat(self, areas: list[Area]) -> Heat:
        count = {(area.category, area.kelurahan): area.count for area in areas}
        columns, rows = self.bars(By.KELURAHAN, areas)[:TOP], self.bars(By.CATEGORY, areas)[:TOP]
        points: Counter[str] = Counter()
        for area in areas:
            points[area.kelurahan] += area.count
        return Heat(
            tuple(columns),
            tuple(
                HeatRow(
                    row.key,
                    row.label,
                    tuple(
                        Number(
                            count.get((row.key, column.key), 0),
                            opening(self.workplace, row.query, Field.KELURAHAN, column.key),
                        )
                        for column in columns
                    ),
                )
                for row in rows
            ),
            dict(points),
        )

    def bounces(self, groups: Iterable[DinasGroup]) -> list[Bar]:
        return [
            Bar(
                group.dinas,
                self.workplace.city.dinas_name(group.dinas),
                group.bounced,
                0,
                opening(self.workplace, self.text, Field.BOUNCED, group.dinas),
            )
            for group in sorted(groups, key=lambda group: -group.bounced)
            if group.bounced
        ]

    def league(self, groups: list[DinasGroup]) -> tuple[DinasRow, ...]:
        coordinator = self.workplace.city.coordinator
        rows = [self._league_row(group) for group in groups if group.dinas and group.dinas != coordinator]
        if len(rows) < 2:
            return ()
        return tuple(
            sorted(rows, key=lambda row: (-row.never_acknowledged.count, -row.late.count, row.dinas))
        )

    def _league_row(self, group: DinasGroup) -> DinasRow:
        own = opening(self.workplace, self.text, Field.DINAS, group.dinas)

        def number(count: int, part: str) -> Number:
            return Number(count, joined(own, part) if own else "")

        still_open = sum(count for status, count in group.statuses.items() if is_open(status))
        return DinasRow(
            dinas=group.dinas,
            label=self.workplace.city.dinas_name(group.dinas),
            open=number(still_open, "is:open"),
            never_acknowledged=number(group.statuses.get(Status.DISPATCHED, 0), "is:unacknowledged"),
            late=number(group.late, "overdue"),
            bounced=Number(group.bounced, opening(self.workplace, self.text, Field.BOUNCED, group.dinas)),
            reopened=number(group.reopened, "is:reopened"),
            reopen_rate=_share(group.reopened, group.ever_resolved),
            answer_minutes=group.answer_minutes,
        )

    def held(self, areas: Iterable[Area]) -> Held | None:
        """In a city that has not joined all open reports are held."""
        city = self.workplace.city
        if city.cooperation is not Cooperation.NONE:
            return None
        today = self.moment.now.astimezone(self.moment.zone).date()
        owed: Counter[str] = Counter()
        for area in areas:
            category = city.category_by_key.get(area.category)
            owed[(category.owner_on(today) if category else None) or ""] += area.count
        return Held(
            self.number(sum(owed.values()), "is:open"),
            tuple(
                Bar(dinas, label(self.workplace, By.DINAS, dinas), count, 0, "")
                for dinas, count in owed.most_common()
            ),
        )


def minute(moment: dt.datetime) -> str:
    """A moment as the query line writes it, on the clock that it carries."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def is_open(status: str) -> bool:
    """Whether a status is one of the open ones."""
    return Status(status) in OPEN_STATUSES


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _time(seconds: int | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


def last_word() -> dt.datetime | None:
    """When central was last heard; None before the first time. On a store's thread only."""
    stored = meta.get(position.LAST_CONTACT)
    return None if stored is None else dt.datetime.fromisoformat(stored.decode())
