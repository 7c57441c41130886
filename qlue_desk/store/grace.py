"""The seconds for which an action stays at the desk so that the person can take it back."""

from __future__ import annotations

import datetime as dt

import msgspec

LONGER_TIMES = 3
"""How many times longer an act on many reports can be taken back, because reading what it did takes longer, and one that
the reporter reads or that ends a report (`effects.is_weighty`)."""


class Grace(msgspec.Struct, frozen=True):
    """For how many seconds after `recorded_at` an action stays here, so that it can be taken back.

    One from the future (the clock was set back) has no grace, else it might wait for years.
    """

    seconds: float
    now: dt.datetime
    bulk_from: int = 0
    """From how many reports on a stroke stays three times as long; 0 = never."""

    @property
    def longest(self) -> float:
        """Seconds for which any action can stay."""
        return self.seconds * LONGER_TIMES

    def is_bulk(self, together: int) -> bool:
        """Whether a stroke on so many reports stays longer."""
        return 0 < self.bulk_from <= together

    def left(self, recorded_at: dt.datetime, *, longer: bool = False) -> float:
        """Seconds for which an action still stays; 0 when it may leave."""
        seconds = self.longest if longer else self.seconds
        age = (self.now - recorded_at).total_seconds()
        return seconds - age if 0 <= age < seconds else 0.0
