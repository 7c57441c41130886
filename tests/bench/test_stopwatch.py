"""The stopwatch works: a person's task on a real terminal, with its keys counted."""

from tests.bench.stopwatch import TASKS, measure


def test_a_report_is_opened_by_its_number() -> None:
    task = next(task for task in TASKS if task.name == "open a report by its number")
    [taken] = measure(1500, [task])
    assert (taken.keys, taken.letters) == (2, 6)
    assert 0 < taken.seconds < 60
