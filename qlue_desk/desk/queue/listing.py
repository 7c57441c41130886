"""How the list is shown: grouped by what, with which columns; both a person's choice from the palette."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.desk import dialogs, wording
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import by_key, say
from qlue_desk.desk.queue.columns import DEFAULT_COLUMNS
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query import Query
from qlue_desk.store import counts, meta, queue
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen

GROUPS = {
    "status": N_("status"),
    "kelurahan": N_("kelurahan"),
    "category": N_("kategori"),
    "dinas": N_("dinas"),
    "holder": N_("pegangan"),
}
"""What `group:` takes, as people call it."""


def group_label(city: City, by: str, value: str, people: dict[str, str]) -> str:
    """A heading's word for the value that the reports of a group share."""
    if by == "status":
        return _(STATUS_LOOK[Status(value)].label)
    if not value:
        return (
            _("belum ada yang memegang") if by == "holder" else _("tanpa {what}").format(what=_(GROUPS[by]))
        )
    names = {
        "kelurahan": city.kelurahan_name(value),
        "category": city.category_label(value),
        "dinas": city.dinas_name(value),
        "holder": people.get(value, ""),
    }
    return names[by] or value


class Listing:
    """Asks for a grouped list, and keeps the choice of columns for the person."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend
        self.by = ""
        """What the person groups every view by; '' leaves it to the query."""

    def grouped(self, query: Query) -> Query:
        """The query with the person's grouping, where it has none of its own."""
        return msgspec.structs.replace(query, group=self.by) if self.by and not query.group else query

    async def find(self, query: Query) -> tuple[array[int], list[tuple[str, int]]]:
        """Row numbers group by group, and each heading with how many follow it."""
        return await self.backend.scan("find", self._find, query)

    def _find(self, query: Query) -> tuple[array[int], list[tuple[str, int]]]:
        backend = self.backend
        numbers, groups = queue.find_grouped(query, now=backend.now(), me=backend.actor.id, zone=backend.zone)
        holders = [group.value for group in groups if group.value] if query.group == "holder" else []
        people = {holder: self._name_of(holder) for holder in holders}
        return numbers, [
            (
                f"{group_label(backend.city, query.group, group.value, people)} · {wording.number(group.count)}",
                group.count,
            )
            for group in groups
        ]

    def _name_of(self, holder: str) -> str:
        """A colleague's name; of one who has left as the reports have it."""
        person = self.backend.workplace.person(holder)
        return person.name if person is not None else counts.holder_name(holder) or holder

    def group_by(self, by: str) -> None:
        """From the palette; '' ungroups. The cursor stays on its report."""
        self.by = by
        # Another order altogether: the report goes to its own place, or it would stand under a foreign heading.
        self.screen.show_query(self.screen.query_text, row=self.screen.queue.current)
        say(
            self.screen,
            _("Dikelompokkan menurut {what}.").format(what=_(GROUPS[by])) if by else _("Tanpa kelompok."),
        )

    # --- columns -------------------------------------------------------------------------------

    async def load_columns(self) -> None:
        """The person's columns, else those of the settings."""
        stored = await self.backend.read(meta.get, self._key())
        self._show(msgspec.json.decode(stored, type=tuple[str, ...]) if stored else self._usual)

    def choose_columns(self) -> None:
        """From the palette."""
        by_key(self.screen, self._choose(), group="dialog", opens=True)

    async def _choose(self) -> None:
        before = self.screen.queue.columns or self._usual
        chosen: tuple[str, ...] | None = await self.screen.app.push_screen_wait(
            dialogs.columns.ColumnsDialog(before, self.screen.queue.size.width)
        )
        if chosen is None:
            return
        # What the settings say needs no keeping: when they change, it changes with them.
        stored = None if chosen == self._usual else msgspec.json.encode(chosen)
        await self.backend.write(meta.put, self._key(), stored)
        self._show(chosen)

    @property
    def _usual(self) -> tuple[str, ...]:
        return tuple(self.screen.settings.ui.columns) or DEFAULT_COLUMNS

    def _key(self) -> str:
        return f"columns:{self.backend.actor.id}"

    def _show(self, names: tuple[str, ...]) -> None:
        self.screen.queue.columns = names
        self.screen.show_heading()
