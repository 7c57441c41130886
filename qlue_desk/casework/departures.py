"""Reports that left this desk: whoever asks for one is told where it is now. All on a store's thread."""

from __future__ import annotations

from qlue_desk import phrases
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.moves import N_, Code, Refusal
from qlue_desk.store import complaints, departed
from qlue_desk.store.departed import Departed

UNKNOWN_REPORT = N_("Laporan “{found}” tidak ada di meja ini.")
_AWAY = N_("{number} tidak lagi di meja ini: sejak {since} di {dinas}.")
_GONE = N_("{number} tidak lagi di meja ini.")


def unknown(workplace: Workplace, reference: str) -> Refusal:
    """Why nothing is found under a number or id: the report is elsewhere, or nobody here has heard of it."""
    away = departed.of_complaint(reference) or next(iter(departed.numbered(reference)), None)
    if away is None:
        return Refusal(Code.NOT_FOUND, UNKNOWN_REPORT, {"found": reference})
    return refusal(workplace, away)


def gone(workplace: Workplace, complaint_id: str, number: str) -> Refusal:
    """Why nothing can be done to a report that was here a moment ago."""
    away = departed.of_complaint(complaint_id)
    if away is None:
        return Refusal(Code.NOT_FOUND, _GONE, {"number": number})
    return refusal(workplace, away)


def left_for(workplace: Workplace, complaint_id: str) -> str | None:
    """Name of the dinas that a report left this desk for, '' where that is not known; None while it is here."""
    if complaints.get(complaint_id) is not None:
        return None
    dinas = departed.where(complaint_id)
    return workplace.city.dinas_name(dinas) if dinas else ""


def refusal(workplace: Workplace, away: Departed) -> Refusal:
    """Where a report is now, and since when."""
    values = {
        "number": away.number,
        "since": phrases.stamp(away.since, workplace.zone).strip(),
        "dinas": workplace.city.dinas_name(away.dinas),
    }
    return Refusal(Code.NOT_FOUND, _AWAY, values)


def numbered(workplace: Workplace, written: str) -> list[tuple[str, Refusal]]:
    """Numbers of reports elsewhere that are, or end with, what was written, each with where it is."""
    return [(away.number, refusal(workplace, away)) for away in departed.numbered(written)]
