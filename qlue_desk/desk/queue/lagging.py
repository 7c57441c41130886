"""While a query is asked for, the list still shows the one before: keys wait for the rows that are meant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LONGEST = 3.0
"""Seconds after which a key gives up; the list would show the wrong reports."""


class Lag:
    """Which query was asked for, which one the list shows, and what waits for the two to be the same."""

    def __init__(self) -> None:
        self.listed: str | None = None
        """The query whose rows the list shows; while another is asked for, or the same anew, it lags behind."""
        self.asked = ""
        self._here = asyncio.Event()
        self._steps: list[Callable[[], None]] = []
        self._failed = False

    @property
    def lags(self) -> bool:
        """The list shows the rows of another query than the one that was asked for last."""
        return self.listed != self.asked

    @property
    def waits(self) -> bool:
        """The rows asked for are on their way."""
        return self.lags and not self._failed

    def ask(self, text: str, *, anew: bool = True) -> None:
        """This query is asked for now; what waited for another one is forgotten.

        `anew`: the list begins at its top again, so that until then its cursor means nothing.
        """
        if text != self.asked:
            self._steps.clear()
        if anew:
            self.listed = None
        self.asked, self._failed = text, False
        if self.lags:
            self._here.clear()

    def arrived(self, text: str) -> None:
        """The list shows the rows of this query: moves and marks that waited happen now, in their order."""
        self.listed = text
        if self.lags:
            return
        steps, self._steps = self._steps, []
        for step in steps:
            step()
        self._here.set()

    def failed(self, text: str) -> None:
        """The rows of this query could not be read; nobody waits for them any longer."""
        if text == self.asked:
            self._failed = True
            self._steps.clear()
            self._here.set()

    def then(self, step: Callable[[], None]) -> None:
        """Do this to the rows that are meant: at once, or when they are here."""
        if self.waits:
            self._steps.append(step)
        else:
            step()

    async def rows_are_here(self) -> bool:
        """Wait for the rows of the query asked for now; False when they do not come in time."""
        meant = self.asked
        if self.lags:
            try:
                await asyncio.wait_for(self._here.wait(), LONGEST)
            except TimeoutError:
                return False
        return meant == self.asked and not self.lags
