"""What leaves this desk, and what must leave with it: a report that moved away, and all of a revoked desk."""

from __future__ import annotations

import msgspec

from qlue_desk.domain.complaint import Complaint
from qlue_desk.store import complaints, departed, drafts, journal, meta, position, schema, twin
from qlue_desk.store.bound import connection, touch, touch_everything

LEAVING = "leaving_files"


def forget(complaint_id: str, to_dinas: str = "") -> None:
    """Remove everything of a complaint that left this desk's scope; only own words stay, for the tray.

    The person's own actions stay in the outbox (central will refuse them with a reason), a begun text is
    moved to where the tray shows it.
    """
    row = (
        connection()
        .execute("SELECT number, title, coalesce(base, body) FROM complaint WHERE id = ?", (complaint_id,))
        .fetchone()
    )
    drafts.keep(complaint_id, row[0] if row else "", to_dinas)
    departed.keep(complaint_id, to_dinas)
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
    for table in ("complaint", "entry", "stage"):
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
    position.next_generation()
    touch_everything()
