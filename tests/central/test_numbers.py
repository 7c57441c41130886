"""After a restore no citizen gets a number that another one may hold: one visible gap, and it is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.central import restoring
from qlue_desk.central.backups import backup, restore
from qlue_desk.central.hub import Hub
from qlue_desk.central.numbers import GAP, Skipped
from qlue_desk.central.report import Report
from qlue_desk.central.seen import NUMBERS_AHEAD
from qlue_desk.cli.running import run as main
from qlue_desk.domain.complaint import Channel

from .conftest import NOW, Clock, add_bogor


def number_of(hub: Hub, source_id: str) -> str:
    return hub.register.take(
        Report("qlue", source_id, "bogor", Channel.QLUE, "Lampu jalan mati.", NOW)
    ).complaint.number


def fill(hub: Hub, first: int, last: int) -> list[str]:
    return [number_of(hub, str(n)) for n in range(first, last + 1)]


def test_a_backup_put_back_leaves_out_the_numbers_given_since(hub: Hub, clock: Clock, tmp_path: Path) -> None:
    fill(hub, 1, 6)
    backup(hub, tmp_path / "b.db")
    assert fill(hub, 7, 9)[0] == "BGR-26-000007"
    hub.close()
    restore(hub.data, tmp_path / "b.db", clock)
    again = Hub.open(hub.data, now=clock)
    assert restoring.restores(again.database)[-1].skipped == (Skipped("bogor", 2026, 7, NUMBERS_AHEAD),)
    assert fill(again, 20, 21) == ["BGR-26-000101", "BGR-26-000102"]
    again.close()


def test_the_file_runs_ahead_of_the_numbers_and_never_behind(hub: Hub) -> None:
    given = fill(hub, 1, NUMBERS_AHEAD + 1)
    kept = json.loads((hub.data / "heads.json").read_bytes())["numbers"]
    assert (given[-1], kept) == ("BGR-26-000101", {"bogor/2026": 2 * NUMBERS_AHEAD})


def test_a_database_put_back_by_hand_is_noticed_and_its_numbers_go_on_above(
    hub: Hub, clock: Clock, tmp_path: Path
) -> None:
    fill(hub, 1, 2)
    backup(hub, tmp_path / "b.db")
    fill(hub, 3, 130)
    hub.close()
    (tmp_path / "b.db").replace(hub.data / "central.db")
    again = Hub.open(hub.data, now=clock)
    assert [r.why for r in restoring.restores(again.database)] == ["behind"]
    assert number_of(again, "new") == "BGR-26-000201"
    again.close()
    once_more = Hub.open(hub.data, now=clock)
    assert number_of(once_more, "newer") == "BGR-26-000202"
    once_more.close()


def test_where_no_file_tells_a_gap_is_left_also_for_a_city_without_reports(
    hub: Hub, clock: Clock, tmp_path: Path
) -> None:
    backup(hub, tmp_path / "empty.db")
    fill(hub, 1, 3)
    backup(hub, tmp_path / "three.db")
    for name, first in (("empty", GAP + 1), ("three", GAP + 4)):
        restore(tmp_path / name, tmp_path / f"{name}.db", clock)
        new = Hub.open(tmp_path / name, now=clock)
        assert number_of(new, "new") == f"BGR-26-{first:06d}"
        new.close()


def test_the_replaced_database_raises_what_a_lost_file_would_have_known(
    hub: Hub, clock: Clock, tmp_path: Path
) -> None:
    backup(hub, tmp_path / "b.db")
    fill(hub, 1, 5)
    hub.close()
    (hub.data / "heads.json").unlink()
    restore(hub.data, tmp_path / "b.db", clock)
    again = Hub.open(hub.data, now=clock)
    assert number_of(again, "new") == f"BGR-26-{GAP + 6:06d}"
    again.close()


def test_a_folder_that_was_put_back_with_its_file_and_told_leaves_a_gap(
    hub: Hub, clock: Clock, tmp_path: Path
) -> None:
    fill(hub, 1, 2)
    hub.close()
    shutil.copytree(hub.data, tmp_path / "snapshot")
    later = Hub.open(hub.data, now=clock)
    fill(later, 3, 150)
    later.close()
    again = Hub.open(tmp_path / "snapshot", now=clock)
    assert restoring.announce(again).skipped == (Skipped("bogor", 2026, 3, GAP + 2),)
    assert number_of(again, "new") == f"BGR-26-{GAP + 3:06d}"
    again.close()


def test_a_restore_that_is_only_told_leaves_a_gap_on_postgresql(
    tmp_path: Path, clock: Clock, postgres: Callable[[], str]
) -> None:
    hub = Hub.create(tmp_path / "pg", database_url=postgres(), now=clock)
    add_bogor(hub)
    fill(hub, 1, 2)
    done = restoring.announce(hub)
    assert done.skipped == (Skipped("bogor", 2026, 3, GAP + 2),)
    assert number_of(hub, "new") == f"BGR-26-{GAP + 3:06d}"
    hub.close()


def test_check_tells_which_numbers_were_left_out(
    office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, target = str(office.hub.data), str(tmp_path / "c.db")
    office.take("1")
    backup(office.hub, tmp_path / "c.db")
    office.hub.close()
    assert main(["central", "restore", target, "--data", data]) == 0
    capsys.readouterr()
    assert main(["central", "check", "--data", data]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "  Nomor 2–100 (bogor, 2026) dilewati: mungkin sudah dipegang warga."


def told_by_check(data: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert main(["central", "check", "--data", str(data)]) == 0
    return [
        line for line in capsys.readouterr().out.splitlines() if "heads.json" in line or "tanpa FILE" in line
    ]


def test_check_says_where_a_copy_cannot_be_noticed_and_what_to_do(
    office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = office.hub.data
    office.take("1")
    office.hub.close()
    shutil.copy(data / "central.db", tmp_path / "older.db")
    again = Hub.open(data)
    fill(again, 2, 4)
    again.close()
    assert told_by_check(data, capsys) == []
    shutil.copy(tmp_path / "older.db", data / "central.db")
    (data / "heads.json").unlink()
    lines = told_by_check(data, capsys)
    assert [line.partition(" ")[0] for line in lines] == ["heads.json", "Bila"]
    assert lines[0].startswith("heads.json baru ada sejak ")
    assert "qlue-desk central restore tanpa FILE" in lines[1]
    assert told_by_check(data, capsys) == lines  # it is remembered, not found anew
    assert main(["central", "restore", "--data", str(data)]) == 0
    assert told_by_check(data, capsys) == []
    again = Hub.open(data)
    assert number_of(again, "new") == f"BGR-26-{GAP + 2:06d}"
    again.close()


def test_check_says_that_the_file_of_heads_is_older_than_the_database(
    office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = office.hub.data
    office.take("1")
    office.hub.close()
    shutil.copy(data / "heads.json", tmp_path / "heads.json")
    again = Hub.open(data)
    fill(again, 2, NUMBERS_AHEAD + 1)
    again.close()
    assert told_by_check(data, capsys) == []
    shutil.copy(tmp_path / "heads.json", data / "heads.json")
    lines = told_by_check(data, capsys)
    assert lines[0].startswith("heads.json mengenal lebih sedikit nomor")
    assert main(["central", "check", "--data", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["checked"]["older_file"] is True


def test_a_new_central_never_says_that_its_file_was_lost(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(hub, 1, 2)
    restoring.notice(hub)  # as the clock does while nothing of the heads is written yet
    fill(hub, 3, 3)
    hub.close()
    assert told_by_check(hub.data, capsys) == []
