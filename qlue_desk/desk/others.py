"""Who else has a report open: heard from the engine, shown as a mark in the list and a line in the detail."""

from __future__ import annotations

from collections.abc import Iterable

from textual.message import Message

from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.city import City
from qlue_desk.protocol import Looker

Others = dict[str, tuple[str, ...]]
"""Complaint id to names, ready to show."""
MOST_NAMED = 3


class OthersChanged(Message):
    """Other people have other reports open now; posted from the engine's thread."""

    def __init__(self, lookers: tuple[Looker, ...]) -> None:
        super().__init__()
        self.lookers = lookers

    def can_replace(self, message: Message) -> bool:
        """Only the newest matters."""
        return isinstance(message, OthersChanged)


def named(lookers: Iterable[Looker], city: City, own_dinas: str) -> Others:
    """Names by report; the dinas is said where it is another one."""
    found: dict[str, list[str]] = {}
    for looker in lookers:
        dinas = "" if looker.dinas == own_dinas else city.dinas_name(looker.dinas)
        name = safe(f"{looker.name} ({dinas})" if dinas else looker.name)
        names = found.setdefault(looker.complaint_id, [])
        if name not in names and len(names) < MOST_NAMED:
            names.append(name)
    return {complaint_id: tuple(names) for complaint_id, names in found.items()}
