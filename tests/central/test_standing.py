"""A database that is deleted under a serving central takes nothing more, and loses nothing."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from qlue_desk.central.backups import backup, restore
from qlue_desk.central.errors import DatabaseProblem
from qlue_desk.central.hub import Hub
from qlue_desk.central.jobs import run_due
from qlue_desk.central.serve import running_server
from qlue_desk.cli.running import run as main

GONE = "hilang atau diganti selagi dipakai"


def rescued(hub: Hub) -> Path:
    (found,) = (hub.data / "backups").glob("central-rescued-*.db")
    return found


def test_a_deleted_database_takes_nothing_and_what_it_held_is_kept(
    office: Any, caplog: pytest.LogCaptureFixture
) -> None:
    hub = office.hub
    known = office.take("1").complaint
    (hub.data / "central.db").unlink()
    with caplog.at_level(logging.ERROR, "qlue_desk.central"):
        for _ in range(2):
            with pytest.raises(DatabaseProblem, match=GONE):
                office.take("2")
            with pytest.raises(DatabaseProblem, match=GONE):
                office.act(known, "acknowledge")
    assert [r.getMessage().partition(" held is in ")[0] for r in caplog.records] == [
        str(hub.data / "central.db").join(("what ", "")),
        f"{hub.data / 'central.db'} was deleted or replaced while it was in use: nothing is taken any more; "
        "stop this server, then: qlue-desk central restore FILE",
    ]
    assert not (hub.data / "central.db").exists()
    copy = rescued(hub)
    hub.close()
    restore(hub.data, copy, office.clock)
    again = Hub.open(hub.data, now=office.clock)
    assert again.records.get(known.id) == known
    again.close()


def test_the_minutes_work_notices_it_and_desks_hear_503(office: Any) -> None:
    with running_server(office.hub) as url:
        headers = {"Authorization": f"Bearer {office.enrolled.token}"}
        assert httpx.get(url + "/v1/session", headers=headers).status_code == 200
        (office.hub.data / "central.db").unlink()
        with pytest.raises(DatabaseProblem, match=GONE):
            run_due(office.hub)
        answer = httpx.get(url + "/v1/session", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:qlue:busy")
    assert rescued(office.hub).is_file()


def test_another_file_in_its_place_is_not_taken_for_it(office: Any, tmp_path: Path) -> None:
    backup(office.hub, tmp_path / "b.db")
    (tmp_path / "b.db").replace(office.hub.data / "central.db")
    before = (office.hub.data / "central.db").read_bytes()
    with pytest.raises(DatabaseProblem, match=GONE):
        office.take("1")
    assert (office.hub.data / "central.db").read_bytes() == before


def test_where_a_central_was_the_advice_is_to_restore(
    office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.take("1")
    data = office.hub.data
    office.hub.close()
    content = (data / "central.db").read_bytes()
    (data / "central.db").unlink()
    for command in ("serve", "init"):
        assert main(["central", command, "--data", str(data)]) == 1
        assert capsys.readouterr().err == (
            f"Basis data di {data} hilang, padahal pernah ada; pulihkan cadangannya: central restore FILE\n"
        )
    (data / "backups").mkdir()
    (data / "backups" / "central-1.db").write_bytes(content)
    assert main(["central", "serve", "--data", str(data)]) == 1
    assert capsys.readouterr().err.endswith(f"pulihkan: central restore {data}/backups/central-1.db\n")
    assert not (data / "central.db").exists()


def test_a_log_left_by_the_deleted_database_does_not_spoil_the_one_put_back(
    office: Any, tmp_path: Path
) -> None:
    backup(office.hub, tmp_path / "b.db")
    office.take("1")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for end in ("-wal", "-shm"):
        shutil.copy(office.hub.data / f"central.db{end}", crashed / f"central.db{end}")
    assert (crashed / "central.db-wal").stat().st_size
    restore(crashed, tmp_path / "b.db", office.clock)
    assert sorted(file.name for file in crashed.iterdir()) == ["backups", "central.db", "heads.json"]
    again = Hub.open(crashed, now=office.clock)
    assert again.records.of_source("bogor", "qlue", "1") is None
    again.close()
