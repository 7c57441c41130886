"""Central's half of a feed for the store's tests: events with a true chain, pages, snapshots."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.ids import new_id
from qlue_desk.protocol import (
    FeedEvent,
    Payload,
    Position,
    PullReply,
    SnapshotPage,
    decode_cursor,
    encode_cursor,
    event_digest,
    next_chain,
)
from tests.desk_world import NOW


class FeedStream:
    """One stream; `put`, `move_out`, `remove` append, `page` answers a cursor."""

    def __init__(self, epoch: str = "e1") -> None:
        self.epoch = epoch
        self.events: list[FeedEvent] = []

    def position(self, seq: int | None = None) -> Position:
        number = len(self.events) if seq is None else seq
        return Position(self.epoch, number, self.events[number - 1].chain if number else "")

    def cursor(self, seq: int | None = None) -> str:
        return encode_cursor(self.position(seq))

    def put(self, complaint: Complaint, *entries: Entry, action_id: str = "") -> FeedEvent:
        payload = msgspec.json.encode(Payload(complaint=complaint, entries=entries))
        return self.append("upsert", complaint.id, complaint.version, payload, action_id)

    def append(
        self, kind: str, complaint_id: str, version: int, payload: bytes = b"{}", action_id: str = ""
    ) -> FeedEvent:
        last, event_id = self.position(), new_id("e")
        digest = event_digest(event_id, payload)
        event = FeedEvent(
            seq=last.seq + 1,
            id=event_id,
            kind=kind,
            complaint_id=complaint_id,
            version=version,
            chain=next_chain(last.chain, last.seq + 1, event_id, kind, complaint_id, version, digest),
            payload=msgspec.Raw(payload),
            action_id=action_id,
        )
        self.events.append(event)
        return event

    def page(self, cursor: str | None, limit: int = 500, *, head: int | None = None) -> PullReply:
        seq = 0 if cursor is None else decode_cursor(cursor).seq
        events = tuple(self.events[seq : seq + limit])
        end = events[-1].seq if events else seq
        return PullReply(
            from_=cursor,
            to=self.cursor(end),
            epoch=self.epoch,
            head=len(self.events) if head is None else head,
            more=end < len(self.events),
            server_time=NOW,
            scope_version=1,
            rules="r1",
            events=events,
        )

    def snapshot(self, *rows: Payload, after: str | None = None, as_of: str | None = None) -> SnapshotPage:
        mark = self.cursor()
        raw = tuple(msgspec.Raw(msgspec.json.encode(row)) for row in rows)
        return SnapshotPage(mark=mark, as_of=as_of or mark, rows=raw, next=after, count=len(rows))


def history(complaint: Complaint, verb: str, *, action_id: str = "", text: str = "", hours: int = 1) -> Entry:
    return Entry(
        id=new_id("h"),
        complaint_id=complaint.id,
        verb=verb,
        at=NOW + dt.timedelta(hours=hours),
        received_at=NOW + dt.timedelta(hours=hours),
        actor_name="Rina",
        text=text,
        action_id=action_id,
    )
