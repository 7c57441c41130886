"""Qlue's feed from a real server on loopback, with everything that is wrong in real feeds."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.qlue import feed_addresses, parse_feed, parse_item, poll, watch
from qlue_desk.central.intake.result import IntakeResult
from qlue_desk.central.records import Search
from qlue_desk.domain.complaint import Channel

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)


def item(post_id: int, /, **changes: object) -> dict[str, object]:
    return {
        "post_id": post_id,
        "post_date": "2026-11-24 09:15:00",
        "post_title": "Jalan rusak",
        "post_desc": f"Lubang nomor {post_id}",
        "post_images": "",
        "loc_lat": "-6.5925",
        "loc_lng": "106.8002",
        "profile_name": "Warga",
    } | changes


@contextmanager
def feed(answer) -> Iterator[str]:
    """A server whose body is `answer(path)`: bytes, or (status, bytes)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = answer(self.path)
            status, body = given if isinstance(given, tuple) else (200, given)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/qluein_marker_level1.php"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_the_feed_served_twice_makes_no_double(hub: Hub) -> None:
    items = [item(3), "sampah", item(2, loc_lat=0, loc_lng=0), {"apa": "ini"}, item(1)]
    with feed(lambda _path: json.dumps(items).encode()) as url:
        first, second = poll(hub, "bogor", url), poll(hub, "bogor", url)
        items.insert(0, item(4))
        third = poll(hub, "bogor", url)
    assert (first.read, first.taken, first.duplicates) == (5, 5, 0)
    assert first.reasons["unreadable"] == 2
    assert sum(first.reasons.values()) == first.waiting == 5 - first.routed
    assert (second.read, second.taken, second.duplicates) == (5, 0, 5)
    assert (third.read, third.taken, third.duplicates) == (6, 1, 5)
    complaints = hub.records.search(Search("bogor"))
    assert len(complaints) == 6
    numbers = {c.text: c.number for c in complaints}
    assert numbers["Lubang nomor 1"] < numbers["Lubang nomor 2"] < numbers["Lubang nomor 3"]


def test_a_dry_run_counts_and_keeps_nothing(hub: Hub) -> None:
    with feed(lambda _path: json.dumps([item(1)]).encode()) as url:
        assert poll(hub, "bogor", url, dry_run=True).taken == 1
        assert hub.records.count(Search("bogor")) == 0
        assert poll(hub, "bogor", url).taken == 1


def test_an_item_field_by_field() -> None:
    report = parse_item(
        item(
            77,
            post_title="Sampah &amp; got",
            post_desc="Baris satu<br />baris &quot;dua&quot;",
            post_images="http:\\/\\/img.example\\/a.jpg",
        ),
        "bogor",
        now=NOW,
        category="ic_sampah",
    )
    assert (report.source, report.source_id, report.channel) == ("qlue", "77", Channel.QLUE)
    assert report.title == "Sampah & got"
    assert report.text == 'Baris satu\nbaris "dua"'
    assert report.photos == ("http://img.example/a.jpg",)
    assert report.reported_at == dt.datetime(2026, 11, 24, 2, 15, tzinfo=dt.UTC)
    assert (report.lat, report.lon) == (-6.5925, 106.8002)
    assert (report.source_category, report.unreadable) == ("ic_sampah", "")


def test_zero_zero_is_no_place() -> None:
    report = parse_item(item(1, loc_lat="0", loc_lng="0.0"), "bogor", now=NOW)
    assert (report.lat, report.lon) == (None, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"post_id": None}, "post_id hilang"),
        ({"post_date": "kemarin"}, "post_date hilang"),
        ({"post_desc": "", "post_title": None}, "tidak ada teks"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, object], reason: str) -> None:
    assert reason in parse_item(item(1, **changes), "bogor", now=NOW).unreadable


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"[" + json.dumps(item(1)).encode()[:-9], "terpotong"),
        (b"", "terpotong"),
        (b"<html>Warning: mysql</html>", "HTML"),
        (b'{"error": "no"}', "dict"),
        (b"[" * 100_000, "Umpan Qlue"),
    ],
)
def test_a_feed_that_is_none_stops_with_one_sentence(hub: Hub, body: bytes, sentence: str) -> None:
    with feed(lambda _path: body) as url, pytest.raises(IntakeError, match=sentence) as caught:
        poll(hub, "bogor", url)
    assert "\n" not in str(caught.value)
    assert hub.records.count(Search("bogor")) == 0


def test_a_byte_order_mark_and_raw_line_breaks_are_read() -> None:
    body = ('\ufeff[{"post_id": 1, "post_date": "2026-11-24 09:15:00", "post_desc": "a\nb"}]').encode()
    assert [report.text for report in parse_feed(body, "bogor", now=NOW)] == ["a\nb"]


def test_an_unreachable_or_refusing_feed_is_said(hub: Hub) -> None:
    with feed(lambda _path: (503, b"sibuk")) as url, pytest.raises(IntakeError, match="503"):
        poll(hub, "bogor", url)
    with pytest.raises(IntakeError, match="tidak terjangkau"):
        poll(hub, "bogor", url)
    with pytest.raises(IntakeError, match="tidak terjangkau"):
        poll(hub, "bogor", "bukan-alamat")


def test_every_category_and_page_is_followed(hub: Hub) -> None:
    asked: list[str] = []
    pages = {
        "category=ic_sampah&page=1": [item(4), item(3)],
        "category=ic_sampah&page=2": [item(2)],
        "category=ic_macet&page=1": [item(9)],
    }

    def answer(path: str) -> bytes:
        query = "&".join(sorted(path.partition("?")[2].split("&")))
        asked.append(query)
        return json.dumps(pages.get(query, [])).encode()

    with feed(answer) as url:
        result = poll(hub, "bogor", f"{url}?category=ic_sampah,ic_macet&page=1")
    assert (result.read, result.taken) == (4, 4)
    assert asked == [
        "category=ic_sampah&page=1",
        "category=ic_sampah&page=2",
        "category=ic_sampah&page=3",
        "category=ic_macet&page=1",
        "category=ic_macet&page=2",
    ]


def test_repeated_categories_are_separate_addresses() -> None:
    found = list(feed_addresses("http://x/f.php?category=ic_a&category=ic_b&key=1"))
    assert found == [
        ("http://x/f.php?key=1&category=ic_a", "ic_a", False),
        ("http://x/f.php?key=1&category=ic_b", "ic_b", False),
    ]


def test_watching_goes_on_after_a_failure(hub: Hub) -> None:
    answers = [(500, b""), json.dumps([item(1)]).encode()]
    stop = threading.Event()
    errors: list[str] = []
    results: list[IntakeResult] = []

    def arrived(result: IntakeResult) -> None:
        results.append(result)
        stop.set()

    with feed(lambda _path: answers.pop(0)) as url:
        watch(
            hub, "bogor", url, interval=0.01, stop=stop, on_result=arrived,
            on_error=lambda error: errors.append(str(error)),
        )  # fmt: skip
    assert len(errors) == 1
    assert [result.taken for result in results] == [1]
