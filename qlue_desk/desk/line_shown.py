"""How the line to central is told: in the headers, and what is new of it in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk.desk.actions import ACTION_BY_ID
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.later import say
from qlue_desk.desk.line_news import LineNews
from qlue_desk.desk.messages import LineState

if TYPE_CHECKING:
    from qlue_desk.desk.app import QlueDesk

PAUSE = 1.0
"""Seconds in which numbers of the line are collected before the header is drawn again."""


class LineShown:
    """For all screens of an app."""

    def __init__(self, app: QlueDesk) -> None:
        self.app = app
        self._news = LineNews()
        self._planned = False

    def heard(self, before: LineState | None, state: LineState) -> None:
        """The line is another one than before."""
        if before is not None and _looks(before) == _looks(state):
            self._show_soon()  # while a long outbox leaves, only numbers move, many times a second
        else:
            self.show()
        outbox_keys = keys_of(ACTION_BY_ID["outbox"], self.app.settings.keys)
        news = self._news.heard(state, shown_key(outbox_keys[0]) if outbox_keys else "outbox")
        places = self.app.drawn_places()
        trouble = self._news.trouble(state)
        if trouble and places:
            say(places[-1], trouble, wrong=True)
        elif news is not None and places:
            say(places[-1], news[0], wrong=news[1])

    def _show_soon(self) -> None:
        if not self._planned:
            self._planned = True
            self.app.set_timer(PAUSE, self.show)

    def show(self) -> None:
        """In the header of every screen."""
        self._planned = False
        for screen in self.app.drawn_places():
            screen.show_line()


def _looks(state: LineState) -> tuple[object, ...]:
    """What a person must see at once; the rest are numbers that move, and whether just now a page is on its way."""
    phase = "connected" if state.phase == "syncing" else state.phase
    return phase, state.stuck, state.detail, state.refused
