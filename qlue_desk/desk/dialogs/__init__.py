"""Dialogs over a screen. `dialogs.note.NoteDialog` loads the module when it is used: a desk that opens needs none."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for mypy only; `tests/desk/test_registry.py` compares with the folder
    from qlue_desk.desk.dialogs import (  # noqa: F401
        base,
        columns,
        duplicate,
        follow_up,
        form,
        handover,
        help,
        listed,
        listening,
        macro,
        many,
        monthly,
        moves,
        note,
        operator,
        palette,
        reveal,
        similar,
        snooze,
        views,
        walking,
    )


def __getattr__(name: str) -> ModuleType:
    path = f"{__name__}.{name}"
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        raise AttributeError(name) from None


def load() -> None:
    """Load them all, so that the first key on one does not wait for that."""
    from pkgutil import iter_modules

    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
