"""Long random walks: `python -m tests.sync.walk --walks 20000 --jobs 2`.

Prints how many walks passed and how fast; a walk that fails is told with its seed, the invariant, and the
shortest list of its steps that still fails. The ordinary test run does the first 500 (`test_walk.py`).
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator

from tests.sync.walking.attaching import with_attachments
from tests.sync.walking.running import Walker, told
from tests.sync.walking.steps import drawn

CHUNK = 25


def chunk(seeds: range) -> tuple[int, int, list[str]]:
    """Walk these seeds: how many walks, how many steps, what failed."""
    failures = []
    steps = 0
    with Walker.ready() as walker:
        for seed in seeds:
            drawn_steps = with_attachments(seed, drawn(seed))
            steps += len(drawn_steps)
            if error := walker.failure(drawn_steps):
                failures.append(told(walker, seed, error))
    return len(seeds), steps, failures


def chunks(first: int, walks: int, size: int = CHUNK) -> Iterator[range]:
    """The seeds in parts."""
    for start in range(first, first + walks, size):
        yield range(start, min(start + size, first + walks))


def main() -> int:
    """Run as the command line says; 1 when a walk failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; one walk alone with --walks 1")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    began = time.monotonic()
    done = steps = failed = 0
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for walks, gone, failures in pool.imap_unordered(chunk, chunks(asked.seed, asked.walks, 250)):
            done, steps, failed = done + walks, steps + gone, failed + len(failures)
            for failure in failures:
                print(failure, flush=True)
            seconds = time.monotonic() - began
            print(f"{done} walks, {steps} steps, {failed} failed, {seconds:.0f} s", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
