"""A field of one line; apart from the other fields, for they need Textual's text area, which opening the desk does not."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.still import still_size

LONGEST = 8000


class SafeInput(Input):
    """An input whose value never holds control characters."""

    virtual_size = still_size()

    DEFAULT_CSS = """
    SafeInput { border: none; height: 1; padding: 0 1; background: $surface; }
    SafeInput:focus { border: none; background: $marked-line; }
    SafeInput>.input--placeholder, SafeInput>.input--suggestion { color: $text-muted; }
    """

    def validate_value(self, value: str) -> str:
        """Clean what comes in, whichever way."""
        return safe(value)[:LONGEST]

    def _on_paste(self, event: events.Paste) -> None:
        """All lines; Textual's takes the first."""
        event.stop()
        event.prevent_default()
        words = " ".join(line.strip() for line in event.text.splitlines())
        selection = self.selection
        if selection.is_empty:
            self.insert_text_at_cursor(words)
        else:
            self.replace(words, *selection)
