"""Tab in a dialog: round and round among its fields, never out of them to where letters are commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen
from textual.widget import Widget


class FieldWalk:
    """The cursor among the fields of a dialog."""

    def __init__(self, dialog: Screen[Any]) -> None:
        self._dialog = dialog
        self._brought_to: Widget | None = None

    def place(self, fields: Sequence[Widget]) -> int:
        """Index of the field with the focus, -1 when none has it."""
        focused = self._dialog.focused
        around = focused.ancestors_with_self if focused is not None else []
        return next((index for index, field in enumerate(fields) if field in around), -1)

    def bring_to(self, field: Widget) -> None:
        """Enter in a field leads on to `field`; a tab that follows by habit must not skip it."""
        field.focus()
        self._brought_to = field

    def typed(self) -> None:
        """Something was typed: the next tab means what it says."""
        self._brought_to = None

    def step(self, fields: Sequence[Widget], step: int) -> None:
        """Tab (1) or shift+tab (-1)."""
        here = self.place(fields)
        brought_to, self._brought_to = self._brought_to, None
        if not fields or (step > 0 and here >= 0 and fields[here] is brought_to):
            return
        fields[(here + step) % len(fields) if here >= 0 else (0 if step > 0 else -1)].focus()
