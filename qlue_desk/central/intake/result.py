"""Handing reports to the register and counting what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub
    from qlue_desk.central.report import Report, Taken


class IntakeResult(msgspec.Struct):
    """The counts of one intake: read = taken + duplicates, taken = routed + waiting."""

    read: int = 0
    taken: int = 0
    duplicates: int = 0
    routed: int = 0
    waiting: int = 0
    reasons: dict[str, int] = {}
    """How many wait for which reason; the values add up to `waiting`."""
    once_joined: dict[str, int] = {}
    """Of those held for a city that has not joined: how many would be routed, or wait for which reason."""

    notes: dict[str, int] = {}
    """How many were not taken just as they came: `Taken.notes`."""

    def count(self, taken: Taken) -> None:
        """Add one outcome."""
        self.read += 1
        for note in taken.notes:
            self.notes[note] = self.notes.get(note, 0) + 1
        if taken.duplicate:
            self.duplicates += 1
            return
        self.taken += 1
        if taken.routed:
            self.routed += 1
            return
        self.waiting += 1
        reason = taken.reason or UNSTATED
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if reason == NOT_JOINED:
            then = taken.complaint.waiting_reason or ROUTED
            self.once_joined[then] = self.once_joined.get(then, 0) + 1

    def add(self, other: IntakeResult) -> None:
        """Add another result, page by page."""
        self.read += other.read
        self.taken += other.taken
        self.duplicates += other.duplicates
        self.routed += other.routed
        self.waiting += other.waiting
        for mine, others in (
            (self.reasons, other.reasons),
            (self.once_joined, other.once_joined),
            (self.notes, other.notes),
        ):
            for reason, number in others.items():
                mine[reason] = mine.get(reason, 0) + number

    def to_json(self) -> dict[str, int | dict[str, int]]:
        """The document that `central intake … --json` prints; the last two only where there are any."""
        counts: dict[str, int | dict[str, int]] = {
            "read": self.read,
            "taken": self.taken,
            "duplicates": self.duplicates,
            "routed": self.routed,
            "waiting": self.waiting,
            "reasons": dict(sorted(self.reasons.items())),
        }
        for name, found in (("once_joined", self.once_joined), ("notes", self.notes)):
            if found:
                counts[name] = dict(sorted(found.items()))
        return counts


NOT_JOINED, ROUTED = "not_joined", "routed"
UNSTATED = "needs_verifier"
"""Stands where the register named no reason: every waiting report has one."""


class _Undo(Exception):
    """Ends a trial: what was written is rolled back."""


def take_all(hub: Hub, reports: Iterable[Report], *, dry_run: bool = False) -> IntakeResult:
    """Give every report to the register.

    `dry_run` does the same work in one transaction that is rolled back, so the counts are the true ones.
    """
    result = IntakeResult()
    if not dry_run:
        for report in reports:
            result.count(hub.register.take(report))
        return result
    with suppress(_Undo), hub.register.bulk():
        for report in reports:
            result.count(hub.register.take(report))
        raise _Undo
    return result
