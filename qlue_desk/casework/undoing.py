"""Taking back what has not left this desk: one move, a macro, or a bulk act, also after a restart."""

from __future__ import annotations

import msgspec

from qlue_desk.casework.acting import Outcome
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.moves import N_, Code, Refusal
from qlue_desk.protocol import Action
from qlue_desk.store import complaints, outbox, strokes
from qlue_desk.store.strokes import Stroke

LEFT = N_("Sudah terkirim ke pusat, jadi tidak bisa dibatalkan lagi.")
COVERED = N_("Ada tindakan sesudahnya pada laporan ini; batalkan yang itu dulu.")
NOT_YOURS = N_("Ini tindakan {name}; hanya {name} bisa membatalkannya.")


class Undoing(msgspec.Struct, frozen=True):
    """A stroke that can be taken back."""

    stroke: str
    verb: str
    """Of its newest action."""
    number: str
    """Of that action's report."""
    reports: int
    """How many reports it is still waiting for."""
    actions: int
    left: int
    """How many reports' part of it has left and stays done."""

    @property
    def number_of_moves(self) -> int:
        """On each report; several are a macro."""
        return self.actions // max(1, self.reports + self.left)


def newest(workplace: Workplace) -> Undoing | None:
    """The person's newest stroke of which something can be taken back."""
    return workplace.store.reading(_newest, workplace.actor.id)


def of_action(workplace: Workplace, action_id: str) -> Undoing | Refusal:
    """The stroke of one line of the outbox, or why it cannot be taken back."""
    return workplace.store.reading(_of_action, workplace, action_id)


def last_left(workplace: Workplace) -> Stroke | None:
    """The person's newest stroke, now past taking back; None when there is none."""
    return workplace.store.reading(_last, workplace.actor.id)


def undo(workplace: Workplace, stroke: str = "", limit: int | None = None) -> list[Outcome]:
    """Take back what has not left of a stroke ('' = the newest), of at most `limit` reports, newest first."""
    return workplace.store.writing(_undo, workplace.actor.id, stroke, limit)


def _newest(actor_id: str) -> Undoing | None:
    found = strokes.newest(actor_id)
    return _undoing(found) if found else None


def _last(actor_id: str) -> Stroke | None:
    found = strokes.last(actor_id)
    return strokes.look(found) if found else None


def _undoing(stroke: str) -> Undoing | None:
    found = strokes.look(stroke)
    if found is None:
        return None
    first = found.first
    return Undoing(
        stroke,
        first.action.verb,
        first.number or first.title,
        found.reports - found.left,
        found.actions,
        found.left,
    )


def _of_action(workplace: Workplace, action_id: str) -> Undoing | Refusal:
    items = outbox.listed("id = ?", 1, action_id)
    if not items or items[0].sent or items[0].state != "waiting":
        return Refusal(Code.INVALID_TRANSITION, LEFT)
    actor_id = items[0].action.actor_id
    if actor_id != workplace.actor.id:
        person = workplace.person(actor_id)
        return Refusal(Code.FORBIDDEN_ACTOR, NOT_YOURS, {"name": person.name if person else actor_id})
    if not strokes.is_free(action_id):
        return Refusal(Code.INVALID_TRANSITION, COVERED)
    return _undoing(strokes.of_action(action_id)) or Refusal(Code.INVALID_TRANSITION, LEFT)


def _undo(actor_id: str, stroke: str, limit: int | None) -> list[Outcome]:
    wanted = stroke or strokes.newest(actor_id)
    before = {each: complaints.get(each) for each in strokes.reports_of(wanted, limit)} if wanted else {}
    taken: dict[str, list[Action]] = {}
    for action in strokes.take_back(wanted, limit) if wanted else []:
        taken.setdefault(action.complaint_id, []).append(action)
    outcomes = []
    for complaint_id, actions in taken.items():
        old = before.get(complaint_id)
        number = old.number if old else ""
        after = complaints.get(complaint_id)
        newest_action = actions[0]
        outcomes.append(
            Outcome(
                complaint_id,
                number,
                old,
                after,
                None,
                newest_action.id,
                newest_action.verb,
                len(actions),
            )
        )
    return outcomes
