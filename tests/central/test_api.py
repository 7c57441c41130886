"""The wire: every reply marked as genuine, every error a problem, every limit kept."""

import gzip
import hashlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from qlue_desk import protocol
from qlue_desk.central.limits import Rate
from qlue_desk.central.serve import running_server
from qlue_desk.domain.complaint import Role
from qlue_desk.protocol import MEDIA_TYPE, Action, Payload, PullReply, PushReply, SnapshotPage, Verdict

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
SHA = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def url(office: Any) -> Iterator[str]:
    with running_server(office.hub) as url:
        yield url


@pytest.fixture
def desk(office: Any, url: str) -> Iterator[httpx.Client]:
    """The desk of Dishub, as a plain HTTP client."""
    headers = {
        "Authorization": f"Bearer {office.enrolled.token}",
        "X-Request-Id": "r-1",
        "Qlue-Protocol": "1",
        "Qlue-Client": "desk/1.4.2 schema=7",
    }
    with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def push(client: httpx.Client, *actions: Action, cursor: str | None = None) -> PushReply:
    body = msgspec.json.encode(protocol.PushRequest(cursor, actions))
    reply = client.post("/v1/push", content=body)
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=PushReply)


def pull(client: httpx.Client, cursor: str | None = None, **more: int) -> PullReply:
    reply = client.post("/v1/pull", json={"cursor": cursor, **more})
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=PullReply)


