"""Central's rows on this desk: pages of the feed, applied whole or not at all.

Everything a page brings, and the cursor behind it, is one transaction; what a
reply claims is checked against the chain before anything is written (8). Snapshots: `snapshot.py`.
"""

from __future__ import annotations

import datetime as dt
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
from qlue_desk.store import complaints, departed, drafts, ground, journal, meta, schema, twin
from qlue_desk.store.bound import connection, touch, touch_everything
from qlue_desk.store.courtesy import give_way
from qlue_desk.store.errors import NewerData, StoreError
from qlue_desk.store.rebase import rebase, unconfirmed_complaints

CURSOR = "cursor"
GENERATION = "generation"
LAST_CONTACT = "last_contact"
SERVER_TIME = "server_time"
"""Largest time that central ever stated; a desk's own clock may go back, this never does."""
RULES = "rules_seen"
"""`<scope version>:<hash>` of the newest reply; another one than the session's: fetch the session."""
SUSPICION = "suspicion"
"""How many pages in a row did not verify."""
LEAVING = "leaving_files"
_CHUNK = 500

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


# --- positions -------------------------------------------------------------------------------------


def cursor() -> str | None:
    """Where this desk stands in its stream; None before the first snapshot."""
    stored = meta.get(CURSOR)
    return None if stored is None else stored.decode()


def generation() -> int:
    """Number of the desk's timeline; a reply asked for in an older one is dropped (model, walk 8894)."""
    stored = meta.get(GENERATION)
    return 0 if stored is None else int(stored)


def next_generation() -> int:
    """Fence off every reply that is still on its way."""
    number = generation() + 1
    meta.put(GENERATION, str(number))
    return number


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
    stored = cursor()
    if stored is None or reply.from_ != stored:
        return PageOutcome(stale=True)
    start = decode_cursor(stored)
    passed = verify(reply.events, start)
    end = passed[-1] if passed else start
    if encode_cursor(end) != reply.to or reply.epoch != start.epoch:
        raise FeedBroken(N_("Aliran dari pusat berakhir di tempat lain daripada yang dinyatakan."))
    bases = _write_rows(_fold(reply.events))
    shown = [(event.action_id, event.seq) for event in reply.events if event.action_id]
    lanes = journal.confirm(shown, end.epoch)
    confirmed = len(lanes)
    reoffered = journal.reoffer_unshown(end.epoch, end.seq, reply.head)
    for complaint_id in bases.keys() | lanes | reoffered | _touched_with_own(reply.events):
        give_way()
        rebase(complaint_id, bases.get(complaint_id))
    if reoffered:
        next_generation()
    meta.put(CURSOR, reply.to)
    note_contact(reply.server_time)
    meta.put(SUSPICION, None)
    rules = f"{reply.scope_version}:{reply.rules}"
    meta.put(RULES, rules)
    return PageOutcome(
        events=len(reply.events),
        more=reply.more,
        confirmed=confirmed,
        reoffered=len(reoffered),
        rules=rules,
    )


