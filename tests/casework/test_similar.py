"""Reports of the same thing: near and at the same time, or alike in words; open ones first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.similar import similar
from qlue_desk.casework.telling import entry_words
from qlue_desk.domain.complaint import Channel, Entry, Status, Suggestion
from qlue_desk.domain.similarity import Subject, subject_of
from qlue_desk.store.bound import connection
from tests.desk_world import NOW, DeskWorld

HERE = {"lat_e6": -6_590_000, "lon_e6": 106_800_000}
DAY = dt.timedelta(days=1)
PLAIN = {"title": "Lubang", "text": "Lubang besar.", "street": ""}


def there(metres: int) -> dict[str, int]:
    return {"lat_e6": -6_590_000 - round(metres / 111_320 * 1e6), "lon_e6": 106_800_000}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_dewi")
    yield made
    made.close()


def test_same_category_within_300_metres_and_14_days(world: DeskWorld) -> None:
    other = world.workplace.city.categories[1].key
    when = NOW - 20 * DAY
    one = world.add(created_at=when, **PLAIN, **HERE)
    far_edge = world.add(created_at=when + 14 * DAY, **PLAIN, **there(299))
    close = world.add(created_at=when - 14 * DAY, **PLAIN, **there(50))
    done = world.add(created_at=when, status=Status.RESOLVED, **PLAIN, **there(1))
    world.add(created_at=when, **PLAIN, **there(302))
    world.add(created_at=when + 14 * DAY + dt.timedelta(minutes=1), **PLAIN, **HERE)
    world.add(created_at=when, category=other, **PLAIN, **HERE)
    world.add(created_at=when, status=Status.DUPLICATE, **PLAIN, **HERE)
    world.add(created_at=when, status=Status.NOT_A_REPORT, **PLAIN, **HERE)
    found = similar(world.workplace, subject_of(one))
    assert [(each.complaint.id, each.metres) for each in found] == [
        (close.id, 50),
        (far_edge.id, 299),
        (done.id, 1),
    ]
    assert all(each.is_near for each in found)


def test_without_a_place_the_street_counts_but_not_another_kelurahan(world: DeskWorld) -> None:
    places = [place.code for place in world.workplace.city.kelurahan]
    one = world.add(**(PLAIN | {"street": "Jl. Raya Pajajaran No 3"}), kelurahan=places[0])
    same = world.add(
        **(PLAIN | {"street": "Jalan Raya Pajajaran, depan terminal"}), kelurahan=places[0], **HERE
    )
    unplaced = world.add(
        **(PLAIN | {"street": "jln raya pajajaran"}), kelurahan=None, created_at=NOW - 5 * DAY
    )
    world.add(**(PLAIN | {"street": "Jl. Raya Pajajaran"}), kelurahan=places[1])
    world.add(**(PLAIN | {"street": "Jl. Raya Tajur"}), kelurahan=places[0])
    found = similar(world.workplace, subject_of(one))
    assert [(each.complaint.id, each.same_street) for each in found] == [(same.id, True), (unplaced.id, True)]


def test_rare_words_in_common_are_found_whatever_category(world: DeskWorld) -> None:
    other = world.workplace.city.categories[1].key
    for number in range(8):
        world.add(
            title="Lampu mati", text="Lampu jalan mati malam.", street="", created_at=NOW - number * DAY
        )
    one = world.add(
        title="Pohon condong", text="Condong ke warung Sederhana milik Pak Karyo.", street="", category=None
    )
    alike = world.add(
        title="Awas", text="Depan warung sederhana, pak KARYO takut.", street="", category=other
    )
    world.add(title="Karyo", text="Bukan itu.", street="", category=other)
    differs = Subject(NOW, category="x", text="warung sederhana")
    assert [each.complaint.id for each in similar(world.workplace, differs)] == [one.id]
    found = similar(world.workplace, subject_of(one))
    assert [(each.complaint.id, each.words) for each in found] == [
        (alike.id, ("karyo", "sederhana", "warung"))
    ]
    assert not found[0].is_near
    lamp = similar(world.workplace, Subject(NOW, id="c_x", text="lampu mati malam"))
    assert lamp == []  # words that many say tell nothing


def test_the_names_of_a_place_alone_make_nothing_alike(world: DeskWorld) -> None:
    place = next(each for each in world.workplace.city.kelurahan if each.name == "Marga Jaya")
    at = {"street": "Jl. Dramaga", "kelurahan": place.code}
    one = world.add(title="Lampu terlalu singkat", text="Di Jl. Dramaga, Marga Jaya.", **at)
    other = world.workplace.city.categories[1].key
    world.add(title="Angkot ngebut", text="Di Jl. Dramaga, Marga Jaya.", category=other, **at)
    assert similar(world.workplace, subject_of(one)) == []


def test_a_suggested_category_counts_until_somebody_sets_one(world: DeskWorld) -> None:
    category = world.workplace.city.categories[0].key
    one = world.add(
        status=Status.NEW, category=None, suggestion=Suggestion(category=category), **PLAIN, **HERE
    )
    near = world.add(status=Status.NEW, **PLAIN, **there(20))
    assert [each.complaint.id for each in similar(world.workplace, subject_of(one))] == [near.id]


def test_a_caller_hears_of_open_reports_of_any_age(world: DeskWorld) -> None:
    category, place = world.workplace.city.categories[0].key, world.workplace.city.kelurahan[0].code
    old = world.add(created_at=NOW - 90 * DAY, **PLAIN)
    new = world.add(**(PLAIN | {"street": "Jl. Merdeka 2"}))
    world.add(status=Status.RESOLVED, **PLAIN)
    subject = Subject(NOW, category=category, kelurahan=place)
    found = similar(world.workplace, subject, only_open=True)
    assert [(each.complaint.id, each.same_area) for each in found] == [(new.id, True), (old.id, True)]
    typed = Subject(NOW, category=category, kelurahan=place, street="Jalan Merdeka")
    assert [each.complaint.id for each in similar(world.workplace, typed, only_open=True)] == [new.id]
    assert similar(world.workplace, Subject(NOW, kelurahan=place), only_open=True) == []


def test_the_history_of_the_one_that_goes_on_names_the_other(world: DeskWorld) -> None:
    line = Entry("h_1", "c_1", "merge", NOW, fields={"merged": "BGR-26-000007"})
    words = entry_words(line, world.workplace.city, Channel.QLUE)
    assert words == "BGR-26-000007 digabung ke laporan ini"


def test_no_report_is_opened_to_find_those_nearby(world: DeskWorld) -> None:
    def plan() -> str:
        statement = (
            "EXPLAIN QUERY PLAN SELECT row, created_at, lat_e6, lon_e6, kelurahan, street FROM complaint"
            " INDEXED BY complaint_near WHERE category = 'a' AND created_at BETWEEN 1 AND 2 AND is_open = 1"
            " ORDER BY created_at DESC"
        )
        return " ".join(str(row[3]) for row in connection().execute(statement))

    found = world.store.reading(plan)
    assert "COVERING INDEX complaint_near" in found
    assert "TEMP B-TREE" not in found
