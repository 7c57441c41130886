"""Dialogs over a screen. `dialogs.note.NoteDialog` loads the module when it is used: a desk that opens needs none."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qlue_desk.desk.dialogs import (
        base,
        columns,
        duplicate,
        follow_up,
        form,
        help,
        macro,
        many,
        note,
        operator,
        palette,
        reveal,
        similar,
        snooze,
        views,
    )

__all__ = [
    "base",
    "columns",
    "duplicate",
    "follow_up",
    "form",
    "help",
    "macro",
    "many",
    "note",
    "operator",
    "palette",
    "reveal",
    "similar",
    "snooze",
    "views",
]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(name)
    return import_module(f"{__name__}.{name}")


def load() -> None:
    """Load them all, so that the first key on one does not wait for that."""
    for name in __all__:
        import_module(f"{__name__}.{name}")
