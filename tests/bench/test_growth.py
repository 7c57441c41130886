"""Ten times the reports must not cost more: steps of SQLite's machine and statements are counted, never seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from qlue_desk.casework import acting
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import complaints
from qlue_desk.store.bound import connection
from tests.bench import home

FEW, MANY = 200, 2000
FLAT = 1.5
_NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
_FINE = 10
"""The machine tells each so many steps."""
Work = Callable[[], object]


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


def _costs(folder: Path, count: int) -> dict[str, tuple[int, int]]:
    """What reading a report and acting on it cost on a desk with so many."""
    place = Workplace.open(home.copied_home(count, folder / str(count)))
    wanted = f"c_{count // 2:032x}"
    try:
        note = acting.move_plan(place, Verb.NOTE, Fields(note="Sudah ditinjau."))
        work = acting._Work(place, note, _NOW, "k_growth")
        return {
            "read": place.store.reading(_counted, lambda: complaints.get(wanted)),
            "history": place.store.reading(_counted, lambda: complaints.entries(wanted)),
            "act": place.store.writing(_counted, lambda: work.record_all([wanted])),
        }
    finally:
        place.close()


def test_reading_and_acting_cost_the_same_on_a_desk_with_ten_times_the_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QLUE_BENCH_CACHE", str(tmp_path))

    few, many = _costs(tmp_path, FEW), _costs(tmp_path, MANY)

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
