"""Until when (`w`): one of the usual moments, or a time typed as people write it; enter takes it.

What is aside already can be woken here, too: the same box, so that a time typed behind the key is always a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import ClassVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.safe_text import fit
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.moves import N_, Refusal
from qlue_desk.words import _

LABEL = 26
WAKE = "0"
"""The digit of waking: those of the moments stay the same."""


class Until(msgspec.Struct, frozen=True):
    """The answer: aside until then; None wakes."""

    moment: dt.datetime | None


class SnoozeDialog(Dialog[Until]):
    """Choices above, a line to type below; whatever is typed goes into the line by itself.

    A choice's digit alone in the line means that choice, and becomes a time with what follows it (`3 jam`): so no
    letter acts before enter. There is no `j` and `k` here: `jumat` and `kamis` begin with them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "to_line", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[tuple[str, dt.datetime]],
        read: Callable[[str], dt.datetime | Refusal],
        shown: Callable[[dt.datetime], str],
        examples: str,
        now_aside: str = "",
    ) -> None:
        """`read` understands what is typed, `shown` writes a moment, `examples` are times to type.

        `now_aside` says until when what is aside already stays so, and offers to wake it.
        """
        super().__init__()
        self.title_text = title
        usual = [(str(place), words, moment) for place, (words, moment) in enumerate(choices, 1)]
        self.choices: list[tuple[str, str, dt.datetime | None]] = [*usual]
        if now_aside:
            self.choices.insert(0, (WAKE, N_("Bangunkan sekarang"), None))
        self.read = read
        self.shown = shown
        self.examples = examples
        self.now_aside = now_aside
        self.keys_text = (
            _("angka atau ↑ ↓ pilih, atau ketik waktu; enter jalankan   esc biarkan")
            if now_aside
            else _("angka atau ↑ ↓ pilih, atau ketik waktu; enter tunda   esc batal")
        )

    def body(self) -> ComposeResult:
        """Choices, line, and what the line means."""
        if self.now_aside:
            yield Static(Content(self.now_aside), id="now-aside")
        yield OptionList(
            *(
                Option(
                    Content.assemble(
                        (f"{key} ", "bold $accent"),
                        fit(_(words), LABEL),
                        (self.shown(moment) if moment is not None else "", "$text-muted"),
                    )
                )
                for key, words, moment in self.choices
            ),
            id="moments",
        )
        yield SafeInput(
            placeholder=_("atau ketik: {examples}").format(examples=self.examples),
            select_on_focus=False,
            id="typed",
        )
        yield Static(id="meant")

    def on_mount(self) -> None:
        """On the first choice."""
        self.query_one("#moments").focus()

    def on_key(self, event: events.Key) -> None:
        """Over the choices: what is typed is meant for the line."""
        line = self.query_one("#typed", SafeInput)
        typed = event.character
        if not event.is_printable or not typed or line.has_focus:
            return
        event.stop()
        self.set_focus(line)
        line.insert_text_at_cursor(typed)

    def meant(self, typed: str) -> Until | Refusal:
        """The choice whose digit is all that is typed, else the time."""
        place = self._place(typed)
        if place is not None:
            return Until(self.choices[place][2])
        found = self.read(typed)
        return found if isinstance(found, Refusal) else Until(found)

    def _place(self, typed: str) -> int | None:
        digits = [key for key, _words, _moment in self.choices]
        return digits.index(typed.strip()) if typed.strip() in digits else None

    def action_to_line(self) -> None:
        """Tab: between the choices and the line."""
        line = self.query_one("#typed")
        (self.query_one("#moments") if line.has_focus else line).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By enter or click."""
        self.dismiss(Until(self.choices[event.option_index][2]))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what would be taken."""
        super().on_input_changed(event)
        found = self.meant(event.value) if event.value.strip() else None
        moment = found.moment if isinstance(found, Until) else None
        words = f"→ {self.shown(moment)}" if moment is not None else ""
        self.query_one("#meant", Static).update(Content.styled(words, "$accent"))
        place = self._place(event.value)
        if place is not None:
            self.query_one("#moments", OptionList).highlighted = place

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the line."""
        found = self.meant(event.value)
        if isinstance(found, Refusal):
            self.wrong(found.sentence(_), event.input)
        else:
            self.dismiss(found)
