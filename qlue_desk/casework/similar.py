"""Reports that may be of the same thing: of one category nearby and at about the same time, or alike in words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import msgspec

from qlue_desk.casework.reading import report_json
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.similarity import (
    LEAST_SHARED,
    NEAR_DAYS,
    NEAR_METRES,
    Subject,
    alike_in_words,
    box_around,
    metres_between,
    street_key,
    telling_words,
)
from qlue_desk.store import complaints, outbox, queue
from qlue_desk.store import similar as similar_store
from qlue_desk.store.similar import Candidate

MOST = 20
_RAREST = 8
_SHOWN_WORDS = 4
_OPENED = 100
"""Reports near by that are read to say more of them."""
_NEVER_MEANT = frozenset({Status.DUPLICATE, Status.NOT_A_REPORT})


class Similar(msgspec.Struct, frozen=True):
    """A report that may be the same one, and why one may think so."""

    complaint: Complaint
    metres: int | None = None
    """Where both places are known."""
    same_street: bool = False
    same_area: bool = False
    """All that is known of the subject's place is the kelurahan."""
    words: tuple[str, ...] = ()
    """Rare words that both say."""

    @property
    def is_near(self) -> bool:
        """It was found by its place."""
        return self.metres is not None or self.same_street or self.same_area


def similar(
    workplace: Workplace, subject: Subject, *, only_open: bool = False, limit: int = MOST
) -> list[Similar]:
    """What may be the same as `subject`: open ones first, then the nearest, then those with most words in common.

    Nearby is the same category within 300 m, or the same street where a place is not known, at most 14 days
    apart; `only_open` (for a caller) takes open ones of any age instead. Duplicates themselves are left out.
    """
    place = f"{subject.street} {workplace.city.kelurahan_name(subject.kelurahan)}"
    words = telling_words(subject.text, place)
    return workplace.store.reading(_similar, subject, words, only_open, limit)


def why_similar(found: Similar, translate: Callable[[str], str] = str) -> str:
    """Why one may think that it is the same: `120 m · kata: terminal, baranangsiang`; text of citizens."""
    reasons = []
    if found.metres is not None:
        reasons.append(translate(N_("{n} m")).format(n=found.metres))
    elif found.same_street:
        reasons.append(translate(N_("jalan yang sama")))
    elif found.same_area:
        reasons.append(translate(N_("kelurahan yang sama")))
    if found.words:
        words = ", ".join(found.words[:_SHOWN_WORDS])
        reasons.append(translate(N_("kata: {words}")).format(words=words))
    return " · ".join(reasons)


def similar_json(workplace: Workplace, found: Similar) -> dict[str, Any]:
    """A similar report as programs read it: the report's keys, and `metres`, `same_street`, `words`."""
    waiting = workplace.store.reading(outbox.of_complaint, found.complaint.id)
    pending = any(item.state != "refused" for item in waiting)
    return report_json(found.complaint, workplace.zone, pending=pending) | {
        "metres": found.metres,
        "same_street": found.same_street,
        "words": list(found.words),
    }


class _Place(msgspec.Struct, frozen=True):
    """Why a candidate is near."""

    metres: int | None = None
    same_street: bool = False
    same_area: bool = False


def _similar(subject: Subject, words: list[str], only_open: bool, limit: int) -> list[Similar]:
    near = _near(subject, only_open)
    said = {
        row: shared
        for row, shared in similar_store.saying(words, _RAREST).items()
        if len(shared) >= LEAST_SHARED or row in near
    }
    found: list[Similar] = []
    for row, complaint in queue.complaints_by_row(dict.fromkeys((*near, *said))).items():
        shared = tuple(sorted(said.get(row, ())))
        alike = row in near or alike_in_words(subject, complaint.category or "", len(shared))
        if alike and _may_be_meant(complaint, subject, only_open):
            place = near.get(row, _Place())
            found.append(Similar(complaint, place.metres, place.same_street, place.same_area, shared))
    found.sort(key=_rank)
    return found[:limit]


def _may_be_meant(complaint: Complaint, subject: Subject, only_open: bool) -> bool:
    if complaint.id == subject.id or complaint.status in _NEVER_MEANT:
        return False
    if only_open:
        return complaint.is_open
    return abs(complaint.created_at - subject.created_at) <= dt.timedelta(days=NEAR_DAYS)


def _rank(found: Similar) -> tuple[bool, float, int, float]:
    distance = math.inf
    if found.metres is not None:
        distance = float(found.metres)
    elif found.is_near:
        distance = NEAR_METRES + (0.0 if found.same_street else 1.0)
    return not found.complaint.is_open, distance, -len(found.words), -found.complaint.created_at.timestamp()


def _near(subject: Subject, only_open: bool) -> dict[int, _Place]:
    """Rows found by their place, the nearest of them: reports are opened once all are known."""
    if not subject.category:
        return {}
    reach = dt.timedelta(days=NEAR_DAYS)
    since = 0 if only_open else complaints.epoch(subject.created_at - reach)
    until = complaints.epoch(subject.created_at + reach)
    box = box_around(subject)
    found: dict[int, _Place] = {}
    for each in similar_store.near(subject.category, since, until, box, only_open=only_open):
        place = _place(subject, each)
        if place is not None:
            found[each.row] = place
    nearest = sorted(found, key=lambda row: NEAR_METRES if (m := found[row].metres) is None else m)
    return {row: found[row] for row in nearest[:_OPENED]}


def _place(subject: Subject, each: Candidate) -> _Place | None:
    metres = metres_between(subject, each.lat_e6, each.lon_e6)
    if metres is not None:
        return _Place(metres) if metres <= NEAR_METRES else None
    apart = bool(subject.kelurahan and each.kelurahan and subject.kelurahan != each.kelurahan)
    street = street_key(subject.street)
    if street:
        # A long street runs through several kelurahan.
        return _Place(same_street=True) if street == street_key(each.street) and not apart else None
    if subject.id or not subject.kelurahan or subject.kelurahan != each.kelurahan:
        return None
    return _Place(same_area=True)  # an operator who has not typed more yet
