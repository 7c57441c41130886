"""A backup is whole, and putting it back is safe: checked before, kept what was there, new epochs after."""

import contextlib
import json
import os
import sqlite3
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.central.backups import backup, restore
from qlue_desk.central.errors import DatabaseProblem
from qlue_desk.central.hub import Hub
from qlue_desk.central.restoring import restores
from qlue_desk.cli.running import run as main

from .conftest import Clock, add_bogor


def test_a_backup_is_whole_while_central_works(office: Any, tmp_path: Path) -> None:
    complaint = office.resolved(office.take().complaint)
    target = tmp_path / "backups" / "c.db"
    found = backup(office.hub, target)
    assert (found.complaints, found.streams, found.faults) == (1, 2, ())
    assert found.events == office.hub.feed.position("bogor").seq * 2
    assert [path.name for path in target.parent.iterdir()] == ["c.db"]
    assert target.stat().st_mode & 0o777 == 0o600  # numbers and names of citizens are in it
    office.take("later")
    restored_folder = tmp_path / "restored"
    restored_folder.mkdir()
    (restored_folder / "central.db").write_bytes(target.read_bytes())
    restored = Hub.open(restored_folder, now=office.clock)
    assert restored.records.get(complaint.id) == complaint
    assert restored.server_id == office.hub.server_id
    assert restored.records.of_source("bogor", "qlue", "later") is None
    restored.close()


