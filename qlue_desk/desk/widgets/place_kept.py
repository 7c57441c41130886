"""Where the row under the cursor stands once a list is sorted anew: in its place, whatever became of it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

import msgspec

WINDOW = 64
"""Neighbours on each side that say where a place is."""


class Settled(msgspec.Struct, frozen=True):
    """The place of the row under the cursor; `away` when the list itself has it elsewhere or not at all."""

    place: int
    away: bool
    home: int | None = None
    """Where the list has it; None when it does not."""


def settle(before: Sequence[int], cursor: int, after: array[int]) -> Settled:
    """The place in `after`, without the current row, that its neighbours in `before` give it.

    Neighbours may have been sorted elsewhere themselves (a bulk act): only those count that have kept
    their order among each other.
    """
    current = before[cursor]
    around = before[max(0, cursor - WINDOW) : cursor + WINDOW + 1]
    wanted = set(around)
    found = {number: place for place, number in enumerate(after) if number in wanted}
    home = found.get(current)
    above = len(around[: cursor - max(0, cursor - WINDOW)])
    kept = _in_order([(i, found[n]) for i, n in enumerate(around) if n in found and n != current])
    upper = max((place for i, place in kept if i < above), default=None)
    lower = min((place for i, place in kept if i > above), default=None)
    if home is not None and (upper is None or upper < home) and (lower is None or home < lower):
        return Settled(home, away=False, home=home)
    behind = None if upper is None else upper + 1
    place = next((each for each in (behind, lower) if each is not None), min(cursor, len(after)))
    return Settled(place - (home is not None and home < place), away=True, home=home)


def without(numbers: array[int], place: int | None) -> array[int]:
    """A copy that lacks the number at this place."""
    return numbers[:] if place is None else numbers[:place] + numbers[place + 1 :]


def _in_order(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs (first members rise) whose second members rise as well."""
    ends: list[int] = []
    """Index of the pair that ends the best run of each length."""
    previous: list[int] = []
    for index, (_i, place) in enumerate(pairs):
        length = bisect_left(ends, place, key=lambda end: pairs[end][1])
        previous.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [index]
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = previous[at]
    return chain[::-1]
