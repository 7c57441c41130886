"""What leaves this desk, and what must leave with it: a report that moved away, and all of a revoked desk."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.complaint import Complaint
from qlue_desk.store import (
    beside,
    complaints,
    departed,
    drafts,
    journal,
    meta,
    position,
    schema,
    search,
    twin,
)
from qlue_desk.store.bound import connection, touch, touch_everything
from qlue_desk.store.models import TABLES, ActionRow, BlobRow, DraftRow, MetaRow

LEAVING = "leaving_files"
MAY_STAY = (ActionRow, BlobRow, DraftRow, MetaRow)
"""Tables of which a purge leaves something; what it leaves is said there."""
META_MAY_STAY = frozenset(
    {
        *(meta.SESSION, meta.SERVER_URL, meta.SERVER_ID, meta.INSTALL, meta.DESK, meta.WRITER),
        *(meta.REVOKED, meta.ROTATE_AT, meta.DIGESTS),
        *(position.GENERATION, position.LAST_CONTACT, position.SERVER_TIME),
        complaints.ROWS_GIVEN,
        LEAVING,
    }
)
"""Values that tell of this desk and its central, never of a citizen; with them what is left can be sent. So can keys of
`meta.BUNDLES`."""


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
    retitle(complaint_id, "")
    drop_files(files)
    touch(complaint_id)


def retitle(complaint_id: str, title: str) -> None:
    """Own actions name their report as it is called now: the title is the citizen's, and may be erased."""
    connection().execute(
        "UPDATE action SET title = ?1 WHERE complaint_id = ?2 AND title NOT IN ('', ?1)",
        (title, complaint_id),
    )


def replaced(before: bytes, now: Complaint) -> set[str]:
    """Central's row takes the place of another (its JSON): returns the files that only that one showed.

    They are for `drop_files`, once own actions lie on the new row.
    """
    retitle(now.id, now.title)
    return _files_of(before) - _names(now)


def _files_of(body: bytes) -> set[str]:
    return _names(msgspec.json.decode(body, type=Complaint))


def _names(complaint: Complaint) -> set[str]:
    return {attachment.sha256 for attachment in complaint.attachments if attachment.sha256}


def drop_files(files: set[str]) -> None:
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
    `sealed`: it lies in a bundle that only central can open, so it goes from here too. What may stay is
    named, so that whatever is kept one day goes without anybody remembering to say so here.
    """
    current = connection()
    for (complaint_id,) in current.execute("SELECT id FROM complaint").fetchall():
        forget(complaint_id)
    for table in TABLES:
        if table not in MAY_STAY:
            table.delete().execute()
    beside.drop()
    search.empty()
    current.execute(
        "DELETE FROM action WHERE state <> 'refused' AND (? OR state <> 'waiting')", (int(sealed),)
    )
    current.execute("UPDATE action SET title = ''")
    drafts.drop_unkept()
    drop_files({sha256 for (sha256,) in current.execute("SELECT sha256 FROM blob")})
    for (key,) in current.execute("SELECT key FROM meta").fetchall():
        if key not in META_MAY_STAY and not key.startswith(meta.BUNDLES):
            meta.put(key, None)
    journal.tidy_twin(surely=True)
    schema.forget_copies(twin.path_here().parent)
    position.next_generation()
    touch_everything()
