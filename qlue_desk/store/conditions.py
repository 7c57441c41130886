"""From a query to SQL: conditions on the `complaint` table, with every value as a parameter.

Meanings are those of `domain.query_match`, which serves as the oracle of the tests. SQL of queries is
written here and in `queue.py` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

import msgspec

from qlue_desk.domain.complaint import OPEN_STATUSES, Colour, Status
from qlue_desk.domain.query import Query, Term, Word
from qlue_desk.domain.query_match import PRIORITY_OF, STATUSES_OF_COLOUR, Moment, span
from qlue_desk.domain.query_names import NONE, Field, Has, Is
from qlue_desk.store import drafts, snoozes
from qlue_desk.store.figures import PROPOSED, UNANSWERED, of_status
from qlue_desk.store.models import NEVER, SENT_BACK
from qlue_desk.store.search import has_token, number, phrase

Value = str | int | float


class Condition(msgspec.Struct, frozen=True):
    """SQL that is true or false for a row of `complaint`, and its parameters."""

    sql: str
    parameters: tuple[Value, ...] = ()

    def negate(self) -> Condition:
        """The opposite; the columns are never NULL, so NOT is enough."""
        return Condition(f"NOT ({self.sql})", self.parameters)


WIDE = "complaint INDEXED BY complaint_wide"
"""The table for queries over many rows: the index covers all terms but city and words."""

TRUE, FALSE = Condition("1"), Condition("0")


def where(query: Query, moment: Moment) -> Condition:
    """All terms and words of the query in one condition."""
    parts = [_term(term, moment) for term in query.terms]
    if _only_open(query):
        # Implied by the statuses; said aloud, SQLite may use the indexes over open reports.
        parts.append(Condition("is_open = 1"))
    if query.sort == "proposed" and _no_proposal_waits(query):
        # Implied as well: the walk begins behind the proposals, which stand first and of which none is meant.
        parts.append(Condition(f"proposal >= {SENT_BACK}"))
    together = must_say(query)
    if together:
        parts.append(_found(_words(together)))
    for word in _said(query):
        if word not in together:
            parts.append(_word(word).negate() if word.negated else _word(word))
    return _all(parts)


def rows_said(query: Query, *, whole: bool = False) -> tuple[Condition, Query] | None:
    """A statement for the rows that say the words and have the number, and what else the query asks for.

    None where no word must stand in the report, nor in its number. `whole`: of what is only the beginning of a word
    at most those that say just that, which the index knows ten times sooner.
    """
    words = must_say(query)
    numbers = [term for term in query.terms if term.field is Field.NUMBER and not term.negated]
    if not words and not numbers:
        return None
    # All in one question to the index: it joins its lists faster than we could.
    match = " AND ".join(
        [*filter(None, [_words(words, whole=whole)]), *(f"({_numbers(term)})" for term in numbers)]
    )
    others = msgspec.structs.replace(
        query,
        terms=tuple(term for term in query.terms if term not in numbers),
        words=tuple(word for word in query.words if word not in words),
    )
    return Condition(_FOUND, (match,)), others


def must_say(query: Query) -> list[Word]:
    """The words that must stand in a report, wherever it lies."""
    return [word for word in _said(query) if not word.negated and not word.kelurahan]


_FOUND = "SELECT rowid FROM complaint_words WHERE complaint_words MATCH ?"


def _said(query: Query) -> list[Word]:
    return [word for word in query.words if has_token(word.text)]


def _words(words: list[Word], *, whole: bool = False) -> str:
    return " AND ".join(f"({phrase(word.text, whole=whole or word.phrase)})" for word in words)


def _numbers(term: Term) -> str:
    return " OR ".join(number(value) for value in term.values)


def _found(match: str) -> Condition:
    return Condition(f"row IN ({_FOUND})", (match,))


def _only_open(query: Query) -> bool:
    return any(term.field is Field.STATUS and not term.negated and _all_open(term) for term in query.terms)


def _no_proposal_waits(query: Query) -> bool:
    waits = Status.AWAITING_VERIFICATION
    return any(term.field is Field.STATUS and term.negated == (waits in term.values) for term in query.terms)


def _all_open(term: Term) -> bool:
    return all(Status(value) in OPEN_STATUSES for value in term.values)


def _term(term: Term, moment: Moment) -> Condition:
    column = _IN_COLUMN.get(term.field)
    if column is not None:
        # Several open statuses are most of the open reports: the unary plus keeps SQLite on the index
        # in due order, where the first page is there at once, instead of sorting them all.
        broad = term.field is Field.STATUS and len(term.values) > 2 and not term.negated
        condition = _is_one_of(
            f"+{column}" if broad and _all_open(term) else column,
            ["" if value == NONE else value for value in term.values],
        )
    elif term.field is Field.BY and len(term.values) > 1:
        alternatives = _any(_one(term.field, value, moment) for value in term.values)
        condition = Condition(alternatives.sql.replace("holder ", "+holder "), alternatives.parameters)
    else:
        condition = _any(_one(term.field, value, moment) for value in term.values)
    return condition.negate() if term.negated else condition


_IN_COLUMN: dict[Field, str] = {
    Field.STATUS: "status",
    Field.DINAS: "dinas",
    Field.CATEGORY: "category",
    Field.KELURAHAN: "kelurahan",
    Field.KECAMATAN: "kecamatan",
    Field.CHANNEL: "channel",
    Field.CITY: "json_extract(CAST(body AS TEXT), '$.city')",
}


def _one(field: Field, value: str, moment: Moment) -> Condition:
    match field:
        case Field.COLOUR:
            return _is_one_of("status", sorted(STATUSES_OF_COLOUR[Colour(value)]))
        case Field.PRIORITY:
            return Condition("priority = ?", (PRIORITY_OF[value],))
        case Field.BY:
            return _by(value, moment)
        case Field.BOUNCED:
            return Condition("(bounces > 0 AND bounced_by = ?)", (value,))
        case Field.NUMBER:
            return _found(number(value))
        case Field.OLDER | Field.NEWER | Field.SINCE | Field.UNTIL:
            return _within("created_at", field, value, moment)
        case Field.CHANGED:
            # A report's newest line is never older than its status, and by that line there is an index.
            columns = ("updated_at", "status_since")
            return _all([_within(column, field, value, moment) for column in columns])
        case Field.DUE if value == NONE:
            return Condition(f"due = {NEVER}")
        case Field.DUE:
            return _all([_within("due", field, value, moment), Condition(f"due <> {NEVER}")])
        case Field.HAS:
            return HAS[Has(value)]
        case Field.IS:
            return IS[Is(value)](moment)
        case (
            Field.STATUS
            | Field.DINAS
            | Field.CATEGORY
            | Field.KELURAHAN
            | Field.KECAMATAN
            | Field.CHANNEL
            | Field.CITY
        ):
            raise AssertionError(f"{field} is compared as a column")
        case Field.SORT | Field.GROUP:
            raise AssertionError(f"{field} is no term")
        case _:
            assert_never(field)


def _by(value: str, moment: Moment) -> Condition:
    if value == NONE:
        return Condition("holder = ''")
    if value == "me":
        return Condition("(holder <> '' AND holder = ?)", (moment.me,))
    return Condition("(holder = ? OR instr(casefold(holder_name), ?) > 0)", (value, value))


def _within(column: str, field: Field, value: str, moment: Moment) -> Condition:
    begin, end = span(field, value, moment)
    limits = [
        Condition(f"{column} {sign} ?", (limit.timestamp(),))
        for sign, limit in ((">=", begin), ("<", end))
        if limit is not None
    ]
    return _all(limits)


HAS: dict[Has, Condition] = {
    Has.PHOTO: Condition("photos > 0"),
    Has.EVIDENCE: Condition("evidence > 0"),
    Has.NOTE: Condition("notes > 0"),
    Has.PLACE: Condition("has_place = 1"),
    Has.PHONE: Condition("has_phone = 1"),
    Has.UNSENT: Condition("pending > 0"),
    # Looked up once: they are a handful.
    Has.DRAFT: Condition(f"row IN (SELECT complaint.row FROM complaint WHERE id IN ({drafts.BEGUN}))"),
}

IS: dict[Is, Callable[[Moment], Condition]] = {
    Is.OPEN: lambda moment: Condition("is_open = 1"),
    Is.CLOSED: lambda moment: Condition("is_open = 0"),
    Is.OVERDUE: lambda moment: Condition("due < ?", (moment.now.timestamp(),)),
    Is.UNACKNOWLEDGED: lambda moment: Condition(UNANSWERED),
    Is.PROPOSED: lambda moment: Condition(PROPOSED),
    # Who proposed stands in the body: only the proposals are opened for it, the rest stays on the index.
    Is.OWN_PROPOSAL: lambda moment: Condition(
        f"row IN (SELECT row FROM complaint WHERE {PROPOSED}"
        " AND coalesce(json_extract(CAST(body AS TEXT), '$.proposed_by'), '') = ?)",
        (moment.me,),
    ),
    Is.SENT_BACK: lambda moment: Condition(f"proposal = {SENT_BACK}"),
    Is.REOPENED: lambda moment: Condition("reopened > 0"),
    Is.MINE: lambda moment: _by("me", moment),
    Is.UNASSIGNED: lambda moment: Condition("holder = ''"),
    Is.WAITING: lambda moment: Condition("waiting_reason <> ''"),
    Is.PAUSED: lambda moment: Condition("paused = 1"),
    Is.SECRET: lambda moment: Condition("secret = 1"),
    Is.FINAL: lambda moment: Condition("final = 1"),
    Is.BOUNCED: lambda moment: Condition("bounces > 0"),
    Is.RETURNED: lambda moment: Condition(f"({of_status(Status.NEW)} AND bounces > 0)"),
    Is.SNOOZED: lambda moment: _snoozed(moment),
}


def _snoozed(moment: Moment) -> Condition:
    now = int(moment.now.timestamp())
    statement = snoozes.ASLEEP.replace(":now", str(now)).replace(":me", "?")
    return Condition(f"row IN ({statement})", (moment.me,))


def _word(word: Word) -> Condition:
    said = _found(_words([word]))
    return _any([said, _is_one_of("kelurahan", list(word.kelurahan))]) if word.kelurahan else said


def _is_one_of(column: str, values: list[str]) -> Condition:
    if not values:
        return FALSE
    if len(values) == 1:
        return Condition(f"{column} = ?", (values[0],))
    return Condition(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def _all(conditions: Iterable[Condition]) -> Condition:
    return _joined(list(conditions), " AND ", TRUE)


def _any(conditions: Iterable[Condition]) -> Condition:
    return _joined(list(conditions), " OR ", FALSE)


def _joined(conditions: list[Condition], word: str, empty: Condition) -> Condition:
    if not conditions:
        return empty
    if len(conditions) == 1:
        return conditions[0]
    parameters = tuple(value for condition in conditions for value in condition.parameters)
    return Condition("(" + word.join(condition.sql for condition in conditions) + ")", parameters)
