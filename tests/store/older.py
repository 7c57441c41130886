"""A database as earlier versions had it."""

from __future__ import annotations

from qlue_desk.store.bound import connection


def back_to_version_3() -> None:
    """Take away what version 4 brought: places and duplicates, strokes, snoozes. Inside `Store.write`."""
    for statement in (
        "DROP INDEX complaint_near",
        "DROP INDEX complaint_duplicate",
        "ALTER TABLE complaint DROP COLUMN lat_e6",
        "ALTER TABLE complaint DROP COLUMN lon_e6",
        "DROP INDEX action_stroke",
        "DROP INDEX action_unsent",
        "ALTER TABLE action DROP COLUMN stroke",
        "DROP TABLE snooze",
        "PRAGMA user_version = 3",
    ):
        connection().execute(statement)
