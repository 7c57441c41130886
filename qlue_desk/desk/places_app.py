"""Going from place to place: outbox, summary, help, the palette and what it runs."""

from __future__ import annotations

from collections.abc import Callable

from qlue_desk import words
from qlue_desk.desk import dialogs
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.company import CompanyApp
from qlue_desk.desk.later import by_key, say
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.words import _


class PlacesApp(CompanyApp):
    """An app that knows its places; the queue is always the lowest of them."""

    def show_outbox(self, *, refused: bool = False) -> None:
        """Go to the outbox."""
        raise NotImplementedError

    def show_summary(self) -> None:
        """Go to the summary."""
        raise NotImplementedError

    def _show_place(self, kind: type[PlaceScreen], make: Callable[[Backend], PlaceScreen]) -> None:
        if self.backend is None or isinstance(self.screen, kind):
            return
        if isinstance(self.screen, PlaceScreen) and not isinstance(self.screen, DeskScreen):
            self.pop_screen()
        self.push_screen(make(self.backend))

    def _back_to_queue(self) -> DeskScreen | None:
        while len(self.screen_stack) > 1 and not isinstance(self.screen, DeskScreen):
            self.pop_screen()
        return self.screen if isinstance(self.screen, DeskScreen) else None

    def did_once(self, why_not_again: str) -> None:
        """An act outside the queue: its key must not repeat an older one instead."""
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.doing.did_once(why_not_again)

    def open_query(self, text: str, name: str = "", *, of_summary: bool = True) -> None:
        """A number of the summary (or of the map) was chosen: show its reports."""
        queue = self._back_to_queue()
        if queue is not None:
            named = _("Ringkasan: {name}").format(name=name) if name and of_summary else name
            queue.show_own_query(text, named, of_summary=bool(name) and of_summary)

    def open_report(self, reference: str) -> None:
        """Show one report."""
        queue = self._back_to_queue()
        if queue is not None:
            by_key(queue, queue.open_reference(reference), group="open")

    def speak(self, language: str) -> None:
        """Another language: the queue is made anew, on the view and the row it shows."""
        queue = self._back_to_queue()
        if queue is None:
            return
        words.set_language(language)
        self.keep_choice("language", language)
        anew = DeskScreen(queue.desk, queue.backend)
        anew.stand_where(queue)
        self.switch_screen(anew)
        self.call_after_refresh(self.draw_guide)
        self.call_after_refresh(say, anew, _("Bahasa Indonesia, juga bila meja ini dibuka lagi."))

    # --- keys that are the same everywhere -----------------------------------------------------

    def action_outbox(self) -> None:
        """Shift+o."""
        self.show_outbox()

    def action_summary(self) -> None:
        """Shift+r."""
        self.show_summary()

    def action_help(self) -> None:
        """?"""
        screen = self.screen
        place = screen.place if isinstance(screen, PlaceScreen) else None
        self.push_screen(dialogs.help.HelpDialog(self.settings.keys, place), self._run_command)

    def action_palette(self) -> None:
        """:"""
        screen = self.screen
        if isinstance(screen, PlaceScreen):
            by_key(screen, self._palette(screen), group="dialog", opens=True)

    async def _palette(self, screen: PlaceScreen) -> None:
        from qlue_desk.desk import commands

        dialog = dialogs.palette.PaletteDialog(
            await commands.offered(screen), lambda typed: commands.report_commands(screen.backend, typed)
        )
        chosen = await self.push_screen_wait(dialog)
        self._run_command(chosen)

    def _run_command(self, key: str | None) -> None:
        from qlue_desk.desk import commands

        commands.run(self, key or "")

    def run_named(self, method: str) -> None:
        """What a key does, by the name of its Textual action."""
        by_key(self.screen, self._run_named(method))

    async def _run_named(self, method: str) -> None:
        await self.run_action(method, self.screen)
