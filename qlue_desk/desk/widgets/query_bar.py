"""The query line: results follow while typing, tab completes, ↑ brings earlier ones, a mistake is pointed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from qlue_desk.desk.safe_text import safe, wrap
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.query_complete import Offer, token_span
from qlue_desk.words import _

PAUSE = 0.08
"""Seconds without a key after which a mistake is pointed at; results are asked for at once."""
FindOffers = Callable[[str, int], Sequence[Offer]]
"""What could stand at a cursor of a text."""
Ask = Callable[[str, bool], None]
"""Called with the text when it is another one, and again (True) once no key has come for a while."""


class _QueryInput(SafeInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "later", show=False),
        Binding("up", "earlier", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
    ]

    class Left(Message):
        """Esc: back to what was shown before."""

    class Later(Message):
        """Down: a later query, behind the last one into the results."""

    class Earlier(Message):
        """Up: an earlier query."""

    class Complete(Message):
        """Tab: the next thing that may be meant."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_later(self) -> None:
        self.post_message(self.Later())

    def action_earlier(self) -> None:
        self.post_message(self.Earlier())

    def action_complete(self, step: int) -> None:
        self.post_message(self.Complete(step))


class _Completion:
    """Tab goes round in what could be meant; the line keeps what was typed around it."""

    def __init__(self, find: FindOffers) -> None:
        self._find = find
        self.offers: Sequence[Offer] = ()
        self.chosen = -1
        """Which offer stands in the line; -1 is what was typed."""
        self._typed = self._stands = ("", 0)

    def typed(self, text: str, cursor: int) -> None:
        """Look for offers anew."""
        self.offers, self.chosen = self._find(text, cursor), -1
        self._typed = self._stands = (text, cursor)

    def at(self, text: str, cursor: int) -> None:
        """Where the cursor is now; it was moved without typing where that is another place."""
        if (text, cursor) != self._stands:
            self.typed(text, cursor)

    def step(self, step: int) -> tuple[str, int] | None:
        """The line with the next offer and where its cursor is; None when there is nothing to offer."""
        if not self.offers:
            return None
        places = len(self.offers) + 1
        self.chosen = (self.chosen + 1 + step) % places - 1
        text, cursor = self._typed
        self._stands = (text, cursor)
        if self.chosen >= 0:
            offer = self.offers[self.chosen]
            start, end = offer.span or token_span(text, cursor)
            self._stands = (text[:start] + offer.text + text[end:], start + len(offer.text))
        return self._stands


