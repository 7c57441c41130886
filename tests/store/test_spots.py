"""Reports as points: inside the box only, of the query only, the most urgent first, never too many."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from qlue_desk.domain.complaint import Status
from qlue_desk.domain.query import parse
from qlue_desk.domain.query_match import Moment
from qlue_desk.store import spots
from qlue_desk.store.spots import Box
from tests.desk_world import NOW, DeskWorld

BOX = Box(106.80, -6.60, 106.82, -6.58)
CODE = "32.71.03.1007"


@pytest.fixture
def world(tmp_path: Path) -> DeskWorld:
    made = DeskWorld.make(tmp_path)
    inside = {"kelurahan": CODE, "lat_e6": -6590000, "lon_e6": 106810000}
    made.add(title="sepekan", resolve_by=NOW + dt.timedelta(days=7), acknowledge_by=None, **inside)
    made.add(title="besok", resolve_by=NOW + dt.timedelta(days=1), acknowledge_by=None, **inside)
    made.add(title="selesai", status=Status.RESOLVED, **inside)
    made.add(title="utara", kelurahan=CODE, lat_e6=-6570000, lon_e6=106810000)
    made.add(title="timur", kelurahan=CODE, lat_e6=-6590000, lon_e6=106830000)
    made.add(title="tanpa titik", kelurahan=CODE)
    made.add(title="kelurahan lain", kelurahan="32.71.03.1006", lat_e6=-6590000, lon_e6=106810000)
    return made


def _titles(world: DeskWorld, text: str, codes: list[str], limit: int = spots.MOST) -> list[str]:
    moment = Moment(NOW, "u_rina", world.workplace.zone)
    found = world.store.read(spots.inside, parse(text), moment, BOX, codes, limit=limit).result()
    return [spot.title for spot in found]


def test_only_what_lies_inside_and_is_meant(world: DeskWorld) -> None:
    assert _titles(world, "is:open", [CODE]) == ["besok", "sepekan"]
    assert set(_titles(world, "", [CODE])) == {"besok", "sepekan", "selesai"}
    assert "kelurahan lain" in _titles(world, "is:open", [CODE, "32.71.03.1006"])
    world.close()


def test_the_most_urgent_stay_where_there_are_too_many(world: DeskWorld) -> None:
    assert _titles(world, "is:open", [CODE], 1) == ["besok"]
    world.close()


def test_words_and_places_work_together(world: DeskWorld) -> None:
    assert _titles(world, "besok", [CODE]) == ["besok"]
    world.close()
