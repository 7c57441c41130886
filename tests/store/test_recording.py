"""Twin and database wait for the disk at the same time; recorded is what both have, whatever dies in between."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.store import journal, meta, outbox, twin
from qlue_desk.store.bound import connection
from qlue_desk.store.connecting import EncryptedDatabase, Way
from qlue_desk.store.database import Store
from qlue_desk.store.key import load_key
from qlue_desk.store.resting import Resting
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path / "home")
    made.add(status=Status.DISPATCHED)
    yield made
    made.close()


def note(world: DeskWorld, text: str) -> str:
    [outcome] = act(world.workplace, ["1"], "note", Fields(note=text), now=NOW)
    assert outcome.done
    return outcome.action_id


def in_twin(home: Path) -> list[str]:
    return [line.action.id for line in twin.read(home / twin.FILE).recorded if line.action]


def in_outbox(store: Store) -> list[str]:
    return [item.action.id for item in store.reading(outbox.waiting)]


def test_nothing_is_called_recorded_before_both_are_durable(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = threading.Event()
    fsync = os.fsync

    def slow(handle: int) -> None:
        taken.wait()
        fsync(handle)

    monkeypatch.setattr(os, "fsync", slow)
    told: list[str] = []
    person = threading.Thread(target=lambda: told.append(note(world, "sebentar")))
    person.start()
    try:
        until(lambda: in_outbox(world.store))  # the commit did not wait
        assert told == []
    finally:
        taken.set()
        person.join()
    assert told == in_outbox(world.store) == in_twin(world.store.folder)


KILLED = """
import os, sys
from pathlib import Path
import peewee
from qlue_desk.casework.acting import act
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.moves import Fields
from qlue_desk.store import twin
from tests.desk_world import NOW
place = Workplace.open(Path(sys.argv[1]))
die = lambda *_given: os.kill(os.getpid(), 9)
if sys.argv[2] == "before the commit":
    peewee.Database.commit = die
else:
    os.fsync, twin.proven = lambda _handle: None, die
act(place, ["1"], "note", Fields(note="mati"), now=NOW)
"""


@pytest.mark.parametrize(("when", "rows"), [("before the commit", 0), ("before the line is durable", 1)])
def test_who_is_killed_in_between_loses_nothing(world: DeskWorld, when: str, rows: int) -> None:
    home = world.store.folder
    world.close()
    died = subprocess.run([sys.executable, "-c", KILLED, str(home), when], check=False)
    assert died.returncode == -9
    store = Store.open(home)
    try:
        [line] = in_twin(home)
        assert in_outbox(store) == [line] * rows
        assert store.writing(journal.salvage) == 1 - rows
        assert in_outbox(store) == [line]
    finally:
        store.close()


def test_a_power_cut_takes_no_line_whose_row_is_there(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Resting, "_empty_the_log", lambda _resting: None)
    home, cut = world.store.folder, tmp_path / "mati listrik"
    kept, taken_back = note(world, "satu"), note(world, "dua")
    durable = (home / twin.FILE).stat().st_size
    world.store.writing(outbox.take_back, [world.store.reading(outbox.action, taken_back)])
    after = note(world, "tiga")
    shutil.copytree(home, cut)
    (cut / "desk.db-shm").unlink()
    os.truncate(cut / twin.FILE, durable + 20)
    (cut / twin.FILE).write_bytes((cut / twin.FILE).read_bytes() + b"\nrusak\nhilang")
    assert in_twin(cut) == [kept, taken_back]
    store = Store.open(cut)
    try:
        until(lambda: in_twin(cut) == [kept, after])
    finally:
        store.close()
    assert twin.read(cut / twin.FILE).damaged == (
        b"hilang",
    )  # what the database has stands for two of the three


def test_lines_that_the_disk_did_not_take_go_with_the_next(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, "disk")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        first = note(world, "satu")
    second = note(world, "dua")
    third = note(world, "tiga")
    file = world.store.folder / twin.FILE
    assert file.read_bytes().count(b"\n") == 4  # the first one twice
    assert in_twin(world.store.folder) == [first, second, third] == in_outbox(world.store)


def test_an_action_does_not_wait_for_the_log_to_be_emptied(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Resting, "_empty_the_log", lambda _resting: None)
    database, log = world.store.path, world.store.path.with_name("desk.db-wal")
    world.store.writing(meta.put, "a", "1")
    before = database.read_bytes()
    turn = 0
    while log.stat().st_size < 1100 * 4200:
        turn += 1
        note(world, f"{turn} " + "lubang " * 900)
    assert database.read_bytes() == before
    world.store.writing(meta.put, "a", "2")  # nobody waits for this one
    assert database.read_bytes() != before


def test_the_disk_takes_the_logs_pages_before_anybody_is_held_off(world: DeskWorld) -> None:
    """When the log is cut off, which no writer may do meanwhile, all of its pages are in the database."""
    home = world.store.folder
    beside: Any = EncryptedDatabase(world.store.path, load_key(home, database_exists=True), Way.SHARED)
    beside.connect()
    found: list[tuple[int, int, int]] = []

    def look(statement: str) -> None:
        if "TRUNCATE" in statement:
            found.append(beside.connection().execute("PRAGMA wal_checkpoint(NOOP)").fetchone())

    note(world, "satu")
    world.store.writing(lambda: connection().set_trace_callback(look))
    until(lambda: found)
    world.store.writing(lambda: connection().set_trace_callback(None))
    beside.close()
    _busy, in_log, moved = found[0]
    assert in_log == moved > 0


def test_only_the_columns_that_differ_are_written(world: DeskWorld) -> None:
    """A column that is named is taken out of all its indexes and put back: ten pages more for each note."""
    said: list[str] = []
    world.store.writing(lambda: connection().set_trace_callback(said.append))
    note(world, "satu")
    world.store.writing(lambda: connection().set_trace_callback(None))
    [written] = {statement for statement in said if statement.startswith("UPDATE complaint SET")}
    named = {
        part.split(" = ")[0].strip() for part in written.split(" SET ")[1].split(" WHERE ")[0].split(",")
    }
    assert {"notes", "note_text", "updated_at"} <= named
    assert not named & {"due", "status", "number", "priority", "created_at"}
    assert not [statement for statement in said if statement.startswith("INSERT INTO complaint(")]
