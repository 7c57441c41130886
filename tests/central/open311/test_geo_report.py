"""GeoReport v2 over a real server, checked against the official schemas."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import jsonschema_rs
import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.central.report import Report
from qlue_desk.central.serve import running_server
from qlue_desk.cities import load_shipped
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Channel, Complaint, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from tests.central.conftest import Clock

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
V2 = "/open311/v2"


@pytest.fixture
def client(hub: Hub) -> Iterator[httpx.Client]:
    with running_server(hub) as url, httpx.Client(base_url=url + V2) as client:
        yield client


def take(hub: Hub, number: int, **changes: Any) -> Complaint:
    fields: dict[str, Any] = {
        "source": "qlue", "source_id": str(number), "city": "bogor", "channel": Channel.QLUE,
        "text": "Lubang besar, hubungi 0812-3456-7678", "reported_at": NOW - dt.timedelta(hours=number),
        "source_category": "Jalan Berlubang", "kelurahan_text": "Sempur", "street": "Jl. Jalak Harupat",
        "lat": -6.5925, "lon": 106.8002, "reporter_name": "Siti Aminah", "reporter_phone": "081234567678",
    }  # fmt: skip
    return hub.register.take(Report(**(fields | changes))).complaint


def schema(shared_data: Path, name: str) -> jsonschema_rs.Validator:
    """A draft 4 schema; the list schemas only refer to the file beside them."""
    one = json.loads((shared_data / "open311" / "schemas" / f"{name}.json").read_text("utf-8"))
    return jsonschema_rs.Draft4Validator(
        {"type": "array", "items": one} if name != "service-definition" else one
    )


def ids(reply: httpx.Response) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [item["service_request_id"] for item in reply.json()]


def test_services_keep_the_official_schema(client: httpx.Client, shared_data: Path) -> None:
    reply = client.get("/services.json")
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    services = reply.json()
    schema(shared_data, "service").validate(services)
    roads = next(each for each in services if each["service_code"] == "jalan_rusak")
    assert roads["metadata"] is False
    assert (roads["type"], roads["group"]) == ("realtime", "DPUPR")
    assert services[-1]["service_code"] == "uncategorised"


def test_xml_carries_the_same_as_json(client: httpx.Client, hub: Hub) -> None:
    take(hub, 1, text="Lubang <b>&\x07 besar")
    for path, item in (("/services", "service"), ("/requests", "request"), ("/discovery", "")):
        reply = client.get(path + ".xml")
        assert reply.headers["content-type"] == "text/xml; charset=utf-8"
        assert reply.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
        root = ElementTree.fromstring(reply.content)
        data = client.get(path + ".json").json()
        if item:
            found = [{field.tag: field.text or "" for field in each} for each in root]
            assert [each.tag for each in root] == [item] * len(data)
            for xml, plain in zip(found, data, strict=True):
                assert xml.keys() == plain.keys()
                for key, value in plain.items():
                    expected = (
                        {None: "", False: "false", True: "true"}.get(value, str(value))
                        if not isinstance(value, float)
                        else str(value)
                    )
                    assert xml[key] == expected
    root = ElementTree.fromstring(client.get("/discovery.xml").content)
    assert root.find("endpoints/endpoint/specification").text == "http://wiki.open311.org/GeoReport_v2"
    assert [f.text for f in root.iter("format")] == ["text/xml", "application/json"]


def test_a_request_keeps_the_schema_and_tells_no_identity(
    client: httpx.Client, hub: Hub, shared_data: Path
) -> None:
    complaint = take(hub, 1)
    reply = client.get("/requests.json")
    schema(shared_data, "request").validate(reply.json())
    (item,) = reply.json()
    assert item["service_request_id"] == complaint.number == "BGR-26-000001"
    assert (item["status"], item["service_code"], item["agency_responsible"]) == (
        "open",
        "jalan_rusak",
        "DPUPR",
    )
    assert item["address"] == "Jl. Jalak Harupat, Paledang, Kota Bogor"
    assert item["requested_datetime"] == "2026-11-24T09:00:00+07:00"
    assert item["updated_datetime"] == "2026-11-24T10:00:00+07:00"
    assert item["expected_datetime"].endswith("+07:00")
    assert (item["lat"], item["long"]) == (-6.5925, 106.8002)
    for private in ("Siti", "Aminah", "3456", "5678"):
        assert private not in reply.text


def test_a_report_without_category_or_place_is_still_valid(
    client: httpx.Client, hub: Hub, shared_data: Path
) -> None:
    take(hub, 1, source_category="", kelurahan_text="", street="", lat=None, lon=None, text="apa ini")
    (item,) = client.get("/requests.json").json()
    schema(shared_data, "request").validate([item])
    assert (item["service_code"], item["address"], item["lat"]) == ("uncategorised", "Kota Bogor", None)
    assert ids(client.get("/requests.json?service_code=uncategorised")) == [item["service_request_id"]]


def test_secret_held_and_junk_reports_are_not_listed(client: httpx.Client, hub: Hub) -> None:
    hub.put_city(load_shipped("cilegon"))
    hub.register.set_cooperation("cilegon", Cooperation.NONE)
    secret = take(hub, 1, secret=True)
    held = take(hub, 2, city="cilegon")
    assert held.status is Status.HELD
    assert ids(client.get("/requests.json?jurisdiction_id=bogor")) == []
    assert ids(client.get("/requests.json?jurisdiction_id=cilegon")) == []
    for complaint in (secret, held):
        assert client.get(f"/requests/{complaint.number}.json").status_code == 404
        assert ids(client.get(f"/requests.json?service_request_id={complaint.number}")) == []
        assert client.get(f"/tokens/{complaint.id}.json").status_code == 404


def test_filters(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    old = take(hub, 24 * 100)
    one = take(hub, 50)
    two = take(hub, 1, source_category="Sampah", text="Sampah menumpuk")
    clock.forward(minutes=10)
    hub.register.system(two.id, Verb.ESCALATE, Fields(to="Kepala Dinas"))

    assert ids(client.get("/requests.json")) == [two.number, one.number]
    assert ids(client.get("/requests.json?service_code=jalan_rusak,trotoar")) == [one.number]
    assert ids(client.get("/requests.json?status=closed")) == []
    assert ids(client.get("/requests.json?status=open,closed&page_size=1&page=2")) == [one.number]
    assert ids(client.get("/requests.json?end_date=2026-11-23T00:00:00%2B07:00")) == [one.number]
    assert ids(client.get("/requests.json?start_date=2026-08-01T00:00:00Z")) == [old.number]
    assert ids(client.get("/requests.json?updated_after=2026-11-24T03:05:00Z")) == [two.number]
    assert ids(client.get("/requests.json?updated_before=2026-11-24T03:05:00Z")) == [one.number, old.number]
    both = client.get(f"/requests.json?service_request_id={old.number},{two.number}&status=closed")
    assert ids(both) == [old.number, two.number]
    assert ids(client.get(f"/requests/{old.number}.json")) == [old.number]


def test_extensions_bring_our_status_and_the_public_history(client: httpx.Client, hub: Hub) -> None:
    take(hub, 1)
    assert "notes" not in client.get("/requests.json").json()[0]
    (item,) = client.get("/requests.json?extensions=true").json()
    assert item["extended_attributes"]["status"] == "dispatched"
    assert [note["summary"] for note in item["notes"]][-1] == "Dikirim ke DPUPR"
    assert all(set(note) == {"datetime", "summary", "type", "description"} for note in item["notes"])
    assert all(note["summary"] for note in item["notes"])


def test_updates_of_the_last_day(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = take(hub, 1)
    items = client.get("/servicerequestupdates.json").json()
    assert [(i["service_request_id"], i["status"], i["external_status_code"]) for i in items][-1] == (
        complaint.number, "open", "dispatched",
    )  # fmt: skip
    root = ElementTree.fromstring(client.get("/servicerequestupdates.xml").content)
    assert root.tag == "service_requests_updates"
    assert {each.tag for each in root} == {"request_update"}
    clock.forward(days=2)
    assert client.get("/servicerequestupdates.json").json() == []
    since = "start_date=2026-11-24T00:00:00Z"
    assert client.get(f"/servicerequestupdates.json?{since}").json() == items


def form(key: str, **changes: str) -> dict[str, str]:
    return {
        "api_key": key, "service_code": "jalan_rusak", "lat": "-6.5925", "long": "106.8002",
        "description": "Lubang besar\ndi depan halte", "first_name": "Siti", "last_name": "Aminah",
        "phone": "081234567678", "email": "", "attribute[WHISPAWN]": "123456",
    } | changes  # fmt: skip


def test_a_posted_report_is_taken_once_and_routed(client: httpx.Client, hub: Hub) -> None:
    key = hub.api_keys.add("app", "open311", "bogor")
    first = client.post("/requests.json", data=form(key))
    assert first.status_code == 201
    (answer,) = first.json()
    assert set(answer) == {"service_request_id", "service_notice", "account_id"}
    again = client.post("/requests.xml", data=form(key))
    assert (
        ElementTree.fromstring(again.content).find("request/service_request_id").text
        == answer["service_request_id"]
    )
    complaint = hub.records.by_number(answer["service_request_id"])
    assert complaint is not None
    assert (complaint.channel, complaint.status, complaint.dinas) == (
        Channel.OPEN311,
        Status.DISPATCHED,
        "dpupr",
    )
    assert complaint.reporter.phone == "0812••••678"
    assert "Siti" not in client.get("/requests.json").text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"api_key": ""}, 403, "api_key was not provided"),
        ({"api_key": "qk1_wrong"}, 403, "Invalid api_key"),
        ({"service_code": ""}, 400, "service_code was not provided"),
        ({"service_code": "ufo"}, 404, "ufo"),
        ({"lat": ""}, 400, "lat and long"),
        ({"lat": "", "long": ""}, 400, "A location was not provided"),
        ({"lat": "x", "long": "y"}, 400, "lat and long"),
        ({"address_id": "99"}, 400, "address_id"),
        ({"description": "x" * 4001}, 400, "4000"),
    ],
)
def test_a_wrong_post_is_refused_as_the_specification_says(
    client: httpx.Client, hub: Hub, changes: dict[str, str], status: int, words: str
) -> None:
    key = hub.api_keys.add("app", "open311", "bogor")
    reply = client.post("/requests.json", data=form(key, **changes))
    assert reply.status_code == status
    (fault, *_more) = reply.json()
    assert fault["code"] == status
    assert words in " ".join(each["description"] for each in reply.json())
    xml = ElementTree.fromstring(client.post("/requests.xml", data=form(key, **changes)).content)
    assert (xml.tag, xml[0].tag, xml.find("error/code").text) == ("errors", "error", str(status))


def test_an_intake_key_is_no_key_here(client: httpx.Client, hub: Hub) -> None:
    key = hub.api_keys.add("gateway", "intake", "bogor")
    assert client.post("/requests.json", data=form(key)).status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/requests.json?status=proses", 400),
        ("/requests.json?start_date=kemarin", 400),
        ("/requests.json?start_date=2026-11-02&end_date=2026-11-01", 400),
        ("/requests.json?page=0", 400),
        ("/requests.json?page_size=9999", 400),
        ("/requests.json?jurisdiction_id=jakarta", 404),
        ("/requests/BGR-26-999999.json", 404),
        ("/services/jalan_rusak.json", 404),
        ("/services/ufo.json", 404),
        ("/tokens/x.json", 404),
    ],
)
def test_wrong_questions(client: httpx.Client, path: str, status: int) -> None:
    reply = client.get(path)
    assert reply.status_code == status
    assert [fault["code"] for fault in reply.json()] == [status]
    assert reply.json()[0]["description"]


def test_several_cities_need_a_jurisdiction(client: httpx.Client, hub: Hub) -> None:
    hub.put_city(load_shipped("cilegon"))
    assert client.get("/services.json").status_code == 400
    assert client.get("/services.json?jurisdiction_id=cilegon").status_code == 200


def test_a_number_found_by_a_token(client: httpx.Client, hub: Hub) -> None:
    complaint = take(hub, 1)
    reply = client.get(f"/tokens/{complaint.id}.json")
    assert reply.json() == [{"service_request_id": complaint.number, "token": complaint.id}]
