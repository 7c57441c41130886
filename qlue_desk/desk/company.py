"""What goes beside a person's work without being asked: notices of urgent reports, and the first guide."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textual.actions import ActionParseResult
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode

from qlue_desk.desk import dialogs
from qlue_desk.desk.alerts import Alerts
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DemoInfo
from qlue_desk.desk.guide import Guide
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.terminal import Terminal
from qlue_desk.desk.terminal_app import TerminalApp
from qlue_desk.settings import Settings
from qlue_desk.store import meta

GUIDED = "guide:{}"
"""Whether a person has been through the guide, or has closed it."""
GUIDE_PAUSE = 0.15
"""After which a screen that a key opened has its widgets."""
ALERT_SECONDS = 5
"""How often is looked whether what was held back may be told now."""


class CompanyApp(TerminalApp):
    """An app with company; the desk begins it once somebody is signed in."""

    demo: DemoInfo | None = None
    backend: Backend | None = None

    def __init__(self, settings: Settings, terminal: Terminal | None, *, guided: bool) -> None:
        super().__init__(settings, terminal)
        self.alerts: Alerts | None = None
        self.guide: Guide | None = None
        self._guided = guided

    def begin_company(self, backend: Backend) -> None:
        """Watch for what is urgent; guide a person who is here for the first time."""
        self.alerts = Alerts(self, backend, self.settings.notify, self.run_worker)
        self.alerts.start()
        self.set_interval(ALERT_SECONDS, self.alerts.tick)
        if not self._guided:
            self.run_worker(self._guide_once(), group="guide", exit_on_error=False)

    def drawn_places(self) -> list[PlaceScreen]:
        """Screens of ours that have their widgets; while the app closes, they go one after another."""
        if not self.is_running:
            return []
        return [
            screen for screen in self.screen_stack if isinstance(screen, PlaceScreen) and screen.is_mounted
        ]

    def touched(self) -> None:
        """A key was pressed, or the mouse."""
        if self.alerts is not None:
            self.alerts.touched()

    def on_unmount(self) -> None:
        """The terminal gets its title back while there is still a way to it."""
        self.give_title_back()

    # --- the guide -----------------------------------------------------------------------------

    async def _guide_once(self) -> None:
        assert self.backend is not None
        if await self.backend.read(meta.get, GUIDED.format(self.backend.actor.id)) is not None:
            return
        while not self.drawn_places():  # the first screen is still being made
            await asyncio.sleep(GUIDE_PAUSE)
        self.begin_guide()

    def begin_guide(self) -> None:
        """From the first step."""
        if self.backend is not None:
            self.guide = Guide(self.settings.keys, demo=self.demo is not None, ended=self._keep_guided)
            self._draw_guide()

    def _keep_guided(self) -> None:
        """The guide comes by itself only once; nobody waits for it."""
        if self.backend is not None and not self.backend.read_only:
            self.backend.keep(meta.put, GUIDED.format(self.backend.actor.id), "1")

    def _draw_guide(self) -> None:
        places = self.drawn_places()
        if self.guide is not None:
            self.guide.draw(places)
            if not self.guide.open and places:
                self.guide.farewell(places[-1])
                self.guide = None

    def pop_screen(self) -> AwaitComplete:
        """The guide goes on from the box of moves once that has left."""
        left = self.screen
        popped = super().pop_screen()
        if self.guide is not None:
            if isinstance(left, dialogs.follow_up.FollowUpDialog):
                self.guide.box_left()
            self.set_timer(GUIDE_PAUSE, self._draw_guide)
        return popped

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Every key's action comes by here: the guide learns what was done."""
        screen = self.screen
        at_rest = isinstance(screen, DeskScreen) and screen.at_rest
        ran = await super().run_action(action, default_namespace, namespaces)
        if self.guide is not None and isinstance(action, str):
            name = action.partition("(")[0].rpartition(".")[2]
            if isinstance(screen, DeskScreen):  # elsewhere the same key opens something else
                self.guide.did(name, at_rest=at_rest)
            self.set_timer(GUIDE_PAUSE, self._draw_guide)
        return ran
