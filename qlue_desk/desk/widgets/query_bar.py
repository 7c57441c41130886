"""The query line: results follow while typing, a mistake is pointed at with its nearest right words."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from qlue_desk.desk.safe_text import safe, wrap
from qlue_desk.desk.widgets.fields import SafeInput
from qlue_desk.words import _

PAUSE = 0.12
"""Seconds without a key before the query runs."""


class _QueryInput(SafeInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "into_list", show=False),
    ]

    class Left(Message):
        """Esc: back to what was shown before."""

    class IntoList(Message):
        """Down: keep the results and go there."""

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_into_list(self) -> None:
        self.post_message(self.IntoList())


class QueryBar(Vertical):
    """An input with a line below for what is wrong."""

    DEFAULT_CSS = """
    QueryBar { height: auto; display: none; background: $surface; }
    QueryBar.-open { display: block; }
    QueryBar Horizontal { height: 1; }
    QueryBar #query-sign { width: 2; color: $accent; text-style: bold; padding-left: 1; }
    QueryBar Input { width: 1fr; }
    QueryBar #query-error { height: auto; padding: 0 3; color: $status-red; display: none; }
    QueryBar.-wrong #query-error { display: block; }
    """

    class Asked(Message):
        """The text stands still: run it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def can_replace(self, message: Message) -> bool:
            """Only the newest text matters."""
            return isinstance(message, QueryBar.Asked)

    class Kept(Message):
        """Enter or down: keep this query."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Esc: forget this query."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Input above, mistake below."""
        with Horizontal():
            yield Static("/", id="query-sign")
            yield _QueryInput(
                placeholder=_('status:disposisi kelurahan:sempur older:24h "lampu mati" -macet'),
                id="query-input",
            )
        yield Static(id="query-error")

    @property
    def input(self) -> Input:
        """Where the query is typed."""
        return self.query_one("#query-input", Input)

    def open(self, text: str) -> None:
        """Show the bar with `text` and put the cursor at its end."""
        self.add_class("-open")
        with self.prevent(Input.Changed):
            self.input.value = text
        self.input.cursor_position = len(text)
        self.input.focus()

    def close(self) -> None:
        """Hide the bar."""
        self._stop_timer()
        self.remove_class("-open", "-wrong")

    def point_at(self, lines: list[str], position: int, length: int = 1) -> None:
        """Show a mistake with carets under it; lines that are too long are wrapped, never cut."""
        start = max(0, position - max(0, self.input.scroll_offset.x))
        caret = " " * start + "^" * max(1, min(length, 40))
        room = max(20, self.size.width - 6)
        wrapped = [piece for line in lines for piece in wrap(safe(line), room)]
        self.query_one("#query-error", Static).update(Content("\n".join([caret[:room], *wrapped])))
        self.add_class("-wrong")

    def all_right(self) -> None:
        """The query could be read."""
        self.remove_class("-wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Wait for a pause in typing."""
        event.stop()
        self._stop_timer()
        self._timer = self.set_timer(PAUSE, lambda: self.post_message(self.Asked(self.input.value)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps the query."""
        event.stop()
        self._keep()

    def on__query_input_into_list(self, event: _QueryInput.IntoList) -> None:
        """Down keeps the query too."""
        event.stop()
        self._keep()

    def on__query_input_left(self, event: _QueryInput.Left) -> None:
        """Esc forgets it."""
        event.stop()
        self._stop_timer()
        self.post_message(self.Left())

    def _keep(self) -> None:
        self._stop_timer()
        self.post_message(self.Kept(self.input.value))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
