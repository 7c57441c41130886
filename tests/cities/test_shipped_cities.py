"""What ships: every city loads, Bogor is complete, and ownership follows the dates."""

import datetime as dt
import json
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from qlue_desk import cities
from qlue_desk.domain.city import Cooperation, Deadline, Unit

COUNTS = {
    "bandung": (30, 151),
    "bogor": (6, 68),
    "cilegon": (0, 0),
    "jakarta": (44, 267),
    "manado": (0, 0),
    "parepare": (0, 0),
    "probolinggo": (5, 29),
}


def test_the_shipped_cities_are_the_story_s():
    assert cities.shipped() == sorted(COUNTS)


@pytest.mark.parametrize("key", sorted(COUNTS))
def test_every_shipped_city_loads_with_its_areas(key):
    city = cities.load_shipped(key)
    assert city.key == key
    assert (len(city.kecamatan), len(city.kelurahan)) == COUNTS[key]
    assert all(kelurahan.code.startswith(city.code + ".") for kelurahan in city.kelurahan)
    assert all(category.owner_on(dt.date(2026, 1, 5)) in city.dinas_by_key for category in city.categories)


def test_zones_codes_and_cooperation():
    told = {
        key: (city.prefix, city.code, city.zone, city.cooperation.value, city.sla.key)
        for key in cities.shipped()
        for city in [cities.load_shipped(key)]
    }
    assert told == {
        "bandung": ("BDG", "32.73", "Asia/Jakarta", "trial", "sp4n"),
        "bogor": ("BGR", "32.71", "Asia/Jakarta", "trial", "bogor"),
        "cilegon": ("CLG", "36.72", "Asia/Jakarta", "partner", "sp4n"),
        "jakarta": ("JKT", "31", "Asia/Jakarta", "partner", "jakarta"),
        "manado": ("MDO", "71.71", "Asia/Makassar", "partner", "sp4n"),
        "parepare": ("PRE", "73.72", "Asia/Makassar", "partner", "sp4n"),
        "probolinggo": ("PBL", "35.74", "Asia/Jakarta", "partner", "sp4n"),
    }
    assert all(ZoneInfo(zone) for _, _, zone, _, _ in told.values())


def test_no_two_shipped_cities_share_prefix_or_code():
    loaded = [cities.load_shipped(key) for key in cities.shipped()]
    for city in loaded:
        cities.check_distinct(city, loaded, f"{city.key}.toml")


def test_bogor_s_kelurahan_by_kecamatan():
    city = cities.load_shipped("bogor")
    names = Counter(city.kecamatan_by_code[entry.kecamatan].name for entry in city.kelurahan)
    assert names == {
        "Bogor Selatan": 16,
        "Bogor Timur": 6,
        "Bogor Tengah": 11,
        "Bogor Barat": 16,
        "Bogor Utara": 8,
        "Tanah Sareal": 11,
    }


