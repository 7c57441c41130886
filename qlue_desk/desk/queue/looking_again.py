"""The list and its report after commits: fetched and drawn anew, soon and all at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.timer import Timer

from qlue_desk.desk import hand
from qlue_desk.desk.messages import StoreChanged
from qlue_desk.desk.queue.bursts import AGAIN, Bursts

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen


class LookingAgain:
    """For one screen."""

    def __init__(self, screen: DeskScreen) -> None:
        self.screen = screen
        self._bursts = Bursts()
        self._timer: Timer | None = None

    def changed(self, event: StoreChanged) -> None:
        """A commit."""
        seconds = self._bursts.add(event.complaint_ids, time.monotonic(), own=event.own)
        if seconds is not None:
            self._plan(seconds)

    def _plan(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.screen.set_timer(seconds, self.look)

    def look(self) -> None:
        """Rows that did not change are neither fetched nor drawn: in a flood that would be all the time."""
        screen, now = self.screen, time.monotonic()
        if self._bursts.put_off(now, hand.resting()):
            self._plan(AGAIN)
            return
        changed = self._bursts.look(now)
        screen.snoozing.look()
        screen.forget_suggestion()
        if changed is None:
            screen.queue.forget()
        elif changed:
            screen.queue.forget([row.row for row in screen.queue.known if row.id in changed])
        screen.show_query(screen.query_text, keep_cursor=True)
        shown = screen.detail.case
        if changed is None or shown is None or shown.complaint.id in changed:
            screen.reading.draw_again()
