"""What gateways post, over a real server."""

import datetime as dt
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.gateways import reports_of
from qlue_desk.central.records import Search
from qlue_desk.central.serve import running_server
from qlue_desk.cities import load_shipped
from qlue_desk.domain.complaint import Channel

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
FONNTE = {
    "device": "6281100000000", "sender": "6281234567678", "message": "Lampu PJU mati di Jl. Pajajaran",
    "name": "Warga", "inboxid": 991, "timestamp": 1795575600, "location": "-6.5925,106.8002",
}  # fmt: skip
CLOUD = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "changes": [
                {
                    "value": {
                        "contacts": [{"wa_id": "6281234567678", "profile": {"name": "Warga"}}],
                        "messages": [
                            {
                                "from": "6281234567678", "id": "wamid.1", "timestamp": "1795489200",
                                "type": "text", "text": {"body": "Got mampet"},
                            },
                        ],
                    }
                },
                {"value": {"statuses": [{"id": "wamid.0", "status": "read"}]}},
            ]
        }
    ],
}  # fmt: skip


@pytest.fixture
def client(hub: Hub) -> Iterator[httpx.Client]:
    key = hub.api_keys.add("gateway", "intake", "bogor")
    with (
        running_server(hub) as url,
        httpx.Client(base_url=url, headers={"X-Api-Key": key}) as client,
    ):
        yield client


def counts(reply: httpx.Response) -> tuple[int, int, int]:
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert set(body) == {"read", "taken", "duplicates", "routed", "waiting", "reasons"}
    assert body["read"] == body["taken"] + body["duplicates"]
    assert body["taken"] == body["routed"] + body["waiting"] == body["routed"] + sum(body["reasons"].values())
    return body["read"], body["taken"], body["duplicates"]


def test_a_gateway_that_repeats_makes_no_double(client: httpx.Client, hub: Hub) -> None:
    assert counts(client.post("/intake/sms", json=FONNTE)) == (1, 1, 0)
    assert counts(client.post("/intake/sms", json=FONNTE)) == (1, 0, 1)
    (complaint,) = hub.records.search(Search("bogor"))
    assert complaint.channel is Channel.WHATSAPP
    assert complaint.reporter.phone == "0812••••678"
    assert (complaint.lat_e6, complaint.lon_e6) == (-6592500, 106800200)


@pytest.mark.parametrize(
    ("sender", "phone"),
    [("Telegram", ""), ("INFO-PDAM", ""), ("081234567678", "0812••••678"), ("1708", "••••••••")],
)
def test_a_sender_that_is_no_number_is_nobodys_telephone(
    client: httpx.Client, hub: Hub, sender: str, phone: str
) -> None:
    assert counts(client.post("/intake/sms", json={"from": sender, "text": "Got mampet"}))[1] == 1
    (complaint,) = hub.records.search(Search("bogor"))
    assert complaint.reporter.phone == phone


def test_the_same_text_without_an_id_is_one_message_a_day(client: httpx.Client) -> None:
    form = {"From": "+6281234567678", "Body": "Pohon tumbang"}
    assert counts(client.post("/intake/sms", data=form)) == (1, 1, 0)
    assert counts(client.post("/intake/sms", data=form)) == (1, 0, 1)
    assert counts(client.post("/intake/sms", data=form | {"Body": "Pohon tumbang lagi"})) == (1, 1, 0)


def test_the_cloud_api_holds_messages_and_notices(client: httpx.Client) -> None:
    assert counts(client.post("/intake/sms", json=CLOUD)) == (1, 1, 0)
    assert counts(client.post("/intake/sms", json={"entry": [{"changes": []}]})) == (0, 0, 0)


def test_kannel_asks_by_address(client: httpx.Client, hub: Hub) -> None:
    reply = client.get(
        "/intake/sms", params={"p": "+6281234567678", "a": "Banjir", "t": "2026-11-24 08:00", "I": "5"}
    )
    assert counts(reply) == (1, 1, 0)
    (complaint,) = hub.records.search(Search("bogor"))
    assert complaint.created_at == dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC)


