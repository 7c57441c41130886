"""What each term of a query means: the reference that the store's SQL is tested against."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Literal, assert_never

import msgspec

from qlue_desk.domain.complaint import STATUS_LOOK, Colour, Complaint, Status
from qlue_desk.domain.edges import PRIORITY_BY_WORD
from qlue_desk.domain.folding import may_go_on, spellings_of
from qlue_desk.domain.numbers import number_parts
from qlue_desk.domain.query import Query, Term, Word, parse_duration
from qlue_desk.domain.query_names import DURATIONS, NONE, Field, Has, Is

PRIORITY_OF = {name: PRIORITY_BY_WORD[name] for name in ("ordinary", "high", "emergency")}
"""Level of each canonical value of `priority`."""
STATUSES_OF_COLOUR: dict[Colour, frozenset[Status]] = {
    colour: frozenset(status for status, look in STATUS_LOOK.items() if look.colour is colour)
    for colour in Colour
}

ColumnField = Literal[
    Field.STATUS,
    Field.COLOUR,
    Field.CITY,
    Field.DINAS,
    Field.CATEGORY,
    Field.KELURAHAN,
    Field.KECAMATAN,
    Field.CHANNEL,
    Field.PRIORITY,
]
"""Fields whose values are compared as they are."""

Span = tuple[dt.datetime | None, dt.datetime | None]
"""From (included) and until (excluded), UTC; None is open."""

_DAY = dt.timedelta(days=1)
_SUNDAY = 6
_TOKEN = re.compile(r"[^\W_]+")


class Facts(msgspec.Struct, frozen=True):
    """What a query can ask for and the complaint itself does not carry."""

    notes: int = 0
    pending: int = 0
    """Own actions that central has not confirmed."""
    note_text: str = ""
    """Texts of its history."""
    snoozed: bool = False
    """The person has put it aside."""
    draft: bool = False
    """A text was begun on it here and not sent."""


class Moment(msgspec.Struct, frozen=True):
    """When and by whom a query is run."""

    now: dt.datetime
    me: str
    """User id."""
    zone: dt.tzinfo
    """Of the city: `today` is its day."""


def matches(query: Query, complaint: Complaint, moment: Moment, facts: Facts | None = None) -> bool:
    """Whether `complaint` is found by `query`: every term and every word holds."""
    known = facts or Facts()
    return all(_term(term, complaint, moment, known) for term in query.terms) and all(
        _word(word, complaint, known) for word in query.words
    )


def span(field: Field, value: str, moment: Moment) -> Span:
    """The times that a value of older, newer, since, until (of `created_at`), changed or due takes in.

    `due:<8h` takes in what is overdue, `due:week` goes from today to Sunday. `due:none` is no span and
    must be asked for before.
    """
    if field in DURATIONS:
        limit = _limit(value, moment, -1)
        return (None, limit) if field is Field.OLDER else (limit, None)
    if field is Field.DUE:
        if value == "overdue":
            return None, moment.now
        if value[0] in "<>":
            limit = _limit(value[1:], moment, 1)
            return (None, limit) if value[0] == "<" else (limit, None)
    if "T" in value:
        limit = _limit(value, moment, 1)
        return (limit, None) if field is Field.SINCE else (None, limit)
    first, last = _days(value, moment)
    begin = _midnight(first, moment)
    end = _midnight(last + _DAY, moment) if last < dt.date.max else None
    if field is Field.SINCE:
        return begin, None
    return (None, end) if field is Field.UNTIL else (begin, end)


def tokens(text: str) -> list[str]:
    """Words of `text` as FTS5's `unicode61 remove_diacritics 2` sees them."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return _TOKEN.findall("".join(each for each in plain if not unicodedata.combining(each)))


def bounced_by(complaint: Complaint) -> str:
    """The dinas that last gave a report back or passed it on as not its own; '' for none."""
    for before, hop in zip(reversed(complaint.custody[:-1]), reversed(complaint.custody), strict=False):
        if hop.bounce:
            return before.dinas
    return ""


