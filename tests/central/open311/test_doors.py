"""What Open311 lets in: only well-formed fields, only the key's own city, only the client's own reports."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.central.records import Search
from qlue_desk.central.serve import running_server
from qlue_desk.cities import load_shipped
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Status
from tests.central.open311.test_geo_report import V2, form, take


@pytest.fixture
def client(hub: Hub) -> Iterator[httpx.Client]:
    with running_server(hub) as url, httpx.Client(base_url=url + V2, trust_env=False, timeout=60) as client:
        yield client


def faults(reply: httpx.Response, status: int = 400) -> list[str]:
    """The descriptions; the document must be GeoReport's own."""
    assert reply.status_code == status, reply.text
    assert {each["code"] for each in reply.json()} == {status}
    return [each["description"] for each in reply.json()]


def test_a_report_for_another_city_is_refused_and_not_taken_into_the_keys_own(
    client: httpx.Client, hub: Hub
) -> None:
    hub.put_city(load_shipped("cilegon"))
    key = hub.api_keys.add("app", "open311", "bogor")
    asked = form(key, jurisdiction_id="cilegon")
    said = "This api_key creates requests in jurisdiction_id 'bogor' only, not in 'cilegon'."
    assert faults(client.post("/requests.json", data=asked), 403) == [said]
    root = ElementTree.fromstring(client.post("/requests.xml", data=asked).content)
    assert [(each.tag, each.findtext("code"), each.findtext("description")) for each in root] == [
        ("error", "403", said)
    ]
    assert faults(client.post("/requests.json", data=form(key, jurisdiction_id="atlantis")), 404)
    assert hub.records.count(Search("bogor")) == hub.records.count(Search("cilegon")) == 0
    assert client.post("/requests.json", data=form(key, jurisdiction_id="bogor")).status_code == 201


def test_a_key_of_every_city_writes_where_it_says(client: httpx.Client, hub: Hub) -> None:
    hub.put_city(load_shipped("cilegon"))
    hub.register.set_cooperation("cilegon", Cooperation.TRIAL)
    key = hub.api_keys.add("app", "open311")
    reply = client.post("/requests.json", data=form(key, jurisdiction_id="cilegon"))
    assert reply.json()[0]["service_request_id"].startswith("CLG-")
    assert "jurisdiction_id was not provided" in faults(client.post("/requests.json", data=form(key)))[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"media_url": "javascript:alert(1)"}, "media_url 'javascript:alert(1)' is no address that begins"),
        ({"media_url": "file:///etc/passwd"}, "media_url 'file:///etc/passwd' is no address"),
        ({"media_url": "https://"}, "media_url 'https://' is no address"),
        ({"media_url": "https://[::1"}, "media_url 'https://[::1' is no address"),
        ({"media_url": "https://a/b\x1b[31m"}, "is no address"),
        ({"media_url": "https://a/" + "x" * 2000}, "media_url is longer than 2000 characters."),
        ({"first_name": "x" * 101}, "first_name is longer than 100 characters."),
        ({"lat": "nan"}, "lat and long must both be given"),
        ({"lat": "inf", "long": "-inf"}, "lat and long must both be given"),
        ({"lat": "1e999"}, "lat and long must both be given"),
        ({"lat": "90.1"}, "lat from -90 to 90"),
        ({"long": "-180.5"}, "long from -180 to 180"),
    ],
)
def test_a_field_that_is_none_is_named(
    client: httpx.Client, hub: Hub, changes: dict[str, str], words: str
) -> None:
    key = hub.api_keys.add("app", "open311", "bogor")
    reply = client.post("/requests.json", data=form(key, address_string="Jl. Jalak", **changes))
    (said,) = faults(reply)
    assert words in said
    assert hub.records.count(Search("bogor")) == 0


