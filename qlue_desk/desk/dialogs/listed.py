"""A dialog around one list: the keys that move in lists everywhere."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from qlue_desk.desk.dialogs.base import Answer, Dialog


class Listed(Dialog[Answer]):
    """`j k` a line, `ctrl+d ctrl+u` a page, `g G` (and home, end) the first and the last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "list_move('cursor_down')", show=False),
        Binding("k", "list_move('cursor_up')", show=False),
        Binding("ctrl+d", "list_move('page_down')", show=False),
        Binding("ctrl+u", "list_move('page_up')", show=False),
        Binding("g,home", "list_move('first')", show=False),
        Binding("G,end", "list_move('last')", show=False),
    ]

    def action_list_move(self, how: str) -> None:
        """As the list's own key does."""
        getattr(self.query_one(OptionList), f"action_{how}")()
