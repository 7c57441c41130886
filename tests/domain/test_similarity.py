"""What makes two reports alike: distance, the bare name of a street, telling words."""

from __future__ import annotations

import pytest

from qlue_desk.domain.similarity import (
    NEAR_METRES,
    Subject,
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