def note_contact(server_time: dt.datetime | None = None) -> None:
    """Central has just answered."""
    meta.put(LAST_CONTACT, dt.datetime.now(dt.UTC).isoformat())
    if server_time is None:
        return
    known = meta.get(SERVER_TIME)
    if known is None or dt.datetime.fromisoformat(known.decode()) < server_time:
        meta.put(SERVER_TIME, server_time.isoformat())


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
    found: dict[str, int] = {}
    ordered = sorted(complaint_ids)
    for start in range(0, len(ordered), _CHUNK):
        part = ordered[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        rows = connection().execute(
            "SELECT id, CASE WHEN base IS NULL THEN version"
            " ELSE coalesce(json_extract(CAST(base AS TEXT), '$.version'), 0) END"
            f" FROM complaint WHERE id IN ({marks})",
            part,
        )
        found.update((key, int(version)) for key, version in rows)
    return found


def _write_rows(folded: dict[str, Staged]) -> dict[str, Complaint]:
    """Write the rows; returns those that carry own actions, which the rebase writes once and for all."""
    bases: dict[str, Complaint] = {}
    with_own = unconfirmed_complaints(list(folded))
    for complaint_id, staged in folded.items():
        give_way()
        if staged.removed:
            forget(complaint_id, staged.gone.to_dinas, staged.gone.since)
        if staged.entries and (staged.complaint is not None or _is_here(complaint_id)):
            complaints.put_entries(staged.entries)
        base = staged.complaint or (complaints.get_base(complaint_id) if staged.entries else None)
        if base is None:
            continue
        if complaint_id in with_own:
            bases[complaint_id] = base
        else:
            complaints.put_view(base)
    return bases


def _is_here(complaint_id: str) -> bool:
    row = connection().execute("SELECT 1 FROM complaint WHERE id = ?", (complaint_id,)).fetchone()
    return row is not None


def journal_days() -> int:
    """For how long acked actions are kept, so that central's restored backups lose nothing."""
    rules = ground.here()
    return rules.session.retention.journal_days if rules is not None else Retention().journal_days


# --- leaving ---------------------------------------------------------------------------------------


def forget(complaint_id: str, to_dinas: str = "", since: dt.datetime | None = None) -> None:
    """Remove everything of a complaint that left this desk's scope; only own words stay, for the tray.

    The person's own actions stay in the outbox (central will refuse them with a reason), a begun text is
    moved to where the tray shows it. Its number is kept with the dinas that has it (`since` then, else since now).
    """
    row = (
        connection()
        .execute("SELECT number, title, coalesce(base, body) FROM complaint WHERE id = ?", (complaint_id,))
        .fetchone()
    )
    number = row[0] if row else ""
    drafts.keep(complaint_id, number, to_dinas)
    departed.keep(complaint_id, number, to_dinas, since or dt.datetime.now(dt.UTC))
    files = _files_of(row[2]) if row else set()
    complaints.remove(complaint_id)
    # The title is the citizen's text: it must not outlive the row.
    connection().execute("UPDATE action SET title = '' WHERE complaint_id = ?", (complaint_id,))
    _drop_files(files)
    touch(complaint_id)


def _files_of(body: bytes) -> set[str]:
    complaint = msgspec.json.decode(body, type=Complaint)
    return {attachment.sha256 for attachment in complaint.attachments if attachment.sha256}


def _drop_files(files: set[str]) -> None:
    """Forget files that nothing here refers to any more; they leave the disk after the commit."""
    for sha256 in files:
        current = connection()
        if current.execute("SELECT 1 FROM blob WHERE sha256 = ?", (sha256,)).fetchone() is None:
            continue
        used = current.execute(
            "SELECT 1 FROM complaint WHERE instr(CAST(body AS TEXT), ?1) OR instr(CAST(base AS TEXT), ?1)"
            " UNION ALL SELECT 1 FROM action WHERE state IN ('waiting', 'acked')"
            " AND instr(CAST(body AS TEXT), ?1) LIMIT 1",
            (sha256,),
        ).fetchone()
        if used is None:
            current.execute("DELETE FROM blob WHERE sha256 = ?", (sha256,))
            meta.put(LEAVING, " ".join([*leaving_files(), sha256]))


def leaving_files() -> list[str]:
    """Files whose rows are gone and that must still be deleted from the disk."""
    return (meta.get(LEAVING) or b"").decode().split()


def files_left() -> None:
    """They are deleted."""
    meta.put(LEAVING, None)


def purge(*, sealed: bool = False) -> None:
    """This desk was revoked: nothing of any citizen stays; only the person's own unsent work, encrypted.

    The work is the one thing that exists nowhere else; `qlue-desk outbox export` still gives it out.
    `sealed`: it lies in a bundle that only central can open, so it goes from here too.
    """
    rows = connection().execute("SELECT id FROM complaint").fetchall()
    for (complaint_id,) in rows:
        forget(complaint_id)
    for table in ("complaint", "entry", "stage", "departed"):
        connection().execute(f"DELETE FROM {table}")
    connection().execute(
        "DELETE FROM action WHERE state <> 'refused' AND (? OR state <> 'waiting')", (int(sealed),)
    )
    connection().execute(
        "DELETE FROM meta WHERE key IN ('actor', 'cursor', 'stage') OR key LIKE 'sign_in:%'"
        " OR key LIKE 'searched:%'"
    )
    journal.tidy_twin()
    schema.forget_copies(twin.path_here().parent)
    next_generation()
    touch_everything()
