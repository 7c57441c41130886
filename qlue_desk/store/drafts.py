"""Text that a person has begun: kept at once, lost never (domain.md §1, "Drafts die")."""

from __future__ import annotations

import datetime as dt

from qlue_desk.store.bound import connection


def save(complaint_id: str, what: str, text: str, now: dt.datetime) -> None:
    """Keep what is typed so far; an empty text removes the draft."""
    key = f"{complaint_id}:{what}"
    if not text:
        connection().execute("DELETE FROM draft WHERE key = ?", (key,))
        return
    connection().execute(
        "INSERT INTO draft(key, text, at) VALUES (?, ?, ?)"
        " ON CONFLICT(key) DO UPDATE SET text = excluded.text, at = excluded.at",
        (key, text, int(now.timestamp())),
    )


def load(complaint_id: str, what: str) -> str:
    """The text begun under `what`; '' when there is none."""
    row = connection().execute("SELECT text FROM draft WHERE key = ?", (f"{complaint_id}:{what}",)).fetchone()
    return "" if row is None else str(row[0])


def of_complaint(complaint_id: str) -> dict[str, str]:
    """All drafts of a complaint by what they are."""
    rows = connection().execute(
        "SELECT key, text FROM draft WHERE substr(key, 1, length(?1) + 1) = ?1 || ':'", (complaint_id,)
    )
    return {key[len(complaint_id) + 1 :]: text for key, text in rows}
