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


def test_a_setting_that_cannot_be_used_is_said_where_reports_are_read(
    world: DeskWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    (tmp_path / "ca").mkdir()
    (tmp_path / "config.toml").write_text(
        '[sync]\nca_file = "ca"\n[views]\n"Punya saya" = "status:rusak"\n"Baik" = "lampu"\n'
    )
    assert run(["queue", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert err.splitlines() == [
        "[sync] ca_file: ca tidak bisa dipakai sebagai sertifikat (itu folder, bukan berkas).",
        "config.toml:4: Punya saya: Nilai “rusak” tidak dikenal untuk status. Mungkin: kategori:jalan-rusak.",
    ]
    (tmp_path / "config.toml").write_text('[sync]\nca_file = "ca.pem"\n')
    for content in ("no certificate", "-----BEGIN CERTIFICATE-----\ncut\n"):
        (tmp_path / "ca.pem").write_text(content)
        assert run(["queue"]) == 0
        assert capsys.readouterr().err.endswith("(bukan sertifikat PEM).\n"), content


def test_a_telephone_number_is_not_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["queue", "0812••••678"]) == 0
    assert capsys.readouterr().out.startswith("Nomor telepon disamarkan di meja ini dan tidak bisa dicari")
    assert run(["queue", "lampu"]) == 0
    assert capsys.readouterr().out == "Tidak ada laporan yang cocok.\n"


def test_a_report_that_is_not_here_keeps_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "1"]) == 1
    assert capsys.readouterr().err == SENTENCE + "Laporan “1” tidak ada di meja ini.\n"
