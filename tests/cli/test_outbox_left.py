"""Recorded work is listed and given out also where the database is lost, damaged, or nobody is signed in."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.cli.running import run
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.store import leaving, meta
from qlue_desk.store.bound import connection
from qlue_desk.store.models import SCHEMA_VERSION
from qlue_desk.sync import rounds
from qlue_desk.sync.errors import NotEnrolled
from tests.desk_world import DeskWorld


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk with one action that has not left."""
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    world = DeskWorld.make(tmp_path / "home")
    report = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [report.id], "acknowledge", Fields(note="segera ke lokasi"))
    assert outcome.done
    world.close()
    return tmp_path / "home"


def listed(capsys: pytest.CaptureFixture[str]) -> tuple[list[tuple[str, str, str]], str]:
    capsys.readouterr()
    assert run(["outbox", "--json"]) == 0
    out, err = capsys.readouterr()
    found: dict[str, list[dict[str, Any]]] = json.loads(out)
    assert found["refused"] == []
    return [(line["number"], line["label"], line["note"]) for line in found["waiting"]], err


LINE = ("BGR-26-000001", "Terima", "segera ke lokasi")


def lose(home: Path) -> None:
    for file in home.glob("desk.db*"):
        file.unlink()


def exported(path: Path) -> list[str]:
    return [item["action"]["verb"] for item in json.loads(path.read_text())["actions"]]


def test_a_lost_database(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lose(home)
    assert listed(capsys) == ([LINE], f"{NotEnrolled().sentence()}\n")
    assert run(["outbox"]) == 0
    assert "Terima" in capsys.readouterr().out
    assert run(["outbox", "export", "keluar.json"]) == 0
    assert exported(home.parent / "keluar.json") == ["acknowledge"]


def test_a_lost_database_after_signing_in_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lose(home)
    DeskWorld.make(home).close()
    assert listed(capsys) == ([LINE], "")
    world = DeskWorld.make(home)  # it was taken over, not only shown
    states = "SELECT verb, state FROM action"
    assert world.store.reading(lambda: connection().execute(states).fetchall()) == [
        ("acknowledge", "waiting")
    ]
    world.close()


def test_a_damaged_database(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lose(home)
    (home / "desk.db").write_bytes(b"sampah" * 4000)
    lines, err = listed(capsys)
    assert lines == [LINE]
    assert err == (
        f"{home / 'desk.db'} tidak bisa dibuka dengan kunci ini, atau rusak; obatnya: qlue-desk doctor.\n"
    )
    assert run(["outbox", "export", "keluar.json"]) == 0
    assert exported(home.parent / "keluar.json") == ["acknowledge"]


def test_after_signing_out_and_after_a_purge(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = DeskWorld.make(home)
    world.store.writing(meta.put, meta.ACTOR, None)
    world.close()
    assert listed(capsys)[0] == [LINE]
    world = DeskWorld.make(home)
    world.store.writing(leaving.purge)
    world.close()
    assert listed(capsys)[0] == [LINE]
    assert run(["outbox", "export", "keluar.json"]) == 0
    assert exported(home.parent / "keluar.json") == ["acknowledge"]


def test_a_desk_that_was_never_used_is_told_to_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    assert run(["outbox"]) == 5
    assert run(["outbox", "export", str(tmp_path / "keluar.json")]) == 5
    assert not (tmp_path / "keluar.json").exists()


def test_a_newer_database_is_read_and_its_work_given_out(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = DeskWorld.make(home)
    world.store.writing(lambda: connection().execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}"))
    world.close()
    lines, err = listed(capsys)
    assert lines == [LINE]
    assert err.startswith(f"Basis data ini ditulis qlue-desk yang lebih baru (skema {SCHEMA_VERSION + 1}")
    assert run(["queue", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert run(["export", "is:open", "--output", "x.csv"]) == 0
    assert run(["outbox", "export", "keluar.json"]) == 0
    assert exported(home.parent / "keluar.json") == ["acknowledge"]
    capsys.readouterr()
    assert run(["act", "1", "--do", "start"]) == 1
    assert "perbarui program" in capsys.readouterr().err


SENTENCE = (
    "1 baris outbox.log rusak: tindakan yang hanya tercatat di sana hilang;"
    " periksa laporan yang terakhir Anda kerjakan.\n"
)


def of_the_log(capsys: pytest.CaptureFixture[str]) -> tuple[bool, str] | None:
    """What `doctor` finds."""
    run(["doctor", "--json"])
    checks = {check["what"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    found = checks.get("outbox.log")
    return None if found is None else (found["ok"], found["found"])


def tear(home: Path, more: bytes = b"") -> None:
    log = home / "outbox.log"
    log.write_bytes(log.read_bytes()[:-20] + more)


def a_round_begins(home: Path) -> None:
    world = DeskWorld.make(home)
    world.store.writing(rounds.take_over)
    world.close()


def test_a_torn_line_whose_action_the_database_has_is_no_loss(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tear(home)
    assert listed(capsys) == ([LINE], "")
    assert of_the_log(capsys) is None
    tear(home, b"\nand another one")
    assert listed(capsys) == ([LINE], SENTENCE)  # that one nobody has
    assert of_the_log(capsys) == (False, "1 baris rusak")


def test_the_next_round_writes_the_torn_line_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tear(home)
    a_round_begins(home)
    lose(home)
    assert listed(capsys)[0] == [LINE]


def test_what_is_lost_is_announced_until_somebody_syncs_who_read_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tear(home, b"\nand another one")
    a_round_begins(home)  # of an open desk, say
    assert listed(capsys) == ([LINE], SENTENCE)
    run(["sync"])  # it knows no central
    assert capsys.readouterr().err.startswith(SENTENCE)
    a_round_begins(home)
    assert listed(capsys) == ([LINE], "")
    assert of_the_log(capsys) is None


def test_without_its_database_a_torn_line_may_be_a_loss(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tear(home)
    lose(home)
    assert run(["outbox"]) == 5
    assert SENTENCE in capsys.readouterr().err
    (home / "desk.db").write_bytes(b"sampah" * 4000)
    run(["outbox"])
    assert SENTENCE in capsys.readouterr().err


def test_times_stand_in_the_citys_zone_whatever_is_left(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()

    def recorded_at() -> str:
        capsys.readouterr()
        assert run(["outbox", "--json"]) == 0
        [line] = json.loads(capsys.readouterr().out)["waiting"]
        return str(line["recorded_at"])

    try:
        usual = recorded_at()
        assert usual.endswith("+07:00")
        lose(home)
        assert recorded_at() == usual
        lose(home)
        (home / "desk.db").write_bytes(b"sampah" * 4000)
        assert recorded_at() == usual
    finally:
        monkeypatch.undo()
        time.tzset()


def test_lines_of_another_key_are_told_and_stay(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lose(home)
    (home / "key").unlink()
    assert run(["outbox"]) == 5
    sentence = (
        "1 baris outbox.log tersegel dengan kunci yang tidak ada di sini; baris itu tetap disimpan."
        " Kembalikan berkas key yang lama.\n"
    )
    assert capsys.readouterr().err.startswith(sentence)
    run(["doctor", "--json"])
    checks = {check["what"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["outbox.log"]["ok"] is False
