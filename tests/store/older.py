"""Making a database what an older version of the program left behind."""

from __future__ import annotations

from qlue_desk.store.bound import connection


def back_to_version_3() -> None:
    """Take away what version 4 brought: counters, two columns, their indexes. Inside `Store.write`."""
    for statement in (
        "DROP TRIGGER tally_insert",
        "DROP TRIGGER tally_delete",
        *(
            f"DROP TRIGGER tally_update_{kind}"
            for kind in ("age", "dinas", "area", "holder", "out", "answer", "again", "ever", "bounced")
        ),
        "DROP TABLE tally",
        "DROP TABLE tally_clock",
        "DROP INDEX complaint_wide",
        "DROP INDEX complaint_held",
        "DROP INDEX complaint_created",
        "CREATE INDEX complaint_created ON complaint(created_at, row)",
        "ALTER TABLE complaint DROP COLUMN bounced_by",
        "ALTER TABLE complaint DROP COLUMN answer_minutes",
        "PRAGMA user_version = 3",
    ):
        connection().execute(statement)
