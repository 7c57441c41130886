"""Fields to type into: what is typed, pasted or loaded into them is cleaned first."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.message import Message
from textual.widgets import Input, OptionList, TextArea
from textual.widgets.option_list import Option

from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.typed_ahead import SAME_PIECE, TypedAhead
from qlue_desk.desk.widgets.choices import Choice, fitting
from qlue_desk.desk.widgets.safe_input import LONGEST, SafeInput
from qlue_desk.domain.days import read_day
from qlue_desk.words import _

PASTED_FROM = 20
"""Keys behind an enter, in one piece with it, from which on it ends a line of a paste. A slow line holds back a
few keys of a fast hand and gives them in one piece, too: their enter sends. In a field of one line it always does."""
SHOWN_CHOICES = 50
SHOWN_NAMES = 6
"""Choices that are named where nothing is called as what was typed."""


class Submitted(Message):
    """Enter in a field: run, or go on to the next field."""


class NoteArea(TextArea):
    """A text of several lines: enter runs, ctrl+o (or shift+enter, where a terminal has it) breaks the line.

    Without bracketed paste (a serial console, an older terminal, `tmux paste-buffer`) a pasted text of three
    lines is keys like any other: the first enter would send one line and leave the others to run as commands.
    Keys of a paste are read in one piece, and there are many of them.
    """

    DEFAULT_CSS = """
    NoteArea { border: none; height: 4; padding: 0 1; background: $surface; }
    NoteArea:focus { border: none; background: $marked-line; }
    NoteArea .text-area--cursor-line { background: $marked-line; }
    NoteArea .text-area--placeholder { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o,shift+enter,alt+enter", "newline", show=False, priority=True),
    ]

    _last_key = 0.0
    """When the key before was read, on the clock of `Message.time`."""
    _pasting = False
    _ended = False
    """The key before was an enter: a line end may have a second half."""

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            safe(text, multiline=True),
            placeholder=placeholder,
            id=id,
            tab_behavior="focus",
            highlight_cursor_line=False,
        )

    async def _on_key(self, event: events.Key) -> None:
        together = event.time - self._last_key < SAME_PIECE
        second_half = together and event.key == "ctrl+j" and self._ended
        self._last_key = event.time
        self._pasting = self._pasting and together
        self._ended = event.key == "enter"
        if event.key != "enter" and not (event.key == "ctrl+j" and together):
            return
        event.stop()
        event.prevent_default()
        if second_half:
            return
        ahead: TypedAhead = self.app.typed_ahead  # type: ignore[attr-defined]
        many = together and ahead.in_one_piece(event) >= PASTED_FROM
        self._pasting = self._pasting or event.key == "ctrl+j" or many
        if self._pasting:
            self.action_newline()
        else:
            self.post_message(Submitted())

    def action_newline(self) -> None:
        """A line break."""
        self.insert("\n")

    def load_text(self, text: str) -> None:
        """Replace the whole text."""
        super().load_text(safe(text, multiline=True))

    def edit(self, edit: Edit) -> EditResult:
        """Every change passes here, a paste too."""
        edit.text = safe(edit.text, multiline=True)[:LONGEST]
        return super().edit(edit)


class _PickerInput(SafeInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "pick(1)", show=False),
        Binding("up", "pick(-1)", show=False),
    ]

    def action_pick(self, step: int) -> None:
        picker = self.parent
        assert isinstance(picker, Picker)
        picker.step(step)


