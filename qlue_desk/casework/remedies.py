"""What can still become of a refused action: only what can succeed is offered, and the rest says why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

from qlue_desk.casework.entering import MAY_ENTER
from qlue_desk.casework.errors import Refused, refused
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.lifecycle import decide, judge
from qlue_desk.domain.moves import N_, Code, Refusal
from qlue_desk.protocol import Action
from qlue_desk.store import complaints, departed
from qlue_desk.store.outbox import Waiting

Translate = Callable[[str], str]
NO_TEXT = N_("Tindakan ini tidak membawa tulisan.")
NOBODY = N_("Tidak ada rekan lain di dinas ini.")
NOT_LOST = N_("Hanya laporan yang hilang di pusat dicatat lagi sebagai laporan baru.")
MAY_NOT_ENTER = N_("Mencatat laporan baru: hanya operator atau verifikator.")


class Remedy(StrEnum):
    """What the tray can do with the report of a refused action."""

    RETRY = "retry"
    NOTE = "note"
    HAND = "hand"
    OPEN = "open"
    ENTER = "enter"
    """Record it again as a new report, because central lost it for good."""


def is_lost(item: Waiting) -> bool:
    """Central had this report once and does not know it any more: it came back to an older backup."""
    known = item.action.base_version > 0
    return known and item.result is not None and item.result.code == Code.NOT_FOUND


def gone(workplace: Workplace, item: Waiting) -> Refused | None:
    """Why nothing can be done to a report that left, and where it went; None for one that is here.

    On a store's thread only.
    """
    complaint_id, number = item.action.complaint_id, item.number
    if complaints.get(complaint_id) is not None:
        return None
    dinas = departed.where(complaint_id)
    if is_lost(item) and not dinas:
        return refused(N_("Laporan {number} hilang di pusat; salin atau ekspor tulisannya."), number=number)
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
    workplace: Workplace, item: Waiting, now: dt.datetime, translate: Translate = str
) -> dict[Remedy, str]:
    """The remedies that cannot succeed, each with its reason; decided as the desk decides a new act.

    On a store's thread only.
    """
    action = item.action
    away, complaint = gone(workplace, item), complaints.get(action.complaint_id)
    if away is not None or complaint is None:
        reason = away.sentence(translate) if away is not None else ""
        found = dict.fromkeys(Remedy, reason)
        if action.report is not None:
            del found[Remedy.RETRY]  # a new report is recorded anew as a whole; it needs none that is here
        if is_lost(item):
            del found[Remedy.ENTER]
            if not MAY_ENTER & workplace.actor.roles:
                found[Remedy.ENTER] = translate(MAY_NOT_ENTER)
        return found
    context, actor = workplace.context(now), workplace.actor
    reasons = {
        Remedy.RETRY: _of_retry(workplace, complaint, action, now),
        Remedy.NOTE: judge(complaint, Verb.NOTE, actor, context),
        Remedy.HAND: judge(complaint, Verb.GIVE, actor, context),
    }
    found = {remedy: reason.sentence(translate) for remedy, reason in reasons.items() if reason is not None}
    found[Remedy.ENTER] = translate(NOT_LOST)
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
