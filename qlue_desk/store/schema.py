"""Making the desk's tables and bringing older files up to date; forward only, in one transaction."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlcipher3 import dbapi2 as sqlcipher

from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_match import bounced_by
from qlue_desk.store import burning, complaints, search, similar, tally
from qlue_desk.store.bound import connection
from qlue_desk.store.disk import flush_file, flush_folder
from qlue_desk.store.errors import NewerDatabase, StoreError
from qlue_desk.store.models import NO_PROPOSAL, SCHEMA_VERSION, TABLES

APPLICATION_ID = 0x514C5545
"""`QLUE`, so that `file` and a careful reader know whose database this is."""

KEEP_COPY_SECONDS = 14 * 86_400.0
"""How long the copy from before an upgrade is kept; it is encrypted with the same key."""

_WIDE = (
    "CREATE INDEX complaint_wide ON complaint(status, due, row, is_open, holder, holder_name, created_at,"
    " updated_at, status_since, priority, category, kelurahan, kecamatan, dinas, channel, reopened, bounces,"
    " paused, final, waiting_reason, pending, photos, evidence, notes, has_place, has_phone, secret, number,"
    " bounced_by, answer_minutes, proposal)"
)
"""All that a term can ask for or a list is sorted by: filters, counts and the summary read this and no body. Queries name it
(`conditions.WIDE`), because without statistics SQLite prefers a narrow index and a visit to each row."""

_UPDATED = "CREATE INDEX complaint_updated ON complaint(updated_at, row, status, status_since)"
"""By time of the newest line; the status and its time behind it are for what came into a status lately, which is
few of all that ever did."""
_CREATED = "CREATE INDEX complaint_created ON complaint(created_at, row, status)"
_HELD = "CREATE INDEX complaint_held ON complaint(holder, created_at) WHERE is_open = 1"
"""Who has what since when: the longest waiting report of each person."""

_PROPOSED = "CREATE INDEX complaint_proposed ON complaint(proposal, due, row, holder, status, final) WHERE is_open = 1"
"""What stands first in “Perlu saya”: proposals, those sent back, then by deadline."""

_STROKES = (
    # What a stroke recorded (undo), and what is unsent of the newest strokes (the seconds to take back).
    "CREATE INDEX action_stroke ON action(stroke, n)",
    "CREATE INDEX action_unsent ON action(recorded_at, stroke) WHERE state = 'waiting' AND sent = 0",
)
_INDEXES = (
    # One a sort order of the query line, in the order of lists, so that a first page needs no sorting.
    "CREATE INDEX complaint_due ON complaint(due, row)",
    # By time of report; the status behind it is for the counters of ages (`tally`).
    _CREATED,
    _UPDATED,
    "CREATE INDEX complaint_priority ON complaint(priority DESC, due, row)",
    # The default views' first pages: open reports of some statuses or holders, next deadline first.
    "CREATE INDEX complaint_open ON complaint(due, row, holder, status, final) WHERE is_open = 1",
    _PROPOSED,
    _HELD,
    _WIDE,
    "CREATE INDEX entry_of ON entry(complaint_id, at)",
    *_STROKES,
    similar.NEAR_INDEX,
    similar.DUPLICATE_INDEX,
)


def prepare() -> None:
    """Create the tables in an empty file, or check that the file is ours and not too new.

    :raises NewerDatabase: when a newer program wrote it.
    :raises StoreError: for a foreign database.
    """
    version = _pragma("user_version")
    application = _pragma("application_id")
    if version > SCHEMA_VERSION and application == APPLICATION_ID:
        raise NewerDatabase(version, SCHEMA_VERSION)
    if application == APPLICATION_ID and version:
        _upgrade(version)
        return
    if application not in (0, APPLICATION_ID) or (version == 0 and _has_tables()):
        raise StoreError(N_("Berkas ini bukan basis data qlue-desk."))
    _create()


def check() -> None:
    """Look through the whole file, after a stop that was not clean (0.1 s for 139 MB).

    :raises DatabaseError: of SQLite, as when a damaged page is read.
    """
    found = connection().execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlcipher.DatabaseError(f"malformed: {found}")


def back_up(path: Path) -> None:
    """Copy a file of an older version before it is brought up to date; outside of a transaction."""
    version = _pragma("user_version")
    if _pragma("application_id") != APPLICATION_ID or not 0 < version < SCHEMA_VERSION:
        return
    copy = path.with_name(f"{path.stem}.schema{version}.db")
    part = copy.with_suffix(".part")
    try:
        part.unlink(missing_ok=True)
        part.touch(0o600)
        connection().execute("VACUUM INTO ?", (str(part),))
        flush_file(part)
        os.replace(part, copy)
        flush_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def forget_copies(folder: Path, *, older_than: float = 0.0) -> None:
    """Delete copies of older versions that are older than so many seconds."""
    for copy in folder.glob("*.schema*.db"):
        with contextlib.suppress(OSError):
            if time.time() - copy.stat().st_mtime >= older_than:
                copy.unlink()


def _create() -> None:
    for table in TABLES:
        table.create_table(safe=False)
    current = connection()
    for statement in (*_INDEXES, *search.STATEMENTS, *tally.STATEMENTS, *burning.STATEMENTS):
        current.execute(statement)
    search.gather_as_it_comes()
    current.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    current.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _fill_for_summary() -> None:
    """Work out the new columns of rows that need them, from their bodies."""
    current = connection()
    rows = current.execute(
        "SELECT row, body FROM complaint WHERE bounces > 0 OR"
        " json_extract(CAST(body AS TEXT), '$.acknowledged_at') IS NOT NULL"
    )
    values = [
        (bounced_by(found), complaints.answer_minutes(found), row)
        for row, found in ((row, msgspec.json.decode(body, type=Complaint)) for row, body in rows)
    ]
    current.executemany("UPDATE complaint SET bounced_by = ?, answer_minutes = ? WHERE row = ?", values)


def _fill_proposals() -> None:
    current = connection()
    rows = current.execute(
        "SELECT row, body FROM complaint WHERE status IN (?, ?)",
        (Status.AWAITING_VERIFICATION, Status.IN_PROGRESS),
    )
    values = [(complaints.proposal_of(msgspec.json.decode(body, type=Complaint)), row) for row, body in rows]
    current.executemany("UPDATE complaint SET proposal = ? WHERE row = ?", values)


def _take_over_departed() -> None:
    """Until now only what own actions wait for was known, without its time: the newest of those actions."""
    connection().execute(
        "INSERT INTO departed(complaint_id, number, dinas, since)"
        " SELECT substr(key, 10), max(action.number), CAST(value AS TEXT), max(action.recorded_at)"
        " FROM meta JOIN action ON action.complaint_id = substr(key, 10)"
        " WHERE key LIKE 'departed:%' GROUP BY 1"
    )
    connection().execute("DELETE FROM meta WHERE key LIKE 'departed:%'")


_UPGRADES: dict[int, tuple[str | Callable[[], None], ...]] = {
    1: (
        *(
            f"DROP INDEX IF EXISTS complaint_{old}"
            for old in ("status", "recent", "holder", "numbers", "pending")
        ),
    ),
    # The number came into the wide index: `sort:number` with a filter visited every row, 1.6 s for 100,000.
    2: ("DROP INDEX IF EXISTS complaint_wide",),
    # Strokes have a name of their own, because a macro is several verbs; reports can be put aside.
    3: (
        "ALTER TABLE action ADD COLUMN stroke TEXT NOT NULL DEFAULT ''",
        "UPDATE action SET stroke = json_extract(CAST(body AS TEXT), '$.actor_id') || ' ' || verb || ' ' ||"
        " json_extract(CAST(body AS TEXT), '$.recorded_at')",
        *_STROKES,
        "CREATE TABLE snooze (actor_id TEXT NOT NULL, complaint_id TEXT NOT NULL, until INTEGER NOT NULL,"
        " since INTEGER NOT NULL, before INTEGER NOT NULL, heard INTEGER NOT NULL,"
        " PRIMARY KEY (actor_id, complaint_id))",
        "ALTER TABLE complaint ADD COLUMN lat_e6 INTEGER",
        "ALTER TABLE complaint ADD COLUMN lon_e6 INTEGER",
        "UPDATE complaint SET lat_e6 = json_extract(CAST(body AS TEXT), '$.lat_e6'),"
        " lon_e6 = json_extract(CAST(body AS TEXT), '$.lon_e6') WHERE has_place = 1",
        # The summary's counters, so that its screen does not pass over all reports.
        "ALTER TABLE complaint ADD COLUMN bounced_by TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE complaint ADD COLUMN answer_minutes INTEGER NOT NULL DEFAULT -1",
        _fill_for_summary,
        "DROP INDEX IF EXISTS complaint_created",
        _CREATED,
        _HELD,
        *tally.STATEMENTS,
        similar.NEAR_INDEX,
        similar.DUPLICATE_INDEX,
    ),
    # What was heard of a report put aside was a count, which a central that was put back lowers. Of those
    # lines that are here the first so many had been heard: what came after them goes on being news.
    4: (
        "ALTER TABLE snooze RENAME COLUMN heard TO counted",
        "ALTER TABLE snooze ADD COLUMN heard TEXT NOT NULL DEFAULT ''",
        "UPDATE snooze SET heard = (SELECT ' ' || coalesce(group_concat(act, ' '), '') || ' ' FROM ("
        "SELECT CASE action_id WHEN '' THEN id ELSE action_id END AS act, row_number() OVER (ORDER BY rowid) AS nth"
        " FROM entry WHERE complaint_id = snooze.complaint_id AND"
        " coalesce(json_extract(CAST(body AS TEXT), '$.actor_id'), '') <> snooze.actor_id) WHERE nth <= counted)",
        "ALTER TABLE snooze DROP COLUMN counted",
    ),
    5: (
        "INSERT INTO complaint_words(complaint_words, rank) VALUES ('secure-delete', 0)",
        *burning.STATEMENTS,
    ),
    # A proposal that was sent back is told in the list; where reports went is kept for whoever asks for them.
    6: (
        f"ALTER TABLE complaint ADD COLUMN proposal INTEGER NOT NULL DEFAULT {NO_PROPOSAL}",
        _fill_proposals,
        "DROP INDEX IF EXISTS complaint_wide",
        _WIDE,
        _PROPOSED,
        "CREATE TABLE departed (complaint_id TEXT NOT NULL PRIMARY KEY, number TEXT NOT NULL, dinas TEXT NOT NULL,"
        " since INTEGER NOT NULL)",
        "CREATE INDEX departed_since ON departed(since)",
        _take_over_departed,
        "UPDATE complaint SET updated_at = status_since WHERE updated_at < status_since",
        "DROP INDEX IF EXISTS complaint_updated",
        _UPDATED,
    ),
    # `entry_of` begins with the same column: each line was written into two indexes. A copy beside has it, too.
    7: (
        "DROP INDEX IF EXISTS entry_complaint_id",
        "DROP INDEX IF EXISTS next_entry_complaint_id",
        search.gather_as_it_comes,
    ),
}
"""What brings a file of version n to n + 1; runs in the one transaction that `prepare` is called in.

From 7 on a copy may lie beside (`beside.py`): a step that touches reports, lines, words or counters drops it and
empties the stage, so that it is fetched anew."""


def _upgrade(version: int) -> None:
    current = connection()
    for step in range(version, SCHEMA_VERSION):
        for statement in _UPGRADES[step]:
            statement() if callable(statement) else current.execute(statement)
        current.execute(f"PRAGMA user_version = {step + 1}")


def _pragma(name: str) -> int:
    return int(connection().execute(f"PRAGMA {name}").fetchone()[0])


def _has_tables() -> bool:
    return connection().execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
