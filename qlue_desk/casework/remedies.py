"""What can still become of a refused action: only what can succeed is offered, and the rest says why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

import msgspec

from qlue_desk.casework.errors import Refused, refused
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import MAY_ENTER, Verb
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


class Prospects(msgspec.Struct, frozen=True):
    """What can still become of a refused action."""

    gone: bool
    """Its report is no longer at this desk."""
    dinas: str
    """Key of the dinas where the report went; '' where it is here or that is not known."""
    why_not: dict[Remedy, str]
    """The remedies that cannot succeed, each with its reason."""


def gone(workplace: Workplace, item: Waiting) -> Refused | None:
    """Why nothing can be done to a report that left, and where it went; None for one that is here.

    On a store's thread only.
    """
    complaint_id = item.action.complaint_id
    if complaints.get(complaint_id) is not None:
        return None
    return _away(workplace, item, departed.where(complaint_id))


def _away(workplace: Workplace, item: Waiting, dinas: str) -> Refused:
    number = item.number
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


def prospects(workplace: Workplace, item: Waiting, now: dt.datetime, translate: Translate = str) -> Prospects:
    """What can still become of a refused action; decided as the desk decides a new act.

    On a store's thread only.
    """
    complaint = complaints.get(item.action.complaint_id)
    if complaint is None:
        dinas = departed.where(item.action.complaint_id)
        return Prospects(True, dinas, _without_report(workplace, item, dinas, translate))
    return Prospects(False, "", _with_report(workplace, item.action, complaint, now, translate))


def _without_report(
    workplace: Workplace, item: Waiting, dinas: str, translate: Translate
) -> dict[Remedy, str]:
    found = dict.fromkeys(Remedy, _away(workplace, item, dinas).sentence(translate))
    if item.action.report is not None:
        del found[Remedy.RETRY]  # a new report is recorded anew as a whole; it needs none that is here
    if is_lost(item):
        del found[Remedy.ENTER]
        if not MAY_ENTER & workplace.actor.roles:
            found[Remedy.ENTER] = translate(MAY_NOT_ENTER)
    return found


def _with_report(
    workplace: Workplace, action: Action, complaint: Complaint, now: dt.datetime, translate: Translate
) -> dict[Remedy, str]:
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
