"""Which rows a list has, where its cursor stands and which are marked: knows no screen."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from qlue_desk.desk.widgets.headings import Headings
from qlue_desk.desk.widgets.place_kept import settle, without


class Standing:
    """Rows by their number, in the list's order."""

    def __init__(self) -> None:
        self.numbers: array[int] = array("q")
        self.headings = Headings()
        self._groups: Sequence[tuple[str, int]] = ()
        self.cursor = 0
        self.guest: int | None = None
        """The row under the cursor where the list has it elsewhere now, or no longer: it stays until the
        cursor leaves, so that nobody loses the place and the next key hits no row that nobody chose."""
        self._guest_home: int | None = None
        """Where the list has the guest now; None when it no longer has it."""
        self.follows = False
        """The next list takes the cursor along with its row, instead of keeping that where it was."""
        self.marks: set[int] = set()
        self.lost_marks = 0
        """How many rows were marked before the last of them left the list by itself."""
        self._marks_to_come: set[int] = set()
        """Rows to be marked as soon as the list has them."""
        self.range_start: int | None = None
        """Where the last mark was set; a range starts there."""

    def marks_changed(self) -> None:
        """Other rows are marked than before."""

    # --- rows and cursor -----------------------------------------------------------------------

    @property
    def current(self) -> int | None:
        """Row number under the cursor."""
        return self.numbers[self.cursor] if self.cursor < len(self.numbers) else None

    @property
    def absent(self) -> int | None:
        """The guest, where the list no longer has it at all."""
        return self.guest if self._guest_home is None else None

    @property
    def count(self) -> int:
        """How many rows the list has, without one that is only still shown."""
        return len(self.numbers) - (self.absent is not None)

    def stand(self, numbers: array[int], groups: Sequence[tuple[str, int]], *, keep_cursor: bool) -> None:
        """Other rows; with `keep_cursor` the cursor stays on its row and the row in its place."""
        self._sift_marks(numbers, keep=keep_cursor)
        headings, place = Headings(groups), 0
        guest = home = None
        if keep_cursor and self.current is not None:
            settled = settle(self.numbers, self.cursor, numbers)
            place = settled.place
            if settled.away and self.follows and settled.home is not None:
                place = settled.home
            elif settled.away:
                guest, home = self.current, settled.home
                if home is not None:
                    headings.removed(home)
                numbers = without(numbers, home)
                numbers.insert(place, guest)
                headings.inserted(place)
        self.guest, self._guest_home = guest, home
        self.numbers, self.headings, self._groups = numbers, headings, groups
        self.cursor = place
        self.follows = False

    def dismiss_guest(self, index: int) -> int:
        """The cursor leaves the guest for `index`; the row there has this index afterwards."""
        guest, home = self.guest, self._guest_home
        self.numbers = without(self.numbers, self.cursor)
        index -= index > self.cursor
        if guest is not None and home is not None:
            self.numbers.insert(home, guest)
            index += home <= index
        self.headings = Headings(self._groups)  # without the guest the list is as it was given
        self.guest = self._guest_home = None
        return index

    # --- marks ---------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[int]:
        """Marked rows in the list's order, else the one under the cursor."""
        if self.marks:
            return [number for number in self.numbers if number in self.marks]
        return [self.current] if self.current is not None else []

    def _sift_marks(self, numbers: array[int], *, keep: bool) -> None:
        """Marked is what the list has; with `keep` those marks are remembered that did not come yet."""
        here = set(numbers) if self.marks or self._marks_to_come else set()
        marked = len(self.marks)
        self.marks = (self.marks | self._marks_to_come) & here
        if marked and not self.marks and keep:
            self.lost_marks = marked
        self._marks_to_come = self._marks_to_come - here if keep else set()

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        if self.current is not None and self.current != self.absent:
            self.marks ^= {self.current}
            self.range_start = self.cursor
            self.marks_changed()

    def mark_range(self) -> None:
        """Mark from the last mark to the cursor."""
        start = self.range_start if self.range_start is not None else self.cursor
        low, high = sorted((min(start, len(self.numbers) - 1), self.cursor))
        self.marks |= set(self.numbers[low : high + 1]) - {self.absent}
        self.range_start = self.cursor
        self.marks_changed()

    def mark_all(self) -> None:
        """Mark every row, or none when all are marked."""
        everything = set(self.numbers) - {self.absent}
        self.marks = set() if self.marks == everything else everything
        self.marks_changed()

    def mark_again(self, numbers: Sequence[int]) -> None:
        """Mark these rows, those that are not in the list when they come back into it."""
        here = set(self.numbers) - {self.absent}
        self.marks |= here & set(numbers)
        self._marks_to_come = set(numbers) - here
        self.marks_changed()

    def clear_marks(self) -> None:
        """Mark nothing."""
        self.marks.clear()
        self.lost_marks = 0
        self._marks_to_come.clear()
        self.range_start = None
        self.marks_changed()
