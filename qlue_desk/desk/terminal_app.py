"""The app's side that faces the terminal: theme, letters, clipboard, title, notification, a window too small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from qlue_desk.casework.own_ui import Name
from qlue_desk.desk import filters, hand, osc, themes
from qlue_desk.desk import terminal as terminals
from qlue_desk.desk.keys import write_keys
from qlue_desk.desk.later import say
from qlue_desk.desk.sent import News, Sent
from qlue_desk.desk.terminal import Terminal
from qlue_desk.desk.too_small import TooSmallScreen, too_small
from qlue_desk.desk.typed_ahead import TypedAhead
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.settings import Settings
from qlue_desk.store.lean import Collecting
from qlue_desk.words import _

TOAST_SECONDS = 12
COLLECT_SECONDS = 1.0
"""How often garbage is looked for where nobody types."""
OWED_SECONDS = 0.02
"""How often is looked whether a line that could not follow is free again."""


class TerminalApp(App[int]):
    """A Textual app that keeps to what its terminal can."""

    def __init__(self, settings: Settings, terminal: Terminal | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.typed_ahead = TypedAhead(self)
        self.terminal = terminal or terminals.read()
        self.ascii_only = ascii_wanted(settings, self.terminal)
        write_keys(ascii_only=self.ascii_only)
        self._last_hand = filters.LastHand(self.ascii_only)
        self._title = ""
        self._sent = Sent()
        self._collecting = Collecting()
        self._paint_owed = False
        self._cursor_sent = self.cursor_position
        for theme in themes.themes(self.terminal):
            self.register_theme(theme)
        self.theme = themes.theme_name(settings.ui.theme, self.terminal)

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice; for a real terminal the one that stands its going away."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from qlue_desk.desk.terminal_driver import TerminalDriver

        return TerminalDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, but not for NO_COLOR (it makes greys of colours), then ours."""
        theirs = [one for one in super().get_line_filters() if not isinstance(one, (Monochrome, NoColor))]
        return [*theirs, *self._last_hand.of_theme(self.theme)]

    def action_theme(self) -> None:
        """Shift+t: the next theme."""
        if self.terminal.no_color:
            say(self.screen, _("Tanpa warna: NO_COLOR terpasang."))
            return
        names = list(themes.PALETTES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        say(self.screen, _("Tema: {name}.").format(name=_(themes.LABELS[self.theme])))
        self.keep_choice("theme", themes.setting_of(self.theme))

    def keep_choice(self, name: Name, chosen: str | bool) -> None:
        """What the person chose of `ui` holds the next time, too; before somebody signed in it is nobody's."""

    def on_mount(self) -> None:
        """After ctrl+z others have written on the terminal."""
        self.app_resume_signal.subscribe(self, lambda _app: self._sent.forget(), immediate=True)
        self.set_interval(COLLECT_SECONDS, lambda: self._collecting.collect_at_rest(hand.resting()))

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Paint, but send only what the terminal does not show already."""
        paints = self._running and not self._closed and not self._batch_count and self._driver is not None
        if paints and not self.is_headless and isinstance(renderable, CompositorUpdate):
            if getattr(self._driver, "congested", False):
                self._paint_later()
                return
            renderable = self._sent.news(renderable, self.console, at_once=self._sync_available)
            at = self.cursor_position
            if isinstance(renderable, News) and not renderable.sequence and at == self._cursor_sent:
                renderable = None
            self._cursor_sent = at
        super()._display(screen, renderable)

    def _paint_later(self) -> None:
        """A line that cannot follow gets the newest frame when it is free again, not all that were before it."""
        if not self._paint_owed:
            self._paint_owed = True
            self.set_timer(OWED_SECONDS, self._paint_owed_frame)

    def _paint_owed_frame(self) -> None:
        self._paint_owed = False
        if getattr(self._driver, "congested", False):
            self._paint_later()
        elif self.screen_stack:
            self.screen.refresh()

    # --- sequences -----------------------------------------------------------------------------

    def send(self, sequence: str) -> None:
        """Write a sequence of `osc` to the terminal; nothing where there is none."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Into the terminal's clipboard, also through ssh and tmux."""
        self._clipboard = text
        self.send(osc.copy(text))

    def show_title(self, text: str) -> None:
        """Title of the window; the one from before is kept on the terminal's stack."""
        if text == self._title:
            return
        if not self._title:
            self.send(osc.SAVE_TITLE)
        self._title = text
        self.send(osc.title(text))

    def give_title_back(self) -> None:
        """The title from before the desk; where the terminal keeps none, an empty one."""
        if self._title:
            self._title = ""
            self.send(osc.title("") + osc.RESTORE_TITLE)

    def toast(self, text: str) -> None:
        """Show a sentence over the screen for a while; `text` is clean."""
        self.notify(text, severity="warning", timeout=TOAST_SECONDS, markup=False)

    def complain(self, sentence: str) -> None:
        """Something in the settings cannot be used."""
        say(self.screen, sentence, wrong=True)

    async def on_event(self, event: events.Event) -> None:
        """Any key or click means that the person is here."""
        if isinstance(event, (events.Key, events.MouseDown)):
            self.touched()
            hand.moved()
        if isinstance(event, events.Key | events.Paste):
            if not self.screen_stack:
                return  # typed behind the key that ended the desk; Textual would look for a screen
            if self.typed_ahead.takes(event):
                return
            for child in self.screen.children:  # it lies on the screen itself; a query would walk through all
                if isinstance(child, KeyBar):
                    child.key_pressed()
        await super().on_event(event)

    def push_screen(self, screen: Screen[Any] | str, *rest: Any, **options: Any) -> Any:
        """A dialog gets what was typed ahead of it."""
        pushed = super().push_screen(screen, *rest, **options)
        if isinstance(screen, Screen):
            self.typed_ahead.pushed(screen)
        return pushed

    def touched(self) -> None:
        """A key was pressed, or the mouse."""

    # --- size ----------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Below the smallest size a sentence stands in the way of a broken screen."""
        self._sent.forget()
        self._look_at_size(event.size.width, event.size.height)

    def _look_at_size(self, width: int, height: int) -> None:
        covered = isinstance(self.screen, TooSmallScreen)
        if too_small(width, height) and not covered:
            self.push_screen(TooSmallScreen())
        elif covered and not too_small(width, height):
            self.pop_screen()


def ascii_wanted(settings: Settings, terminal: Terminal) -> bool:
    """Whether to keep to ASCII: by the setting, or because this terminal can do no more."""
    return terminal.ascii_only if settings.ui.glyphs == "auto" else settings.ui.glyphs == "ascii"
