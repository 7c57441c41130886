"""A database as earlier versions had it."""

from __future__ import annotations

from qlue_desk.store import schema
from qlue_desk.store.bound import connection


def back_to_version_7() -> None:
    """Each line stood in two indexes of its report, and words were merged inside acts. Inside `Store.write`."""
    for statement in (
        "CREATE INDEX entry_complaint_id ON entry(complaint_id)",
        "DELETE FROM complaint_words_config WHERE k IN ('automerge', 'crisismerge')",
        "PRAGMA user_version = 7",
    ):
        connection().execute(statement)


def back_to_version_6() -> None:
    """Lists did not know of proposals, and a report that left was forgotten. Inside `Store.write`."""
    back_to_version_7()
    for statement in (
        "DROP INDEX complaint_proposed",
        "DROP INDEX complaint_wide",
        "ALTER TABLE complaint DROP COLUMN proposal",
        schema._WIDE.replace(", proposal", ""),
        "DROP TABLE departed",
        "PRAGMA user_version = 6",
    ):
        connection().execute(statement)


def back_to_version_5() -> None:
    """Words were taken out of the index at once. Inside `Store.write`."""
    back_to_version_6()
    for statement in (
        "DROP TRIGGER words_gone_delete",
        "DROP TRIGGER words_gone_update",
        "INSERT INTO complaint_words(complaint_words, rank) VALUES ('secure-delete', 1)",
        "PRAGMA user_version = 5",
    ):
        connection().execute(statement)


def back_to_version_4() -> None:
    """What was heard of reports put aside was a count. Inside `Store.write`."""
    back_to_version_5()
    for statement in (
        "ALTER TABLE snooze ADD COLUMN counted INTEGER NOT NULL DEFAULT 0",
        # An empty text has two spaces, each act brings one more.
        "UPDATE snooze SET counted = max(0, length(heard) - length(replace(heard, ' ', '')) - 1)",
        "UPDATE snooze SET counted = 0 WHERE trim(heard) = ''",
        "ALTER TABLE snooze DROP COLUMN heard",
        "ALTER TABLE snooze RENAME COLUMN counted TO heard",
        "PRAGMA user_version = 4",
    ):
        connection().execute(statement)


def back_to_version_3() -> None:
    """Take away what version 4 brought. Inside `Store.write`."""
    back_to_version_5()
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