def problem(reply: httpx.Response) -> tuple[int, str, str]:
    found = msgspec.json.decode(reply.content, type=protocol.Problem)
    assert found.status == reply.status_code
    return reply.status_code, found.type.removeprefix("urn:qlue:"), found.detail


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/session", 200, ""),
        ("GET", "/v1/snapshot", 200, ""),
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1", 404, "not_found"),
        ("GET", "/v1/push", 405, "bad_request"),
        ("POST", "/v1/push", 400, "bad_request"),
        ("GET", "/v1/snapshot?limit=banyak", 400, "bad_request"),
        ("GET", f"/v1/blobs/{SHA}", 404, "blob_unknown"),
        ("GET", "/v1/blobs/..%2f..%2fetc", 404, ""),
        ("PUT", "/v1/blobs/xyz?size=1", 400, "bad_request"),
    ],
)
def test_every_reply_is_marked_as_genuine(
    office: Any, desk: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    reply = desk.request(method, path, content=b"{" if method == "POST" else None)
    assert reply.status_code == status
    assert reply.headers["content-type"] == MEDIA_TYPE
    assert reply.headers["qlue-server"] == office.hub.server_id
    assert reply.headers["qlue-request"] == "r-1"
    if code:
        assert problem(reply)[1] == code
        assert reply.json()["request_id"] == "r-1"


def test_a_server_error_is_marked_too_and_says_nothing_of_its_inside(
    office: Any, desk: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(office.hub.accounts, "people", lambda *a: 1 / 0)
    with caplog.at_level(logging.ERROR, "qlue_desk.central"):
        reply = desk.get("/v1/session")
    assert problem(reply) == (500, "internal", "Server gagal menjawab; kejadian ini tercatat.")
    assert reply.headers["qlue-server"] == office.hub.server_id
    assert "division" not in reply.text
    assert "ZeroDivisionError" in caplog.text


def test_an_id_that_could_split_headers_is_not_echoed(desk: httpx.Client) -> None:
    reply = desk.get("/v1/session", headers={"X-Request-Id": "x" * 129})
    assert "qlue-request" not in reply.headers


@pytest.mark.parametrize(
    "token",
    [
        "",
        "Bearer qd1_x_y_z",
        "Basic YTpi",
        "Bearer",
        f"Bearer qd1_abcdefabcdef_{'x' * 43}_éééééé",
        "Bearer qd1_\x01\x02_x_y",
        "Bearer " + "_" * 5000,
        "Bearer \x80\xff",
    ],
)
def test_without_a_good_token_nothing_is_said(desk: httpx.Client, token: str) -> None:
    reply = desk.post("/v1/pull", json={"cursor": None}, headers={"Authorization": token.encode("latin-1")})
    assert problem(reply) == (401, "token_expired", "Tanda masuk tidak dikenal; daftarkan lagi.")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_a_revoked_desk_is_told_to_wipe(office: Any, desk: httpx.Client) -> None:
    office.hub.desks.revoke(office.dishub.id, wipe=True)
    reply = desk.get("/v1/session")
    assert problem(reply) == (401, "token_revoked", "Meja ini dicabut oleh pengelola kota.")
    assert reply.json()["wipe"] is True


def test_a_revoked_desk_hears_so_whoever_tries_tokens_behind_its_address(
    office: Any, desk: httpx.Client
) -> None:
    office.hub.rates = replace(office.hub.rates, refused=Rate(1, 2))
    office.hub.desks.revoke(office.dishub.id, wipe=True)
    tried = [
        desk.get("/v1/session", headers={"Authorization": "Bearer bukan token"}).status_code for _ in range(3)
    ]
    assert tried == [401, 401, 429]
    assert [desk.get("/v1/session").status_code for _ in range(3)] == [401, 401, 429]


def test_the_session_says_who_and_where(office: Any, desk: httpx.Client) -> None:
    session = msgspec.json.decode(desk.get("/v1/session").content, type=protocol.Session)
    assert (session.server_id, session.desk, session.city) == (
        office.hub.server_id,
        office.dishub,
        office.hub.city("bogor"),
    )
    assert [person.name for person in session.people] == ["Budi", "Sari"]
    assert pull(desk).rules == session.rules
    office.hub.accounts.add_user("baru", "Baru", "bogor", [Role.OFFICER], "dishub")
    assert pull(desk).rules != session.rules
    assert pull(desk).scope_version == session.scope_version == 1


def test_enrolling_and_signing_in(office: Any, url: str, desk: httpx.Client) -> None:
    code = office.hub.desks.enrolment_code("bogor", "dlh", "DLH 2")
    body = {"code": code, "desk_name": "Meja", "install": "i_1"}
    reply = httpx.post(f"{url}/v1/enrol", json=body, trust_env=False)
    enrolled = msgspec.json.decode(reply.content, type=protocol.EnrolReply)
    assert office.hub.desks.of_token(enrolled.token).dinas == "dlh"
    again = httpx.post(f"{url}/v1/enrol", json=body | {"install": "i_2"}, trust_env=False)
    assert problem(again)[:2] == (403, "enrol_failed")
    good = desk.post("/v1/sign-in", json={"user": "budi", "password": "rahasia123"})
    assert msgspec.json.decode(good.content, type=protocol.SignInReply).actor == office.officer
    wrong = desk.post("/v1/sign-in", json={"user": "budi", "password": "salah"})
    assert problem(wrong) == (403, "sign_in_failed", "Nama atau kata sandi salah.")
    elsewhere = desk.post("/v1/sign-in", json={"user": "vera", "password": "verifikasi1"})
    assert problem(elsewhere) == (403, "sign_in_failed", "Akun ini bukan untuk meja dinas ini.")


def test_a_token_is_rotated(office: Any, desk: httpx.Client) -> None:
    fresh = msgspec.json.decode(desk.post("/v1/token/rotate").content, type=protocol.RotateReply).token
    assert desk.get("/v1/session", headers={"Authorization": f"Bearer {fresh}"}).status_code == 200
    assert desk.get("/v1/session").status_code == 401


def test_a_number_is_revealed_for_a_reason(office: Any, desk: httpx.Client) -> None:
    complaint = office.take().complaint
    body = {"complaint_id": complaint.id, "reason": "Tanya letak", "actor_id": office.officer.id}
    reply = desk.post("/v1/reveal", json=body)
    assert reply.json() == {"phone": "+628121234678", "name": "Siti Aminah"}
    assert reply.headers["cache-control"] == "no-store"
    without = desk.post("/v1/reveal", json=body | {"reason": ""})
    assert problem(without) == (400, "bad_request", "Lihat nomor telepon: alasan wajib diisi.")
    stranger = desk.post("/v1/reveal", json=body | {"actor_id": office.other.id})
    assert problem(stranger)[:2] == (403, "forbidden")
    unknown = desk.post("/v1/reveal", json=body | {"complaint_id": "c_x"})
    assert problem(unknown) == (404, "not_found", "Laporan ini tidak ada.")


def test_what_is_pushed_comes_back_in_the_feed(office: Any, desk: httpx.Client) -> None:
    complaint = office.take().complaint
    first = office.action(complaint, "acknowledge")
    lost = replace(office.action(complaint, "start"), prev="a_lost")
    after = replace(office.action(complaint, "note", note="x"), prev=None)
    other = office.action(office.take("2").complaint, "acknowledge")
    reply = push(desk, first, lost, after, other)
    assert [(r.status, r.code, r.prev) for r in reply.results] == [
        (Verdict.APPLIED, "", None),
        (Verdict.RETRY, "predecessor_missing", "a_lost"),
        (Verdict.RETRY, "predecessor_missing", lost.id),
        (Verdict.APPLIED, "", None),
    ]
    page = pull(desk)
    assert (page.from_, page.head, page.more, page.epoch) == (None, 4, False, reply.epoch)
    assert reply.head == 4
    shown = {event.action_id: event for event in page.events if event.action_id}
    assert (shown[first.id].seq, shown[first.id].chain) == (reply.results[0].seq, reply.results[0].chain)
    assert push(desk, first, cursor=page.to).results[0].duplicate is True


def test_a_cursor_that_cannot_go_on_stops_a_push_too(office: Any, desk: httpx.Client) -> None:
    complaint = office.take().complaint
    ahead = protocol.encode_cursor(replace(office.hub.feed.position("bogor/dishub"), seq=9))
    body = msgspec.json.encode(protocol.PushRequest(ahead, (office.action(complaint, "acknowledge"),)))
    for path, content in (("/v1/push", body), ("/v1/pull", msgspec.json.encode({"cursor": ahead}))):
        reply = desk.post(path, content=content)
        assert problem(reply)[:2] == (410, "resync_required")
        assert reply.json()["reason"] == "ahead"
    assert desk.get("/v1/snapshot", params={"token": ahead}).json()["reason"] == "ahead"
    assert office.now_is(complaint).version == 2


def test_pages_of_a_snapshot_make_the_whole(office: Any, desk: httpx.Client) -> None:
    complaints = [office.take(str(n)).complaint for n in range(5)]
    office.take("waits", source_category="")
    rows, params, marks = [], {"limit": "2"}, []
    while True:
        reply = desk.get("/v1/snapshot", params=params)
        page = msgspec.json.decode(reply.content, type=SnapshotPage)
        rows += [msgspec.json.decode(row, type=Payload).complaint for row in page.rows]
        marks.append((page.as_of, page.mark))
        assert page.count == 5
        if page.next is None:
            break
        params = {"limit": "2", "after": page.next, "token": page.as_of}
        office.act(complaints[0], "note", note="sementara itu")
    assert {c.id for c in rows if c} == {c.id for c in complaints}
    assert len(rows) == 5
    assert len({as_of for as_of, _ in marks}) == 1
    assert len({mark for _, mark in marks}) == 3


def test_a_commit_wakes_a_long_poll(office: Any, desk: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without looking by itself: the commit alone must wake it.
    monkeypatch.setattr("qlue_desk.central.wakeups.LOOK_SECONDS", 60.0)
    cursor = pull(desk).to

    def later() -> None:
        time.sleep(0.3)
        office.take()

    threading.Thread(target=later).start()
    started = time.monotonic()
    page = pull(desk, cursor, wait=45)
    assert time.monotonic() - started < 20
    assert [event.kind for event in page.events] == ["upsert"]
    started = time.monotonic()
    assert pull(desk, page.to, wait=1).events == ()
    assert time.monotonic() - started > 0.9


def test_a_long_poll_sees_what_another_process_commits(office: Any, desk: httpx.Client) -> None:
    from qlue_desk.central.hub import Hub
    from qlue_desk.central.report import Report
    from qlue_desk.domain.complaint import Channel

    cursor = pull(desk).to
    other = Hub.open(office.hub.data, now=office.clock)
    report = Report(
        "qlue", "9", "bogor", Channel.QLUE, "Lampu", office.clock(),
        source_category="Lampu Jalan", kelurahan_text="Sempur",
    )  # fmt: skip
    timer = threading.Timer(0.2, lambda: other.register.take(report))
    timer.start()
    started = time.monotonic()
    assert len(pull(desk, cursor, wait=45).events) == 1
    assert time.monotonic() - started < 20
    timer.join()
    other.close()


def test_stopping_answers_long_polls(office: Any) -> None:
    headers = {"Authorization": f"Bearer {office.enrolled.token}"}
    answers: list[int] = []
    with running_server(office.hub) as url:
        poll = threading.Thread(
            target=lambda: answers.append(
                httpx.post(
                    f"{url}/v1/pull", json={"cursor": None, "wait": 50}, headers=headers, timeout=60,
                    trust_env=False,
                ).status_code
            )
        )  # fmt: skip
        poll.start()
        deadline = time.monotonic() + 10
        while not office.hub.wakeups.waiting and time.monotonic() < deadline:
            time.sleep(0.01)
        started = time.monotonic()
    poll.join(10)
    assert answers == [200]
    assert time.monotonic() - started < 20


def test_bodies_have_limits(office: Any, desk: httpx.Client) -> None:
    too_large = desk.post("/v1/push", content=b" " * 1_048_577)
    assert problem(too_large) == (413, "too_large", "Permintaan terlalu besar; paling banyak 1048576 bita.")
    assert too_large.json()["limit"] == 1_048_576
    bomb = desk.post(
        "/v1/push", content=gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}
    )
    assert problem(bomb)[:2] == (413, "too_large")
    for content in (b"not gzip", gzip.compress(b'{"cursor":null}')[:-4]):
        broken = desk.post("/v1/pull", content=content, headers={"Content-Encoding": "gzip"})
        assert problem(broken)[:2] == (400, "bad_request")
    brotli = desk.post("/v1/pull", content=b"x", headers={"Content-Encoding": "br"})
    assert problem(brotli)[0] == 415
    deep = desk.post("/v1/pull", content=b'{"x":' + b"[" * 400_000)
    assert problem(deep)[:2] == (400, "bad_request")
    infinite = desk.post("/v1/pull", content=b'{"cursor":null,"limit":1e999}')
    assert problem(infinite)[:2] == (400, "bad_request")


def test_a_push_may_be_packed(office: Any, desk: httpx.Client) -> None:
    complaint = office.take().complaint
    body = msgspec.json.encode(protocol.PushRequest(None, (office.action(complaint, "acknowledge"),)))
    reply = desk.post("/v1/push", content=gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert reply.json()["results"][0]["status"] == "applied"


def test_a_push_has_a_limit_of_actions(office: Any, desk: httpx.Client) -> None:
    complaint = office.take().complaint
    many = tuple(office.action(complaint, "note", note="x") for _ in range(101))
    reply = desk.post("/v1/push", content=msgspec.json.encode(protocol.PushRequest(None, many)))
    assert problem(reply) == (400, "limit", "Paling banyak 100 tindakan dalam satu kiriman.")
    assert reply.json()["limit"] == 100
    assert office.now_is(complaint).version == 2


def test_a_reply_is_packed_where_the_desk_takes_it(office: Any, desk: httpx.Client) -> None:
    with desk.stream("GET", "/v1/session", headers={"Accept-Encoding": "gzip"}) as reply:
        raw = b"".join(reply.iter_raw())
        assert reply.headers["content-encoding"] == "gzip"
    with desk.stream("GET", "/v1/session", headers={"Accept-Encoding": "identity"}) as reply:
        plain = b"".join(reply.iter_raw())
        assert "content-encoding" not in reply.headers
    assert gzip.decompress(raw) == plain


def test_too_many_requests_are_told_when_to_come_back(office: Any, desk: httpx.Client) -> None:
    office.hub.rates = replace(office.hub.rates, desk=Rate(per_minute=6, burst=2))
    assert [desk.get("/v1/session").status_code for _ in range(2)] == [200, 200]
    reply = desk.get("/v1/session")
    assert problem(reply) == (429, "rate", "Terlalu banyak permintaan; coba lagi sebentar lagi.")
    assert 1 <= int(reply.headers["retry-after"]) <= 10
    assert reply.json()["retry_after"] == int(reply.headers["retry-after"])


def test_an_old_program_may_still_push(office: Any, desk: httpx.Client) -> None:
    complaint = office.take().complaint
    office.hub.min_client = "2.0.0"
    reply = desk.post("/v1/pull", json={"cursor": None})
    assert problem(reply) == (
        426,
        "client_too_old",
        "Program meja ini terlalu lama; pasang versi 2.0.0 atau lebih baru.",
    )
    assert push(desk, office.action(complaint, "acknowledge")).results[0].status == "applied"
    other = desk.get("/v1/session", headers={"Qlue-Protocol": "2"})
    assert problem(other)[:2] == (426, "client_too_old")


def test_a_busy_database_is_503_with_a_time(
    office: Any, desk: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qlue_desk.central.errors import DatabaseBusy

    def busy(*arguments: object) -> None:
        raise DatabaseBusy("Basis data sedang sibuk; coba lagi.")

    monkeypatch.setattr(office.hub.feed, "pull", busy)
    reply = desk.post("/v1/pull", json={"cursor": None})
    assert problem(reply) == (503, "busy", "Basis data sedang sibuk; coba lagi.")
    assert reply.headers["retry-after"] == "2"


def test_files_over_the_wire(office: Any, desk: httpx.Client, url: str) -> None:
    path = f"/v1/blobs/{SHA}"
    head = desk.head(path)
    assert (head.status_code, head.headers["qlue-request"]) == (404, "r-1")
    first = desk.put(path, params={"offset": 0, "size": len(PHOTO)}, content=PHOTO[:999])
    assert first.json() == {"received": 999, "size": len(PHOTO)}
    head = desk.head(path)
    assert (head.headers["qlue-blob-received"], head.headers["qlue-blob-size"]) == ("999", str(len(PHOTO)))
    wrong = desk.put(path, params={"offset": 5, "size": len(PHOTO)}, content=b"x")
    assert problem(wrong) == (409, "offset_mismatch", "Unggahan dilanjutkan dari bita 999.")
    assert wrong.json()["received"] == 999
    last = desk.put(path, params={"offset": 999, "size": len(PHOTO)}, content=PHOTO[999:])
    assert last.json() == {"received": len(PHOTO), "size": len(PHOTO)}
    reply = desk.get(path)
    assert (reply.content, reply.headers["content-type"]) == (PHOTO, "image/jpeg")
    assert reply.headers["content-disposition"].startswith("attachment")
    assert reply.headers["x-content-type-options"] == "nosniff"
    part = desk.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, PHOTO[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(PHOTO)}"
    assert desk.get(path, headers={"Range": "bytes=-5"}).content == PHOTO[-5:]
    stranger = {"Authorization": f"Bearer {office.city_enrolled.token}"}
    assert problem(desk.get(path, headers=stranger))[:2] == (404, "blob_unknown")
    other = hashlib.sha256(b"other").hexdigest()
    mismatch = desk.put(f"/v1/blobs/{other}", params={"size": len(PHOTO)}, content=PHOTO)
    assert problem(mismatch)[:2] == (422, "digest_mismatch")
    assert problem(desk.put(path, params={"size": 99_999_999}, content=b"x"))[:2] == (413, "too_large")


def test_a_desk_over_its_quota_is_told_507(office: Any, desk: httpx.Client) -> None:
    office.hub.blobs.quota_bytes = 3 * 1024 * 1024
    sizes = [2 * 1024 * 1024, 2 * 1024 * 1024]
    replies = [
        desk.put(f"/v1/blobs/{n:064x}", params={"size": size}, content=b"x") for n, size in enumerate(sizes)
    ]
    assert replies[0].status_code == 200
    assert problem(replies[1]) == (
        507, "quota",
        "Meja ini sudah mengirim 2 MB berkas yang belum dipakai laporan; paling banyak 3 MB.",
    )  # fmt: skip


def test_operators_see_health_and_numbers_without_names(office: Any, url: str, desk: httpx.Client) -> None:
    complaint = office.take().complaint
    push(desk, office.action(complaint, "acknowledge"), office.action(complaint, "acknowledge"))
    desk.get("/wp-admin/login")
    with httpx.Client(base_url=url, trust_env=False) as operator:
        assert operator.get("/healthz").text == "ok\n"
        assert operator.get("/readyz").text == "ready\n"
        reply = operator.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    lines = reply.text.splitlines()
    assert 'qlue_actions_total{code="",status="applied"} 1.0' in lines
    assert 'qlue_actions_total{code="invalid_transition",status="rejected"} 1.0' in lines
    assert 'qlue_complaints{city="bogor",status="acknowledged"} 1.0' in lines
    assert 'qlue_stream_head{stream="bogor/dishub"} 2.0' in lines
    assert 'qlue_requests_total{room="other",status="404"} 1.0' in lines
    assert "wp-admin" not in reply.text
    assert "Siti" not in reply.text
    assert complaint.number not in reply.text


def test_the_schema_describes_what_is_there(office: Any, desk: httpx.Client) -> None:
    document = desk.get("/schema").json()
    assert desk.get("/schema/openapi.json").json() == document
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {
        "/v1/session", "/v1/enrol", "/v1/sign-in", "/v1/pull", "/v1/push", "/v1/snapshot",
        "/v1/blobs/{sha256}", "/v1/token/rotate", "/v1/reveal", "/v1/looking", "/v1/borders",
    }  # fmt: skip
    schemas = document["components"]["schemas"]
    for reference in json.dumps(document).split('"#/components/schemas/')[1:]:
        assert reference.partition('"')[0] in schemas
    for path, operations in document["paths"].items():
        for method in operations:
            reply = desk.request(method, path.replace("{sha256}", SHA), content=b"{")
            assert reply.status_code not in (404, 405) or "blobs" in path or path == "/v1/borders"
    assert "from" in schemas["PullReply"]["properties"]


def test_a_client_that_breaks_off_harms_nobody(office: Any, url: str, desk: httpx.Client) -> None:
    host, port = url.removeprefix("http://").split(":")
    for _ in range(3):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"POST /v1/push HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{")
    assert desk.get("/v1/session").status_code == 200
