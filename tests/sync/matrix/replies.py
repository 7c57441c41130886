"""Rows 1–10, 17, 44: what happens to single requests and replies on their way."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import socket
import ssl
import time

import pytest

from qlue_desk.protocol import PullReply, PullRequest, content_digest
from qlue_desk.store import meta, position, replica
from qlue_desk.sync import push, transport
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.errors import BadReply, Offline, TlsFailed
from qlue_desk.sync.push import Pusher
from qlue_desk.sync.state import Phase
from tests.sync import weather
from tests.sync.matrix.place import NOTHING, Place, everything, note, patient, texts_once
from tests.sync.weather import Exchange, Fault, Weather
from tests.waiting import until


def _at_every_request(place: Place, fault: Fault) -> int:
    """A first sync with work, the fault at its first request, its second …; how often it struck."""
    struck = 0
    while True:
        one = place.central.report()
        desk = place.desk(synced=False)
        hit: list[str] = []
        for _ in range(struck):
            place.weather.next(Exchange.forward)

        def once(exchange: Exchange, hit: list[str] = hit) -> bytes:
            hit.append(exchange.path)
            return fault(exchange)

        place.weather.next(once)
        _try(desk)
        desk.workplace.reload()
        patient(desk)
        text = f"catatan {struck}"
        place.weather.next(once)
        desk.act(one.id, "note", text)
        before = desk.counts().waiting
        _try(desk)
        assert desk.counts().waiting + desk.counts().acked in (before, before - 1)
        place.heal(desk)
        texts_once(place.central, one, text)
        desk.close()
        place.central._desks.remove(desk)
        if not hit or struck > 6:
            assert struck >= 3, "the fault struck too seldom to prove anything"
            return struck
        struck += 1


def _try(desk: object) -> None:
    try:
        desk.sync()  # type: ignore[attr-defined]
    except Offline:
        return


def row01_request_lost(place: Place) -> None:
    _at_every_request(place, weather.lose_request)
    one = place.central.report()
    desk = place.desk()
    place.weather.always(weather.lose_request)
    desk.act(one.id, "note", "sabar")
    place.background(desk)
    until(lambda: desk.engine.state.phase is Phase.OFFLINE)
    place.weather.passed.clear()
    until(lambda: len(place.weather.passed) >= 4)
    times = [at for at, _path, _body in place.weather.passed]
    assert all(b - a >= 0.045 for a, b in itertools.pairwise(times)), "retried without a pause"
    place.weather.clear()
    until(lambda: desk.counts() == NOTHING)
    texts_once(place.central, one, "sabar")


def row02_reply_lost_after_commit(place: Place) -> None:
    _at_every_request(place, weather.lose_reply)
    one = place.central.report()
    desk = place.desk()
    action_id = desk.act(one.id, "note", "dua kali dikirim")
    pusher = Pusher(desk.engine.contact.link("once"))
    place.weather.next(weather.lose_reply, "/v1/push")
    with pytest.raises(Offline):
        pusher.round()
    first = place.central.hub.database
    with first.connected():
        [[stored]] = first.all("SELECT body FROM action_result WHERE action_id = ?", (action_id,))
    replies: list[bytes] = []

    def keep(exchange: Exchange) -> bytes:
        replies.append(exchange.forward(plain=True))
        return replies[-1]

    place.weather.next(keep, "/v1/push")
    pusher.round()
    [result] = json.loads(replies[0].partition(weather.HEAD_END)[2])["results"]
    assert (result["duplicate"], result["seq"]) == (True, json.loads(bytes(stored))["seq"])
    texts_once(place.central, one, "dua kali dikirim")
    place.heal(desk)


def row03_reply_duplicated_late_reordered(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    link = desk.engine.contact.link("once")
    desk.act(one.id, "note", "a")
    batch = link.write(push._prepare, 100, 10**6, frozenset())
    late_push = Pusher(link)._send(batch)
    link.write(push._settle, batch, late_push)
    pages = []
    while True:
        asked = PullRequest(link.read(position.cursor), limit=1)
        page = link.transport.send("POST", "/v1/pull", PullReply, body=asked)
        pages.append(page)
        link.write(replica.apply_page, page)
        if not page.more:
            break
    desk.act(one.id, "note", "b")
    before = everything(desk)
    for page in [*pages, *reversed(pages)]:
        if page.events:
            assert link.write(replica.apply_page, page).stale
        link.write(push._settle, batch, late_push)
    assert everything(desk) == before
    # On the wire a late reply carries the echo of another request.
    saved: list[bytes] = []

    def save(exchange: Exchange) -> bytes:
        saved.append(exchange.forward())
        return saved[0]

    place.weather.next(save, "/v1/push")
    desk.sync()
    place.weather.next(lambda _exchange: saved[0], "/v1/push")
    desk.act(one.id, "note", "c")
    with pytest.raises(Offline):
        desk.sync()
    assert desk.counts().waiting == 1
    place.heal(desk)
    texts_once(place.central, one, "a", "b", "c")


def row04_reply_truncated(place: Place) -> None:
    _at_every_request(place, weather.cut_reply)


def row05_bit_flip_in_body(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    seen: set[str] = set()
    for number in range(40):
        place.central.move(one.id, *note(f"kabar {number}"))
        before = desk.rows()
        place.weather.next(weather.flip(number / 40, number % 8), "/v1/pull")
        try:
            desk.sync()
            seen.add("healed or harmless")
        except Offline as error:
            seen.add(type(error).__name__)
            assert desk.rows() == before, "something of a damaged page was applied"
        patient(desk)
        assert desk.rows() == place.central.rows("dpupr")
        assert desk.texts(one.id) == place.central.texts(one.id)
    assert "BadReply" in seen


def row05_second_time_is_a_resync(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    place.central.move(one.id, *note("kabar"))

    def alter(exchange: Exchange) -> bytes:
        # As from a central that has the wrong row itself: the digest of its reply is right.
        reply = exchange.forward(plain=True).replace(b"kabar", b"KABAR")
        head, _blank, body = reply.partition(b"\r\n\r\n")
        right = b"qlue-digest: " + content_digest(body).encode()
        return re.sub(rb"(?im)^qlue-digest:[^\r\n]*", lambda _line: right, head) + b"\r\n\r\n" + body

    for _ in range(2):
        place.weather.next(alter, "/v1/pull")
    with pytest.raises(BadReply):
        desk.sync()
    assert "KABAR" not in desk.texts(one.id)
    assert desk.sync().resynced
    assert desk.texts(one.id)[-1] == "kabar"
    place.heal(desk)


def row05_damage_that_stays_json_in_what_no_chain_covers(place: Place) -> None:
    """The rows of a snapshot, the session, a verdict: the digest of the whole reply tells."""
    one = place.central.report(text="Jalan berlubang")

    def alter(exchange: Exchange) -> bytes:
        reply = exchange.forward(plain=True)
        altered = reply.replace(b"berlubang", b"berlubanG").replace(b"Rina", b"Rima")
        altered = altered.replace(b'"applied"', b'"applieD"')
        assert altered != reply
        return altered

    desk = place.desk(synced=False)
    for path in ("/v1/session", "/v1/snapshot"):
        place.weather.next(alter, path)
        with pytest.raises(BadReply):
            desk.sync()
        assert desk.rows() == {}
    desk.sync()
    assert desk.rows() == place.central.rows("dpupr")
    assert b"berlubang" in desk.rows()[one.id]
    action_id = desk.act(one.id, "note", "sampai")
    place.weather.next(alter, "/v1/push")
    with pytest.raises(BadReply):
        desk.sync()
    assert desk.state_of(action_id) == "waiting"
    place.heal(desk)
    texts_once(place.central, one, "sampai")


def row06_request_doubled_by_a_proxy(place: Place) -> None:
    one, two = place.central.report(), place.central.report()
    desk = place.desk()
    for round_number in range(5):
        texts = [f"{round_number} {n}" for n in range(4)]
        for number, text in enumerate(texts):
            desk.act((one, two)[number % 2].id, "note", text)
        replies: list[bytes] = []
        place.weather.next(weather.double(replies), "/v1/push")
        desk.sync()
        both = [json.loads(reply.partition(weather.HEAD_END)[2])["results"] for reply in replies]
        verdicts = [[(r["id"], r["status"], r.get("seq"), r.get("chain")) for r in reply] for reply in both]
        assert verdicts[0] == verdicts[1]
        assert {status for _id, status, _seq, _chain in verdicts[0]} == {"applied"}
        for number, text in enumerate(texts):
            texts_once(place.central, (one, two)[number % 2], text)
    place.heal(desk)


def row08_tls(place: Place) -> None:
    import trustme

    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "rahasia")
    before = everything(desk)
    port = int(place.central.url.rpartition(":")[2])
    ours, stranger = trustme.CA(), trustme.CA()
    bundle = place.folder / "kota.pem"
    ours.cert_pem.write_to_path(bundle)
    past = [_days_ago(days) for days in (30, 1)]
    wrong = {
        "unknown authority": stranger.issue_cert("127.0.0.1"),
        "expired": ours.issue_cert("127.0.0.1", not_before=past[0], not_after=past[1]),
        "wrong host": ours.issue_cert("pusat.lain.go.id"),
        "self-signed": None,
    }
    reasons: dict[str, str] = {}
    for name, certificate in wrong.items():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if certificate is None:
            _self_signed(context, place)
        else:
            certificate.configure_cert(context)
        with Weather(("127.0.0.1", port), context).blowing() as air:
            desk.store.writing(meta.put, meta.SERVER_URL, air.url)
            for _ in range(2):  # a second try is no way around it
                with pytest.raises(TlsFailed) as caught:
                    Engine(desk.store, desk.home, private_ca=bundle).once()
            reasons[name] = caught.value.sentence()
            assert air.passed == [], "a request, and so a token, went over a refused connection"
    assert "expired" in reasons["expired"]
    assert "127.0.0.1" in reasons["wrong host"]
    assert "self-signed" in reasons["self-signed"]
    assert all("Tidak ada data yang dikirim" in sentence for sentence in reasons.values())
    desk.store.writing(meta.put, meta.SERVER_URL, place.weather.url)
    assert [x for x in everything(desk) if "server_url" not in x] == [
        x for x in before if "server_url" not in x
    ]
    good = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("127.0.0.1").configure_cert(good)
    with Weather(("127.0.0.1", port), good).blowing() as air:
        desk.store.writing(meta.put, meta.SERVER_URL, air.url)
        assert Engine(desk.store, desk.home, private_ca=bundle).once().applied == 1
    texts_once(place.central, one, "rahasia")


def _days_ago(days: int) -> object:
    import datetime as dt

    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)


def _self_signed(context: ssl.SSLContext, place: Place) -> None:
    """An authority's own certificate, shown as a server's: nobody else vouches for it."""
    import trustme

    lonely = trustme.CA()
    pem, key = place.folder / "lonely.pem", place.folder / "lonely.key"
    lonely.cert_pem.write_to_path(pem)
    lonely.private_key_pem.write_to_path(key)
    context.load_cert_chain(pem, key)


def row09_dns_refused_reset_blackhole(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "simpan")
    place.patch.setattr(transport, "CONNECT_TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = f"http://127.0.0.1:{taken.getsockname()[1]}"
    hole = socket.socket(socket.AF_INET6 if socket.has_ipv6 else socket.AF_INET)
    hole.bind(("::1" if socket.has_ipv6 else "127.0.0.1", 0))
    hole.listen(0)
    stuffed = []
    for _ in range(4):  # a full backlog answers no more SYNs, as a black hole does
        connection = socket.socket(hole.family)
        connection.setblocking(False)
        connection.connect_ex(hole.getsockname())
        stuffed.append(connection)
    host = "[::1]" if socket.has_ipv6 else "127.0.0.1"
    black = f"http://{host}:{hole.getsockname()[1]}"
    try:
        for url in ("https://pusat.invalid", refused, black):
            desk.store.writing(meta.put, meta.SERVER_URL, url)
            began = time.monotonic()
            with pytest.raises(Offline):
                desk.sync()
            assert time.monotonic() - began < 30
            assert desk.counts().waiting == 1
    finally:
        for each in (*stuffed, hole):
            each.close()
    desk.store.writing(meta.put, meta.SERVER_URL, place.weather.url)
    _at_every_request(place, weather.reset_reply)
    place.heal(desk)
    texts_once(place.central, one, "simpan")


def row10_hung_poll_never_blocks_the_person(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    place.weather.always(weather.hold(60), "/v1/pull")
    place.background(desk)
    until(lambda: place.weather.to("/v1/pull"))
    slowest = 0.0
    for number in range(10):
        began = time.monotonic()
        desk.act(one.id, "note", f"tidak menunggu {number}")
        assert desk.get(one.id) is not None
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 20
    began = time.monotonic()
    desk.engine.stop()
    assert time.monotonic() - began < 20
    assert (transport.DEADLINE, transport.PULL_DEADLINE) == (90.0, 30.0)


def row17_500_always(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "a")
    place.weather.always(weather.problem(500, "internal"))
    place.background(desk)
    until(lambda: desk.engine.state.phase is Phase.OFFLINE)
    place.weather.passed.clear()
    time.sleep(1.0)
    # Both threads wait at least 0.05 s between two tries here, 1 s in earnest; one may ask the other's question.
    assert 2 <= len(place.weather.passed) <= 45
    assert desk.engine.state.detail == "Kata pusat: internal."
    assert desk.tray() == []
    place.weather.clear()
    until(lambda: desk.counts() == NOTHING)
    texts_once(place.central, one, "a")


def row44_a_page_of_100_000_events(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    before = everything(desk)
    place.central.move(one.id, *note("kabar"))

    def flood(exchange: Exchange) -> bytes:
        head, _, body = exchange.forward(plain=True).partition(weather.HEAD_END)
        message = json.loads(body)
        event = json.dumps(message["events"][0]).encode()
        message["events"] = []
        whole = json.dumps(message).encode()[:-1]
        whole = whole.replace(b'"events": []', b'"events": [' + b",".join([event] * 100_000) + b"]") + b"}"
        lines = [x for x in head.split(b"\r\n") if not x.lower().startswith(b"content-length")]
        lines.append(b"Content-Length: %d" % len(whole))
        with contextlib.suppress(OSError):  # the desk hangs up on us
            exchange.connection.sendall(b"\r\n".join(lines) + weather.HEAD_END + whole)
        return b""

    place.weather.next(flood, "/v1/pull")
    with pytest.raises(Offline):
        desk.sync()
    assert everything(desk) == before
    place.heal(desk)
