"""The report under the cursor, beside the list or over it."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from qlue_desk.casework import departures
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.detail.case_view import case_view
from qlue_desk.desk.detail.content import Surroundings
from qlue_desk.desk.later import later
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen

DETAIL_REST = 0.12
"""Seconds for which the cursor must rest before the report is drawn when it was moving."""
MOVING = 0.2
"""The cursor moves when it moves again within so many seconds; a slow machine stretches a held key's pauses."""


class Reading:
    """Draws it when the cursor comes to it, and when something of it changed."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend
        self._highlighted_at = 0.0

    def highlighted(self, *, behind_list: bool = False) -> None:
        """The cursor stands on another report: drawn at once, while a key is held down when it is let go.

        `behind_list`: a new list is painted first. To read and draw the report takes as long again.
        """
        moving = self._is_moving()
        self._highlighted_at = time.monotonic()
        if behind_list:
            self.screen.call_after_refresh(partial(self._draw, moving=moving))
        else:
            self._draw(moving=moving)

    def draw_again(self) -> None:
        """Something of it may be different."""
        self._draw(moving=self._is_moving())

    async def draft_kept(self, complaint_id: str) -> None:
        """A text was begun or given up; drawn once it is written, for which nobody waited."""
        await self.backend.was_kept()
        self.screen.queue.forget([row.row for row in self.screen.queue.known if row.id == complaint_id])
        self.draw_again()

    def _draw(self, *, moving: bool) -> None:
        if self.screen.is_wide or self.screen.has_class("-detail"):
            later(self.screen, self.show(DETAIL_REST if moving else 0.0), group="detail")

    def _is_moving(self) -> bool:
        """The cursor has just moved; what is drawn beside the list would hold up the next key."""
        return time.monotonic() - self._highlighted_at < MOVING

    async def show(self, rest: float = 0.0) -> None:
        """Read and draw it, after a rest of so many seconds."""
        if rest:
            await asyncio.sleep(rest)
        cells = self.screen.current_cells
        now, place = self.backend.now(), self.backend.workplace
        case = None
        if cells is not None:
            case = await self.backend.newest("case", case_view, place, cells.id, now)
        self.screen.desk.look(cells.id if case is not None and cells is not None else "")
        can_accept = case is not None and self.backend.is_verifier and case.complaint.suggestion is not None
        others = self.screen.desk.others.get(cells.id, ()) if cells is not None else ()
        around = Surroundings(
            self.backend.city,
            self.backend.zone,
            now,
            self.screen.desk.ascii_only,
            can_accept,
            others,
            self.screen.settings.keys,
        )
        gone = ""
        if case is None and cells is not None:
            away = await self.backend.read(departures.gone, place, cells.id, cells.number or cells.title)
            gone = away.sentence(_)
        elif cells is None and self.screen.filling.begun and not self.screen.queue.numbers:
            gone = _("Tidak ada laporan di baris ini.")  # before it is known, nothing is said
        self.screen.detail.show(case, around, gone)
