"""The list beside the map: each kelurahan with its number; a choice in it stands out on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from qlue_desk.cities.outlines import Shape
from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.widgets.map_painting import ASCII_SHADES, SHADES, shade_of
from qlue_desk.words import _

WIDTH = 30


class Entry(msgspec.Struct, frozen=True):
    """A kelurahan ('' for none) and how many reports it has."""

    code: str
    name: str
    count: int


def entries(shapes: Sequence[Shape], counts: Mapping[str, int], names: Mapping[str, str]) -> list[Entry]:
    """All that have reports, largest first; those that no map knows are named too."""
    known = {shape.code: shape.name for shape in shapes}
    found = [
        Entry(code, known.get(code) or names.get(code) or code or _("tanpa kelurahan"), count)
        for code, count in counts.items()
        if count
    ]
    return sorted(found, key=lambda entry: (-entry.count, entry.code == "", entry.name))


class Legend(OptionList, can_focus=False):
    """The entries; the screen's keys move in it."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self.entries: list[Entry] = []

    def show(self, found: list[Entry]) -> None:
        """Show these; the chosen kelurahan stays chosen."""
        before = self.current
        self.entries = found
        most = max((entry.count for entry in found if entry.code), default=0)
        shades = ASCII_SHADES if self._ascii else SHADES
        room = WIDTH - 13  # a cell is kept for the scroll bar
        self.clear_options()
        for entry in found:
            shade = shade_of(entry.count, most) if entry.code else -1
            colour = ("$status-grey", "$status-yellow", "$status-red")[max(0, shade)]
            self.add_option(
                Option(
                    Content.assemble(
                        (shades[shade] * 2 if shade >= 0 else "  ", colour),
                        (" " + fit(safe(entry.name), room), ""),
                        (wording.number(entry.count).rjust(6), "bold"),
                    )
                )
            )
        places = [
            place for place, entry in enumerate(found) if before is not None and entry.code == before.code
        ]
        if found:
            self.highlighted = places[0] if places else 0

    @property
    def current(self) -> Entry | None:
        """The chosen one."""
        place = self.highlighted
        return self.entries[place] if place is not None and place < len(self.entries) else None

    def step(self, rows: int) -> None:
        """Move the choice, held inside the list."""
        if self.entries:
            self.highlighted = max(0, min((self.highlighted or 0) + rows, len(self.entries) - 1))

    def choose(self, code: str) -> None:
        """Put the cursor on a kelurahan, where it has reports."""
        for place, entry in enumerate(self.entries):
            if entry.code == code:
                self.highlighted = place
