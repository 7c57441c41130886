"""Keys in a list of moves: a letter chooses its move, and what was meant for elsewhere chooses none."""

from __future__ import annotations

import time

from textual import events
from textual.widgets import OptionList

from qlue_desk.desk.dialogs.base import ActingDialog, Answer
from qlue_desk.words import _

TYPING_PAUSE = 0.5
"""Seconds without a key after which a letter is a choice again and no part of a word."""


class ListeningDialog(ActingDialog[Answer]):
    """A dialog with such a list (`#moves`) above the form of the chosen move (`#form-place`)."""

    _typed = False
    """Somebody types: from now on letters are text, never moves."""
    _deaf_until = 0.0
    """After a letter that meant nothing what follows at once is typed on, not chosen (monotonic time)."""

    def deafen(self) -> None:
        """A letter that meant nothing was typed."""
        self._deaf_until = time.monotonic() + TYPING_PAUSE

    async def _is_typing(self) -> bool:
        """Whether a letter in the list of moves is text that was meant for a field."""
        if self._typed:
            self.wrong(_("Isian sudah dimulai; pilih tindakan lain dengan ↑ ↓."))
            return True
        if time.monotonic() >= self._deaf_until:
            return False
        self.deafen()
        await self._choose_nothing()
        return True

    async def on_key(self, event: events.Key) -> None:
        """A sign that means nothing in the list: whoever typed it thought to be elsewhere, as for `:000066` and enter."""
        if self.focused is not self.query_one("#moves") or self._typed:
            return
        if self.is_stray(event):
            event.stop()
            self.deafen()
            await self._choose_nothing()
            words = _("“{key}” tidak berarti apa-apa di sini. Pilih tindakan dengan hurufnya atau ↑ ↓.")
            self.wrong(words.format(key=event.character))

    async def _choose_nothing(self) -> None:
        """The enter behind a letter that means nothing here must not run another move."""
        self.query_one("#moves", OptionList).highlighted = None
        await self.query_one("#form-place").remove_children()
