"""Keys in their order: each is given once the desk has settled from the one before.

What a key does is often done later: a widget passes it on, a dialog is on its way, an act is being recorded.
What is typed meanwhile waits here and then meets what a slow hand would meet.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

import msgspec
from textual import events
from textual.app import App
from textual.screen import Screen
from textual.worker import Worker

Stroke = events.Key | events.Paste

LOOK_SECONDS = 1.0
"""How long a key waits for what is only read: who waits for a slow list must be able to leave it."""
BURST_PAUSE = 0.3
"""Seconds without a key that end what is typed in one go."""
SAME_PIECE = 0.004
"""Seconds; keys that were read closer together came in one piece: a paste, or what a slow line held back."""
_BUSY_SECONDS = 5.0
"""How long a key waits for a loop that never rests; what keeps it busy then is no key's doing."""
_LOOK_AGAIN = 0.003
_ALWAYS = frozenset({"ctrl+q", "ctrl+z"})


class _Work(msgspec.Struct, eq=False):
    """What a key began and is not done."""

    screen: Screen[Any]
    worker: Worker[Any]
    opens: bool
    until: float
    """Monotonic time after which keys do not wait for it any more."""
    opened: bool = False


class TypedAhead:
    """The line of keys of one app."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._line: deque[Stroke] = deque()
        self._turn: Stroke | None = None
        """The key that was let out of the line and is on its way into the app."""
        self._giving: asyncio.Task[None] | None = None
        self._works: dict[object, _Work] = {}
        self._thrown_away_at: float | None = None
        """When the last key was thrown away; those that follow without a pause belong to it."""
        self._given_at = 0.0
        """When the key was pressed that the app has now."""
        self._ignored: str | None = None
        """A key that does nothing when it comes next and without a pause."""

    # --- what keys wait for ----------------------------------------------------------------------

    def begin(
        self, work: object, screen: Screen[Any], worker: Worker[Any], *, opens: bool, seconds: float
    ) -> None:
        """Keys wait for this while `screen` is in front, at most so many seconds.

        `opens`: a dialog comes of it; where none does, what was typed for it is thrown away.
        """
        self._works[work] = _Work(screen, worker, opens, time.monotonic() + seconds)

    def ended(self, work: object) -> None:
        """It is done."""
        found = self._works.pop(work, None)
        if found is not None and found.opens and not found.opened:
            self._throw_away()

    def pushed(self, screen: Screen[Any]) -> None:
        """A screen has come over another; a question must be read before it is answered."""
        self._ignored = None
        below = self._app.screen_stack[-2:-1]
        for work in self._works.values():
            work.opened = work.opened or work.screen in below
        if not getattr(screen, "takes_typed_ahead", True) and self._throw_away():
            screen.call_later(screen.typed_too_early)  # type: ignore[attr-defined]

    def ignore_next(self, key: str) -> None:
        """Typed right behind the key that is being handled, this one belongs to it and does nothing."""
        if not self._line:
            self._ignored = key
        elif self._is_right_behind(self._line[0], key):
            self._line.popleft()

    def _is_right_behind(self, event: Stroke, key: str) -> bool:
        return (
            isinstance(event, events.Key) and event.key == key and event.time - self._given_at < BURST_PAUSE
        )

    def _throw_away(self) -> bool:
        thrown = bool(self._line)
        if thrown:
            self._thrown_away_at = self._line[-1].time
            self._line.clear()
        return thrown

    def _is_at_work(self) -> bool:
        """What a key began is not done, or the rows that it asked for are on their way."""
        now = time.monotonic()
        for work in [work for work, each in self._works.items() if each.worker.is_finished]:
            del self._works[work]  # it was replaced, or its screen has left
        front = self._app.screen_stack[-1:]
        return any(work.screen in front and now < work.until for work in self._works.values())

    def _is_settled(self) -> bool:
        """Nothing is left to do but what waits for threads, timers and people."""
        # Only the loop knows that no widget has a message any more, however they pass them among themselves.
        busy = getattr(asyncio.get_running_loop(), "_ready", ())
        return not busy and not self._app.message_queue_size and not self._is_at_work()

    # --- the line --------------------------------------------------------------------------------

    def takes(self, event: Stroke) -> bool:
        """Whether the app shall leave this key alone for now."""
        if event is self._turn:
            self._turn, self._given_at = None, event.time
            return False
        if event.is_forwarded or (isinstance(event, events.Key) and event.key in _ALWAYS):
            return False
        if self._belongs_to_thrown_away(event):
            return True
        ignored, self._ignored = self._ignored, None
        if ignored and self._is_right_behind(event, ignored):
            return True
        if self._giving is None and self._is_settled() and not self._rows_are_awaited():
            self._given_at = event.time
            return False
        self._line.append(event)
        if self._giving is None:
            self._giving = asyncio.create_task(self._give_all())
        return True

    def in_one_piece(self, event: events.Key) -> int:
        """How many keys wait that were read in one piece with this one, behind it."""
        count, before = 0, event.time
        for stroke in self._line:
            if stroke.time - before >= SAME_PIECE:
                break
            count, before = count + 1, stroke.time
        return count

    def _belongs_to_thrown_away(self, event: Stroke) -> bool:
        before = self._thrown_away_at
        belongs = before is not None and event.time - before < BURST_PAUSE
        self._thrown_away_at = event.time if belongs else None
        return belongs

    def _rows_are_awaited(self) -> bool:
        return any(getattr(screen, "awaits_rows", False) for screen in self._app.screen_stack[-1:])

    async def _give_all(self) -> None:
        try:
            while self._line and self._app.is_running:
                await self._settle()
                if self._line and self._app.screen_stack:  # the desk may be closing
                    self._turn = self._line.popleft()
                    self._app.post_message(self._turn)
        finally:
            self._giving = None

    async def _settle(self) -> None:
        began = time.monotonic()
        busy_since = began
        while self._app.is_running:
            now = time.monotonic()
            if self._is_at_work() or (self._rows_are_awaited() and now - began < LOOK_SECONDS):
                busy_since = now
                await asyncio.sleep(_LOOK_AGAIN)
            elif self._is_settled() or now - busy_since > _BUSY_SECONDS:
                return
            else:
                await asyncio.sleep(0)
