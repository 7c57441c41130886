"""Outlines of kelurahan: read, thinned, asked what they hold."""

from __future__ import annotations

import json
import math
from pathlib import Path

import msgspec
import pytest

from qlue_desk.cities import load_shipped
from qlue_desk.cities.errors import CityFileError
from qlue_desk.cities.outlines import city_shapes, outlines, read_outlines, thinned

SQUARE = [[106.0, -6.0], [106.1, -6.0], [106.1, -6.1], [106.0, -6.1], [106.0, -6.0]]


def _file(geometry: dict[str, object], kode: str = "1") -> bytes:
    feature = {"type": "Feature", "properties": {"kode": kode, "nama": "Satu"}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_a_shipped_city_has_a_shape_for_each_kelurahan_with_the_citys_names() -> None:
    city = load_shipped("bogor")
    shapes = city_shapes(city)
    assert {shape.code for shape in shapes} == {kelurahan.code for kelurahan in city.kelurahan}
    assert all(shape.rings for shape in shapes)
    names = {kelurahan.code: kelurahan.name for kelurahan in city.kelurahan}
    assert all(shape.name == names[shape.code] for shape in shapes)


def test_the_place_of_the_name_lies_inside_nearly_every_kelurahan() -> None:
    shapes = city_shapes(load_shipped("bogor"))
    assert sum(shape.holds(shape.lat, shape.lon) for shape in shapes) >= 60


def test_a_square_holds_its_middle_and_not_its_neighbour() -> None:
    (shape,) = outlines(_file({"type": "Polygon", "coordinates": [SQUARE]}), "kota.geojson")
    assert (shape.lon, shape.lat) == pytest.approx((106.05, -6.05))
    assert shape.holds(-6.05, 106.05)
    assert not shape.holds(-6.05, 106.15)
    assert shape.box == (106.0, -6.1, 106.1, -6.0)


def test_a_hole_is_not_inside() -> None:
    hole = [[106.04, -6.04], [106.06, -6.04], [106.06, -6.06], [106.04, -6.06], [106.04, -6.04]]
    (shape,) = outlines(_file({"type": "MultiPolygon", "coordinates": [[SQUARE, hole]]}), "kota.geojson")
    assert not shape.holds(-6.05, 106.05)
    assert shape.holds(-6.02, 106.02)


def test_thinning_drops_corners_on_a_line_and_keeps_those_that_matter() -> None:
    ring = [(0.0, 0.0), (0.05, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.1), (0.0, 0.05), (0.0, 0.0)]
    assert thinned(ring) == ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.1), (0.0, 0.0))
    # 100 metres beside the line is kept, 2 metres is not.
    far = [(0.0, 0.0), (0.05, 0.0009), (0.1, 0.0), (0.1, 0.1), (0.0, 0.0)]
    near = [(0.0, 0.0), (0.05, 0.00002), (0.1, 0.0), (0.1, 0.1), (0.0, 0.0)]
    assert (0.05, 0.0009) in thinned(far)
    assert (0.05, 0.00002) not in thinned(near)


def test_a_city_without_borders_has_its_centres_only() -> None:
    city = msgspec.structs.replace(load_shipped("bogor"), key="elsewhere")
    shapes = city_shapes(city)
    assert len(shapes) == len(city.kelurahan)
    assert not any(shape.rings for shape in shapes)


def test_borders_that_central_brought_come_before_shipped_ones(tmp_path: Path) -> None:
    kept = tmp_path / "bogor.geojson"
    city = load_shipped("bogor")
    code = city.kelurahan[0].code
    kept.write_bytes(_file({"type": "Polygon", "coordinates": [SQUARE]}, code))
    shape = next(shape for shape in city_shapes(city, kept) if shape.code == code)
    assert shape.box == (106.0, -6.1, 106.1, -6.0)
    assert shape.name == city.kelurahan[0].name


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"{}",
        b'{"features": [{"properties": {"kode": "1"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        _file({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}),
        _file({"type": "Polygon", "coordinates": [[[0, 0], [math.nan, 1], [1, 1], [0, 0]]]}),
        b"[" * 100_000,
    ],
)
def test_what_is_no_geojson_is_told_in_one_sentence(content: bytes) -> None:
    with pytest.raises(CityFileError, match=r"^kota\.geojson: bukan GeoJSON yang sah"):
        outlines(content, "kota.geojson")


def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    sentence = r"^none.geojson: berkas tidak dapat dibaca \(berkas atau folder itu tidak ada\)\.$"
    with pytest.raises(CityFileError, match=sentence):
        read_outlines(tmp_path / "none.geojson")
