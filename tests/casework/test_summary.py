"""Every number on the summary is exact and opens exactly its reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.breakdown import By, summarise
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.reading import queue
from qlue_desk.casework.summary import Number, Summary, summary
from qlue_desk.domain.complaint import Status
from tests.desk_world import NOW, DeskWorld

HOURS = dt.timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home", as_="u_budi")
    city = world.workplace.city
    first, second = city.kelurahan[:2]
    for hours in (2, 30, 100, 400, 900):
        world.add(status=Status.DISPATCHED, created_at=NOW - hours * HOURS, kelurahan=first.code)
    world.add(status=Status.IN_PROGRESS, holder="u_rina", holder_name="Rina", kelurahan=second.code)
    world.add(status=Status.IN_PROGRESS, holder="u_rina", holder_name="Rina", resolve_by=NOW - HOURS)
    world.add(status=Status.AWAITING_VERIFICATION, holder="u_asep", holder_name="Asep", kelurahan=None)
    world.add(status=Status.REOPENED, reopened=1, bounces=1, dispatch_by=NOW + HOURS)
    world.add_many([Status.RESOLVED] * 3, created_at=NOW - 24 * 7 * HOURS)
    world.add(status=Status.NEW, dispatch_by=None, category=None)
    yield world
    world.close()


def test_headlines_are_exact(world: DeskWorld) -> None:
    found = summary(world.workplace, now=NOW)
    assert found.delivered_never_acknowledged.count == 5
    assert found.overdue.count == 5  # four of the dispatched and one in progress
    assert found.awaiting_verification.count == 1
    assert found.reopened.count == 1
    assert found.reopen_rate == 1 / 4
    assert found.bounced.count == 1
    assert found.open.count == 10


def test_the_age_table_has_a_row_for_each_open_status(world: DeskWorld) -> None:
    found = summary(world.workplace, now=NOW)
    table = {row.status: [n.count for n in row.ages] for row in found.ages}
    assert table == {
        Status.NEW: [0, 1, 0, 0, 0],
        Status.DISPATCHED: [1, 1, 1, 1, 1],
        Status.IN_PROGRESS: [0, 2, 0, 0, 0],
        Status.AWAITING_VERIFICATION: [0, 1, 0, 0, 0],
        Status.REOPENED: [0, 1, 0, 0, 0],
    }
    assert [row.total.count for row in found.ages] == [1, 5, 2, 1, 1]


def numbers(found: Summary) -> Iterator[tuple[int, str]]:
    singles: list[Number] = [
        found.open,
        found.delivered_never_acknowledged,
        found.overdue,
        found.awaiting_verification,
        found.reopened,
        found.bounced,
        *(shift.due for shift in found.shifts),
    ]
    for week in found.weeks:
        singles += [week.received, week.closed]
    for heat in found.heat.rows:
        singles += heat.cells
    for league in found.league:
        singles += [league.open, league.never_acknowledged, league.late, league.bounced, league.reopened]
    for row in found.ages:
        singles += [*row.ages, row.total]
    yield from ((number.count, number.query) for number in singles)
    yield from ((one.count, one.query) for one in found.decisions)
    for bar in (*found.categories, *found.kelurahan, *found.officers, *found.bounces):
        yield bar.count, bar.query


def test_every_number_opens_its_reports(world: DeskWorld) -> None:
    found = summary(world.workplace, now=NOW)
    checked = 0
    for count, query in numbers(found):
        assert len(queue(world.workplace, query, None, NOW)) == count, query
        checked += 1
    assert checked > 35


def test_load_of_people_with_what_is_late(world: DeskWorld) -> None:
    found = summary(world.workplace, now=NOW)
    assert [(b.label, b.count, b.late) for b in found.officers] == [
        ("belum diambil", 7, 4),
        ("Rina", 2, 1),
        ("Asep", 1, 0),
    ]
    assert found.kelurahan[0].count == 8
    assert ("(kosong)", 1) in [(b.label, b.count) for b in found.kelurahan]


def test_weeks_count_what_came_in_and_what_was_resolved(world: DeskWorld) -> None:
    weeks = summary(world.workplace, now=NOW).weeks
    assert len(weeks) == 12
    assert weeks[-1].start == dt.date(2026, 11, 23)
    # This week began Monday 00.00 in Bogor, 33 hours ago: all of 30 hours ago and of 2 hours ago.
    assert weeks[-1].received.count == 7
    assert (weeks[-2].received.count, weeks[-2].closed.count, weeks[-2].resolved) == (4, 3, 3)
    assert sum(week.received.count for week in weeks) == 13


def test_a_query_narrows_the_summary(world: DeskWorld) -> None:
    found = summary(world.workplace, "by:rina", now=NOW)
    assert (found.open.count, found.overdue.count, found.reopen_rate) == (2, 1, None)
    assert found.overdue.query == "by:rina overdue"


def test_breakdowns_of_the_command(world: DeskWorld) -> None:
    statuses = summarise(world.workplace, "", By.STATUS, NOW)
    assert [(bar.key, bar.count) for bar in statuses] == [
        ("new", 1),
        ("dispatched", 5),
        ("in_progress", 2),
        ("awaiting_verification", 1),
        ("resolved", 3),
        ("reopened", 1),
    ]
    assert [bar.count for bar in summarise(world.workplace, "is:open", "age", NOW)] == [1, 6, 1, 1, 1]
    assert [(b.key, b.count) for b in summarise(world.workplace, "", "dinas", NOW)] == [
        ("dpupr", 12),
        ("diskominfo", 1),
    ]
    with pytest.raises(Refused) as error:
        summarise(world.workplace, "", "umur")
    assert str(error.value) == (
        "“umur” tidak dikenal; pilih status, age, category, kelurahan, officer, dinas."
    )
