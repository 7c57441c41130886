"""The query line: text to a filter, and back.

The same text stands in the query bar, in saved views and on the command line. Relative times stay
relative, so that a saved `older:24h` means 24 hours before it is run; see `query_match` for meanings.
"""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from qlue_desk.domain.folding import SHORT_FORMS
from qlue_desk.domain.query_errors import (
    BAD_DATE,
    BAD_DUE,
    BAD_DURATION,
    MESSAGES,
    MISSING_VALUE,
    NO_WORD,
    ONE_GROUP,
    ONE_SORT,
    OPEN_QUOTE,
    UNKNOWN_FIELD,
    UNKNOWN_VALUE,
    QueryError,
    Vocabulary,
)
from qlue_desk.domain.query_names import (
    BARE_FLAGS,
    DURATIONS,
    INDONESIAN,
    NONE,
    SAFE_BARE,
    Field,
    QueryNames,
    field_word,
    find_field,
    names_of,
    quoted,
    squash,
    written_value,
)

__all__ = [
    "MESSAGES",
    "Field",
    "Query",
    "QueryError",
    "QueryNames",
    "Term",
    "Word",
    "names_of",
    "parse",
    "spelled",
]

DEFAULT_SORT = "due"
_LONGEST_NAME = 3
"""Words in the name of a kelurahan."""

_FIELD = re.compile(r"(-?)([A-Za-z][A-Za-z_-]*):(?!//)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE_VALUE = re.compile(r"[^\s,]*")
_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"\s*")
_DURATION = re.compile(r"([0-9]{1,5}) ?([a-z]+)")
_UNITS = {
    "m": "m min mnt menit",
    "h": "h j jam hour hours",
    "d": "d hari day days",
    "w": "w minggu mg week weeks",
}
_LENGTH = re.compile(r"([<>]?)([0-9]+)([mhdw])")
"""A length of time in canonical text."""
_UNIT_WORDS = {"m": "menit", "h": "jam", "d": "hari", "w": "minggu"}
_UNIT_OF = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings.split()}
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?")


class Term(msgspec.Struct, frozen=True):
    """`field:value,value` — any of the values, or none of them when negated. Values are canonical."""

    field: Field
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        """Canonical text."""
        return f"{'-' * self.negated}{self.field.value}:{','.join(map(_quoted_if_needed, self.values))}"


class Word(msgspec.Struct, frozen=True):
    """Text to find in number, title, text, street and notes; a phrase keeps its order.

    Where the text is the name or an alias of a kelurahan (or kecamatan), reports that lie there are found as
    well: whoever types `bubulak` wants them, said or not. `kelurahan:bubulak` leaves out those that only say it.
    """

    text: str
    negated: bool = False
    phrase: bool = False
    kelurahan: tuple[str, ...] = ()
    """Codes."""

    def __str__(self) -> str:
        """Canonical text."""
        return "-" * self.negated + (quoted(self.text) if self.phrase else self.text)


class Query(msgspec.Struct, frozen=True):
    """A filter (all terms and all words must hold) and an order."""

    terms: tuple[Term, ...] = ()
    words: tuple[Word, ...] = ()
    sort: str = DEFAULT_SORT
    descending: bool = False
    group: str = ""
    """What the reports are grouped by; '' for one list."""

    def __str__(self) -> str:
        """Canonical text; parsing it gives this query again."""
        parts = [str(part) for part in (*self.terms, *self.words)]
        if self.sort != DEFAULT_SORT or self.descending:
            parts.append(f"sort:{'-' * self.descending}{self.sort}")
        if self.group:
            parts.append(f"group:{self.group}")
        return " ".join(parts)


def spelled(query: Query, names: QueryNames, language: str) -> str:
    """The query as a reader of `language` writes it; parsing it gives this query again."""
    parts = [_term_words(term, names, language) for term in query.terms]
    parts += map(str, query.words)
    if query.sort != DEFAULT_SORT or query.descending:
        by = _value_words(Field.SORT, query.sort, names, language)
        parts.append(f"{field_word(Field.SORT, language)}:{'-' * query.descending}{by}")
    if query.group:
        by = _value_words(Field.GROUP, query.group, names, language)
        parts.append(f"{field_word(Field.GROUP, language)}:{by}")
    return " ".join(parts)


def _term_words(term: Term, names: QueryNames, language: str) -> str:
    values = ",".join(_value_words(term.field, value, names, language) for value in term.values)
    return f"{'-' * term.negated}{field_word(term.field, language)}:{values}"


