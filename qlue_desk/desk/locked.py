"""The desk has been without central for too long: nothing is shown until it answers again."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Middle
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from qlue_desk.casework.lease import LOCKED
from qlue_desk.desk import wording
from qlue_desk.words import _


class LockedScreen(Screen[None]):
    """One sentence over everything; it goes by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", show=False),
        Binding("r", "app.sync", show=False),
    ]
    DEFAULT_CSS = """
    LockedScreen { align: center middle; }
    LockedScreen Static { width: 60; height: auto; }
    """

    def __init__(self, since: dt.datetime, zone: dt.tzinfo) -> None:
        super().__init__()
        self._since = wording.stamp(since, zone).strip()

    def compose(self) -> ComposeResult:
        """The sentence and the two keys."""
        with Middle():
            yield Static(
                Content.assemble(
                    (_(LOCKED).format(since=self._since), "bold"),
                    ("\n\n", ""),
                    (_("r sinkronkan sekarang   q keluar"), "$text-muted"),
                )
            )
