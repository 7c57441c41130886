"""A full disk, a stop that was not clean, a folder on the network."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.cli.running import run
from qlue_desk.domain.complaint import Status
from qlue_desk.store import ballast, disk, location, meta, outbox, position, schema, twin
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from qlue_desk.store.errors import DiskFull, StoreError
from qlue_desk.store.key import load_key
from tests.desk_world import DeskWorld

HERE = [sys.executable, "-m", "qlue_desk"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB; where mounting is not permitted, the test of the file limit stands alone."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small disk here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def desk_on(home: Path) -> None:
    world = DeskWorld.make(home)
    for _ in range(3):
        world.add(status=Status.DISPATCHED)
    world.store.writing(meta.put, position.CURSOR, "sudah pernah sinkron")
    world.close()


def fill(place: Path) -> Path:
    """Take what is left of the disk, to the last byte."""
    path = place / "fill"
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError as error:
                if not disk.is_full(error):
                    raise
    return path


def command(home: Path, *arguments: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def restrict() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [*HERE, *arguments],
        env=os.environ | {"QLUE_DESK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=restrict,
    )


def test_a_desk_that_may_write_no_file_is_still_read(tmp_path: Path) -> None:
    desk_on(tmp_path)
    for arguments in (("queue", "--json"), ("show", "1", "--json"), ("outbox", "--json")):
        ran = command(tmp_path, *arguments, limit=16_384)
        assert (ran.returncode, ran.stderr) == (0, ""), arguments
        assert json.loads(ran.stdout)
    refused = command(tmp_path, "act", "1", "--do", "acknowledge", limit=8_192)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"Cakram penuh: {tmp_path / 'desk.db'} tidak bisa ditulis. Kosongkan ruang, lalu ulangi.\n"
    )
    after = json.loads(command(tmp_path, "outbox", "--json").stdout)
    assert (after["waiting"], after["refused"]) == ([], [])


def test_on_a_full_disk_the_ballast_takes_the_last_actions(small_disk: Path) -> None:
    home = small_disk / "home"
    desk_on(home)
    disk.occupy(home / ballast.FILE, 1024 * 1024)
    filled = fill(small_disk)
    read = command(home, "queue", "--json")
    assert (read.returncode, len(json.loads(read.stdout))) == (0, 3)
    assert (home / ballast.FILE).exists()  # reading needs none of it
    assert command(home, "act", "1", "--do", "acknowledge").returncode == 0
    assert not (home / ballast.FILE).exists()
    exported = command(home, "outbox", "export", str(home / "keluar.json"))
    assert exported.returncode == 0
    assert "Cakram hampir penuh" in exported.stderr
    assert len(json.loads((home / "keluar.json").read_text())["actions"]) == 1
    fill(small_disk)
    refused = command(home, "act", "2", "--do", "acknowledge")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith("Cakram penuh")
    filled.unlink()
    recorded = twin.read(home / twin.FILE).recorded
    store = Store.open(home)
    assert [line.action.id for line in recorded if line.action] == [
        waiting.action.id for waiting in store.reading(outbox.waiting)
    ]
    assert len(recorded) == 1
    store.close()


def test_the_ballast_takes_the_outbox_out(small_disk: Path) -> None:
    home = small_disk / "home"
    desk_on(home)
    assert command(home, "act", "1", "--do", "acknowledge").returncode == 0
    disk.occupy(home / ballast.FILE, 1024 * 1024)
    fill(small_disk)
    out = small_disk / "keluar.json"
    assert command(home, "outbox", "export", str(out)).returncode == 0
    assert not (home / ballast.FILE).exists()
    assert len(json.loads(out.read_text())["actions"]) == 1
    out.unlink()
    fill(small_disk)
    refused = command(home, "outbox", "export", str(out))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"Cakram penuh: {out} tidak bisa ditulis.")


def test_what_central_sent_does_not_get_the_last_room(small_disk: Path) -> None:
    ballast.room_for_more(small_disk)
    disk.occupy(small_disk / "fill", 12 * 1024 * 1024 - ballast.LAST + 8192)
    with pytest.raises(DiskFull):
        ballast.room_for_more(small_disk)


def test_the_ballast_is_put_by_where_there_is_room_and_given_up_once(tmp_path: Path) -> None:
    ballast.make(tmp_path)
    assert (tmp_path / ballast.FILE).stat().st_size == ballast.SIZE
    assert (tmp_path / ballast.FILE).stat().st_blocks * 512 >= ballast.SIZE
    assert ballast.give_up(tmp_path) is True
    assert ballast.give_up(tmp_path) is False


def test_a_small_disk_has_a_small_ballast_that_grows_with_the_room(small_disk: Path) -> None:
    filler = small_disk / "fill"
    disk.occupy(filler, 12 * 1024 * 1024 - 8 * ballast.LEAST + 65536)
    ballast.make(small_disk)
    assert list(small_disk.iterdir()) == [filler]  # what is left is too little to put anything by
    filler.unlink()
    disk.occupy(filler, 8 * 1024 * 1024)
    ballast.make(small_disk)
    size = (small_disk / ballast.FILE).stat().st_size
    assert ballast.LEAST <= size <= 4 * 1024 * 1024 // ballast.SHARE
    ballast.make(small_disk)
    assert (small_disk / ballast.FILE).stat().st_size == size
    filler.unlink()
    ballast.make(small_disk)
    assert 2 * size <= (small_disk / ballast.FILE).stat().st_size <= 12 * 1024 * 1024 // ballast.SHARE


def test_it_is_said_whether_anything_can_still_be_recorded(small_disk: Path) -> None:
    home = small_disk / "home"
    desk_on(home)
    (home / ballast.FILE).unlink(missing_ok=True)
    ballast.make(home)
    fill(small_disk)
    nearly = command(home, "queue").stderr
    assert nearly.startswith(f"Cakram hampir penuh di {home}: kosongkan ruang. Tindakan masih dicatat")
    assert command(home, "act", "1", "--do", "acknowledge").returncode == 0  # it was true
    fill(small_disk)
    assert command(home, "queue").stderr.startswith(
        f"Cakram penuh di {home}: tindakan berikutnya tidak bisa dicatat sebelum ada ruang;"
    )
    assert command(home, "act", "2", "--do", "acknowledge").returncode == 1  # and so was this


def test_a_line_that_does_not_fit_leaves_the_twin_as_it_was(small_disk: Path) -> None:
    path = small_disk / twin.FILE
    load_key(small_disk, database_exists=False)
    twin.append(path, [twin.Line(undone="a_1")])
    before = path.read_bytes()
    fill(small_disk)
    with pytest.raises(OSError, match="space"):
        twin.append(path, [twin.Line(undone="a_2" + "x" * 9000)])
    assert path.read_bytes() == before


def test_a_disk_that_can_only_be_read_is_read(small_disk: Path) -> None:
    home = small_disk / "home"
    desk_on(home)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    read = command(home, "queue", "--json")
    assert (read.returncode, len(json.loads(read.stdout))) == (0, 3)
    sentence = (
        f"Folder data {home} hanya bisa dibaca, jadi tidak ada yang dicatat: periksa cakram atau izinnya.\n"
    )
    assert read.stderr == sentence
    refused = command(home, "act", "1", "--do", "acknowledge")
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", sentence)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert command(home, "act", "1", "--do", "acknowledge").returncode == 0


# --- a stop that was not clean ---------------------------------------------------------------------


def killed_desk(home: Path) -> None:
    """A process that wrote and was killed: its log is left."""
    script = (
        "import os, sys; from pathlib import Path\n"
        "from qlue_desk.store import meta; from qlue_desk.store.database import Store\n"
        "store = Store.open(Path(sys.argv[1])); store.writing(meta.put, 'a', '1')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(home)], check=False).returncode == -9
    assert (home / "desk.db-wal").stat().st_size > 0


def test_the_file_is_looked_through_after_an_unclean_stop_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    check = schema.check
    monkeypatch.setattr(schema, "check", lambda: looked.append(1) or check())
    Store.open(tmp_path).close()
    Store.open(tmp_path).close()
    assert looked == []
    killed_desk(tmp_path)
    store = Store.open(tmp_path)
    assert looked == [1]
    store.writing(meta.put, "b", "2")
    beside = Store.open(tmp_path)  # the log is there, but somebody has it open
    assert looked == [1]
    assert beside.reading(meta.get, "a") == b"1"
    beside.close()
    store.close()


def test_damage_is_found_then_and_said(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    for _ in range(60):
        world.add(text="lubang " * 200)
    world.close()
    killed_desk(tmp_path)
    with (tmp_path / "desk.db").open("r+b") as file:
        file.seek(30 * 4096 + 100)
        file.write(os.urandom(600))
    with pytest.raises(StoreError) as error:
        Store.open(tmp_path)
    assert "rusak" in error.value.sentence()


def test_the_log_is_emptied_while_nobody_waits(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.writing(meta.put, "a", "x" * 10_000)
    log = tmp_path / "desk.db-wal"
    assert log.stat().st_size > 0
    end = time.monotonic() + 5
    while log.stat().st_size and time.monotonic() < end:
        threading.Event().wait(0.05)
    assert log.stat().st_size == 0
    assert store.reading(lambda: connection().execute("SELECT 1").fetchone()) == (1,)
    store.writing(meta.put, "b", "1")
    store.close()
    assert not log.exists()


# --- where it lies ---------------------------------------------------------------------------------

MOUNTS = """\
22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:30 / /mnt/kantor rw shared:1 - nfs4 server:/kantor rw
31 22 0:31 / /mnt/folder\\040bersama rw - cifs //server/x rw
32 30 0:32 / /mnt/kantor/di\\040sini rw - ext4 /dev/vdb rw
33 22 0:33 / /home/rina/jauh rw - fuse.sshfs rina@x: rw
34 22 0:34 / /mnt/tuan rw - 9p x rw
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mountinfo is Linux")
@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/rina/.local", "ext4"),
        ("/mnt/kantor/desk", "nfs4"),
        ("/mnt/kantor/di sini/desk", "ext4"),
        ("/mnt/kantoran", "ext4"),
        ("/mnt/folder bersama", "cifs"),
        ("/home/rina/jauh/desk", "fuse.sshfs"),
        ("/mnt/tuan/desk", "9p"),
    ],
)
def test_the_kind_of_a_folders_file_system(tmp_path: Path, folder: str, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert location.file_system(Path(folder), mounts) == kind
    if kind == "ext4":
        location.refuse_network(Path(folder), mounts)
    else:
        with pytest.raises(StoreError, match="QLUE_DESK_HOME"):
            location.refuse_network(Path(folder), mounts)


@pytest.mark.skipif(sys.platform != "linux", reason="mountinfo is Linux")
def test_a_desk_is_not_opened_on_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:1 / / rw - ext4 /dev/vda rw\n23 22 0:2 / {tmp_path} rw - nfs4 s:/x rw\n")
    monkeypatch.setattr(location.refuse_network, "__defaults__", (mounts,))
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    assert run(["queue"]) == 1
    assert capsys.readouterr().err == (
        f"Folder data {tmp_path / 'home'} ada di jaringan (nfs4); basis data di sana bisa rusak."
        " Pilih folder di cakram mesin ini dengan QLUE_DESK_HOME.\n"
    )
    assert not (tmp_path / "home").exists()


def test_a_photo_on_a_full_disk_is_told_like_any_work(small_disk: Path, tmp_path: Path) -> None:
    home, photo = small_disk / "home", tmp_path / "p.jpg"
    desk_on(home)
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"x" * 50_000)
    fill(small_disk)
    refused = command(home, "act", "1", "--do", "attach", "--evidence", str(photo))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"Cakram penuh: {home} tidak bisa ditulis. Kosongkan ruang, lalu ulangi.\n"
    assert json.loads(command(home, "outbox", "--json").stdout)["waiting"] == []
    assert [path for path in home.rglob("*") if path.suffix == ".part"] == []


def test_a_folder_in_the_databases_place_is_called_one(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    (tmp_path / "desk.db").unlink()
    (tmp_path / "desk.db").mkdir()
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path)
    assert (
        caught.value.sentence()
        == f"{tmp_path / 'desk.db'} adalah folder, bukan basis data; pindahkan folder itu."
    )