class _History:
    """Earlier queries, the newest first; below them is what was typed."""

    def __init__(self) -> None:
        self.queries: Sequence[str] = ()
        self._place = -1
        self._typed = ""

    def begin(self) -> None:
        """The bar was opened, or something was typed: up starts at the newest."""
        self._place = -1

    def step(self, step: int, text: str) -> str | None:
        """The query that many places earlier; None where there is none."""
        if self._place < 0:
            self._typed = text
        wanted = [query for query in self.queries if query != self._typed]
        place = self._place + step
        if not -1 <= place < len(wanted):
            return None
        self._place = place
        return self._typed if place < 0 else wanted[place]


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
    QueryBar #query-offers { height: 1; padding: 0 3; }
    """

    class Kept(Message):
        """Enter or down: keep this query."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Esc: forget this query."""

    def __init__(self, find_offers: FindOffers, ask: Ask, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ask_for = ask
        self._timer: Timer | None = None
        self._completion = _Completion(find_offers)
        self._history = _History()
        self._putting = False
        """The line is changed by us, not by a person."""

    def compose(self) -> ComposeResult:
        """Input above, what could be meant and the mistake below."""
        with Horizontal():
            yield Static("/", id="query-sign")
            yield _QueryInput(
                placeholder=_('status:disposisi kelurahan:sempur lebih-lama:24jam "lampu mati" -macet'),
                id="query-input",
            )
        yield Static(id="query-error")
        yield Static(id="query-offers")

    @property
    def input(self) -> Input:
        """Where the query is typed."""
        return self.query_one("#query-input", Input)

    def open(self, text: str) -> None:
        """Show the bar with `text` and put the cursor at its end."""
        self.add_class("-open")
        self._history.begin()
        self._put(text, len(text))
        self._completion.typed(text, len(text))
        self.call_after_refresh(self._show_offers)  # it has no width yet
        self.screen.set_focus(self.input)  # at once: what is typed next is meant for the line

    def remember(self, queries: Sequence[str]) -> None:
        """Earlier queries, the newest first: up brings them back."""
        self._history.queries = queries

    def _put(self, text: str, cursor: int) -> None:
        """Change the line without taking it for something typed."""
        self._putting = True
        with self.prevent(Input.Changed):
            self.input.value = text
        self._putting = False
        self.input.cursor_position = cursor

    def close(self) -> None:
        """Hide the bar."""
        self._stop_timer()
        self.remove_class("-open", "-wrong")

    def point_at(self, lines: list[str], position: int, length: int = 1) -> None:
        """Show a mistake with carets under it; lines that are too long are wrapped, never cut."""
        text = self.input.value
        start = max(0, cell_len(text[:position]) - max(0, self.input.scroll_offset.x))
        caret = " " * start + "^" * max(1, min(cell_len(text[position : position + length]), 40))
        room = max(20, self.size.width - 6)
        wrapped = [piece for line in lines for piece in wrap(safe(line), room)]
        self.query_one("#query-error", Static).update(Content("\n".join([caret[:room], *wrapped])))
        self.add_class("-wrong")

    def all_right(self) -> None:
        """The query could be read."""
        self.remove_class("-wrong")

    def _show_offers(self) -> None:
        """One line: what tab would put in, the one that stands there marked."""
        completion = self._completion
        if not completion.offers:  # an empty line: the list below must not jump with each letter
            self.query_one("#query-offers", Static).update("", layout=False)
            return
        room = max(20, self.size.width - 10)
        # What stands in the line must be seen: the words before it give way.
        first = max(0, completion.chosen - 1)
        parts: list[Content] = [Content.styled(_("tab") + "  ", "$text-muted")]
        for place, offer in enumerate(completion.offers[first:], first):
            words = safe(offer.text)
            room -= cell_len(words) + 2
            if room < 0:
                parts.append(Content.styled("…", "$text-muted"))
                break
            chosen = place == completion.chosen
            parts.append(Content.styled(words, "bold reverse" if chosen else "$accent"))
            hint = f" {safe(_(offer.hint))}" if offer.hint else ""
            if hint and room >= cell_len(hint):
                room -= cell_len(hint)
                parts.append(Content.styled(hint, "$text-muted"))
            parts.append(Content("  "))
        self.query_one("#query-offers", Static).update(Content("").join(parts), layout=False)

    def on_mount(self) -> None:
        """Hear of the line at once: the message comes behind the paint of the letter."""
        self.watch(self.input, "value", self._typed, init=False)

    def _typed(self) -> None:
        if not self._putting:
            self._history.begin()
            self._ask()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what could be meant."""
        event.stop()
        # Not the event's text: while keys come fast, the line is ahead of it.
        self._completion.typed(self.input.value, self.input.cursor_position)
        self._show_offers()

    def _ask(self) -> None:
        self._stop_timer()
        self._timer = self.set_timer(PAUSE, self._settle)
        self._ask_for(self.input.value, False)

    def _settle(self) -> None:
        self._timer = None
        self._ask_for(self.input.value, True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps the query."""
        event.stop()
        self._keep()

    def on__query_input_complete(self, event: _QueryInput.Complete) -> None:
        """Tab puts the next offer into the line."""
        event.stop()
        self._completion.at(self.input.value, self.input.cursor_position)
        if (line := self._completion.step(event.step)) is not None:
            self._put(*line)
            self._show_offers()
            self._ask()

    def on__query_input_earlier(self, event: _QueryInput.Earlier) -> None:
        """Up."""
        event.stop()
        self._bring_back(self._history.step(1, self.input.value))

    def on__query_input_later(self, event: _QueryInput.Later) -> None:
        """Down goes back through the history; at its end it keeps the query and goes into the results."""
        event.stop()
        text = self._history.step(-1, self.input.value)
        if text is None:
            self._keep()
        else:
            self._bring_back(text)

    def _bring_back(self, text: str | None) -> None:
        if text is not None:
            self._put(text, len(text))
            self._completion.typed("", 0)
            self._show_offers()
            self._ask()

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
