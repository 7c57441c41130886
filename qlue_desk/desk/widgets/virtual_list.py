"""A list of any length: an array of row numbers, with pages of rows fetched when they come into view.

Textual's DataTable measures every cell on the event loop (13 s for 100,000 rows); this one
draws only the lines on screen and never waits for the store.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from qlue_desk.desk.safe_text import fit
from qlue_desk.desk.widgets.pages import Came, Fetch, Pages
from qlue_desk.desk.widgets.standing import Standing
from qlue_desk.desk.widgets.still import StillView

Row = TypeVar("Row")
STRIPS_KEPT = 512


class _OfList(Message):
    """What a list says of one of its rows."""

    def __init__(self, list_: VirtualList[Any], row: int | None = None) -> None:
        super().__init__()
        self.list = list_
        self.row = row

    @property
    def control(self) -> VirtualList[Any]:
        """The list."""
        return self.list


class VirtualList(StillView, Standing, Generic[Row], can_focus=True, inherit_bindings=False):
    """A `Standing` on screen, with the `Pages` of its rows; subclasses draw a row in `draw_row`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--cursor", "list--marked", "list--muted", "list--heading"}
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    VirtualList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    VirtualList .list--cursor { background: $cursor-line; color: $cursor-line-text; }
    VirtualList .list--marked { background: $marked-line; }
    VirtualList .list--muted { color: $text-muted; }
    VirtualList .list--heading { color: $accent; text-style: bold; }
    """

    class Highlighted(_OfList):
        """The cursor stands on another row, or on a row whose content was fetched anew.

        `among_others`: of another list than before, which is being painted.
        """

        def __init__(
            self, list_: VirtualList[Any], row: int | None = None, *, among_others: bool = False
        ) -> None:
            super().__init__(list_, row)
            self.among_others = among_others

        def can_replace(self, message: Message) -> bool:
            """Only the newest matters while a key is held down."""
            return isinstance(message, VirtualList.Highlighted) and message.list is self.list

    class Opened(_OfList):
        """Enter, or a second click, on a row."""

    class WidthChanged(_OfList):
        """Lines are drawn at another width now (layout, a scroll bar): a heading must follow."""

    class _PageCame(Message):
        """A page arrived from the store's reader thread."""

        def __init__(self, page: Came[Any]) -> None:
            super().__init__()
            self.page = page

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
        Standing.__init__(self)
        self._pages = Pages(
            fetch,
            row_number,
            identity or (lambda row: ""),
            lambda came: self.post_message(self._PageCame(came)),
        )
        self._strips: OrderedDict[tuple[Any, ...], Strip] = OrderedDict()
        self._strips_of: tuple[Any, ...] = ()
        self._grounds: dict[tuple[bool, bool], Style] = {}
        """What lines stand on in this frame, by cursor and mark."""
        self._drawn_width = 0
        self.loading = False

    def marks_changed(self) -> None:
        """Any line may look otherwise."""
        self.refresh()

    # --- content -------------------------------------------------------------------------------

    def set_numbers(
        self, numbers: array[int], *, keep_cursor: bool = True, groups: Sequence[tuple[str, int]] = ()
    ) -> None:
        """Show these rows; with `keep_cursor` the cursor stays on its row and the row in its place.

        `groups` are headings, each with how many of the rows follow it.
        """
        line = self.headings.line_of(self.cursor)
        self.stand(numbers, groups, keep_cursor=keep_cursor)
        self._pages.turned()
        offset = self.headings.line_of(self.cursor) - line
        self._measure()
        if keep_cursor and offset and self.scroll_y:
            self.scroll_to(y=self.scroll_y + offset, animate=False, immediate=True)
        elif not keep_cursor:
            self.scroll_to(y=0, animate=False, immediate=True)
        self._show_cursor()
        self.refresh()
        self.post_message(self.Highlighted(self, self.current, among_others=not keep_cursor))

    def _measure(self) -> None:
        """How many lines there are to scroll."""
        self.virtual_size = Size(self.size.width, len(self.numbers) + len(self.headings))

    @property
    def known(self) -> Iterable[Row]:
        """What was fetched of the rows, as far as it is kept."""
        return self._pages.known

    def prime(self, rows: Sequence[Row]) -> None:
        """Take rows that were fetched already, so that the first paint shows them."""
        self._pages.prime(rows)
        self._strips.clear()

    def redraw(self) -> None:
        """Draw all lines anew: something that they show beside their rows is another one."""
        self._strips.clear()
        self.refresh()

    def forget(self, numbers: Sequence[int] | None = None) -> None:
        """Fetch rows anew (all when None); the old content stays visible until the new one is here."""
        self._pages.outdate(numbers)
        for index in self._visible():
            self._pages.want(index, self.numbers)

    def row_at(self, number: int | None) -> Row | None:
        """What is known of a row; None while it is fetched."""
        return self._pages.get(number) if number is not None else None

    def on_virtual_list__page_came(self, message: _PageCame) -> None:
        """Keep the rows; repaint if they are still wanted."""
        message.stop()
        changed = self._pages.take(message.page, self.guest)
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

    # --- drawing -------------------------------------------------------------------------------

    def draw_row(self, row: Row, width: int, base: Style, *, cursor: bool, marked: bool) -> list[Segment]:
        """Segments of one row, exactly `width` cells. Subclasses fill this in."""
        raise NotImplementedError

    def style_key(self) -> tuple[Any, ...]:
        """What all rows' looks depend on besides the row itself and the styles (minute of the clock)."""
        return ()

    def notify_style_update(self) -> None:
        """Another theme, or the cursor came here or left."""
        super().notify_style_update()
        self._strips.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the screen, as they are: they know their ground and are kept, and no border or padding is around them."""
        self._grounds.clear()  # looked up once a frame: Textual goes through all the widgets around this one for it
        strips = [self.render_line(y) for y in crop.line_range]
        _base, background = self.background_colors
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        width = self.size.width
        if not self.show_vertical_scrollbar and width != self.region.width:
            # The room of a scrollbar is kept, and shows the ground.
            width, ground = self.region.width, Style(bgcolor=background.rich_color)
            strips = [strip.adjust_cell_length(width, ground) for strip in strips]
        first, last = crop.column_span
        return strips if first == 0 and last >= width else [strip.crop(first, last) for strip in strips]

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
            return Strip.blank(width, self._base_style())
        self._pages.want(index, self.numbers)
        number = self.numbers[index]
        row = self._pages.get(number)
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
        return strip

    def _heading_strip(self, heading: int, width: int) -> Strip:
        style = self._base_style() + self.get_component_rich_style("list--heading", partial=True)
        return Strip([Segment(fit(f" {self.headings.texts[heading]}", width), style)], width)

    def _base_style(self, *, cursor: bool = False, marked: bool = False) -> Style:
        base = self._grounds.get((cursor, marked))
        if base is None:
            base = self.rich_style
            if marked:
                base += self.get_component_rich_style("list--marked", partial=True)
            if cursor:
                base += self.get_component_rich_style("list--cursor", partial=True)
            self._grounds[cursor, marked] = base
        return base

    def on_resize(self) -> None:
        """Keep the scrollable size in step."""
        self._measure()
        self._show_cursor()

    # --- cursor --------------------------------------------------------------------------------

    def move_to(self, index: int) -> None:
        """Put the cursor on the `index`-th row, held inside the list."""
        index = max(0, min(index, len(self.numbers) - 1))
        if not self.numbers or index == self.cursor:
            return
        if self.guest is not None:
            if self.absent is not None:
                self._pages.drop(self.absent)
            index = self.dismiss_guest(index)
            self._pages.turned()
            self._measure()
            self.refresh()
        before, self.cursor, self.follows = self.cursor, index, False
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
