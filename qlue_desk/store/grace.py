"""The seconds for which an action stays at the desk so that the person can take it back."""

from __future__ import annotations

import datetime as dt

import msgspec


class Grace(msgspec.Struct, frozen=True):
    """For how many seconds after `recorded_at` an action stays here, so that it can be taken back.

    One from the future (the clock was set back) has no grace, else it might wait for years.
    """

    seconds: float
    now: dt.datetime

    def left(self, recorded_at: dt.datetime) -> float:
        """Seconds for which an action still stays; 0 when it may leave."""
        age = (self.now - recorded_at).total_seconds()
        return self.seconds - age if 0 <= age < self.seconds else 0.0
