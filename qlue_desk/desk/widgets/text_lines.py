"""Lines of styled text that are drawn only where they are seen.

A `Static` in a scrolling container lays out the whole screen and wraps all its text with each change (15 ms for
70 lines); here a change costs the lines on screen.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from qlue_desk.desk.widgets.still import StillView


class TextLines(StillView, can_focus=True):
    """Lines that were wrapped for its width already; scrolls, and lets text be selected with the mouse."""

    DEFAULT_CSS = """
    TextLines { overflow-x: hidden; overflow-y: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Content] = []

    @property
    def plain(self) -> str:
        """All lines as text."""
        return "\n".join(line.plain for line in self._lines)

    def show_lines(self, lines: Sequence[Content]) -> None:
        """Show these; only lines that are others than before are painted anew."""
        before, self._lines = self._lines, list(lines)
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        changed = [
            place
            for place in range(top, min(top + height, max(len(before), len(self._lines))))
            if _look(before, place) != _look(self._lines, place)
        ]
        if len(before) != len(self._lines):
            self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        for place in changed:
            self.refresh_line(place)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        ground = self.ground_of(place)
        if place >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[place]
        selection = self.text_selection
        span = selection.get_span(place) if selection is not None else None
        if span is not None:
            start, end = span
            mark = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            line = line.stylize(mark, start, len(line.plain) if end == -1 else end)
        [strip] = Visual.to_strips(self, line, width, 1, ground, apply_selection=False)
        return strip.adjust_cell_length(width, ground.rich_style).apply_offsets(0, place)

    def ground_of(self, place: int) -> Style:
        """What a line stands on; a list lights the one it points at."""
        return self.visual_style

    def refresh_line(self, place: int) -> None:
        """Paint one line anew, where it is seen."""
        self.refresh_lines(place, 1)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The marked text, for the clipboard."""
        return selection.extract(self.plain), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is marked."""
        self.refresh()


def _look(lines: Sequence[Content], place: int) -> tuple[object, ...] | None:
    return (lines[place].plain, lines[place].spans) if place < len(lines) else None