@pytest.mark.parametrize("lat", ["nan", "1e999", "91"])
def test_a_location_that_was_given_wrongly_is_not_called_missing(
    client: httpx.Client, hub: Hub, lat: str
) -> None:
    key = hub.api_keys.add("app", "open311", "bogor")
    (said,) = faults(client.post("/requests.json", data=form(key) | {"lat": lat, "long": "106.8"}))
    assert said.startswith("lat and long must both be given as WGS84 degrees")


def test_a_body_must_be_a_form_of_limited_size(client: httpx.Client, hub: Hub) -> None:
    key = hub.api_keys.add("app", "open311", "bogor")
    assert faults(client.post("/requests.json", json=form(key)), 415) == [
        "The body must be a form: application/x-www-form-urlencoded or multipart/form-data."
    ]
    large = form(key, description="x" * 300_000)
    assert faults(client.post("/requests.json", data=large), 413) == [
        "The body is too large; at most 262144 bytes."
    ]
    assert hub.records.count(Search("bogor")) == 0


def test_an_address_that_is_none_is_told_as_georeport_does(client: httpx.Client) -> None:
    assert faults(client.get("/a/b/c.json"), 404) == ["There is nothing at '/open311/v2/a/b/c.json'."]
    assert faults(client.delete("/requests.json"), 405) == [
        "DELETE is not possible at '/open311/v2/requests.json'."
    ]
    root = ElementTree.fromstring(client.delete("/requests.xml").content)
    assert [(each.tag, each.findtext("code")) for each in root] == [("error", "405")]


@pytest.mark.parametrize("host", ["localhost:99999", "a:b:c"])
def test_a_host_that_is_none_is_told(client: httpx.Client, host: str) -> None:
    for path in ("/discovery.json", "/requests.json", "/nix.json"):
        reply = client.get(path, headers={"Host": host})
        assert faults(reply, 400) == ["The name or port in the Host header cannot be read."]


def test_so_many_numbers_at_once(client: httpx.Client, hub: Hub) -> None:
    number = take(hub, 1).number
    fifty = ",".join([number] * 50)
    assert len(client.get(f"/requests.json?service_request_id={fifty}").json()) == 50
    assert faults(client.get(f"/requests.json?service_request_id={fifty},{number}")) == [
        "service_request_id lists 51 requests; at most 50 in one question."
    ]


@pytest.mark.parametrize(
    "query",
    [
        "start_date=0001-01-01",
        "start_date=0001-01-01T00:00:00%2B14:00",
        "end_date=0001-01-01T00:00:00Z",
        "start_date=9999-12-31T23:59:59-10:00",
        "updated_after=9999-12-31T23:59:59-10:00",
        "service_code=%00",
    ],
)
@pytest.mark.parametrize("path", ["/requests", "/servicerequestupdates"])
def test_dates_at_the_ends_of_the_calendar_end_in_no_500(client: httpx.Client, path: str, query: str) -> None:
    assert client.get(f"{path}.json?{query}").status_code in (200, 400)
    assert client.get(f"{path}.xml?{query}").status_code in (200, 400)


def test_a_date_too_far_to_count_from_is_told(client: httpx.Client) -> None:
    for query in ("start_date=9999-12-31", "end_date=0001-01-02T00:00:00Z"):
        assert faults(client.get(f"/requests.json?{query}")) == ["start_date or end_date lies too far away."]


# --- updates from outside ------------------------------------------------------------------------


@pytest.fixture
def key(hub: Hub) -> str:
    return hub.api_keys.add("Aplikasi Warga", "open311", "bogor")


@pytest.fixture
def number(client: httpx.Client, key: str) -> str:
    return str(client.post("/requests.json", data=form(key)).json()[0]["service_request_id"])


def update(key: str, number: str, **changes: str) -> dict[str, str]:
    return {
        "api_key": key, "service_request_id": number, "update_id": "u-1", "status": "OPEN",
        "description": "Lubangnya makin dalam.", "updated_datetime": "2026-11-24T09:59:00+07:00",
    } | changes  # fmt: skip


