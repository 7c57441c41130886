"""Who the reporters are: kept where no payload ever reads it, told to a person only and with a line in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk.central.instants import to_ms
from qlue_desk.domain.complaint import Actor, Complaint
from qlue_desk.domain.privacy import normalise_phone
from qlue_desk.domain.text import clean

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub


def write(hub: Hub, complaint_id: str, name: str, phone: str, email: str, *, anonymous: bool) -> None:
    """Keep who the reporter is."""
    if not (name or phone or email):
        return
    hub.database.run(
        "INSERT INTO identity (complaint_id, name, phone, email, anonymous) VALUES (?, ?, ?, ?, ?)",
        (complaint_id, clean(name), normalise_phone(phone) or clean(phone), clean(email), int(anonymous)),
    )


def read(hub: Hub, complaint_id: str) -> tuple[str, str] | None:
    """Phone and name of the reporter; None of an anonymous one."""
    row = hub.database.one(
        "SELECT phone, name, anonymous FROM identity WHERE complaint_id = ?", (complaint_id,)
    )
    return None if row is None or row[2] else (row[0], row[1])


def log_access(hub: Hub, complaint: Complaint, actor: Actor, reason: str, desk_id: str) -> None:
    """Who was told, when, and why."""
    hub.database.run(
        "INSERT INTO access_log (at, desk_id, actor_id, actor_name, complaint_id, number, what, reason) "
        "VALUES (?, ?, ?, ?, ?, ?, 'reveal', ?)",
        (to_ms(hub.now()), desk_id, actor.id, actor.name, complaint.id, complaint.number, clean(reason)),
    )
