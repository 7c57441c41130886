"""A data folder on a disk that can only be read: what is wrong is said, and what lies there is given out."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from qlue_desk.central import bundles
from qlue_desk.cli.running import run
from qlue_desk.store.database import Store
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.state import Phase, SyncState
from tests.sync.matrix.disks import small_disk
from tests.sync.rig import Central
from tests.waiting import until


def test_it_is_no_fault_of_the_network_and_the_work_can_be_rescued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Central.make(tmp_path) as central, small_disk(tmp_path / "kecil", "40m") as folder:
        one = central.report()
        monkeypatch.setattr(central, "folder", folder)
        desk = central.desk()
        desk.sync()
        desk.act(one.id, "note", "belum terkirim")
        desk.close()
        central._desks.remove(desk)
        monkeypatch.setenv("QLUE_DESK_HOME", str(desk.home))
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        sentence = (
            f"Folder data {desk.home} hanya bisa dibaca, jadi tidak ada yang dicatat:"
            " periksa cakram atau izinnya."
        )
        assert run(["sync"]) == 1
        assert capsys.readouterr().err == sentence + "\n"

        rescued = tmp_path / "x.qlb"
        assert run(["outbox", "export", str(rescued)]) == 0
        assert bundles.take(central.hub, rescued.read_bytes()).applied == 1

        capsys.readouterr()
        run(["doctor", "--json"])
        checks = {check["what"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
        mend = "Periksa cakram itu dan izin folder data: keduanya harus bisa ditulis."
        assert (checks["Folder data"]["mend"], checks["Basis data"]["mend"]) == (mend, mend)

        told: list[SyncState] = []
        store = Store.open(desk.home)
        engine = Engine(store, desk.home, told.append)
        engine.start()
        until(lambda: bool(told))
        engine.stop()
        store.close()
        assert (told[0].phase, told[0].detail) == (Phase.HINDERED, sentence)
