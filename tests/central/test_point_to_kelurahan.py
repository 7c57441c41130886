"""Point to kelurahan on the real boundaries."""

import csv
import json
import subprocess
import sys

import pytest

from qlue_desk import cities
from qlue_desk.central.places import BoundaryIndex, boundary_index

BOGOR = BoundaryIndex(cities.boundaries_path("bogor"))


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_all_thirty_sample_points(shared_data):
    sample = rows(shared_data / "admin" / "kota_bogor_points_sample.csv")
    assert len(sample) == 30
    located = [BOGOR.locate(float(row["lat"]), float(row["lon"])) or "" for row in sample]
    assert located == [row["kode"] for row in sample]


def test_every_centroid_that_lies_inside(shared_data):
    centroids = rows(shared_data / "admin" / "kota_bogor_kelurahan_centroid.csv")
    inside = [row for row in centroids if row["dalam_poligon"] == "1"]
    assert len(inside) == 65
    for row in inside:
        assert BOGOR.locate(float(row["lat"]), float(row["lon"])) == row["kode"], row["kelurahan"]


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (0.0, 0.0),
        (-6.2, 106.8),
        (106.8, -6.6),
        (float("nan"), 106.8),
        (float("inf"), 106.8),
        (-600.0, 106.8),
        (-6.6, 0.0),
    ],
)
def test_nowhere_outside_and_nonsense_are_none(lat, lon):
    assert BOGOR.locate(lat, lon) is None


def square(code, west, east, south=0.1, north=0.101):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"kode": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def index_of(tmp_path, *features):
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return BoundaryIndex(path)


def test_a_sliver_belongs_to_the_nearest_within_sixty_metres(tmp_path):
    index = index_of(tmp_path, square("a", 100.000, 100.001), square("b", 100.0012, 100.002))
    metre = 1 / 111_320
    assert index.locate(0.1005, 100.001 + 5 * metre) == "a"
    assert index.locate(0.1005, 100.0012 - 5 * metre) == "b"
    assert index.locate(0.1005, 100.002 + 59 * metre) == "b"
    assert index.locate(0.1005, 100.002 + 61 * metre) is None


@pytest.mark.parametrize("turned", [False, True])
def test_an_overlap_goes_to_the_nearest_centroid_whatever_the_order(tmp_path, turned):
    features = [square("a", 100.000, 100.002), square("b", 100.0018, 100.003)]
    index = index_of(tmp_path, *(reversed(features) if turned else features))
    assert index.locate(0.1005, 100.0019) == "b"
    same = [square("d", 100.0, 100.001), square("c", 100.0, 100.001)]
    assert index_of(tmp_path, *(reversed(same) if turned else same)).locate(0.1005, 100.0005) == "c"


def test_the_index_is_built_once_in_a_process():
    path = cities.boundaries_path("bandung")
    assert boundary_index(path) is boundary_index(path)
    assert boundary_index(path).locate(0, 0) is None


@pytest.mark.parametrize("text", ["", "[]", '{"features": [{}]}', '{"features": 1}', "{"])
def test_no_geojson_is_one_sentence(tmp_path, text):
    path = tmp_path / "x.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"^x\.geojson: bukan GeoJSON yang sah; yang boleh: FeatureCollection"
    ):
        BoundaryIndex(path)


def test_importing_costs_no_shapely():
    code = "import sys, qlue_desk.central.places; print('shapely' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
