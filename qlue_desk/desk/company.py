"""What goes beside a person's work without being asked: their choices of before, notices of what is urgent, the first guide."""

from __future__ import annotations

import asyncio
from functools import partial

from msgspec.structs import replace

from qlue_desk import words
from qlue_desk.casework import own_ui
from qlue_desk.casework.log_damage import lost_sentence
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk import themes
from qlue_desk.desk.alerts import Alerts
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DemoInfo
from qlue_desk.desk.guide import Guide
from qlue_desk.desk.later import beside, say
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.queue.telling import begun_sentence
from qlue_desk.desk.terminal import Terminal
from qlue_desk.desk.terminal_app import TerminalApp
from qlue_desk.settings import Settings
from qlue_desk.store import drafts, journal, meta
from qlue_desk.store.presence import WINDOW, Presence
from qlue_desk.words import _

GUIDED = "guide:{}"
"""The steps of the guide that a person has done, and whether it was closed."""
GUIDE_PAUSE = 0.15
"""After which is looked again whether the first screen has its widgets."""
FAREWELL_SECONDS = 12.0
"""For so long the last line of the guide stands."""
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
        self._window: Presence | None = None
        self._written = settings.ui
        """As config.toml has it, without what the person chose since."""
        self._guided = guided

    def take_choices(self, workplace: Workplace) -> None:
        """Before anything is drawn."""
        ui = workplace.store.reading(own_ui.load, workplace.actor.id, self._written)
        if ui != self.settings.ui:
            self.settings = replace(self.settings, ui=ui)
            words.set_language(ui.language)
            self.theme = themes.theme_name(ui.theme, self.terminal)

    def keep_choice(self, name: own_ui.Name, chosen: str | bool) -> None:
        """What the person chose of `ui` holds the next time, too."""
        if self.backend is not None and not self.backend.read_only:
            self.settings = replace(self.settings, ui=replace(self.settings.ui, **{name: chosen}))
            self.backend.keep(own_ui.keep, self.backend.actor.id, self._written, name, chosen)

    def begin_company(self, backend: Backend) -> None:
        """Watch for what is urgent; tell what was left here; guide a person who is here for the first time."""
        self.alerts = Alerts(self, backend, self.settings.notify, self.run_worker)
        self.alerts.start()
        self.set_interval(ALERT_SECONDS, self.alerts.tick)
        alone = self._window is not None
        if self._window is None:
            self._window = Presence(backend.workplace.home, WINDOW)
            alone = self._window.enter()
        beside(self, partial(self._tell_left, backend, alone=alone), "begun")
        if not self._guided:
            beside(self, self._guide_once, "guide")

    async def _tell_left(self, backend: Backend, *, alone: bool) -> None:
        """Texts that somebody began here are kept, and forgotten where nobody speaks of them; what is lost is told once."""
        count = await backend.read(drafts.begun)
        if isinstance(self.screen, DeskScreen):
            if not alone:
                say(
                    self.screen,
                    _(
                        "Meja ini juga terbuka di jendela lain; yang satu menampilkan apa yang dicatat di yang lain."
                    ),
                )
            elif count:
                say(self.screen, begun_sentence(count, backend.spelled("has:draft")))
        lost, places = await backend.read(journal.lost_lines), self.drawn_places()
        if lost and places:
            say(places[-1], lost_sentence(lost), wrong=True)
            await backend.write(journal.lost_lines_told, lost)

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
        """The terminal gets its title back while there is still a way to it; this window is open no longer."""
        self.give_title_back()
        if self._window is not None:
            self._window.leave()

    # --- the guide -----------------------------------------------------------------------------

    async def _guide_once(self) -> None:
        assert self.backend is not None
        kept = await self.backend.read(meta.get, GUIDED.format(self.backend.actor.id))
        while not self.drawn_places():  # the first screen is still being made
            await asyncio.sleep(GUIDE_PAUSE)
        if self.guide is None:
            self._new_guide((kept or b"").decode())

    def begin_guide(self) -> None:
        """From the first step."""
        self._keep_guided("")
        self._new_guide("")

    def _new_guide(self, kept: str) -> None:
        if self.backend is not None:
            demo = self.demo is not None
            self.guide = Guide(self.settings.keys, demo=demo, kept=kept, keep=self._keep_guided)
            self.draw_guide()

    def _keep_guided(self, where: str) -> None:
        """The guide goes on where it was after a restart; nobody waits for it."""
        if self.backend is not None and not self.backend.read_only:
            self.backend.keep(meta.put, GUIDED.format(self.backend.actor.id), where)

    def draw_guide(self) -> None:
        """As it stands now."""
        if self.guide is not None:
            self.guide.draw(self.drawn_places())

    def achieved(self, action: str) -> None:
        """The person did what this action is for, by whichever key: the guide need not teach it any more."""
        if self.guide is not None and self.guide.achieved(action):
            self._guide_moved(self.guide)

    def tried(self, action: str) -> None:
        """The person pressed the key of this action, and there was nothing for it to do."""
        if self.guide is not None and self.guide.tried(action):
            self._guide_moved(self.guide)

    def _guide_moved(self, guide: Guide) -> None:
        self.draw_guide()
        if guide.finished and guide.open:
            self.set_timer(FAREWELL_SECONDS, lambda: self._leave(guide))

    def _leave(self, guide: Guide) -> None:
        if guide is self.guide and guide.open:
            guide.open = False
            self.draw_guide()

    def action_guide(self) -> None:
        """Shift+p: close the guide, or open it where it was; one that was finished begins again."""
        if self.guide is None or self.guide.finished:
            self.begin_guide()
        else:
            self.guide.turn()
            self.draw_guide()
