"""What screens see beside the rows: photos, borders, reports as points. Like `Backend`, never on the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qlue_desk.cities.outlines import Shape, city_shapes
from qlue_desk.desk.backend import Backend, aside
from qlue_desk.desk.messages import LineState
from qlue_desk.domain.complaint import Attachment
from qlue_desk.domain.query import Query
from qlue_desk.domain.query_match import Moment
from qlue_desk.settings import Settings
from qlue_desk.store import blobs, counts, spots
from qlue_desk.store.database import Store
from qlue_desk.store.spots import Box, Spot

if TYPE_CHECKING:
    from PIL.Image import Image

UNREACHABLE = frozenset({"offline", "stopped", "refused", "hindered"})
"""Phases of the line in which nothing is asked of central."""


def reachable(line: LineState | None) -> bool:
    """Whether central can be asked now."""
    return line is not None and line.phase not in UNREACHABLE


class Sights:
    """For one person at one desk."""

    def __init__(self, backend: Backend, settings: Settings) -> None:
        self.backend = backend
        self._ca = Path(settings.sync.ca_file) if settings.sync.ca_file else None

    # --- photos --------------------------------------------------------------------------------

    def file_of(self, attachment: Attachment) -> Path | None:
        """Where a photo lies on this desk; None while it is not here."""
        try:
            path = blobs.path_of(self.backend.workplace.home, attachment.sha256)
        except ValueError:
            return None
        return path if path.is_file() else None

    async def fetch(self, attachment: Attachment) -> Path:
        """Bring a photo here from central; raises `SyncError`."""
        from qlue_desk.sync import photos

        return await self.backend.ask_central(photos.fetch, attachment.sha256, private_ca=self._ca)

    async def picture(self, path: Path) -> Image:
        """The pixels of a file that `file_of` named; raises `CannotShow`."""
        from qlue_desk.desk.photos.opening import NOT_THERE, CannotShow, open_picture

        def opened() -> Image:
            try:
                content = blobs.read_file(self.backend.workplace.home, path.name)
            except OSError:
                raise CannotShow(NOT_THERE) from None
            return open_picture(content)

        return await aside(opened)

    async def outside(self, path: Path) -> Path:
        """A readable copy of a file that `file_of` named, for the system's viewer; raises OSError."""
        from qlue_desk.desk.photos.viewer import copied_out

        home = self.backend.workplace.home
        return await aside(lambda: copied_out(blobs.read_file(home, path.name), path.name))

    # --- the map -------------------------------------------------------------------------------

    async def shapes(self, *, online: bool) -> tuple[Shape, ...]:
        """The kelurahan of the city; borders that did not come with the program are asked of central once."""
        return await self.backend.ask_central(self._shapes, online)

    def _shapes(self, store: Store, online: bool) -> tuple[Shape, ...]:
        from qlue_desk.sync import borders

        home, city = self.backend.workplace.home, self.backend.city
        kept = borders.path_of(home, city.key)
        found = city_shapes(city, kept)
        if online and not any(shape.rings for shape in found) and not kept.exists():
            borders.fetch(store, home, city.key, private_ca=self._ca)
            found = city_shapes(city, kept)
        return found

    async def by_kelurahan(self, query: Query) -> dict[str, int]:
        """How many reports of a query lie in which kelurahan ('' without one), largest first."""
        found = await self.backend.newest(
            "by-kelurahan", counts.by_column, "kelurahan", query, self._moment()
        )
        return {group.value: group.count for group in found}

    async def spots(self, query: Query, box: Box, kelurahan: Sequence[str]) -> list[Spot]:
        """Reports of a query inside a box, the most urgent first; `kelurahan` are those that it touches.

        Reports without a kelurahan may lie anywhere; where the city has no map, all may.
        """
        codes = list(kelurahan) or [each.code for each in self.backend.city.kelurahan]
        return await self.backend.newest("spots", spots.inside, query, self._moment(), box, ["", *codes])

    def _moment(self) -> Moment:
        return Moment(self.backend.now(), self.backend.actor.id, self.backend.zone)
