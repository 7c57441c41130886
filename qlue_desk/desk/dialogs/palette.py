"""The palette (`:`): every action, every move of the report under the cursor, every view, any report."""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.later import later
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

BOX_WIDTH = 92
KEYS_WIDTH = 8
LONGEST_LABEL = 38
_NUMBER = re.compile(r"(?:[a-z]{1,4}[- ]?)?(?:\d{2}[- ])?\d{1,6}")
"""A report's number as people write it: `BGR-26-000082`, `26-000082`, `82`."""
_LIKE = 0.75
"""From this likeness on (0–1) a word counts as a slip of the fingers."""


class Command(msgspec.Struct, frozen=True):
    """One line of the palette."""

    key: str
    """`action:…`, `move:…`, `view:…` or `number:…`"""
    label: str
    hint: str = ""
    keys: str = ""
    also: str = ""
    """Other words by which it is found."""


FindReports = Callable[[str], Awaitable[Sequence[Command]]]


def is_number(typed: str) -> bool:
    """Whether this may be the number of a report."""
    return _NUMBER.fullmatch(typed.strip().casefold()) is not None


def matching(commands: Sequence[Command], typed: str) -> list[Command]:
    """Commands that fit all typed words, the best first: beginnings, then parts, then slips."""
    wanted = typed.casefold().split()
    ranked: list[tuple[int, Command]] = []
    for command in commands:
        ranks = [_rank(word, command) for word in wanted]
        if None not in ranks:
            ranked.append((max((rank for rank in ranks if rank is not None), default=0), command))
    ranked.sort(key=lambda pair: pair[0])
    best = ranked[0][0] if ranked else 0
    # Slips are offered only where nothing was really meant.
    return [command for rank, command in ranked if rank < _FUZZY or best >= _FUZZY]


_FUZZY = 4
_NOTHING_FITS = N_("Tidak ada perintah atau laporan yang cocok.")


def _rank(wanted: str, command: Command) -> int | None:
    """How well one typed word fits, 0 best; None when it does not."""
    label = command.label.casefold()
    rest = f"{command.hint} {command.keys} {command.also}".casefold()
    if label.startswith(wanted):
        return 0
    if f" {wanted}" in f" {label}":
        return 1
    if f" {wanted}" in f" {rest}":
        return 2
    if len(wanted) > 1 and (wanted in label or wanted in rest):
        return 3
    if len(wanted) > 1 and _in_order(wanted, label):
        return _FUZZY
    words = f"{label} {command.also}".casefold().split()
    if len(wanted) > 3 and difflib.get_close_matches(wanted, words, n=1, cutoff=_LIKE):
        return _FUZZY + 1
    return None


def _in_order(wanted: str, text: str) -> bool:
    """Whether all letters of `wanted` stand in `text` one after the other, the first at a word's start."""
    starts = [0, *(found.end() for found in re.finditer(r"\s", text))]
    for start in starts:
        letters = iter(text[start:])
        if text[start : start + 1] == wanted[0] and all(letter in letters for letter in wanted):
            return True
    return False


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

    def __init__(self, commands: Sequence[Command], find_reports: FindReports) -> None:
        super().__init__()
        self.commands = list(commands)
        self.find_reports = find_reports
        self.shown: list[Command] = []
        self.title_text = _("Perintah")
        self.keys_text = _("enter jalankan   ↑ ↓ pilih   esc tutup")

    def body(self) -> ComposeResult:
        """Filter, list, and what the line under the cursor does."""
        yield _PaletteInput(placeholder=_("perintah, tampilan, atau nomor laporan"), id="typed")
        options = OptionList(id="found")
        options.can_focus = False
        yield options
        yield Static(id="nothing")
        yield Static(id="meaning")

    def on_mount(self) -> None:
        """All commands at first."""
        self._fill(matching(self.commands, ""))
        self.query_one("#typed").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter; a number is looked up among the reports as well."""
        typed = event.value.strip()
        found = matching(self.commands, typed)
        if typed and is_number(typed):
            # Enter may come before the answer does; the desk then says whether there is such a report.
            guess = Command(f"number:{typed}", _("Buka laporan {number}").format(number=typed.upper()))
            self._fill(_with_reports(found, [guess], typed))
            later(self, self._look_up(typed, found), group="find")
        else:
            self._fill(found)

    async def _look_up(self, typed: str, found: list[Command]) -> None:
        reports = await self.find_reports(typed)
        if self.query_one("#typed", Input).value.strip() == typed:
            self._fill(_with_reports(found, reports, typed), unknown="" if reports else typed.upper())

    def _fill(self, commands: list[Command], *, unknown: str = "") -> None:
        """`unknown`: a number that no report of this desk has, nor one that left it."""
        self.shown = commands
        options = self.query_one("#found", OptionList)
        label = min(LONGEST_LABEL, max((len(safe(c.label)) for c in commands), default=0))
        room = min(BOX_WIDTH, self.app.size.width) - KEYS_WIDTH - label - 2 - 6
        options.set_options(
            Option(
                Content.assemble(
                    (fit(safe(c.keys), KEYS_WIDTH), "bold $accent"),
                    (fit(safe(c.label), label) + "  ", ""),
                    (fit(safe(c.hint), room), "$text-muted"),
                ),
                id=c.key,
            )
            for c in commands
        )
        options.display = bool(commands)
        nothing = self.query_one("#nothing", Static)
        nothing.display = not commands
        words = _("Laporan {number} tidak ada di meja ini.") if unknown else _(_NOTHING_FITS)
        nothing.update(Content(safe(words.format(number=unknown))))
        self._explain(0 if commands else None)
        if commands:
            options.highlighted = 0

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say in full what it does, because a line may be too short for that."""
        self._explain(event.option_index)

    def _explain(self, place: int | None) -> None:
        words = ""
        if place is not None and place < len(self.shown):
            words = " · ".join(filter(None, (self.shown[place].label, self.shown[place].hint)))
        self.query_one("#meaning", Static).update(Content(safe(words)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        option = self.query_one("#found", OptionList).highlighted_option
        if self.shown and option is not None:
            self.dismiss(str(option.id))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        self.dismiss(str(event.option.id))


def _with_reports(found: list[Command], reports: Sequence[Command], typed: str) -> list[Command]:
    """Reports first; but a single digit is the key of a view before it is a number."""
    return [*found, *reports] if len(typed) == 1 else [*reports, *found]
