"""Faults at the doors of a desk: each is noticed, said in one sentence, and has a way out that works."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.cli.running import run as run_command
from qlue_desk.store import meta
from qlue_desk.store.database import Store
from qlue_desk.sync import transport
from qlue_desk.sync.errors import BadReply
from tests.sync.rig import PASSWORD, Central, Role


class Desk:
    """A desk that a person enrolled, signed in and synced by commands."""

    def __init__(self, central: Central, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.central, self.home, self._capsys = central, home, capsys
        self.report = central.report("dpupr")
        central.hub.accounts.add_user("asep", "Asep", "bogor", [Role.OFFICER], "dpupr", PASSWORD)

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Run a command: its code and all it said."""
        self._capsys.readouterr()
        code = run_command(list(arguments))
        out, err = self._capsys.readouterr()
        return code, out + err

    def wrong(self) -> dict[str, tuple[str, str]]:
        """What `doctor` finds wrong: found and mend by what it looked at."""
        code, said = self("doctor", "--json")
        found = {
            each["what"]: (each["found"], each["mend"])
            for each in json.loads(said)["checks"]
            if each["ok"] is False
        }
        assert code == (1 if found else 0)
        found.pop("Jam", None)  # central's clock is another one in tests
        return found

    def lose_database(self) -> None:
        for file in self.home.glob("desk.db*"):
            file.unlink()


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QLUE_DESK_PASSWORD", PASSWORD)
    monkeypatch.delenv("QLUE_DESK_TOKEN", raising=False)
    monkeypatch.delenv("QLUE_DESK_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    with Central.make(tmp_path) as central:
        made = Desk(central, tmp_path / "home", capsys)
        code = central.hub.desks.enrolment_code("bogor", "dpupr", "Loket 2")
        assert made("login", central.url, "--code", code, "--user", "asep")[0] == 0
        assert made("sync")[0] == 0
        yield made


def test_a_lost_database_needs_no_new_code_and_its_work_is_sent(desk: Desk) -> None:
    assert desk("act", "1", "--do", "note", "--note", "tetap sampai")[0] == 0
    desk.lose_database()
    [(what, (found, mend))] = desk.wrong().items()
    assert (what, found) == ("Basis data", "hilang; 1 tindakan yang belum sampai masih di outbox.log")
    assert mend.startswith("Masuk lagi: qlue-desk login URL --user NAMA (token meja ini masih ada)")
    code, said = desk("login")
    assert (code, "qlue-desk login URL --user NAMA" in said) == (5, True)
    assert desk("login", desk.central.url, "--user", "asep") == (0, "Masuk sebagai Asep.\n")
    assert desk("sync")[0] == 0
    assert "tetap sampai" in desk.central.texts(desk.report.id)
    assert desk.wrong() == {}


def test_a_damaged_database_is_mended_by_what_doctor_says(desk: Desk, tmp_path: Path) -> None:
    assert desk("act", "1", "--do", "note", "--note", "tetap sampai")[0] == 0
    (desk.home / "desk.db").write_bytes(b"sampah" * 4000)
    code, said = desk("queue")
    assert (code, said.endswith("obatnya: qlue-desk doctor.\n")) == (1, True)
    found, mend = desk.wrong()["Basis data"]
    assert "doctor" not in found + mend  # it sent the person here
    assert mend.startswith(
        "1 tindakan yang mungkin belum sampai ke pusat masih utuh di outbox.log."
        f" Pindahkan semua berkas {desk.home / 'desk.db'}* ke tempat lain. Masuk lagi:"
    )
    desk.lose_database()
    assert desk("login", desk.central.url, "--user", "asep")[0] == 0
    assert desk("sync")[0] == 0
    assert "tetap sampai" in desk.central.texts(desk.report.id)


def test_an_empty_database_is_a_lost_one(desk: Desk) -> None:
    assert desk("act", "1", "--do", "note", "--note", "tetap sampai")[0] == 0
    desk.lose_database()
    (desk.home / "desk.db").touch()
    assert desk("queue")[0] == 5
    assert list(desk.wrong()) == ["Basis data"]


def test_a_damaged_key_is_mended_by_what_doctor_says(desk: Desk) -> None:
    (desk.home / "key").write_text("setengah")
    found, mend = desk.wrong()["Basis data"]
    assert found == f"Kunci {desk.home / 'key'} rusak: harus 64 angka heksadesimal."
    assert "Pindahkan berkas key dan semua berkas" in mend
    (desk.home / "key").unlink()
    desk.lose_database()
    assert desk("login", desk.central.url, "--user", "asep")[0] == 0
    assert desk("sync")[0] == 0
    assert desk.wrong() == {}


def test_a_token_is_not_shown_to_another_address(desk: Desk) -> None:
    with raw_central() as (url, requests):
        assert desk("login", url, "--user", "asep")[0] == 2
    assert requests == []


def test_without_a_token_or_with_none_that_can_be_read(desk: Desk) -> None:
    token = desk.home / "token"
    kept = token.read_bytes()
    new_code = f"Minta kode baru dari pengelola kota, lalu: qlue-desk login {desk.central.url} --code KODE."
    token.unlink()
    assert desk.wrong() == {"Pusat": ("meja ini tidak punya token", new_code)}
    code, said = desk("sync")
    assert (
        code,
        said.startswith("Token meja ini tidak ada atau tidak terbaca; pekerjaan Anda tersimpan di sini."),
    ) == (5, True)
    token.write_bytes(b"qd1 dengan spasi\n")
    token.chmod(0o600)
    assert desk.wrong()["Berkas token"][0] == "tidak berisi token yang bisa dipakai"
    token.write_bytes(b"qd1_salah_sekali_x\n")
    found, mend = desk.wrong()["Pusat"]
    assert ("kode baru dari pengelola kota" in found, mend) == (True, "")
    token.write_bytes(kept)
    assert desk.wrong() == {}


def test_a_token_of_another_desk_is_noticed_and_nothing_is_sent(desk: Desk) -> None:
    assert desk("act", "1", "--do", "note", "--note", "bukan dari sini")[0] == 0
    other = desk.central.hub.desks.add("bogor", "dlh", "Loket DLH")
    kept = (desk.home / "token").read_bytes()
    (desk.home / "token").write_text(other.token + "\n")
    sentence = "Token di folder data ini milik meja lain (Loket DLH); tidak ada data dikirim."
    code, said = desk("sync")
    assert (code, said.startswith(sentence)) == (5, True)
    assert desk.wrong()["Pusat"][0] == "token di folder data ini milik meja lain (Loket DLH)"
    assert "bukan dari sini" not in desk.central.texts(desk.report.id)
    (desk.home / "token").write_bytes(kept)
    assert desk("sync")[0] == 0
    assert "bukan dari sini" in desk.central.texts(desk.report.id)


def test_a_desk_of_before_notices_it_too_and_a_new_code_is_no_other_desk(desk: Desk) -> None:
    store = Store.open(desk.home)
    store.writing(meta.put, meta.DESK, None)
    store.close()
    other = desk.central.hub.desks.add("bogor", "dpupr", "Loket 3")
    (desk.home / "token").write_text(other.token + "\n")
    assert desk("sync")[0] == 5
    code = desk.central.hub.desks.enrolment_code("bogor", "dpupr", "Loket 4")
    assert desk("login", desk.central.url, "--code", code, "--user", "asep")[0] == 0
    assert desk("sync")[0] == 0


@pytest.mark.parametrize(
    "name", ["desk.lock", ".token.lock", "ballast", "token", "outbox.log", "key", "desk.db"]
)
def test_a_folder_in_place_of_a_file(desk: Desk, name: str) -> None:
    (desk.home / name).unlink(missing_ok=True)
    (desk.home / name).mkdir()
    assert desk.wrong()[name][0] == f"{desk.home / name}: itu folder, bukan berkas"
    for command in (("sync",), ("queue",), ("outbox",)):
        code, said = desk(*command)
        assert "tidak terduga" not in said
        assert code in (0, 1, 5)


def test_not_connected_has_one_exit_code(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "baru"))
    for command in (["queue"], ["sync"], ["show", "1"], ["outbox"], ["whoami"], ["login"], ["summary"]):
        code, said = desk(*command, "--json")
        assert (code, json.loads(said)["error"]["code"]) == (5, "not_logged_in"), command


