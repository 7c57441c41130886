"""The queue: a virtual list whose lines are complaints."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style

from qlue_desk.desk.queue.cells import Cells
from qlue_desk.desk.queue.columns import RowPainter
from qlue_desk.desk.widgets.pages import Fetch
from qlue_desk.desk.widgets.virtual_list import VirtualList


class QueueList(VirtualList[Cells]):
    """Lines of `Cells`; repaints when the minute changes, because deadlines are words."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "queue--red",
        "queue--yellow",
        "queue--green",
        "queue--grey",
        "queue--muted",
        "queue--accent",
        "queue--strong",
        "queue--red-strong",
    }

    def __init__(
        self,
        fetch: Fetch[Cells],
        *,
        clock: Callable[[], float] = time.time,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(fetch, lambda cells: cells.row, identity=lambda cells: cells.id, id=id)
        self._clock = clock
        self._painter = RowPainter(self._paint_style, ascii_only=ascii_only)
        self._others: Mapping[str, object] = {}
        self._styles: dict[str, Style] = {}

    def on_mount(self) -> None:
        """Deadlines move on by themselves."""
        self.set_interval(30, self.refresh)

    @property
    def columns(self) -> tuple[str, ...]:
        """The chosen columns; empty for the usual ones."""
        return self._painter.columns

    @columns.setter
    def columns(self, names: tuple[str, ...]) -> None:
        self._painter.columns = names
        self.redraw()

    def show_others(self, others: Mapping[str, object]) -> None:
        """Mark the reports that other people have open, by complaint id."""
        self._others = others
        self.redraw()

    def style_key(self) -> tuple[Any, ...]:
        """Half a minute: deadlines are words."""
        return (int(self._clock()) // 30,)

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._styles.clear()

    def draw_row(self, row: Cells, width: int, base: Style, *, cursor: bool, marked: bool) -> list[Segment]:
        """One queue line."""
        return self._painter.paint(
            row, width, base, self._clock(), marked=marked, watched=row.id in self._others
        )

    def _paint_style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            found = self.get_component_rich_style(f"queue--{name}", partial=True)
            # Only ink: the background is the row's (cursor, mark).
            style = self._styles[name] = Style(color=found.color, bold=found.bold)
        return style
