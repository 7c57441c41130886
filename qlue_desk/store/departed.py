"""Where reports went that left this desk: their number and the dinas, nothing of what a citizen wrote.

Whoever asks for the number is told; own actions that are still in the outbox or tray say where their report is.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.numbers import number_parts
from qlue_desk.store.bound import connection
from qlue_desk.store.complaints import EXACT_FIRST, NUMBERED

KEPT_SECONDS = 400 * 86_400
"""For how long they are told after they left."""
MOST_TOLD = 6


class Departed(msgspec.Struct, frozen=True):
    """A report that is elsewhere now."""

    number: str
    dinas: str
    """Key; never ''."""
    since: dt.datetime
    """Since when that dinas has it, UTC."""


def keep(complaint_id: str, number: str, dinas: str, since: dt.datetime) -> None:
    """Remember where a report went; where central named no dinas, what was known of it is forgotten."""
    connection().execute(
        "DELETE FROM departed WHERE complaint_id = ? OR since < ?", (complaint_id, _oldest())
    )
    if dinas:
        connection().execute(
            "INSERT INTO departed(complaint_id, number, dinas, since) VALUES (?, ?, ?, ?)",
            (complaint_id, number, dinas, int(since.timestamp())),
        )


def where(complaint_id: str) -> str:
    """Key of the dinas; '' where it is not known."""
    found = of_complaint(complaint_id)
    return "" if found is None else found.dinas


def of_complaint(complaint_id: str) -> Departed | None:
    """Where a report that is not here went; None where that is not known."""
    found = _read("complaint_id = ?", (complaint_id,))
    return found[0] if found else None


def numbered(written: str) -> list[Departed]:
    """Reports elsewhere whose number is what was written or ends with it, the exact one first, then the newest."""
    parts = number_parts(written)
    if parts is None:
        return []
    return _read(f"{NUMBERED} ORDER BY {EXACT_FIRST} LIMIT {MOST_TOLD}", parts)


def _read(condition: str, parameters: tuple[str, ...]) -> list[Departed]:
    rows = connection().execute(
        "SELECT number, dinas, since FROM departed WHERE NOT EXISTS"
        f" (SELECT 1 FROM complaint WHERE complaint.id = departed.complaint_id) AND {condition}",
        parameters,
    )
    return [
        Departed(number, dinas, dt.datetime.fromtimestamp(since, dt.UTC)) for number, dinas, since in rows
    ]


def _oldest() -> int:
    return int(dt.datetime.now(dt.UTC).timestamp()) - KEPT_SECONDS
