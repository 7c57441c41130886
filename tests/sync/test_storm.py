"""Seconds of bad weather over real engines; `tests.sync.storm` has minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.matrix.place import Place
from tests.sync.storm import Storm
from tests.sync.walking.fast import memory_folder


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with memory_folder() as folder, Place.make(folder, monkeypatch) as made:
        yield made


def test_desks_agree_after_a_storm(place: Place) -> None:
    storm = Storm(place, seed=11)
    told = storm.blow(5.0)
    assert len(storm.recorded) > 10, told
    assert sum(storm.struck.values()) > 20, told
