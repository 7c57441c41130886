"""Writes cells to a terminal with as few bytes as all terminals understand."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.control import Control

Colour = str
"""The parameters that choose it, `38;2;255;0;0`; "" for the terminal's own."""


class Look(msgspec.Struct, frozen=True):
    """Colours and attributes of a letter."""

    attributes: tuple[str, ...] = ()
    ink: Colour = ""
    ground: Colour = ""
    unread: tuple[str, str] | None = None
    """The sequences before and behind a letter that say more than these (a link), as they came; then all else is empty."""

    @property
    def before(self) -> str:
        """What makes a terminal that shows its own colours write so."""
        if self.unread is not None:
            return self.unread[0]
        return _said([*self.attributes, self.ink, self.ground])

    @property
    def behind(self) -> str:
        """What ends it."""
        if self.unread is not None:
            return self.unread[1]
        return "" if self == PLAIN else "\x1b[0m"

    @property
    def of_blanks(self) -> Look:
        """What is seen of it where nothing is written; never the look of a letter itself."""
        if self.unread is not None or not _UNSEEN.issuperset(self.attributes):
            return self
        return Look(ground=self.ground)


Cell = tuple[str, Look]
PLAIN = Look()
_UNSEEN = frozenset({"1", "2", "3"})
"""Bold, faint, slanted: a blank is the same in all of them."""


def look_of(before: str, behind: str) -> Look:
    """A look by its sequences."""
    if not before and not behind:
        return PLAIN
    if not before.startswith("\x1b[") or before.count("\x1b") != 1 or behind != "\x1b[0m":
        return Look(unread=(before, behind))
    attributes: list[str] = []
    ink = ground = ""
    words = before[2:-1].split(";")
    while words:
        taken = 1
        if words[0] in ("38", "48"):
            taken = 5 if words[1:2] == ["2"] else 3
        said, words = ";".join(words[:taken]), words[taken:]
        code = int(said.partition(";")[0])
        if 30 <= code <= 38 or 90 <= code <= 97:
            ink = said
        elif 40 <= code <= 48 or 100 <= code <= 107:
            ground = said
        elif code not in (39, 49):
            attributes.append(said)
    return Look(tuple(attributes), ink, ground)


class Pen:
    """Writes cells, of each look only what differs from the one before, also over a jump."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._look = PLAIN
        self._line = -1

    def scroll(self, top: int, bottom: int, by: int) -> None:
        """Move the lines from `top` to `bottom` (both with it) up by so many, down where it is less than 0.

        With lines deleted and inserted between margins, which a VT102 knew; `SU` and `SD` are missing on the
        console of Linux. What comes in is blank in whatever colour the terminal likes.
        """
        self._parts.append(
            f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1};1H\x1b[{abs(by)}{'M' if by > 0 else 'L'}\x1b[r"
        )
        self._line = -1

    def write(self, x: int, y: int, cells: Sequence[Cell | None]) -> None:
        """Jump to the place and write there; of what is not known (None) nothing can be written."""
        # The column alone where the line is the same: never relative, for widths are disputed.
        self._parts.append(f"\x1b[{x + 1}G" if y == self._line else Control.move_to(x, y).segment.text)
        self._line = y
        parts, shown = self._parts, self._look
        given: Look | None = None
        given_blank = False
        for cell in cells:
            assert cell is not None, (
                "what stands there is not known"
            )  # skipped, the next would stand in its place
            text, look = cell
            is_blank = text == " "
            # A blank may have left another look than its own behind, so a letter of the same look is none the less new.
            if is_blank is not given_blank or (look is not given and look != given):
                given, given_blank = look, is_blank
                needed = _over(shown, look) if is_blank else look
                parts.append(_change(shown, needed))
                shown = needed
            parts.append(text)
        self._look = shown

    def lifted(self) -> str:
        """All that was written; the terminal has no look of ours any more."""
        self._parts.append(self._look.behind)
        return "".join(self._parts)


def _over(shown: Look, blank: Look) -> Look:
    """What a blank is written with: as little as can be changes for it."""
    if shown.unread is not None or not _UNSEEN.issuperset(shown.attributes):
        return blank
    if blank.unread is not None or blank.attributes:
        return blank
    return shown if shown.ground == blank.ground else Look(shown.attributes, shown.ink, blank.ground)


def _change(old: Look, new: Look) -> str:
    """From one look to the next."""
    if old == new:
        return ""
    if old.unread is not None or new.unread is not None:
        return old.behind + new.before
    more = [each for each in new.attributes if each not in old.attributes]
    if len(more) + len(old.attributes) != len(new.attributes):  # one ends, and only all together can be ended
        return _said(["0", *new.attributes, new.ink, new.ground])
    changed = more
    if old.ink != new.ink:
        changed.append(new.ink or "39")
    if old.ground != new.ground:
        changed.append(new.ground or "49")
    return old.behind if new == PLAIN else _said(changed)


def _said(parameters: list[str]) -> str:
    words = ";".join(each for each in parameters if each)
    return f"\x1b[{words}m" if words else ""
