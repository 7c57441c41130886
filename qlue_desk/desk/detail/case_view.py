"""What the detail pane shows of one report, read in one go."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.casework import reading, similar
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.clocks import ClockView
from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.lifecycle import judge
from qlue_desk.domain.similarity import subject_of
from qlue_desk.store import drafts, snoozes


class CaseView(msgspec.Struct, frozen=True):
    """Everything the pane shows of one report."""

    complaint: Complaint
    entries: tuple[Entry, ...]
    clocks: tuple[ClockView, ClockView]
    pending: frozenset[str] = frozenset()
    """Ids of history lines that central has not confirmed."""
    waiting: int = 0
    aside_until: dt.datetime | None = None
    """The person has put it aside until then."""
    near: int = 0
    """Reports near by that may be of the same thing."""
    alike: int = 0
    """Those and others that are like it in words."""
    duplicates: tuple[str, ...] = ()
    """Numbers of reports that ended as duplicates of this one."""
    begun: tuple[str, ...] = ()
    """Ids of the actions whose text was begun and not sent."""
    may_take: bool = False
    """Nobody holds it, and the person may."""


def case_view(workplace: Workplace, complaint_id: str, now: dt.datetime) -> CaseView | None:
    """On the store's thread; None for a report that moved to another dinas while it was on screen."""
    try:
        found = reading.show(workplace, complaint_id, now)
    except Refused:
        return None
    waiting = sum(item.state != "refused" for item in found.actions)
    complaint = found.complaint
    alike = similar.similar(workplace, subject_of(complaint)) if complaint.is_open else []
    return CaseView(
        complaint,
        tuple(found.entries),
        found.clocks,
        found.pending_entries,
        waiting,
        aside_until=snoozes.until(workplace.actor.id, complaint.id, now),
        near=sum(each.is_near for each in alike),
        alike=len(alike),
        duplicates=found.duplicates,
        begun=_begun(complaint.id),
        may_take=not complaint.holder and _may_take(workplace, complaint, now),
    )


def _may_take(workplace: Workplace, complaint: Complaint, now: dt.datetime) -> bool:
    return judge(complaint, Verb.TAKE, workplace.actor, workplace.context(now)) is None


def _begun(complaint_id: str) -> tuple[str, ...]:
    texts = drafts.of_complaint(complaint_id)
    note = drafts.NOTE in texts or drafts.PUBLIC_NOTE in texts
    move = any(what.startswith(drafts.FOLLOW_UP) for what in texts)
    return ("note",) * note + ("follow-up",) * move
