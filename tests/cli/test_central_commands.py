"""Whoever runs a central by commands is told what happened, and what is wrong in one sentence."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import qlue_desk
from qlue_desk.central.hub import Hub
from qlue_desk.cli.running import run as run_command
from qlue_desk.domain.complaint import Role
from tests.cities.test_city_files import MINIMAL
from tests.cli.test_commands import Ran


@pytest.fixture
def qlue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """`central …` with the data folder `central` in a folder of its own."""
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ran:
        code = run_command(["central", *(str(a) for a in arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert "tidak terduga" not in out + err
        return Ran(code, out, err)

    return run


@pytest.fixture
def central(qlue: Any, tmp_path: Path) -> Path:
    assert qlue("init").code == 0
    return tmp_path / "central"


def write(folder: Path, more: str = "") -> Path:
    path = folder / "sorong.toml"
    path.write_text(MINIMAL + more, "utf-8")
    return path


# --- cities ------------------------------------------------------------------------------------------


def test_a_city_without_kelurahan_is_taken_with_a_warning(qlue: Any, central: Path, tmp_path: Path) -> None:
    ran = qlue("city", "add", write(tmp_path))
    assert ran.code == 0
    assert ran.out == "Kota Sorong ditambahkan: 31 kategori, 0 kelurahan, kerja sama none.\n"
    assert ran.err == (
        "Tidak ada kelurahan di berkas: setiap laporan menunggu verifikator untuk ditempatkan.\n"
    )
    assert qlue("city", "add", "bogor").err == ""


def test_a_city_added_again_says_what_it_changes(qlue: Any, central: Path, tmp_path: Path) -> None:
    qlue("city", "add", write(tmp_path))
    qlue("city", "set", "sorong", "--cooperation", "trial")
    assert qlue("city", "add", write(tmp_path)).out == "Kota Sorong sudah ada; tidak ada yang berubah.\n"
    more = (
        'bounce_limit = 5\nwithout_categories = ["angkot"]\n[[dinas]]\nkey = "laut"\nname = "Kelautan"\n'
        '[[categories]]\nkey = "pju"\nletter = "U"\n'
    )
    assert qlue("city", "add", write(tmp_path, more)).out.splitlines() == [
        "Kota Sorong diperbarui; kerja sama tetap trial.",
        "  + dinas laut",
        "  - categories angkot",
        "  ~ categories pju",
        "  ~ bounce_limit",
    ]
    told = qlue("city", "add", write(tmp_path, more), "--json").json
    assert (told["updated"], told["changed"], told["cooperation"]) == (True, [], "trial")


def test_cooperation_in_a_file_points_to_the_command_that_sets_it(
    qlue: Any, central: Path, tmp_path: Path
) -> None:
    named = 'cooperation = "{}"\n'.format
    path = tmp_path / "sorong.toml"
    path.write_text(named("trial") + MINIMAL, "utf-8")
    assert "kerja sama trial" in qlue("city", "add", path).out
    path.write_text(named("partner") + MINIMAL, "utf-8")
    ran = qlue("city", "add", path)
    assert ran.out == "Kota Sorong sudah ada; tidak ada yang berubah.\n"
    assert ran.err.splitlines()[0] == (
        "Kerja sama tetap trial, bukan partner seperti di berkas; ubah dengan:"
        " qlue-desk central city set sorong --cooperation partner"
    )
    assert qlue("city", "set", "sorong", "--cooperation", "partner").code == 0
    assert "Kerja sama tetap" not in qlue("city", "add", path).err


def test_a_dinas_with_people_is_not_lost_by_a_new_file(qlue: Any, central: Path, tmp_path: Path) -> None:
    qlue(
        "city",
        "add",
        write(tmp_path, '[[dinas]]\nkey = "laut"\nname = "Kelautan"\n[[dinas]]\nkey = "x"\nname = "X"\n'),
    )
    hub = Hub.open(central)
    hub.accounts.add_user("ani", "Ani", "sorong", [Role.OFFICER], "laut")
    hub.close()
    assert qlue("city", "add", write(tmp_path)).out.splitlines()[1:] == ["  - dinas x", "  ~ dinas laut"]
    hub = Hub.open(central)
    dinas = hub.city("sorong").dinas_by_key
    assert (dinas["laut"].name, dinas["laut"].active, "x" in dinas) == ("Kelautan", False, False)
    hub.close()


def feature(code: str, ring: object) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"kode": code}, "geometry": geometry}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "Batas kelurahan batas.geojson tidak dapat dipakai: batas.geojson: bukan GeoJSON yang sah"),
        (
            json.dumps({"type": "FeatureCollection", "features": [feature("92.71.01.1001", "salah")]}),
            "Batas kelurahan batas.geojson tidak dapat dipakai: ",
        ),
        (
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [feature("99.99.99.9999", [[0, 0], [1, 0], [1, 1], [0, 0]])],
                }
            ),
            "Batas kelurahan batas.geojson memakai kode 99.99.99.9999, yang tidak ada di berkas kota.",
        ),
    ],
)
def test_boundaries_are_read_when_the_city_is_added(
    qlue: Any, central: Path, tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "batas.geojson").write_text(content)
    ran = qlue("city", "add", write(tmp_path, 'boundaries = "batas.geojson"\n'))
    assert ran.code == 1
    assert ran.err.startswith(sentence)
    assert ran.err.count("\n") == 1
    assert qlue("city", "list", "--json").json["cities"] == []


def test_a_wrong_city_file_is_wrong_usage(qlue: Any, central: Path, tmp_path: Path) -> None:
    ran = qlue("city", "add", write(tmp_path, "bounce_limit = 0\n"))
    assert (ran.code, ran.err) == (2, "sorong.toml baris 6: bounce_limit berisi 0; yang boleh: 1 … 100.\n")


# --- the database and the address ---------------------------------------------------------------------


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _overwrite(path: Path) -> None:
    path.write_bytes(b"x" * 100 + path.read_bytes()[100:])


def _sql(statement: str) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        from sqlcipher3 import dbapi2

        connection = dbapi2.connect(str(path), isolation_level=None)
        connection.execute(statement)
        connection.close()

    return run


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_half, "database disk image is malformed"),
        (_overwrite, "file is not a database"),
        (lambda path: path.write_bytes(b""), "no such table: meta"),
        (_sql("DROP TABLE stream"), "no such table: stream"),
        (_sql("UPDATE meta SET value = 'x' WHERE key = 'schema'"), "meta.schema = 'x'"),
        (_sql("UPDATE city SET body = x'7B'"), "city bogor: Input data was truncated"),
    ],
)
def test_a_damaged_database_says_what_and_what_to_do(
    qlue: Any, central: Path, damage: Callable[[Path], None], why: str
) -> None:
    qlue("city", "add", "bogor")
    damage(central / "central.db")
    ran = qlue("check")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"Basis data {central / 'central.db'} rusak ({why}); hentikan server dan pulihkan dari cadangan terakhir.\n"
    )


def test_a_database_elsewhere_is_named_by_its_address(qlue: Any, central: Path) -> None:
    ran = qlue("check", "--database", "postgresql://rina:rahasia@127.0.0.1:1/kota")
    assert ran.code == 1
    assert ran.err.startswith(
        "Basis data postgresql://127.0.0.1:1/kota tidak dapat dibuka (connection failed: "
    )
    assert "rahasia" not in ran.err


@pytest.mark.parametrize("host", ["256.0.0.1", "a" * 70, "tidak ada"])
def test_an_address_that_no_machine_has_is_not_served(qlue: Any, central: Path, host: str) -> None:
    ran = qlue("serve", "--host", host, "--port", "0")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        f"Alamat {host} tidak dikenal di jaringan ini; pilih yang lain dengan --host, misalnya 127.0.0.1.\n"
    )


def test_why_it_cannot_be_served_is_said_in_our_words(qlue: Any, central: Path) -> None:
    ran = qlue("serve", "--host", "192.0.2.7", "--port", "0")
    assert ran.err.endswith("Tidak bisa melayani di 192.0.2.7:0: alamat itu bukan milik mesin ini.\n")


def test_a_file_that_cannot_be_read_is_said_in_our_words(qlue: Any, central: Path) -> None:
    qlue("city", "add", "bogor")
    why = "tidak bisa dibaca: berkas atau folder itu tidak ada.\n"
    assert qlue("intake", "table", "x.csv", "--mapping", "m.toml").err == f"Berkas pemetaan m.toml {why}"
    assert qlue("intake", "table", "x.csv").err == f"Tabel x.csv {why}"


def test_where_there_is_nothing_the_check_says_so(qlue: Any, tmp_path: Path) -> None:
    ran = qlue("check", "--data", tmp_path / "none")
    assert (ran.code, ran.err) == (
        1,
        f"Belum ada server di {tmp_path / 'none'}; jalankan central init dulu.\n",
    )


def test_a_second_beginning_changes_nothing_and_says_so(qlue: Any, central: Path) -> None:
    ran = qlue("init")
    assert ran.code == 0
    assert ran.out.endswith(f" sudah ada di {central}; tidak ada yang diubah.\n")
    assert qlue("init", "--json").json["existed"] is True
    assert qlue("init", "--json", "--data", central.parent / "new").json["existed"] is False


def test_a_data_folder_that_is_none(qlue: Any, tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("")
    ran = qlue("init", "--data", "berkas")
    assert (ran.code, ran.err) == (
        1,
        "berkas adalah berkas, bukan folder; pilih folder data yang lain dengan --data.\n",
    )
    below = qlue("init", "--data", "berkas/x")
    assert (below.code, below.err) == (
        1,
        "Folder data berkas/x tidak dapat dibuat (bagian dari namanya bukan folder); pilih yang lain dengan --data.\n",
    )


def _opened_as_another(folder: Path) -> str:
    """What opening says to a user who may not write: root may write everywhere."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            Hub.open(folder)
        except BaseException as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with open(reading, encoding="utf-8") as told:
        return told.read()


