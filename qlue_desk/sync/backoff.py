"""How long to wait before the next attempt: exponential with full jitter, Retry-After honoured.

Without jitter all desks of a city would come back in the same second after an outage.
"""

from __future__ import annotations

import random

from qlue_desk.sync.errors import MAX_RETRY_AFTER


class Backoff:
    """Delays in seconds, between `first` and `longest`."""

    def __init__(
        self, first: float = 1.0, longest: float = 300.0, chance: random.Random | None = None
    ) -> None:
        self.first = first
        self.longest = longest
        self._chance = chance or random.Random()
        self._failures = 0

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def next(self, retry_after: float = 0.0) -> float:
        """The delay after one more failure; never less than `first`, nor than what central asked for."""
        ceiling = min(self.longest, self.first * 2 ** min(self._failures + 1, 20))
        self._failures += 1
        jittered = max(self.first, self._chance.uniform(0.0, ceiling))
        return max(jittered, min(retry_after, MAX_RETRY_AFTER))
