"""The Textual app: wiring only. Screens and their helpers own what keys do."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import WorkerFailed

from qlue_desk import error_log, words
from qlue_desk.casework.home import Home, home_of
from qlue_desk.casework.view_file import ViewFile
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk import dialogs
from qlue_desk.desk.backend import Backend, utc_now
from qlue_desk.desk.desk_app import DemoInfo, EngineLike, OpenEngine
from qlue_desk.desk.later import say, sentence_of
from qlue_desk.desk.line_shown import LineShown
from qlue_desk.desk.messages import LineChanged, LineState, NotKept, StoreChanged
from qlue_desk.desk.others import Others, OthersChanged, named
from qlue_desk.desk.places_app import PlacesApp
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.session_watch import SessionWatch
from qlue_desk.desk.terminal import Terminal
from qlue_desk.desk.widgets.header_line import Whereabouts
from qlue_desk.domain.complaint import ROLE_LABEL, Role
from qlue_desk.protocol import Looker
from qlue_desk.settings import Settings
from qlue_desk.store import outbox
from qlue_desk.store.database import Change
from qlue_desk.store.errors import StoreClosed, StoreError
from qlue_desk.store.lean import collect_again
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.ending import Ending
    from qlue_desk.desk.login.screen import LoginScreen


COUNT_SECONDS = 0.05
"""How long leaving waits for the number of what was not sent."""
OPEN_SECONDS = 0.5
"""The desk is painted and its line begins at the latest now, also where the queue has no first answer."""


class QlueDesk(PlacesApp):
    """One person's desk; without a workplace it begins with signing in."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["desk.tcss", "queue/queue.tcss"]
    """The queue's, too: a screen that brings its own makes Textual read all the others again."""
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", show=False)]
    TITLE = "qlue desk"

    def __init__(
        self,
        workplace: Workplace | None,
        open_engine: OpenEngine | None,
        settings: Settings,
        *,
        home: Path,
        config: Path | None = None,
        demo: DemoInfo | None = None,
        now: Callable[[], dt.datetime] = utc_now,
        terminal: Terminal | None = None,
        guided: bool = True,
    ) -> None:
        """`config`: the file of settings that the desk may write views into; else one beside the data.
        `guided`: no guide, for who needs none; tests are such people.
        """
        super().__init__(settings, terminal, guided=guided)
        self.home = home
        self.config = config or home / "config.toml"
        self.demo = demo
        self.now = now
        self.workplace = workplace
        self.engine: EngineLike | None = None
        self.line = LineShown(self)
        self.session: SessionWatch | None = None
        self.line_state: LineState | None = None
        self.outbox_counts: tuple[int, int] | None = None
        self.others: Others = {}
        self.summary_at = ("", "")
        self.ending: Ending | None = None
        """By which signals end the desk as `q` does; set by `run`, for tests have no terminal to give back."""
        self.unsent = 0
        """Actions that had not left when the desk was closed."""
        self.crash: BaseException | None = None
        """What ended the desk although nobody foresaw it."""
        self.crash_log: Path | None = None
        self.opened = asyncio.Event()
        self._held_back = contextlib.ExitStack()
        self._at_home = False
        """The place to begin with was opened."""
        self._open_engine = open_engine

    # --- opening and closing -------------------------------------------------------------------

    def on_mount(self) -> None:
        """To the desk, or to the sign-in."""
        if self.ending is not None:
            self.ending.begin(asyncio.get_running_loop(), self.exit)
        if self.workplace is not None:
            self._open_desk(self.workplace)
        else:
            # Signing in needs the wire, an open desk does not until its queue is on screen.
            from qlue_desk.desk.login.screen import LoginScreen

            self.push_screen(LoginScreen(self.home))
            self._load_the_rest()

    def on_login_screen_signed_in(self, event: LoginScreen.SignedIn) -> None:
        """Somebody signed in."""
        self.pop_screen()
        self.workplace = Workplace.open(self.home)
        self._open_desk(self.workplace)

    def _open_desk(self, workplace: Workplace) -> None:
        self.backend = Backend(
            workplace,
            now=self.now,
            view_file=ViewFile(self.config, self.settings),
            not_kept=self._tell_not_kept,
        )
        workplace.store.on_change(self._store_changed)
        self.take_choices(workplace)
        # One painting with reports in it, instead of three on the way there.
        self._held_back.enter_context(self.batch_update())
        self._at_home = False
        self.push_screen(DeskScreen(self, self.backend))
        self.set_timer(OPEN_SECONDS, self._opened)
        self.session = SessionWatch(self, self.backend)
        self.session.begin()

    def on_queue_shown(self) -> None:
        """The queue has its first answer."""
        self._opened()

    def _opened(self) -> None:
        """Paint; then what the first screen can do without."""
        self._held_back.close()
        if not self.screen_stack:
            return  # closed before it was open
        self.screen.check_idle()  # it paints what it owes
        if not self._at_home:
            self._at_home = True
            self.call_after_refresh(self._go_on)
            if self._starts_with_summary():
                self.show_summary()

    def _go_on(self) -> None:
        """The line to central takes a while to load, what is urgent and how many there are a while to read."""
        self.opened.set()
        if self.backend is not None:
            self.begin_company(self.backend)
        self._start_engine()
        self._load_the_rest()

    def _starts_with_summary(self) -> bool:
        start = self.settings.ui.start
        leads = self.workplace is not None and home_of(self.workplace) in (Home.CITY, Home.WAITING)
        return start == "summary" or (start == "auto" and leads)

    def _start_engine(self) -> None:
        if self.engine is None and self._open_engine is not None and self.workplace is not None:
            self.engine = self._open_engine(self.workplace, self._line_changed)
            self.engine.watch_others(self._tell_others)
            self.engine.start()

    def _load_the_rest(self) -> None:
        """What the first screen did without, before a key needs it."""
        threading.Thread(target=_load_the_rest, name="loading", daemon=True).start()

    def close(self) -> None:
        """Stop the engine and close the store; both end within a fraction of a second."""
        if self.engine is not None:
            self.engine.release()
            self.engine.stop()
        if self.workplace is not None:
            store = self.workplace.store
            store.off_change(self._store_changed)
            with contextlib.suppress(StoreError, TimeoutError):  # a long query is under way
                self.unsent = store.read(outbox.counts).result(COUNT_SECONDS).waiting
            self.workplace.close()

    # --- from other threads: post only ---------------------------------------------------------

    def _store_changed(self, change: Change) -> None:
        self.post_message(StoreChanged(change.complaint_ids, own=not change.elsewhere))

    def _line_changed(self, state: LineState) -> None:
        self.post_message(LineChanged(state))

    def _tell_not_kept(self, error: BaseException) -> None:
        self.post_message(NotKept(error))

    def _tell_others(self, lookers: tuple[Looker, ...]) -> None:
        self.post_message(OthersChanged(lookers))

    def on_others_changed(self, event: OthersChanged) -> None:
        """Marks in the list, names in the detail."""
        if self.workplace is not None:
            self.others = named(event.lookers, self.workplace.city, self.workplace.desk.dinas)
            for screen in self.drawn_places():
                screen.others_changed()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Tell every screen of ours, also those below a dialog."""
        for screen in self.drawn_places():
            screen.store_changed(event)
        if self.alerts is not None:
            self.alerts.changed(event.complaint_ids)
        if self.session is not None:
            self.session.changed()

    def on_not_kept(self, event: NotKept) -> None:
        """The dialog says that what is typed is kept: not this time. When the desk closes, nobody is there to read it."""
        places = self.drawn_places()  # the bottom line below a dialog, where it is read after that, too
        if places and not isinstance(event.error, StoreClosed):
            why = sentence_of(event.error)
            say(places[-1], _("Yang baru diketik tidak tersimpan. {why}").format(why=why), wrong=True)

    def on_line_changed(self, event: LineChanged) -> None:
        """The header of every screen."""
        before, self.line_state = self.line_state, event.state
        self.outbox_counts = (event.state.waiting, event.state.refused)
        self.line.heard(before, event.state)

    # --- what screens ask ----------------------------------------------------------------------

    @property
    def whereabouts(self) -> Whereabouts:
        """City, dinas, person."""
        assert self.workplace is not None
        actor, city = self.workplace.actor, self.workplace.city
        role = next((ROLE_LABEL[role] for role in Role if role in actor.roles), "")
        return Whereabouts(
            city=city.name,
            dinas=city.dinas_name(self.workplace.desk.dinas),
            person=actor.name,
            role=role,
            zone=self.workplace.zone,
            ascii_only=self.ascii_only,
        )

    def demo_words(self) -> str:
        """The strip of the demonstration; it says how to leave."""
        assert self.demo is not None
        kept = (
            _("data di {folder}").format(folder=self.demo.folder)
            if self.demo.folder
            else _("dibuang saat keluar")
        )
        return _("DEMO · q keluar · x putus/sambung jaringan · contoh, {kept}").format(kept=kept)

    def look(self, complaint_id: str) -> None:
        """The person has this report open; '' for none."""
        if self.engine is not None and self.backend is not None:
            self.engine.look(complaint_id, self.backend.actor.id)

    def speak(self, language: str) -> None:
        """Another language, here and in what the engine says."""
        super().speak(language)
        if self.engine is not None:
            self.engine.speak(words.language())

    def nudge(self) -> None:
        """There is something to send."""
        if self.engine is not None:
            self.engine.nudge()

    async def refresh_outbox_counts(self) -> None:
        """Count outbox and tray anew."""
        if self.backend is not None:
            counts = await self.backend.read(outbox.counts)
            self.outbox_counts = (counts.waiting, counts.refused)
            self.line.show()  # a screen that was opened meanwhile has a header, too

    def show_outbox(self, *, refused: bool = False) -> None:
        """Over the queue; loaded on first use, as the summary is."""
        from qlue_desk.desk.outbox.screen import OutboxScreen

        self._show_place(OutboxScreen, lambda backend: OutboxScreen(self, backend, refused=refused))

    def show_summary(self) -> None:
        """Over the queue."""
        from qlue_desk.desk.summary.screen import SummaryScreen

        self._show_place(SummaryScreen, lambda backend: SummaryScreen(self, backend))

    # --- keys that are the same everywhere -----------------------------------------------------

    def action_sync(self) -> None:
        """R."""
        self.nudge()
        say(
            self.screen,
            _("Menyinkronkan…") if self.engine is not None else _("Meja ini tidak punya sambungan."),
        )

    def action_network(self) -> None:
        """X, in the demonstration only."""
        if self.demo is None or self.engine is None:
            return
        self.engine.offline = not self.engine.offline
        self.achieved("network")
        words = (
            _("Jaringan diputus: bekerja terus, semuanya tersimpan.")
            if self.engine.offline
            else _("Jaringan disambung lagi.")
        )
        say(self.screen, words)

    async def action_quit(self) -> None:
        """Q: asks only when a dialog with typed text is open; what waits is safe on disk."""
        self.exit(0)

    def _handle_exception(self, error: Exception) -> None:
        """Textual ends the app and would print a traceback: ours goes to the log, `run` says one sentence."""
        found = error.error if isinstance(error, WorkerFailed) else error
        if self.crash is None:
            self.crash, self.crash_log = found, error_log.write(self.home, found)
        if error_log.debugging():
            super()._handle_exception(error)
            return
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def get_default_screen(self) -> Screen[Any]:
        """An empty ground under the first screen."""
        return Screen()


def _load_the_rest() -> None:
    dialogs.load()
    collect_again()