def _value_words(field: Field, value: str, names: QueryNames, language: str) -> str:
    length = _LENGTH.fullmatch(value) if field in DURATIONS or field is Field.DUE else None
    if length is not None and language == INDONESIAN:
        return f"{length[1]}{length[2]}{_UNIT_WORDS[length[3]]}"
    word = written_value(names.word(field, value, language))
    meant = names.find(field, word.strip('"'))
    # Two areas of one name mean both, so the one that is meant keeps its code.
    return word if meant == (value,) else _quoted_if_needed(value)


class _Value(msgspec.Struct, frozen=True):
    text: str
    start: int
    end: int


def parse(text: str, names: QueryNames | None = None, language: str = INDONESIAN) -> Query:
    """The query that `text` writes; raises `QueryError` at the first thing that is not understood.

    `language` is that of the mistake's hints; words of both are understood.
    """
    names = names or QueryNames()
    known = Vocabulary(names, language)
    terms: list[Term] = []
    words: list[Word] = []
    order: tuple[str, bool] | None = None
    group = ""
    position = _skip_space(text, 0)
    while position < len(text):
        found = _FIELD.match(text, position)
        if found is None:
            part, end = _read_word(text, position)
            if isinstance(part, Term):
                terms.append(part)
            elif part.text:
                words.append(part)
        else:
            field = _field(found, known)
            values, end = _read_values(text, found.end(), field, known)
            if field is Field.SORT:
                if order is not None or found[1] or len(values) > 1:
                    raise QueryError(ONE_SORT, position, end)
                order = _order(values[0], known)
            elif field is Field.GROUP:
                if group or found[1] or len(values) > 1:
                    raise QueryError(ONE_GROUP, position, end)
                (group,) = _canonical(field, values[0], known)
            else:
                canonical = [value for each in values for value in _canonical(field, each, known)]
                terms.append(Term(field, tuple(dict.fromkeys(canonical)), bool(found[1])))
        position = _skip_space(text, end)
    if words and not terms and not any(character.isalnum() for word in words for character in word.text):
        # Signs are not searched for: a line of nothing else would find, and export, every report.
        raise QueryError(NO_WORD, 0, len(text), found=text.strip())
    sort, descending = order or (DEFAULT_SORT, False)
    return Query(tuple(terms), _with_places(words, names), sort, descending, group)


def parse_duration(text: str) -> dt.timedelta | None:
    """`90m`, `24h`, `3d`, `2w`, or with the Indonesian words; None if it is no length of time."""
    canonical = _duration(text)
    if canonical is None:
        return None
    amount, unit = int(canonical[:-1]), canonical[-1]
    return {
        "m": dt.timedelta(minutes=amount),
        "h": dt.timedelta(hours=amount),
        "d": dt.timedelta(days=amount),
        "w": dt.timedelta(weeks=amount),
    }[unit]


def _field(found: re.Match[str], known: Vocabulary) -> Field:
    field = find_field(found[2])
    if field is None:
        close = known.near_fields(found[2])
        raise QueryError(UNKNOWN_FIELD, found.start(2), found.end(2), close, known.fields(), found=found[2])
    return field


def _read_word(text: str, position: int) -> tuple[Word | Term, int]:
    negated = text[position] == "-" and text[position + 1 : position + 2].strip() != ""
    start = position + negated
    if text[start] == '"':
        quoted = _quote_at(text, start)
        return Word(_unescaped(quoted[1]), negated, phrase=True), quoted.end()
    found = _WORD.match(text, start)
    assert found is not None
    flag = BARE_FLAGS.get(squash(found[0])) if found[0][0] != "-" else None
    if flag is not None:
        return Term(Field.IS, (flag,), negated), found.end()
    return Word(found[0], negated), found.end()


def _with_places(words: list[Word], names: QueryNames) -> tuple[Word, ...]:
    """Words that name a kelurahan know its codes; `kedung badak` is one name, not two words."""
    placed: list[Word] = []
    position = 0
    while position < len(words):
        for end in range(min(position + _LONGEST_NAME + 1, len(words)), position, -1):
            part = words[position:end]
            plain = len(part) == 1 or not any(word.phrase or word.negated for word in part)
            text = " ".join(word.text for word in part)
            codes = _place_codes([word.text for word in part], names) if plain else ()
            if codes or len(part) == 1:
                placed.append(msgspec.structs.replace(part[0], text=text, kelurahan=codes))
                position = end
                break
    return tuple(placed)


def _place_codes(words: list[str], names: QueryNames) -> tuple[str, ...]:
    """Codes of the kelurahan that these words name, as `bubulak`, `kel. bubulak` or `kec. bogor barat`.

    A kecamatan of one word needs its `kec.`: alone it is too often a kelurahan or a street as well.
    """
    kind = SHORT_FORMS.get(squash(words[0])) if len(words) > 1 else None
    said = kind if kind in ("kel", "kec") else ""
    name = " ".join(words[1:] if said else words)
    wards = names.find(Field.KELURAHAN, name) if said != "kec" else ()
    codes = tuple(code for code in wards if code != NONE)
    if codes or (said != "kec" and len(words) == 1) or said == "kel":
        return codes
    districts = tuple(f"{code}." for code in names.find(Field.KECAMATAN, name) if code != NONE)
    inside = (each.value for each in names.kelurahan if districts and each.value.startswith(districts))
    return tuple(dict.fromkeys(inside))


