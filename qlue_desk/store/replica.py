"""Central's rows on this desk: pages of the feed, applied whole or not at all.

Everything a page brings, and the cursor behind it, is one transaction; what a
reply claims is checked against the chain before anything is written. Snapshots: `snapshot.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import (
    EventKind,
    FeedEvent,
    Payload,
    Position,
    PullReply,
    Retention,
    decode_cursor,
    encode_cursor,
    event_digest,
    next_chain,
)
from qlue_desk.store import complaints, ground, journal, leaving, meta, position
from qlue_desk.store.bound import connection, rows_among
from qlue_desk.store.errors import NewerData, StoreError
from qlue_desk.store.rebase import rebase, unconfirmed_complaints

_payloads = msgspec.json.Decoder(Payload)


def payload_of(body: bytes) -> Payload:
    """The content of an event or a snapshot's row.

    :raises NewerData: when it is sound, but of a shape that came after this program.
    """
    try:
        return _payloads.decode(body)
    except msgspec.ValidationError as error:
        raise NewerData from error


class FeedBroken(StoreError):
    """A page does not continue what this desk has: a number is missing, or the chain does not verify."""


class PageOutcome(msgspec.Struct, frozen=True):
    """What a page did. `stale`: it did not start at our cursor and nothing was changed."""

    stale: bool = False
    events: int = 0
    more: bool = False
    confirmed: int = 0
    reoffered: int = 0
    rules: str = ""


class Staged(msgspec.Struct):
    """Rows as a page leaves them: `complaint` None means gone. Later events win over earlier ones."""

    complaint: Complaint | None
    entries: list[Entry] = []
    removed: bool = False
    gone: Payload = Payload()
    """Where a report went that left, and since when it is there."""
    before: bytes | None = None
    """Central's row that was here, as JSON."""


def verify(events: Iterable[FeedEvent], start: Position) -> list[Position]:
    """The position after each event.

    :raises FeedBroken: when a number is missing, repeated, or a hash does not fit.
    """
    seq, chain = start.seq, start.chain
    passed: list[Position] = []
    for event in events:
        payload = bytes(event.payload)
        digest = event_digest(event.id, payload) if payload else event.digest
        expected = next_chain(chain, seq + 1, event.id, event.kind, event.complaint_id, event.version, digest)
        if event.seq != seq + 1 or event.chain != expected:
            raise FeedBroken(
                N_("Aliran dari pusat tidak menyambung: nomor {found}, seharusnya {expected}."),
                found=str(event.seq),
                expected=str(seq + 1),
            )
        seq, chain = event.seq, event.chain
        passed.append(Position(start.epoch, seq, chain))
    return passed


# --- pages -----------------------------------------------------------------------------------------


def apply_page(reply: PullReply) -> PageOutcome:
    """Take a page of the feed: rows, history, own actions on top, confirmations, cursor.

    :raises FeedBroken: nothing was changed, a snapshot is needed.
    """
    stored = position.cursor()
    if stored is None or reply.from_ != stored:
        return PageOutcome(stale=True)
    start = decode_cursor(stored)
    passed = verify(reply.events, start)
    end = passed[-1] if passed else start
    if encode_cursor(end) != reply.to or reply.epoch != start.epoch:
        raise FeedBroken(N_("Aliran dari pusat berakhir di tempat lain daripada yang dinyatakan."))
    folded = _fold(reply.events)
    bases = _write_rows(folded)
    shown = [(event.action_id, event.seq) for event in reply.events if event.action_id]
    lanes = journal.confirm(shown, end.epoch)
    confirmed = len(lanes)
    reoffered = journal.reoffer_unshown(end.epoch, end.seq, reply.head)
    for complaint_id in bases.keys() | lanes | reoffered | _touched_with_own(reply.events):
        rebase(complaint_id, bases.get(complaint_id))
    for staged in folded.values():
        if staged.before is not None and staged.complaint is not None:
            leaving.drop_files(leaving.replaced(staged.before, staged.complaint))
    if reoffered:
        position.next_generation()
    meta.put(position.CURSOR, reply.to)
    position.note_contact(reply.server_time)
    position.trust()
    return PageOutcome(
        events=len(reply.events),
        more=reply.more,
        confirmed=confirmed,
        reoffered=len(reoffered),
        rules=position.keep_rules(reply.scope_version, reply.rules),
    )


def _touched_with_own(events: tuple[FeedEvent, ...]) -> set[str]:
    return unconfirmed_complaints(list({event.complaint_id for event in events}))


def _fold(events: tuple[FeedEvent, ...]) -> dict[str, Staged]:
    """The last word of the page on each complaint, with all history lines that came; version guard inside."""
    versions = _versions({event.complaint_id for event in events})
    folded: dict[str, Staged] = {}
    for event in events:
        known = versions.get(event.complaint_id, 0)
        staged = folded.get(event.complaint_id)
        if event.kind in (EventKind.MOVED_OUT, EventKind.REMOVED):
            if event.version >= known:
                folded[event.complaint_id] = Staged(None, [], removed=True, gone=_where_to(event))
                versions[event.complaint_id] = 0
            continue
        payload = bytes(event.payload)
        if not payload:
            continue
        try:
            content = payload_of(payload)
        except (NewerData, msgspec.MsgspecError):
            # An unknown kind may carry what this program cannot read; the feed must go on.
            if event.kind == EventKind.UPSERT:
                raise
            continue
        staged = staged or Staged(None)
        staged.entries.extend(content.entries)
        if content.complaint is not None and event.version > known:
            staged.complaint = content.complaint
            versions[event.complaint_id] = event.version
        folded[event.complaint_id] = staged
    return folded


def _where_to(event: FeedEvent) -> Payload:
    """Where a report went; empty where the event does not say, which must not stop the feed."""
    try:
        return payload_of(bytes(event.payload))
    except (NewerData, msgspec.MsgspecError):
        return Payload()


def _versions(complaint_ids: set[str]) -> dict[str, int]:
    """Confirmed versions of the complaints that are here."""
    rows = rows_among(
        "SELECT id, CASE WHEN base IS NULL THEN version"
        " ELSE coalesce(json_extract(CAST(base AS TEXT), '$.version'), 0) END"
        " FROM complaint WHERE id IN ({marks})",
        sorted(complaint_ids),
    )
    return {key: int(version) for key, version in rows}


def _write_rows(folded: dict[str, Staged]) -> dict[str, Complaint]:
    """Write the rows; returns those that carry own actions, which the rebase writes once and for all."""
    bases: dict[str, Complaint] = {}
    with_own = unconfirmed_complaints(list(folded))
    for complaint_id, staged in folded.items():
        if staged.removed:
            leaving.forget(complaint_id, staged.gone.to_dinas, staged.gone.since)
        staged.before = _row_here(complaint_id)
        if staged.entries and (staged.complaint is not None or staged.before is not None):
            complaints.put_entries(staged.entries)
        base = staged.complaint or (complaints.get_base(complaint_id) if staged.entries else None)
        if base is None:
            continue
        if complaint_id in with_own:
            bases[complaint_id] = base
        else:
            complaints.put_view(base)
    return bases


def _row_here(complaint_id: str) -> bytes | None:
    sql = "SELECT coalesce(base, body) FROM complaint WHERE id = ?"
    row = connection().execute(sql, (complaint_id,)).fetchone()
    return None if row is None else row[0]


def journal_days() -> int:
    """For how long acked actions are kept, so that central's restored backups lose nothing."""
    rules = ground.here()
    return rules.session.retention.journal_days if rules is not None else Retention().journal_days