@pytest.mark.skipif(sys.platform == "win32", reason="no fork, no users")
def test_a_data_folder_that_may_not_be_written(central: Path) -> None:
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "central"
        shutil.copytree(central, folder)
        Path(above).chmod(0o755)
        folder.chmod(0o555)
        assert _opened_as_another(folder) == (
            f"Folder data {folder} tidak boleh ditulis; ubah izinnya, atau pilih yang lain dengan --data."
        )
        folder.chmod(0o755)


def test_a_port_that_is_taken(qlue: Any, central: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = qlue("serve", "--port", port)
    assert (ran.code, ran.err) == (
        1,
        f"Porta {port} di 127.0.0.1 sudah dipakai program lain; pilih yang lain dengan --port.\n",
    )


def test_a_backup_into_a_folder_gets_a_name(qlue: Any, central: Path, tmp_path: Path) -> None:
    (tmp_path / "rak").mkdir()
    path = Path(qlue("backup", tmp_path / "rak", "--json").json["path"])
    assert path.parent == tmp_path / "rak"
    assert path.is_file()


def test_an_intake_tells_in_words_what_waits_and_what_was_not_taken_as_it_came(
    qlue: Any, central: Path, tmp_path: Path
) -> None:
    assert qlue("city", "add", "bogor").code == 0
    assert qlue("city", "set", "bogor", "--cooperation", "trial").code == 0
    header = "id,tanggal,jam,kategori,judul,isi,status,instansi,kota,kecamatan,kelurahan"
    rows = ["A1,kemarin,siang,Jalan Berlubang,a,b,,DPUPR,,,Sempur", "A2,9999-01-01,08:00:00,,a,b,,,,,"]
    (tmp_path / "aduan.csv").write_text("\n".join((header, *rows)) + "\n", "utf-8")
    mapping = tmp_path / "peta.toml"
    mapping.write_text(
        'name = "x"\nsource = "x"\nchannel = "sms"\n[columns]\nreported_at = ["tanggal", "jam"]\n'
        'source_id = "id"\ntext = "isi"\ncategory = "kategori"\n',
        "utf-8",
    )
    ran = qlue("intake", "table", tmp_path / "aduan.csv", "--mapping", mapping)
    assert ran.out.splitlines()[1:] == [
        "  kategori belum jelas: 1",
        "  laporan tidak terbaca: 1",
        "1 bertanggal di masa depan; waktu pengambilan yang dipakai.",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_what_is_no_file_or_far_too_large_is_not_read(qlue: Any, central: Path, tmp_path: Path) -> None:
    assert qlue("city", "add", "bogor").code == 0
    os.mkfifo(tmp_path / "pipa")
    with (tmp_path / "besar").open("wb") as file:
        file.truncate(501_000_000)
    (tmp_path / "aduan.csv").write_text("id\n1\n")
    ran = qlue("intake", "table", "pipa")
    assert (ran.code, ran.err) == (1, "pipa bukan berkas biasa.\n")
    ran = qlue("intake", "table", "besar")
    assert (ran.code, ran.err) == (1, "besar terlalu besar: 501 MB, paling banyak 500 MB.\n")
    ran = qlue("intake", "table", "aduan.csv", "--mapping", "pipa")
    assert (ran.code, ran.err) == (1, "pipa bukan berkas biasa.\n")
    ran = qlue("intake", "table", "aduan.csv", "--mapping", "besar")
    assert (ran.code, ran.err) == (1, "besar terlalu besar: 501 MB, paling banyak 1 MB.\n")


def test_a_database_that_is_not_postgresql_and_empty_names_are_refused(
    qlue: Any, central: Path, tmp_path: Path
) -> None:
    for given, kind in (("sqlite:///x", "sqlite"), ("mysql://u:rahasia@h/d", "mysql"), ("", "")):
        ran = qlue("check", "--database", given)
        assert (ran.code, ran.err) == (
            2,
            f"Basis data “{kind}” tidak dikenal; pakai postgresql://…, atau tanpa --database: SQLite di "
            "folder data.\n",
        )
    for arguments in (("check", "--data", ""), ("init", "--data", " "), ("backup", "")):
        ran = qlue(*arguments)
        assert (ran.code, ran.err) == (
            2,
            "Nama berkas atau folder kosong; sebutkan, atau tinggalkan pilihannya.\n",
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["central"]


def test_putting_back_says_nothing_in_the_logs_language(central: Path, tmp_path: Path) -> None:
    """A child process: the test runner itself takes log lines."""

    def run(*arguments: str) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "-m", "qlue_desk", "central", *arguments],
            env={**os.environ, "PYTHONPATH": str(Path(qlue_desk.__file__).parents[1])}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return ran.returncode, ran.stderr

    assert run("city", "add", "bogor")[0] == 0
    assert run("backup", "b.db") == (0, "")
    hub = Hub.open(central)
    try:
        with hub.database.connected():
            assert run("restore", "b.db") == (
                1, f"Basis data di {central} sedang dipakai; hentikan central serve dulu.\n",
            )  # fmt: skip
    finally:
        hub.close()
    assert run("restore", "b.db") == (0, "")
    assert run("restore") == (0, "")
