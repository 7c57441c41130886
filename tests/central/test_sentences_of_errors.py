"""Whatever central refuses is said in the server's language."""

from __future__ import annotations

import ast
from pathlib import Path

import httpx
import pytest

import qlue_desk.central
from qlue_desk import words
from qlue_desk.central import errors
from qlue_desk.central.errors import CentralError
from qlue_desk.central.hub import Hub
from qlue_desk.central.serve import running_server
from qlue_desk.cli.running import run

SPOKEN = {
    "Tanda masuk tidak dikenal; daftarkan lagi.": "Unknown token; enrol again.",
    "Alamat ini tidak ada di server.": "No such address.",
    "Isi permintaan tidak dapat dibaca: JSON-nya terpotong.": "Unreadable: cut off.",
    "Belum ada server di {path}; jalankan central init dulu.": "No server in {path}; run central init.",
    "Kota “{city}” tidak dilayani di sini; yang ada: {known}.": "{city} is not served; there are {known}.",
    "Kunci intake tidak dikenal; minta kepada pengelola kota.": "Unknown intake key.",
}


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words._Speech, "catalogue", {key: (text,) for key, text in SPOKEN.items()})
    monkeypatch.setattr(words, "set_language", lambda language: None)


def test_the_wire_speaks_english(hub: Hub, english: None) -> None:
    key = hub.api_keys.add("gateway", "intake")
    with running_server(hub) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        assert client.get("/v1/session").json()["detail"] == "Unknown token; enrol again."
        assert client.get("/v1/nothing").json()["detail"] == "No such address."
        assert client.post("/v1/enrol", content=b"{").json()["detail"] == "Unreadable: cut off."
        assert client.post("/intake/qlue", json=[]).json()["detail"] == "Unknown intake key."
        elsewhere = client.post(f"/intake/qlue?api_key={key}&city=mars", json=[])
        assert elsewhere.json()["detail"] == "mars is not served; there are bogor."


def test_a_command_speaks_english(
    tmp_path: Path, english: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path))
    assert run(["central", "check", "--data", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err == f"No server in {tmp_path / 'none'}; run central init.\n"


def _kinds() -> set[str]:
    def below(kind: type) -> set[str]:
        return {kind.__name__}.union(*(below(child) for child in kind.__subclasses__()))

    assert errors.Resync in CentralError.__subclasses__()
    return below(CentralError) | {"ProblemError"}


def test_no_sentence_of_an_error_stays_outside_the_catalogue() -> None:
    """A sentence that is handed to one of our errors stands in `N_()` or `_()`."""
    kinds, bare, seen = _kinds(), [], 0
    for path in Path(qlue_desk.central.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds):
                continue
            seen += 1
            bare += [
                f"{path.name}:{part.lineno}"
                for part in node.args
                if isinstance(part, (ast.Constant, ast.JoinedStr))
                and not isinstance(getattr(part, "value", ""), int)
            ]
    assert seen > 40
    assert bare == []


def test_why_is_in_the_readers_language_too() -> None:
    error = errors.DatabaseProblem("{path}: {why}.", path="tidak ada izin", why="tidak ada izin")
    english = {"tidak ada izin": "no permission", "{path}: {why}.": "{path} is not: {why}."}
    assert error.sentence(lambda text: english[text]) == "tidak ada izin is not: no permission."
    assert str(error) == "tidak ada izin: tidak ada izin."
