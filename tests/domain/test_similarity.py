"""What makes two reports alike: distance, the bare name of a street, telling words."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace

from qlue_desk.domain.complaint import Channel, Complaint, Status
from qlue_desk.domain.similarity import (
    NEAR_METRES,
    Apart,
    Subject,
    apart,
    box_around,
    metres_between,
    street_key,
    telling_words,
)
from tests.desk_world import NOW

HERE = Subject(NOW, lat_e6=-6_590_000, lon_e6=106_800_000)


@pytest.mark.parametrize(
    ("lat_e6", "lon_e6", "metres"),
    [
        (-6_590_000, 106_800_000, 0),
        (-6_591_000, 106_800_000, 111),
        (-6_590_000, 106_801_000, 111),
        (-6_587_306, 106_800_000, 300),
        (None, 106_800_000, None),
        (-6_590_000, None, None),
    ],
)
def test_distance(lat_e6: int | None, lon_e6: int | None, metres: int | None) -> None:
    assert metres_between(HERE, lat_e6, lon_e6) == metres
    assert metres_between(Subject(NOW), lat_e6, lon_e6) is None


def test_the_box_holds_all_that_is_near() -> None:
    box = box_around(HERE)
    assert box is not None
    south, north, west, east = box
    for lat_e6, lon_e6 in (
        (south, HERE.lon_e6),
        (north, HERE.lon_e6),
        (HERE.lat_e6, west),
        (HERE.lat_e6, east),
    ):
        metres = metres_between(HERE, lat_e6, lon_e6)
        assert metres is not None
        assert NEAR_METRES <= metres <= NEAR_METRES + 2
    assert box_around(Subject(NOW, lat_e6=1)) is None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Jalan Raya Pajajaran No. 12, depan terminal", "jl raya pajajaran"),
        ("JL RAYA PAJAJARAN", "jl raya pajajaran"),
        ("Jln. Merdeka 45", "jl merdeka"),
        ("Gg. Mekar RT 03/05", "gg mekar"),
        ("Gang 5", "gg 5"),
        ("Jl. Ciwaringin dekat pasar", "jl ciwaringin"),
        ("depan sekolah", ""),
        ("Jl.", ""),
        ("", ""),
    ],
)
def test_the_bare_name_of_a_street(written: str, key: str) -> None:
    assert street_key(written) == key


def test_telling_words_are_long_and_none_twice() -> None:
    assert telling_words("Lubang di Terminal, terminal Baranangsiang 2026 RT") == [
        "baranangsiang",
        "terminal",
        "lubang",
    ]
    assert telling_words(
        "Angkot di Jl. Raya Dramaga, Marga Jaya ugal-ugalan", "Jl. Raya Dramaga Marga Jaya"
    ) == [
        "angkot",
        "ugalan",
        "ugal",
    ]


def test_two_reports_beside_each_other() -> None:
    one = Complaint(
        id="c_1", city="bogor", dinas="dpupr", title="Lubang", text="", channel=Channel.QLUE, created_at=NOW,
        status=Status.DISPATCHED, category="jalan_rusak", street="Jl. Merdeka 45", lat_e6=-6_590_000, lon_e6=106_800_000,
    )  # fmt: skip
    same = replace(one, created_at=NOW - dt.timedelta(days=15), street="Jalan Merdeka")
    other = replace(
        one, category="drainase", status=Status.ACKNOWLEDGED, street="Jl. Sempur", lat_e6=-6_600_000
    )
    assert apart(one, same) == Apart(0, 15, False, False, True)
    assert apart(one, other) == Apart(1113, 0, True, True, False)
    assert apart(one, replace(one, category=None, street="", lat_e6=None)) == Apart(
        None, 0, False, False, False
    )
    nowhere = replace(one, street="")
    assert not apart(nowhere, nowhere).same_street
    assert (apart(one, same).too_far, apart(one, other).too_far) == (False, True)
    assert (apart(one, same).too_long, apart(one, other).too_long) == (True, False)
