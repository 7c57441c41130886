"""Streams: dense, chained, and nobody's rows in another dinas' stream."""

import threading
from typing import Any

import msgspec
import pytest

from qlue_desk.central.errors import Resync
from qlue_desk.central.feed import SnapshotRows
from qlue_desk.domain.complaint import Complaint, Entry, Status
from qlue_desk.protocol import (
    FeedEvent,
    Payload,
    ResyncReason,
    decode_cursor,
    encode_cursor,
    event_digest,
    next_chain,
)


def events(office: Any, stream: str) -> list[FeedEvent]:
    """Everything in a stream, in pages of three."""
    found: list[FeedEvent] = []
    cursor: str | None = None
    while True:
        page = office.hub.feed.pull(stream, cursor, 3)
        found.extend(page.events)
        cursor = encode_cursor(page.to)
        if not page.more:
            return found


def payload(event: FeedEvent) -> Payload:
    return msgspec.json.decode(event.payload, type=Payload)


def rows_of(page: SnapshotRows) -> list[Payload]:
    return [msgspec.json.decode(row, type=Payload) for row in page.rows]


def replayed(office: Any, stream: str) -> dict[str, tuple[Complaint, dict[str, Entry]]]:
    """The rows that a desk has after applying a stream from its beginning."""
    rows: dict[str, tuple[Complaint, dict[str, Entry]]] = {}
    for event in events(office, stream):
        content = payload(event)
        if event.kind == "moved_out":
            rows.pop(event.complaint_id)
            continue
        assert content.complaint is not None
        _, entries = rows.get(event.complaint_id, (None, {}))
        rows[event.complaint_id] = (content.complaint, entries | {e.id: e for e in content.entries})
    return rows


def test_numbers_are_dense_and_the_chain_follows_from_the_bytes(office: Any) -> None:
    first, second = office.take("1").complaint, office.take("2").complaint
    office.resolved(first)
    office.act(second, "return", note="Bukan kami")
    for stream in ("bogor", "bogor/dishub"):
        found = events(office, stream)
        assert [event.seq for event in found] == list(range(1, len(found) + 1))
        chain = ""
        for event in found:
            digest = event_digest(event.id, bytes(event.payload))
            chain = next_chain(
                chain, event.seq, event.id, event.kind, event.complaint_id, event.version, digest
            )
            assert event.chain == chain
        head = office.hub.feed.position(stream)
        assert (head.seq, head.chain) == (len(found), chain)
    assert len(events(office, "bogor")) == 7


def test_custody_that_leaves_is_told_in_both_streams_with_the_whole_history(office: Any) -> None:
    complaint = office.take().complaint
    office.act(complaint, "acknowledge")
    result = office.act(complaint, "transfer", to="dlh", note="Tiangnya tertutup sampah")
    gone, come = events(office, "bogor/dishub")[-1], events(office, "bogor/dlh")[-1]
    assert (gone.kind, payload(gone)) == (
        "moved_out",
        Payload(to_dinas="dlh", since=payload(come).complaint.custody[-1].since),
    )
    assert (come.kind, come.version, come.action_id) == ("upsert", gone.version, gone.action_id)
    assert (result.seq, result.chain) == (gone.seq, gone.chain)
    assert [e.verb for e in payload(come).entries] == ["enter", "dispatch", "acknowledge", "transfer"]
    back = office.act(complaint, "return", office.other, note="Bukan sampah")
    back_at = payload(events(office, "bogor")[-1]).complaint
    assert back.seq == events(office, "bogor/dlh")[-1].seq
    since = back_at.custody[-1].since
    assert payload(events(office, "bogor/dlh")[-1]) == Payload(to_dinas="diskominfo", since=since)
    assert [e.kind for e in events(office, "bogor")] == ["upsert"] * 4


def test_the_verifier_sees_events_in_the_city_stream(office: Any) -> None:
    complaint = office.take(source_category="").complaint
    assert events(office, "bogor/diskominfo") == []
    result = office.act(
        complaint, "dispatch", office.verifier, to="dishub", category="pju", kelurahan="32.71.03.1006"
    )
    city = events(office, "bogor")[-1]
    assert (result.seq, result.chain) == (city.seq, city.chain)
    arrived = payload(events(office, "bogor/dishub")[0])
    assert [e.verb for e in arrived.entries] == ["enter", "dispatch"]


