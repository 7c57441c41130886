"""A city under load: many writers, reports that move between twenty dinas, and a reader on each stream.

How actions are sent and streams are read is given, so that the same load goes to the register itself and
over HTTP to several workers.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable

import msgspec

from qlue_desk.central import admin
from qlue_desk.central.feed import city_stream, dinas_stream
from qlue_desk.domain.city import Dinas
from qlue_desk.domain.complaint import Actor, Role
from qlue_desk.protocol import (
    Action,
    ActionResult,
    DeskIdentity,
    EnrolReply,
    FeedEvent,
    PullReply,
    encode_cursor,
    event_digest,
    next_chain,
)

from .conftest import Office

DINAS = 20
WRITERS = 8
EVENTS = int(os.environ.get("LOAD_EVENTS", "600"))
"""How many events the load makes; 5,000 and more is the long form."""

Send = Callable[[DeskIdentity, Action], ActionResult]
Read = Callable[[str, str | None], PullReply]
"""Stream and cursor to a page."""


class Load:
    """The city with its people, desks and reports, and what writers and readers saw."""

    def __init__(self, office: Office) -> None:
        self.office = office
        hub = office.hub
        known = [d.key for d in hub.city("bogor").dinas if not d.outside and d.key != "diskominfo"]
        for n in range(DINAS - len(known)):
            admin.add_dinas(hub, "bogor", Dinas(f"dinas{n}", f"Dinas {n}"))
            known.append(f"dinas{n}")
        self.dinas = sorted(known)[:DINAS]
        self.officers: dict[str, Actor] = {}
        self.enrolled: dict[str, EnrolReply] = {}
        for key in self.dinas:
            self.officers[key] = hub.accounts.add_user(f"o_{key}", key, "bogor", [Role.OFFICER], key)
            self.enrolled[key] = hub.desks.add("bogor", key, key)
        self.coordinators = [hub.desks.add("bogor", "diskominfo", f"w{n}") for n in range(WRITERS)]
        self.streams = [city_stream("bogor"), *(dinas_stream("bogor", key) for key in self.dinas)]
        self.complaints = [office.take(f"load-{n}").complaint.id for n in range(WRITERS * 2)]
        self.seen: dict[str, list[FeedEvent]] = {stream: [] for stream in self.streams}
        self.results: list[ActionResult] = []
        self.faults: list[str] = []
        self.asked = 0
        self.made = 0
        self.seconds = 0.0
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def run(self, send: Send, read: Read, events: int = EVENTS) -> None:
        """Write so many events with readers on every stream, then let the readers come to the end."""
        self.asked = events
        readers = [threading.Thread(target=self._read, args=(s, read)) for s in self.streams]
        writers = [threading.Thread(target=self._write, args=(n, send, events)) for n in range(WRITERS)]
        began = time.monotonic()
        for thread in (*readers, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        self.seconds = time.monotonic() - began
        self._stop.set()
        for thread in readers:
            thread.join()

    def _write(self, number: int, send: Send, events: int) -> None:
        chance, office = random.Random(number), self.office
        verifier, desk = office.verifier, self.coordinators[number].desk
        while self.made < events:
            # Reports are shared: two writers move the same one to and fro.
            complaint = chance.choice(self.complaints)
            if chance.random() < 0.6:
                action = office.action(
                    complaint, "transfer", verifier, to=chance.choice(self.dinas), note="urusan dinas sana"
                )
            else:
                action = office.action(complaint, "note", verifier, note=f"catatan {number}")
            for _ in range(1 + (chance.random() < 0.2)):  # every fifth is sent twice
                try:
                    result = send(desk, action)
                except Exception as error:
                    self.faults.append(f"write: {error!r}")
                    return
                with self._lock:
                    self.results.append(result)
                    if result.status == "applied" and not result.duplicate:
                        self.made += 2 if action.verb == "note" else 3

    def _read(self, stream: str, read: Read) -> None:
        cursor, found = None, self.seen[stream]
        try:
            while True:
                last = self._stop.is_set()
                page = read(stream, cursor)
                found += page.events
                cursor = page.to
                if last and not page.more:
                    return
                if not page.events:
                    time.sleep(0.02)
        except Exception as error:
            self.faults.append(f"{stream}: {error!r}")

    def check(self) -> None:
        """Nothing surfaced; every reader saw every number once, in one chain; rows and feed agree."""
        assert self.faults == []
        kinds = {(str(r.status), r.code) for r in self.results}
        assert kinds <= {("applied", ""), ("rejected", "invalid_args"), ("rejected", "invalid_transition")}, (
            kinds
        )
        duplicates = sum(r.duplicate for r in self.results)
        assert duplicates > 0
        assert len({r.id for r in self.results}) == len(self.results) - duplicates
        hub = self.office.hub
        for stream, events in self.seen.items():
            head = hub.feed.position(stream)
            assert [e.seq for e in events] == list(range(1, head.seq + 1)), stream
            chain = ""
            for e in events:
                digest = event_digest(e.id, bytes(e.payload))
                chain = next_chain(chain, e.seq, e.id, e.kind, e.complaint_id, e.version, digest)
                assert chain == e.chain, (stream, e.seq)
            assert chain == head.chain
        total = sum(len(events) for events in self.seen.values())
        assert total >= self.made >= self.asked
        assert admin.check(hub).faults == ()
        self._check_pairs()
        print(f"{total} events, {len(self.results)} actions, {self.seconds:.1f} s, "
              f"{self.made / self.seconds:.0f} events/s")  # fmt: skip

    def _check_pairs(self) -> None:
        """Every event of a dinas has its event in the city; a report that left one came to another."""
        city = {(e.complaint_id, e.version) for e in self.seen["bogor"]}
        left: set[tuple[str, int]] = set()
        came: set[tuple[str, int]] = set()
        for stream, events in self.seen.items():
            if stream == "bogor":
                continue
            for event in events:
                pair = (event.complaint_id, event.version)
                assert pair in city
                (left if event.kind == "moved_out" else came).add(pair)
        assert left <= came
        assert len(left) > self.asked // 15


def page_of(load: Load, stream: str, cursor: str | None) -> PullReply:
    """A page straight from the feed, as the wire would carry it."""
    page = load.office.hub.feed.pull(stream, cursor, 50)
    return PullReply(
        from_=cursor, to=encode_cursor(page.to), epoch=page.to.epoch, head=page.head, more=page.more,
        server_time=load.office.clock(), scope_version=1, rules="", events=page.events,
    )  # fmt: skip


def decoded(content: bytes) -> PullReply:
    """The reply to a pull."""
    return msgspec.json.decode(content, type=PullReply)