def kecamatan_of(kelurahan: str | None) -> str:
    """Code of the kecamatan in which a kelurahan lies: Kemendagri codes nest; '' for none."""
    return (kelurahan or "").rpartition(".")[0]


def _term(term: Term, complaint: Complaint, moment: Moment, facts: Facts) -> bool:
    return term.negated != any(_value(term.field, value, complaint, moment, facts) for value in term.values)


def _value(field: Field, value: str, complaint: Complaint, moment: Moment, facts: Facts) -> bool:
    match field:
        case Field.OLDER | Field.NEWER | Field.SINCE | Field.UNTIL:
            return _within(complaint.created_at, span(field, value, moment))
        case Field.CHANGED:
            since = complaint.status_since or complaint.received_at or complaint.created_at
            return _within(since, span(field, value, moment))
        case Field.DUE:
            due = complaint.due
            if value == NONE or due is None:
                return (value == NONE) == (due is None)
            return _within(due, span(field, value, moment))
        case Field.BY:
            return _holder(value, complaint, moment)
        case Field.NUMBER:
            return _in_number(value, complaint) or _is_number(value, complaint)
        case Field.BOUNCED:
            return bounced_by(complaint) == value
        case Field.HAS:
            return _has(Has(value), complaint, facts)
        case Field.IS:
            return _is(Is(value), complaint, moment, facts)
        case Field.SORT | Field.GROUP:
            raise AssertionError(f"{field} is no term")
        case _:
            return _column(field, complaint) == ("" if value == NONE else value)


def _column(field: ColumnField, complaint: Complaint) -> str:
    match field:
        case Field.STATUS:
            return complaint.status.value
        case Field.COLOUR:
            return complaint.look.colour.value
        case Field.CITY:
            return complaint.city
        case Field.DINAS:
            return complaint.dinas
        case Field.CATEGORY:
            return complaint.category or ""
        case Field.KELURAHAN:
            return complaint.kelurahan or ""
        case Field.KECAMATAN:
            return kecamatan_of(complaint.kelurahan)
        case Field.CHANNEL:
            return complaint.channel.value
        case Field.PRIORITY:
            return next((name for name, number in PRIORITY_OF.items() if number == complaint.priority), "")
        case _:
            assert_never(field)


def _holder(value: str, complaint: Complaint, moment: Moment) -> bool:
    if value == NONE:
        return not complaint.holder
    if value == "me":
        return complaint.holder == moment.me
    return complaint.holder == value or value in complaint.holder_name.casefold()


def _has(value: Has, complaint: Complaint, facts: Facts) -> bool:
    match value:
        case Has.PHOTO:
            return any(not each.evidence for each in complaint.attachments)
        case Has.EVIDENCE:
            return any(each.evidence for each in complaint.attachments)
        case Has.NOTE:
            return facts.notes > 0
        case Has.PLACE:
            return complaint.lat_e6 is not None and complaint.lon_e6 is not None
        case Has.PHONE:
            return complaint.reporter.phone != ""
        case Has.UNSENT:
            return facts.pending > 0
        case Has.DRAFT:
            return facts.draft
        case _:
            assert_never(value)


def _is(value: Is, complaint: Complaint, moment: Moment, facts: Facts) -> bool:
    match value:
        case Is.OPEN:
            return complaint.is_open
        case Is.CLOSED:
            return not complaint.is_open
        case Is.OVERDUE:
            return complaint.due is not None and complaint.due < moment.now
        case Is.UNACKNOWLEDGED:
            return complaint.status is Status.DISPATCHED
        case Is.PROPOSED:
            return complaint.status is Status.AWAITING_VERIFICATION
        case Is.OWN_PROPOSAL:
            return complaint.status is Status.AWAITING_VERIFICATION and complaint.proposed_by == moment.me
        case Is.SENT_BACK:
            return complaint.sent_back
        case Is.REOPENED:
            return complaint.reopened > 0
        case Is.MINE:
            return complaint.holder == moment.me
        case Is.UNASSIGNED:
            return not complaint.holder
        case Is.WAITING:
            return complaint.waiting_reason != ""
        case Is.PAUSED:
            return complaint.paused_at is not None
        case Is.SECRET:
            return complaint.reporter.secret
        case Is.BOUNCED:
            return complaint.bounces > 0
        case Is.RETURNED:
            return complaint.status is Status.NEW and complaint.bounces > 0
        case Is.FINAL:
            return complaint.final
        case Is.SNOOZED:
            return facts.snoozed
        case _:
            assert_never(value)


