"""The 29 invariants: the table of their proofs is true, and those that have no other home are proved here."""

from __future__ import annotations

import ast
import re
import socket
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlue_desk.casework.acting import act
from qlue_desk.central.blobs import FolderStore, _checked
from qlue_desk.central.errors import Invalid
from qlue_desk.domain.moves import Fields
from qlue_desk.store import blobs, snapshot
from qlue_desk.sync.errors import Offline, Portal
from qlue_desk.sync.reading import MAX_REPLY
from qlue_desk.sync.transport import Transport
from tests.sync import test_fault_matrix as matrix
from tests.sync.faults import answer, raw_server
from tests.sync.matrix.place import Place, everything, note
from tests.sync.rig import next_moment, photo
from tests.sync.walking.checks import checks_of_the_walks
from tests.sync.weather import Exchange, Fault, lose_request

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "invariants.md"
_ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


class Row(msgspec.Struct, frozen=True):
    """One line of the table."""

    number: int
    says: str
    proofs: tuple[str, ...]


def rows() -> list[Row]:
    return [
        Row(int(number), says.strip(), tuple(re.findall(r"`([^`]+)`", proofs)))
        for number, says, proofs in _ROW.findall(TABLE.read_text())
    ]


# --- the table ----------------------------------------------------------------------------------------


def test_all_invariants_stand_in_the_table_in_a_sentence_of_their_own() -> None:
    assert [row.number for row in rows()] == list(range(1, 30))
    assert len({row.says for row in rows()}) == 29
    assert all(row.says.endswith(".") for row in rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.number:02d}")
def test_each_has_a_proof_that_is_there(row: Row) -> None:
    assert row.proofs
    used = {proof.__name__ for _name, proofs in matrix.ROWS.values() for proof in proofs if callable(proof)}
    for proof in row.proofs:
        file, _, name = proof.partition("::")
        if file.startswith("tests/sync/matrix/"):
            assert name in used, f"{name} is no row of the fault matrix"
        elif not file.startswith("tests/sync/walking/"):
            matrix.assert_exists(proof)
        assert name in _functions(file), f"{proof} is not there (any more)"


def test_what_the_walks_check_is_named_with_the_function_that_does() -> None:
    named = {(row.number, proof.rpartition("::")[2]) for row in rows() for proof in row.proofs}
    checked = {(check.number, check.function) for check in checks_of_the_walks()}
    assert checked <= named, "a check of the walks that the table does not name"
    walking = {
        (row.number, proof.rpartition("::")[2])
        for row in rows()
        for proof in row.proofs
        if "/walking/" in proof
    }
    # Restores are steps of the walks, not checks: after them all others must hold.
    assert walking - checked == {(18, "_restore"), (19, "_desk_restore")}


def _functions(file: str) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(node, ast.FunctionDef)
    }


# --- 23: without central's marks nothing changes --------------------------------------------------------

MARKS = {"content-type": b"text/html", "qlue-server": b"", "qlue-request": b"another"}


def _without(mark: str) -> Fault:
    """A reply of the real central, whole and right, but for one mark."""

    def fault(exchange: Exchange) -> bytes:
        line = mark.encode() + b": " + MARKS[mark]
        reply = exchange.forward(plain=True)
        changed = re.sub(rb"(?im)^" + mark.encode() + rb":[^\r\n]*", line, reply, count=1)
        assert changed != reply
        return changed

    return fault


@pytest.mark.parametrize("wire", ["/v1/session", "/v1/pull", "/v1/snapshot", "/v1/blobs", "/v1/push"])
@pytest.mark.parametrize("mark", MARKS)
def test_a_reply_that_lacks_one_mark_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str, wire: str
) -> None:
    with Place.make(tmp_path, monkeypatch) as place:
        one = place.central.report()
        desk = place.desk()
        if wire == "/v1/snapshot":
            desk.store.writing(snapshot.begin)
        elif wire == "/v1/blobs":
            path, _sha256 = photo(tmp_path)
            act(desk.workplace, [one.id], "attach", Fields(), evidence=[path], now=next_moment())
        elif wire == "/v1/push":
            desk.act(one.id, "note", "catatan")
        else:
            place.central.move(one.id, *note("kabar"))
        place.weather.next(lose_request, wire)
        with pytest.raises(Offline):
            desk.sync()  # what a desk notes before it asks is noted now
        before = everything(desk)
        place.weather.always(_without(mark), wire)
        with pytest.raises(Portal):
            desk.sync()
        assert everything(desk) == before
        place.heal(desk)


# --- 25: memory ------------------------------------------------------------------------------------------


def _endless(piece: bytes, header: bytes = b"") -> object:
    """A body that never ends, in chunks."""

    def handle(connection: socket.socket, request: bytes) -> None:
        head = answer("200 OK", b"", {"Transfer-Encoding": "chunked"}, request)
        head = re.sub(rb"(?im)^content-length:[^\r\n]*\r\n", header, head)
        connection.sendall(head)
        chunk = b"%x\r\n" % len(piece) + piece + b"\r\n"
        try:
            while True:
                connection.sendall(chunk)
        except OSError:
            return

    return handle


def _whole(content: bytes, headers: dict[str, str]) -> object:
    def handle(connection: socket.socket, request: bytes) -> None:
        try:
            connection.sendall(answer("200 OK", content, headers, request))
        except OSError:
            return

    return handle


def _bomb() -> bytes:
    import gzip

    return gzip.compress(b" " * (8 * MAX_REPLY))


@pytest.mark.parametrize("kind", ["endless", "bomb", "as large as allowed", "endless file"])
def test_no_reply_takes_more_than_twice_the_limit(kind: str) -> None:
    handler = {
        "endless": lambda: _endless(b" " * 65536),
        "endless file": lambda: _endless(b" " * 65536),
        "bomb": lambda: _whole(_bomb(), {"Content-Encoding": "gzip"}),
        "as large as allowed": lambda: _whole(b" " * (MAX_REPLY - 9) + b'{"a": 1 }', {}),
    }[kind]()
    with raw_server(handler) as url:  # type: ignore[arg-type]
        transport = Transport(url, token="qd1_secret")
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            if kind == "as large as allowed":
                assert transport.send("GET", "/v1/session", dict) == {"a": 1}
            elif kind == "endless file":
                with pytest.raises(Offline):
                    transport.send_bytes("GET", "/v1/blobs/x")
            else:
                with pytest.raises(Offline):
                    transport.send("GET", "/v1/session", dict)
            peak = tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()
            transport.close()
    assert peak < 2.1 * MAX_REPLY  # the pieces and the whole, for a moment both


# --- 27: names of files -----------------------------------------------------------------------------------

NAMES = (
    st.text(max_size=90)
    | st.text(alphabet="./\\ab0~%:\x00\n", max_size=70)
    | st.text(alphabet="./0a", min_size=64, max_size=64)
    | st.from_regex(r"[0-9a-f]{63,65}")
)


@settings(max_examples=400, deadline=None)
@given(NAMES)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    root = Path("/nowhere/desk")
    try:
        path = blobs.path_of(root, name)
    except ValueError:
        path = None
    try:
        at_central = FolderStore(root).path(_checked(name))
    except Invalid:
        at_central = None
    good = re.fullmatch(r"[0-9a-f]{64}", name) is not None
    for found in (path, at_central):
        assert (found is not None) == good
        if found is not None:
            assert found.resolve().is_relative_to(root)
            assert found.name == name
