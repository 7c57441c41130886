"""A report that a colleague holds or has open: asked about once before it is led on, so that nobody works twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from qlue_desk.desk.others import MOST_NAMED
from qlue_desk.desk.queue.deeds import Deed
from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import EDGE_BY_VERB, Verb
from qlue_desk.words import _, n_

SECOND_PERSON = frozenset({Verb.RESOLVE, Verb.SEND_BACK})
"""Moves whose very sense is that another person's work is looked at."""


class Busy(msgspec.Struct, frozen=True):
    """Who is at work on a report besides this person."""

    complaint: Complaint
    holder: str = ""
    """Name of the colleague who took it."""
    looking: tuple[str, ...] = ()
    """Names of those who have it open."""

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """Asked once for a report and these people."""
        return self.complaint.id, self.holder, self.looking


def leads_on(deed: Deed) -> bool:
    """Whether a deed changes where a report stands; notes, marks and taking over bother nobody unasked."""
    return EDGE_BY_VERB[deed.verb].target is not None and deed.verb not in SECOND_PERSON


def busy(complaints: Sequence[Complaint], me: str, others: Mapping[str, tuple[str, ...]]) -> list[Busy]:
    """Reports on which a colleague is at work; never one that this person has taken."""
    found = []
    for complaint in complaints:
        if complaint.holder == me:
            continue
        holder = safe(complaint.holder_name or complaint.holder or "")
        looking = others.get(complaint.id, ())
        if holder or looking:
            found.append(Busy(complaint, holder, looking))
    return found


def _number(one: Busy) -> str:
    return safe(one.complaint.number or one.complaint.title)


def warning(found: Sequence[Busy]) -> str:
    """On which reports who is at work, in one sentence; '' for nobody."""
    if not found:
        return ""
    if len(found) > 1:
        people = list(dict.fromkeys(name for each in found for name in (each.holder, *each.looking) if name))
        shown = ", ".join(people[:MOST_NAMED]) + ("…" if len(people) > MOST_NAMED else "")
        numbers = ", ".join(_number(each) for each in found[:MOST_NAMED])
        more = len(found) - MOST_NAMED
        if more <= 0:
            return _("{numbers} dipegang atau sedang dibuka rekan: {names}.").format(
                numbers=numbers, names=shown
            )
        return n_("{numbers} dan {n} lain dipegang atau sedang dibuka rekan: {names}.", more).format(
            numbers=numbers, n=more, names=shown
        )
    [one] = found
    number, names = _number(one), ", ".join(one.looking)
    if not one.looking:
        return _("{number} dipegang {name}.").format(number=number, name=one.holder)
    if not one.holder:
        return _("{number} sedang dibuka {names}.").format(number=number, names=names)
    return _("{number} dipegang {name}; sekarang dibuka {names}.").format(
        number=number, name=one.holder, names=names
    )
