"""Paints what is seen and nothing behind it.

Textual draws every widget that a change touches from the front to the screen itself, cuts all their lines where any
widget begins, and throws away what lies behind: of a list's new page that is half the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import cast

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class FrontCompositor(Compositor):
    """Textual's compositor, but a line of a widget is asked for only where a cell of it is still empty."""

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        left, right = crop.column_span
        empty = {
            y: {start for start, end in pairwise(line) if start < right and end > left}
            for y, line in enumerate(cuts)
            if crop.y <= y < crop.bottom and is_rendered_line(y)
        }
        """Where the pieces begin that nothing stands on yet, by line; a screen that was not laid out for its new size yet
        has fewer lines than the crop."""
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            first, last = shown.column_span
            lines = [
                y
                for y in shown.intersection(crop).line_range
                if y in empty and any(first <= start < last for start in empty[y])
            ]
            if not lines:
                continue
            top = lines[0]
            part = Region(shown.x - region.x, top - region.y, shown.width, lines[-1] - top + 1)
            strips = widget.render_lines(part)
            for y in lines:
                starts = [cut for cut in cuts[y] if first <= cut <= last]
                pieces = strips[y - top].divide([cut - first for cut in starts[1:]])
                for start, piece in zip(starts, pieces, strict=False):
                    if start in empty[y]:
                        chops[y][start] = piece
                        empty[y].discard(start)
        return cast("Sequence[Mapping[int, Strip]]", chops)
