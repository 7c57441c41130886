"""Actions that can't be what they claim: each refused alone with its field, never a 500, nothing else held up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from qlue_desk import protocol
from qlue_desk.central.hub import Hub
from qlue_desk.central.serve import running_server
from qlue_desk.domain.complaint import Channel
from qlue_desk.protocol import PushReply
from tests.central.conftest import Clock, Office, add_bogor

REPORT = {"title": "x", "text": "y", "channel": "cc112", "reported_at": "2026-11-24T00:00:00Z"}


@pytest.fixture
def desk(office: Office) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {office.enrolled.token}"}
    with (
        running_server(office.hub) as url,
        httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client,
    ):
        yield client


def note(office: Office, complaint: Any, **changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(office.action(complaint, "note", note="x"))
    return plain | changes


def push(desk: httpx.Client, *actions: dict[str, Any]) -> PushReply:
    reply = desk.post("/v1/push", json={"cursor": None, "actions": actions})
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=PushReply)


WRONG = {
    "an id with a path": (
        {"id": "a/../b"},
        "id: “a/../b” bukan tanda pengenal; 1–64 huruf, angka, _ atau -.",
    ),
    "an empty id": ({"id": ""}, "id: “” bukan tanda pengenal; 1–64 huruf, angka, _ atau -."),
    "a long id": (
        {"id": "a" * 65},
        f"id: “{'a' * 65}” bukan tanda pengenal; 1–64 huruf, angka, _ atau -.",
    ),
    "NUL in a predecessor": (
        {"prev": "x\x00"},
        "prev: “x\x00” bukan tanda pengenal; 1–64 huruf, angka, _ atau -.",
    ),
    "NUL in a report's id": (
        {"complaint_id": "\x00"},
        "complaint_id: “\x00” bukan tanda pengenal; 1–64 huruf, angka, _ atau -.",
    ),
    "NUL in a note": ({"fields": {"note": "a\x00b"}}, "note: berisi karakter kosong (U+0000); hapus dulu."),
    "a book": (
        {"fields": {"note": "x" * 8001}},
        "note: terlalu panjang, 8001 huruf; paling banyak 8000.",
    ),
    "NUL in a kelurahan": (
        {"fields": {"note": "x", "kelurahan": "\x00"}},
        "kelurahan: berisi karakter kosong (U+0000); hapus dulu.",
    ),
    "a long street": (
        {"fields": {"note": "x", "street": "x" * 1001}},
        "street: terlalu panjang, 1001 huruf; paling banyak 1000.",
    ),
    "a negative version": (
        {"base_version": -1},
        "base_version: di luar batas; yang boleh 0 sampai 9007199254740992.",
    ),
    "a huge version": (
        {"base_version": 10**30},
        "base_version: di luar batas; yang boleh 0 sampai 9007199254740992.",
    ),
    "a date after all calendars": (
        {"fields": {"note": "x", "until": "9999-12-31"}},
        "until: di luar batas; yang boleh 2000 sampai 2100.",
    ),
    "the first year": (
        {"recorded_at": "0001-01-01T00:00:00+14:00"},
        "recorded_at: di luar batas; yang boleh 2000 sampai 2100.",
    ),
    "a file of no size": (
        {"fields": {"evidence": [{"sha256": "a" * 64, "name": "x", "media_type": "", "size": -1}]}},
        "evidence: di luar batas; yang boleh 0 sampai 10485760.",
    ),
    "a place beyond numbers": (
        {"verb": "enter", "complaint_id": "c_1", "report": REPORT | {"lat_e6": 10**400, "lon_e6": 0}},
        "lat_e6: di luar batas; yang boleh -90000000 sampai 90000000.",
    ),
    "a place off the earth": (
        {"verb": "enter", "complaint_id": "c_1", "report": REPORT | {"lat_e6": 0, "lon_e6": 180_000_001}},
        "lon_e6: di luar batas; yang boleh -180000000 sampai 180000000.",
    ),
    "a report of the last year": (
        {
            "verb": "enter",
            "complaint_id": "c_1",
            "report": REPORT | {"reported_at": "9999-12-31T23:59:59-12:00"},
        },
        "reported_at: di luar batas; yang boleh 2000 sampai 2100.",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_one_bad_action_is_refused_and_the_others_go_on(
    office: Office, desk: httpx.Client, what: str
) -> None:
    changes, sentence = WRONG[what]
    bad = note(office, office.take("1").complaint) | changes
    good = note(office, office.take("2").complaint)
    for duplicate in (False, True):
        first, second = push(desk, bad, good).results
        assert (first.status, first.code, first.detail) == ("rejected", "invalid_args", sentence)
        assert first.id == bad["id"]
        assert (second.status, second.duplicate) == ("applied", duplicate)


def test_what_follows_an_action_without_identity_is_not_held_up_for_ever(
    office: Office, desk: httpx.Client
) -> None:
    complaint = office.take().complaint
    bad = note(office, complaint, id="a b")
    after = note(office, complaint, prev="a b")
    assert [r.status for r in push(desk, bad, after).results] == ["rejected", "rejected"]
    known = note(office, complaint, fields={"note": "\x00"})
    next_one = note(office, complaint, prev=known["id"])
    assert [r.status for r in push(desk, known, next_one).results] == ["rejected", "applied"]


def test_work_that_was_recorded_before_a_desk_was_enrolled_anew_counts(
    office: Office, desk: httpx.Client
) -> None:
    device = {"id": "d_another", "install": "i_old", "n": -5}
    action = note(office, office.take().complaint, device=device)
    assert push(desk, action).results[0].status == "applied"


NESTED, NUMBER = "bersarang terlalu dalam.", "bilangan di actions[0].base_version terlalu besar."


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"cursor":null,"actions":[],"x":' + b"[" * 1_000_000, NESTED),
        (b'{"cursor":null,"actions":[{"id":"a","x":' + b'{"a":' * 200_000, NESTED),
        (b'{"cursor":null,"actions":[{"base_version":1e999}]}', NUMBER),
        (b'{"cursor":null,"actions":[{"base_version":' + b"7" * 5000 + b"}]}", NUMBER),
        (b'{"cursor":null,"actions":[{"id":"\\ud800"}]}', "JSON-nya terpotong."),
        (b'{"cursor":null,"actions":[{"id":"\xed\xa0\x80"}]}', "bukan teks UTF-8."),
        (b'{"cursor":null,"actions":[{"id":"\\udc00\\ud800"}]}', "bukan JSON yang utuh, mulai bita ke-40."),
        (b"\xff\xfe\x00", "bukan JSON yang utuh, mulai bita ke-1."),
        (b"", "JSON-nya terpotong."),
        (b"[]", "seluruhnya berisi daftar […]; yang boleh objek {…}."),
        (b"{}", "cursor tidak ada, padahal wajib."),
        (b'{"cursor":null,"actions":[{}]}', "actions[0].id tidak ada, padahal wajib."),
        (b'{"cursor":1,"actions":[]}', "cursor berisi bilangan bulat; yang boleh teks, null."),
    ],
)
def test_what_is_no_message_is_a_bad_request(desk: httpx.Client, body: bytes, why: str) -> None:
    reply = desk.post("/v1/push", content=body)
    assert (reply.status_code, reply.json()["type"]) == (400, "urn:qlue:bad_request")
    assert reply.json()["detail"] == f"Isi permintaan tidak dapat dibaca: {why}"


CHANNELS = ", ".join(Channel)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"recorded_at": "kemarin"}, "recorded_at harus tanggal dan jam seperti 2026-11-24T09:12:00+07:00."),
        ({"fields": {"until": "2026-13-01"}}, "fields.until harus tanggal seperti 2026-11-24."),
        ({"fields": {"public": "ya"}}, "fields.public berisi teks; yang boleh true atau false."),
        (
            {"report": REPORT | {"channel": "merpati"}},
            f"report.channel berisi “merpati”; yang boleh {CHANNELS}.",
        ),
        ({"fields": {"evidence": [{}]}}, "fields.evidence[0].sha256 tidak ada, padahal wajib."),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_what_is_allowed(
    office: Office, desk: httpx.Client, changes: dict[str, Any], why: str
) -> None:
    action = note(office, office.take().complaint, **changes)
    reply = desk.post("/v1/push", json={"cursor": None, "actions": [action]})
    assert reply.json()["detail"] == f"Isi permintaan tidak dapat dibaca: actions[0].{why}"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("limit=banyak", "Parameter limit tidak sah; yang boleh bilangan bulat."),
        ("limit=-1", "limit: di luar batas; yang boleh 1 sampai 2000."),
        ("limit=0", "limit: di luar batas; yang boleh 1 sampai 2000."),
    ],
)
def test_a_page_of_a_snapshot_has_at_least_one_row(desk: httpx.Client, asked: str, why: str) -> None:
    reply = desk.get(f"/v1/snapshot?{asked}")
    assert (reply.status_code, reply.json()["detail"]) == (400, why)
    assert desk.get("/v1/snapshot?limit=1").status_code == 200


def test_so_has_a_page_of_events(desk: httpx.Client) -> None:
    reply = desk.post("/v1/pull", json={"cursor": None, "limit": 0})
    assert (reply.status_code, reply.json()["type"]) == (400, "urn:qlue:bad_request")
    assert reply.json()["detail"] == "limit: di luar batas; yang boleh 1 sampai 500."


@pytest.mark.parametrize(
    "cursor", ["1|\x00|1|x", "1|e|1|\x00", "1|e|-5|x", f"1|e|{10**30}|x", "1|é|1|x", "2|e|1|x"]
)
def test_a_cursor_that_is_none_asks_for_a_snapshot(desk: httpx.Client, cursor: str) -> None:
    import base64

    encoded = base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=")
    for path, more in (("/v1/pull", {}), ("/v1/push", {"actions": []})):
        reply = desk.post(path, content=json.dumps({"cursor": encoded, **more}))
        assert (reply.status_code, reply.json()["type"]) == (410, "urn:qlue:resync_required")


def test_a_page_of_a_snapshot_begins_after_an_id(desk: httpx.Client) -> None:
    reply = desk.get("/v1/snapshot", params={"after": "c_\x00"})
    assert (reply.status_code, reply.json()["type"]) == (400, "urn:qlue:bad_request")


def test_postgresql_never_sees_what_it_cannot_store(tmp_path: Path, postgres: Callable[[], str]) -> None:
    hub = Hub.create(tmp_path, database_url=postgres(), now=Clock())
    try:
        add_bogor(hub)
        office = Office(hub, Clock())
        complaint = office.take().complaint
        for changes in ({"prev": "\x00"}, {"id": "\x00"}, {"complaint_id": "\x00"}):
            action = msgspec.convert(note(office, complaint, **changes), protocol.Action)
            assert hub.register.apply(action, office.dishub).status == "rejected"
        cursor = protocol.encode_cursor(protocol.Position("\x00", 0, ""))
        with pytest.raises(ValueError, match="epoch and chain"):
            protocol.decode_cursor(cursor)
    finally:
        hub.close()
