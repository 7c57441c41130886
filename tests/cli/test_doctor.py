"""What `doctor` finds on a machine where something is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.cli import central_checks, doctor
from qlue_desk.cli.running import run
from qlue_desk.cli.terminal_checks import abilities
from qlue_desk.desk import terminal
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import PROTOCOL
from qlue_desk.store import location, meta
from qlue_desk.store.bound import connection
from qlue_desk.store.models import SCHEMA_VERSION
from tests.desk_world import DeskWorld


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("QLUE_DESK_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def wrong(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What is wrong on this machine."""
    capsys.readouterr()
    code = run(["doctor", "--json"])
    document = json.loads(capsys.readouterr().out)
    found = [check for check in document["checks"] if check["ok"] is False]
    assert (code, document["ok"]) == ((1, False) if found else (0, True))
    return found


def test_a_folder_that_can_never_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "berkas").write_text("x")
    file, within = tmp_path / "berkas", tmp_path / "berkas" / "home"
    for place, found, mend in (
        (
            file,
            f"{file} adalah berkas, bukan folder; QLUE_DESK_HOME harus menyebut sebuah folder.",
            "Pilih folder lain dengan QLUE_DESK_HOME.",
        ),
        (
            within,
            f"{within}: bagian dari namanya bukan folder",
            "Beri hak tulis pada folder itu, atau pilih lain dengan QLUE_DESK_HOME.",
        ),
    ):
        monkeypatch.setenv("QLUE_DESK_HOME", str(place))
        assert wrong(capsys) == [{"what": "Folder data", "ok": False, "found": found, "mend": mend}]
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "belum" / "ada"))
    assert wrong(capsys) == []
    assert not (tmp_path / "belum").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").mkdir(mode=0o500)
    [found] = wrong(capsys)
    assert found["found"] == f"{tmp_path / 'home'}: tidak ada izin"


def test_a_folder_on_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        location, "file_system", lambda folder, mounts: "nfs4" if "home" in str(folder) else ""
    )
    [found] = wrong(capsys)
    assert (found["what"], found["mend"]) == ("Folder data", "Pilih folder lain dengan QLUE_DESK_HOME.")


def test_a_database_of_garbage_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    DeskWorld.make(tmp_path / "home").close()
    (tmp_path / "home" / "desk.db").write_bytes(b"sampah" * 4000)
    assert [(check["what"], check["found"]) for check in wrong(capsys)] == [
        ("Basis data", f"{tmp_path / 'home' / 'desk.db'} rusak, atau kuncinya lain")
    ]


def test_a_database_damaged_in_the_middle_is_one_line_with_what_is_safe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    world = DeskWorld.make(home)
    world.add_many([Status.DISPATCHED] * 200)
    world.store.writing(meta.put, meta.SERVER_URL, "https://lapor.kota.example")
    act(world.workplace, ["1"], "note", Fields(note="tetap utuh"))
    world.close()
    content = bytearray((home / "desk.db").read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 8 * 4096] = bytes(8 * 4096)
    (home / "desk.db").write_bytes(content)
    [found] = [check for check in wrong(capsys) if check["what"] == "Basis data"]
    assert found["found"] == f"{home / 'desk.db'} rusak"
    assert found["mend"].startswith(
        "1 tindakan yang mungkin belum sampai ke pusat masih utuh di outbox.log."
        f" Pindahkan semua berkas {home / 'desk.db'}* ke tempat lain. Minta kode baru"
    )
    assert found["mend"].endswith("Laporan disalin lagi dan yang belum sampai dikirim.")


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (b"", "Kunci {path} kosong."),
        (b"setengah", "Kunci {path} rusak: harus 64 angka heksadesimal."),
        (b"\xff", "Kunci {path} rusak: harus 64 angka heksadesimal."),
        (None, "Kunci basis data tidak ada di {path}."),
    ],
)
def test_without_its_key_it_is_said_what_to_do_and_what_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: bytes | None, fault: str
) -> None:
    home = tmp_path / "home"
    DeskWorld.make(home).close()
    path = home / "key"
    path.unlink()
    if key is not None:
        path.write_bytes(key)
    fault, back = (
        fault.format(path=path),
        "Kembalikan berkas key dari cadangan folder data. Bila tidak ada lagi",
    )
    assert run(["queue"]) == 1
    assert capsys.readouterr().err == (
        f"{fault} {back}: qlue-desk doctor mengatakan apa yang hilang dan cara mulai lagi.\n"
    )
    [found] = wrong(capsys)
    assert found["found"] == fault
    assert found["mend"] == (
        f"{back}, yang belum terkirim dan foto di sini tidak bisa dibuka; laporan tetap ada di pusat."
        f" Pindahkan berkas key dan semua berkas {home / 'desk.db'}* ke tempat lain."
        " Minta kode baru dari pengelola kota: qlue-desk login URL --code KODE, lalu qlue-desk sync."
    )


def test_a_newer_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = DeskWorld.make(tmp_path / "home")
    world.store.writing(lambda: connection().execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}"))
    world.close()
    assert [(check["what"], check["mend"]) for check in wrong(capsys)] == [
        ("Basis data", "Perbarui qlue-desk.")
    ]


