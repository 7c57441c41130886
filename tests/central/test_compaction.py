"""The front of a stream is dropped, and whoever may still read on reads the same as before."""

import datetime as dt
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qlue_desk.central import admin, compaction
from qlue_desk.central.compaction import compact
from qlue_desk.central.errors import Resync
from qlue_desk.central.hub import Hub
from qlue_desk.central.jobs import run_due
from qlue_desk.protocol import (
    FeedEvent,
    Payload,
    Position,
    Retention,
    encode_cursor,
    event_digest,
    next_chain,
)

from .conftest import Clock, Office, add_bogor

STREAM = "bogor/dishub"
Rows = dict[str, tuple[int, bytes]]


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = request.getfixturevalue("postgres")() if request.param == "postgresql" else None
    clock = Clock()
    hub = Hub.create(tmp_path / "central", database_url=url, now=clock)
    add_bogor(hub)
    yield Office(hub, clock)
    hub.close()


def busy_city(office: Office, chance: random.Random, steps: int) -> None:
    """Reports that are noted, sent away, taken back, erased; a second passes before each."""
    taken = [office.take(str(n)).complaint for n in range(3)]
    for n in range(steps):
        office.clock.forward(seconds=1)
        complaint = office.now_is(chance.choice(taken))
        what = chance.choice(["note", "note", "move", "take"])
        holder = office.officer if complaint.dinas == "dishub" else office.other
        if what == "note":
            assert office.act(complaint, "note", holder, note=f"catatan {n}").status == "applied"
        elif what == "move":
            to = "dlh" if complaint.dinas == "dishub" else "dishub"
            moved = office.act(complaint, "transfer", office.verifier, to=to, note="milik dinas yang lain")
            assert moved.status == "applied"
        else:
            taken.append(office.take(f"n{n}").complaint)
    with office.hub.database.writing():  # an erased payload stays a place in the chain
        office.hub.database.run("UPDATE feed_event SET payload = NULL WHERE complaint_id = ?", (taken[0].id,))


def read(office: Office, cursor: Position | None, limit: int) -> list[FeedEvent]:
    found: list[FeedEvent] = []
    while True:
        page = office.hub.feed.pull(STREAM, encode_cursor(cursor) if cursor else None, limit)
        found += page.events
        cursor = page.to
        if not page.more:
            return found


def applied(rows: Rows, events: list[FeedEvent]) -> Rows:
    """A desk's rows after these events, by the desk's rules: the chain holds, versions only rise."""
    rows = dict(rows)
    for event in events:
        if event.kind == "moved_out":
            rows.pop(event.complaint_id, None)
        elif bytes(event.payload) and event.version > rows.get(event.complaint_id, (0, b""))[0]:
            complaint = msgspec.json.decode(event.payload, type=Payload).complaint
            rows[event.complaint_id] = (event.version, msgspec.json.encode(complaint))
    return rows


def position(epoch: str, event: FeedEvent | None) -> Position:
    return Position(epoch, event.seq, event.chain) if event else Position(epoch, 0, "")


def reason(office: Office, cursor: Position | None) -> str:
    with pytest.raises(Resync) as caught:
        office.hub.feed.pull(STREAM, encode_cursor(cursor) if cursor else None, 10)
    return str(caught.value.reason)


@pytest.mark.parametrize("seed", [1, 2])
def test_for_every_cut_the_rest_of_the_log_gives_the_same_rows(made: Office, seed: int) -> None:
    chance, began = random.Random(seed), made.clock.now
    busy_city(made, chance, 40)
    whole = read(made, None, 500)
    epoch = made.hub.feed.position(STREAM).epoch
    with made.hub.database.connected():
        moments = [
            int(r[0])
            for r in made.hub.database.all(
                "SELECT at FROM feed_event WHERE stream = ? ORDER BY seq", (STREAM,)
            )
        ]
    goal, last = applied({}, whole), len(whole)
    assert last > 20
    assert goal
    floor = 0
    for cut in range(1, last + 1):
        # Everything up to the cut is older than what is kept; the rest is younger.
        young = [at for at in moments if at > moments[cut - 1]]
        expected = sum(at <= moments[cut - 1] for at in moments)
        kept_from = dt.datetime.fromtimestamp((min(young) if young else moments[-1] + 1) / 1000, dt.UTC)
        made.clock.now = kept_from + dt.timedelta(days=made.hub.retention.feed_days)
        compact(made.hub, batch=chance.choice([1, 2, 500]))
        floor = expected
        for at in {floor, chance.randint(floor, last), last}:
            cursor = position(epoch, whole[at - 1])
            rest = read(made, cursor, chance.choice([1, 3, 500]))
            assert [e.seq for e in rest] == list(range(at + 1, last + 1))
            assert applied(applied({}, whole[:at]), rest) == goal
            chain = cursor.chain
            for event in rest:
                digest = event.digest or event_digest(event.id, bytes(event.payload))
                chain = next_chain(
                    chain, event.seq, event.id, event.kind, event.complaint_id, event.version, digest
                )
                assert chain == event.chain
        assert reason(made, None) == "too_old"
        if floor > 1:
            assert reason(made, position(epoch, whole[floor - 2])) == "too_old"
    assert made.hub.feed.position(STREAM) == Position(epoch, last, whole[-1].chain)
    assert admin.check(made.hub).faults == ()
    made.clock.now = began + dt.timedelta(days=100)
    made.take("later")
    assert [e.seq for e in read(made, position(epoch, whole[-1]), 10)] == [last + 1]
    assert admin.check(made.hub).faults == ()


