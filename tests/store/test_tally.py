"""The summary's counters are what a pass over all reports counts, whatever happened and whenever one looks."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qlue_desk.casework.summary import summary
from qlue_desk.domain.complaint import Complaint, Hop, Status
from qlue_desk.domain.query import Query
from qlue_desk.domain.query_match import Moment
from qlue_desk.store import complaints, leaving, tally
from qlue_desk.store.bound import connection
from qlue_desk.store.counts import Scan
from qlue_desk.store.database import Store
from qlue_desk.store.figures import Figures, answer_step
from qlue_desk.store.tally import Tally
from tests.desk_world import NOW, DeskWorld
from tests.store.older import back_to_version_3

HOURS = dt.timedelta(hours=1)
MONDAY = int(dt.datetime(2026, 9, 6, 17, tzinfo=dt.UTC).timestamp())
"""A Monday's midnight in Bogor, twelve weeks before the end of NOW's week."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home", dinas="diskominfo", as_="u_wali")
    yield world
    world.close()


def some_report(world: DeskWorld, dice: random.Random, **changes: Any) -> Complaint:
    city = world.workplace.city
    status = dice.choice(list(Status))
    dinas = dice.choice(["dpupr", "dishub", "perumkim"])
    created = NOW - dt.timedelta(minutes=dice.randrange(0, 60 * 24 * 100))
    answered = dice.random() < 0.5
    holder = dice.choice(["", "u_rina", "u_asep"])
    bounces = dice.choice([0, 0, 1])
    fields: dict[str, Any] = {
        "status": status,
        "dinas": dinas,
        "created_at": created,
        "status_since": created + dt.timedelta(hours=dice.randrange(200)),
        "category": dice.choice([None, *(c.key for c in city.categories[:4])]),
        "kelurahan": dice.choice([None, *(k.code for k in city.kelurahan[:4])]),
        "dispatched_at": created,
        "dispatch_by": created + dt.timedelta(hours=dice.randrange(2000)),
        "acknowledge_by": created + dt.timedelta(hours=dice.randrange(2000)),
        "acknowledged_at": created + dt.timedelta(minutes=dice.randrange(9000)) if answered else None,
        "holder": holder or None,
        "reopened": dice.choice([0, 0, 2]),
        "bounces": bounces,
        "custody": (Hop(dice.choice(["dlh", "dishub"]), created), Hop(dinas, created, bounce=bool(bounces))),
    }
    return world.complaint(**(fields | changes))


def told(figures: Figures) -> dict[str, Any]:
    now = NOW.timestamp()
    return {
        "totals": figures.totals(),
        "ages": figures.by_status_and_age(),
        "weeks": figures.by_week(MONDAY, 12),
        "areas": sorted(figures.by_area(), key=lambda one: (one.category, one.kelurahan)),
        "holders": sorted(figures.by_holder(), key=lambda one: one.holder),
        "dinas": figures.by_dinas(),
        "oldest": {status: figures.oldest(status) for status in Status},
        "due": figures.due_between(now, now + 40 * 3600),
    }


def assert_same(world: DeskWorld, now: dt.datetime) -> dict[str, Any]:
    moment = Moment(now, "u_wali", world.workplace.zone)
    counted = world.store.reading(lambda: told(Tally(now)))
    scanned = world.store.reading(lambda: told(Scan(Query(), moment)))
    assert counted == scanned
    return counted


def test_counters_are_what_a_scan_counts(world: DeskWorld) -> None:
    dice = random.Random(4711)
    world.store.writing(tally.advance, NOW)
    made = [some_report(world, dice) for _ in range(300)]
    world.put(made)
    first = assert_same(world, NOW)
    assert first["totals"].open > 100
    assert first["totals"].overdue > 30
    assert first["totals"].bounced > 50
    assert any(group.answer_minutes for group in first["dinas"])
    for one in dice.sample(made, 120):
        changed = some_report(world, dice, id=one.id, number=one.number)
        world.put([changed])
    gone = [one.id for one in dice.sample(made, 40)]
    world.store.writing(lambda: [complaints.remove(each) for each in gone])
    second = assert_same(world, NOW)
    assert second != first


