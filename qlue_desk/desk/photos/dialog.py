"""Photos and place of one report (`o`): before and after side by side, the map with what is open around."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.detail.content import headline
from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.later import later
from qlue_desk.desk.photos.around import around_content, neighbours, point_of
from qlue_desk.desk.photos.frame import PhotoFrame
from qlue_desk.desk.photos.gallery import caption, pages, side_words
from qlue_desk.desk.photos.opening import NOT_THERE
from qlue_desk.desk.photos.terminal import way_to_show
from qlue_desk.desk.photos.viewer import open_outside
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.sights import Sights, reachable
from qlue_desk.desk.widgets.area_map import AreaMap
from qlue_desk.domain.complaint import Complaint
from qlue_desk.store.spots import Box, Spot
from qlue_desk.words import _

ROWS_BESIDE = 5
"""Rows of the dialog that are no picture."""
BOTH_FROM = 150
"""Columns from which on the map stands beside the photos."""
AGAIN_SECONDS = 2.0
"""How often a photo that could not be fetched is tried."""
NEIGHBOURHOOD = 700.0
"""Metres around the report."""


def beside(columns: int, rows: int) -> bool:
    """Whether two photos (three to two, mostly) are larger beside each other than one under the other."""
    below = (rows - ROWS_BESIDE) / 2 - 2
    # A cell is twice as high as wide, so a row of a picture is three columns of it.
    return columns / 2 >= 0.75 * 3 * below


class PhotoDialog(Dialog[None]):
    """Over the whole screen; the keys of the map work while it is shown."""

    CSS_PATH = "../dialogs/dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,h", "close", show=False),
        Binding("o", "outside", show=False),
        Binding("tab,m", "turn", show=False),
        Binding("r", "again", show=False),
        Binding("left", "go(-1, 0)", show=False),
        Binding("right", "go(1, 0)", show=False),
        Binding("up,k", "go(0, -1)", show=False),
        Binding("down,j", "go(0, 1)", show=False),
        Binding("g,home", "edge(False)", show=False),
        Binding("G,end", "edge(True)", show=False),
        Binding("plus,equals_sign", "zoom(1)", show=False),
        Binding("minus", "zoom(-1)", show=False),
        Binding("0", "whole", show=False),
    ]

    def __init__(self, desk: DeskApp, backend: Backend, complaint: Complaint) -> None:
        super().__init__()
        self.desk = desk
        self.backend = backend
        self.complaint = complaint
        self.sights = Sights(backend, desk.settings)
        self.way = way_to_show(os.environ, desk.settings.ui.photos, ascii_only=desk.ascii_only)
        self.pages = pages(complaint)
        self.page = 0
        self.near: list[Spot] = []
        self.title_text = _("Foto dan peta {number}").format(number=complaint.number or complaint.title)

    # --- layout --------------------------------------------------------------------------------

    def body(self) -> ComposeResult:
        """The state in a line, the photos, the map."""
        yield Static(id="standing")
        with Horizontal(id="sides"):
            with Container(id="photos"):
                yield PhotoFrame(self.sights, self.way)
                yield PhotoFrame(self.sights, self.way)
            with Vertical(id="ground"):
                yield AreaMap(ascii_only=self.desk.ascii_only, id="map")
                yield Static(id="around")

    def on_mount(self) -> None:
        """What is there; a report without photos begins with its map."""
        self._lay_out(self.app.size)
        self.set_class(not self.pages, "-map")
        self.set_class(not self.pages, "-no-photos")
        complaint = self.complaint
        words, style = headline(complaint, self.backend.now(), self.backend.zone)
        done = complaint.follow_up or complaint.no_evidence_reason
        self.query_one("#standing", Static).update(
            Content.assemble((words, style), (f"  {safe(done)}" if done else "", ""))
        )
        self._show_page()
        later(self, self._load_map(), group="map")
        self.set_interval(AGAIN_SECONDS, self._try_waiting)

    def on_resize(self, event: events.Resize) -> None:
        """Beside or below each other; pictures in their new room."""
        self._lay_out(event.size)
        self._show_keys()
        self.call_after_refresh(self._load)

    def _lay_out(self, size: Size) -> None:
        both = size.width >= BOTH_FROM
        self.set_class(both, "-both")
        self.set_class(beside(size.width * 2 // 3 if both else size.width, size.height), "-beside")

    @property
    def frames(self) -> tuple[PhotoFrame, PhotoFrame]:
        """Before and after."""
        before, after = self.query(PhotoFrame)
        return before, after

    @property
    def map(self) -> AreaMap:
        """The map."""
        return self.query_one(AreaMap)

    @property
    def on_map(self) -> bool:
        """Whether keys go to the map."""
        return self.has_class("-map")

    def _show_keys(self) -> None:
        if self.on_map:
            keys = [_("+ - perbesar   panah geser   0 seluruh kota   o peta di peramban")]
        else:
            keys = [_("o di penampil"), *([_("← → foto lain")] if len(self.pages) > 1 else [])]
        if self.pages and self.has_class("-both"):  # both are seen: only the keys go over
            keys.append(_("tab tombol untuk foto") if self.on_map else _("tab tombol untuk peta"))
        elif self.pages:
            keys.append(_("tab foto") if self.on_map else _("tab peta"))
        self.keys_text = "   ".join([*keys, _("esc tutup")])
        self.query_one("#keys", Static).update(Content(self.keys_text))

    # --- photos --------------------------------------------------------------------------------

    def _show_page(self) -> None:
        self._show_keys()
        if not self.pages:
            return
        page = self.pages[self.page]
        for frame, attachment in zip(self.frames, (page.before, page.after), strict=True):
            if attachment is frame.attachment and attachment is not None:
                continue
            if attachment is None:
                frame.name_it(None, "", "")
                continue
            side = side_words(attachment, self.complaint)
            frame.name_it(attachment, side, caption(attachment, self.complaint, self.backend.zone))
        # Rooms have their sizes only after the layout.
        self.call_after_refresh(self._load)

    def _load(self) -> None:
        if self.pages and not (self.on_map and not self.has_class("-both")):
            later(self, self._load_frames(), group="photos")

    async def _load_frames(self) -> None:
        online = reachable(self.desk.line_state)
        # Beside each other: the second must not stand empty while the first is on its way.
        await asyncio.gather(*(frame.load(online=online) for frame in self.frames))

    def _try_waiting(self) -> None:
        if reachable(self.desk.line_state) and any(frame.waiting for frame in self.frames):
            self._load()

    def action_again(self) -> None:
        """R: fetch once more."""
        self._load()

    def action_outside(self) -> None:
        """O: the system's viewer."""
        if self.on_map:
            point = point_of(self.complaint)
            if point is not None:
                lat, lon = point
                self.wrong(
                    open_outside(f"https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}&zoom=18")
                )
            return
        paths = [frame.path for frame in self.frames if frame.path is not None]
        if not paths:
            self.wrong(_("Belum ada foto di meja ini yang bisa dibuka."))
        later(self, self._open_outside(paths), group="outside")

    async def _open_outside(self, paths: list[Path]) -> None:
        for path in paths:
            try:
                self.wrong(open_outside(str(await self.sights.outside(path))))
            except OSError:
                self.wrong(_(NOT_THERE))

    # --- the map -------------------------------------------------------------------------------

    async def _load_map(self) -> None:
        shapes = await self.sights.shapes(online=reachable(self.desk.line_state))
        self.map.show(shapes)
        self.map.chosen = self.complaint.kelurahan or ""
        self._home()

    def _home(self) -> None:
        point = point_of(self.complaint)
        if point is not None:
            self.map.centre(*point, NEIGHBOURHOOD)
        else:
            self.map.whole()

    def on_area_map_moved(self, event: AreaMap.Moved) -> None:
        """Other neighbours."""
        later(self, self._load_near(), group="near")

    async def _load_near(self) -> None:
        window = self.map.window
        if window is None:
            return
        codes = self.map.codes_in_view()
        self.near = await self.sights.spots(self.backend.parse("is:open"), Box(*window.box), codes)
        self.map.show(points=neighbours(self.near, self.complaint, ascii_only=self.desk.ascii_only))
        self.query_one("#around", Static).update(
            around_content(self.near, self.complaint, self.map.scale_words(), ascii_only=self.desk.ascii_only)
        )

    def action_turn(self) -> None:
        """Tab: photos or map."""
        if self.pages:
            self.toggle_class("-map")
            self.wrong("")
            self._show_keys()
            self.call_after_refresh(self._load)

    def action_go(self, right: int, down: int) -> None:
        """Arrows: another photo, or another part of the map."""
        if self.on_map:
            self.map.pan(right * 8, down * 4)
        elif self.pages:
            self.page = max(0, min(self.page + right + down, len(self.pages) - 1))
            self._show_page()

    def action_edge(self, last: bool) -> None:
        """G and shift+g: the first photo, the last one."""
        self.action_go(0 if self.on_map else len(self.pages) * (1 if last else -1), 0)

    def action_zoom(self, steps: int) -> None:
        """Plus and minus."""
        if self.on_map or self.has_class("-both"):
            self.map.zoom(steps)

    def action_whole(self) -> None:
        """0: the whole city; once more back to the report."""
        if self.map.is_whole and point_of(self.complaint) is not None:
            self._home()
        else:
            self.map.whole()
