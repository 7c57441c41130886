"""What could be meant by the word that is being written in the query line; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from qlue_desk.domain.query_names import (
    BARE_FLAGS,
    CLOCK_EXAMPLES,
    DURATIONS,
    FIELD_SPELLINGS,
    FLAGS,
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
_TOKEN = re.compile(r'"[^"]*"?|[^\s"]+')
_LONGEST_FLAG = 2
"""Words that are one value of `is:` or `has:` with a hyphen between them: `belum diterima`."""


class Offer(msgspec.Struct, frozen=True):
    """One thing that could be written here: `text` replaces `span`, `hint` says what it is."""

    text: str
    hint: str = ""
    span: tuple[int, int] | None = None
    """None: `token_span`, what is being written."""


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
    reader's own first. A word without a field is offered as a field, and from three letters on as a value: of `is:`
    and `has:` first, then of the city. Words elsewhere in the line that are such a value come last.
    """
    names = names or QueryNames()
    start, end = token_span(text, cursor)
    written = text[start:end]
    head = _HEAD.search(text[:start])
    field = find_field(head[1]) if head else None
    if field is not None:
        return _values(field, written, names, language)
    if head or text[:start].endswith('"'):
        return []
    meant = readings(text, names, language)
    found = [each for each in meant if written and each.span is not None and each.span[1] == end]
    found += [
        each for each in _flags(written, names, language) if each.text not in {one.text for one in found}
    ]
    if written:
        found += [Offer(f"{each.shown}:") for each in beginning_with(written, FIELD_SPELLINGS, language)]
    if len(squash(written)) >= _LEAST:
        for each in FROM_A_WORD:
            found += [
                Offer(f"{field_word(each, language)}:{written_value(spelling.shown)}")
                for spelling in beginning_with(written, names.spellings(each), language)
                if spelling.shown != spelling.value or each is Field.DINAS
            ]
    return [*found, *(each for each in meant if each not in found)][:MOST]


def readings(text: str, names: QueryNames, language: str = INDONESIAN) -> list[Offer]:
    """What words of the line, or two beside each other, would be as values of `is:` and `has:`; they are searched
    for as text as long as nobody takes that.
    """
    tokens = list(_TOKEN.finditer(text))
    found: list[Offer] = []
    place = 0
    while place < len(tokens):
        for end in range(min(place + _LONGEST_FLAG, len(tokens)), place, -1):
            part = tokens[place:end]
            term = _flag(" ".join(token[0] for token in part), names, language)
            if term and all(_is_free(text, token) for token in part):
                span = (part[0].start(), part[-1].end())
                found.append(Offer(term, text[slice(*span)], span))
                place = end - 1
                break
        place += 1
    return found


def _is_free(text: str, token: re.Match[str]) -> bool:
    """A word without field, quotation mark or sign, that is no value after a colon or comma either."""
    word, before = token[0], text[: token.start()].rstrip()
    return word.replace("-", "").isalpha() and word[0] != "-" and not before.endswith((":", ","))


def _flag(written: str, names: QueryNames, language: str) -> str:
    """The term of `is:` or `has:` whose value this spells, ''."""
    if len(squash(written)) >= _LEAST and not _is_term(written):
        for field in FLAGS:
            for value in names.find(field, written):
                return f"{field_word(field, language)}:{names.word(field, value, language)}"
    return ""


def _is_term(written: str) -> bool:
    """It is a term already, as it stands."""
    return " " not in written and squash(written) in BARE_FLAGS


def _flags(written: str, names: QueryNames, language: str) -> list[Offer]:
    """Terms of `is:` and `has:` with a value that begins as written."""
    wanted = squash(written)
    if len(wanted) < _LEAST or _is_term(written):
        return []
    found: dict[str, Offer] = {}
    for field in FLAGS:
        for spelling in beginning_with(written, names.spellings(field), language):
            if folded(spelling.shown)[0].startswith(wanted):
                word = names.word(field, spelling.value, language)
                hint = "" if spelling.shown == word else spelling.shown
                found.setdefault(spelling.value, Offer(f"{field_word(field, language)}:{word}", hint))
    return list(found.values())


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
