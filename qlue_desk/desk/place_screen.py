"""What all full screens have: header, demo strip, key bar, and the keys of the registry."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from qlue_desk.desk.actions import Place
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.compositing import FrontCompositor
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.keys import bindings
from qlue_desk.desk.later import by_key
from qlue_desk.desk.messages import StoreChanged
from qlue_desk.desk.widgets.header_line import HeaderLine
from qlue_desk.desk.widgets.key_bar import KeyBar


class PlaceScreen(Screen[None]):
    """A screen of the desk; subclasses give `place` and fill `body`."""

    place: ClassVar[Place] = Place.QUEUE
    awaits_rows = False
    """What a key asked to see is on its way, and the keys behind it mean that."""

    def __init__(self, desk: DeskApp, backend: Backend) -> None:
        super().__init__()
        self._compositor = FrontCompositor()
        self.desk = desk
        self.backend = backend
        self.settings = desk.settings
        own = BindingsMap(bindings(self.place, self.settings.keys))
        self._bindings = BindingsMap.merge([own, self._bindings])

    def compose(self) -> ComposeResult:
        """Header above, keys below."""
        yield HeaderLine(self.desk.whereabouts, id="header")
        if self.desk.demo is not None:
            yield Static(Content(self.desk.demo_words()), id="demo-strip")
        yield from self.body()
        yield KeyBar(self.settings.keys, id="keys")

    def _compositor_refresh(self) -> None:
        """Textual would draw all the lines and only then see that nothing is painted before the batch has ended."""
        if self.app._batch_count:
            self._repaint_required = True
        else:
            super()._compositor_refresh()

    def body(self) -> ComposeResult:
        """What stands between header and keys."""
        yield from ()

    def show_line(self) -> None:
        """The header, from the newest state of the line."""
        waiting, _refused = self.desk.outbox_counts or (0, 0)
        self.query_one(HeaderLine).show(self.desk.line_state, waiting, self.backend.now())

    def on_screen_suspend(self) -> None:
        """A box opens over it."""
        self._leave_keys(away=True)

    def on_screen_resume(self) -> None:
        """The box is closed."""
        self._leave_keys(away=False)

    def _leave_keys(self, *, away: bool) -> None:
        for bar in self.query(KeyBar):  # none while the screen is being made
            bar.leave(away=away)

    def session_changed(self) -> None:
        """City, people or the person's roles are others than before."""
        self.query_one(HeaderLine).place = self.desk.whereabouts
        self.show_line()

    def others_changed(self) -> None:
        """Other people have other reports open."""

    def action_handover(self) -> None:
        """Shift+h: who ends a shift may be anywhere."""
        from qlue_desk.desk.handing_over import hand_over

        by_key(self, hand_over(self, self.backend, self.settings), group="dialog", opens=True)

    def store_changed(self, event: StoreChanged) -> None:
        """Something was committed."""
