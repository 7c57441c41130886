"""When the queue looks at the store again after a commit: soon for what a person did, seldom for what others do."""

from __future__ import annotations

SOON = 0.15
"""Seconds in which changes are collected before the list is asked for anew."""
FLOOD_PAUSE = 1.0
"""Seconds between two looks at what others change, and at many reports that change at once."""
FEW = 20
"""Own changes that are shown soon even in a flood."""
HAND_REST = 0.25
"""Seconds without a key after which a hand is at rest."""
LONGEST = 2.5
"""Seconds for which a moving hand puts a look off at most."""
AGAIN = 0.1
"""Seconds between two tries to look while it is put off."""


class Bursts:
    """Collects what changed until the next look; the clock counts in seconds and never goes back."""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._everything = False
        self._own = False
        """A change of this person's is among them."""
        self._since = float("inf")
        """The first change that nobody has looked at."""
        self._looked = float("-inf")
        self._planned = float("inf")

    def add(self, complaint_ids: frozenset[str] | None, now: float, *, own: bool) -> float | None:
        """Take a change in (None: anything); seconds until it is time to look, None when that is planned.

        `own`: made by this process, not by its engine or a command beside it.
        """
        if complaint_ids is None:
            self._everything = True
        else:
            self._changed |= complaint_ids
        self._since = min(self._since, now)
        self._own |= own
        few = complaint_ids is not None and 0 < len(complaint_ids) <= FEW
        at = now + SOON if own and few else max(now + SOON, self._looked + FLOOD_PAUSE)
        if at >= self._planned:
            return None
        self._planned = at
        return at - now

    def put_off(self, now: float, resting: float) -> bool:
        """Whether others' changes, or many, may wait `AGAIN` longer, because a hand moves through the list."""
        many = self._everything or len(self._changed) > FEW
        if (many or not self._own) and resting < HAND_REST and now - self._since < LONGEST:
            self._planned = now + AGAIN
            return True
        return False

    def look(self, now: float) -> frozenset[str] | None:
        """It is time: what has changed since the last look, None for anything."""
        changed = None if self._everything else frozenset(self._changed)
        self._changed, self._everything, self._own = set(), False, False
        self._looked = now
        self._since = self._planned = float("inf")
        return changed
