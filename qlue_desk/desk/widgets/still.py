"""Widgets that change what they hold and keep their place: Textual lays out the whole screen for that, 20 to 30 ms."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView


def still_size() -> Reactive[Size]:
    """A `virtual_size` that lays out nothing; for widgets whose own size does not follow what they hold."""
    return Reactive(Size(0, 0), layout=False)


class StillView(ScrollView):
    """Scrolled lines in a place of fixed size: their number changes the scrollbar and nothing else."""

    virtual_size = still_size()

    def watch_virtual_size(self, size: Size) -> None:
        """The scrollbar's part of a layout; one that comes or goes asks for a layout by itself."""
        if self.size:
            self._scroll_update(size)
