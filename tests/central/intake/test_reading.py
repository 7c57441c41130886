"""Times, places and titles as sources write them."""

import datetime as dt

import pytest

from qlue_desk.central.intake.reading import parse_place, parse_time, title_of


@pytest.mark.parametrize(
    "text",
    [
        "2021-08-25T12:25:00+07:00",
        "2021-08-25 12:25",
        "25 Agustus 2021 12:25",
        "25 agt 2021 12.25",
        "Rabu, 25 Agustus 2021, pukul 12.25 WIB",
        "25/08/2021 12:25:00",
        "25-08-2021 12:25",
        "2021-08-25T05:25:00Z",
        "25 Agustus 2021 14:25 WIT",
    ],
)
def test_one_moment_in_many_ways(text: str) -> None:
    assert parse_time(text, "Asia/Jakarta") == dt.datetime(2021, 8, 25, 5, 25, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text", ["", "kemarin", "31 Februari 2021", "25 Agusto 2021", "99/99/2021", "0001-01-01T00:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError means: not a time
        parse_time(text, "Asia/Jakarta")


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        ("-6,59", "106,80", (-6.59, 106.8)),
        (0, 0, (None, None)),
        ("", "106", (None, None)),
        ("nan", "1", (None, None)),
        (106.8, -6.59, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_places(lat: object, lon: object, expected: tuple[float | None, float | None]) -> None:
    assert parse_place(lat, lon) == expected


def test_a_title_is_cut_at_a_word() -> None:
    assert title_of("", "  Jalan\nrusak ") == "Jalan rusak"
    long = title_of("kata " * 40)
    assert long.endswith("kata…")
    assert len(long) <= 80
