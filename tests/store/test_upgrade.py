"""Bringing an older file up to date: a copy first, then all or nothing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qlue_desk.casework import snoozing
from qlue_desk.casework.acting import act
from qlue_desk.casework.reading import queue
from qlue_desk.casework.similar import similar
from qlue_desk.casework.undoing import undo
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.complaint import Complaint, Entry, Status
from qlue_desk.domain.moves import Fields
from qlue_desk.domain.similarity import subject_of
from qlue_desk.store import complaints, departed, leaving, meta, schema
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from qlue_desk.store.departed import Departed
from qlue_desk.store.errors import StoreError
from qlue_desk.store.key import KEY_FILE
from qlue_desk.store.models import SCHEMA_VERSION
from qlue_desk.store.similar import duplicates_of
from tests.desk_world import NOW, DeskWorld
from tests.store.older import back_to_version_3, back_to_version_4, back_to_version_6, back_to_version_7

COPY = "desk.schema1.db"


def old_file(home: Path) -> Complaint:
    """A database as version 1 had it."""
    world = DeskWorld.make(home)
    complaint = world.add()

    def as_it_was() -> None:
        back_to_version_3()
        connection().execute("PRAGMA user_version = 1")

    world.store.write(as_it_was).result()
    world.close()
    return complaint


def test_version_3_learns_where_its_reports_lie(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "home")
    here = {"lat_e6": -6_590_000, "lon_e6": 106_800_000}
    one, near, unplaced = world.add(**here), world.add(**here), world.add()
    world.add(status=Status.DUPLICATE, duplicate_of=one.number)
    world.store.write(back_to_version_3).result()
    world.close()
    store = Store.open(tmp_path / "home")
    workplace = Workplace.open(tmp_path / "home")
    found = similar(workplace, subject_of(one))
    assert [(each.complaint.id, each.metres) for each in found] == [(near.id, 0), (unplaced.id, None)]
    assert store.reading(duplicates_of, one.number) == ["BGR-26-000004"]
    workplace.close()
    store.close()


def test_version_7_writes_each_line_into_one_index_and_merges_words_at_rest(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    world.store.writing(back_to_version_7)
    assert {"entry_complaint_id", "entry_of"} <= _indexes(world.store)
    world.close()
    store = Store.open(tmp_path)
    assert "entry_complaint_id" not in _indexes(store)
    assert "entry_of" in _indexes(store)
    rows = "SELECT k, v FROM complaint_words_config WHERE k IN ('automerge', 'crisismerge') ORDER BY k"
    assert store.reading(lambda: connection().execute(rows).fetchall()) == [
        ("automerge", 0),
        ("crisismerge", 256),
    ]
    store.close()


def _indexes(store: Store) -> set[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'index'"
    return {name for (name,) in store.reading(lambda: connection().execute(sql).fetchall())}


def test_version_6_learns_which_proposals_came_back_and_keeps_where_reports_went(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    proposed = world.add(status=Status.AWAITING_VERIFICATION, proposed_by="u_rina")
    back = world.add(status=Status.IN_PROGRESS, proposed_by="u_rina", reason="belum rata")
    other = world.add(status=Status.IN_PROGRESS)
    left = world.add()
    act(world.workplace, [left.id], "note", Fields(note="tiang miring"), now=NOW)
    world.store.writing(leaving.forget, left.id, "dlh", NOW - dt.timedelta(days=1))

    def as_it_was() -> None:
        back_to_version_6()
        meta.put(f"departed:{left.id}", "dlh")

    world.store.write(as_it_was).result()
    world.close()
    again = Workplace.open(tmp_path)
    assert version_of(again.store) == SCHEMA_VERSION
    found = [item["number"] for item in queue(again, "sort:proposed", None, NOW)]
    assert found == [proposed.number, back.number, other.number]
    assert [item["number"] for item in queue(again, "is:sentback", None, NOW)] == [back.number]
    # When it left was not kept: it has been there since the act at the latest.
    assert again.store.reading(departed.numbered, "4") == [Departed(left.number, "dlh", NOW)]
    assert again.store.reading(meta.get, f"departed:{left.id}") is None
    again.close()


def version_of(store: Store) -> int:
    return store.reading(lambda: int(connection().execute("PRAGMA user_version").fetchone()[0]))


def test_the_copy_from_before_is_whole_encrypted_and_for_its_owner(tmp_path: Path) -> None:
    complaint = old_file(tmp_path / "home")
    Store.open(tmp_path / "home").close()
    copy = tmp_path / "home" / COPY
    assert copy.stat().st_mode & 0o777 == 0o600
    assert complaint.title.encode() not in copy.read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    os.replace(copy, other / "desk.db")
    shutil.copy(tmp_path / "home" / KEY_FILE, other)
    store = Store.open(other)
    assert store.reading(complaints.get, complaint.id) == complaint
    store.close()
    assert (other / COPY).exists()  # it was of version 1 still


def test_killed_in_the_middle_the_old_version_is_there_and_is_brought_up_again(tmp_path: Path) -> None:
    complaint = old_file(tmp_path / "home")
    script = (
        "import os, sys; from pathlib import Path\n"
        "from qlue_desk.store import schema; from qlue_desk.store.database import Store\n"
        "class Killing(tuple):\n"
        "    def __iter__(self):\n"
        "        yield from tuple.__iter__(self)\n"
        "        os.kill(os.getpid(), 9)\n"
        "schema._UPGRADES[1] = Killing(schema._UPGRADES[1])\n"
        "Store.open(Path(sys.argv[1]))\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path / "home")], check=False)
    assert killed.returncode == -9
    assert (tmp_path / "home" / COPY).exists()
    store = Store.open(tmp_path / "home")
    assert version_of(store) == SCHEMA_VERSION
    assert store.reading(complaints.get, complaint.id) == complaint
    store.close()
    assert not list((tmp_path / "home").glob("*.part"))


def test_a_copy_that_cannot_be_made_leaves_the_old_version(tmp_path: Path) -> None:
    complaint = old_file(tmp_path / "home")
    (tmp_path / "home" / "desk.schema1.part").mkdir()
    with pytest.raises(StoreError):
        Store.open(tmp_path / "home")
    (tmp_path / "home" / "desk.schema1.part").rmdir()
    store = Store.open(tmp_path / "home")
    assert (tmp_path / "home" / COPY).exists()
    assert store.reading(complaints.get, complaint.id) == complaint
    store.close()


def test_the_copy_goes_after_two_weeks_and_with_a_purge(tmp_path: Path) -> None:
    old_file(tmp_path / "home")
    copy = tmp_path / "home" / COPY
    Store.open(tmp_path / "home").close()
    long_ago = time.time() - schema.KEEP_COPY_SECONDS - 60
    Store.open(tmp_path / "home").close()
    assert copy.exists()
    os.utime(copy, (long_ago, long_ago))
    store = Store.open(tmp_path / "home")
    assert not copy.exists()
    copy.write_bytes(b"x")
    store.writing(leaving.purge)
    assert not copy.exists()
    store.close()


def test_actions_of_version_3_get_the_stroke_they_were_of(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    one, two = world.add(), world.add()
    act(world.workplace, [one.id, two.id], "note", Fields(note="bersama"), now=NOW)
    act(world.workplace, [one.id], "take", now=NOW)

    world.store.write(back_to_version_3).result()
    world.close()
    again = Workplace.open(tmp_path)
    assert version_of(again.store) == SCHEMA_VERSION
    assert [[outcome.verb for outcome in undo(again)] for _ in range(3)] == [["take"], ["note", "note"], []]
    [aside] = snoozing.snooze(again, [two.id], NOW + dt.timedelta(days=1), wake_hours=2, now=NOW)
    assert aside.done
    again.close()


def test_what_was_heard_of_a_report_that_version_4_put_aside_is_known_by_name(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    tomorrow = NOW + dt.timedelta(days=1)

    def told(complaint: Complaint, name: str) -> None:
        line = Entry(f"e_{name}", complaint.id, "note", NOW, NOW, "u_dewi", "Dewi", action_id=f"a_{name}")
        world.store.writing(complaints.put_entries, [line])

    quiet, loud = world.add(), world.add()
    for complaint in (quiet, loud):
        told(complaint, f"old{complaint.number}")
        snoozing.snooze(world.workplace, [complaint.id], tomorrow, wake_hours=2, now=NOW)
    told(loud, "new")
    world.store.write(back_to_version_4).result()
    world.close()
    again = Workplace.open(tmp_path)
    assert version_of(again.store) == SCHEMA_VERSION
    assert [(each.number, each.why) for each in snoozing.take_woken(again, NOW)] == [(loud.number, "news")]
    heard = again.store.reading(
        lambda: connection().execute("SELECT complaint_id, heard FROM snooze").fetchall()
    )
    assert heard == [(quiet.id, f" e_{quiet.id} a_old{quiet.number} ")]
    again.close()
