"""The store: encrypted, two threads of its own, stale reads dropped, closed at once."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.domain.query import parse
from qlue_desk.store import complaints, meta, queue
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Change, Store
from qlue_desk.store.errors import OffThread, StoreClosed, StoreError, Superseded
from qlue_desk.store.key import KEY_FILE
from qlue_desk.store.models import SCHEMA_VERSION, MetaRow
from tests.desk_world import NOW, DeskWorld
from tests.store.older import back_to_version_3

ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)"
    " SELECT count(*) FROM n"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "home")
    yield store
    store.close()


def test_the_file_is_unreadable_without_its_key(store: Store) -> None:
    store.write(meta.put, "session", "rahasia sekali").result()
    store.close()
    assert b"rahasia sekali" not in b"".join(p.read_bytes() for p in store.folder.iterdir())
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(store.path).execute("SELECT * FROM meta")
    bare = sqlcipher.connect(str(store.path))
    bare.execute("PRAGMA cipher_log_level = NONE")
    with pytest.raises(sqlcipher.DatabaseError):
        bare.execute("SELECT * FROM meta")
    bare.close()
    (store.folder / KEY_FILE).write_text("5" * 64)
    with pytest.raises(StoreError) as error:
        Store.open(store.folder)
    assert str(error.value) == (
        f"{store.path} tidak bisa dibuka dengan kunci ini, atau rusak; obatnya: qlue-desk doctor."
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no POSIX modes")
def test_key_and_database_are_for_their_owner_only(store: Store) -> None:
    assert stat.S_IMODE((store.folder / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_a_lost_key_is_not_replaced_by_a_new_one(store: Store) -> None:
    store.close()
    (store.folder / "key").unlink()
    with pytest.raises(StoreError) as error:
        Store.open(store.folder)
    assert str(error.value).startswith(f"Kunci basis data tidak ada di {store.folder / 'key'}")
    assert not (store.folder / "key").exists()


def test_a_newer_database_is_read_and_left_alone(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "home")
    complaint = world.add()
    world.store.write(lambda: connection().execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")).result()
    world.close()
    before = (tmp_path / "home" / "desk.db").read_bytes()
    store = Store.open(tmp_path / "home")
    assert store.reading(complaints.get, complaint.id) == complaint
    with pytest.raises(StoreError) as error:
        store.writing(meta.put, "a", "1")
    assert error.value is store.read_only
    assert str(error.value) == (
        f"Basis data ini ditulis qlue-desk yang lebih baru (skema {SCHEMA_VERSION + 1}, program ini mengenal"
        f" {SCHEMA_VERSION}) dan hanya dibaca: perbarui program; kotak keluar bisa disimpan dengan"
        " qlue-desk outbox export."
    )
    store.close()
    assert (tmp_path / "home" / "desk.db").read_bytes() == before


def test_a_database_of_version_1_is_brought_up_to_date_with_its_rows(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "home")
    complaint = world.add()

    def as_it_was() -> None:
        back_to_version_3()
        connection().execute("CREATE INDEX complaint_numbers ON complaint(kelurahan, is_open)")
        connection().execute("PRAGMA user_version = 1")

    world.store.write(as_it_was).result()
    world.close()
    store = Store.open(tmp_path / "home")
    assert store.reading(complaints.get, complaint.id) == complaint
    assert store.reading(queue.count, parse("is:open"), now=NOW) == 1
    names = "SELECT name FROM sqlite_master WHERE name IN ('complaint_wide', 'complaint_numbers')"
    assert store.reading(lambda: connection().execute(names).fetchall()) == [("complaint_wide",)]
    assert store.reading(lambda: connection().execute("PRAGMA user_version").fetchone()[0]) == SCHEMA_VERSION
    store.close()


def test_settings_are_those_of_the_table(store: Store) -> None:
    def pragmas() -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "secure_delete")
        return {name: connection().execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
    }
    assert store.read(pragmas).result() == expected
    assert store.write(pragmas).result() == expected


def test_a_query_on_any_other_thread_fails_at_once(store: Store) -> None:
    with pytest.raises(OffThread):
        meta.get("session")
    with pytest.raises(OffThread):
        list(MetaRow.select())
    assert [row.key for row in store.read(lambda: list(MetaRow.select())).result()] == [meta.WRITER]


def test_a_failed_write_leaves_nothing_and_tells_nobody(store: Store) -> None:
    changes: list[Change] = []
    store.on_change(changes.append)

    def half() -> None:
        meta.put("a", "1")
        raise KeyError("stop")

    with pytest.raises(KeyError):
        store.write(half).result()
    assert store.reading(meta.get, "a") is None
    assert changes == []


def test_listeners_hear_which_complaints_a_commit_changed(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "home")
    changes: list[Change] = []
    world.store.on_change(changes.append)
    complaint = world.add()
    assert changes == [Change(frozenset({complaint.id}))]
    world.store.off_change(changes.append)
    world.add()
    assert len(changes) == 1
    world.close()


def test_the_newest_read_of_a_lane_drops_queued_and_running_ones(store: Store) -> None:
    begun = threading.Event()

    def endless() -> object:
        begun.set()
        return connection().execute(ENDLESS).fetchone()

    running = store.read(endless, lane="list")
    assert begun.wait(30)
    queued = store.read(lambda: "queued", lane="list")
    other = store.read(lambda: "other")
    newest = store.read(lambda: "newest", lane="list")
    assert newest.result(30) == "newest"
    assert other.result(30) == "other"
    for stale in (running, queued):
        with pytest.raises(Superseded):
            stale.result(0)


def test_a_stale_read_between_two_statements_is_dropped_too(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def two_statements() -> object:
        begun.set()
        go_on.wait(30)  # interrupt() finds nothing running here
        return connection().execute(ENDLESS).fetchone()

    running = store.read(two_statements, lane="list")
    assert begun.wait(30)
    newest = store.read(lambda: 1, lane="list")
    go_on.set()
    assert newest.result(30) == 1
    with pytest.raises(Superseded):
        running.result(0)


def test_what_a_key_waits_for_passes_a_long_read(store: Store) -> None:
    long = store.scan(lambda: connection().execute(ENDLESS).fetchone())
    other = store.scan(meta.get, "session")
    assert store.read(meta.get, "session").result(30) is None
    assert not long.done()
    assert not other.done()
    store.close()
    with pytest.raises(StoreClosed):
        long.result(1)
    with pytest.raises(StoreClosed):
        store.scan(meta.get, "session").result(1)


def test_the_newest_of_a_lane_ends_older_ones_of_both_readers(store: Store) -> None:
    long = store.scan(lambda: connection().execute(ENDLESS).fetchone(), lane="find")
    assert store.read(meta.get, "session", lane="find").result(30) is None
    with pytest.raises(Superseded):
        long.result(30)
    short = store.read(lambda: connection().execute(ENDLESS).fetchone(), lane="find")
    assert store.scan(meta.get, "session", lane="find").result(30) is None
    with pytest.raises(Superseded):
        short.result(30)


def test_a_long_read_may_not_write_and_sees_what_was_written(store: Store) -> None:
    store.write(meta.put, "session", "baru").result()
    assert store.scan(meta.get, "session").result(30) == b"baru"
    with pytest.raises(OffThread):
        store.scan(lambda: store.writing(meta.put, "session", "x")).result(30)


def test_without_a_further_connection_the_one_reader_reads_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(24, "too many open files")

    monkeypatch.setattr(store._scanner, "_connect", refuse)
    for _turn in range(2):
        assert store.scan(meta.get, "session").result(30) is None


def test_close_takes_no_time_while_a_long_query_runs(store: Store) -> None:
    begun = threading.Event()

    def endless() -> object:
        begun.set()
        return connection().execute(ENDLESS).fetchone()

    running = store.read(endless)
    writing = store.write(lambda: connection().execute(ENDLESS).fetchone())
    assert begun.wait(30)
    store.close()
    for future in (running, writing, store.read(lambda: 1), store.write(lambda: 1)):
        with pytest.raises(StoreClosed):
            future.result(1)


def test_what_was_to_be_written_before_closing_is_written(store: Store) -> None:
    written = [store.write(meta.put, f"key{n}", str(n)) for n in range(20)]
    store.close()
    assert all(future.exception() is None for future in written)
    again = Store.open(store.folder)
    assert again.reading(meta.get, "key19") == b"19"
    again.close()


def test_two_processes_work_on_one_file(store: Store, tmp_path: Path) -> None:
    changes: list[Change] = []
    store.on_change(changes.append)
    script = (
        "import sys; from pathlib import Path; from qlue_desk.store.database import Store\n"
        "from qlue_desk.store import meta\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "for n in range(30): store.write(meta.put, f'other{n}', str(n)).result()\n"
        "store.close()\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(store.folder)], env=dict(os.environ))
    for n in range(30):
        store.write(meta.put, f"own{n}", str(n)).result()
    assert other.wait(20) == 0
    found = store.reading(lambda: {row[0] for row in connection().execute("SELECT key FROM meta")})
    assert found == {f"{who}{n}" for who in ("own", "other") for n in range(30)} | {meta.WRITER}
    deadline = time.monotonic() + 5
    while Change(None) not in changes and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Change(None, elsewhere=True) in changes  # the other process' commits are noticed


def test_a_kill_after_recording_leaves_the_action(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "home")
    world.add()
    world.close()
    script = (
        "import os, sys; from pathlib import Path\n"
        "from qlue_desk.casework.acting import act\n"
        "from qlue_desk.casework.workplace import Workplace\n"
        "workplace = Workplace.open(Path(sys.argv[1]))\n"
        "[outcome] = act(workplace, ['1'], 'acknowledge')\n"
        "print(outcome.action_id, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "home")], stdout=subprocess.PIPE, check=False
    )
    assert done.returncode == -9
    store = Store.open(tmp_path / "home")
    rows = store.reading(lambda: connection().execute("SELECT id, state FROM action").fetchall())
    assert rows == [(done.stdout.decode().strip(), "waiting")]
    found = store.reading(complaints.get, "1")
    assert found is not None
    assert found.status == "acknowledged"
    store.close()
