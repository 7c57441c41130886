"""A list of any length: an array of row numbers, with pages of rows fetched when they come into view.

Textual's DataTable measures every cell on the event loop (13 s for 100,000 rows); this one
draws only the lines on screen and never waits for the store.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from qlue_desk.desk.safe_text import fit
from qlue_desk.desk.widgets.headings import Headings
from qlue_desk.desk.widgets.place_kept import settle, without
from qlue_desk.desk.widgets.still import StillView

Row = TypeVar("Row")
PAGE = 64
"""Rows of one fetch."""
PAGES_KEPT = 32
STRIPS_KEPT = 512

Fetch = Callable[[list[int]], "Future[Sequence[Row]]"]
"""Row numbers to a future of their rows, in the same order (a missing row is left out by the caller)."""


class VirtualList(StillView, Generic[Row], can_focus=True, inherit_bindings=False):
    """Cursor, marks and pages over row numbers; subclasses draw a row in `draw_row`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--cursor", "list--marked", "list--muted", "list--heading"}
    DEFAULT_CSS = """
    VirtualList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    VirtualList .list--cursor { background: $cursor-line; color: $cursor-line-text; }
    VirtualList .list--marked { background: $marked-line; }
    VirtualList .list--muted { color: $text-muted; }
    VirtualList .list--heading { color: $accent; text-style: bold; }
    """

    class Highlighted(Message):
        """The cursor stands on another row, or on a row whose content was fetched anew."""

        def __init__(self, list_: VirtualList[Any], row: int | None) -> None:
            super().__init__()
            self.list = list_
            self.row = row

        @property
        def control(self) -> VirtualList[Any]:
            """The list."""
            return self.list

        def can_replace(self, message: Message) -> bool:
            """Only the newest matters while a key is held down."""
            return isinstance(message, VirtualList.Highlighted) and message.list is self.list

    class Opened(Message):
        """Enter, or a second click, on a row."""

        def __init__(self, list_: VirtualList[Any], row: int) -> None:
            super().__init__()
            self.list = list_
            self.row = row

        @property
        def control(self) -> VirtualList[Any]:
            """The list."""
            return self.list

    class WidthChanged(Message):
        """Lines are drawn at another width now (layout, a scroll bar): a heading must follow."""

        def __init__(self, list_: VirtualList[Any]) -> None:
            super().__init__()
            self.list = list_

        @property
        def control(self) -> VirtualList[Any]:
            """The list."""
            return self.list

    class _PageCame(Message):
        """A page arrived from the store's reader thread."""

        def __init__(self, generation: int, page: int, rows: dict[int, Any]) -> None:
            super().__init__()
            self.generation = generation
            self.page = page
            self.rows = rows

    def __init__(
        self,
        fetch: Fetch[Row],
        row_number: Callable[[Row], int],
        *,
        identity: Callable[[Row], str] | None = None,
        id: str | None = None,
    ) -> None:
        """`identity` names what a row shows: SQLite gives a freed row number to the next row."""
        super().__init__(id=id)
        self._fetch = fetch
        self._row_number = row_number
        self._identity = identity or (lambda row: "")
        self.numbers: array[int] = array("q")
        self.headings = Headings()
        self._groups: Sequence[tuple[str, int]] = ()
        self.cursor = 0
        self.guest: int | None = None
        """The row under the cursor where the list has it elsewhere now, or no longer: it stays until the
        cursor leaves, so that nobody loses the place and the next key hits no row that nobody chose."""
        self._guest_home: int | None = None
        """Where the list has the guest now; None when it no longer has it."""
        self.marks: set[int] = set()
        self.lost_marks = 0
        """How many rows were marked before the last of them left the list by itself."""
        self._marks_to_come: set[int] = set()
        """Rows to be marked as soon as the list has them."""
        self.range_start: int | None = None
        """Where the last mark was set; a range starts there."""
        self._known: OrderedDict[int, Row] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: set[int] = set()
        self._generation = 0
        self._strips: OrderedDict[tuple[Any, ...], Strip] = OrderedDict()
        self._strips_of: tuple[Any, ...] = ()
        self._drawn_width = 0
        self.loading = False

    # --- content -------------------------------------------------------------------------------

    def set_numbers(
        self, numbers: array[int], *, keep_cursor: bool = True, groups: Sequence[tuple[str, int]] = ()
    ) -> None:
        """Show these rows; with `keep_cursor` the cursor stays on its row and the row in its place.

        `groups` are headings, each with how many of the rows follow it.
        """
        headings, line = Headings(groups), self.headings.line_of(self.cursor)
        here = set(numbers) if self.marks or self._marks_to_come else set()
        marked = len(self.marks)
        self.marks = (self.marks | self._marks_to_come) & here
        if marked and not self.marks and keep_cursor:
            self.lost_marks = marked
        self._marks_to_come = self._marks_to_come - here if keep_cursor else set()
        self.guest = self._guest_home = None
        place = 0
        if keep_cursor and self.current is not None:
            settled = settle(self.numbers, self.cursor, numbers)
            place = settled.place
            if settled.away:
                self.guest, self._guest_home = self.current, settled.home
                if settled.home is not None:
                    headings.removed(settled.home)
                numbers = without(numbers, settled.home)
                numbers.insert(place, self.guest)
                headings.inserted(place)
        self.numbers, self.headings, self._groups = numbers, headings, groups
        self._generation += 1
        self._asked.clear()
        offset = headings.line_of(place) - line
        self.cursor = place
        self._measure()
        if keep_cursor and offset and self.scroll_y:
            self.scroll_to(y=self.scroll_y + offset, animate=False, immediate=True)
        elif not keep_cursor:
            self.scroll_to(y=0, animate=False, immediate=True)
        self._show_cursor()
        self.refresh()
        self.post_message(self.Highlighted(self, self.current))

    def _dismiss_guest(self) -> None:
        """The cursor leaves the row that the list has elsewhere, or no longer."""
        if self.guest is None:
            return
        self.numbers = without(self.numbers, self.cursor)
        if self._guest_home is None:
            self._known.pop(self.guest, None)
        else:
            self.numbers.insert(self._guest_home, self.guest)
        self.headings = Headings(self._groups)  # without the guest the list is as it was given
        self.guest = self._guest_home = None
        # Pages begin at other rows now.
        self._generation += 1
        self._asked.clear()
        self._measure()

    def _measure(self) -> None:
        """How many lines there are to scroll."""
        self.virtual_size = Size(self.size.width, len(self.numbers) + len(self.headings))

    @property
    def absent(self) -> int | None:
        """The guest, where the list no longer has it at all."""
        return self.guest if self._guest_home is None else None

    @property
    def count(self) -> int:
        """How many rows the list has, without one that is only still shown."""
        return len(self.numbers) - (self.absent is not None)

    @property
    def known(self) -> Iterable[Row]:
        """What was fetched of the rows, as far as it is kept."""
        return self._known.values()

    def prime(self, rows: Sequence[Row]) -> None:
        """Take rows that were fetched already, so that the first paint shows them."""
        for row in rows:
            number = self._row_number(row)
            self._known[number] = row
            self._stale.discard(number)
        self._strips.clear()

    def redraw(self) -> None:
        """Draw all lines anew: something that they show beside their rows is another one."""
        self._strips.clear()
        self.refresh()

    def forget(self, numbers: Sequence[int] | None = None) -> None:
        """Fetch rows anew (all when None); the old content stays visible until the new one is here."""
        self._generation += 1
        self._asked.clear()
        self._stale |= set(self._known) if numbers is None else set(numbers)
        for index in self._visible():
            self._want(index)

    @property
    def current(self) -> int | None:
        """Row number under the cursor."""
        return self.numbers[self.cursor] if self.cursor < len(self.numbers) else None

    def row_at(self, number: int | None) -> Row | None:
        """What is known of a row; None while it is fetched."""
        return self._known.get(number) if number is not None else None

    @property
    def chosen(self) -> list[int]:
        """Marked rows in the list's order, else the one under the cursor."""
        if self.marks:
            return [number for number in self.numbers if number in self.marks]
        return [self.current] if self.current is not None else []

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        wanted = [
            number
            for number in self.numbers[page * PAGE : (page + 1) * PAGE]
            if number not in self._known or number in self._stale
        ]
        if not wanted:
            return
        generation = self._generation
        future = self._fetch(wanted)

        def came(done: Future[Sequence[Row]]) -> None:
            if done.cancelled() or done.exception() is not None:
                rows: dict[int, Row] = {}
            else:
                rows = {self._row_number(row): row for row in done.result()}
            self.post_message(self._PageCame(generation, page, rows))

        future.add_done_callback(came)

    def on_virtual_list__page_came(self, message: _PageCame) -> None:
        """Keep the rows; repaint if they are still wanted."""
        message.stop()
        if not message.rows and message.generation == self._generation:
            self._asked.discard(message.page)  # an interrupted read: the next paint asks again
        changed = set()
        for number, row in message.rows.items():
            if number == self.guest and not self._is_same(number, row):
                continue
            if self._known.get(number) != row:
                changed.add(number)
            self._known[number] = row
            self._known.move_to_end(number)
            if message.generation == self._generation:
                self._stale.discard(number)
        while len(self._known) > PAGE * PAGES_KEPT:
            self._known.popitem(last=False)
        self._draw_changed(changed)
        if self.current in changed:
            self.post_message(self.Highlighted(self, self.current))

    def _draw_changed(self, numbers: set[int]) -> None:
        """Draw the lines of these rows again, and no other: the news of a flood touch few that are seen."""
        for key in [key for key in self._strips if key[0] in numbers]:
            del self._strips[key]
        for index in self._visible():
            if self.numbers[index] in numbers:
                self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))

    def _visible(self) -> range:
        """Places of the list that are on the screen."""
        top = self.scroll_offset.y
        return range(top, min(top + self.size.height, len(self.numbers)))

    def _is_same(self, number: int, row: Row) -> bool:
        known = self._known.get(number)
        return known is None or self._identity(known) == self._identity(row)

    # --- drawing -------------------------------------------------------------------------------

    def draw_row(self, row: Row, width: int, base: Style, *, cursor: bool, marked: bool) -> list[Segment]:
        """Segments of one row, exactly `width` cells. Subclasses fill this in."""
        raise NotImplementedError

    def style_key(self) -> tuple[Any, ...]:
        """What all rows' looks depend on besides the row itself (theme, minute of the clock)."""
        return (self.app.theme,)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        if width != self._drawn_width:
            self._drawn_width = width
            self.post_message(self.WidthChanged(self))
        heading, index = self.headings.at(y + self.scroll_offset.y)
        if heading is not None:
            return self._heading_strip(heading, width)
        if index >= len(self.numbers):
            return Strip.blank(width, self.rich_style)
        self._want(index)
        number = self.numbers[index]
        row = self._known.get(number)
        cursor = index == self.cursor
        marked = number in self.marks
        base = self._base_style(cursor=cursor, marked=marked)
        guest = number == self.absent
        if row is None:
            muted = base + self.get_component_rich_style("list--muted", partial=True)
            return Strip([Segment("  …".ljust(width), muted)], width)
        shared = (width, self.has_focus, *self.style_key())
        if shared != self._strips_of:
            self._strips.clear()
            self._strips_of = shared
        key = (number, cursor, marked, guest)
        strip = self._strips.get(key)
        if strip is None:
            segments = self.draw_row(row, width, base, cursor=cursor, marked=marked)
            if guest:
                muted = self.get_component_rich_style("list--muted", partial=True)
                segments = [
                    Segment(segment.text, (segment.style or base) + Style(color=muted.color, bold=False))
                    for segment in segments
                ]
            strip = Strip(segments, width)
            self._strips[key] = strip
            if len(self._strips) > STRIPS_KEPT:
                self._strips.popitem(last=False)
        return strip.apply_offsets(0, y + self.scroll_offset.y)

    def _heading_strip(self, heading: int, width: int) -> Strip:
        style = self.rich_style + self.get_component_rich_style("list--heading", partial=True)
        return Strip([Segment(fit(f" {self.headings.texts[heading]}", width), style)], width)

    def _base_style(self, *, cursor: bool, marked: bool) -> Style:
        base = self.rich_style
        if marked:
            base += self.get_component_rich_style("list--marked", partial=True)
        if cursor:
            base += self.get_component_rich_style("list--cursor", partial=True)
        return base

    def _want(self, index: int) -> None:
        page = index // PAGE
        self._ask(page)
        if index % PAGE > PAGE * 3 // 4 and (page + 1) * PAGE < len(self.numbers):
            self._ask(page + 1)

    def on_resize(self) -> None:
        """Keep the scrollable size in step."""
        self._measure()
        self._show_cursor()

    # --- cursor and marks ----------------------------------------------------------------------

    def move_to(self, index: int) -> None:
        """Put the cursor on the `index`-th row, held inside the list."""
        index = max(0, min(index, len(self.numbers) - 1))
        if not self.numbers or index == self.cursor:
            return
        if self.guest is not None:
            home, index = self._guest_home, index - (index > self.cursor)
            index += home is not None and home <= index
            self._dismiss_guest()
            self.refresh()
        before, self.cursor = self.cursor, index
        self._show_cursor()
        for row in (before, index):
            line = self.headings.line_of(row)
            self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))
        self.post_message(self.Highlighted(self, self.current))

    def move_by(self, rows: int) -> None:
        """Move the cursor; negative is up."""
        self.move_to(self.cursor + rows)

    @property
    def half_page(self) -> int:
        """Rows of ctrl+d."""
        return max(1, self.size.height // 2)

    def _show_cursor(self) -> None:
        height = self.size.height
        if not height:
            return
        top, line = self.scroll_offset.y, self.headings.line_of(self.cursor)
        upper = self.headings.top_of(self.cursor)
        if upper < top:
            self.scroll_to(y=upper, animate=False, immediate=True)
        elif line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, immediate=True)

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        if self.current is not None and self.current != self.absent:
            self.marks ^= {self.current}
            self.range_start = self.cursor
            self.refresh()

    def mark_range(self) -> None:
        """Mark from the last mark to the cursor."""
        start = self.range_start if self.range_start is not None else self.cursor
        low, high = sorted((min(start, len(self.numbers) - 1), self.cursor))
        self.marks |= set(self.numbers[low : high + 1]) - {self.absent}
        self.range_start = self.cursor
        self.refresh()

    def mark_all(self) -> None:
        """Mark every row, or none when all are marked."""
        everything = set(self.numbers) - {self.absent}
        self.marks = set() if self.marks == everything else everything
        self.refresh()

    def mark_again(self, numbers: Sequence[int]) -> None:
        """Mark these rows, those that are not in the list when they come back into it."""
        here = set(self.numbers) - {self.absent}
        self.marks |= here & set(numbers)
        self._marks_to_come = set(numbers) - here
        self.refresh()

    def clear_marks(self) -> None:
        """Mark nothing."""
        self.marks.clear()
        self.lost_marks = 0
        self._marks_to_come.clear()
        self.range_start = None
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there, a second one opens."""
        heading, index = self.headings.at(event.y + self.scroll_offset.y)
        if heading is not None or index >= len(self.numbers):
            return
        event.stop()
        if event.chain >= 2 and index == self.cursor:
            self.open_current()
        else:
            self.move_to(index)

    def open_current(self) -> None:
        """Ask to open the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened(self, self.current))