def test_qlue_items_and_events_of_the_call_centre(client: httpx.Client) -> None:
    item = {"post_id": 5, "post_date": "2026-11-24 09:15:00", "post_desc": "Sampah"}
    assert counts(client.post("/intake/qlue", json=[item, 7])) == (2, 2, 0)
    assert counts(client.post("/intake/qlue", json=item)) == (1, 0, 1)
    event = {
        "id": "E1",
        "kejadian": "KEBAKARAN",
        "opd": "DAMKAR",
        "diterima": "2026-11-24T09:00:00+07:00",
        "lat": None,
    }
    assert counts(client.post("/intake/cc112", json=[event, "rusak"])) == (2, 2, 0)
    assert counts(client.post("/intake/cc112", json=event)) == (1, 0, 1)


def test_the_same_event_with_another_content_is_told_once_and_kept(client: httpx.Client, hub: Hub) -> None:
    event = {"id": "E1", "kejadian": "KEBAKARAN", "opd": "DAMKAR", "diterima": "2026-11-24T09:00:00+07:00"}
    event |= {"uraian": "Rumah terbakar", "pelapor": "Siti", "telepon": "081234567890"}
    later = event | {"uraian": "Dua rumah  terbakar", "alamat": "Jl. Pajajaran 5", "pelapor": "Wati"}
    assert counts(client.post("/intake/cc112", json=event)) == (1, 1, 0)
    assert counts(client.post("/intake/cc112", json=event | {"opd": "POLRES", "selesai": "10:00"})) == (
        1,
        0,
        1,
    )
    reply = client.post("/intake/cc112", json=later).json()
    assert (reply["duplicates"], reply["notes"]) == (1, {"changed": 1})
    (complaint,) = hub.records.search(Search("bogor"))
    line = hub.records.entries(complaint.id)[-1]
    assert (complaint.text, complaint.version) == ("Rumah terbakar", 3 if complaint.dispatched_at else 2)
    assert (line.verb, line.public, line.actor_name) == ("note", False, "Sistem")
    assert line.text == (
        "Sumber mengirim laporan ini lagi, sekarang dengan isi lain:\n"
        "uraian: Dua rumah terbakar\nalamat: Jl. Pajajaran 5"
    )
    for again in (later, event, later):
        assert counts(client.post("/intake/cc112", json=again)) == (1, 0, 1)
    assert len(hub.records.entries(complaint.id)) == complaint.version
    kept = hub.database.all("SELECT record FROM source WHERE complaint_id = ?", (complaint.id,))
    assert sorted("Wati" in record for (record,) in kept) == [False, True]


def test_what_was_erased_does_not_come_back_with_its_event(client: httpx.Client, hub: Hub) -> None:
    event = {"id": "E1", "kejadian": "KEBAKARAN", "opd": "DAMKAR", "diterima": "2026-11-24T09:00:00+07:00"}
    client.post("/intake/cc112", json=event | {"uraian": "Rumah terbakar"})
    hub.database.run("UPDATE source SET record = '', unreadable = ''")  # as an erasure does
    assert counts(client.post("/intake/cc112", json=event | {"uraian": "Dua rumah"})) == (1, 0, 1)


def test_only_those_with_a_key_come_in(client: httpx.Client, hub: Hub) -> None:
    wrong = [
        {"X-Api-Key": ""},
        {"X-Api-Key": "qk1_salah"},
        {"X-Api-Key": hub.api_keys.add("app", "open311", "bogor")},
    ]
    for headers in wrong:
        reply = client.post("/intake/sms", json=FONNTE, headers=headers)
        assert reply.status_code == 401
        assert reply.json()["detail"] == "Kunci intake tidak dikenal; minta kepada pengelola kota."
    assert hub.records.count(Search("bogor")) == 0


def test_the_key_may_come_as_gateways_can(client: httpx.Client) -> None:
    key = client.headers.pop("X-Api-Key")
    assert (
        client.post("/intake/sms", json=FONNTE, headers={"Authorization": f"Bearer {key}"}).status_code == 200
    )
    assert client.post(f"/intake/sms?api_key={key}", json=FONNTE).status_code == 200
    assert client.post("/intake/sms", data={"api_key": key, "From": "0812", "Body": "x"}).status_code == 200


