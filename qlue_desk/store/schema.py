"""Making the desk's tables and bringing older files up to date; forward only, in one transaction."""

from __future__ import annotations

from qlue_desk.domain.moves import N_
from qlue_desk.store import search
from qlue_desk.store.bound import connection
from qlue_desk.store.errors import StoreError
from qlue_desk.store.models import SCHEMA_VERSION, TABLES

APPLICATION_ID = 0x514C5545
"""`QLUE`, so that `file` and a careful reader know whose database this is."""

_WIDE = (
    "CREATE INDEX complaint_wide ON complaint(status, due, row, is_open, holder, holder_name, created_at,"
    " updated_at, status_since, priority, category, kelurahan, kecamatan, dinas, channel, reopened, bounces,"
    " paused, final, waiting_reason, pending, photos, evidence, notes, has_place, has_phone, secret)"
)
"""All that a term can ask for: filters, counts and the summary read this and no body. Queries name it
(`conditions.WIDE`), because without statistics SQLite prefers a narrow index and a visit to each row."""

_INDEXES = (
    # One a sort order of the query line, in the order of lists, so that a first page needs no sorting.
    "CREATE INDEX complaint_due ON complaint(due, row)",
    "CREATE INDEX complaint_created ON complaint(created_at, row)",
    "CREATE INDEX complaint_updated ON complaint(updated_at, row)",
    "CREATE INDEX complaint_priority ON complaint(priority DESC, due, row)",
    # The default views' first pages: open reports of some statuses or holders, next deadline first.
    "CREATE INDEX complaint_open ON complaint(due, row, holder, status, final) WHERE is_open = 1",
    _WIDE,
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
    if application == APPLICATION_ID and version:
        _upgrade(version)
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


_UPGRADES: dict[int, tuple[str, ...]] = {
    1: (
        *(
            f"DROP INDEX IF EXISTS complaint_{old}"
            for old in ("status", "recent", "holder", "numbers", "pending")
        ),
        _WIDE,
    ),
}
"""What brings a file of version n to n + 1; runs in the one transaction that `prepare` is called in."""


def _upgrade(version: int) -> None:
    current = connection()
    for step in range(version, SCHEMA_VERSION):
        for statement in _UPGRADES[step]:
            current.execute(statement)
        current.execute(f"PRAGMA user_version = {step + 1}")


def _pragma(name: str) -> int:
    return int(connection().execute(f"PRAGMA {name}").fetchone()[0])


def _has_tables() -> bool:
    return connection().execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