def test_only_the_front_is_dropped_even_after_a_clock_that_ran_behind(made: Office) -> None:
    for n, day in enumerate((0, 50, 1, 70)):  # the second event seems younger than the third
        made.clock.now += dt.timedelta(days=day if n else 0)
        made.take(str(n))
        made.clock.now -= dt.timedelta(days=day if n else 0)
    made.clock.forward(days=100)
    assert compact(made.hub) == 2  # the first in each of the two streams
    assert [e.seq for e in read(made, made_floor(made), 10)] == [2, 3, 4]
    assert run_due(made.hub).compacted == 0
    made.clock.forward(days=30)
    assert run_due(made.hub).compacted == 4


def made_floor(office: Office) -> Position:
    with office.hub.database.connected():
        row = office.hub.database.one(
            "SELECT epoch, floor_seq, floor_hash FROM stream WHERE key = ?", (STREAM,)
        )
    assert row is not None
    return Position(row[0], int(row[1]), row[2])


def test_what_the_city_keeps_is_a_setting(made: Office) -> None:
    made.take("1")
    made.clock.forward(days=50)
    assert compact(made.hub) == 0
    made.hub.retention = Retention(feed_days=45)
    assert compact(made.hub) == 2


def test_pushes_go_on_while_a_long_feed_is_compacted(made: Office) -> None:
    complaint, database = made.take("1").complaint, made.hub.database
    with database.writing():
        head = made.hub.feed.position(STREAM)
        for seq in range(head.seq + 1, head.seq + 4001):
            database.run(
                "INSERT INTO feed_event (stream, seq, chain, event_id, kind, complaint_id, action_id, version, "
                "digest, payload, at) VALUES (?, ?, ?, ?, 'noop', ?, '', 0, '', ?, 0)",
                (STREAM, seq, f"c{seq}", f"e_{seq}", complaint.id, b"x" * 900),
            )
        database.run("UPDATE feed_event SET at = 0 WHERE stream = ?", (STREAM,))
        database.run("UPDATE stream SET last_seq = ?, last_hash = ? WHERE key = ?", (seq, f"c{seq}", STREAM))
    dropped: list[int] = []
    worker = threading.Thread(target=lambda: dropped.append(compact(made.hub, batch=200)))
    worker.start()
    waits: list[float] = []
    while worker.is_alive():
        began = time.perf_counter()
        assert made.act(complaint, "note", note="sambil jalan").status == "applied"
        waits.append(time.perf_counter() - began)
    worker.join()
    assert dropped == [4001]
    assert len(waits) >= 5
    print(f"{len(waits)} pushes beside it, the longest {max(waits) * 1000:.0f} ms")
    assert max(waits) < 2.0
    assert made.hub.feed.pull(STREAM, encode_cursor(made_floor(made)), 500).events[0].seq == 4002


def test_a_long_feed_is_dropped_over_several_minutes(made: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(6):
        made.take(str(n))
    made.clock.forward(days=61)
    monkeypatch.setattr(compaction, "LONGEST_SECONDS", 0.0)
    assert [compact(made.hub, batch=4) for _ in range(5)] == [4, 2 + 4, 2, 0, 0]
    assert admin.check(made.hub).faults == ()


def test_two_workers_that_compact_at_once_drop_each_event_once(
    tmp_path: Path, postgres: Callable[[], str]
) -> None:
    clock, url = Clock(), postgres()
    hub = Hub.create(tmp_path / "central", database_url=url, now=clock)
    add_bogor(hub)
    office = Office(hub, clock)
    for n in range(30):
        office.take(str(n))
    clock.forward(days=61)
    counts: list[Any] = []
    workers = [threading.Thread(target=lambda: counts.append(compact(hub, batch=4))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 60
    assert admin.check(hub).faults == ()
    hub.close()
