"""What screens may ask of the app, and the app of the engine: narrow doors, so that none depends on a class."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from qlue_desk.casework.own_ui import Name
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.messages import LineState
from qlue_desk.desk.others import Others
from qlue_desk.desk.widgets.header_line import Whereabouts
from qlue_desk.protocol import Looker
from qlue_desk.settings import Settings


class DemoInfo(msgspec.Struct, frozen=True):
    """The demonstration that this desk belongs to."""

    url: str = ""
    folder: Path | None = None
    """Where its data lie; None when they are thrown away at the end."""


class DeskApp(Protocol):
    """The app, as screens know it."""

    settings: Settings
    demo: DemoInfo | None
    line_state: LineState | None
    outbox_counts: tuple[int, int] | None
    """Waiting, refused."""
    ascii_only: bool
    opened: asyncio.Event
    """The first screen is painted: what it can do without may be read."""
    others: Others
    """Who else has which report open."""
    summary_at: tuple[str, str]
    """Query and name of the number of the summary that was opened last."""

    @property
    def whereabouts(self) -> Whereabouts:
        """City, dinas, person."""

    def demo_words(self) -> str:
        """The strip of the demonstration."""

    def look(self, complaint_id: str) -> None:
        """The person has this report open; '' for none."""

    def nudge(self) -> None:
        """There is something to send."""

    def keep_choice(self, name: Name, chosen: str | bool) -> None:
        """What the person chose of `ui` holds the next time, too."""

    def show_outbox(self, *, refused: bool = False) -> None:
        """Go to the outbox."""

    def show_summary(self) -> None:
        """Go to the summary."""

    async def refresh_outbox_counts(self) -> None:
        """Count outbox and tray anew."""

    def achieved(self, action: str) -> None:
        """The person did what this action of the registry is for, by whichever key."""

    def tried(self, action: str) -> None:
        """The person pressed its key, and there was nothing for it to do."""

    def did_once(self, why_not_again: str) -> None:
        """The person did what the queue's key cannot repeat; the sentence says so there."""

    def open_query(self, text: str, name: str = "", *, of_summary: bool = True) -> None:
        """Back to the queue with this query; `name` says what its reports are."""

    def open_report(self, reference: str) -> None:
        """Back to the queue with this report."""


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


OpenEngine = Callable[[Workplace, Callable[[LineState], None]], EngineLike]