def test_a_key_of_one_city_writes_for_no_other(client: httpx.Client) -> None:
    reply = client.post("/intake/sms?city=bandung", json=FONNTE)
    assert (reply.status_code, reply.json()["detail"]) == (400, "Kunci ini hanya untuk kota bogor.")


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b""])
def test_a_body_that_is_none_is_refused_in_one_sentence(client: httpx.Client, body: bytes) -> None:
    reply = client.post("/intake/sms", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["detail"]


def test_a_message_without_sender_or_text_is_kept(client: httpx.Client) -> None:
    reply = client.post("/intake/sms", json={"message": "Tanpa pengirim"})
    assert reply.json()["reasons"] == {"unreadable": 1}
    reply = client.post("/intake/sms", json={"sender": "0812", "message": ""})
    assert reply.json()["reasons"] == {"unreadable": 1}


def test_messages_whose_fields_nobody_knows_are_told_apart_by_all_they_hold(client: httpx.Client) -> None:
    for body in (
        {"from": "+628444", "teks": "Sampah menumpuk"},
        {"from": "+628444", "teks": "Pohon tumbang"},
        {"nomor": "+628111", "teks": "Lampu mati"},
        {"nomor": "+628222", "teks": "Lampu mati"},
    ):
        reply = client.post("/intake/sms", json=body)
        assert counts(reply) == (1, 1, 0)
        assert reply.json()["reasons"] == {"unreadable": 1}
        assert counts(client.post("/intake/sms", json=body)) == (1, 0, 1)


def test_an_id_that_a_gateway_gives_again_to_another_message_hides_nothing(client: httpx.Client) -> None:
    message = {"from": "+628555", "id": "7", "text": "Jalan rusak"}
    assert counts(client.post("/intake/sms", json=message)) == (1, 1, 0)
    assert counts(client.post("/intake/sms", json=message | {"text": "Banjir besar"})) == (1, 1, 0)
    assert counts(client.post("/intake/sms", json=message)) == (1, 0, 1)


def test_a_message_with_an_id_is_the_same_on_the_next_day_one_without_is_another(
    client: httpx.Client, clock: Any
) -> None:
    without = {name: value for name, value in FONNTE.items() if name != "inboxid"} | {"message": "Banjir"}
    assert [counts(client.post("/intake/sms", json=body)) for body in (FONNTE, without)] == [(1, 1, 0)] * 2
    assert [counts(client.post("/intake/sms", json=body)) for body in (FONNTE, without)] == [(1, 0, 1)] * 2
    clock.forward(days=1)
    assert counts(client.post("/intake/sms", json=FONNTE)) == (1, 0, 1)
    assert counts(client.post("/intake/sms", json=without)) == (1, 1, 0)


def test_a_contact_that_cannot_be_read_takes_only_its_name_away(client: httpx.Client, hub: Hub) -> None:
    message = {
        "from": "6281234567678",
        "id": "wamid.9",
        "timestamp": "1795489200",
        "text": {"body": "Got mampet"},
    }
    contacts = [{"wa_id": "6281234567678", "profile": "Warga"}]
    value = {"contacts": contacts, "messages": [message]}
    assert counts(client.post("/intake/sms", json={"entry": [{"changes": [{"value": value}]}]})) == (1, 1, 0)
    (complaint,) = hub.records.search(Search("bogor"))
    assert (complaint.text, complaint.reporter.name) == ("Got mampet", "")


def test_a_field_called_entry_makes_no_cloud_api(client: httpx.Client, hub: Hub) -> None:
    plain = {"entry": "web", "from": "+628999", "text": "Jalan rusak parah di Tajur"}
    assert counts(client.post("/intake/sms", json=plain)) == (1, 1, 0)
    (complaint,) = hub.records.search(Search("bogor"))
    assert complaint.text == "Jalan rusak parah di Tajur"


@pytest.mark.parametrize(
    ("entries", "read"),
    [
        ([{"changes": {"value": {"messages": []}}}], 1),
        (["salah"], 1),
        ([{"changes": [{"value": {"messages": ["salah", {"from": "1", "text": {"body": "a"}}]}}]}], 2),
        ([{"changes": [{"value": {"messages": "salah"}}]}], 1),
        ([{"changes": [{"field": "account_update", "value": {"event": "x"}}]}], 0),
        ([{"changes": [{"value": {"statuses": []}}]}], 0),
    ],
)
def test_what_the_cloud_api_never_sends_waits_for_a_person(
    client: httpx.Client, entries: list[object], read: int
) -> None:
    assert counts(client.post("/intake/sms", json={"entry": entries})) == (read, read, 0)


def test_a_time_in_the_future_is_now() -> None:
    (report,) = reports_of(FONNTE | {"timestamp": "4102444800"}, load_shipped("bogor"), NOW)
    assert report.reported_at == NOW


def test_a_channel_that_is_named_but_unknown_is_not_filed_as_sms() -> None:
    with pytest.raises(IntakeError) as unknown:
        reports_of(FONNTE, load_shipped("bogor"), NOW, "merpati")
    assert str(unknown.value) == "Kanal “merpati” tidak dikenal; pilih sms, whatsapp."


@pytest.mark.parametrize("path", ["/intake/sms", "/intake/qlue", "/intake/cc112"])
@pytest.mark.parametrize("length", [b"10000000", b"40"])
def test_a_stranger_is_turned_away_before_a_byte_of_the_body_is_read(
    client: httpx.Client, path: str, length: bytes
) -> None:
    """Only the head is sent: whoever waited for the body would never answer."""
    address = httpx.URL(str(client.base_url))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Api-Key: qk1_salah\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length.decode()}\r\n\r\n"
    )
    with socket.create_connection((address.host, address.port or 80), timeout=5) as line:
        line.sendall(head.encode())
        assert line.recv(64).startswith(b"HTTP/1.1 401 ")


