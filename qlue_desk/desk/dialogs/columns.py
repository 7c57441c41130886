"""Which columns the list has: each on or off, in the order of the list, and which of them fit it now."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from qlue_desk.desk.dialogs.listed import Listed
from qlue_desk.desk.queue.columns import COLUMNS, columns_for
from qlue_desk.words import _

CHOICES = tuple(column for column in COLUMNS if column.name not in ("mark", "title"))
"""Marks and title are always there."""


class ColumnsDialog(Listed[tuple[str, ...]]):
    """Space turns one on or off, enter keeps them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,x", "turn", show=False, priority=True),
    ]

    def __init__(self, chosen: tuple[str, ...], width: int) -> None:
        """`width`: cells of the list, in which not all that is chosen may fit."""
        super().__init__()
        self.width = width
        self.title_text = _("Kolom daftar")
        self.keys_text = _("spasi nyala/mati   enter simpan   esc batal")
        self.chosen = set(chosen)

    def body(self) -> ComposeResult:
        """A line for each column."""
        yield OptionList(
            *(Option(self._line(place), id=CHOICES[place].name) for place in range(len(CHOICES)))
        )

    def _line(self, place: int) -> Content:
        column = CHOICES[place]
        on = column.name in self.chosen
        fits = not on or column.name in {shown.name for shown, _size in columns_for(self.width, self._names)}
        return Content.assemble(
            ("[x] " if on else "[ ] ", "bold $accent"),
            _(column.heading),
            ("" if fits else "  " + _("tidak muat pada lebar ini"), "$text-muted"),
        )

    @property
    def _names(self) -> tuple[str, ...]:
        """What is chosen, in the order of the list."""
        return tuple(c.name for c in COLUMNS if c.name in self.chosen or c.name == "title")

    def action_turn(self) -> None:
        """Space."""
        options = self.query_one(OptionList)
        place = options.highlighted
        if place is not None:
            self.chosen ^= {CHOICES[place].name}
            for each in range(len(CHOICES)):  # one that is turned on may take the room of another
                options.replace_option_prompt_at_index(each, self._line(each))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: in the order of the list."""
        self.dismiss(self._names)
