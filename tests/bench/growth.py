"""What ten times the reports cost: a desk that is good for a district must not be slow for a city."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench import desk, keys, syncing
from tests.bench.table import LeftOut, Line, Sample

SIZES = (10_000, 100_000, 1_000_000)
FLAT = 1.5
_MEASURED: dict[str, Callable[[int], Sample]] = {
    "start": desk.started,
    "key down": lambda count: keys.pressed(count)["down"],
    "key half a page": lambda count: keys.pressed(count)["half page"],
    "query": desk.found,
}


def growth(most: int, most_synced: int) -> Iterator[Line]:
    """Each size against the smallest; the first copy for each report of it.

    :raises LeftOut: when there is no larger one.
    """
    if most <= SIZES[0]:
        raise LeftOut(f"it needs more than {SIZES[0]:,} reports")
    yield from _grown(_MEASURED, most)
    yield from _grown({"first sync of a report": syncing.of_a_report}, most_synced)


def _grown(measured: dict[str, Callable[[int], Sample]], most: int) -> Iterator[Line]:
    few, *more = [size for size in SIZES if size < most] + [most]
    for many in more:
        for name, measure in measured.items():
            yield Line(f"growth, {name}, {many:,}", measure(many), f"{few:,} reports", measure(few), FLAT)
