"""Until when (`w`): one of the usual moments, or a time typed as people write it; enter takes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.safe_text import fit
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.moves import Refusal
from qlue_desk.words import _

LABEL = 26


class SnoozeDialog(Dialog[dt.datetime]):
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
    ) -> None:
        """`read` understands what is typed, `shown` writes a moment, `examples` are times to type."""
        super().__init__()
        self.title_text = title
        self.choices = choices
        self.read = read
        self.shown = shown
        self.examples = examples
        self.keys_text = _("angka atau ↑ ↓ pilih, atau ketik waktu; enter tunda   esc batal")

    def body(self) -> ComposeResult:
        """Choices, line, and what the line means."""
        yield OptionList(
            *(
                Option(
                    Content.assemble(
                        (f"{place} ", "bold $accent"),
                        fit(_(words), LABEL),
                        (self.shown(moment), "$text-muted"),
                    )
                )
                for place, (words, moment) in enumerate(self.choices, 1)
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

    def meant(self, typed: str) -> dt.datetime | Refusal:
        """The choice whose digit is all that is typed, else the time."""
        place = self._place(typed)
        return self.read(typed) if place is None else self.choices[place][1]

    def _place(self, typed: str) -> int | None:
        digits = [str(digit) for digit in range(1, len(self.choices) + 1)]
        return digits.index(typed.strip()) if typed.strip() in digits else None

    def action_to_line(self) -> None:
        """Tab: between the choices and the line."""
        line = self.query_one("#typed")
        (self.query_one("#moments") if line.has_focus else line).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By enter or click."""
        self.dismiss(self.choices[event.option_index][1])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what would be taken."""
        super().on_input_changed(event)
        found = self.meant(event.value) if event.value.strip() else None
        words = f"→ {self.shown(found)}" if isinstance(found, dt.datetime) else ""
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
