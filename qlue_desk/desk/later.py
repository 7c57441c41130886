"""Run a coroutine beside a screen; what goes wrong in it becomes one sentence, never a traceback."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import Worker

from qlue_desk.casework.errors import Refused as CaseworkRefused
from qlue_desk.casework.workplace import NotLoggedIn
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.typed_ahead import TypedAhead
from qlue_desk.settings import SettingsError
from qlue_desk.store.errors import StoreClosed, StoreError, Superseded
from qlue_desk.sync.errors import SyncError
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.widgets.key_bar import Countdown

log = logging.getLogger(__name__)


def later(screen: Screen[Any], work: Coroutine[Any, Any, None], group: str = "") -> None:
    """Start `work`; with a `group` the newest replaces the one before, even before that has begun."""
    _start(screen, work, group)


def beside(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, newest: bool = False
) -> None:
    """Start what needs no screen and tells its mistakes itself; with `newest` it replaces what is under way in the group.

    It is called when it begins: a coroutine made here would never be awaited where it is replaced before that.
    """
    node.run_worker(work, group=group, exclusive=newest, exit_on_error=False)  # type: ignore[arg-type]


def by_key(
    screen: Screen[Any],
    work: Coroutine[Any, Any, None],
    group: str = "",
    *,
    opens: bool = False,
    seconds: float = math.inf,
) -> None:
    """Start what a key asks for: while `screen` is in front, the keys behind it wait until it is done.

    `opens`: what is typed behind it is meant for a dialog, and thrown away where none comes.
    `seconds`: the longest that keys wait.
    """
    guarded, worker = _start(screen, work, group)
    ahead: TypedAhead | None = getattr(screen.app, "typed_ahead", None)
    if ahead is not None:
        ahead.begin(guarded, screen, worker, opens=opens, seconds=seconds)
        guarded.ahead = ahead


def _start(screen: Screen[Any], work: Coroutine[Any, Any, None], group: str) -> tuple[_Guarded, Worker[None]]:
    guarded = _Guarded(screen, work)
    if group:
        newest: dict[str, _Guarded] = vars(screen).setdefault("_newest_work", {})
        if (before := newest.get(group)) is not None:
            before.drop()
        newest[group] = guarded
    worker = screen.run_worker(guarded, group=group or "later", exclusive=bool(group), exit_on_error=False)
    return guarded, worker


class _Guarded(Awaitable[None]):
    """Work whose errors become a sentence; one that is replaced before it begins leaves nothing behind."""

    def __init__(self, screen: Screen[Any], work: Coroutine[Any, Any, None]) -> None:
        self._screen = screen
        self._work = work
        self._begun = False
        self.ahead: TypedAhead | None = None

    def __await__(self) -> Generator[Any, None, None]:
        return self._run().__await__()

    def drop(self) -> None:
        """Something newer takes its place: what has not begun never will."""
        if not self._begun:
            self._work.close()

    async def _run(self) -> None:
        self._begun = True
        try:
            await self._work
        except (Superseded, StoreClosed):
            return  # something newer was asked, or the desk is closing
        except Exception as error:
            log.exception("in %s", type(self._screen).__name__)
            say(self._screen, sentence_of(error), wrong=True)
        finally:
            if self.ahead is not None:
                self.ahead.ended(self)


def sentence_of(error: BaseException) -> str:
    """What went wrong, for a person; errors of ours know their sentence."""
    if isinstance(error, (StoreError, CaseworkRefused, NotLoggedIn, SettingsError)):
        return error.sentence(_)
    if isinstance(error, SyncError):
        return error.sentence()
    return str(error) or type(error).__name__


def say(
    screen: Screen[Any], sentence: str, *, wrong: bool = False, countdown: Countdown | None = None
) -> None:
    """One sentence in the bottom line of the screen for some seconds; `countdown` is how it ends."""
    from qlue_desk.desk.widgets.key_bar import KeyBar

    bars = screen.query(KeyBar)
    if bars:
        bars.first().say(safe(sentence), wrong=wrong, countdown=countdown)
    else:
        screen.notify(safe(sentence), severity="error" if wrong else "information", markup=False)
