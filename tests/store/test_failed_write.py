"""A write that fails leaves nothing behind: not in the database, not in the twin."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peewee
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import blobs, disk, outbox, twin
from qlue_desk.store.bound import connection
from qlue_desk.store.connecting import EncryptedDatabase, Way
from qlue_desk.store.errors import StoreError
from qlue_desk.store.key import load_key
from tests.desk_world import NOW, DeskWorld


def test_what_the_person_was_told_has_failed_is_never_sent(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    report = world.add(status=Status.DISPATCHED)
    act(world.workplace, [report.id], Verb.NOTE, Fields(note="pertama"), now=NOW)
    before = (tmp_path / twin.FILE).read_bytes()

    def no_room() -> None:
        pages = connection().execute("PRAGMA page_count").fetchone()[0]
        connection().execute(f"PRAGMA max_page_count = {pages}")

    world.store.read(no_room).result()
    world.store.writing(no_room)

    def write_until_full() -> None:
        for turn in range(40):
            act(world.workplace, [report.id], Verb.NOTE, Fields(note=f"{turn} " + "x" * 7000), now=NOW)

    with pytest.raises(StoreError) as failed:
        write_until_full()
    assert "Cakram penuh" in failed.value.sentence()
    waiting = world.store.reading(outbox.waiting)
    kept = twin.read(tmp_path / twin.FILE).recorded
    assert [line.action.id for line in kept if line.action] == [line.action.id for line in waiting]
    assert (tmp_path / twin.FILE).read_bytes().startswith(before)
    world.close()


FAILURES = ("the call", "the commit", "SQLite by itself")


@pytest.mark.parametrize("failing", FAILURES)
def test_while_lines_are_taken_back_nobody_else_appends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """A line that another process had appended meanwhile would be cut off with them."""
    world = DeskWorld.make(tmp_path)
    report = world.add(status=Status.DISPATCHED)
    act(world.workplace, [report.id], Verb.NOTE, Fields(note="pertama"), now=NOW)
    before = (tmp_path / twin.FILE).read_bytes()
    beside: Any = EncryptedDatabase(world.store.path, load_key(tmp_path, database_exists=True), Way.SHARED)
    beside.connect()
    beside.connection().execute("PRAGMA busy_timeout = 0")
    held: list[bool] = []
    truncate = os.truncate

    def look(path: Path, size: int) -> None:
        try:
            beside.connection().execute("BEGIN IMMEDIATE")
            beside.connection().execute("ROLLBACK")
            held.append(False)
        except sqlcipher.OperationalError:
            held.append(True)
        truncate(path, size)

    monkeypatch.setattr(os, "truncate", look)

    def fails() -> None:
        act(world.workplace, [report.id], Verb.NOTE, Fields(note="gagal"), now=NOW)
        if failing == "SQLite by itself":
            connection().execute("ROLLBACK")
        if failing != "the commit":
            raise RuntimeError("disk")

    def no_commit(*_given: object, **_named: object) -> None:
        raise RuntimeError("disk")

    with monkeypatch.context() as patch:
        if failing == "the commit":
            patch.setattr(peewee.Database, "commit", once(no_commit, peewee.Database.commit))
        with pytest.raises((RuntimeError, StoreError)):
            world.store.writing(fails)
    assert held == [True]
    assert (tmp_path / twin.FILE).read_bytes() == before
    beside.close()
    world.close()


def once(first: Callable[..., None], then: Callable[..., None]) -> Callable[..., None]:
    """The first call is of the one, all others of the other."""
    calls = iter((first,))
    return lambda *given, **named: next(calls, then)(*given, **named)


def test_a_file_is_kept_whole_with_its_name_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"\xff\xd8\xffbukti"
    sha256 = hashlib.sha256(content).hexdigest()
    load_key(tmp_path, database_exists=False)
    before = [path for path in tmp_path.rglob("*") if path.is_file()]
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_paths: (_ for _ in ()).throw(OSError(errno.EIO, "disk")))
        with pytest.raises(StoreError) as failed:
            blobs.keep_file(tmp_path, sha256, content)
    assert failed.value.sentence() == (
        f"{blobs.path_of(tmp_path, sha256)} tidak bisa ditulis: cakram gagal membaca atau menulis."
    )
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == before
    flushed: list[Path] = []
    monkeypatch.setattr(disk, "flush_folder", flushed.append)
    path = blobs.keep_file(tmp_path, sha256, content)
    assert b"bukti" not in path.read_bytes()
    assert (blobs.read_file(tmp_path, sha256), flushed) == (content, [path.parent])
