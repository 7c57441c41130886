"""Words that left the desk are not found in its index's pages either."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.casework.reading import queue
from qlue_desk.domain.complaint import Entry
from qlue_desk.domain.moves import Fields
from qlue_desk.store import burning, complaints, meta
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from tests.desk_world import NOW, DeskWorld
from tests.store.older import back_to_version_5
from tests.waiting import until

TODAY = 1_800_000_000.0


def _in_index(store: Store, word: str) -> bool:
    pages = store.reading(
        lambda: (
            connection()
            .execute("SELECT block FROM complaint_words_data UNION ALL SELECT term FROM complaint_words_idx")
            .fetchall()
        )
    )
    return any(word.encode() in bytes(page) for (page,) in pages)


def _marked(store: Store) -> bool:
    return store.reading(meta.get, burning.GONE) is not None


def _burn(store: Store, now: float) -> int:
    steps = 0
    while store.writing(burning.burn, now):
        steps += 1
    return steps


@pytest.fixture
def world(tmp_path: Path) -> DeskWorld:
    return DeskWorld.make(tmp_path / "home")


def test_a_removed_report_takes_its_words_along(world: DeskWorld) -> None:
    gone = world.add(title="Lampu zamrud padam", street="Jl. Kuarsa")
    world.add(title="Lubang di jalan")
    world.store.writing(complaints.remove, gone.id)
    assert _in_index(world.store, "zamrud")
    assert _burn(world.store, TODAY) > 0
    assert not _in_index(world.store, "zamrud")
    assert not _in_index(world.store, "kuarsa")
    assert _in_index(world.store, "lubang")
    assert not _left(world.store)
    world.close()


def _left(store: Store) -> bool:
    return bool(store.reading(burning.wanted))


def _merged() -> None:
    connection().execute("INSERT INTO complaint_words(complaint_words) VALUES ('optimize')")


def _changes() -> int:
    return int(connection().total_changes)


def test_a_note_more_takes_nothing_away_and_is_cheap(world: DeskWorld) -> None:
    texts = (" ".join(f"{n * m % 9973:04}kata" for n in range(60)) for m in range(1, 300))
    one, *_others = made = [world.complaint(text=text) for text in texts]
    world.put(made)
    world.store.writing(_merged)

    def noted() -> None:
        note = Entry(id="n_1", complaint_id=one.id, verb="note", at=NOW, text="sudah dilihat")
        complaints.put_entries([note])
        complaints.put_view(one)

    before = world.store.writing(_changes)
    world.store.writing(noted)  # the index is written with the commit
    assert world.store.writing(_changes) - before < 40  # with `secure-delete`: one and more a word
    assert not _left(world.store)
    world.close()


def test_an_erased_text_is_burned(world: DeskWorld) -> None:
    one = world.add(text="namanya Wiyogo")
    act(world.workplace, [one.id], "note", Fields(note="kata rahsia"), now=NOW)

    def erase() -> None:
        connection().execute("DELETE FROM entry WHERE complaint_id = ?", (one.id,))
        found = complaints.get(one.id)
        assert found is not None
        complaints.put_view(found)

    world.store.writing(erase)
    assert _marked(world.store)
    _burn(world.store, TODAY)
    assert not _in_index(world.store, "rahsia")
    assert _in_index(world.store, "wiyogo")
    world.store.writing(lambda: connection().execute("UPDATE complaint SET text = ''"))
    assert _marked(world.store)
    assert _burn(world.store, TODAY + burning.DAY - 1) == 0  # once a day
    assert _in_index(world.store, "wiyogo")
    assert _burn(world.store, TODAY + burning.DAY) > 0
    assert not _in_index(world.store, "wiyogo")
    world.close()


def test_what_goes_meanwhile_is_for_the_next_time(world: DeskWorld) -> None:
    first, second = world.add(title="zamrud"), world.add(title="kuarsa")
    world.store.writing(complaints.remove, first.id)
    assert world.store.writing(burning.burn, TODAY)
    world.store.writing(complaints.remove, second.id)
    _burn(world.store, TODAY)
    assert _marked(world.store)
    _burn(world.store, TODAY + burning.DAY)
    assert not _in_index(world.store, "kuarsa")
    assert not _left(world.store)
    world.close()


def test_an_older_file_stops_taking_out_each_word(tmp_path: Path, world: DeskWorld) -> None:
    one = world.add(title="zamrud")
    world.store.writing(back_to_version_5)
    world.close()
    with contextlib.closing(Store.open(tmp_path / "home")) as store:
        [option] = store.reading(
            lambda: (
                connection()
                .execute("SELECT v FROM complaint_words_config WHERE k = 'secure-delete'")
                .fetchone()
            )
        )
        assert option == 0
        store.writing(complaints.remove, one.id)
        assert _marked(store)


def test_the_writer_burns_while_nobody_waits(world: DeskWorld) -> None:
    gone = world.add(title="zamrud")
    world.store.writing(complaints.remove, gone.id)
    until(lambda: not _in_index(world.store, "zamrud"))
    world.close()


def _segments(store: Store) -> int:
    return store.reading(
        lambda: connection().execute("SELECT count(DISTINCT segid) FROM complaint_words_idx").fetchone()[0]
    )


def test_the_words_of_acts_are_merged_at_rest_and_not_in_an_act(world: DeskWorld) -> None:
    report = world.add(title="Lampu zamrud padam")
    before = _segments(world.store)
    world.store.has_partner = True  # who rests instead
    for n in range(20):
        act(world.workplace, [report.id], "note", Fields(note=f"batu akik {n}"), now=NOW)
    assert _segments(world.store) == before + 20
    world.store.has_partner = False
    until(lambda: _segments(world.store) < 6)
    assert [row["number"] for row in queue(world.workplace, "akik")] == [report.number]
    world.close()
