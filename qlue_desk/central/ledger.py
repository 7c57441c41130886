"""Writing one change of a complaint: row, history and feed, in the register's transaction.

Nothing here decides; `central.register` does. Bodies are encoded once and reused byte for byte.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from qlue_desk.central.feed import Appended, city_stream, dinas_stream, payload_of, withhold_entry
from qlue_desk.central.instants import maybe_ms, to_ms
from qlue_desk.domain.complaint import Complaint, Entry, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import Decision
from qlue_desk.domain.privacy import for_city_scope, is_withheld
from qlue_desk.protocol import EventKind, Payload

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub
    from qlue_desk.domain.city import City

_encode = msgspec.json.Encoder().encode
_entry = msgspec.json.Decoder(Entry)

_INSERT = (
    "INSERT INTO complaint (city, dinas, number, version, status, category, kelurahan, channel, secret, "
    "created_at, received_at, updated_at, closed_at, final_by, last_by, body, id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE complaint SET city = ?, dinas = ?, number = ?, version = ?, status = ?, category = ?, "
    "kelurahan = ?, channel = ?, secret = ?, created_at = ?, received_at = ?, updated_at = ?, closed_at = ?, "
    "final_by = ?, last_by = ?, body = ? WHERE id = ?"
)
_INSERT_ENTRY = "INSERT INTO entry (id, complaint_id, withheld, body) VALUES (?, ?, ?, ?)"


class Ledger:
    """The only code that writes complaint, entry and feed rows."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._database = hub.database

    def lock_city(self, city: City) -> None:
        """First of all locks: changes of one city happen one after the other.

        Its stream sorts before those of its dinas, so the order stays ascending.
        """
        self._hub.feed.lock([city_stream(city.key)])

    def write(
        self,
        city: City,
        before: Complaint | None,
        after: Complaint,
        entries: Sequence[Entry],
        *,
        action_id: str = "",
        rewritten: bool = False,
    ) -> dict[str, Appended]:
        """Write `after` with its new history lines; returns where each stream's event came to stand.

        `before` is the row as it stood, None for a new complaint. `rewritten` history is told in full
        again, for desks hold its old lines.
        """
        now = self._hub.now()
        hidden = is_withheld(after)
        lines = [_encode(entry) for entry in entries]
        self._write_row(before, after, entries, now)
        self._write_entries(after.id, entries, lines, hidden=hidden)
        image = _encode(after)
        arrived = before is None or before.dinas != after.dinas
        streams = self._streams(city, before, after)
        heads = self._hub.feed.lock_all(streams)
        appended: dict[str, Appended] = {}
        for stream in streams:
            if stream == city_stream(city.key):
                told = self._all_lines(after.id) if rewritten else lines
                kind, payload = EventKind.UPSERT, self._city_payload(before, after, image, told)
            elif stream == dinas_stream(city.key, after.dinas):
                known = self._all_lines(after.id) if rewritten or (arrived and before is not None) else lines
                kind, payload = EventKind.UPSERT, payload_of(image, known)
            else:
                since = after.custody[-1].since if after.custody else now
                gone = Payload(to_dinas=after.dinas, since=since)
                kind, payload = EventKind.MOVED_OUT, _encode(gone)
            appended[stream] = self._hub.feed.append(
                stream,
                kind,
                after.id,
                after.version,
                payload,
                head=heads[stream],
                action_id=action_id,
                at=now,
            )
        self._database.once_durable(lambda: self._hub.seen.note(appended.values()))
        rung = {stream: place.seq for stream, place in appended.items()}
        self._database.once_durable(lambda: self._hub.wakeups.ring(rung))
        return appended

    def write_decision(
        self, city: City, before: Complaint, decision: Decision, now: dt.datetime, *, action_id: str = ""
    ) -> dict[str, Appended]:
        """Write what was decided about a complaint; returns where each stream's event came to stand."""
        entry = decision.entry
        appended = self.write(
            city,
            before,
            decision.complaint,
            [received(entry, now)],
            action_id=action_id,
            rewritten=entry.verb == Verb.ERASE,
        )
        if entry.verb in (Verb.MERGE, Verb.DUPLICATE):
            self._note_at_original(city, decision.complaint, entry, now)
        return appended

    def _note_at_original(self, city: City, merged: Complaint, entry: Entry, now: dt.datetime) -> None:
        """A merge or a duplicate stands in the history of both: whoever works on the one must see the other."""
        original = self._hub.records.find(city.key, entry.fields.get("original", ""))
        if original is None:
            return
        note = replace(
            entry,
            id=new_id("h"),
            complaint_id=original.id,
            verb=str(Verb.MERGE),
            from_status=original.status,
            to_status=original.status,
            public=False,
            fields={"merged": merged.number},
            action_id="",
        )
        after = replace(original, version=original.version + 1)
        self.write(city, original, after, [received(note, now)])

    @staticmethod
    def _streams(city: City, before: Complaint | None, after: Complaint) -> list[str]:
        found = {city_stream(city.key)}
        for complaint in (before, after):
            if complaint is not None and complaint.dinas != city.coordinator:
                found.add(dinas_stream(city.key, complaint.dinas))
        return sorted(found)

    def _city_payload(
        self,
        before: Complaint | None,
        after: Complaint,
        image: bytes,
        lines: Sequence[bytes],
    ) -> bytes:
        """What the city scope may know; when a report becomes withheld, so do the lines it had."""
        if not is_withheld(after):
            return payload_of(image, lines)
        if before is not None and not is_withheld(before):
            lines = self._all_lines(after.id)
            self._database.later("UPDATE entry SET withheld = 1 WHERE complaint_id = ?", (after.id,))
        return payload_of(
            _encode(for_city_scope(after)), [_encode(withhold_entry(_entry.decode(line))) for line in lines]
        )

    def _write_row(
        self, before: Complaint | None, after: Complaint, entries: Sequence[Entry], now: dt.datetime
    ) -> None:
        received = after.received_at or now
        self._database.later(
            _INSERT if before is None else _UPDATE,
            (
                after.city, after.dinas, after.number, after.version, str(after.status),
                after.category or "", after.kelurahan or "", str(after.channel), int(after.reporter.secret),
                to_ms(after.created_at), to_ms(received), to_ms(now),
                None if after.is_open else to_ms(after.status_since or now),
                maybe_ms(after.final_by) if after.status is Status.RESOLVED and not after.final else None,
                entries[-1].actor_name if entries else "", _encode(after), after.id,
            ),
        )  # fmt: skip
        known = {a.sha256 for a in before.attachments} if before else set()
        for sha256 in {a.sha256 for a in after.attachments if a.sha256} - known:
            self._database.later(
                "INSERT INTO attachment (complaint_id, sha256) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (after.id, sha256),
            )

    def _write_entries(
        self, complaint_id: str, entries: Sequence[Entry], lines: Sequence[bytes], *, hidden: bool
    ) -> None:
        for entry, line in zip(entries, lines, strict=True):
            self._database.later(_INSERT_ENTRY, (entry.id, complaint_id, int(hidden), line))

    def _all_lines(self, complaint_id: str) -> list[bytes]:
        rows = self._database.all(
            "SELECT body FROM entry WHERE complaint_id = ? ORDER BY row", (complaint_id,)
        )
        return [bytes(row[0]) for row in rows]


def received(entry: Entry, now: dt.datetime) -> Entry:
    """The line with the time at which central learned of it."""
    return replace(entry, received_at=now)
