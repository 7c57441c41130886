"""What a browser may say to a desk: keys, a size, whether it is looked at. Everything else ends the window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qlue_desk.browser.window import DeskWindow

SMALLEST, LARGEST = 10, 500
"""Cells of a terminal in either direction."""


class BadMessage(Exception):
    """Not a message of the page's own script."""


async def take(text: str, window: DeskWindow) -> str | None:
    """Pass one message on; returns what to answer, None for nothing.

    :raises BadMessage: when it is none.
    """
    try:
        message: Any = json.loads(text)
    except ValueError as error:
        raise BadMessage from error
    match message:
        case ["stdin", str(keys)]:
            await window.send_bytes(keys.encode("utf-8", "replace"))
        case ["resize", {"width": int(width), "height": int(height)}]:
            await window.set_terminal_size(_within(width), _within(height))
        case ["ping", str(at)] if len(at) < 40:
            return json.dumps(["pong", at])
        case ["focus"]:
            await window.focus()
        case ["blur"]:
            await window.blur()
        case _:
            raise BadMessage
    return None


def size_of(query: Mapping[str, str], name: str, default: int) -> int:
    """Width or height of an address, within reason."""
    text = query.get(name, "")
    return _within(int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else default


def _within(cells: int) -> int:
    return min(max(cells, SMALLEST), LARGEST)