def test_late_is_exact_before_and_after_the_counters_own_clock(world: DeskWorld) -> None:
    dice = random.Random(1)
    world.store.writing(tally.advance, NOW)
    world.put([some_report(world, dice) for _ in range(200)])
    late = [assert_same(world, NOW + hours * HOURS)["totals"].overdue for hours in (-400, -1, 0, 5, 700)]
    assert late == sorted(late)
    assert late[0] < late[2] < late[-1]
    for hours in (700, -400, 0):
        world.store.writing(tally.advance, NOW + hours * HOURS)
        assert world.store.reading(tally.clock) == int((NOW + hours * HOURS).timestamp())
        assert [assert_same(world, NOW + h * HOURS)["totals"].overdue for h in (-400, 0, 700)] == [
            late[0], late[2], late[-1],
        ]  # fmt: skip


def test_a_border_within_an_hour_is_exact(world: DeskWorld) -> None:
    day = dt.timedelta(hours=24)
    for seconds in (-1, 0, 1, 1799):
        world.add(status=Status.DISPATCHED, created_at=NOW - day + dt.timedelta(seconds=seconds))
    assert assert_same(world, NOW)["ages"] == {"dispatched": (3, 1, 0, 0, 0)}


def test_nothing_is_left_when_all_reports_are_gone(world: DeskWorld) -> None:
    dice = random.Random(2)
    world.put([some_report(world, dice) for _ in range(50)])
    world.store.writing(leaving.purge)
    left = "SELECT kind, a, b, n, late FROM tally WHERE n <> 0 OR late <> 0 OR kind IN ('age', 'out')"
    assert world.store.reading(lambda: connection().execute(left).fetchall()) == []
    assert assert_same(world, NOW)["totals"] == (world.store.reading(lambda: Tally(NOW).totals()))


def test_an_older_database_gets_its_counters(world: DeskWorld) -> None:
    dice = random.Random(3)
    world.put([some_report(world, dice) for _ in range(80)])
    before = assert_same(world, NOW)
    world.store.writing(back_to_version_3)
    world.close()
    store = Store.open(world.workplace.home)
    assert store.reading(lambda: told(Tally(NOW))) == before
    assert store.reading(lambda: told(Scan(Query(), Moment(NOW, "", dt.UTC)))) == before
    store.close()


def test_the_median_is_told_in_round_steps() -> None:
    steps = [answer_step(60 * minutes) for minutes in (0, 4, 5, 119, 120, 179, 2879, 2880, 5000)]
    assert steps == [0, 0, 5, 115, 120, 120, 2820, 2880, 4320]


# --- how much is read ----------------------------------------------------------------------------


def steps_of(store: Store, call: Callable[[], object]) -> int:
    """Instructions of SQLite's virtual machine (in hundreds) that a read takes: rows, not seconds."""

    def read() -> int:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        connection().set_progress_handler(step, 100)
        try:
            call()
        finally:
            connection().set_progress_handler(None, 0)
        return count

    return store.reading(read)


def test_ten_times_the_reports_are_no_more_rows_to_read(world: DeskWorld) -> None:
    """Reports of the same hours, areas and people: counters stay as many, a scan reads them all."""
    dice = random.Random(5)
    world.store.writing(tally.advance, NOW)
    seeds = [some_report(world, dice, dispatch_by=None, acknowledge_by=None) for _ in range(150)]

    def again(times: int) -> None:
        made = []
        for one in seeds * times:
            world._made += 1
            made.append(
                msgspec.structs.replace(one, id=f"c_{world._made:032x}", number=f"BGR-26-{world._made:06d}")
            )
        world.put(made)

    def read() -> tuple[int, int]:
        quick = steps_of(world.store, lambda: summary(world.workplace, now=NOW))
        slow = steps_of(world.store, lambda: summary(world.workplace, "is:open", now=NOW))
        return quick, slow

    again(1)
    few, scanned_few = read()
    again(9)
    many, scanned_many = read()
    assert scanned_many > 5 * scanned_few
    assert many < 1.3 * few


def test_no_status_is_written_into_sql_by_hand() -> None:
    """One that is renamed or split must be found by its name; older files keep what they were made with."""
    words = "|".join(status.value for status in Status)
    root = Path(__file__).parents[2] / "qlue_desk"
    found = [
        f"{path.name}: {line.strip()}"
        for folder in ("store", "central", "casework")
        for path in sorted((root / folder).rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if re.search(rf"status (?:=|<>|IN [(]) ?'(?:{words})'", line)
    ]
    assert found == []
