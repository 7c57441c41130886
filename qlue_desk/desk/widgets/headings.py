"""Headings between the rows of a list: which line of the screen is which row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


class Headings:
    """Each heading stands above the row with which its group begins; rows keep their own numbers."""

    def __init__(self, groups: Sequence[tuple[str, int]] = ()) -> None:
        """`groups` are a heading's text and how many rows follow it, in the order of the list."""
        self.texts = [text for text, _count in groups]
        self._starts: list[int] = []
        start = 0
        for _text, count in groups:
            self._starts.append(start)
            start += count
        self._place_lines()

    def _place_lines(self) -> None:
        self._lines = [start + place for place, start in enumerate(self._starts)]

    def __len__(self) -> int:
        """How many lines they take."""
        return len(self._starts)

    def line_of(self, row: int) -> int:
        """The line of a row, both counted from 0."""
        return row + bisect_right(self._starts, row)

    def at(self, line: int) -> tuple[int | None, int]:
        """The heading of a line (None where it is a row), and the row there or the next one below."""
        above = bisect_right(self._lines, line)
        if above and self._lines[above - 1] == line:
            return above - 1, self._starts[above - 1]
        return None, line - above

    def top_of(self, row: int) -> int:
        """The line to be seen with a row: its own, or that of its heading right above."""
        line = self.line_of(row)
        return line - 1 if row in self._starts else line

    def group_of(self, row: int) -> int | None:
        """In which group a row stands."""
        place = bisect_right(self._starts, row) - 1
        return place if place >= 0 else None

    def removed(self, row: int) -> None:
        """A row was taken out of the list."""
        self._starts = [start - (start > row) for start in self._starts]
        self._place_lines()

    def inserted(self, row: int) -> None:
        """A row was put in; between two groups it belongs to the upper one."""
        self._starts = [start + (start >= row and start > 0) for start in self._starts]
        self._place_lines()
