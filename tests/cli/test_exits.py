"""Exit codes on a desk that has work: 1 the machine could not, 2 written wrongly, 3 refused by a rule."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qlue_desk.cli.running import run
from qlue_desk.domain.complaint import Status
from qlue_desk.store import meta, outbox, position
from qlue_desk.store.database import Store
from tests.desk_world import DeskWorld


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.json").mkdir()
    world = DeskWorld.make(tmp_path / "home")
    world.add(status=Status.DISPATCHED)
    world.add(status=Status.IN_PROGRESS)
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    world.close()
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["report", "--month", "2026-13"], 2, "“2026-13” bukan bulan; tulis misalnya 2026-11."),
        (["report", "--month", "0001-01"], 2, "“0001-01” bukan bulan; tulis misalnya 2026-11."),
        (["report", "--month", "9999-12"], 2, "Bulan 9999-12 belum mulai."),
        (["export", "-o", "x.foo"], 2, "Format “foo” tidak dikenal; pilih csv, json, xlsx."),
        (
            ["export", "-o", "tiada/x.csv"],
            1,
            "tiada/x.csv tidak bisa ditulis: berkas atau folder itu tidak ada.",
        ),
        (["export", "-o", "home/key/x.csv"], 1, "home/key/x.csv tidak bisa ditulis: bagian dari namanya bukan folder."),
        (["export", "-o", ".", "--format", "csv"], 1, ". bukan berkas biasa; pilih nama lain."),
        (
            ["outbox", "export", "tiada/x.json"],
            1,
            "Berkas tiada/x.json tidak bisa dipakai: berkas atau folder itu tidak ada.",
        ),
        (["outbox", "export", "map.json"], 1, "Berkas map.json tidak bisa dipakai: itu folder, bukan berkas."),
        (
            ["act", "2", "--do", "attach", "--evidence", "tiada.jpg"],
            1,
            "2: Berkas tiada.jpg tidak bisa dibaca: berkas atau folder itu tidak ada.",
        ),
        (
            ["act", "2", "--do", "attach", "--evidence", "home"],
            1,
            "2: Berkas home tidak bisa dibaca: itu folder, bukan berkas.",
        ),
        (
            ["act", "2", "--do", "attach", "--evidence", "home/key"],
            3,
            "2: Berkas home/key bukan foto atau PDF; yang diterima: JPEG, PNG, WebP, HEIC, PDF.",
        ),
        (["act", "99", "--do", "take"], 1, "99: Laporan “99” tidak ada di meja ini."),
    ],
)  # fmt: skip
def test_the_code_and_one_sentence(
    arguments: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    assert capsys.readouterr().err == sentence + "\n"


def test_a_document_and_a_file_do_not_share_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "-o", "-", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == {
        "code": "usage",
        "message": "Pilih satu: --json atau -o -.",
    }


def environment() -> dict[str, str]:
    """The tests stand in another folder than the project."""
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


def command(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "qlue_desk", *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        check=False,
    )


def test_an_export_to_a_pipe_is_the_files_bytes(tmp_path: Path) -> None:
    ran = command("export", "--format", "csv", "-o", "-")
    assert ran.returncode == 0
    rows = list(csv.reader(io.StringIO(ran.stdout.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["number", "BGR-26-000001", "BGR-26-000002"]
    ran = command("export", "--format", "json", "-o", "-")
    assert [row["number"] for row in json.loads(ran.stdout)] == ["BGR-26-000001", "BGR-26-000002"]
    ran = command("export", "--format", "xlsx", "-o", "-")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(ran.stdout)).namelist()
    assert not (tmp_path / "-").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no pty")
def test_an_export_to_a_terminal_says_where_it_belongs(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        [sys.executable, "-m", "qlue_desk", "export", "--format", "xlsx", "-o", "-"],
        env=environment(),
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert ran.returncode == 2
    assert ran.stderr.startswith("Ekspor ke layar tidak ada gunanya")
    assert not (tmp_path / "-").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["queue", "--help"], ["act", "--help"], ["outbox", "--help"], ["central", "--help"]],
)
def test_help_has_no_word_of_clicks(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    out = capsys.readouterr().out
    assert out.startswith("Pemakaian: qlue-desk")
    for foreign in ("Usage", "Options", "Show this message", "Commands", "required", "REF...\n\n  --"):
        assert foreign not in out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["act", "2", "--do", "attach", "--evidence", "pipa"], "2: pipa bukan berkas biasa."),
        (["export", "-o", "pipa", "--format", "csv"], "pipa bukan berkas biasa; pilih nama lain."),
        (["outbox", "export", "pipa.json"], "pipa.json bukan berkas biasa; pilih nama lain."),
        (["outbox", "import", "pipa"], "pipa bukan berkas biasa."),
    ],
)
def test_a_named_pipe_is_neither_waited_for_nor_replaced(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("pipa", "pipa.json"):
        os.mkfifo(tmp_path / name)
    assert run(arguments) == 1
    assert capsys.readouterr().err == sentence + "\n"
    assert (tmp_path / "pipa").is_fifo()
    assert (tmp_path / "pipa.json").is_fifo()


def test_a_note_that_nobody_can_see_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    for invisible in ("\u202e", "\u200b \u2060"):
        assert run(["act", "2", "--do", "note", "--note", invisible]) == 3
        assert capsys.readouterr().err == "BGR-26-000002: Catatan: tulisannya masih kosong.\n"
    assert run(["act", "2", "--do", "return", "--note", "ab\u200b\u200b\u200b\u200b\u200b\u200b"]) == 3


@pytest.mark.parametrize("signs", ["(((", "'%_%'", "-"])
def test_signs_alone_do_not_find_everything(
    signs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["queue", "--", signs], ["export", "-o", "x.csv", "--", signs]):
        assert run(arguments) == 2
        out, err = capsys.readouterr()
        assert (out, err) == ("", f"“{signs}” tidak berisi huruf atau angka untuk dicari.\n")
    assert not (tmp_path / "x.csv").exists()


def test_a_file_whose_name_is_not_utf_8_is_still_that_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = os.fsdecode(b"a\xff.jpg")
    try:
        (tmp_path / name).write_bytes(b"\xff\xd8\xff\xe0" + b"isi foto")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert run(["act", "1", "--do", "attach", "--evidence", name, "--note", "cek \udcff lagi", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] == 1
    store = Store.open(home)
    [waiting] = store.reading(outbox.waiting)
    store.close()
    assert [photo.name for photo in waiting.action.fields.evidence] == ["a\ufffd.jpg"]
    assert waiting.action.fields.note == "cek ? lagi"
    assert run(["act", "1", "--do", "attach", "--evidence", "b" + name, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["results"][0]["error"]["message"]
    assert told == "Berkas ba?.jpg tidak bisa dibaca: berkas atau folder itu tidak ada."
    assert run(["export", "-o", os.fsdecode(b"c\xff.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["path"] == "c?.csv"
    assert (tmp_path / os.fsdecode(b"c\xff.csv")).is_file()