def notes(hub: Hub, number: str) -> list[tuple[str, str, bool]]:
    found = hub.records.by_number(number)
    assert found is not None
    return [(e.actor_name, e.text, e.public) for e in hub.records.entries(found.id) if e.verb == "note"]


def test_an_update_becomes_a_public_note_once(client: httpx.Client, hub: Hub, key: str, number: str) -> None:
    first = client.post("/servicerequestupdates.json", data=update(key, number))
    assert first.status_code == 201
    assert first.json() == [
        {"update_id": "u-1", "service_request_id": number, "service_notice": "Catatan ditambahkan."}
    ]
    again = client.post("/servicerequestupdates.xml", data=update(key, number, description="lain"))
    root = ElementTree.fromstring(again.content)
    assert (root.tag, root.findtext("request_update/update_id")) == ("service_request_updates", "u-1")
    assert root.findtext("request_update/service_notice") == (
        "Catatan ini sudah ada; tidak ada yang berubah."
    )
    text = "Aplikasi Warga lewat Open311: Lubangnya makin dalam."
    assert notes(hub, number) == [("Aplikasi Warga", text, True)]
    client.post("/servicerequestupdates.json", data=update(key, number, update_id="u-2"))
    assert len(notes(hub, number)) == 2
    shown = client.get("/servicerequestupdates.json").json()
    assert [each["description"] for each in shown].count(text) == 2


def test_a_status_from_outside_is_not_taken_and_that_is_said(
    client: httpx.Client, hub: Hub, key: str, number: str
) -> None:
    reply = client.post("/servicerequestupdates.json", data=update(key, number, status="CLOSED"))
    assert reply.json()[0]["service_notice"] == (
        "Catatan ditambahkan. Status “CLOSED” tidak diambil: hanya dinas yang mengubahnya; sekarang open."
    )
    found = hub.records.by_number(number)
    assert found is not None
    assert found.status is Status.DISPATCHED


def test_an_update_reaches_only_what_its_client_posted(
    client: httpx.Client, hub: Hub, key: str, number: str
) -> None:
    foreign = take(hub, 1).number
    other = hub.api_keys.add("lain", "open311", "bogor")
    hub.put_city(load_shipped("cilegon"))
    elsewhere = hub.api_keys.add("Aplikasi Warga", "open311", "cilegon")
    for asked in (
        update(key, foreign),
        update(other, number),
        update(key, "BGR-26-9"),
        update(elsewhere, number),
    ):
        (said,) = faults(client.post("/servicerequestupdates.json", data=asked), 404)
        assert said.startswith("Among the requests that this api_key created")
    assert notes(hub, number) == notes(hub, foreign) == []


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"api_key": ""}, 403, "api_key was not provided"),
        ({"update_id": ""}, 400, "update_id was not provided"),
        ({"description": ""}, 400, "description was not provided"),
        ({"update_id": "x" * 201}, 400, "update_id is longer than 200"),
        ({"updated_datetime": "kemarin"}, 400, "updated_datetime 'kemarin' is no time"),
        ({"media_url": "ftp://a/b"}, 400, "media_url 'ftp://a/b' is no address"),
        ({"description": "x" * 4001}, 400, "description is longer than 4000"),
        ({"jurisdiction_id": "jakarta"}, 404, "jurisdiction_id 'jakarta'"),
    ],
)
def test_a_wrong_update_is_refused(
    client: httpx.Client, hub: Hub, key: str, number: str, changes: dict[str, str], status: int, words: str
) -> None:
    said = faults(client.post("/servicerequestupdates.json", data=update(key, number, **changes)), status)
    assert words in " ".join(said)
    assert notes(hub, number) == []


def test_what_an_update_brings_is_cleaned(client: httpx.Client, hub: Hub, key: str, number: str) -> None:
    client.post("/servicerequestupdates.json", data=update(key, number, description="a\x00b\x1b]0;x\x07c"))
    ((_who, text, _public),) = notes(hub, number)
    assert text == "Aplikasi Warga lewat Open311: a\ufffdb\ufffdc"
