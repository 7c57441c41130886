"""What background threads tell the app: posted, never called."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from textual.message import Message


class LineState(Protocol):
    """The engine's `SyncState`, as far as screens look at it."""

    @property
    def phase(self) -> str:
        """connected, connecting, offline, refused, syncing, stopped."""

    @property
    def last_contact(self) -> dt.datetime | None:
        """When central last answered."""

    @property
    def waiting(self) -> int:
        """Actions not sent yet."""

    @property
    def refused(self) -> int:
        """Actions that central refused."""

    @property
    def detail(self) -> str:
        """One sentence, '' when all is well."""

    @property
    def stuck(self) -> str:
        """One sentence when work stands still although central answers, '' when it moves."""

    @property
    def progress(self) -> tuple[int, int] | None:
        """Rows of a first copy: had, of."""


class LineChanged(Message):
    """The state of the line to central."""

    def __init__(self, state: LineState) -> None:
        super().__init__()
        self.state = state

    def can_replace(self, message: Message) -> bool:
        """Only the newest matters."""
        return isinstance(message, LineChanged)


class StoreChanged(Message):
    """A commit changed these complaints; None means any. `own`: one of this process."""

    def __init__(self, complaint_ids: frozenset[str] | None, *, own: bool = True) -> None:
        super().__init__()
        self.complaint_ids = complaint_ids
        self.own = own


class NotKept(Message):
    """What was typed was not written; nobody waited for that."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class QueueShown(Message):
    """The first answer of the store is on screen."""