class Saying:
    """A word of a query, made ready to be looked for in many reports; nothing of places."""

    def __init__(self, word: Word) -> None:
        wanted = tokens(word.text)
        self._spellings = [
            (list(spelling), word.phrase or not may_go_on(spelling, wanted))
            for spelling in spellings_of(wanted)
            if spelling
        ]
        self._number = _number_tokens(word.text)

    def found_in(self, number: str, *texts: str) -> bool:
        """Whether a report of this number says it in one of these texts, or is meant by its number."""
        if self._number and _stands_in(self._number, tokens(number), whole=True):
            return True
        said = (number, *texts)
        together = "\n".join(said)
        if together.isascii():  # to look for letters takes a tenth of what taking words apart does
            together = together.lower()
            if not any(all(token in together for token in spelling) for spelling, _whole in self._spellings):
                return False
        return any(
            _stands_in(spelling, there, whole)
            for there in map(tokens, said)
            for spelling, whole in self._spellings
        )


def _word(word: Word, complaint: Complaint, facts: Facts) -> bool:
    if not tokens(word.text):
        return True
    if word.kelurahan and complaint.kelurahan in word.kelurahan:
        return not word.negated
    texts = (complaint.title, complaint.text, complaint.street, facts.note_text)
    return word.negated != Saying(word).found_in(complaint.number, *texts)


def _in_number(text: str, complaint: Complaint) -> bool:
    """`BGR`, `bgr-26`, `26-0042`: parts of the number, the last as far as it is written."""
    wanted = tokens(text)
    return bool(wanted) and _stands_in(wanted, tokens(complaint.number), whole=False)


def _is_number(text: str, complaint: Complaint) -> bool:
    """`4211` and `26-4211`, without the zeros of `BGR-26-004211`."""
    wanted = _number_tokens(text)
    return bool(wanted) and _stands_in(wanted, tokens(complaint.number), whole=True)


def _number_tokens(text: str) -> list[str]:
    """The parts of a number that is written without its zeros; none of what is no number."""
    parts = number_parts(text)
    return [] if parts is None else tokens(parts[0])


def _stands_in(wanted: list[str], there: list[str], whole: bool) -> bool:
    """One after the other; the last may be the beginning of a longer word unless `whole`."""
    *first, last = wanted
    for start in range(len(there) - len(wanted) + 1):
        end = there[start + len(first)]
        if there[start : start + len(first)] == first and (
            end == last or (not whole and end.startswith(last))
        ):
            return True
    return False


def _within(moment: dt.datetime, wanted: Span) -> bool:
    begin, end = wanted
    return (begin is None or begin <= moment) and (end is None or moment < end)


def _limit(value: str, moment: Moment, sign: int) -> dt.datetime:
    """So long before or after now, or the time that is written, on the city's clock."""
    duration = parse_duration(value)
    if duration is not None:
        return moment.now + sign * duration
    return dt.datetime.fromisoformat(value).replace(tzinfo=moment.zone).astimezone(dt.UTC)


def _days(value: str, moment: Moment) -> tuple[dt.date, dt.date]:
    today = moment.now.astimezone(moment.zone).date()
    named = {
        "today": (today, today),
        "yesterday": (today - _DAY, today - _DAY),
        "tomorrow": (today + _DAY, today + _DAY),
        "week": (today, today + (_SUNDAY - today.weekday()) * _DAY),
    }
    if value in named:
        return named[value]
    day = dt.date.fromisoformat(value)
    return day, day


def _midnight(day: dt.date, moment: Moment) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), moment.zone).astimezone(dt.UTC)
