"""Reports counted by one thing, each value with the query that opens its reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from qlue_desk.casework.errors import refused
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_match import Moment
from qlue_desk.domain.query_names import Field
from qlue_desk.store import counts

AGE_LABELS = (N_("< 24 jam"), N_("1–3 hari"), N_("3–7 hari"), N_("1–4 mgg"), N_("> 4 mgg"))
AGE_QUERIES = ("newer:24h", "older:24h newer:3d", "older:3d newer:7d", "older:7d newer:28d", "older:28d")
"""The age groups of `figures.AGE_LIMITS` as parts of a query line."""
UNASSIGNED = N_("belum diambil")
NO_VALUE = N_("(kosong)")


class By(StrEnum):
    """What `summary --by` can count by."""

    STATUS = "status"
    AGE = "age"
    CATEGORY = "category"
    KELURAHAN = "kelurahan"
    OFFICER = "officer"
    DINAS = "dinas"


class Bar(msgspec.Struct, frozen=True):
    """One value of a breakdown; `late` of the `count` are past their deadline."""

    key: str
    label: str
    count: int
    late: int
    query: str
    """'' where the query line has no word for it (a person who has left)."""
    oldest: dt.datetime | None = None
    """When the longest waiting of them was reported, where that is counted."""


_COLUMN: dict[By, tuple[str, Field]] = {
    By.STATUS: ("status", Field.STATUS),
    By.CATEGORY: ("category", Field.CATEGORY),
    By.KELURAHAN: ("kelurahan", Field.KELURAHAN),
    By.OFFICER: ("holder", Field.BY),
    By.DINAS: ("dinas", Field.DINAS),
}


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
    return workplace.store.reading(_bars, workplace, text, wanted, moment_of(workplace, now))


def moment_of(workplace: Workplace, now: dt.datetime | None) -> Moment:
    """When and by whom is counted."""
    return Moment(now or utc_now(), workplace.actor.id, workplace.zone)


def joined(*parts: str) -> str:
    """Parts of a query line that are there."""
    return " ".join(part for part in parts if part)


def opening(workplace: Workplace, text: str, field: Field, value: str) -> str:
    """The query that opens a value's reports; '' where the query line has no word for it."""
    wanted = value or "none"
    if workplace.names.find(field, wanted) != (wanted,):
        return ""
    return joined(text, f"{field}:{wanted}")


def label(workplace: Workplace, by: By, value: str) -> str:
    """What a value is called on screen. On a store's thread only."""
    city = workplace.city
    match by:
        case By.STATUS:
            return STATUS_LOOK[Status(value)].label
        case By.OFFICER if not value:
            return UNASSIGNED
        case By.OFFICER:
            person = workplace.person(value)
            return person.name if person else counts.holder_name(value) or value
        case _ if not value:
            return NO_VALUE
        case By.CATEGORY:
            return city.category_label(value)
        case By.KELURAHAN:
            return city.kelurahan_name(value)
        case _:
            return city.dinas_name(value)


def bars_of(workplace: Workplace, text: str, by: By, values: Iterable[tuple[str, int, int]]) -> list[Bar]:
    """Bars of (value, count, late), largest first."""
    field = _COLUMN[by][1]
    return [
        Bar(value, label(workplace, by, value), count, late, opening(workplace, text, field, value))
        for value, count, late in sorted(values, key=lambda row: (-row[1], row[0]))
    ]


def _bars(workplace: Workplace, text: str, by: By, moment: Moment) -> list[Bar]:
    if by is By.AGE:
        return _age_bars(workplace, text, moment)
    groups = counts.by_column(_COLUMN[by][0], workplace.query(text), moment)
    bars = bars_of(workplace, text, by, [(group.value, group.count, group.overdue) for group in groups])
    if by is By.STATUS:
        order = list(Status)
        bars.sort(key=lambda bar: order.index(Status(bar.key)))
    return bars


def _age_bars(workplace: Workplace, text: str, moment: Moment) -> list[Bar]:
    bars = []
    for name, ages in zip(AGE_LABELS, AGE_QUERIES, strict=True):
        line = joined(text, ages)
        groups = counts.by_column("status", workplace.query(line), moment)
        bars.append(Bar(ages, name, sum(g.count for g in groups), sum(g.overdue for g in groups), line))
    return bars
