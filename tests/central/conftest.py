"""A central of the city of Bogor in a temporary folder, on real parts."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.cities import boundaries_path, load_shipped

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
"""A Tuesday, 10:00 in Bogor."""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += dt.timedelta(**parts)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[Hub]:
    hub = Hub.create(tmp_path / "central", now=clock)
    hub.put_city(load_shipped("bogor"), boundaries_path("bogor"))
    yield hub
    hub.close()
