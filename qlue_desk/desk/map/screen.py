"""The map of a view (`M`): how many of its reports lie where; enter opens those of one kelurahan."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList, Static

from qlue_desk.desk import wording
from qlue_desk.desk.actions import Place
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.later import by_key, later, say
from qlue_desk.desk.map.legend import Entry, Legend, entries
from qlue_desk.desk.messages import StoreChanged
from qlue_desk.desk.photos.around import spot_point
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.sights import Sights, reachable
from qlue_desk.desk.typed_ahead import LOOK_SECONDS
from qlue_desk.desk.widgets.area_map import AreaMap
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.query import Query, Term
from qlue_desk.domain.query_names import NONE, Field
from qlue_desk.store.spots import Box
from qlue_desk.words import _, n_

POINTS_BELOW = 5_000.0
"""Metres of map width from which on single reports are drawn; above, their signs would lie on one another."""
CHANGE_PAUSE = 2.0
PAGE = 10
"""Rows of the legend that ctrl+d goes."""
STEP = (10, 5)
"""Columns and rows of an arrow."""


def of_kelurahan(query: Query, code: str) -> Query:
    """The reports of a query that lie in one kelurahan, '' for none."""
    return msgspec.structs.replace(query, terms=(*query.terms, Term(Field.KELURAHAN, (code or NONE,))))


class MapScreen(PlaceScreen):
    """Map and legend over one query, counted anew when reports change."""

    CSS_PATH: ClassVar[str] = "map.tcss"
    place = Place.MAP

    def __init__(self, desk: DeskApp, backend: Backend, query: Query, name: str) -> None:
        super().__init__(desk, backend)
        self.sights = Sights(backend, desk.settings)
        self.query_shown = query
        self.name_shown = name
        self.total = 0
        self._soon = False

    def body(self) -> ComposeResult:
        """Title, map, legend."""
        yield Static(id="map-title")
        with Horizontal(id="map-sides"):
            yield AreaMap(ascii_only=self.desk.ascii_only, id="map")
            yield Legend(ascii_only=self.desk.ascii_only, id="legend")

    def on_mount(self) -> None:
        """Draw the city, then count."""
        self.query_one(KeyBar).show_place(Place.MAP, extra=(("esc", _("kembali")),))
        self.show_line()
        by_key(self, self._load(), group="load", seconds=LOOK_SECONDS)

    @property
    def map(self) -> AreaMap:
        """The map."""
        return self.query_one(AreaMap)

    @property
    def legend(self) -> Legend:
        """The list beside it."""
        return self.query_one(Legend)

    async def _load(self) -> None:
        shapes = await self.sights.shapes(online=reachable(self.desk.line_state))
        self.map.show(shapes)
        if not shapes:
            say(self, _("Kota ini belum membawa batas kelurahan; jumlahnya ada di daftar."), wrong=True)
        await self._count()

    async def _count(self) -> None:
        counts = await self.sights.by_kelurahan(self.query_shown)
        self.total = sum(counts.values())
        names = {each.code: each.name for each in self.backend.city.kelurahan}
        self.legend.show(entries(self.map.shapes, counts, names))
        self.map.show(counts={code: count for code, count in counts.items() if code})
        self.call_after_refresh(self._draw_title)  # the width of the map is known once it is laid out
        await self._load_points()

    def _draw_title(self) -> None:
        scale = self.map.scale_words()
        self.query_one("#map-title", Static).update(
            Content.assemble(
                (_("Peta: {name}").format(name=safe(self.name_shown)), "bold"),
                (" · " + n_("{n} laporan", self.total).format(n=wording.number(self.total)), ""),
                (" · " + _("lebar peta {width}").format(width=scale) if scale else "", "$text-muted"),
            )
        )

    async def _load_points(self) -> None:
        """Single reports, once the map is close enough to tell them apart."""
        window = self.map.window
        if window is None:
            return
        if self.map.metres_wide >= POINTS_BELOW:
            self.map.show(points=())
            return
        found = await self.sights.spots(self.query_shown, Box(*window.box), self.map.codes_in_view())
        self.map.show(points=[spot_point(spot, ascii_only=self.desk.ascii_only) for spot in found])

    # --- messages ------------------------------------------------------------------------------

    def store_changed(self, event: StoreChanged) -> None:
        """Count again, not too often."""
        if not self._soon:
            self._soon = True
            self.set_timer(CHANGE_PAUSE, self._count_again)

    def _count_again(self) -> None:
        self._soon = False
        later(self, self._count(), group="count")

    def on_area_map_moved(self, event: AreaMap.Moved) -> None:
        """Another part: its points, and how wide it is."""
        self._draw_title()
        later(self, self._load_points(), group="points")

    def on_area_map_chosen(self, event: AreaMap.Chosen) -> None:
        """A click on the map."""
        self.legend.choose(event.code)
        if event.again:
            self.action_open()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The choice in the legend stands out on the map."""
        current = self.legend.current
        self.map.choose(current.code if current is not None else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click in the legend."""
        self.action_open()

    # --- keys ----------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Enter: the reports of the chosen kelurahan."""
        current: Entry | None = self.legend.current
        if current is not None:
            name = f"{self.name_shown} · {current.name}"
            self.desk.open_query(str(of_kelurahan(self.query_shown, current.code)), name, of_summary=False)

    def action_map_next(self) -> None:
        """J."""
        self.legend.step(1)

    def action_map_previous(self) -> None:
        """K."""
        self.legend.step(-1)

    def action_first(self) -> None:
        """G."""
        self.legend.step(-len(self.legend.entries))

    def action_last(self) -> None:
        """Shift+g."""
        self.legend.step(len(self.legend.entries))

    def action_half_down(self) -> None:
        """Ctrl+d."""
        self.legend.step(PAGE)

    def action_half_up(self) -> None:
        """Ctrl+u."""
        self.legend.step(-PAGE)

    def action_map_left(self) -> None:
        """Left arrow."""
        self.map.pan(-STEP[0], 0)

    def action_map_right(self) -> None:
        """Right arrow."""
        self.map.pan(STEP[0], 0)

    def action_map_up(self) -> None:
        """Up arrow."""
        self.map.pan(0, -STEP[1])

    def action_map_down(self) -> None:
        """Down arrow."""
        self.map.pan(0, STEP[1])

    def action_map_closer(self) -> None:
        """Plus: closer to the chosen kelurahan."""
        if self.map.is_whole:
            self.map.look_at_chosen()
        self.map.zoom(1)

    def action_map_wider(self) -> None:
        """Minus."""
        self.map.zoom(-1)

    def action_map_whole(self) -> None:
        """0."""
        self.map.whole()

    def action_next_pane(self) -> None:
        """Tab: the next kelurahan."""
        self.legend.step(1)

    def action_back(self) -> None:
        """Esc."""
        self.dismiss()
