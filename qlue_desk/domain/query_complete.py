"""What could be meant by the word that is being written in the query line; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from qlue_desk.domain.query_names import (
    CLOCK_EXAMPLES,
    DURATIONS,
    FIELD_SPELLINGS,
    FROM_A_WORD,
    INDONESIAN,
    Field,
    QueryNames,
    Spelling,
    beginning_with,
    field_word,
    find_field,
    folded,
    readable,
    squash,
    written_value,
)

MOST = 12
_HEAD = re.compile(r"(?:^|\s)-?([A-Za-z][A-Za-z_-]*):(?:(?:\"[^\"]*\"|\S)*,)?\s*$")
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


def offers(
    text: str, cursor: int, names: QueryNames | None = None, language: str = INDONESIAN
) -> list[Offer]:
    """What could stand at `cursor`: names of fields, or values of the field; at most twelve.

    After a field all its values are offered, one each, by whichever of its spellings begins as written, the
    reader's own first. A word without a field is offered as a field, and from three letters on as a value of the city.
    """
    names = names or QueryNames()
    start, end = token_span(text, cursor)
    written = text[start:end]
    head = _HEAD.search(text[:start])
    field = find_field(head[1]) if head else None
    if field is not None:
        return _values(field, written, names, language)
    if head or not written or text[:start].endswith('"'):
        return []
    found = [Offer(f"{each.shown}:") for each in beginning_with(written, FIELD_SPELLINGS, language)]
    if len(squash(written)) >= _LEAST:
        for each in FROM_A_WORD:
            found += [
                Offer(f"{field_word(each, language)}:{written_value(spelling.shown)}")
                for spelling in beginning_with(written, names.spellings(each), language)
                if spelling.shown != spelling.value or each is Field.DINAS
            ]
    return found[:MOST]


def _values(field: Field, written: str, names: QueryNames, language: str) -> list[Offer]:
    if field in DURATIONS:
        return [Offer(example) for example in CLOCK_EXAMPLES[language] if example.startswith(written)]
    sign = "-" if field is Field.SORT and written.startswith("-") else ""
    spellings = names.spellings(field)
    found = beginning_with(written.removeprefix(sign), spellings, language)[:MOST]
    offered = [
        Offer(sign + written_value(each.shown), _other_name(each, spellings, language)) for each in found
    ]
    whole = [offer for offer in offered if squash(offer.text) == squash(written)]
    return [] if len(offered) == len(whole) == 1 else offered


def _other_name(offered: Spelling, spellings: Iterable[Spelling], language: str) -> str:
    """Another word of the reader's for the value, so that one sees what is meant: `dispatched` is Disposisi."""
    own = squash(offered.shown)
    for each in spellings:
        is_code = each.shown == each.value and (each.shown[:1].isdigit() or "_" in each.shown)
        same = each.value == offered.value and readable(each, language)
        if same and folded(each.shown)[0] != own and not is_code:
            return each.shown
    return ""
