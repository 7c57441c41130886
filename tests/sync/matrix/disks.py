"""Rows 21–23, 42, 46: disks that are full, read-only or rot, and files of other programs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.moves import Fields
from qlue_desk.store import ballast as room
from qlue_desk.store import database, journal, meta, outbox, twin
from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError
from qlue_desk.sync.engine import Engine
from tests.sync.matrix.place import Place, everything, note, texts_once
from tests.sync.rig import Desk, photo


@contextmanager
def small_disk(folder: Path, size: str = "3m") -> Iterator[Path]:
    """A real file system of its own; skips where mounting is not permitted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "qlue", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _moved(place: Place, desk: Desk, folder: Path) -> Desk:
    """The desk's folder on the small disk."""
    desk.close()
    place.central._desks.remove(desk)
    home = folder / "meja"
    shutil.copytree(desk.home, home)
    return Desk(home, Store.open(home))


def _fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return ballast


def row21_disk_full(place: Place) -> None:
    one = place.central.report()
    with small_disk(place.folder / "kecil", "14m") as folder:
        desk = _moved(place, place.desk(), folder)
        try:
            kept = desk.act(one.id, "note", "sebelum penuh")
            path, _sha = photo(place.folder, b"x" * 300_000)
            place.central.move(one.id, *note("kabar " + "y" * 7000))
            with place.central.hub.register.bulk():
                for number in range(30):
                    place.central.report(text=f"Laporan {number} " + "z" * 3000)
            room.give_up(desk.home)
            ballast = _fill(folder)
            before = everything(desk)
            for work in (
                lambda: desk.act(one.id, "note", "saat penuh " + "n" * 7000),
                lambda: act(desk.workplace, [one.id], "attach", Fields(), evidence=[path]),
                desk.sync,
            ):
                with pytest.raises((StoreError, OSError)) as caught:
                    work()
                assert "penuh" in str(caught.value) or "No space" in str(caught.value)
            assert everything(desk) == before, "half of something stayed"
            assert desk.rows() == place.at_cursor(desk)
            assert [w.action.id for w in desk.store.reading(outbox.waiting)] == [kept], (
                "the outbox can be read"
            )
            assert [x.action.id for x in twin.read(desk.home / twin.FILE).recorded if x.action] == [kept]
            ballast.unlink()
            desk.act(one.id, "note", "sesudah kosong")
            place.heal(desk)
            texts_once(place.central, one, "sebelum penuh", "sesudah kosong")
            assert not any("saat penuh" in text for text in place.central.texts(one.id))
        finally:
            desk.close()


def row22_read_only(place: Place) -> None:
    one = place.central.report()
    with small_disk(place.folder / "kecil", "14m") as folder:
        desk = _moved(place, place.desk(), folder)
        kept = desk.act(one.id, "note", "sebelum terkunci")
        desk.close()
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        sealed = Store.open(desk.home)
        with pytest.raises(StoreError) as caught:
            sealed.writing(meta.put, "a", "1")
        sealed.close()
        assert str(desk.home) in caught.value.sentence()
        assert "Traceback" not in caught.value.sentence()
        assert [x.action.id for x in twin.read(desk.home / twin.FILE).recorded if x.action] == [kept]
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        desk = Desk(desk.home, Store.open(desk.home))
        try:
            place.heal(desk)
            texts_once(place.central, one, "sebelum terkunci")
        finally:
            desk.close()


def row22_rows_can_still_be_read(place: Place) -> None:
    one = place.central.report()
    with small_disk(place.folder / "kecil", "14m") as folder:
        desk = _moved(place, place.desk(), folder)
        desk.close()
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        store = Store.open(desk.home)
        try:
            from qlue_desk.store import complaints

            assert store.reading(complaints.get, one.id) is not None
        finally:
            store.close()


