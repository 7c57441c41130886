"""A whole stream anew, beside the rows that the desk goes on showing, then one swap.

The snapshot is fuzzy: each page carries the mark at which it was read. The staged rows replay the feed
from the first page's position through the greatest mark, every mark's hash matching, before the swap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import (
    EventKind,
    Payload,
    Position,
    PullReply,
    SnapshotPage,
    decode_cursor,
    encode_cursor,
)
from qlue_desk.store import beside, complaints, journal, leaving, meta, position, replica
from qlue_desk.store.bound import connection, rows_among, touch_everything
from qlue_desk.store.rebase import LOCAL_VERSION, own_lanes, rebase
from qlue_desk.store.replica import FeedBroken, payload_of

STAGE = "stage"
_CHUNK = 500
_STEP = 2000
"""Reports of a large copy that are one transaction: a third of a second."""

_encode = msgspec.json.Encoder().encode


class Stage(msgspec.Struct):
    """How far a snapshot has come; survives a crash, so that it resumes."""

    as_of: str = ""
    cursor: str = ""
    """Where the replay stands."""
    marks: list[str] = []
    after: str | None = ""
    """Last id that was fetched; None once all pages are here."""
    fetched: int = 0
    count: int = 0

    @property
    def paged(self) -> bool:
        """All pages are here; only the replay is left."""
        return self.after is None


def current() -> Stage | None:
    """The snapshot under way, None when there is none."""
    stored = meta.get(STAGE)
    return None if stored is None else msgspec.json.decode(stored, type=Stage)


def begin() -> Stage:
    """Start (again) with an empty stage."""
    connection().execute("DELETE FROM stage")
    beside.drop()
    stage = Stage()
    _keep(stage)
    return stage


def begin_resync() -> None:
    """The cursor is dead: begin a snapshot unless one is under way, and fence off replies on their way."""
    if current() is None:
        begin()
    position.next_generation()


def put_page(page: SnapshotPage, after: str = "") -> Stage:
    """Stage the page that was asked for with `after`.

    :raises FeedBroken: when it belongs to another snapshot or timeline; `begin` again.
    :raises NewerData: when a row is of a shape that came after this program.
    """
    stage = current() or begin()
    if stage.after != after:
        raise _broken()
    if not stage.as_of:
        stage.as_of = stage.cursor = page.as_of
    if decode_cursor(page.mark).epoch != decode_cursor(stage.as_of).epoch:
        raise _broken()
    rows = _readable(page)
    if page.next is not None and not _brings_more(rows):
        raise _broken()
    _put_rows(rows)
    if page.mark not in stage.marks:
        stage.marks.append(page.mark)
    stage.after = page.next
    stage.fetched += len(page.rows)
    stage.count = page.count
    _keep(stage)
    return stage


def replay(reply: PullReply) -> bool:
    """Bring the staged rows up to the greatest mark; True once the stage may be swapped in.

    :raises FeedBroken: when a mark does not lie on this feed (central was restored meanwhile).
    """
    stage = current()
    if stage is None or not stage.paged or reply.from_ != stage.cursor:
        raise _broken()
    start = decode_cursor(stage.cursor)
    passed = replica.verify(reply.events, start)
    marks = [decode_cursor(mark) for mark in stage.marks]
    _check_marks(marks, [start, *passed], reply)
    # Then the stage has been brought up to its marks; what came since is for a page of the feed.
    if beside.begun():
        return True
    _replay_events(reply)
    end = passed[-1] if passed else start
    stage.cursor = encode_cursor(end)
    _keep(stage)
    reached = end.seq >= max((mark.seq for mark in marks), default=0)
    if not reached and not reply.events:
        raise _broken()  # asked again it would answer the same, for ever
    return reached


def prepare() -> bool:
    """Once the stage may be swapped in: one short transaction's part of making a large copy beside; True while
    there is more. What nobody prepared, the swap does itself.
    """
    if not beside.begun():
        if not beside.worth(_count("stage"), _count("complaint WHERE id IN (SELECT id FROM stage)")):
            return False
        beside.begin()
    elif chunk := _chunk_after("", _STEP):
        payloads = [payload_of(body) for _id, body in chunk]
        beside.add((found.complaint, found.entries) for found in payloads if found.complaint is not None)
        connection().execute("DELETE FROM stage WHERE id <= ?", (chunk[-1][0],))
    else:
        return beside.go_on()
    return True


def swap() -> int:
    """Put the staged rows in the place of the old ones, with cursor and re-offer; returns how many rows.

    One transaction of the caller; until it commits everybody reads the old rows.
    """
    stage = current()
    if stage is None or not stage.cursor:
        raise _broken()
    while prepare():
        pass
    if beside.begun():
        rows = _count(beside.REPORTS)
        outdated = _put_in_place()
    else:
        rows = _count("stage")
        _forget_missing("stage")
        outdated = _swap_rows()
    meta.put(position.CURSOR, stage.cursor)
    lanes = own_lanes()
    journal.reoffer_journal()
    for complaint_id in lanes | own_lanes():
        rebase(complaint_id)
    leaving.drop_files(outdated)
    position.next_generation()
    meta.put(STAGE, None)
    touch_everything()
    return rows


def _broken() -> FeedBroken:
    return FeedBroken(N_("Salinan dari pusat tidak utuh; diulang dari awal."))


def _keep(stage: Stage) -> None:
    meta.put(STAGE, _encode(stage))


# --- staging ---------------------------------------------------------------------------------------


def _readable(page: SnapshotPage) -> list[tuple[str, int, bytes]]:
    """Id, version and JSON of each row, once all of them were read."""
    found = []
    for row in page.rows:
        body = bytes(row)
        complaint = payload_of(body).complaint
        if complaint is not None:
            found.append((complaint.id, complaint.version, body))
    return found


def _brings_more(rows: Sequence[tuple[str, int, bytes]]) -> bool:
    """Whether one of them is new: pages that go round in a circle would never end."""
    ids = [key for key, _version, _body in rows]
    return len(list(rows_among("SELECT id FROM stage WHERE id IN ({marks})", ids))) < len(ids)


def _put_rows(rows: Iterable[tuple[str, int, bytes]]) -> None:
    connection().executemany(
        "INSERT INTO stage(id, version, body) VALUES (?, ?, ?) ON CONFLICT(id) DO UPDATE"
        " SET version = excluded.version, body = excluded.body WHERE excluded.version >= stage.version",
        rows,
    )


def _check_marks(marks: list[Position], passed: list[Position], reply: PullReply) -> None:
    chain_at = {position.seq: position.chain for position in passed}
    for mark in marks:
        if mark.epoch != reply.epoch or mark.seq > reply.head:
            raise _broken()
        if mark.seq in chain_at and chain_at[mark.seq] != mark.chain:
            raise _broken()


def _replay_events(reply: PullReply) -> None:
    for event in reply.events:
        row = (
            connection()
            .execute("SELECT version, body FROM stage WHERE id = ?", (event.complaint_id,))
            .fetchone()
        )
        known = row[0] if row else 0
        if event.kind in (EventKind.MOVED_OUT, EventKind.REMOVED):
            if event.version >= known:
                connection().execute("DELETE FROM stage WHERE id = ?", (event.complaint_id,))
            continue
        payload = bytes(event.payload)
        if not payload:
            continue
        content = payload_of(payload)
        staged = payload_of(row[1]) if row else Payload()
        newer = content.complaint if event.version > known else staged.complaint
        if newer is None:
            continue
        merged = {entry.id: entry for entry in (*staged.entries, *content.entries)}
        connection().execute(
            "INSERT INTO stage(id, version, body) VALUES (?, ?, ?) ON CONFLICT(id) DO UPDATE"
            " SET version = excluded.version, body = excluded.body",
            (
                event.complaint_id,
                newer.version,
                _encode(Payload(complaint=newer, entries=tuple(merged.values()))),
            ),
        )


# --- swapping --------------------------------------------------------------------------------------


def _forget_missing(among: str) -> None:
    """Rows that central no longer gives this desk, but for reports entered here that it has never had."""
    rows = connection().execute(
        f"SELECT id FROM complaint WHERE id NOT IN (SELECT id FROM {among}) AND"
        " CASE WHEN base IS NULL THEN version"
        f" ELSE coalesce(json_extract(CAST(base AS TEXT), '$.version'), 0) END <> {LOCAL_VERSION}"
    )
    for (complaint_id,) in rows.fetchall():
        leaving.forget(complaint_id)


def _count(rows: str) -> int:
    return int(connection().execute(f"SELECT count(*) FROM {rows}").fetchone()[0])


def _put_in_place() -> set[str]:
    """All that was made beside; returns the files that only the old rows showed."""
    _forget_missing(beside.REPORTS)
    both = connection().execute(
        f"SELECT coalesce(old.base, old.body), new.body FROM complaint old JOIN {beside.REPORTS} new USING (id)"
    )
    outdated = [
        leaving.replaced(before, msgspec.json.decode(now, type=Complaint)) for before, now in both.fetchall()
    ]
    beside.put_in_place()
    return set().union(*outdated)


def _swap_rows() -> set[str]:
    """All staged rows, in the order of ids; returns the files that only the old rows showed.

    Each part leaves the stage at once: the next one is written where it lay.
    """
    outdated = set[str]()
    after = ""
    while chunk := _chunk_after(after):
        after = chunk[-1][0]
        outdated |= _swap_chunk(chunk)
        connection().execute("DELETE FROM stage WHERE id <= ?", (after,))
    return outdated


def _chunk_after(after: str, size: int = _CHUNK) -> list[tuple[str, bytes]]:
    rows = connection().execute("SELECT id, body FROM stage WHERE id > ? ORDER BY id LIMIT ?", (after, size))
    return [(key, body) for key, body in rows]


def _swap_chunk(chunk: list[tuple[str, bytes]]) -> set[str]:
    """Write the rows that differ; on a resync nearly all are the same, and words need no new index.

    Returns the files that only the old rows showed.
    """
    ids = [key for key, _ in chunk]
    rows = rows_among(
        "SELECT id, coalesce(base, body), base IS NULL AND pending = 0 FROM complaint WHERE id IN ({marks})",
        ids,
    )
    held = {key: (body, bool(alone)) for key, body, alone in rows}
    lines: dict[str, set[str]] = {}
    for complaint_id, entry_id in rows_among(
        "SELECT complaint_id, id FROM entry WHERE pending = 0 AND complaint_id IN ({marks})", ids
    ):
        lines.setdefault(complaint_id, set()).add(entry_id)
    changed: list[tuple[Complaint, Sequence[Entry]]] = []
    renewed: list[str] = []
    for complaint_id, body in chunk:
        payload = payload_of(body)
        assert payload.complaint is not None
        if complaint_id in held or complaint_id in lines:
            same_lines = {entry.id for entry in payload.entries} == lines.get(complaint_id, set())
            if same_lines and held.get(complaint_id) == (_encode(payload.complaint), True):
                continue
            if not same_lines and complaint_id in lines:
                renewed.append(complaint_id)
        changed.append((payload.complaint, payload.entries))
    connection().executemany(
        "DELETE FROM entry WHERE complaint_id = ? AND pending = 0", [(key,) for key in renewed]
    )
    complaints.put_confirmed(changed)
    outdated = [leaving.replaced(held[now.id][0], now) for now, _entries in changed if now.id in held]
    return set().union(*outdated)
