"""The palette (`:`): every action, every view, and any report by its number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.widgets.fields import SafeInput
from qlue_desk.words import _

BOX_WIDTH = 92
_NUMBER = re.compile(r"(?:[A-Za-z]{2,4}-\d{2}-)?\d{2,6}")


class Command(msgspec.Struct, frozen=True):
    """One line of the palette."""

    key: str
    """`action:…`, `view:…` or `number:…`"""
    label: str
    hint: str = ""
    keys: str = ""


def matching(commands: Sequence[Command], typed: str) -> list[Command]:
    """Commands that contain all typed words, a number first."""
    wanted = typed.strip().casefold()
    found = [
        c for c in commands if all(_begins_a_word(w, f"{c.label} {c.hint} {c.keys}") for w in wanted.split())
    ]
    found.sort(key=lambda c: not c.label.casefold().startswith(wanted))
    if _NUMBER.fullmatch(wanted):
        found.insert(0, Command(f"number:{wanted}", _("Buka laporan {number}").format(number=wanted.upper())))
    return found


def _begins_a_word(wanted: str, text: str) -> bool:
    return f" {wanted}" in " " + text.casefold()


class _PaletteInput(SafeInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "pick(1)", show=False),
        Binding("up", "pick(-1)", show=False),
    ]

    def action_pick(self, step: int) -> None:
        options = self.screen.query_one("#found", OptionList)
        (options.action_cursor_down if step > 0 else options.action_cursor_up)()


class PaletteDialog(Dialog[str]):
    """Type a few letters, enter runs."""

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self.commands = list(commands)
        self.title_text = _("Perintah")
        self.keys_text = _("enter jalankan   ↑ ↓ pilih   esc tutup")

    def body(self) -> ComposeResult:
        """Filter and list."""
        yield _PaletteInput(placeholder=_("perintah, tampilan, atau nomor laporan"), id="typed")
        options = OptionList(id="found")
        options.can_focus = False
        yield options

    def on_mount(self) -> None:
        """All commands at first."""
        self._fill("")
        self.query_one("#typed").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter."""
        self._fill(event.value)

    def _fill(self, typed: str) -> None:
        options = self.query_one("#found", OptionList)
        room = min(BOX_WIDTH, self.app.size.width) - 8 - 22 - 6
        options.set_options(
            Option(
                Content.assemble(
                    (fit(safe(c.keys), 8), "bold $accent"),
                    (fit(safe(c.label), 22), ""),
                    (fit(safe(c.hint), room), "$text-muted"),
                ),
                id=c.key,
            )
            for c in matching(self.commands, typed)
        )
        if options.option_count:
            options.highlighted = 0

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        option = self.query_one("#found", OptionList).highlighted_option
        if option is not None:
            self.dismiss(str(option.id))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        self.dismiss(str(event.option.id))
