"""Acts on many reports at once: the question before, the marks after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qlue_desk.casework.acting import Outcome
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.base import ConfirmDialog
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import EDGE_BY_VERB, Verb
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen


async def mark_only(screen: DeskScreen, backend: Backend, refused: Sequence[Outcome]) -> None:
    """After an act on several only those stay marked to which it was not done."""
    screen.clear_marks()
    ids = [outcome.before.id for outcome in refused if outcome.before is not None]
    if ids:
        screen.queue.mark_again(await backend.rows_of(ids))
        screen.show_heading()


async def agree(screen: DeskScreen, backend: Backend, chosen: Sequence[Complaint], verb: Verb) -> bool:
    """Whether the person means an act on so many reports (`ui.confirm_bulk`); true for few."""
    if len(chosen) < screen.settings.ui.confirm_bulk:
        return True
    together = await backend.offers_together(chosen)
    count = together.counts.get(verb, 0)
    move = _(EDGE_BY_VERB[verb].label)
    if count < together.looked_at == len(chosen):
        question = _("{move} untuk {n} dari {all} laporan?").format(move=move, n=count, all=len(chosen))
    else:
        question = _("{move} untuk {n} laporan?").format(move=move, n=len(chosen))
    dialog = ConfirmDialog(_("Banyak sekaligus"), question)
    agreed: bool | None = await screen.app.push_screen_wait(dialog)
    return bool(agreed)
