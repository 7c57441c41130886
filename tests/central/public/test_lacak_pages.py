"""The citizen's page over a real server: search, status, photos, rating, dispute, answer."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from qlue_desk.central.hub import Hub
from qlue_desk.central.report import Report
from qlue_desk.central.serve import running_server
from qlue_desk.domain.complaint import Actor, Channel, Complaint, Role, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from tests.central.conftest import Clock

OFFICER = Actor("u_o", "Rina Marlina", frozenset({Role.OFFICER}), "bogor", "dpupr")
SUPERVISOR = Actor("u_s", "Asep Kepala", frozenset({Role.SUPERVISOR}), "bogor", "dpupr")


@pytest.fixture
def client(hub: Hub) -> Iterator[httpx.Client]:
    with running_server(hub) as url, httpx.Client(base_url=url) as client:
        yield client


def photo(colour: str = "red") -> bytes:
    """A JPEG with a camera's position in it."""
    picture, content = Image.new("RGB", (2000, 1000), colour), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "KameraPribadi"
    picture.save(content, "JPEG", exif=exif)
    return content.getvalue()


def take(hub: Hub, clock: Clock, **changes: Any) -> Complaint:
    fields: dict[str, Any] = {
        "source": "qlue", "source_id": "1", "city": "bogor", "channel": Channel.QLUE,
        "title": "Lubang <script>alert(1)</script>", "text": "Lubang", "reported_at": clock(),
        "source_category": "Jalan Berlubang", "kelurahan_text": "Sempur",
    }  # fmt: skip
    return hub.register.take(Report(**(fields | changes))).complaint


def move(hub: Hub, complaint: Complaint, verb: Verb, actor: Actor = OFFICER, **fields: Any) -> Complaint:
    moved = hub.register.system(complaint.id, verb, Fields(**fields), actor)
    assert isinstance(moved, Complaint), moved
    return moved


def resolved(hub: Hub, clock: Clock, **changes: Any) -> Complaint:
    complaint = take(hub, clock, **changes)
    move(hub, complaint, Verb.ACKNOWLEDGE)
    move(hub, complaint, Verb.START)
    evidence = hub.blobs.add(photo("green"), "bukti.jpg", evidence=True)
    move(hub, complaint, Verb.PROPOSE, note="Lubang ditambal.", evidence=(evidence,))
    return move(hub, complaint, Verb.RESOLVE, SUPERVISOR)