def test_a_secret_report_is_withheld_from_the_city_once_dispatched(office: Any) -> None:
    hub = office.hub
    complaint = office.take(source_category="", secret=True, text="Pungli di loket 3").complaint
    office.act(complaint, "note", office.verifier, note="pelapor takut")
    seen = payload(events(office, "bogor")[-1])
    assert seen.complaint is not None
    assert seen.complaint.text == "Pungli di loket 3"
    office.act(complaint, "dispatch", office.verifier, to="dishub", category="pju", note="hati-hati")
    office.act(complaint, "note", office.officer, note="loket tiga itu Pak X")
    dispatched, noted = (payload(e) for e in events(office, "bogor")[-2:])
    for hidden in (dispatched, noted):
        assert hidden.complaint is not None
        assert (hidden.complaint.title, hidden.complaint.text) == ("(rahasia)", "")
        assert hidden.complaint.number == complaint.number
        assert {e.text for e in hidden.entries} == {""}
    assert [e.verb for e in dispatched.entries] == ["enter", "note", "dispatch"]
    own = payload(events(office, "bogor/dishub")[-1])
    assert own.complaint is not None
    assert own.complaint.text == "Pungli di loket 3"
    assert own.entries[0].text == "loket tiga itu Pak X"
    page = hub.feed.snapshot("bogor", hub.city("bogor"), None, "", 10, hub.now())
    [row] = rows_of(page)
    assert row.complaint is not None
    assert row.complaint.title == "(rahasia)"
    assert {e.text for e in row.entries} == {""}


def test_restricting_later_withholds_the_lines_that_were_told(office: Any) -> None:
    complaint = office.take().complaint
    office.act(complaint, "note", note="alamat lengkap pelapor")
    office.act(complaint, "restrict", office.verifier, note="diminta pelapor")
    last = payload(events(office, "bogor")[-1])
    assert [e.text for e in last.entries] == ["", "", "", ""]
    assert [e.verb for e in last.entries] == ["enter", "dispatch", "note", "restrict"]


