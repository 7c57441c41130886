"""Ten times the reports must not cost more: steps of SQLite's machine and statements are counted, never seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qlue_desk.casework import acting
from qlue_desk.casework.views import default_views
from qlue_desk.casework.workplace import Workplace
from qlue_desk.central.feed import dinas_stream
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import PullReply, encode_cursor
from qlue_desk.store import complaints, meta, position, queue, replica
from qlue_desk.store.bound import connection
from tests.bench import home, wire
from tests.sync.rig import Central

FEW, MANY = 500, 5000
FLAT = 1.5
_NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
_SCREEN = 5
"""Lines of a list: so few that also the smaller desk fills it with each view."""
_NOT_FLAT = frozenset({"Selesai 7 hari"})
"""Views whose first page reads more where there are more reports: it has less than a page among the few."""
_WITH_DIGITS = ("2024", "120", "xii5", "nomor:120", "nomor:26-2024", "kucing 120")
"""Words that might be part of a number and that no report says; but one has the number 120."""
_FINE = 10
"""The machine tells each so many steps."""
Came = tuple[str, PullReply]
Work = Callable[[], object]


@pytest.fixture(scope="module", autouse=True)
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Both tests copy the same desks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QLUE_BENCH_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


def _counted(work: Work) -> tuple[int, int]:
    """Steps of SQLite's machine and statements that a piece of work takes; on a store's thread."""
    steps, statements = 0, 0

    def stepped() -> int:
        nonlocal steps
        steps += 1
        return 0

    def stated(_sql: str) -> None:
        nonlocal statements
        statements += 1

    bound = connection()
    bound.set_progress_handler(stepped, _FINE)
    bound.set_trace_callback(stated)
    try:
        work()
    finally:
        bound.set_progress_handler(None, _FINE)
        bound.set_trace_callback(None)
    return steps * _FINE, statements


def _costs(folder: Path, count: int, came: Came) -> dict[str, tuple[int, int]]:
    """What each thing costs on a desk with so many reports: to open, to walk, to look for, to act, to sync."""
    place = Workplace.open(home.copied_home(count, folder / str(count)))
    wanted = f"c_{count // 2:032x}"
    cursor, page = came

    def first_page(text: str) -> Work:
        return lambda: queue.rows(queue.find_ids(place.query(text), now=_NOW, me="u_rina", limit=_SCREEN))

    try:
        note = acting.move_plan(place, Verb.NOTE, Fields(note="Sudah ditinjau."))
        work = acting._Work(place, note, _NOW, "k_growth")
        place.store.writing(meta.put, position.CURSOR, cursor)
        views = {
            f"view {view.name}": place.store.reading(_counted, first_page(view.query))
            for view in default_views(place.actor)
            if view.name not in _NOT_FLAT
        }
        steps, statements = place.store.reading(_counted, first_page("lubang"))
        said = place.store.reading(queue.count, place.query("lubang"), now=_NOW)
        return views | {
            "query, for each report that says it": (steps // said, statements),
            "query, a word of none": place.store.reading(_counted, first_page("kucing")),
            **{f"query {text}": place.store.reading(_counted, first_page(text)) for text in _WITH_DIGITS},
            "read": place.store.reading(_counted, lambda: complaints.get(wanted)),
            "history": place.store.reading(_counted, lambda: complaints.entries(wanted)),
            "act": place.store.writing(_counted, lambda: work.record_all([wanted])),
            "sync": place.store.writing(_counted, lambda: replica.apply_page(page)),
        }
    finally:
        place.close()


def _came(folder: Path, changes: int = 20) -> Came:
    """A page of changes from a real central, and the cursor before it."""
    with Central.make(folder) as central:
        reports = [central.report() for _ in range(changes)]
        token = central.hub.desks.add("bogor", "dpupr", "growth").token
        cursor = encode_cursor(central.hub.feed.position(dinas_stream("bogor", "dpupr")))
        for report in reports:
            central.move(report.id, Verb.ACKNOWLEDGE, Fields(), "rina_dpupr")
        _bytes, page = wire.pulled(central.url, token, cursor)
    assert len(page.events) == changes
    return cursor, page


def test_a_desk_with_ten_times_the_reports_takes_as_many_steps_for_all_that_a_person_waits_for(
    tmp_path: Path,
) -> None:
    came = _came(tmp_path)
    few, many = _costs(tmp_path, FEW, came), _costs(tmp_path, MANY, came)

    assert few.keys() == many.keys()
    for name, (steps, statements) in few.items():
        assert steps > 0, name
        assert many[name][0] <= FLAT * steps, (name, few, many)
        assert many[name][1] <= FLAT * statements, (name, few, many)


def test_a_search_through_all_reports_is_seen_by_the_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QLUE_BENCH_CACHE", str(tmp_path))
    steps: list[int] = []
    for count in (FEW, MANY):
        place = Workplace.open(home.copied_home(count, tmp_path / str(count)))
        steps.append(place.store.reading(_counted, _scan)[0])
        place.close()

    assert steps[1] > 5 * steps[0]


def _scan() -> object:
    return connection().execute("SELECT count(*) FROM complaint WHERE body = x'00'").fetchone()
