"""What stands on a window in which no screen of ours has room."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from qlue_desk.words import _

LEAST = (60, 16)
"""Columns and lines."""


def too_small(width: int, height: int) -> bool:
    """Whether a window of this size would only show broken pieces."""
    return width < LEAST[0] or height < LEAST[1]


class TooSmallScreen(Screen[None]):
    """Says what is needed; whatever was open lies below it and comes back with the room.

    No letter does anything: who types on blindly (a dialog may lie below) must not leave the desk by a “q”.
    """

    CSS = """
    TooSmallScreen { align: center middle; background: $background; }
    TooSmallScreen Static { width: auto; max-width: 100%; height: auto; text-align: center; }
    TooSmallScreen.-typed #unheard { color: $status-red; text-style: bold; }
    """

    def compose(self) -> ComposeResult:
        """The size, and what becomes of keys."""
        yield Static(id="too-small")
        yield Static(
            Content(_("Tombol belum bekerja: yang diketik sekarang tidak dipakai. ctrl+q keluar.")),
            id="unheard",
        )

    def on_key(self) -> None:
        """Somebody has not read it."""
        self.add_class("-typed")

    def on_resize(self) -> None:
        """Say how much is there and how much is needed."""
        now = f"{self.app.size.width}×{self.app.size.height}"
        words = _("Jendela terlalu kecil: {now}. Perlu paling sedikit {least}.").format(
            now=now, least=f"{LEAST[0]}×{LEAST[1]}"
        )
        self.query_one("#too-small", Static).update(Content(words))