def test_replaying_a_stream_gives_the_rows_of_a_snapshot(office: Any) -> None:
    hub = office.hub
    complaints = [office.take(str(n)).complaint for n in range(7)]
    office.resolved(complaints[0])
    office.act(complaints[1], "transfer", to="dlh", note="salah disposisi")
    office.act(complaints[2], "return", note="bukan kami")
    office.act(complaints[3], "restrict", office.verifier, note="perintah hukum")
    for stream, dinas in (("bogor", None), ("bogor/dishub", "dishub"), ("bogor/dlh", "dlh")):
        rows: dict[str, Any] = {}
        after, pages = "", 0
        while True:
            page = hub.feed.snapshot(stream, hub.city("bogor"), dinas, after, 2, hub.now())
            rows |= {
                row.complaint.id: (row.complaint, {e.id: e for e in row.entries}) for row in rows_of(page)
            }
            pages += 1
            if page.next is None:
                break
            after = page.next
        assert page.count == len(rows)
        assert rows == replayed(office, stream)
        assert pages == max(1, (len(rows) + 1) // 2)


def test_a_page_of_a_snapshot_has_no_more_bytes_than_asked_for_but_a_row_at_least(office: Any) -> None:
    hub = office.hub
    ids = sorted(office.take(str(n)).complaint.id for n in range(4))

    def page(after: str, most: int) -> SnapshotRows:
        return hub.feed.snapshot("bogor/dishub", hub.city("bogor"), "dishub", after, 10, hub.now(), most)

    whole = page("", 10**6)
    one, two, three, _four = map(len, whole.rows)
    assert whole.next is None
    assert ([row.complaint.id for row in rows_of(page("", 1)) if row.complaint], page("", 1).next) == (
        ids[:1],
        ids[0],
    )
    assert (page("", one + two).rows, page("", one + two).next) == (whole.rows[:2], ids[1])
    assert page(ids[1], three).rows == whole.rows[2:3]
    assert page(ids[2], three).next is None
    assert page(ids[2], three).count == 4


def test_a_snapshot_leaves_out_what_was_closed_long_ago(office: Any) -> None:
    hub = office.hub
    old = office.resolved(office.take("1").complaint)
    office.clock.forward(days=91)
    fresh = office.take("2").complaint
    page = hub.feed.snapshot("bogor/dishub", hub.city("bogor"), "dishub", "", 10, hub.now())
    assert [row.complaint.id for row in rows_of(page)] == [fresh.id]
    assert old.status is Status.RESOLVED


def refused(office: Any, stream: str, cursor: str | None) -> ResyncReason:
    with pytest.raises(Resync) as caught:
        office.hub.feed.pull(stream, cursor, 10)
    return caught.value.reason


def test_a_cursor_that_cannot_go_on_says_why(office: Any) -> None:
    hub = office.hub
    complaint = office.take().complaint
    for n in range(4):
        office.act(complaint, "note", note=str(n))
    page = hub.feed.pull("bogor/dishub", None, 3)
    good = page.to
    assert hub.feed.pull("bogor/dishub", encode_cursor(good), 10).events[0].seq == 4
    assert refused(office, "bogor/dishub", encode_cursor(msgspec.structs.replace(good, epoch="x"))) == "epoch"
    assert refused(office, "bogor/dishub", encode_cursor(msgspec.structs.replace(good, seq=99))) == "ahead"
    assert refused(office, "bogor/dishub", encode_cursor(msgspec.structs.replace(good, chain="x"))) == (
        "diverged"
    )
    assert refused(office, "bogor/dishub", "sampah!") == "diverged"
    assert refused(office, "bogor/dlh", encode_cursor(good)) == "scope"
    with hub.database.writing():
        hub.database.run("DELETE FROM feed_event WHERE stream = 'bogor/dishub' AND seq <= 3")
        hub.database.run(
            "UPDATE stream SET floor_seq = 3, floor_hash = ? WHERE key = 'bogor/dishub'", (good.chain,)
        )
    assert refused(office, "bogor/dishub", None) == "too_old"
    early = msgspec.structs.replace(good, seq=2)
    assert refused(office, "bogor/dishub", encode_cursor(early)) == "too_old"
    assert [e.seq for e in hub.feed.pull("bogor/dishub", encode_cursor(good), 10).events] == [4, 5]


def test_a_page_is_capped_by_bytes_but_never_empty(office: Any) -> None:
    for n in range(3):
        office.take(str(n))
    page = office.hub.feed.pull("bogor", None, 10, max_bytes=1)
    assert (len(page.events), page.more, page.head, page.to.seq) == (1, True, 3, 1)


def test_an_erased_payload_leaves_the_chain_verifiable(office: Any) -> None:
    office.take()
    with office.hub.database.writing():
        office.hub.database.run("UPDATE feed_event SET payload = NULL WHERE stream = 'bogor'")
    event = office.hub.feed.pull("bogor", None, 10).events[0]
    assert bytes(event.payload) == b""
    chain = next_chain("", 1, event.id, event.kind, event.complaint_id, event.version, event.digest)
    assert event.chain == chain


def test_a_reader_never_misses_an_event_while_writers_are_busy(office: Any) -> None:
    hub, stop = office.hub, threading.Event()
    seen: dict[str, list[int]] = {"bogor": [], "bogor/dishub": [], "bogor/dlh": []}
    cursors: dict[str, str | None] = dict.fromkeys(seen)

    def read() -> None:
        while True:
            last = stop.is_set()
            for stream in seen:
                page = hub.feed.pull(stream, cursors[stream], 500)
                seen[stream].extend(e.seq for e in page.events)
                cursors[stream] = encode_cursor(page.to)
            if last:
                return

    def write(worker: int) -> None:
        complaint = office.take(f"w{worker}").complaint
        for n in range(6):
            holder, away = (office.officer, "dlh") if n % 2 == 0 else (office.other, "dishub")
            assert office.act(complaint, "note", holder, note="x").status == "applied"
            # Two bounces are allowed; then the verifier moves it on.
            mover = holder if n < 2 else office.verifier
            office.act(complaint, "transfer", mover, to=away, note="bukan tugas kami")

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    for stream, numbers in seen.items():
        assert numbers == list(range(1, hub.feed.position(stream).seq + 1))
    assert len(seen["bogor"]) == 4 * 13


def test_cursors_survive_the_wire(office: Any) -> None:
    office.take()
    head = office.hub.feed.position("bogor")
    assert decode_cursor(encode_cursor(head)) == head
