"""A large copy is made beside what is read, in short transactions: the file is the one that row after row would make."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from qlue_desk.casework.acting import act
from qlue_desk.casework.entering import enter
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.moves import Fields
from qlue_desk.store import beside, complaints, leaving, outbox, queue, replica, snapshot, tally
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from tests.casework.test_entering import CALL
from tests.desk_world import NOW, DeskWorld
from tests.feed_stream import FeedStream, history
from tests.store.test_replica import Replica


class BrokenOff(Exception):
    """In the middle of it."""


_WORDS = "SELECT id FROM complaint WHERE row IN (SELECT rowid FROM complaint_words WHERE complaint_words MATCH ?) ORDER BY 1"


def _all_of(store: Store) -> dict[str, Any]:
    def found() -> dict[str, Any]:
        current = connection()
        current.execute("INSERT INTO complaint_words(complaint_words, rank) VALUES ('integrity-check', 1)")
        lists = {
            "made": "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
            "tally": "SELECT * FROM tally WHERE n <> 0 ORDER BY kind, a, b",
            "complaint": f"SELECT {', '.join(complaints.COLUMNS)} FROM complaint ORDER BY id",
            "entry": "SELECT * FROM entry ORDER BY id",
            "clock": "SELECT * FROM tally_clock",
            "stage": "SELECT * FROM stage",
        }
        told = {name: [row[:] for row in current.execute(sql)] for name, sql in lists.items()}
        words = {
            word: current.execute(_WORDS, (word,)).fetchall() for word in ("jambu", "mangga", "lubang", "lu*")
        }
        return {**told, **words, "check": current.execute("PRAGMA integrity_check").fetchall()}

    return store.writing(found)


def _staged(home: Path) -> FeedStream:
    """A desk with an old row, one that leaves and one with own work; central's rows, of this stream, lie in the stage."""
    world = Replica.make(home)
    old, leaves, own = (world.complaint(title=f"Pohon {word}") for word in ("jambu", "mangga", "jambu"))
    world.follow(old, leaves, own)
    act(world.workplace, [own.id], "note", Fields(note="lihat mangga"))
    world.stream = FeedStream("e2")
    new = [world.complaint(title=f"Lubang {n}", street="Jl. Jambu" if n == 3 else "") for n in range(9)]
    for each in (old, own, *new):
        world.stream.put(each, history(each, "dispatch", text="sudah dilihat"))
    payloads = [replica.payload_of(bytes(event.payload)) for event in world.stream.events]
    world.store.writing(snapshot.begin)
    stage = world.store.writing(snapshot.put_page, world.stream.snapshot(*payloads))
    assert world.store.writing(snapshot.replay, world.stream.page(stage.cursor))
    world.close()
    return world.stream


@pytest.fixture
def stream(tmp_path: Path) -> FeedStream:
    return _staged(tmp_path / "staged")


@pytest.fixture
def staged(stream: FeedStream, tmp_path: Path) -> Path:
    assert stream.events
    return tmp_path / "staged"


def _rows(store: Store) -> dict[str, int]:
    """Row numbers by id: an open desk knows by them what is marked."""
    return dict(store.reading(lambda: connection().execute("SELECT id, row FROM complaint").fetchall()))


def _swapped(staged: Path, copy: Path) -> dict[str, Any]:
    shutil.copytree(staged, copy)
    store = Store.open(copy)
    known = _rows(store)
    store.writing(snapshot.swap)
    found = _all_of(store)
    found["rows"] = {each: row for each, row in _rows(store).items() if each in known}
    store.close()
    return found


