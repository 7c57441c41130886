"""The first seeded random walks over the real store and register; `tests.sync.walk` has long ones.

Central's handlers are called without HTTP, so that a walk takes a tenth of a second; what HTTP can do
stands in the fault matrix.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec
import pytest

from qlue_desk.protocol import Session
from qlue_desk.store import meta
from tests.sync.walk import chunk, chunks
from tests.sync.walking.running import Walker
from tests.sync.walking.steps import Step, drawn
from tests.sync.walking.world import World

WALKS = int(os.environ.get("WALKS", "500"))
FIRST = int(os.environ.get("WALK_SEED", "0"))
PARTS = list(chunks(FIRST, WALKS))


@pytest.mark.parametrize("seeds", [pytest.param(part, id=f"{part.start}") for part in PARTS])
def test_walks(seeds: range) -> None:
    """In parts, so that the processes of the test run share them."""
    walked, _steps, failures = chunk(seeds)
    assert failures == [], "\n".join(failures)
    assert walked == len(seeds)


@pytest.fixture(scope="module")
def walker() -> Iterator[Walker]:
    with Walker.ready() as ready:
        yield ready


def test_the_same_seed_draws_the_same_steps() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
    names = {step.name for seed in range(60) for step in drawn(seed)}
    assert {"clone", "desk_restore", "restore", "compact", "reassign", "stale", "reuse", "take_over"} <= names


def test_a_failing_walk_is_shortened_to_what_it_needs(walker: Walker) -> None:
    needed = {"citizen", "central"}

    def wrong(steps: list[Step]) -> str:
        return "both are here" if needed <= {step.name for step in steps} else ""

    walker.failure = wrong  # type: ignore[method-assign]
    try:
        steps = next(drawn(seed) for seed in range(100) if wrong(drawn(seed)))
        assert sorted(step.name for step in walker.shrunk(steps)) == ["central", "citizen"]
    finally:
        del walker.failure


def test_the_session_is_what_a_desk_needs(walker: Walker) -> None:
    world = World(walker._folder / "session", walker._template)
    try:
        stored = world.desks[0].store.reading(meta.get, meta.SESSION)
        assert stored is not None
        assert msgspec.json.decode(stored, type=Session).desk.dinas == "dpupr"
    finally:
        world.close()