def test_the_exit_codes_stand_in_the_help(desk: Desk) -> None:
    _code, said = desk("--help")
    table = said.partition("Kode keluar, untuk semua perintah:\n")[2].splitlines()
    assert [line.split()[0] for line in table] == ["0", "1", "2", "3", "4", "5"]


@contextmanager
def raw_central() -> Iterator[tuple[str, list[Any]]]:
    """Takes connections and never answers."""
    taken: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            try:
                while True:
                    taken.append(server.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", taken
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for each in taken:
                each.close()


def test_a_central_that_never_answers_is_named_and_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (transport.TELL_AFTER, transport.FIRST_SILENCE) == (3.0, 20.0)
    monkeypatch.setattr(transport, "TELL_AFTER", 0.2)
    monkeypatch.setattr(transport, "FIRST_SILENCE", 1.0)
    with raw_central() as (url, _requests):
        store = Store.open(desk.home)
        store.writing(meta.put, meta.SERVER_URL, url)
        store.close()
        assert desk("sync") == (
            4,
            f"Menunggu jawaban pusat {url}; paling lama 11 detik.\n"
            "Pusat menerima sambungan tetapi tidak menjawab; pekerjaan Anda tersimpan di sini.\n",
        )
        code, said = desk("login", url, "--user", "budi_dpupr")
        assert code == 5  # nobody of that name has signed in here before
        assert said.startswith(f"Menunggu jawaban pusat {url}; ")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a = " + b"[" * 20_000, "salah.toml: terlalu banyak tingkat kurung di dalamnya."),
        (b"#" * (1024 * 1024 + 1), "salah.toml: lebih besar dari 1024 kB; itu bukan berkas pengaturan."),
        (None, "salah.toml: itu bukan berkas biasa."),
    ],
)
def test_settings_that_no_person_wrote(
    desk: Desk, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    if content is None:
        (tmp_path / "salah.toml").mkdir()
    else:
        (tmp_path / "salah.toml").write_bytes(content)
    assert desk("--config", "salah.toml", "queue") == (2, sentence + "\n")
    found = json.loads(desk("--config", "salah.toml", "doctor", "--json")[1])["checks"][0]
    assert (found["what"], found["found"]) == ("Pengaturan", sentence)


def test_a_name_longer_than_any_files_and_a_key_without_a_name(desk: Desk, tmp_path: Path) -> None:
    code, said = desk("--config", "x" * 5000, "queue")
    assert (code, said.endswith("…: tidak bisa dibaca (namanya terlalu panjang).\n")) == (2, True)
    (tmp_path / "tanpa nama.toml").write_text('[keys]\n"" = ""\n[views]\n"" = ""\n')
    code, said = desk("--config", "tanpa nama.toml", "queue")
    assert "tidak terduga" not in said


@pytest.mark.parametrize(
    ("content", "why"), [(None, "berkas atau folder itu tidak ada"), (b"bukan", "bukan sertifikat PEM")]
)
def test_a_certificate_authority_that_is_none(
    desk: Desk, tmp_path: Path, content: bytes | None, why: str
) -> None:
    authority = tmp_path / "ca.pem"
    if content is not None:
        authority.write_bytes(content)
    (tmp_path / "config.toml").write_text(f'[sync]\nca_file = "{authority}"\n')
    code, said = desk("login", "https://127.0.0.1:1", "--code", "x", "--user", "asep")
    sentence = f"[sync] ca_file: {authority} tidak bisa dipakai sebagai sertifikat ({why}).\n"
    assert (code, said) == (2, sentence)


def test_a_reply_that_was_damaged_promises_no_other_try_where_nothing_tries_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_args: object, **_named: object) -> None:
        raise BadReply("cut")

    sentence = "Jawaban pusat rusak di jalan; tidak ada yang hilang. Bila terulang, periksa jaringan (proksi, portal)."
    monkeypatch.setattr(transport.Transport, "send", damaged)
    for command in (("sync",), ("login", desk.central.url, "--code", "x", "--user", "asep")):
        code, said = desk(*command)
        assert (code, sentence in said) == (4, True), said
    assert desk.wrong()["Pusat"][0] == sentence


def test_a_data_folder_that_is_a_file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "berkas"
    file.write_text("")
    monkeypatch.setenv("QLUE_DESK_HOME", str(file))
    sentence = f"{file} adalah berkas, bukan folder; QLUE_DESK_HOME harus menyebut sebuah folder."
    for command in (("queue",), ("sync",), ("login", "https://127.0.0.1:1", "--code", "x", "--user", "a")):
        assert desk(*command) == (1, f"{sentence}\n")
    assert desk.wrong()["Folder data"] == (sentence, "Pilih folder lain dengan QLUE_DESK_HOME.")