def test_the_search_leads_to_the_report(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    take(hub, clock)
    assert "Nomor laporan" in client.get("/lacak/").text
    reply = client.get("/lacak/", params={"nomor": "bgr 26 1"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/lacak/BGR-26-000001")
    reply = client.get("/lacak/bgr 26 1")
    assert (reply.status_code, reply.headers["location"]) == (303, "/lacak/BGR-26-000001")


def test_the_reporter_of_a_duplicate_sees_the_report_that_goes_on(
    client: httpx.Client, hub: Hub, clock: Clock
) -> None:
    first, second, third = (take(hub, clock, source_id=each) for each in "123")
    move(hub, third, Verb.DUPLICATE, to=second.number)
    move(hub, second, Verb.DUPLICATE, to=first.number)
    move(hub, first, Verb.ACKNOWLEDGE)
    for number in (second.number, third.number):
        text = client.get(f"/lacak/{number}").text
        assert f'<a href="/lacak/{first.number}">' in text
        assert "Diterima DPUPR sejak" in text
        assert f"Tindak lanjut ada pada laporan {first.number}." in text
    assert second.number not in client.get(f"/lacak/{first.number}").text
    notes = [each.fields for each in hub.records.entries(first.id) if each.verb == "merge"]
    assert notes == [{"merged": second.number}]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("BGR-26-009999", "Laporan BGR-26-009999 tidak ada; periksa lagi nomornya."),
        ("4211", "“4211” bukan nomor laporan; bentuknya seperti BGR-26-004211."),
        ("<i>", "“&lt;i&gt;” bukan nomor laporan; bentuknya seperti BGR-26-004211."),
    ],
)
def test_what_is_not_found_is_said_in_one_sentence(client: httpx.Client, typed: str, sentence: str) -> None:
    for reply in (
        client.get("/lacak/", params={"nomor": typed}),
        client.get("/lacak/" + httpx.QueryParams({"x": typed})["x"]),
    ):
        assert reply.status_code == 404
        assert sentence in reply.text


def test_the_page_says_where_it_stands_and_escapes_what_citizens_write(
    client: httpx.Client, hub: Hub, clock: Clock
) -> None:
    complaint = take(hub, clock)
    reply = client.get(f"/lacak/{complaint.number}")
    assert reply.status_code == 200
    assert "Sampai di DPUPR sejak 24 November, belum diterima." in reply.text
    assert "DPUPR menerimanya paling lambat Rabu, 25 November pukul 10.00 WIB." in reply.text
    assert "<script" not in reply.text
    assert "&lt;script&gt;" in reply.text
    move(hub, complaint, Verb.ACKNOWLEDGE)
    move(hub, complaint, Verb.START)
    page = client.get(f"/lacak/{complaint.number}").text
    assert "Dikerjakan DPUPR sejak 24 November." in page
    assert "Rina" not in page


def test_headers_forbid_everything_but_reading(client: httpx.Client) -> None:
    headers = client.get("/lacak/").headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    css = client.get("/lacak/static/lacak.css")
    assert (css.status_code, css.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert client.get("/lacak/static/routes.py").status_code == 404


def test_photos_are_of_this_report_only_and_without_metadata(
    client: httpx.Client, hub: Hub, clock: Clock
) -> None:
    sent = hub.blobs.add(photo(), "asal.jpg")
    other = hub.blobs.add(photo("blue"), "lain.jpg")
    complaint = resolved(hub, clock, photos=(f"sha256:{sent.sha256}", "https://img.example/a.jpg"))
    page = client.get(f"/lacak/{complaint.number}").text
    assert "Sebelum" in page
    assert "Sesudah" in page
    assert page.count("<img ") == 2
    assert 'href="https://img.example/a.jpg"' in page

    reply = client.get(f"/lacak/{complaint.number}/foto/{sent.sha256}")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/jpeg")
    shown = Image.open(io.BytesIO(reply.content))
    assert shown.size == (1280, 640)
    assert b"KameraPribadi" not in reply.content
    assert client.get(f"/lacak/{complaint.number}/foto/{other.sha256}").status_code == 404
    assert client.get(f"/lacak/{complaint.number}/foto/..%2F..%2Fcentral.db").status_code == 404
    assert client.get(f"/lacak/BGR-26-009999/foto/{sent.sha256}").status_code == 404


def test_a_secret_report_shows_neither_text_nor_photo(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    sent = hub.blobs.add(photo(), "asal.jpg")
    complaint = take(hub, clock, secret=True, photos=(f"sha256:{sent.sha256}",))
    page = client.get(f"/lacak/{complaint.number}").text
    assert "Laporan ini rahasia" in page
    assert "Lubang" not in page
    assert client.get(f"/lacak/{complaint.number}/foto/{sent.sha256}").status_code == 404


def test_a_good_rating_is_kept(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = resolved(hub, clock)
    reply = client.post(f"/lacak/{complaint.number}/nilai", data={"nilai": "4"})
    assert (reply.status_code, reply.headers["location"]) == (303, f"/lacak/{complaint.number}?pesan=rate")
    assert "nilai Anda sudah dicatat" in client.get(reply.headers["location"]).text
    after = hub.records.get(complaint.id)
    assert after is not None
    assert (after.status, after.rating) == (Status.RESOLVED, 4)


def test_a_bad_rating_disputes(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = resolved(hub, clock)
    reply = client.post(f"/lacak/{complaint.number}/nilai", data={"nilai": "2", "teks": "Masih berlubang"})
    assert reply.headers["location"].endswith("pesan=dispute")
    after = hub.records.get(complaint.id)
    assert after is not None
    assert (after.status, after.rating, after.reason, after.reopened) == (
        Status.REOPENED,
        2,
        "Masih berlubang",
        1,
    )
    page = client.get(f"/lacak/{complaint.number}").text
    assert "Dibuka kembali sejak 24 November, menunggu Diskominfo." in page
    assert "/nilai" not in page


def test_rating_is_refused_with_a_reason(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = resolved(hub, clock)
    number = complaint.number
    assert client.post(f"/lacak/{number}/nilai", data={"nilai": "9"}).status_code == 422
    long = client.post(f"/lacak/{number}/nilai", data={"nilai": "1", "teks": "x" * 4001})
    assert (long.status_code, "paling banyak 4000" in long.text) == (422, True)
    clock.forward(days=40)
    late = client.post(f"/lacak/{number}/nilai", data={"nilai": "1", "teks": "Masih <b>"})
    assert late.status_code == 409
    assert "Batas menyanggah sudah lewat (10 hari kerja sejak selesai)." in late.text
    after = hub.records.get(complaint.id)
    assert after is not None
    assert after.status is Status.RESOLVED


def test_only_who_knows_the_telephone_number_may_act(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = resolved(hub, clock, reporter_phone="081234567678")
    assert 'name="telepon"' in client.get(f"/lacak/{complaint.number}").text
    wrong = client.post(f"/lacak/{complaint.number}/nilai", data={"nilai": "5", "telepon": "000"})
    assert wrong.status_code == 403
    assert "tidak cocok" in wrong.text
    right = client.post(f"/lacak/{complaint.number}/nilai", data={"nilai": "5", "telepon": "678"})
    assert right.status_code == 303


def test_three_digits_are_not_found_by_trying(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = resolved(hub, clock, reporter_phone="081234567678")
    codes = [
        client.post(
            f"/lacak/{complaint.number}/nilai", data={"nilai": "1", "telepon": f"{n:03d}"}
        ).status_code
        for n in range(8)
    ]
    assert codes == [403] * 6 + [429] * 2
    last = client.post(f"/lacak/{complaint.number}/nilai", data={"nilai": "1", "telepon": "678"})
    assert last.status_code == 429


def test_a_question_is_answered_and_work_goes_on(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = take(hub, clock)
    move(hub, complaint, Verb.ACKNOWLEDGE)
    move(hub, complaint, Verb.ASK, note="Sisi utara atau selatan?")
    page = client.get(f"/lacak/{complaint.number}").text
    assert "Sisi utara atau selatan?" in page
    empty = client.post(f"/lacak/{complaint.number}/jawab", data={"teks": " "})
    assert (empty.status_code, "jawaban wajib diisi" in empty.text) == (409, True)
    reply = client.post(f"/lacak/{complaint.number}/jawab", data={"teks": "Utara"})
    assert reply.headers["location"].endswith("pesan=answer")
    after = hub.records.get(complaint.id)
    assert after is not None
    assert (after.status, after.answer) == (Status.ACKNOWLEDGED, "Utara")
    again = client.post(f"/lacak/{complaint.number}/jawab", data={"teks": "Selatan"})
    assert again.status_code == 409


def test_wrong_requests_get_a_page_too(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    complaint = take(hub, clock)
    for reply in (
        client.post(
            f"/lacak/{complaint.number}/nilai", content=b"{", headers={"Content-Type": "application/json"}
        ),
        client.post(f"/lacak/{complaint.number}/nilai", data={"teks": "x" * 70_000}),
        client.post("/lacak/BGR-26-009999/nilai", data={"nilai": "5"}),
    ):
        assert 400 <= reply.status_code < 500
        assert reply.headers["content-type"] == "text/html; charset=utf-8"


def test_a_city_that_has_not_joined(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    from qlue_desk.domain.city import Cooperation

    hub.register.set_cooperation("bogor", Cooperation.NONE)
    complaint = take(hub, clock)
    page = client.get(f"/lacak/{complaint.number}").text
    assert "Kota Bogor belum bergabung: laporan dicatat dan dihitung, belum dikerjakan." in page
    assert dt.timedelta(0) == clock() - complaint.received_at


def test_no_control_character_reaches_a_citizen(client: httpx.Client, hub: Hub, clock: Clock) -> None:
    """An officer's public note comes as it was written: escape sequences, a bell, text turned around."""
    complaint = take(hub, clock)
    officer = hub.accounts.add_user("budi", "Budi", "bogor", [Role.OFFICER], "dpupr")
    hostile = "Tim\x1b]0;judul\x07 kami \u202egnatad\u202c \x9b31mbesok\x08"
    noted = hub.register.system(complaint.id, Verb.NOTE, Fields(note=hostile, public=True), officer)
    assert isinstance(noted, Complaint)
    page = client.get(f"/lacak/{complaint.number}").text
    assert "Tim\ufffd kami gnatad \ufffdbesok\ufffd" in page
    assert not set("\x00\x07\x08\x1b\x9b\u202e\u202c") & set(page)
