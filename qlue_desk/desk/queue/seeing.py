"""Photos and maps from the queue: of one report (`o`), of the whole view (`M`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import by_key

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen


class Seeing:
    """Opens what shows them; loaded on first use, for pictures are heavy."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend

    def photo(self) -> None:
        """`o`."""
        by_key(self.screen, self._photo(), group="dialog", opens=True)

    async def _photo(self) -> None:
        from qlue_desk.desk.photos.dialog import PhotoDialog

        chosen = await self.screen.chosen()
        if chosen is not None:
            self.screen.app.push_screen(PhotoDialog(self.screen.desk, self.backend, chosen.first))

    def map(self) -> None:
        """`M`."""
        self.screen.lag.then(self._map)

    def _map(self) -> None:
        from qlue_desk.desk.map.screen import MapScreen

        query = self.backend.parse(self.screen.query_text)
        self.screen.app.push_screen(
            MapScreen(self.screen.desk, self.backend, query, self.screen.shown_name())
        )
