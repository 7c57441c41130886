"""Run a coroutine beside a screen; what goes wrong in it becomes one sentence, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any

from textual.screen import Screen

from qlue_desk.casework.errors import Refused as CaseworkRefused
from qlue_desk.casework.workplace import NotLoggedIn
from qlue_desk.desk.safe_text import safe
from qlue_desk.store.errors import StoreClosed, StoreError, Superseded
from qlue_desk.sync.errors import SyncError
from qlue_desk.words import _

log = logging.getLogger(__name__)


def later(screen: Screen[Any], work: Coroutine[Any, Any, None], group: str = "") -> None:
    """Start `work`; with a `group` the newest replaces the one before."""
    screen.run_worker(
        _guarded(screen, work), group=group or "later", exclusive=bool(group), exit_on_error=False
    )


async def _guarded(screen: Screen[Any], work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (Superseded, StoreClosed):
        return  # something newer was asked, or the desk is closing
    except Exception as error:
        log.exception("in %s", type(screen).__name__)
        say(screen, sentence_of(error), wrong=True)


def sentence_of(error: BaseException) -> str:
    """What went wrong, for a person; errors of ours know their sentence."""
    if isinstance(error, (StoreError, CaseworkRefused, NotLoggedIn)):
        return error.sentence(_)
    if isinstance(error, SyncError):
        return error.sentence()
    return str(error) or type(error).__name__


def say(screen: Screen[Any], sentence: str, *, wrong: bool = False) -> None:
    """One sentence in the bottom line of the screen for some seconds."""
    from qlue_desk.desk.widgets.key_bar import KeyBar

    bars = screen.query(KeyBar)
    if bars:
        bars.first().say(safe(sentence), wrong=wrong)
    else:
        screen.notify(safe(sentence), severity="error" if wrong else "information", markup=False)