def test_keys_and_views_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    DeskWorld.make(tmp_path / "home").close()
    config = tmp_path / "config.toml"
    config.write_text('[keys]\nquiit = "f10"\n[views]\n"Rusak" = "status:dispached"\n"Baik" = "is:open"\n')
    keys, views = wrong(capsys)
    assert keys["what"] == "Tombol sendiri"
    assert keys["found"].startswith("config.toml:2: “quiit” tidak dikenal; mungkin quit")
    assert views["what"] == "Tampilan sendiri"
    assert views["found"].startswith("config.toml:4: Rusak: ")
    config.write_text('[keys]\nquit = "f10"\n[views]\n"Baik" = "is:open"\n')
    assert wrong(capsys) == []


def test_a_wrong_macro_and_a_file_beside_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    DeskWorld.make(tmp_path / "home").close()
    config = tmp_path / "home" / "config.toml"
    config.write_text('[macros.salah]\nlabel = "S"\ndo = "terbang"\n')
    [macro] = wrong(capsys)
    sentence = f"{config}:3: [macros.salah] do = “terbang” tidak bisa. Yang boleh: "
    assert (macro["what"], macro["found"][: len(sentence)]) == ("Pengaturan", sentence)
    assert run(["act", "1", "--macro", "salah"]) == 2
    assert capsys.readouterr().err.startswith(sentence)
    assert run(["act", "1", "--macro", "ngawur"]) == 2
    assert capsys.readouterr().err.startswith(f"Belum ada makro. Tulis di {config}, ")


def test_all_is_well_only_where_all_was_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "– Pusat: meja ini belum terhubung" in lines
    unseen = sum(line.startswith("–") for line in lines)
    assert unseen == 4  # no terminal, no folder, no database, no central
    assert lines[-1] == "Tidak ada yang salah; 4 hal tidak bisa diperiksa (–)."
    DeskWorld.make(tmp_path / "home").close()
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[lines.index("– Salinan laporan: belum pernah diambil") + 1] == "    Jalankan: qlue-desk sync."
    )


def test_the_last_line_when_nothing_is_left_open() -> None:
    assert doctor._verdict([doctor.Finding("x", True, "")]) == "Semua baik."
    assert doctor._verdict([doctor.Finding("x", False, ""), doctor.Finding("y", None, "")]) == (
        "1 hal perlu dibenahi."
    )


def test_a_rule_of_notices_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    DeskWorld.make(tmp_path / "home").close()
    (tmp_path / "config.toml").write_text('[notify]\nquery = "status:apa"\n')
    [found] = wrong(capsys)
    assert found["found"].startswith("config.toml:2: query: ")


def test_a_clash_of_keys_names_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text('[ui]\n[keys]\nquit = "f10"\nnote = "t"\n')
    [found] = wrong(capsys)
    assert found["found"].startswith("config.toml:4: [keys]: tombol “t” dipakai dua kali")


@pytest.mark.parametrize(
    ("environ", "colours", "clipboard"),
    [
        ({"TERM": "linux"}, "linux: 8 warna", "terminal ini tidak menerima OSC 52"),
        ({"TERM": "xterm-256color"}, "xterm-256color: 256 warna", "OSC 52 dikirim; terminal ini tidak mengatakan"),
        ({"TERM": "screen-256color", "TMUX": "x"}, "screen-256color: 256 warna", "OSC 52 lewat tmux"),
        ({"TERM": "screen-256color", "STY": "x"}, "screen-256color: 256 warna", "OSC 52 lewat GNU screen"),
        ({"TERM": "xterm-kitty"}, "xterm-kitty: semua warna", "OSC 52: salin bekerja"),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, "NO_COLOR", "OSC 52: salin bekerja"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "xterm-256color: 256 warna", "terminal ini tidak"),
    ],
)  # fmt: skip
def test_what_a_terminal_can(environ: dict[str, str], colours: str, clipboard: str) -> None:
    found = {f.what: f for f in abilities(terminal.read(environ, {"linux": 8}.get))}
    assert found["Warna"].found == colours
    assert found["Papan klip"].found.startswith(clipboard)
    assert not any(each.ok is False for each in found.values())


@pytest.mark.parametrize(
    ("oldest", "newest", "min_client", "ok", "words"),
    [
        (PROTOCOL, PROTOCOL, "0.0.0", True, "cocok"),
        (PROTOCOL - 1, PROTOCOL - 1, "0.0.0", False, "pusat lebih lama"),
        (PROTOCOL + 1, PROTOCOL + 2, "0.0.0", False, "pusat memerlukan meja yang lebih baru"),
        (PROTOCOL, PROTOCOL, "99.0.0", False, "pusat memerlukan meja yang lebih baru"),
    ],
)
def test_older_and_newer_centrals(oldest: int, newest: int, min_client: str, ok: bool, words: str) -> None:
    [found] = central_checks.compatibility(oldest, newest, min_client)
    assert (found.ok, found.found.startswith(words), bool(found.mend)) == (ok, True, not ok)
