"""Whoever runs a central by commands is told what happened, and what is wrong in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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


def test_a_dinas_with_people_is_not_lost_by_a_new_file(qlue: Any, central: Path, tmp_path: Path) -> None:
    qlue("city", "add", write(tmp_path, '[[dinas]]\nkey = "laut"\nname = "Kelautan"\n[[dinas]]\nkey = "x"\nname = "X"\n'))
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
                {"type": "FeatureCollection", "features": [feature("99.99.99.9999", [[0, 0], [1, 0], [1, 1], [0, 0]])]}
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