def row23_corrupted_database(place: Place) -> None:
    one = place.central.report()
    for number in range(40):
        place.central.move(one.id, *note(f"riwayat {number}"))
    desk = place.desk()
    kept = desk.act(one.id, "note", "hanya di sini")
    desk.close()  # the last connection writes the WAL into the file
    place.central._desks.remove(desk)
    size = (desk.home / "desk.db").stat().st_size
    unnoticed = []
    for share in (0.0, 0.001, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.999):
        home = place.folder / f"rusak {share}"
        shutil.copytree(desk.home, home)
        _damage(home / "desk.db", int(share * size))
        if not _noticed(home):
            unnoticed.append(share)
        _mend_by_twin(place, home, kept)
        if share == 0.0:
            texts_once(place.central, one, "hanya di sini")
    assert unnoticed == [], "damage that nobody notices"
    texts_once(place.central, one, "hanya di sini")


def _damage(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        content = file.read(8)
        file.seek(offset)
        file.write(bytes(byte ^ 0x5A for byte in content))


def _noticed(home: Path) -> bool:
    """Opening it or `PRAGMA integrity_check` says so, in words."""
    try:
        store = Store.open(home)
    except StoreError as error:
        return bool(error.sentence())
    try:
        return store.reading(_integrity) != "ok"
    except StoreError as error:
        return bool(error.sentence())
    finally:
        store.close()


def _integrity() -> str:
    from qlue_desk.store.bound import connection

    cipher = connection().execute("PRAGMA cipher_integrity_check").fetchall()
    rows = connection().execute("PRAGMA integrity_check").fetchall()
    return "ok" if not cipher and rows == [("ok",)] else repr((cipher, rows))


def _mend_by_twin(place: Place, home: Path, kept: str) -> None:
    """The file aside, a snapshot, the journal from the twin: nothing is lost, central knows what it had."""
    for file in home.glob("desk.db*"):
        file.rename(file.with_name("rusak-" + file.name))
    store = Store.open(home)
    try:
        store.writing(meta.put, meta.SERVER_URL, place.weather.url)
        store.writing(meta.put, meta.SERVER_ID, place.central.hub.server_id)
        store.writing(journal.salvage)
        assert store.reading(outbox.state_of, kept) == "waiting"
        Engine(store, home).once()
        assert store.reading(outbox.state_of, kept) == "confirmed"
        sql = "SELECT id, coalesce(base, body) FROM complaint"
        from qlue_desk.store.bound import connection

        rows = store.reading(lambda: {k: bytes(v) for k, v in connection().execute(sql)})
        assert rows == place.central.rows("dpupr")
    finally:
        store.close()


def row23_damaged_wal(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    ids = [desk.act(one.id, "note", f"wal {number}") for number in range(5)]
    wal = (desk.home / "desk.db-wal").stat().st_size
    for share in (0.0, 0.3, 0.6, 0.95):
        home = place.folder / f"wal {share}"
        shutil.copytree(desk.home, home)
        (home / "desk.db-shm").unlink(missing_ok=True)
        _damage(home / "desk.db-wal", int(share * wal))
        try:
            store = Store.open(home)
        except StoreError:
            for file in home.glob("desk.db*"):
                file.unlink()
            store = Store.open(home)
        try:
            store.writing(journal.salvage)
            assert [store.reading(outbox.state_of, i) for i in ids] == ["waiting"] * 5
        finally:
            store.close()
    place.heal(desk)


def row46_sqlite_below_the_gate(place: Place) -> None:
    home = place.folder / "meja"
    for old in ((3, 51, 2), (3, 40, 1)):
        place.patch.setattr(database.sqlcipher, "sqlite_version_info", old)
        place.patch.setattr(database.sqlcipher, "sqlite_version", ".".join(map(str, old)))
        with pytest.raises(StoreError) as caught:
            Store.open(home)
        assert "3.51.3" in caught.value.sentence()
        assert ".".join(map(str, old)) in caught.value.sentence()
        assert not home.exists(), "nothing was touched"
        from qlue_desk.central.errors import DatabaseProblem
        from qlue_desk.central.hub import Hub

        with pytest.raises(DatabaseProblem, match=r"3\.51\.3"):
            Hub.create(place.folder / "pusat")
    place.patch.undo()
    Store.open(home).close()
