"""What becomes of a refused action besides trying again: a note, or work for a colleague.

Each is one transaction: the tray lets go of the action only when its words have a new home.
"""

from __future__ import annotations

import datetime as dt

from qlue_desk.casework.acting import Outcome, act
from qlue_desk.casework.errors import refused
from qlue_desk.casework.remedies import NO_TEXT, gone
from qlue_desk.casework.tray import Line, Translate, line_of
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import N_, Fields, Refusal
from qlue_desk.protocol import Limits
from qlue_desk.store import outbox

HANDED = N_("Untuk {name}: “{move}” saya ditolak pusat ({reason}) {note}")


class _Undone(Exception):
    """The second step was refused, so the first must not stay."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.template)
        self.refusal = refusal


def as_note(workplace: Workplace, action_id: str, now: dt.datetime | None = None) -> Outcome:
    """Record the text of a refused action as an internal note of its report, and clear the tray of it.

    :raises Refused: when it carries no text, or its report is not at this desk any more.
    :raises StoreError: when it does not lie in the tray.
    """
    return workplace.store.writing(_as_note, workplace, action_id, now)


def hand_over(
    workplace: Workplace,
    action_id: str,
    to: str,
    now: dt.datetime | None = None,
    translate: Translate = str,
) -> Outcome:
    """Give the report of a refused action to a colleague, with a note that says what was tried and why not.

    `to` is an account or a name. Nothing is recorded unless both the note and the handing over are allowed.

    :raises Refused: when its report is not at this desk any more.
    :raises StoreError: when it does not lie in the tray.
    """
    try:
        return workplace.store.writing(_hand_over, workplace, action_id, to, now, translate)
    except _Undone as undone:
        return Outcome(action_id, refusal=undone.refusal)


def _as_note(workplace: Workplace, action_id: str, now: dt.datetime | None) -> Outcome:
    line = _line(workplace, action_id, str)
    if not line.note.strip():
        raise refused(NO_TEXT)
    [noted] = act(workplace, [line.complaint_id], Verb.NOTE, Fields(note=line.note), now=now)
    if noted.done:
        outbox.discard(action_id)
    return noted


def _hand_over(
    workplace: Workplace, action_id: str, to: str, now: dt.datetime | None, translate: Translate
) -> Outcome:
    line = _line(workplace, action_id, translate)
    [given] = act(workplace, [line.complaint_id], Verb.GIVE, Fields(to=to), now=now)
    if not given.done:
        return given
    name = given.after.holder_name if given.after is not None else to
    text = translate(HANDED).format(name=name, move=line.label, reason=line.reason, note=line.note).strip()
    note = Fields(note=text[: Limits().note_chars])
    [noted] = act(workplace, [line.complaint_id], Verb.NOTE, note, now=now)
    if noted.refusal is not None:
        raise _Undone(noted.refusal)
    outbox.discard(action_id)
    return given


def _line(workplace: Workplace, action_id: str, translate: Translate) -> Line:
    item = outbox.refused(action_id)
    away = gone(workplace, item)
    if away is not None:
        raise away
    return line_of(workplace, item, translate)
