"""A desk that has signed in but holds no report yet: an empty list alone would look like an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qlue_desk.cli.running import run
from qlue_desk.store import meta, position
from tests.desk_world import DeskWorld

SENTENCE = "Meja ini belum pernah sinkron: jalankan qlue-desk sync.\n"
READING = (
    ["queue"],
    ["summary"],
    ["summary", "--csv"],
    ["report", "--month", "2026-11"],
    ["handover"],
    ["export", "-o", "x.csv"],
)


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskWorld:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return DeskWorld.make(tmp_path / "home")


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_what_reads_reports_says_that_none_came_yet(
    world: DeskWorld, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 0
    assert capsys.readouterr().err == SENTENCE
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    assert run(arguments) == 0
    assert capsys.readouterr().err == ""


def test_a_document_stays_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["queue", "--json"]) == 0
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == ([], SENTENCE)


def test_a_report_that_is_not_here_keeps_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "1"]) == 1
    assert capsys.readouterr().err == SENTENCE + "Laporan “1” tidak ada di meja ini.\n"
