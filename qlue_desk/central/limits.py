"""How many requests central answers: token buckets, kept in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec


class Rate(msgspec.Struct, frozen=True):
    """So many requests a minute on average, so many at once."""

    per_minute: float
    burst: int


class RateLimits(msgspec.Struct, frozen=True):
    """Limits by what is asked for; generous, a city lowers them."""

    desk: Rate = Rate(1200, 300)
    """All requests of one desk."""
    enrol: Rate = Rate(30, 20)
    """Enrolment codes tried from one address."""
    sign_in: Rate = Rate(60, 30)
    """Passwords tried at one desk."""
    refused: Rate = Rate(120, 60)
    """Requests with a bad token from one address."""
    public: Rate = Rate(600, 150)
    """Requests of one address to the citizen's page or to Open311, each."""

    @classmethod
    def of(cls, desk_per_minute: int, public_per_minute: int) -> RateLimits:
        """The limits that a city sets; a quarter of a minute's requests may come at once."""
        return cls(desk=_rate(desk_per_minute), public=_rate(public_per_minute))


def _rate(per_minute: int) -> Rate:
    return Rate(per_minute, max(1, per_minute // 4))


class Buckets:
    """One bucket a key; a bucket that has filled up again is forgotten."""

    MOST = 10_000

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, rate: Rate) -> float:
        """Take one; 0 when there was one, else the seconds until there is."""
        now = self._clock()
        per_second = rate.per_minute / 60
        with self._lock:
            left, at = self._left.get(key, (float(rate.burst), now))
            left = min(float(rate.burst), left + (now - at) * per_second)
            if left < 1:
                self._left[key] = (left, now)
                return (1 - left) / per_second
            if len(self._left) >= self.MOST:
                self._left.clear()
            self._left[key] = (left - 1, now)
        return 0.0
