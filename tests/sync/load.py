"""A week offline, drained: `python -m tests.sync.load --actions 10000`.

Records so many actions on a desk without a line, then measures one round over loopback against what central
alone needs for as many, on real files. 10,000 must leave within a minute. Then the same with the real desk in a
terminal, central in another process: key to paint while it drains against the same key when nothing moves.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.sync.feeling import feel
from tests.sync.matrix.lanes import drain
from tests.sync.matrix.place import Place

LIMIT_SECONDS = 60.0
MOST_RATIO = 2.0
"""Key to paint while the outbox drains, against the idle figure."""


def main() -> int:
    """Print the numbers; 1 when 10,000 would take longer than a minute or keys wait twice as long meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=10_000)
    parser.add_argument("--reports", type=int, default=400)
    parser.add_argument("--keys-only", action="store_true", help="only the desk in its terminal")
    asked = parser.parse_args()
    late = 0 if asked.keys_only else _round(asked.actions, asked.reports)
    with tempfile.TemporaryDirectory() as folder:
        felt = feel(Path(folder), asked.actions, asked.reports)
    print(felt.sentence())
    return int(late or felt.ratio(0.5) > MOST_RATIO or felt.ratio(0.95) > MOST_RATIO)


def _round(actions: int, reports: int) -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Place.make(Path(folder), patch) as place,
    ):
        slowest = _Reads(place)
        seconds, floor = drain(place, actions, reports, slowest.watch)
        slowest.end()
    print(
        f"{actions} actions: {seconds:.1f} s ({1000 * seconds / actions:.1f} ms each),"
        f" central alone {floor:.1f} s, ratio {seconds / floor:.2f};"
        f" slowest of {slowest.count} reads on the desk meanwhile {1000 * slowest.slowest:.0f} ms"
    )
    return int(seconds * 10_000 / actions > LIMIT_SECONDS)


class _Reads:
    """Somebody looks at the desk all the time while it drains."""

    def __init__(self, _place: Place) -> None:
        self.slowest = 0.0
        self.count = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, desk: object) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._look, args=(desk,), daemon=True)
        self._thread.start()

    def _look(self, desk: object) -> None:
        while not self._ended.wait(0.05):
            began = time.perf_counter()
            desk.counts()  # type: ignore[attr-defined]
            self.slowest = max(self.slowest, time.perf_counter() - began)
            self.count += 1

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(2)


if __name__ == "__main__":
    sys.exit(main())
