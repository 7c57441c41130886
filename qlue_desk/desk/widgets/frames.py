"""A frame whose title changes while what it holds stays."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget


def show_title(frame: Widget, title: Content) -> None:
    """Put plain words into the border of a widget: only its first line is drawn anew, Textual would draw them all."""
    shown = frame._border_title
    if shown is not None and shown.plain == title.plain:
        return
    frame._border_title = title
    x, y = frame.content_offset
    frame.refresh(Region(-x, -y, frame.outer_size.width, 1))
