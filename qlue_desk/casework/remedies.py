"""What can still become of a refused action: only what can succeed is offered, and the rest says why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

from qlue_desk.casework.errors import Refused, refused
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.lifecycle import decide, judge
from qlue_desk.domain.moves import N_, Refusal
from qlue_desk.protocol import Action
from qlue_desk.store import complaints, departed

Translate = Callable[[str], str]
NO_TEXT = N_("Tindakan ini tidak membawa tulisan.")
NOBODY = N_("Tidak ada rekan lain di dinas ini.")


class Remedy(StrEnum):
    """What the tray can do with the report of a refused action."""

    RETRY = "retry"
    NOTE = "note"
    HAND = "hand"
    OPEN = "open"


def gone(workplace: Workplace, complaint_id: str, number: str) -> Refused | None:
    """Why nothing can be done to a report that left, and where it went; None for one that is here.

    On a store's thread only.
    """
    if complaints.get(complaint_id) is not None:
        return None
    dinas = departed.where(complaint_id)
    if not dinas:
        return refused(
            N_("Laporan {number} tidak ada lagi di meja ini; salin atau ekspor tulisannya."), number=number
        )
    return refused(
        N_("Laporan {number} tidak ada lagi di meja ini, pindah ke {dinas}; salin atau ekspor tulisannya."),
        number=number,
        dinas=workplace.city.dinas_name(dinas),
    )


def why_not(
    workplace: Workplace, action: Action, number: str, now: dt.datetime, translate: Translate = str
) -> dict[Remedy, str]:
    """The remedies that cannot succeed, each with its reason; decided as the desk decides a new act.

    On a store's thread only.
    """
    away, complaint = gone(workplace, action.complaint_id, number), complaints.get(action.complaint_id)
    if away is not None or complaint is None:
        reason = away.sentence(translate) if away is not None else ""
        # A new report is recorded anew as a whole; it needs no report that is here.
        return {each: reason for each in Remedy if action.report is None or each is not Remedy.RETRY}
    context, actor = workplace.context(now), workplace.actor
    reasons = {
        Remedy.RETRY: _of_retry(workplace, complaint, action, now),
        Remedy.NOTE: judge(complaint, Verb.NOTE, actor, context),
        Remedy.HAND: judge(complaint, Verb.GIVE, actor, context),
    }
    found = {remedy: reason.sentence(translate) for remedy, reason in reasons.items() if reason is not None}
    if not action.fields.note.strip():
        found[Remedy.NOTE] = translate(NO_TEXT)
    if not any(person.dinas == actor.dinas and person.id != actor.id for person in workplace.people):
        found[Remedy.HAND] = translate(NOBODY)
    return found


def _of_retry(workplace: Workplace, complaint: Complaint, action: Action, now: dt.datetime) -> Refusal | None:
    person = workplace.person(action.actor_id)
    try:
        verb = Verb(action.verb)
    except ValueError:
        return None  # of a newer program: central decides
    if person is None or action.report is not None:
        return None
    outcome = decide(complaint, verb, action.fields, person, workplace.context(now), entry_id="")
    return outcome if isinstance(outcome, Refusal) else None