class Picker(Vertical):
    """Type to filter, arrows to choose, enter to take; the value is a key."""

    DEFAULT_CSS = """
    Picker { height: auto; }
    Picker OptionList { display: none; height: auto; max-height: 5; border: none; padding: 0 1; background: $surface;
        scrollbar-size-vertical: 1; }
    Picker OptionList:focus { border: none; }
    Picker.-open OptionList { display: block; }
    """

    class Picked(Message):
        """A choice was taken."""

        def __init__(self, picker: Picker, key: str) -> None:
            super().__init__()
            self.picker = picker
            self.key = key

        @property
        def control(self) -> Picker:
            """The picker."""
            return self.picker

    def __init__(
        self,
        choices: Iterable[Choice],
        *,
        value: str = "",
        free: bool = False,
        placeholder: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.choices = list(choices)
        self.free = free
        self._placeholder = placeholder
        self._by_key = {choice.key: choice for choice in self.choices}
        self._value = value
        self._stepped = False
        """The highlight was moved by hand; else enter on an untouched field keeps its value."""

    def compose(self) -> ComposeResult:
        """Filter above, choices below while it has the focus."""
        yield _PickerInput(
            value=self._label(self._value), placeholder=self._placeholder, select_on_focus=True
        )
        options = OptionList()
        options.can_focus = False
        yield options

    def on_mount(self) -> None:
        """Fill the choices."""
        self._fill(self.choices)

    def on_descendant_focus(self) -> None:
        """Show the choices while the filter has the focus."""
        self.add_class("-open")
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_descendant_blur(self) -> None:
        """Hide them, and show what was meant in full."""
        if meant := self.value:
            self.set_value(meant)
        self.remove_class("-open")

    def _label(self, key: str) -> str:
        found = self._by_key.get(key)
        return safe(found.label) if found else safe(key)

    @property
    def input(self) -> Input:
        """The filter."""
        return self.query_one(_PickerInput)

    @property
    def value(self) -> str:
        """Key of what is chosen; free words where those are allowed; '' when nothing is."""
        typed = self.input.value.strip()
        if not typed:
            return ""
        if typed == self._label(self._value):
            return self._value
        wanted = typed.casefold()
        exact = [c for c in self.choices if wanted in (c.label.casefold(), c.key.casefold())]
        exact += [c for c in self.choices if c.letter and c.letter.casefold() == wanted]
        if exact:
            return exact[0].key
        if self.free:
            return typed
        found = fitting(self.choices, typed)
        return found[0].key if len(found) == 1 else ""

    def set_value(self, key: str) -> None:
        """Choose `key`."""
        self._value = key
        with self.prevent(Input.Changed):
            self.input.value = self._label(key)

    def focus(self, scroll_visible: bool = True) -> Picker:
        """The filter has the focus."""
        self.input.focus(scroll_visible)
        return self

    def step(self, step: int) -> None:
        """Highlight the next or previous choice."""
        options = self.query_one(OptionList)
        self._stepped = True
        (options.action_cursor_down if step > 0 else options.action_cursor_up)()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter; a dialog around it may look too."""
        typed = "" if self.input.value == self._label(self._value) else self.input.value
        self._stepped = False
        self._fill(fitting(self.choices, typed))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the highlighted choice."""
        event.stop()
        self._take_highlighted()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click takes a choice."""
        event.stop()
        self._take(str(event.option.id))

    def _take_highlighted(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        typed = self.input.value.strip()
        if self._value and not self._stepped and typed == self._label(self._value):
            self._take(self._value)
        elif (
            self.free
            and typed
            and (option is None or typed.casefold() not in self._label(str(option.id)).casefold())
        ):
            self._take(typed)
        elif option is not None and (typed or self.query_one(OptionList).highlighted):
            self._take(str(option.id))
        else:
            self.post_message(Submitted())

    def _take(self, key: str) -> None:
        self.set_value(key)
        self.post_message(self.Picked(self, key))

    def _nothing_like_it(self) -> str:
        """What was typed is no choice; what is, as far as a line can hold it."""
        typed = safe(self.input.value.strip())
        near = difflib.get_close_matches(typed, [choice.label for choice in self.choices], SHOWN_NAMES, 0.4)
        rest = [choice.label for choice in self.choices if choice.label not in near]
        names = [*near, *rest][:SHOWN_NAMES]
        if len(names) == len(self.choices):
            return _("Tidak ada “{typed}”; yang ada: {names}.").format(typed=typed, names=", ".join(names))
        return _("Tidak ada “{typed}”; yang ada: {names}, dan {n} lagi.").format(
            typed=typed, names=", ".join(names), n=len(self.choices) - len(names)
        )

    def _fill(self, choices: list[Choice]) -> None:
        options = self.query_one(OptionList)
        if not choices and self.input.value.strip() and not self.free:
            options.set_options([Option(Content(self._nothing_like_it()), disabled=True)])
            return
        options.set_options(
            Option(
                Content.assemble(safe(c.label), (f"  {safe(c.hint)}" if c.hint else "", "$text-muted")),
                id=c.key,
            )
            for c in choices[:SHOWN_CHOICES]
        )
        if choices:
            options.highlighted = 0


class DateInput(SafeInput):
    """A day in the future, as people write it (`days.read_day`)."""

    def __init__(self, today: dt.date, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self.today = today

    @property
    def date(self) -> dt.date | None:
        """The day, None when it cannot be read."""
        return read_day(self.value, self.today)

    @property
    def day_of_a_time(self) -> str:
        """The part that is a day, where a time was written behind it (`besok jam 8`); ''."""
        words = self.value.split()
        starts = (" ".join(words[:end]) for end in range(len(words) - 1, 0, -1))
        return next((start for start in starts if read_day(start, self.today)), "")


def value_of(field: Any) -> str:
    """The text of any of these fields."""
    if isinstance(field, NoteArea):
        return field.text
    return str(field.value)
