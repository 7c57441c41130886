"""Making the desk's tables and bringing older files up to date; forward only, in one transaction."""

from __future__ import annotations

from qlue_desk.domain.moves import N_
from qlue_desk.store import search
from qlue_desk.store.bound import connection
from qlue_desk.store.errors import StoreError
from qlue_desk.store.models import SCHEMA_VERSION, TABLES

APPLICATION_ID = 0x514C5545
"""`QLUE`, so that `file` and a careful reader know whose database this is."""

_INDEXES = (
    # One a sort order of the query line, in the order of lists, so that a first page needs no sorting.
    "CREATE INDEX complaint_due ON complaint(due, row)",
    "CREATE INDEX complaint_created ON complaint(created_at, row)",
    "CREATE INDEX complaint_updated ON complaint(updated_at, row)",
    "CREATE INDEX complaint_priority ON complaint(priority DESC, due, row)",
    # The default views: all look at open reports of one status or one holder, next deadline first.
    "CREATE INDEX complaint_open ON complaint(due, row, holder, status, final) WHERE is_open = 1",
    "CREATE INDEX complaint_status ON complaint(status, due, row, is_open, holder)",
    "CREATE INDEX complaint_recent ON complaint(status, status_since, updated_at, row)",
    "CREATE INDEX complaint_holder ON complaint(holder, is_open, due, row)",
    # Every number of the summary and of the views comes out of this one without reading a body.
    "CREATE INDEX complaint_numbers ON complaint(kelurahan, is_open, status, due, status_since, created_at,"
    " category, holder, acknowledged, paused, reopened, dinas, acknowledge_by, resolve_by,"
    " waiting_reason, priority, final, bounces, updated_at, kecamatan, channel, pending)",
    "CREATE INDEX complaint_pending ON complaint(row) WHERE pending > 0",
    "CREATE INDEX entry_of ON entry(complaint_id, at)",
)


def prepare() -> None:
    """Create the tables in an empty file, or check that the file is ours and not too new.

    :raises StoreError: for a foreign database, or one that a newer program wrote.
    """
    version = _pragma("user_version")
    application = _pragma("application_id")
    if version > SCHEMA_VERSION:
        raise StoreError(
            N_(
                "Basis data ini ditulis qlue-desk yang lebih baru"
                " (skema {found}, program ini mengenal {known}): perbarui program."
            ),
            found=str(version),
            known=str(SCHEMA_VERSION),
        )
    if version == SCHEMA_VERSION and application == APPLICATION_ID:
        return
    if application not in (0, APPLICATION_ID) or (version == 0 and _has_tables()):
        raise StoreError(N_("Berkas ini bukan basis data qlue-desk."))
    _create()


def _create() -> None:
    for table in TABLES:
        table.create_table(safe=False)
    current = connection()
    for statement in (*_INDEXES, *search.STATEMENTS):
        current.execute(statement)
    current.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    current.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _pragma(name: str) -> int:
    return int(connection().execute(f"PRAGMA {name}").fetchone()[0])


def _has_tables() -> bool:
    return connection().execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
