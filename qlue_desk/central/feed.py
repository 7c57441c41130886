"""The change feed: one dense, chained stream per scope.

A number is taken from the stream's row inside the transaction that changes the complaint, never from a
sequence: readers would pass over whatever commits late.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from qlue_desk.central.database import CentralDatabase
from qlue_desk.central.errors import DatabaseBusy, Resync
from qlue_desk.central.instants import to_ms
from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import N_
from qlue_desk.domain.privacy import for_city_scope, is_withheld
from qlue_desk.protocol import (
    DeskIdentity,
    EventKind,
    FeedEvent,
    Position,
    ResyncReason,
    decode_cursor,
    event_digest,
    next_chain,
)

if TYPE_CHECKING:
    import datetime as dt

    from qlue_desk.domain.city import City

CLOSED_DAYS = 90
"""Closed reports younger than this are in a snapshot; older ones are found online."""

_encode = msgspec.json.Encoder().encode
_complaint = msgspec.json.Decoder(Complaint)
_entry = msgspec.json.Decoder(Entry)


class Appended(msgspec.Struct, frozen=True):
    """Where an event came to stand."""

    stream: str
    seq: int
    chain: str
    epoch: str


class Page(msgspec.Struct, frozen=True):
    """What a pull found: events after the cursor, and where they lead."""

    events: tuple[FeedEvent, ...]
    to: Position
    head: int
    more: bool


class SnapshotRows(msgspec.Struct, frozen=True):
    """One page of the rows of a scope with the position at which they were read."""

    mark: Position
    rows: tuple[msgspec.Raw, ...]
    """Each the JSON of a `Payload`, made of what is stored, byte for byte."""
    next: str | None
    count: int


def city_stream(city: str) -> str:
    """Every report of the city."""
    return city


def dinas_stream(city: str, dinas: str) -> str:
    """The reports that a dinas holds."""
    return f"{city}/{dinas}"


def scope_stream(desk: DeskIdentity, city: City) -> str:
    """What a desk reads: the coordinator's desks the whole city, any other its own dinas."""
    return city_stream(city.key) if desk.dinas == city.coordinator else dinas_stream(city.key, desk.dinas)


def withhold_entry(entry: Entry) -> Entry:
    """A history line of a secret report for the city scope: that it happened, not what it says."""
    return msgspec.structs.replace(entry, text="", fields={})


