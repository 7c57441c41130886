"""What goes wrong is one sentence with the right exit code, never a traceback."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest

from qlue_desk import words
from qlue_desk.cli import reading, running
from qlue_desk.cli.reading import query_line
from qlue_desk.cli.running import run
from qlue_desk.store import ballast
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.state import RoundResult
from tests.desk_world import DeskWorld

SAYS_ALL = "--duplicate-of sudah mengatakan tindakan dan tujuannya; tanpa --do dan --to."
OWN_FIELDS = "--macro membawa isiannya sendiri; yang lain hanya untuk --do."


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("QLUE_DESK_DEBUG", raising=False)
    monkeypatch.delenv("QLUE_DESK_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    words.set_language("id")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["quue"], "“quue” tidak dikenal; mungkin queue."),
        (["central", "citty"], "“citty” tidak dikenal; mungkin city."),
        (["act", "--do", "take"], "REF... belum diberikan."),
        (["queue", "--lmit", "3"], "“--lmit” tidak dikenal; mungkin --limit."),
        (["central", "city", "add", "bogr"], "“bogr” tidak dikenal; mungkin bogor."),
        (
            ["act", "1", "--do", "schedule", "--until", "besok"],
            "--until: “besok” bukan tanggal; tulis YYYY-MM-DD.",
        ),
        (["queue", "--limit", "0"], "--limit: “0” bukan bilangan bulat dari 1 sampai 1000000."),
        (
            ["queue", "--limit", "9" * 30],
            f"--limit: “{'9' * 30}” bukan bilangan bulat dari 1 sampai 1000000.",
        ),
        (["queue", "--limit", "lima"], "--limit: “lima” bukan bilangan bulat dari 1 sampai 1000000."),
        (["queue", "--limit"], "Pilihan --limit perlu nilai."),
        (["queue", "--json=1"], "Pilihan --json tidak memakai nilai."),
        (["act", "1"], "--do belum diberikan."),
        (["act", "1", "--do", "rate", "--rating", "x"], "--rating: “x” bukan bilangan bulat."),
        (["show", "1", "2"], "Yang berlebih: 2."),
        (
            ["outbox", "export", "keluar.txt"],
            "Nama berkas keluar.txt harus berakhir .qlb (tersegel untuk pusat) atau .json (terbaca).",
        ),
        (["login", "--code", "x"], "Sebutkan alamat pusat: qlue-desk login URL --code KODE."),
        (["act", "1", "--duplicate-of", "2", "--to", "dlh"], SAYS_ALL),
        (["act", "1", "--duplicate-of", "2", "--do", "note"], SAYS_ALL),
        (["act", "1", "--do", "note", "--macro", "x"], "Beri --do atau --macro, salah satu."),
        (["act", "1", "--macro", "x", "--reply", "y"], OWN_FIELDS),
        (["act", "1", "--macro", "x", "--note", "y"], OWN_FIELDS),
        (["act", "1", "--macro", "x", "--evidence", "y"], OWN_FIELDS),
        (["export", "--format", "foo"], "--format: “foo” tidak dikenal; yang ada: csv, json, xlsx."),
        (["export", "--format", "xslx"], "--format: “xslx” tidak dikenal; mungkin xlsx."),
        (["login", "--cod", "x"], "“--cod” tidak dikenal; mungkin --code."),
        (["demo", "--complaints", "-1"], "--complaints: “-1” bukan bilangan bulat dari 0 sampai 1000000."),
    ],
)
def test_wrong_usage_is_exit_2_and_one_sentence(arguments, sentence, capsys):
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", sentence + "\n")


def test_wrong_usage_as_json(capsys):
    assert run(["quue", "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == {
        "error": {"code": "usage", "message": "“quue” tidak dikenal; mungkin queue."}
    }


def test_a_wrong_setting_stops_every_command_but_doctor(tmp_path, capsys):
    (tmp_path / "config.toml").write_text('[ui]\ntheme = "drak"\n')
    assert run(["queue"]) == 2
    assert capsys.readouterr().err.startswith('config.toml:2: ui.theme = "drak" tidak bisa; mungkin “dark”.')
    assert run(["doctor", "--json"]) == 1
    checks = {check["what"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["Pengaturan"]["ok"] is False
    assert checks["SQLite"]["ok"] is True


def test_the_unforeseen_goes_to_a_log(tmp_path, capsys, monkeypatch):
    def broken(_words: tuple[str, ...]) -> str:
        raise ZeroDivisionError("secret of the inside")

    monkeypatch.setattr(running, "_run", lambda arguments: broken(()))
    assert run(["queue"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert str(tmp_path / "home" / "error.log") in err
    log = tmp_path / "home" / "error.log"
    assert "ZeroDivisionError: secret of the inside" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_debugging_shows_the_traceback(monkeypatch):
    def broken(_arguments: list[str]) -> int:
        raise ZeroDivisionError

    monkeypatch.setenv("QLUE_DESK_DEBUG", "1")
    monkeypatch.setattr(running, "_run", broken)
    with pytest.raises(ZeroDivisionError):
        run(["queue"])


def test_help_speaks_the_chosen_language(tmp_path, capsys):
    (tmp_path / "config.toml").write_text('[ui]\nlanguage = "en"\n')
    assert run(["--help"]) == 0
    english = capsys.readouterr().out
    (tmp_path / "config.toml").write_text('[ui]\nlanguage = "id"\n')
    words.set_language("id")
    assert run(["--help"]) == 0
    indonesian = capsys.readouterr().out
    assert "daftar laporan menurut kueri" in indonesian
    assert "daftar laporan menurut kueri" not in english


def test_a_desk_without_a_terminal_says_what_scripts_use(capsys):
    assert run([]) == 1
    assert "qlue-desk queue --json" in capsys.readouterr().err


def test_doctor_finds_a_token_that_others_can_read(tmp_path, capsys):
    home = tmp_path / "home"
    home.mkdir()
    (home / "token").write_text("qd1_x")
    (home / "token").chmod(0o644)
    assert run(["doctor", "--json"]) == 1
    checks = {check["what"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["Berkas token"] == {
        "what": "Berkas token",
        "ok": False,
        "found": "0644",
        "mend": f"Jalankan: chmod 600 {home / 'token'}",
    }


def test_words_of_the_shell_become_one_query_line():
    assert query_line(("status:new", "lampu mati", "-macet")) == 'status:new "lampu mati" -macet'
    assert query_line(("kelurahan:Batu Tulis", "overdue")) == 'kelurahan:"Batu Tulis" overdue'
    assert query_line(('status:new "lampu mati"',)) == 'status:new "lampu mati"'
    assert query_line(('"lampu mati" -macet', "jalan")) == '"lampu mati" -macet jalan'
    assert reading.query_line(()) == ""


def test_an_argument_is_repeated_on_one_line_and_not_at_full_length(capsys):
    assert run(["quu\ne"]) == 2
    assert capsys.readouterr().err == "“quu e” tidak dikenal; mungkin queue.\n"
    assert run(["export", "--format", "x" * 100_000]) == 2
    assert capsys.readouterr().err == (
        f"--format: “{'x' * 199}…” tidak dikenal; yang ada: csv, json, xlsx.\n"
    )


@pytest.mark.parametrize("address", ["https://[::1", "https://pusat.example:delapan", "https://a:99999"])
def test_half_an_address_is_no_address(address, capsys):
    assert run(["login", address, "--code", "x", "--user", "rina"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"{address} ") or address in err
    assert "tidak terduga" not in err


def test_json_holds_nothing_that_a_terminal_obeys(tmp_path, capsys, monkeypatch):
    name = "a\x1b[31m\x9b32m\x7f\u202ed\U000e0041é.toml"
    monkeypatch.setenv("QLUE_DESK_CONFIG", str(tmp_path / name))
    assert run(["queue", "--json"]) == 2
    run(["doctor", "--json"])
    out, err = capsys.readouterr()
    assert not set(out + err) & set("\x1b\x9b\x7f\u202e\U000e0041")
    assert "é" in out
    found = json.loads(out[out.index('{\n  "ok"') :])["checks"][0]["found"]
    assert found == f"{tmp_path / name}: berkas pengaturan tidak ditemukan."  # the same text to a program


@pytest.mark.parametrize(("fits", "sentence"), [(False, ballast.FULL), (True, ballast.NEARLY_FULL)])
def test_what_a_full_disk_means_for_the_next_action_is_said_behind_this_one(
    tmp_path, monkeypatch, fits, sentence
):
    world = DeskWorld.make(tmp_path / "home")
    world.add()
    world.close()
    monkeypatch.setattr(ballast, "running_out", lambda _folder: True)
    monkeypatch.setattr(ballast, "own_work_fits", lambda _folder: fits)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        assert run(["snooze", "1", "--until", "3h"]) == 0
    done, warning = said.getvalue().splitlines()
    assert done.startswith("BGR-26-000001: ditunda sampai")
    assert warning == sentence.format(path=tmp_path / "home")


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (0, "Sudah disinkronkan oleh meja yang terbuka, atau perintah lain yang sedang berjalan.\n"),
        (2, "Meja yang sedang terbuka mengirim sendiri; 2 tindakan masih menunggu.\n"),
    ],
)
def test_beside_an_open_desk_sync_says_what_that_one_does(monkeypatch, capsys, waiting, said):
    result = RoundResult(waiting=waiting, elsewhere=True)
    monkeypatch.setattr(Engine, "once", lambda _engine, _progress: result)
    assert run(["sync"]) == 0
    assert capsys.readouterr().out == said


def test_numbers_are_one_document_or_a_table(capsys):
    assert run(["summary", "--csv", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["message"] == "Pilih satu: --json atau --csv."


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("0812-3456-7890", "Nomor telepon disamarkan di meja ini dan tidak bisa dicari"),
        ("jembatan gantung", "Tidak ada laporan yang cocok."),
    ],
)
def test_who_looks_for_a_phone_number_is_told_that_it_is_not_here(tmp_path, capsys, query, said):
    world = DeskWorld.make(tmp_path / "home")
    world.close()
    assert run(["queue", query]) == 0
    assert capsys.readouterr().out.startswith(said)


def test_a_name_in_the_table_of_numbers_is_no_formula(tmp_path, capsys):
    world = DeskWorld.make(tmp_path / "home")
    world.add(holder="=1+1", holder_name="=1+1")
    world.close()
    assert run(["summary", "--by", "officer", "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert [row[:3] for row in rows] == [["key", "label", "count"], ["'=1+1", "'=1+1", "1"]]


@pytest.mark.parametrize(
    ("options", "name", "begins"),
    [
        (["--format", "pdf"], "laporan-bulanan-2026-11.pdf", b"%PDF-"),
        (["-o", "bulan.pdf"], "bulan.pdf", b"%PDF-"),
        (["-o", "bulan.txt"], "bulan.txt", b"# "),
    ],
)
def test_a_monthly_report_goes_to_the_file_and_in_the_form_of_its_name(
    tmp_path, capsys, options, name, begins
):
    DeskWorld.make(tmp_path / "home").close()
    assert run(["report", "--month", "2026-11", *options]) == 0
    assert capsys.readouterr().out == f"Laporan bulanan disimpan di {name}.\n"
    assert (tmp_path / name).read_bytes().startswith(begins)
