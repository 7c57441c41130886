"""A desk that the city has revoked, and told to wipe itself: where its last work is, and what each command says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.cli.running import run
from qlue_desk.domain.complaint import Role
from qlue_desk.store import left_sealed
from qlue_desk.sync import rounds
from qlue_desk.sync.lock import DeskLock
from tests.sync.rig import PASSWORD, Central


class Office:
    """One central, one desk, and the commands that a person runs at both."""

    def __init__(self, central: Central, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.central = central
        self.home = home
        self._capsys = capsys
        central.hub.accounts.add_user("asep", "Asep", "bogor", [Role.OFFICER], "dpupr", PASSWORD)

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        return code, out, err

    def enrol(self) -> str:
        """A new desk in the folder, with a first copy; its id."""
        code = self.central.hub.desks.enrolment_code("bogor", "dpupr", "Loket 2")
        assert self("login", self.central.url, "--code", code, "--user", "asep")[0] == 0
        assert self("sync")[0] == 0
        return str(json.loads(self("whoami", "--json")[1])["desk"])


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QLUE_DESK_PASSWORD", PASSWORD)
    monkeypatch.chdir(tmp_path)
    with Central.make(tmp_path) as central:
        central.report("dpupr")
        yield Office(central, tmp_path / "home", capsys)


def test_sealed_work_is_named_until_a_person_says_that_central_has_it(office: Office) -> None:
    desk = office.enrol()
    assert office("act", "1", "--do", "note", "--note", "hanya di sini")[0] == 0
    office.central.hub.desks.revoke(desk, wipe=True)
    code, _out, err = office("sync")
    [path] = left_sealed.files(office.home)
    how = left_sealed.HOW.format(path=path, name=path.name)
    assert (code, how in err) == (5, True)
    code, out, _err = office("outbox")  # nobody is signed in any more
    assert (code, out) == (0, how + "\n")
    office.enrol()
    assert how in office("sync")[2]
    assert office("outbox") == (0, how + "\n", "")
    assert json.loads(office("outbox", "--json")[1])["sealed"] == [str(path)]
    checks: list[dict[str, Any]] = json.loads(office("doctor", "--json")[1])["checks"]
    assert [check["mend"] for check in checks if check["found"] == path.name] == [how]
    for other in ("desk.db", "belum-terkirim-lain.qlb", f"lain/{path.name}"):
        code, _out, err = office("outbox", "forget", other)
        assert (code, err.startswith(f"{other} bukan berkas pekerjaan tersegel")) == (1, True)
    assert office("outbox", "forget", path.name) == (0, f"{path} dihapus.\n", "")
    assert office("outbox") == (0, "Kotak keluar kosong: semuanya sudah di pusat.\n", "")
    assert office("sync")[2] == ""


def test_beside_an_open_desk_sync_says_what_stands_in_the_way(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "OTHER_SECONDS", 0.3)
    desk = office.enrol()
    lock = DeskLock(office.home)
    assert lock.acquire()  # as the process of an open desk has it
    assert office("sync") == (
        0,
        "Sudah disinkronkan oleh meja yang terbuka, atau perintah lain yang sedang berjalan.\n",
        "",
    )
    assert office("act", "1", "--do", "note", "--note", "belum terkirim")[0] == 0
    sentence = "Meja yang sedang terbuka mengirim sendiri; 1 tindakan masih menunggu.\n"
    assert office("sync") == (0, sentence, "")
    office.central.pause()
    assert office("sync")[0] == 4
    office.central.start()
    office.central.hub.desks.revoke(desk)
    assert office("sync") == (5, "", "Meja ini dicabut oleh pengelola kota.\n")
    office.central.hub.desks.revoke(desk, wipe=True)
    assert office("sync")[0] == 5
    assert len(left_sealed.files(office.home)) == 1
    lock.release()


def test_the_order_to_wipe_can_be_added_to_a_desk_that_was_revoked_before(office: Office) -> None:
    desk = office.enrol()

    def revoke(*more: str) -> str:
        code, out, err = office("central", "desk", "revoke", desk, *more, "--data", office.central.data)
        assert (code, err) == (0, "")
        return out

    assert revoke() == f"Meja {desk} dicabut.\n"
    assert office("sync")[0] == 5
    assert office("act", "1", "--do", "note", "--note", "belum terkirim")[0] == 0
    assert revoke() == f"Meja {desk} sudah dicabut.\n"
    assert revoke("--wipe") == f"Meja {desk} sudah dicabut; perintah hapus ditambahkan.\n"
    assert revoke() == f"Meja {desk} sudah dicabut.\n"
    assert office("sync")[0] == 5
    assert len(left_sealed.files(office.home)) == 1
