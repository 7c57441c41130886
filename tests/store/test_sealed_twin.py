"""The twin log beside an encrypted database says nothing in clear, and gives everything back to the key."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

import msgspec
import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action
from qlue_desk.store import journal, outbox, sealing, twin
from qlue_desk.store.errors import StoreError
from qlue_desk.store.key import KEY_FILE, load_key
from tests.desk_world import DeskWorld

NOTE = "Ibu Siti, rumah no. 7, minta ditelepon"


def recorded(home: Path) -> str:
    """A desk with one note that waits; its id."""
    world = DeskWorld.make(home)
    one = world.add(status=Status.DISPATCHED, title="Lampu mati depan rumah Ibu Siti")
    [outcome] = act(world.workplace, [one.id], "note", Fields(note=NOTE))
    assert outcome.done
    world.close()
    return outcome.action_id


def lose(home: Path) -> None:
    for file in home.glob("desk.db*"):
        file.unlink()


def waiting(home: Path) -> list[tuple[str, str]]:
    """What a fresh database takes over from the log."""
    world = DeskWorld.make(home)
    try:
        world.store.writing(journal.salvage)
        return [(item.action.id, item.action.fields.note) for item in world.store.reading(outbox.waiting)]
    finally:
        world.close()


def test_nothing_of_it_stands_there_in_clear(tmp_path: Path) -> None:
    action_id = recorded(tmp_path)
    content = (tmp_path / twin.FILE).read_bytes()
    for said in (NOTE, "Siti", "Lampu", "BGR-26", action_id, "note", "{"):
        assert said.encode() not in content
    [line] = twin.read(tmp_path / twin.FILE).recorded
    assert line.action is not None
    assert (line.action.id, line.action.fields.note) == (action_id, NOTE)


def test_a_lost_database_is_salvaged_with_the_key_alone(tmp_path: Path) -> None:
    action_id = recorded(tmp_path)
    lose(tmp_path)
    assert waiting(tmp_path) == [(action_id, NOTE)]


def test_the_same_content_looks_different_each_time_and_is_opened_by_its_own_key_only() -> None:
    seal, other = sealing.Seal(b"k" * 32), sealing.Seal(b"l" * 32)
    one, two = seal.close(b"isi"), seal.close(b"isi")
    assert one != two
    assert (seal.open(one), seal.open(two), other.open(one)) == (b"isi", b"isi", None)
    assert seal.open(one[:-6] + b"AAAAA=") is None


def test_lines_of_before_are_read_and_sealed_when_the_file_is_written_anew(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    one = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [one.id], "note", Fields(note=NOTE))
    [line] = twin.read(tmp_path / twin.FILE).recorded
    plain = msgspec.json.encode(line)
    (tmp_path / twin.FILE).write_bytes(b"%08x %s\n" % (zlib.crc32(plain), plain))
    assert twin.read(tmp_path / twin.FILE) == twin.Twin((line,))
    world.store.writing(journal.tidy_twin)
    assert NOTE.encode() not in (tmp_path / twin.FILE).read_bytes()
    assert twin.read(tmp_path / twin.FILE) == twin.Twin((line,))
    assert isinstance(line.action, Action)
    assert line.action.id == outcome.action_id
    world.close()


def test_without_its_key_a_line_is_kept_and_neither_read_nor_called_damaged(tmp_path: Path) -> None:
    action_id = recorded(tmp_path)
    lose(tmp_path)
    kept = tmp_path.with_name("kunci lama")
    shutil.move(tmp_path / KEY_FILE, kept)
    found = twin.read(tmp_path / twin.FILE)
    assert (found.recorded, found.damaged, len(found.locked)) == ((), (), 1)
    assert waiting(tmp_path) == []  # a new database with a new key
    world = DeskWorld.make(tmp_path)
    two = world.add(number="BGR-26-000002", status=Status.DISPATCHED)
    act(world.workplace, [two.id], "note", Fields(note="sesudahnya"))
    world.store.writing(journal.tidy_twin)
    world.close()
    found = twin.read(tmp_path / twin.FILE)
    assert ([x.action.fields.note for x in found.recorded if x.action], len(found.locked)) == (
        ["sesudahnya"],
        1,
    )
    lose(tmp_path)
    shutil.move(kept, tmp_path / KEY_FILE)
    assert waiting(tmp_path) == [(action_id, NOTE)]


def test_nothing_is_recorded_that_could_not_be_sealed(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    one = world.add(status=Status.DISPATCHED)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(StoreError, match="Kunci"):
        act(world.workplace, [one.id], "note", Fields(note=NOTE))
    assert world.store.reading(outbox.waiting) == []
    world.close()


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    load_key(tmp_path, database_exists=False)
    (tmp_path / twin.FILE).mkdir()
    with pytest.raises(StoreError, match="itu folder, bukan berkas"):
        twin.read(tmp_path / twin.FILE)
