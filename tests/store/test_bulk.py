"""A copy in bulk: the file is the one that row after row would have made."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.moves import Fields
from qlue_desk.store import bulk, replica, search, snapshot, tally
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from tests.feed_stream import FeedStream, history
from tests.store.test_replica import Replica


class BrokenOff(Exception):
    """In the middle of it."""


_WORDS = "SELECT rowid FROM complaint_words WHERE complaint_words MATCH ?"


def _all_of(store: Store) -> dict[str, Any]:
    def found() -> dict[str, Any]:
        current = connection()
        current.execute("INSERT INTO complaint_words(complaint_words, rank) VALUES ('integrity-check', 1)")
        lists = {
            "made": "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
            "tally": "SELECT * FROM tally WHERE n <> 0 ORDER BY kind, a, b",
            "complaint": "SELECT * FROM complaint ORDER BY row",
            "entry": "SELECT * FROM entry ORDER BY rowid",
            "stage": "SELECT * FROM stage",
        }
        told = {name: [row[:] for row in current.execute(sql)] for name, sql in lists.items()}
        words = {
            word: current.execute(_WORDS, (word,)).fetchall() for word in ("jambu", "mangga", "lubang", "lu*")
        }
        return {**told, **words, "check": current.execute("PRAGMA integrity_check").fetchall()}

    return store.writing(found)


def _staged(home: Path) -> list[str]:
    """A desk with an old row, one that leaves and one with own work; central's rows lie in the stage. Their ids."""
    world = Replica.make(home)
    old, leaves, own = (world.complaint(title=f"Pohon {word}") for word in ("jambu", "mangga", "jambu"))
    world.follow(old, leaves, own)
    act(world.workplace, own.id, "note", Fields(note="lihat mangga"))
    world.stream = FeedStream("e2")
    new = [world.complaint(title=f"Lubang {n}", street="Jl. Jambu" if n == 3 else "") for n in range(9)]
    for each in (old, own, *new):
        world.stream.put(each, history(each, "dispatch", text="sudah dilihat"))
    payloads = [replica.payload_of(bytes(event.payload)) for event in world.stream.events]
    world.store.writing(snapshot.begin)
    stage = world.store.writing(snapshot.put_page, world.stream.snapshot(*payloads))
    assert world.store.writing(snapshot.replay, world.stream.page(stage.cursor))
    world.close()
    return [old.id, own.id, *(each.id for each in new)]


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    _staged(tmp_path / "staged")
    return tmp_path / "staged"


def _swapped(staged: Path, copy: Path) -> dict[str, Any]:
    shutil.copytree(staged, copy)
    store = Store.open(copy)
    store.writing(snapshot.swap)
    found = _all_of(store)
    store.close()
    return found


def test_a_copy_in_bulk_leaves_what_row_after_row_would_have(
    staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = _swapped(staged, tmp_path / "one")
    begun = []
    rebuild = search.rebuild
    monkeypatch.setattr(search, "rebuild", lambda: begun.append(rebuild()))
    monkeypatch.setattr(bulk, "WORTH_FROM", 2)
    assert _swapped(staged, tmp_path / "bulk") == one_by_one
    assert begun == [None]
    assert len(one_by_one["complaint"]) == 11
    assert (len(one_by_one["jambu"]), len(one_by_one["mangga"]), len(one_by_one["lu*"])) == (3, 1, 9)
    assert one_by_one["stage"] == []
    assert one_by_one["check"] == [("ok",)]


def test_a_bulk_copy_that_breaks_off_leaves_the_old_rows_with_their_indexes(
    staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(staged)
    before = _all_of(store)
    monkeypatch.setattr(bulk, "WORTH_FROM", 2)

    def full() -> None:
        raise BrokenOff

    with monkeypatch.context() as broken:
        broken.setattr(tally, "recount", full)
        with pytest.raises(BrokenOff):
            store.writing(snapshot.swap)
    assert _all_of(store) == before
    assert store.writing(snapshot.swap) == 11
    store.close()