def test_a_backup_replaces_an_earlier_one_when_told_and_nothing_else(office: Any, tmp_path: Path) -> None:
    """A slip of the tongue in a command line must not cost another file, whoever may write it."""
    target = tmp_path / "c.db"
    backup(office.hub, target)
    office.take("1")
    earlier = target.read_bytes()
    with pytest.raises(DatabaseProblem, match="sudah ada cadangan; pilih nama lain atau sebuah folder"):
        backup(office.hub, target)
    assert target.read_bytes() == earlier
    assert backup(office.hub, target, replace=True).complaints == 1
    text, other = tmp_path / "passwd", tmp_path / "other.db"
    text.write_text("root:x:0:0:root:/root:/bin/bash\n")
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")
        connection.commit()
    for taken in (text, other):
        before = taken.read_bytes()
        with pytest.raises(DatabaseProblem, match="sudah ada berkas yang bukan cadangan pusat ini"):
            backup(office.hub, taken, replace=True)
        assert taken.read_bytes() == before
    with pytest.raises(DatabaseProblem, match="bukan berkas biasa"):
        backup(office.hub, office.hub.data, replace=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.db", "central", "other.db", "passwd"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_a_backup_spares_pipes_links_other_servers_and_the_database_itself(
    office: Any, tmp_path: Path
) -> None:
    other = Hub.create(tmp_path / "elsewhere", now=office.clock)
    backup(other, tmp_path / "foreign.db")
    other.close()
    backup(office.hub, tmp_path / "c.db")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "c.db")
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    database = office.hub.data / "central.db"
    before = database.stat().st_ino
    for name, sentence in (
        ("pipe", "pipe bukan berkas biasa"),
        ("link", "link bukan berkas biasa"),
        ("nowhere", "nowhere bukan berkas biasa"),
        ("foreign.db", "bukan cadangan pusat ini"),
        (str(database), "bukan cadangan pusat ini"),
    ):
        with pytest.raises(DatabaseProblem, match=sentence):
            backup(office.hub, tmp_path / name, replace=True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert ((tmp_path / "nowhere").is_symlink(), database.stat().st_ino) == (True, before)


def lines_of(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_a_backup_put_back_has_new_epochs_and_what_was_there_is_kept(office: Any, tmp_path: Path) -> None:
    hub, target = office.hub, tmp_path / "c.db"
    first = office.take("1").complaint
    backup(hub, target)
    later = office.take("2").complaint
    epoch = hub.feed.position("bogor").epoch
    hub.close()
    done = restore(hub.data, target, office.clock)
    assert (done.complaints, done.events) == (1, 2)
    again = Hub.open(hub.data, now=office.clock)
    assert [again.records.get(c.id) is not None for c in (first, later)] == [True, False]
    assert again.feed.position("bogor").epoch not in ("", epoch)
    assert [r.why for r in restores(again.database)] == ["told"]
    again.close()
    assert sorted(f.name for f in hub.data.iterdir() if f.is_file()) == ["central.db", "heads.json"]
    assert not list(hub.data.glob(".restore*"))
    # What was there can be put back the same way.
    restore(hub.data, Path(done.kept), office.clock)
    again = Hub.open(hub.data, now=office.clock)
    assert [again.records.get(c.id) is not None for c in (first, later)] == [True, True]
    again.close()


def test_nothing_is_put_back_while_somebody_serves(
    office: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target = tmp_path / "c.db"
    office.take("1")
    backup(office.hub, target)
    office.take("2")
    with pytest.raises(DatabaseProblem, match="sedang dipakai; hentikan central serve dulu"):
        restore(office.hub.data, target, office.clock)
    assert office.take("2").duplicate
    assert restores(office.hub.database) == ()
    assert caplog.text == ""  # nothing was put back, so no log says that it was
    assert not list(office.hub.data.glob(".restore*"))


def test_a_damaged_or_foreign_backup_is_refused_and_nothing_changes(office: Any, tmp_path: Path) -> None:
    hub, target = office.hub, tmp_path / "c.db"
    office.take("1")
    backup(hub, target)
    hub.close()
    before = (hub.data / "central.db").read_bytes()
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(target.read_bytes().replace(b"Lampu jalan mati", b"Lampu jalan m4ti"))
    text = tmp_path / "text.db"
    text.write_bytes(b"bukan basis data " * 400)
    other = Hub.create(tmp_path / "other", now=office.clock)
    foreign = tmp_path / "foreign.db"
    backup(other, foreign)
    other.close()
    for given, sentence in (
        (tmp_path / "none.db", "none.db tidak ada"),
        (tmp_path, "bukan berkas biasa"),
        (damaged, "damaged.db tidak utuh: aliran bogor: isi kejadian 1 berubah"),
        (text, r"text.db tidak dapat dibaca \(file is not a database\)"),
        (foreign, "Cadangan ini dari server s_"),
    ):
        with pytest.raises(DatabaseProblem, match=sentence):
            restore(hub.data, given, office.clock)
    assert (hub.data / "central.db").read_bytes() == before
    assert not (hub.data / "backups").exists()


def test_a_backup_replaces_a_damaged_database_and_fills_an_empty_folder(tmp_path: Path, clock: Clock) -> None:
    hub = Hub.create(tmp_path / "c", now=clock)
    add_bogor(hub)
    backup(hub, tmp_path / "b.db")
    hub.close()
    (tmp_path / "c" / "central.db").write_bytes(b"rusak" * 1000)
    done = restore(tmp_path / "c", tmp_path / "b.db", clock)
    assert Path(done.kept).read_bytes() == b"rusak" * 1000
    assert restore(tmp_path / "new", tmp_path / "b.db", clock).kept == ""
    for folder in ("c", "new"):
        again = Hub.open(tmp_path / folder, now=clock)
        assert [city.key for city in again.cities()] == ["bogor"]
        again.close()


def test_restoring_by_command(office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, target = str(office.hub.data), str(tmp_path / "c.db")
    office.take("1")
    assert main(["central", "backup", target, "--data", data]) == 0
    assert main(["central", "backup", target, "--data", data]) == 1
    assert main(["central", "backup", target, "--data", data, "--force"]) == 0
    assert main(["central", "restore", target, "--data", data]) == 1
    office.hub.close()
    capsys.readouterr()
    assert main(["central", "restore", target, "--data", data]) == 0
    told = lines_of(capsys).splitlines()
    assert told[0] == f"{target} dipulihkan: 1 laporan, rantai utuh."
    assert told[1].startswith(f"Basis data sebelumnya disimpan di {data}")
    assert main(["central", "restore", "--data", data, "--json"]) == 0
    assert len(json.loads(lines_of(capsys))["ended"]) == 2
    assert main(["central", "check", "--data", data]) == 0
    told = lines_of(capsys).splitlines()
    assert len(told) == 5
    assert told[2].startswith("Basis data pernah dipulihkan, 20")
    assert told[2].endswith(" UTC: diberitahukan dengan central restore.")
    url = "postgresql://x@/y"
    assert main(["central", "restore", target, "--data", data, "--database", url]) == 2
    assert "sesudahnya central restore tanpa FILE" in capsys.readouterr().err