def _read_values(text: str, position: int, field: Field, known: Vocabulary) -> tuple[list[_Value], int]:
    values: list[_Value] = []
    while True:
        position = _skip_blanks_before_value(text, position)
        if text.startswith('"', position):
            quoted = _quote_at(text, position)
            value = _Value(_unescaped(quoted[1]).strip(), position, quoted.end())
        else:
            bare = _BARE_VALUE.match(text, position)
            assert bare is not None
            value = _Value(bare[0], position, bare.end())
        if not value.text:
            allowed = known.allowed(field)
            raise QueryError(MISSING_VALUE, value.start, value.end, (), allowed, field=known.field(field))
        values.append(value)
        if not text.startswith(",", value.end):
            return values, value.end
        position = value.end + 1


def _skip_blanks_before_value(text: str, position: int) -> int:
    """`kel: sukadamai` means what `kel:sukadamai` does: behind a colon, or a comma, a value must follow."""
    start = _skip_space(text, position)
    return position if _FIELD.match(text, start) else start


def _canonical(field: Field, value: _Value, known: Vocabulary) -> tuple[str, ...]:
    """The canonical values that one written value means."""
    if field is Field.NUMBER:
        return (value.text.upper(),)
    if field in DURATIONS:
        duration = _duration(value.text) or (_instant(value.text) if field is Field.CHANGED else None)
        if duration is None:
            raise QueryError(BAD_DURATION, value.start, value.end, found=value.text)
        return (duration,)
    meant = known.names.find(field, value.text)
    if field is Field.DUE and value.text[:1] in "<>":
        meant = ()
    if meant:
        return meant
    if field in (Field.SINCE, Field.UNTIL, Field.DUE):
        return (_moment(field, value, known),)
    if field is Field.BY and not known.names.by:
        return (value.text.casefold(),)
    raise _unknown(field, value.text, value, known)


def _unknown(field: Field, written: str, value: _Value, known: Vocabulary) -> QueryError:
    close, allowed = known.nearest(field, written), known.allowed(field)
    return QueryError(
        UNKNOWN_VALUE, value.start, value.end, close, allowed, found=value.text, field=known.field(field)
    )


def _moment(field: Field, value: _Value, known: Vocabulary) -> str:
    day = _date(value.text)
    if day is not None:
        return day.isoformat()
    if field is Field.DUE:
        sign = value.text[0] if value.text[0] in "<>" else ""
        limit = _duration(value.text.removeprefix(sign)) or _instant(value.text.removeprefix(sign))
        if limit is not None:
            return (sign or "<") + limit
    elif (minute := _instant(value.text)) is not None:
        return minute
    template = BAD_DUE if field is Field.DUE else BAD_DATE
    raise QueryError(template, value.start, value.end, known.nearest(field, value.text), found=value.text)


_YEARS = range(1900, 2200)
"""Beyond, a city's clock cannot be reckoned with."""


def _order(value: _Value, known: Vocabulary) -> tuple[str, bool]:
    plain = value.text.removeprefix("-")
    meant = known.names.find(Field.SORT, plain)
    if not meant:
        raise _unknown(Field.SORT, plain, value, known)
    return meant[0], plain != value.text


def _duration(text: str) -> str | None:
    found = _DURATION.fullmatch(text.lower())
    unit = _UNIT_OF.get(found[2]) if found else None
    return f"{int(found[1])}{unit}" if found and unit else None


def _date(text: str) -> dt.date | None:
    found = _DAY_FIRST.fullmatch(text)
    try:
        if found:
            day = dt.date(int(found[3]), int(found[2]), int(found[1]))
        elif len(text) == 10:
            day = dt.date.fromisoformat(text)
        else:
            return None
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _instant(text: str) -> str | None:
    """A day, or a minute of it on the city's clock: `2026-11-24`, `2026-11-24T07:00`."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        year = dt.datetime.fromisoformat(text).year
    except ValueError:
        return None
    return text if year in _YEARS else None


def _quote_at(text: str, position: int) -> re.Match[str]:
    quoted = _QUOTED.match(text, position)
    if quoted is None:
        raise QueryError(OPEN_QUOTE, position, len(text))
    return quoted


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _quoted_if_needed(text: str) -> str:
    return text if SAFE_BARE.fullmatch(text) else quoted(text)
