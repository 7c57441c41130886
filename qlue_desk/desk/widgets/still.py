"""Widgets that change what they hold and keep their place: Textual lays out the whole screen for that, 20 to 30 ms."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip


def still_size() -> Reactive[Size]:
    """A `virtual_size` that lays out nothing; for widgets whose own size does not follow what they hold."""
    return Reactive(Size(0, 0), layout=False)


class QuickBar(ScrollBar):
    """Textual's scrollbar, painted without the way that text takes: 3 ms for 40 cells."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """One cell a line."""
        bar = self.render()
        assert isinstance(bar, ScrollBarRender)
        style = bar.style if isinstance(bar.style, Style) else Style()
        segments = bar.render_bar(
            self.size.height,
            bar.virtual_size,
            bar.window_size,
            bar.position,
            bar.thickness,
            bar_color=style.color or Color.default(),
            back_color=style.bgcolor or Color.default(),
        ).segments
        _base, background = self.background_colors
        under = self.rich_style
        strips = {
            one: Strip([Segment(one.text, under + (one.style or under))], bar.thickness)
            for one in dict.fromkeys(segments)
        }
        for line_filter in self.get_line_filters():
            strips = {one: strip.apply_filter(line_filter, background) for one, strip in strips.items()}
        return [strips[segment] for segment in segments[crop.y : crop.bottom]]


class StillView(ScrollView):
    """Scrolled lines in a place of fixed size: their number changes the scrollbar and nothing else."""

    virtual_size = still_size()

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """Made when it is first asked for."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = QuickBar(name="vertical", thickness=self.scrollbar_size_vertical)
            bar.display = False
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar

    def watch_virtual_size(self, size: Size) -> None:
        """The scrollbar's part of a layout; one that comes or goes asks for a layout by itself."""
        if self.size:
            self._scroll_update(size)