def test_a_copy_made_beside_leaves_what_row_after_row_would_have(
    staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = _swapped(staged, tmp_path / "one")
    begun = []
    begin = beside.begin
    monkeypatch.setattr(beside, "begin", lambda: begun.append(begin()))
    monkeypatch.setattr(beside, "WORTH_FROM", 2)
    assert _swapped(staged, tmp_path / "beside") == one_by_one
    assert begun == [None]
    assert len(one_by_one["rows"]) == 2
    assert len(one_by_one["complaint"]) == 11
    assert (len(one_by_one["jambu"]), len(one_by_one["mangga"]), len(one_by_one["lu*"])) == (3, 1, 9)
    assert one_by_one["stage"] == []
    assert one_by_one["check"] == [("ok",)]


@pytest.mark.parametrize("worth_from", [2, 1000], ids=["beside", "one by one"])
def test_a_known_report_keeps_its_row_number_and_no_new_one_gets_that_of_another(
    staged: Path, monkeypatch: pytest.MonkeyPatch, worth_from: int
) -> None:
    _small_steps(monkeypatch)
    monkeypatch.setattr(beside, "WORTH_FROM", worth_from)
    world = DeskWorld(Workplace.open(staged))
    for _ in range(5):  # beside, the first rows are made by now
        world.store.writing(snapshot.prepare)
    entered = enter(world.signed_in_as("u_oki"), CALL, NOW)
    before = _rows(world.store)
    world.store.writing(snapshot.swap)
    after = _rows(world.store)
    stayed = before.keys() & after.keys()
    assert (len(before), len(after), len(stayed)) == (4, 12, 3)
    assert {each: after[each] for each in stayed} == {each: before[each] for each in stayed}
    assert not {after[each] for each in after.keys() - stayed} & set(before.values())
    found = _all_of(world.store)
    assert found["check"] == [("ok",)]
    said = world.store.reading(lambda: connection().execute(_WORDS, ("tumbang",)).fetchall())
    assert said == [(entered.id,)]
    world.store.writing(_count_anew)
    assert _all_of(world.store)["tally"] == found["tally"]
    world.close()


def test_the_row_number_of_a_report_that_left_is_given_to_no_other(tmp_path: Path) -> None:
    """Who had marked it would have marked the other, where both come with one page."""
    world = DeskWorld.make(tmp_path)
    world.add()
    last = world.add()
    number = _rows(world.store)[last.id]

    def leaves_and_comes() -> None:
        complaints.remove(last.id)
        complaints.put_view(replace(last, id="c_new"))
        complaints.remove("c_new")
        complaints.put_confirmed([(replace(last, id="c_newer"), ())])

    world.store.writing(leaves_and_comes)
    assert _rows(world.store)["c_newer"] == number + 2
    world.close()


def test_a_swap_that_breaks_off_leaves_the_old_rows_with_their_indexes(
    staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(staged)
    before = _all_of(store)
    monkeypatch.setattr(beside, "WORTH_FROM", 2)

    def full() -> None:
        raise BrokenOff

    with monkeypatch.context() as broken:
        broken.setattr(tally, "put_in_place", full)
        with pytest.raises(BrokenOff):
            store.writing(snapshot.swap)
    assert _all_of(store) == before
    assert store.writing(snapshot.swap) == 11
    store.close()


def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "WORTH_FROM", 2)
    monkeypatch.setattr(beside, "_AT_ONCE", 4)
    monkeypatch.setattr(snapshot, "_STEP", 4)


def _ids(store: Store) -> list[str]:
    return store.reading(lambda: [row[0] for row in connection().execute("SELECT id FROM complaint")])


def test_between_two_steps_people_act_and_read_the_old_rows_and_the_swap_keeps_it(
    staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _small_steps(monkeypatch)
    world = DeskWorld(Workplace.open(staged))
    old = _ids(world.store)
    world.store.writing(tally.advance, NOW - dt.timedelta(days=3))
    acted: list[str] = []
    steps = 0
    while world.store.writing(snapshot.prepare):
        steps += 1
        assert _ids(world.store) == old
        [outcome] = act(world.workplace, [old[0]], "note", Fields(note=f"langkah {steps}"))
        acted.append(outcome.action_id)
        if steps == 12:
            entered = enter(world.signed_in_as("u_oki"), CALL, NOW)
            old.append(entered.id)
        if steps == 20:
            world.store.writing(tally.advance, NOW)
    assert steps > 19
    assert world.store.writing(snapshot.swap) == 11
    assert len(_ids(world.store)) == 12
    assert world.get(entered.id) == entered
    assert [line.verb for line in world.store.reading(complaints.entries, entered.id)] == ["enter"]
    lines = world.store.reading(complaints.entries, old[0])
    assert {line.action_id for line in lines if line.text.startswith("langkah")} == set(acted)
    assert set(acted) <= {item.action.id for item in world.store.reading(outbox.waiting)}
    found = _all_of(world.store)
    assert found["check"] == [("ok",)]
    assert found["clock"] == [(int(NOW.timestamp()),)]
    counted = found["tally"]
    world.store.writing(_count_anew)
    assert _all_of(world.store)["tally"] == counted
    world.close()


def test_another_process_reads_and_writes_what_was_put_in_place(
    staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connections know the tables of before; each reads the table of contents anew by itself."""
    _small_steps(monkeypatch)
    engine, desk = Store.open(staged), DeskWorld(Workplace.open(staged))

    def found(written: str) -> list[str]:
        rows = desk.store.reading(queue.find_ids, desk.workplace.query(written), now=NOW)
        return [id_ for _row, id_ in desk.store.reading(queue.ids, rows)]

    assert (len(_ids(desk.store)), found("lubang")) == (3, [])
    while engine.writing(snapshot.prepare):
        assert found("lubang") == []
    engine.writing(snapshot.swap)
    assert len(found("")) == 11
    [first, *others] = found("lubang")
    assert len(others) == 8
    [outcome] = act(desk.workplace, [first], "note", Fields(note="ada kucing"))
    assert outcome.done
    assert found("kucing") == [first]
    assert _all_of(engine)["check"] == [("ok",)]
    for store in (desk, engine):
        store.close()


def _count_anew() -> None:
    connection().execute("DELETE FROM tally")
    connection().execute(tally._count_all())


def test_a_copy_that_was_broken_off_goes_on_and_takes_nothing_into_the_stage(
    staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _swapped(staged, tmp_path / "whole")
    _small_steps(monkeypatch)
    for number in range(40):
        copy = tmp_path / f"step {number}"
        shutil.copytree(staged, copy)
        store = Store.open(copy)
        more = [store.writing(snapshot.prepare) for _ in range(number)]
        store.close()
        store = Store.open(copy)
        assert store.writing(snapshot.swap) == 11
        assert whole == {**_all_of(store), "rows": whole["rows"]}
        store.close()
        if more and not more[-1]:
            return
    raise AssertionError("it never ended")


def test_what_came_meanwhile_waits_for_the_feed(
    staged: Path, stream: FeedStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    _small_steps(monkeypatch)
    world = DeskWorld(Workplace.open(staged))
    stage = world.store.reading(snapshot.current)
    assert stage is not None
    for _ in range(3):
        world.store.writing(snapshot.prepare)
    before = world.store.reading(lambda: connection().execute("SELECT * FROM stage").fetchall())
    stream.put(world.complaint(title="Lubang baru"))
    assert world.store.writing(snapshot.replay, stream.page(stage.cursor))
    assert world.store.reading(lambda: connection().execute("SELECT * FROM stage").fetchall()) == before
    world.close()


def test_what_lies_beside_goes_with_a_new_copy_and_with_a_purge(
    staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _small_steps(monkeypatch)
    store = Store.open(staged)
    before = _all_of(store)["made"]
    for forget in (snapshot.begin, leaving.purge):
        store.writing(beside.begin)
        assert _all_of(store)["made"] != before
        store.writing(forget)
        assert _all_of(store)["made"] == before
    store.close()
