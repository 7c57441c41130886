"""Where reports went that left this desk while own actions on them are still told about."""

from __future__ import annotations

from qlue_desk.store import meta
from qlue_desk.store.bound import connection

PREFIX = "departed:"


def keep(complaint_id: str, dinas: str) -> None:
    """Remember the dinas that central named ('' = it named none) for the person's actions in the outbox."""
    meta.put(PREFIX + complaint_id, dinas if dinas and _has_actions(complaint_id) else None)


def where(complaint_id: str) -> str:
    """Key of the dinas; '' where it is not known."""
    stored = meta.get(PREFIX + complaint_id)
    return "" if stored is None else stored.decode()


def tidy(complaint_id: str) -> None:
    """Forget it once no action of the outbox or tray needs it."""
    if not _has_actions(complaint_id):
        meta.put(PREFIX + complaint_id, None)


def _has_actions(complaint_id: str) -> bool:
    found = connection().execute(
        "SELECT 1 FROM action WHERE complaint_id = ? AND state IN ('waiting', 'acked', 'refused') LIMIT 1",
        (complaint_id,),
    )
    return found.fetchone() is not None
