"""`similar` and `act --duplicate-of`: the same search and the same move as `d` on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qlue_desk.cli.running import run
from qlue_desk.domain.complaint import Status
from tests.desk_world import DeskWorld


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskWorld:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    made = DeskWorld.make(tmp_path / "home")
    here = {"lat_e6": -6_590_000, "lon_e6": 106_800_000, "text": "Lubang.", "street": ""}
    made.add(title="Lama", **here)
    made.add(title="Baru", **(here | {"lat_e6": -6_591_000}))
    made.add(title="Lain", text="Jauh.", street="", lat_e6=-6_700_000, lon_e6=106_800_000)
    made.close()
    return made


def test_similar_reports_by_command(world: DeskWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["similar", "2", "--json"]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert (found["number"], found["metres"], found["status"]) == ("BGR-26-000001", 111, "dispatched")
    assert run(["similar", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [lines[-1].split()[0], lines[-1].split()[-1]] == ["BGR-26-000001", "Lama"]
    assert "111 m" in lines[-1]
    assert run(["similar", "3"]) == 0
    assert capsys.readouterr().out == "Tidak ada yang mirip dengan 3.\n"
    assert run(["similar", "99"]) == 1


def test_duplicate_of_by_command(world: DeskWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["act", "2", "3", "--duplicate-of", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] == 2
    assert run(["show", "2", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["status"], shown["duplicate_of"]) == (Status.DUPLICATE, "BGR-26-000001")
    assert run(["show", "2"]) == 0
    assert "duplikat dari BGR-26-000001" in capsys.readouterr().out
    assert run(["show", "1"]) == 0
    assert "Duplikatnya: BGR-26-000002, BGR-26-000003" in capsys.readouterr().out
    assert run(["similar", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []  # duplicates are not offered again
    assert run(["act", "1", "--duplicate-of", "2"]) == 3
    assert "BGR-26-000002 sendiri duplikat; tunjuk aslinya, BGR-26-000001." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--duplicate-of", "2", "--do", "reject"], "--duplicate-of sudah mengatakan tindakan"),
        (["--duplicate-of", "2", "--to", "3"], "--duplicate-of sudah mengatakan tindakan"),
        ([], "--do belum diberikan."),
    ],
)
def test_what_does_not_go_together_is_said(
    world: DeskWorld, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["act", "1", *arguments]) == 2
    assert sentence in capsys.readouterr().err
