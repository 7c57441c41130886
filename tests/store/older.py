"""A database as earlier versions had it."""

from __future__ import annotations

from qlue_desk.store.bound import connection


def back_to_version_3() -> None:
    """Without what the search for similar reports needs."""
    connection().execute("DROP INDEX complaint_near")
    connection().execute("DROP INDEX complaint_duplicate")
    connection().execute("ALTER TABLE complaint DROP COLUMN lat_e6")
    connection().execute("ALTER TABLE complaint DROP COLUMN lon_e6")
    connection().execute("PRAGMA user_version = 3")
