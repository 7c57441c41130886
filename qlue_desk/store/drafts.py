"""Text that a person has begun: kept at once, lost never."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.text import storable
from qlue_desk.store.bound import connection

NOTE, PUBLIC_NOTE = "note", "note.public"
"""What a note's text is kept under: who is to read it is kept with it."""
FOLLOW_UP = "follow_up."
"""What a move's text is kept under: this and its kind."""


BEGUN = "SELECT substr(key, 1, instr(key, ':') - 1) FROM draft"
"""Ids of the reports with a text that was begun; of one whose report is gone it gives no id."""


def save(complaint_id: str, what: str, text: str, now: dt.datetime) -> None:
    """Keep what is typed so far; an empty text removes the draft."""
    key = f"{complaint_id}:{what}"
    text = storable(text)  # nobody waits for this write, so it must not fail
    if not text:
        connection().execute("DELETE FROM draft WHERE key = ?", (key,))
        return
    connection().execute(
        "INSERT INTO draft(key, text, at) VALUES (?, ?, ?)"
        " ON CONFLICT(key) DO UPDATE SET text = excluded.text, at = excluded.at",
        (key, text, int(now.timestamp())),
    )


def save_note(complaint_id: str, text: str, now: dt.datetime, *, public: bool) -> None:
    """Keep a note for those who are to read it, and for nobody else."""
    save(complaint_id, PUBLIC_NOTE, text if public else "", now)
    save(complaint_id, NOTE, "" if public else text, now)


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


def begun() -> int:
    """How many texts were begun and wait to be gone on with; not those whose report is gone."""
    found = connection().execute("SELECT count(*) FROM draft WHERE substr(key, 1, ?) <> ?", (len(KEPT), KEPT))
    return int(found.fetchone()[0])


def complaints() -> frozenset[str]:
    """Ids of the reports with a text that was begun."""
    return frozenset(found for (found,) in connection().execute(BEGUN))


def of_moves(complaint_id: str) -> dict[str, str]:
    """Texts begun for moves of a complaint, by their kind."""
    return {
        what.removeprefix(FOLLOW_UP): text
        for what, text in of_complaint(complaint_id).items()
        if what.startswith(FOLLOW_UP)
    }


# --- texts on reports that left ------------------------------------------------------------------

KEPT = "tray:"
"""Keys of texts whose report is gone: `tray:NUMBER>DINAS:COMPLAINT:WHAT`."""


class KeptDraft(msgspec.Struct, frozen=True):
    """A text that was begun on a report which then left this desk."""

    key: str
    number: str
    """'' for a report that had none yet."""
    dinas: str
    """Where the report went; '' where central did not say."""
    what: str
    """note, follow_up.optional.public …"""
    text: str
    at: dt.datetime
    """When it was last typed at, UTC."""


def keep(complaint_id: str, number: str, dinas: str = "") -> None:
    """Move the drafts of a report that leaves to where the outbox shows them."""
    connection().execute(
        "UPDATE OR REPLACE draft SET key = ?3 || ?2 || ':' || key"
        " WHERE substr(key, 1, length(?1) + 1) = ?1 || ':'",
        (complaint_id, f"{number}>{dinas}", KEPT),
    )


def kept() -> list[KeptDraft]:
    """Texts whose report is gone, the newest first."""
    rows = connection().execute(
        "SELECT key, text, at FROM draft WHERE substr(key, 1, ?) = ? ORDER BY at DESC", (len(KEPT), KEPT)
    )
    found = []
    for key, text, at in rows:
        _, whence, _, what = key.split(":", 3)
        number, _, dinas = whence.partition(">")
        found.append(KeptDraft(key, number, dinas, what, text, dt.datetime.fromtimestamp(at, dt.UTC)))
    return found


def drop_unkept() -> None:
    """Forget what was begun for anything else: the handover, a report that a caller was telling."""
    connection().execute("DELETE FROM draft WHERE substr(key, 1, ?) <> ?", (len(KEPT), KEPT))


def discard_kept(key: str) -> bool:
    """Throw one of them away; False when there is no such text."""
    if not key.startswith(KEPT):
        return False
    return bool(connection().execute("DELETE FROM draft WHERE key = ?", (key,)).rowcount)