def test_only_a_small_form_may_carry_its_own_key(client: httpx.Client) -> None:
    key = client.headers.pop("X-Api-Key")
    small = {"api_key": key, "From": "0812", "Body": "x" * 1000}
    assert client.post("/intake/sms", data=small).status_code == 200
    assert client.post("/intake/sms", data=small | {"Body": "x" * 70_000}).status_code == 401
    assert client.post("/intake/sms", json=small).status_code == 401


def test_a_body_has_a_limit_that_is_told(client: httpx.Client) -> None:
    reply = client.post("/intake/sms", content=b" " * (8 * 1024 * 1024 + 1))
    assert (reply.status_code, reply.json()["detail"]) == (
        413,
        "Isi permintaan terlalu besar; paling banyak 8388608 bita.",
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"[" * 1_000_000, "Isi permintaan bukan JSON yang bisa dibaca: terlalu dalam bersarang."),
        (
            b'{"id": ' + b"9" * 6000 + b"}",
            "Isi permintaan bukan JSON yang bisa dibaca: ada bilangan dengan lebih dari 4300 angka.",
        ),
        (b'{"id": "1",\n "uraian": }', "Isi permintaan bukan JSON yang utuh: baris 2, kolom 12."),
        (b'{"id": "\xff"}', "Isi permintaan bukan UTF-8: bita ke-9."),
    ],
)
def test_a_body_that_cannot_be_read_is_told_where(client: httpx.Client, body: bytes, sentence: str) -> None:
    reply = client.post("/intake/qlue", content=body)
    assert (reply.status_code, reply.json()["detail"]) == (400, sentence)


def test_a_report_as_long_as_a_body_may_be_is_taken(client: httpx.Client) -> None:
    """A run of letters of this length kept central busy for hours: it was looked through anew from each letter."""
    event = {"id": "BIG", "diterima": "2026-11-29 10:00", "uraian": "x" * 3_000_000, "pelapor": "y" * 100_000}
    reply = client.post("/intake/cc112", json=event, timeout=60.0)
    assert (reply.status_code, reply.json()["taken"]) == (200, 1)