class Feed:
    """Appending to the streams and reading them."""

    def __init__(self, database: CentralDatabase) -> None:
        self._database = database
        self._known: set[str] = set()
        self._counts: dict[str, int] = {}
        """Rows of each stream's newest snapshot."""

    # --- appending; always inside the register's transaction ---------------------------------

    def append(
        self,
        stream: str,
        kind: EventKind,
        complaint_id: str,
        version: int,
        payload: bytes,
        *,
        head: Position,
        action_id: str,
        at: dt.datetime,
    ) -> Appended:
        """Add one event behind the `head` that `lock` gave of this stream."""
        seq, event_id = head.seq + 1, new_id("e")
        digest = event_digest(event_id, payload)
        chain = next_chain(head.chain, seq, event_id, str(kind), complaint_id, version, digest)
        self._database.later(
            "UPDATE stream SET last_seq = ?, last_hash = ? WHERE key = ?", (seq, chain, stream)
        )
        self._database.later(
            "INSERT INTO feed_event (stream, seq, chain, event_id, kind, complaint_id, action_id, version, "
            "digest, payload, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stream, seq, chain, event_id, str(kind), complaint_id, action_id, version, digest, payload,
                to_ms(at),
            ),
        )  # fmt: skip
        return Appended(stream, seq, chain, head.epoch)

    def ensure(self, stream: str) -> None:
        """Make the stream's row; its epoch is random, so that no other history can look the same."""
        self._database.run(
            "INSERT INTO stream (key, epoch, last_seq, last_hash, floor_seq, floor_hash) "
            "VALUES (?, ?, 0, '', 0, '') ON CONFLICT (key) DO NOTHING",
            (stream, secrets.token_hex(8)),
        )

    def lock(self, streams: Sequence[str]) -> dict[str, Position]:
        """Hold the rows of streams, ascending, and say where each stands; one without a row is not among them."""
        marks = ", ".join("?" * len(streams))
        rows = self._database.locked(
            f"SELECT key, epoch, last_seq, last_hash FROM stream WHERE key IN ({marks}) ORDER BY key",
            tuple(streams),
        )
        return {row[0]: Position(row[1], int(row[2]), row[3]) for row in rows}

    def lock_all(self, streams: Sequence[str]) -> dict[str, Position]:
        """As `lock`; makes the rows that are missing."""
        heads = self.lock(streams)
        if missing := [stream for stream in streams if stream not in heads]:
            for stream in missing:
                self.ensure(stream)
            heads = self.lock(streams)
        return heads

    # --- reading -----------------------------------------------------------------------------

    def position(self, stream: str) -> Position:
        """The stream's head; a stream without events has position 0."""
        self._make_sure(stream)
        with self._database.connected():
            row = self._row(stream)
        return Position(row[0], int(row[1]), row[2])

    def _make_sure(self, stream: str) -> None:
        """Make a stream's row before a reading transaction needs it."""
        if stream not in self._known:
            with self._database.writing():
                self.ensure(stream)
            self._known.add(stream)

    def _row(self, stream: str) -> Sequence[Any]:
        row = self._database.one(
            "SELECT epoch, last_seq, last_hash, floor_seq, floor_hash FROM stream WHERE key = ?", (stream,)
        )
        if row is None:  # the database was put back under us to a time before this stream
            self._known.discard(stream)
            raise DatabaseBusy(N_("Basis data sedang dipulihkan; coba lagi."))
        return row

    def heads(self) -> dict[str, int]:
        """Number of the newest event of every stream; what long polls watch."""
        with self._database.connected():
            return {row[0]: int(row[1]) for row in self._database.all("SELECT key, last_seq FROM stream")}

    def check(self, stream: str, cursor: str | None) -> Position:
        """Where a cursor stands in this stream.

        :raises Resync: when it can't be continued.
        """
        self._make_sure(stream)
        with self._database.connected():
            return self._check(stream, cursor)

    def _check(self, stream: str, cursor: str | None) -> Position:
        row = self._row(stream)
        epoch, last, last_hash, floor, floor_hash = row[0], int(row[1]), row[2], int(row[3]), row[4]
        if cursor is None:
            if floor:
                raise Resync(ResyncReason.TOO_OLD)
            return Position(epoch, 0, "")
        try:
            position = decode_cursor(cursor)
        except ValueError:
            raise Resync(ResyncReason.DIVERGED) from None
        if position.epoch != epoch:
            raise Resync(self._why_another_epoch(position.epoch))
        if position.seq > last:
            raise Resync(ResyncReason.AHEAD)
        if position.seq < floor:
            raise Resync(ResyncReason.TOO_OLD)
        known = {last: last_hash, floor: floor_hash}
        chain = known.get(position.seq)
        if chain is None:
            event = self._database.one(
                "SELECT chain FROM feed_event WHERE stream = ? AND seq = ?", (stream, position.seq)
            )
            chain = event[0] if event else None
        if chain != position.chain:
            raise Resync(ResyncReason.DIVERGED)
        return position

    def _why_another_epoch(self, epoch: str) -> ResyncReason:
        elsewhere = self._database.one("SELECT 1 FROM stream WHERE epoch = ?", (epoch,))
        return ResyncReason.SCOPE if elsewhere else ResyncReason.EPOCH

    def pull(self, stream: str, cursor: str | None, limit: int, max_bytes: int = 4_194_304) -> Page:
        """Events after `cursor`, at most `limit` and `max_bytes` of payload, but at least one.

        :raises Resync: when the cursor can't be continued.
        """
        self._make_sure(stream)
        with self._database.reading():
            position = self._check(stream, cursor)
            head = self.position(stream)
            rows = self._database.all(
                "SELECT seq, event_id, kind, complaint_id, version, chain, payload, action_id, digest "
                "FROM feed_event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?",
                (stream, position.seq, limit),
            )
        events: list[FeedEvent] = []
        size = 0
        for row in rows:
            size += len(row[6] or b"")
            if events and size > max_bytes:
                break
            events.append(_event(row))
        to = Position(head.epoch, events[-1].seq, events[-1].chain) if events else position
        return Page(tuple(events), to, head.seq, to.seq < head.seq)

    def snapshot(
        self,
        stream: str,
        city: City,
        dinas: str | None,
        after: str,
        limit: int,
        now: dt.datetime,
        max_bytes: int = 4_194_304,
    ) -> SnapshotRows:
        """Rows of a scope after id `after`, in the order of ids; `dinas` None is the whole city.

        At most `limit` and `max_bytes`, but at least one.
        """
        closed_since = to_ms(now) - CLOSED_DAYS * 86_400_000
        where, values = "city = ? AND (closed_at IS NULL OR closed_at >= ?)", [city.key, closed_since]
        if dinas is not None:
            where, values = where + " AND dinas = ?", [*values, dinas]
        self._make_sure(stream)
        with self._database.reading():
            mark = self.position(stream)
            count = None if after == "" else self._counts.get(stream)
            if count is None:  # visits every row: not with each page
                found = self._database.one(f"SELECT count(*) FROM complaint WHERE {where}", values)
                assert found is not None, "count(*) gives a row"
                count = self._counts[stream] = int(found[0])
            reports = self._database.all(
                f"SELECT id, body FROM complaint WHERE {where} AND id > ? ORDER BY id LIMIT ?",
                [*values, after, limit + 1],
            )
            more, reports = len(reports) > limit, reports[:limit]
            lines = self._lines([row[0] for row in reports], city_scope=dinas is None)
        rows: list[msgspec.Raw] = []
        size = 0
        for key, body in reports:
            row = payload_of(_image(body, dinas), lines.get(key, ()))
            size += len(row)
            if rows and size > max_bytes:
                more = True
                break
            rows.append(msgspec.Raw(row))
        return SnapshotRows(mark, tuple(rows), reports[len(rows) - 1][0] if more else None, count)

    def _lines(self, complaint_ids: Sequence[str], *, city_scope: bool) -> dict[str, list[bytes]]:
        """Histories, oldest line first, as a scope may see them."""
        if not complaint_ids:
            return {}
        marks = ", ".join("?" * len(complaint_ids))
        found: dict[str, list[bytes]] = {}
        for complaint_id, body, withheld in self._database.all(
            f"SELECT complaint_id, body, withheld FROM entry WHERE complaint_id IN ({marks}) ORDER BY row",
            tuple(complaint_ids),
        ):
            hidden = city_scope and withheld
            line = _encode(withhold_entry(_entry.decode(body))) if hidden else bytes(body)
            found.setdefault(complaint_id, []).append(line)
        return found


