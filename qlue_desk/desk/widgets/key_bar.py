"""The bottom line: at most seven keys, those that make sense now; a sentence may take more lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import msgspec
from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from qlue_desk.desk.actions import ACTION_BY_ID, ACTIONS, MOST_IN_BAR, Place
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.words import _

SAID_SECONDS = 5.0
WRONG_SECONDS = 8.0
COUNTED_SECONDS = 30.0
"""For so long at most a countdown takes the place of the keys."""
READ_SECONDS = 1.0
"""For so long a sentence stands whatever is typed: it may come while a key is held, and nobody would have read it."""
GAP = 3
"""Cells between two keys."""
_NAMED = {"esc": "escape", "↑": "up"}
"""Keys that belong to no action of the registry, as they are shown."""


class Countdown(msgspec.Struct, frozen=True):
    """The end of a sentence that is true for some seconds only."""

    seconds: int
    words: Callable[[int], str]
    """What is said with so many seconds left."""


class KeyBar(Static):
    """Shows keys with their words; what does not fit the width is left out from the end."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    KeyBar.-saying { height: auto; max-height: 3; text-wrap: wrap; color: $status-green; text-style: bold; }
    KeyBar.-wrong { color: $status-red; text-style: bold; }
    """

    def __init__(self, remapped: Mapping[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.remapped = remapped
        self.shown: list[tuple[str, str]] = []
        self.sentence = ""
        """What is said, as it was at first."""
        self._now = ""
        """The same with the seconds that are left."""
        self._spots: list[tuple[int, int, str]] = []
        """Cells of each key that is drawn: from, until, key."""
        self._wrong = False
        self._away = False
        self._said_at = 0.0
        self._drawn_sentence = ""
        self._drawn_keys: list[tuple[str, str]] | None = None
        """What stands in the line; none while a sentence does."""
        self._timer: Timer | None = None
        self._counting: Timer | None = None

    def show_place(
        self, place: Place, *, hidden: frozenset[str] = frozenset(), extra: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Show the keys of `place` except the `hidden` ids; `extra` pairs (key, word) come first."""
        ranked = sorted(
            (
                action
                for action in ACTIONS
                if action.bar and place in action.places and action.id not in hidden
            ),
            key=lambda action: action.bar,
        )
        pairs = [
            (shown_key(keys_of(action, self.remapped)[0]), _(action.label))
            for action in ranked
            if keys_of(action, self.remapped)
        ]
        self.show_pairs([*extra, *pairs])

    def show_pairs(self, pairs: list[tuple[str, str]]) -> None:
        """Show these keys with these words; help and the way out come last and are never left out."""
        always = self._always()
        last = [pair for pair in pairs if pair[0] in always]
        others = [pair for pair in pairs if pair[0] not in always]
        self.shown = [*others[: MOST_IN_BAR - len(last)], *last]
        self._draw()

    def _always(self) -> frozenset[str]:
        found = (keys_of(ACTION_BY_ID[name], self.remapped) for name in ("help", "quit"))
        return frozenset(shown_key(keys[0]) for keys in found if keys)

    def say(self, sentence: str, *, wrong: bool = False, countdown: Countdown | None = None) -> None:
        """Show a sentence instead of the keys for some seconds; `sentence` is clean already.

        `countdown` is said behind it, anew with each second; where nothing is left of it, the keys come back.
        """
        self._stop()
        self._wrong, self._said_at = wrong, time.monotonic()
        seconds = WRONG_SECONDS if wrong else SAID_SECONDS
        self.sentence = sentence
        if countdown is not None:
            began = time.monotonic()
            self._counting = self.set_interval(1.0, lambda: self._count(sentence, countdown, began))
            seconds = min(countdown.seconds, COUNTED_SECONDS)
            self.sentence = f"{sentence} {countdown.words(countdown.seconds)}"
        self._now = self.sentence
        self._timer = self.set_timer(seconds, self.hush)
        self._draw()

    def _count(self, sentence: str, countdown: Countdown, began: float) -> None:
        left = countdown.seconds - int(time.monotonic() - began)
        if left <= 0:
            self.hush()
            return
        self._now = f"{sentence} {countdown.words(left)}"
        self._drawn_sentence = self._now
        self.update(Content(self._now), layout=False)  # a digit less: nothing else on the screen moves

    def _stop(self) -> None:
        for timer in (self._timer, self._counting):
            if timer is not None:
                timer.stop()
        self._timer = self._counting = None

    def key_pressed(self) -> None:
        """The person goes on: what was said has been read, and they look for the keys. A countdown runs to its end."""
        if self.sentence and self._counting is None and time.monotonic() - self._said_at >= READ_SECONDS:
            self.hush()

    def leave(self, *, away: bool) -> None:
        """While a box lies over the screen its keys mean nothing, and none is shown."""
        self._away = away
        self._draw()

    def hush(self) -> None:
        """Show the keys again."""
        self._stop()
        self.sentence = ""
        self._draw()

    def on_resize(self) -> None:
        """Leave out what does not fit any more."""
        self._draw()

    def _draw(self) -> None:
        self._spots = []
        self.set_class(bool(self.sentence), "-saying")
        self.set_class(bool(self.sentence) and self._wrong, "-wrong")
        if self.sentence:
            if self._now != self._drawn_sentence:
                self.update(Content(self._now))
            self._drawn_sentence, self._drawn_keys = self._now, None
            return
        self._drawn_sentence = ""
        room = (self.size.width or 202) - 2
        always = self._always()
        kept = sum(_width(pair) for pair in self.shown if pair[0] in always)
        parts: list[tuple[str, str]] = []
        for key, word in () if self._away else self.shown:
            needed = _width((key, word))
            kept -= needed if key in always else 0
            if needed - GAP > room - kept:
                continue
            start = self._spots[-1][1] + GAP if self._spots else 0
            self._spots.append((start, start + needed - GAP, key))
            room -= needed
            # No gap behind the last: what does not fit is cut with an ellipsis.
            parts += [(" " * GAP if parts else "", ""), (key, "bold $accent"), (f" {word}", "$text-muted")]
        if parts != self._drawn_keys:  # most steps of the cursor change none of them
            self._drawn_keys = parts
            # One line whatever stands in it: the screen need not be laid out anew.
            self.update(Content.assemble(*parts), layout=False)

    def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        column = event.x - self.styles.padding.left
        shown = next((key for start, end, key in self._spots if start <= column < end), "")
        names = {shown_key(key): key for action in ACTIONS for key in keys_of(action, self.remapped)}
        if shown:
            self.app.simulate_key(_NAMED.get(shown) or names.get(shown, shown))


def _width(pair: tuple[str, str]) -> int:
    """Cells of a key with its word and the gap behind it."""
    return cell_len(pair[0]) + 1 + cell_len(pair[1]) + GAP
