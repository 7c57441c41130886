"""Acts on many reports at once: the preview before, the progress meanwhile, the marks after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from textual.screen import Screen

from qlue_desk.casework import acting
from qlue_desk.casework.acting import Outcome, Plan
from qlue_desk.desk import dialogs
from qlue_desk.desk.queue.deeds import Chosen, Deed
from qlue_desk.store import queue
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.backend import Backend
    from qlue_desk.desk.queue.screen import DeskScreen

PART = 200
"""Reports of one transaction: short enough that syncing and other keys are not kept waiting."""

Work = Callable[[Sequence[str]], Awaitable[list[Outcome]]]


class Worked(msgspec.Struct, frozen=True):
    """What became of many reports. Of more than `PART` the reports themselves are not kept."""

    outcomes: list[Outcome]
    not_reached: int = 0
    """Esc came before these."""


async def in_parts(screen: Screen[Any], title: str, ids: Sequence[str], work: Work) -> Worked:
    """Work through many ids with a bar that esc stops; what is done stays done."""
    if len(ids) <= PART:
        return Worked(await work(ids))
    dialog = dialogs.many.ProgressDialog(title, len(ids))
    await screen.app.push_screen(dialog)
    outcomes: list[Outcome] = []
    reached = 0
    try:
        while reached < len(ids) and not dialog.stopped:
            part = await work(ids[reached : reached + PART])
            reached += PART
            outcomes += [msgspec.structs.replace(outcome, before=None, after=None) for outcome in part]
            dialog.reached(min(reached, len(ids)))
    finally:
        dialog.dismiss(None)
    return Worked(outcomes, max(0, len(ids) - reached))


async def mark_only(screen: DeskScreen, backend: Backend, ids: Sequence[str]) -> None:
    """After an act on several only those stay marked to which it was not done."""
    screen.clear_marks()
    if ids:
        screen.queue.mark_again(await backend.read(queue.rows_of, ids))
        screen.show_heading()


def reasons(outcomes: Sequence[Outcome]) -> list[tuple[str, int]]:
    """Why some are left out, each reason with how many, the most frequent first."""
    found = Counter(outcome.refusal.sentence(_) for outcome in outcomes if outcome.refusal is not None)
    return found.most_common()


async def previewed(backend: Backend, ids: Sequence[str], plan: Plan) -> list[Outcome]:
    """What a plan would do to reports, without doing it."""
    return await backend.read(acting.perform, backend.workplace, ids, plan, now=backend.now(), dry_run=True)


async def agree(screen: DeskScreen, backend: Backend, chosen: Chosen, deed: Deed, remark: str = "") -> bool:
    """Whether the person means an act on so many reports; `remark` stands before the question.

    What would happen to each is decided before, on the reading thread.
    """
    plan = await deed.planned(backend, dry_run=True)
    looked = await in_parts(screen, _("Memeriksa…"), chosen.ids, lambda part: previewed(backend, part, plan))
    if looked.not_reached:
        return False
    left_out = reasons(looked.outcomes)
    count = len(looked.outcomes) - sum(n for _reason, n in left_out)
    if left_out:
        question = _("{move} untuk {n} dari {all} laporan?").format(move=deed.label, n=count, all=len(chosen))
    else:
        question = _("{move} untuk {n} laporan?").format(move=deed.label, n=count)
    dialog = dialogs.many.PreviewDialog(
        _("Banyak sekaligus"), f"{remark}\n{question}".strip(), left_out, possible=bool(count)
    )
    agreed: bool | None = await screen.app.push_screen_wait(dialog)
    return bool(agreed)
