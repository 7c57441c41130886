"""Keys typed while a dialog is on its way: they are meant for it, so the screen below must not act on them.

A dialog needs reports from the store before it can be shown. Until then its keys wait here, in their order;
once it has the focus it gets them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.screen import ModalScreen
from textual.worker import Worker

_ALWAYS = frozenset({"ctrl+q", "ctrl+z"})


class TypedAhead:
    """What was typed ahead of one app's dialogs; `give` is how the app takes a key."""

    def __init__(self, app: App[Any], give: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._give = give
        self._work: object | None = None
        self._worker: Worker[Any] | None = None
        self._acts = False
        self._unready: ModalScreen[Any] | None = None
        self._giving = False
        self._held: list[events.Key] = []

    def begin(self, work: object, worker: Worker[Any], *, acts: bool) -> None:
        """A dialog is on its way. `acts`: there may be none, then the keys are for the screen after all."""
        self._work, self._worker, self._acts = work, worker, acts

    def ended(self, work: object) -> None:
        """The work is done; where it has brought no dialog, text that was meant for one is thrown away."""
        if self._work is work:
            self._work = self._worker = None
            self._release(keep=self._acts)

    def pushed(self, dialog: ModalScreen[Any]) -> None:
        """The dialog is there, but cannot take keys before its fields have the focus."""
        self._work = self._worker = None
        self._unready = dialog
        dialog.call_later(self._ready, dialog)

    def _ready(self, dialog: ModalScreen[Any]) -> None:
        if self._unready is dialog:
            self._unready = None
            self._release(keep=getattr(dialog, "takes_typed_ahead", True))

    def _release(self, *, keep: bool) -> None:
        if not keep:
            self._held.clear()
        elif self._held and not self._giving:
            self._giving = True
            self._app.call_later(self._give_all)

    async def _give_all(self) -> None:
        held, self._held, self._giving = self._held, [], False
        for event in held:
            await self._give(events.Key(event.key, event.character))

    def takes(self, event: events.Key) -> bool:
        """Whether the app shall leave this key alone."""
        if event.key in _ALWAYS:
            return False
        if self._unready is not None and self._unready not in self._app.screen_stack:
            self._unready = None
        if self._unready is not None or self._giving:
            self._held.append(event)
            return True
        if self._worker is None or self._worker.is_finished:
            return False
        if event.is_forwarded:  # on its way back from the widgets: now it would act
            self._held.append(event)
        else:  # behind those that are with the widgets already
            (self._app.focused or self._app.screen)._forward_event(event)
        return True
