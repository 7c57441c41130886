"""The supervisor's numbers; each carries the query that opens its reports."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from qlue_desk.casework.errors import refused
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_match import Moment
from qlue_desk.domain.query_names import Field
from qlue_desk.store import counts

WEEKS = 12
AGE_LABELS = (N_("< 24 jam"), N_("1–3 hari"), N_("3–7 hari"), N_("1–4 mgg"), N_("> 4 mgg"))
AGE_QUERIES = ("newer:24h", "older:24h newer:3d", "older:3d newer:7d", "older:7d newer:28d", "older:28d")
"""The age groups of `counts.AGE_LIMITS` as parts of a query line."""
UNASSIGNED = N_("belum diambil")
NO_VALUE = N_("(kosong)")
_TOP = 10


class By(StrEnum):
    """What `summary --by` can count by."""

    STATUS = "status"
    AGE = "age"
    CATEGORY = "category"
    KELURAHAN = "kelurahan"
    OFFICER = "officer"
    DINAS = "dinas"


class Number(msgspec.Struct, frozen=True):
    """A number and the query that shows its reports."""

    count: int
    query: str


class Bar(msgspec.Struct, frozen=True):
    """One value of a breakdown; `late` of the `count` are past their deadline."""

    key: str
    label: str
    count: int
    late: int
    query: str
    """'' where the query line has no word for it (a person who has left)."""


class AgeRow(msgspec.Struct, frozen=True):
    """One status of the age table: a number for each of `AGE_LABELS`, and the sum."""

    status: Status
    ages: tuple[Number, ...]
    total: Number


class Week(msgspec.Struct, frozen=True):
    """One calendar week (from Monday, local) of the trend."""

    start: dt.date
    received: int
    resolved: int


class Summary(msgspec.Struct, frozen=True):
    """All that the summary screen shows."""

    as_of: dt.datetime
    open: Number
    delivered_never_acknowledged: Number
    """The headline: sent to the dinas, never answered."""
    overdue: Number
    awaiting_verification: Number
    reopened: Number
    reopen_rate: float | None
    """Share of ever resolved reports that were reopened, 0 to 1; None while none was resolved."""
    bounced: int
    ages: tuple[AgeRow, ...]
    categories: tuple[Bar, ...]
    kelurahan: tuple[Bar, ...]
    officers: tuple[Bar, ...]
    weeks: tuple[Week, ...]
    """The last twelve, oldest first; the last one is the current week."""


def summary(workplace: Workplace, text: str = "", now: dt.datetime | None = None) -> Summary:
    """The screen's numbers over the reports that a query line means.

    Age table and breakdowns count open reports. Raises `QueryError` when the line is not understood.
    """
    workplace.query(text)  # say what is wrong with it before anything else
    moment = _moment(workplace, now)
    return workplace.store.reading(_summary, workplace, text, moment)


def summarise(workplace: Workplace, text: str, by: By | str, now: dt.datetime | None = None) -> list[Bar]:
    """The reports of a query line counted by one thing; largest first, ages and statuses in their order.

    :raises Refused: for an unknown `by`.
    :raises domain.query.QueryError: when the line is not understood.
    """
    try:
        wanted = By(by)
    except ValueError:
        raise refused(
            N_("“{found}” tidak dikenal; pilih {allowed}."), "by", found=str(by), allowed=", ".join(By)
        ) from None
    workplace.query(text)
    return workplace.store.reading(_bars, workplace, text, wanted, _moment(workplace, now))


def _moment(workplace: Workplace, now: dt.datetime | None) -> Moment:
    return Moment(now or utc_now(), workplace.actor.id, workplace.zone)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _summary(workplace: Workplace, text: str, moment: Moment) -> Summary:
    totals = counts.totals(workplace.query(text), moment)
    still_open = _joined(text, "is:open")
    return Summary(
        as_of=moment.now,
        open=Number(totals.open, still_open),
        delivered_never_acknowledged=Number(
            totals.delivered_never_acknowledged, _joined(text, "is:unacknowledged")
        ),
        overdue=Number(totals.overdue, _joined(text, "overdue")),
        awaiting_verification=Number(
            totals.awaiting_verification, _joined(text, "status:awaiting_verification")
        ),
        reopened=Number(totals.reopened, _joined(text, "is:reopened")),
        reopen_rate=totals.reopened / totals.ever_resolved if totals.ever_resolved else None,
        bounced=totals.bounced,
        ages=_age_table(workplace, text, moment),
        categories=tuple(_bars(workplace, still_open, By.CATEGORY, moment)[:_TOP]),
        kelurahan=tuple(_bars(workplace, still_open, By.KELURAHAN, moment)[:_TOP]),
        officers=tuple(_bars(workplace, still_open, By.OFFICER, moment)),
        weeks=_weeks(workplace, text, moment),
    )


def _age_table(workplace: Workplace, text: str, moment: Moment) -> tuple[AgeRow, ...]:
    still_open = _joined(text, "is:open")
    found = counts.by_status_and_age(workplace.query(still_open), moment)
    return tuple(
        AgeRow(
            status,
            tuple(
                Number(count, _joined(text, f"status:{status}", ages))
                for count, ages in zip(found[status], AGE_QUERIES, strict=True)
            ),
            Number(sum(found[status]), _joined(text, f"status:{status}")),
        )
        for status in Status
        if status in found
    )


def _weeks(workplace: Workplace, text: str, moment: Moment) -> tuple[Week, ...]:
    today = moment.now.astimezone(moment.zone).date()
    first = today - dt.timedelta(days=today.weekday(), weeks=WEEKS - 1)
    start = int(dt.datetime.combine(first, dt.time(), moment.zone).timestamp())
    found = counts.by_week(workplace.query(text), moment, start, WEEKS)
    return tuple(
        Week(first + dt.timedelta(weeks=place), received, resolved)
        for place, (received, resolved) in enumerate(found)
    )


_COLUMN: dict[By, tuple[str, Field]] = {
    By.STATUS: ("status", Field.STATUS),
    By.CATEGORY: ("category", Field.CATEGORY),
    By.KELURAHAN: ("kelurahan", Field.KELURAHAN),
    By.OFFICER: ("holder", Field.BY),
    By.DINAS: ("dinas", Field.DINAS),
}


def _bars(workplace: Workplace, text: str, by: By, moment: Moment) -> list[Bar]:
    if by is By.AGE:
        return _age_bars(workplace, text, moment)
    column, field = _COLUMN[by]
    names = counts.holder_names() if by is By.OFFICER else {}
    bars = [
        Bar(
            group.value,
            _label(workplace, by, group.value, names),
            group.count,
            group.overdue,
            _opening(workplace, text, field, group.value),
        )
        for group in counts.by_column(column, workplace.query(text), moment)
    ]
    if by is By.STATUS:
        order = list(Status)
        bars.sort(key=lambda bar: order.index(Status(bar.key)))
    return bars


def _age_bars(workplace: Workplace, text: str, moment: Moment) -> list[Bar]:
    bars = []
    for label, ages in zip(AGE_LABELS, AGE_QUERIES, strict=True):
        line = _joined(text, ages)
        groups = counts.by_column("status", workplace.query(line), moment)
        bars.append(Bar(ages, label, sum(g.count for g in groups), sum(g.overdue for g in groups), line))
    return bars


def _label(workplace: Workplace, by: By, value: str, names: dict[str, str]) -> str:
    city = workplace.city
    match by:
        case By.STATUS:
            return STATUS_LOOK[Status(value)].label
        case By.OFFICER if not value:
            return UNASSIGNED
        case By.OFFICER:
            return names.get(value) or value
        case _ if not value:
            return NO_VALUE
        case By.CATEGORY:
            return city.category_label(value)
        case By.KELURAHAN:
            return city.kelurahan_name(value)
        case _:
            return city.dinas_name(value)


def _opening(workplace: Workplace, text: str, field: Field, value: str) -> str:
    wanted = value or "none"
    if workplace.names.find(field, wanted) != (wanted,):
        return ""
    return _joined(text, f"{field}:{wanted}")
