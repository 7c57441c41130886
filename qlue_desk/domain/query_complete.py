"""What could be meant by the word that is being written in the query line; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from qlue_desk.domain.query import written_value
from qlue_desk.domain.query_names import (
    CLOCK_EXAMPLES,
    DURATIONS,
    FIELD_SPELLINGS,
    Field,
    QueryNames,
    Spelling,
    find_field,
    squash,
)

MOST = 12
_HEAD = re.compile(r"(?:^|\s)-?([A-Za-z][A-Za-z_-]*):(?:(?:\"[^\"]*\"|\S)*,)?$")
_FROM_A_WORD = (
    Field.KELURAHAN,
    Field.KECAMATAN,
    Field.CATEGORY,
    Field.DINAS,
    Field.STATUS,
    Field.CHANNEL,
    Field.BY,
)
"""Fields whose values a word without a field may mean: `bubulak` is offered as `kelurahan:bubulak`."""
_LEAST = 3
"""Letters from which on a word without a field is looked up among the values."""


class Offer(msgspec.Struct, frozen=True):
    """One thing that could be written here: `text` replaces `token_span`, `hint` says what it is."""

    text: str
    hint: str = ""


def token_span(text: str, cursor: int) -> tuple[int, int]:
    """Start and end of what an offer replaces: the word, or the last value, before `cursor`."""
    cursor = min(cursor, len(text))
    start = cursor
    while start > 0 and not text[start - 1].isspace() and text[start - 1] not in ',:"':
        start -= 1
    if start == 0 or text[start - 1] not in ",:":
        start += text.startswith("-", start, cursor)
    return start, cursor


def offers(text: str, cursor: int, names: QueryNames | None = None) -> list[Offer]:
    """What could stand at `cursor`: names of fields, or values of the field; at most twelve.

    After a field all its values are offered, one each, by whichever of its spellings begins as written.
    A word without a field is offered as a field, and from three letters on as a value of the city.
    """
    names = names or QueryNames()
    start, end = token_span(text, cursor)
    written = text[start:end]
    head = _HEAD.search(text[:start])
    field = find_field(head[1]) if head else None
    if field is not None:
        return _values(field, written, names)
    if head or not written or text[:start].endswith('"'):
        return []
    found = [Offer(f"{each.shown}:") for each in _beginning_with(written, FIELD_SPELLINGS)]
    if len(squash(written)) >= _LEAST:
        for each in _FROM_A_WORD:
            found += [
                Offer(f"{each.value}:{written_value(spelling.shown)}")
                for spelling in _beginning_with(written, names.spellings(each))
                if spelling.shown != spelling.value or each is Field.DINAS
            ]
    return found[:MOST]


def _values(field: Field, written: str, names: QueryNames) -> list[Offer]:
    if field in DURATIONS:
        return [Offer(example) for example in CLOCK_EXAMPLES if example.startswith(written)]
    sign = "-" if field is Field.SORT and written.startswith("-") else ""
    spellings = names.spellings(field)
    found = _beginning_with(written.removeprefix(sign), spellings)[:MOST]
    offered = [Offer(sign + written_value(each.shown), _other_name(each, spellings)) for each in found]
    whole = [offer for offer in offered if squash(offer.text) == squash(written)]
    return [] if len(offered) == len(whole) == 1 else offered


def _other_name(offered: Spelling, spellings: Iterable[Spelling]) -> str:
    """Another word for the value, so that one sees what is meant: `dispatched` is Disposisi."""
    own = squash(offered.shown)
    for each in spellings:
        is_code = each.shown == each.value and (each.shown[:1].isdigit() or "_" in each.shown)
        if each.value == offered.value and _folded(each.shown)[0] != own and not is_code:
            return each.shown
    return ""


def _beginning_with(written: str, spellings: Iterable[Spelling]) -> list[Spelling]:
    """One spelling for each value: those that begin as written, then those of which a later word does."""
    wanted = squash(written)
    first: dict[str, Spelling] = {}
    later: dict[str, Spelling] = {}
    for spelling in spellings:
        whole, words = _folded(spelling.shown)
        if whole.startswith(wanted):
            first.setdefault(spelling.value, spelling)
        elif any(word.startswith(wanted) for word in words):
            later.setdefault(spelling.value, spelling)
    return [*first.values(), *(each for value, each in later.items() if value not in first)]


@lru_cache(maxsize=8192)
def _folded(shown: str) -> tuple[str, tuple[str, ...]]:
    """A spelling for comparison, whole and by its later words; asked for at each key."""
    return squash(shown), tuple(re.split(r"[\s_-]+", shown.casefold())[1:])