class _Image(msgspec.Struct, frozen=True, omit_defaults=True):
    """A `Payload` of parts that are encoded already."""

    complaint: msgspec.Raw
    entries: tuple[msgspec.Raw, ...] = ()


def payload_of(image: bytes, lines: Sequence[bytes]) -> bytes:
    """The JSON of a `Payload` from that of a report and of its lines."""
    return _encode(_Image(msgspec.Raw(image), tuple(map(msgspec.Raw, lines))))


def _image(body: bytes, dinas: str | None) -> bytes:
    """A stored report as a scope may see it."""
    complaint = None if dinas is not None else _complaint.decode(body)
    if complaint is None or not is_withheld(complaint):
        return bytes(body)
    return _encode(for_city_scope(complaint))


def _event(row: Sequence[object]) -> FeedEvent:
    seq, event_id, kind, complaint_id, version, chain, payload, action_id, digest = row
    if payload is None:
        return FeedEvent(
            int(str(seq)), str(event_id), str(kind), str(complaint_id), int(str(version)), str(chain),
            action_id=str(action_id), digest=str(digest),
        )  # fmt: skip
    assert isinstance(payload, (bytes, memoryview)), "feed_event.payload is a blob"
    return FeedEvent(
        int(str(seq)), str(event_id), str(kind), str(complaint_id), int(str(version)), str(chain),
        msgspec.Raw(bytes(payload)), str(action_id),
    )  # fmt: skip