def test_bogor_agrees_with_the_register_and_the_centroids(shared_data):
    import csv

    city = cities.load_shipped("bogor")
    with (shared_data / "admin" / "kota_bogor_kelurahan_centroid.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = {(entry.code, entry.name.casefold(), entry.lat_e6, entry.lon_e6) for entry in city.kelurahan}
    assert told == {
        (
            row["kode"],
            row["kelurahan"].casefold(),
            round(float(row["lat"]) * 1e6),
            round(float(row["lon"]) * 1e6),
        )
        for row in rows
    }


@pytest.mark.parametrize(
    ("category", "day", "dinas"),
    [
        ("pju", dt.date(2019, 12, 31), "disperumkim"),
        ("pju", dt.date(2020, 1, 1), "dishub"),
        ("kebakaran", dt.date(2022, 1, 1), "damkarmat"),
        ("jalan_rusak", dt.date(2017, 11, 1), "dpupr"),
        ("sampah", dt.date(2017, 11, 1), "dlh"),
        ("parkir_liar", dt.date(2017, 11, 1), "dishub"),
        ("pkl", dt.date(2017, 11, 1), "satpol_pp"),
        ("pohon_tumbang", dt.date(2017, 11, 1), "disperumkim"),
        ("banjir", dt.date(2017, 11, 1), "bpbd"),
        ("gelandangan", dt.date(2017, 11, 1), "dinsos"),
        ("air_bersih", dt.date(2017, 11, 1), "pdam"),
        ("kependudukan", dt.date(2017, 11, 1), "disdukcapil"),
        ("lainnya", dt.date(2017, 11, 1), "diskominfo"),
    ],
)
def test_who_owns_what_in_bogor(category, day, dinas):
    assert cities.load_shipped("bogor").category_by_key[category].owner_on(day) == dinas


def test_outside_parties_of_bogor_are_only_referred_to():
    city = cities.load_shipped("bogor")
    outside = {dinas.key: dinas.name for dinas in city.dinas if dinas.outside}
    assert outside == {"polres": "Polresta", "pln": "PLN", "bbpjn": "BBPJN"}
    assert city.dinas_name("pdam") == "Tirta Pakuan"
    assert "disperkim" not in city.dinas_by_key


def test_emergencies_run_around_the_clock():
    city = cities.load_shipped("bogor")
    assert {category.key for category in city.categories if category.round_the_clock} == {
        "banjir",
        "keamanan",
        "kebakaran",
        "longsor",
        "penyelamatan",
        "pohon_tumbang",
    }


def test_every_category_has_a_letter_and_enough_words():
    for category in cities.load_shipped("bogor").categories:
        assert category.letter, category.key
        assert category.source_names, category.key
        assert category.key == "lainnya" or len(category.keywords) >= 8, category.key


def test_bogor_s_clocks():
    sla = cities.load_shipped("bogor").sla
    assert sla.dispatch == Deadline(7, Unit.MINUTES)
    assert sla.acknowledge == Deadline(24, Unit.HOURS)
    assert [(step.after.amount, step.to) for step in sla.escalation] == [
        (24, "Kepala Dinas"),
        (48, "Wali Kota"),
    ]
    assert {name: deadline.amount for name, deadline in sla.resolve.items()} == {
        "fast": 5,
        "medium": 14,
        "slow": 60,
    }


@pytest.mark.parametrize("key", ["bogor", "bandung"])
def test_boundaries_hold_every_kelurahan(key):
    path = cities.boundaries_path(key)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    city = cities.load_shipped(key)
    assert {feature["properties"]["kode"] for feature in features} == set(city.kelurahan_by_code)
    south, west, north, east = city.bounds
    for kelurahan in city.kelurahan:
        assert south <= kelurahan.lat_e6 <= north
        assert west <= kelurahan.lon_e6 <= east


def test_a_city_without_boundaries_has_none():
    assert cities.boundaries_path("manado") is None
    assert cities.boundaries_path("atlantis") is None


def test_ramadan_every_year_from_2019_to_2030():
    periods = cities.ramadan_periods()
    assert Counter(first.year for first, _ in periods) == {**dict.fromkeys(range(2019, 2030), 1), 2030: 2}
    assert all(29 <= (last - first).days + 1 <= 30 for first, last in periods)
    assert (dt.date(2024, 3, 12), dt.date(2024, 4, 9)) in periods
    assert (dt.date(2026, 2, 19), dt.date(2026, 3, 20)) in periods


def test_streets_lie_in_known_kelurahan():
    known = cities.load_shipped("bogor").kelurahan_by_code
    listed = cities.streets("bogor")
    assert len(listed) >= 60
    assert all(street.kelurahan in known for street in listed)
    assert len({street.name for street in listed}) == len(listed)
    assert cities.Street("Jl. Suryakencana", "32.71.03.1001") in listed
    assert cities.streets("manado") == []


def test_bogor_tries_out_qlue():
    assert cities.load_shipped("bogor").cooperation is Cooperation.TRIAL
