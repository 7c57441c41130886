"""The Textual app: wiring only. Screens and their helpers own what keys do."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import WorkerFailed

from qlue_desk import error_log, words
from qlue_desk.casework.home import Home, home_of
from qlue_desk.casework.view_file import ViewFile
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk import dialogs
from qlue_desk.desk.actions import ACTION_BY_ID, keys_of, shown_key
from qlue_desk.desk.backend import Backend, utc_now
from qlue_desk.desk.desk_app import DemoInfo
from qlue_desk.desk.later import later, say
from qlue_desk.desk.line_news import LineNews
from qlue_desk.desk.locked import LockedScreen
from qlue_desk.desk.messages import LineChanged, LineState, StoreChanged
from qlue_desk.desk.others import Others, OthersChanged, named
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.places_app import PlacesApp
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.terminal import Terminal
from qlue_desk.desk.widgets.header_line import Whereabouts
from qlue_desk.domain.complaint import ROLE_LABEL, Actor, Role
from qlue_desk.protocol import Looker
from qlue_desk.settings import Settings
from qlue_desk.store import outbox
from qlue_desk.store.database import Change
from qlue_desk.store.errors import StoreError
from qlue_desk.store.lean import collect_again
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.ending import Ending
    from qlue_desk.desk.login.screen import LoginScreen


class EngineLike(Protocol):
    """What the app needs of `sync.engine.Engine`."""

    offline: bool

    def start(self) -> None:
        """Begin."""

    def release(self) -> None:
        """Send what waits only to be undone; the desk is closing."""

    def stop(self) -> None:
        """End at once."""

    def nudge(self) -> None:
        """Send and fetch now."""

    def watch_others(self, on_others: Callable[[tuple[Looker, ...]], None]) -> None:
        """Tell who else has which report open."""

    def look(self, complaint_id: str, actor_id: str) -> None:
        """A person has this report open; '' for none."""

    def speak(self, language: str) -> None:
        """Sentences in another language from now on."""


COUNT_SECONDS = 0.05
"""How long leaving waits for the number of what was not sent."""
OPEN_SECONDS = 0.5
"""The desk is painted and its line begins at the latest now, also where the queue has no first answer."""
LINE_PAUSE = 1.0
"""Seconds in which numbers of the line are collected before the header is drawn again."""
LEASE_SECONDS = 60
"""How often an open desk looks whether it may still show its reports."""
OpenEngine = Callable[[Workplace, Callable[[LineState], None]], EngineLike]


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
        self.line_state: LineState | None = None
        self.outbox_counts = (0, 0)
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
        self._news = LineNews()
        self._held_back = contextlib.ExitStack()
        self._at_home = False
        """The place to begin with was opened."""
        self._open_engine = open_engine
        self._looking = False
        self._look_again = False
        self._line_planned = False

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
        self.backend = Backend(workplace, now=self.now, view_file=ViewFile(self.config, self.settings))
        workplace.store.on_change(self._store_changed)
        # One painting with reports in it, instead of three on the way there.
        self._held_back.enter_context(self.batch_update())
        self._at_home = False
        self.push_screen(DeskScreen(self, self.backend))
        self.set_timer(OPEN_SECONDS, self._opened)
        self._check_lease()
        self.set_interval(LEASE_SECONDS, self._check_lease)

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

    def _tell_others(self, lookers: tuple[Looker, ...]) -> None:
        self.post_message(OthersChanged(lookers))

    def on_others_changed(self, event: OthersChanged) -> None:
        """Marks in the list, names in the detail."""
        if self.workplace is not None:
            self.others = named(event.lookers, self.workplace.city, self.workplace.desk.dinas)
            for screen in self._drawn_places():
                screen.others_changed()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Tell every screen of ours, also those below a dialog."""
        for screen in self._drawn_places():
            screen.store_changed(event)
        if self.alerts is not None:
            self.alerts.changed(event.complaint_ids)
        self._look_for_session()
        if any(isinstance(screen, LockedScreen) for screen in self.screen_stack):
            self._check_lease()

    def _look_for_session(self) -> None:
        """Sync keeps a new session by a commit like any other; commits meanwhile are looked at once more."""
        places = self._drawn_places()
        self._look_again = self._looking
        if places and not self._looking:
            self._looking = True
            later(places[0], self._take_over_session())

    async def _take_over_session(self) -> None:
        assert self.backend is not None
        before = self.backend.actor
        try:
            changed = await self.backend.reload()
        finally:
            self._looking = False
        if changed:
            for screen in self._drawn_places():
                screen.session_changed()
            self._say_who(before)
        if self._look_again:
            self._look_for_session()

    def _check_lease(self) -> None:
        self.run_worker(self._lock_or_open(), group="lease", exclusive=True, exit_on_error=False)

    async def _lock_or_open(self) -> None:
        """Close the screens when central was not heard for too long; open them when it is heard again."""
        assert self.backend is not None
        try:
            since = await self.backend.locked_since()
        except StoreError:
            return  # the desk is closing
        if isinstance(self.screen, LockedScreen):
            if since is None:
                self.pop_screen()
        elif since is not None:
            await self.push_screen(LockedScreen(since, self.backend.zone))

    def _say_who(self, before: Actor) -> None:
        """A person must not work on in another one's name or with other rights without knowing it."""
        actor = self.backend.actor if self.backend is not None else before
        if actor.id != before.id:
            say(self.screen, _("Sekarang masuk sebagai {name}.").format(name=actor.name))
        elif actor.roles != before.roles:
            roles = ", ".join(_(ROLE_LABEL[role]) for role in Role if role in actor.roles)
            say(self.screen, _("Tugas Anda diubah oleh pusat: {roles}.").format(roles=roles))
        else:
            say(self.screen, _("Data kota diperbarui dari pusat."))

    def on_line_changed(self, event: LineChanged) -> None:
        """The header of every screen."""
        before, self.line_state = self.line_state, event.state
        self.outbox_counts = (event.state.waiting, event.state.refused)
        if before is not None and _looks(before) == _looks(event.state):
            self._show_line_soon()  # while a long outbox leaves, only numbers move, many times a second
        else:
            self._show_line()
        outbox_keys = keys_of(ACTION_BY_ID["outbox"], self.settings.keys)
        news = self._news.heard(event.state, shown_key(outbox_keys[0]) if outbox_keys else "outbox")
        places = self._drawn_places()
        trouble = self._news.trouble(event.state)
        if trouble and places:
            say(places[-1], trouble, wrong=True)
        elif news is not None and places:
            say(places[-1], news[0], wrong=news[1])

    def _show_line_soon(self) -> None:
        if not self._line_planned:
            self._line_planned = True
            self.set_timer(LINE_PAUSE, self._show_line)

    def _show_line(self) -> None:
        self._line_planned = False
        for screen in self._drawn_places():
            screen.show_line()

    def _drawn_places(self) -> list[PlaceScreen]:
        """Screens of ours that have their widgets; while the app closes, they go one after another."""
        if not self.is_running:
            return []
        return [
            screen for screen in self.screen_stack if isinstance(screen, PlaceScreen) and screen.is_mounted
        ]

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
            else _("data dibuang saat keluar")
        )
        return _("DEMO · q keluar · x putuskan/sambungkan jaringan · laporan contoh, {kept}").format(
            kept=kept
        )

    def look(self, complaint_id: str) -> None:
        """The person has this report open; '' for none."""
        if self.engine is not None and self.backend is not None:
            self.engine.look(complaint_id, self.backend.actor.id)

    def speak(self, language: str) -> None:
        """Another language until the desk is closed, here and in what the engine says."""
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
            counts = await self.backend.outbox_counts()
            self.outbox_counts = (counts.waiting, counts.refused)
            self._show_line()  # a screen that was opened meanwhile has a header, too

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


def _looks(state: LineState) -> tuple[object, ...]:
    """What a person must see at once; the rest are numbers that move, and whether just now a page is on its way."""
    phase = "connected" if state.phase == "syncing" else state.phase
    return phase, state.stuck, state.detail, state.refused
