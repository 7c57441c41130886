"""The queue: which complaints a query means, in its order, and what a list line shows of them.

Ids come first and rows on demand, so a list of 100,000 reports is on screen at once.
All functions run on a store's thread, through `Store.read`.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Sequence

import msgspec

from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.domain.query import Query, Term
from qlue_desk.domain.query_match import Moment, Saying
from qlue_desk.domain.query_names import Field
from qlue_desk.store.bound import connection, in_one, in_one_among, rows_among
from qlue_desk.store.conditions import WIDE, Condition, Value, must_say, rows_said, where
from qlue_desk.store.models import NEVER

_decode_complaint = msgspec.json.Decoder(Complaint).decode

_STATUS_ORDER = (
    "CASE status " + " ".join(f"WHEN '{status}' THEN {place}" for place, status in enumerate(Status)) + " END"
)
_ORDER: dict[str, tuple[str, str]] = {
    "due": ("due, row", f"due = {NEVER}, due DESC, row"),
    "created": ("created_at, row", "created_at DESC, row DESC"),
    "updated": ("updated_at, row", "updated_at DESC, row DESC"),
    "number": ("number, row", "number DESC, row DESC"),
    "priority": ("priority DESC, due, row", "priority, due, row"),
    "status": (f"{_STATUS_ORDER}, due, row", f"{_STATUS_ORDER} DESC, due, row"),
    "proposed": ("proposal, due, row", "proposal DESC, due, row"),
}
"""Forwards and backwards. No deadline comes last both ways; `sort:priority` has emergencies first,
`sort:proposed` what waits for a second person, then what that person has sent back."""
_GROUP_COLUMN = {name: name for name in ("status", "kelurahan", "category", "dinas", "holder")}
_FLAGS_COVERED_BY_DUE = frozenset({"open", "overdue", "mine", "unassigned", "final"})


FEW = 1000
"""Reports that are looked up one by one in about 10 ms."""
MOST_READ = 1200
"""Reports whose texts are read in 10 ms, in 40 where they lie on the disk: for a first page of what very many say.
To join the list with all that say it takes 60 ms where an eighth of a million does."""


class QueueRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What one line of a list shows; times are epoch seconds UTC."""

    row: int
    id: str
    number: str
    status: str
    title: str
    category: str
    kelurahan: str
    dinas: str
    channel: str
    holder: str
    holder_name: str
    priority: int
    created_at: int
    due: int
    """`models.NEVER` when no deadline runs."""
    paused: int
    proposal: int
    """`models.PROPOSED`, `SENT_BACK` or `NO_PROPOSAL`."""
    pending: int
    """Own actions that central has not confirmed; the row's ▲."""
    promised: str
    """The day for which it is scheduled (`2026-12-08`), '' where it is not."""

    @property
    def has_due(self) -> bool:
        """Whether a deadline runs."""
        return self.due != NEVER


_PROMISED = "CASE status WHEN 'scheduled' THEN coalesce(json_extract(CAST(body AS TEXT), '$.scheduled_for'), '') ELSE '' END"
"""Only of those few the body is read."""
_ROW_COLUMNS = ", ".join(QueueRow.__struct_fields__)
_ROW_SQL = _ROW_COLUMNS.replace("promised", f"{_PROMISED} AS promised")


def find_ids(
    query: Query,
    *,
    now: dt.datetime,
    me: str = "",
    zone: dt.tzinfo | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> array[int]:
    """Row numbers of the complaints that the query means, in its order.

    Ask for the first page with `limit`, then for the rest with `offset`. `now` is aware, `zone` the
    city's (else that of `now`), because `due:today` means its day; `me` is the user id of `by:me`.
    """
    moment = _moment(now, me, zone)
    if limit is not None and not offset and (read := _read_in_order(query, moment, limit)) is not None:
        return read
    statement, parameters = _select(query, moment, whole=limit is None)
    if limit is not None:
        page = in_one(f"{statement} LIMIT {limit} OFFSET {offset}", "row", parameters, tuple[int])
        return array("q", [row for (row,) in page])
    tail = f" LIMIT -1 OFFSET {offset}" if offset else ""
    cursor = connection().execute(statement + tail, parameters)
    found: array[int] = array("q")
    while chunk := cursor.fetchmany(20_000):
        found.extend([row[0] for row in chunk])
    return found


class Group(msgspec.Struct, frozen=True):
    """A stretch of a grouped list: the value that its reports share, and how many they are."""

    value: str
    count: int


def find_grouped(
    query: Query, *, now: dt.datetime, me: str = "", zone: dt.tzinfo | None = None
) -> tuple[array[int], tuple[Group, ...]]:
    """Row numbers group by group, each in the query's order, and the groups.

    Statuses stand in their own order, other groups with the largest first and those of no value last.
    """
    condition = where(query, _moment(now, me, zone))
    order = _ORDER[query.sort][query.descending]
    cursor = connection().execute(
        f"SELECT row, {_GROUP_COLUMN[query.group]} FROM {WIDE} WHERE {condition.sql} ORDER BY {order}",
        condition.parameters,
    )
    parts: dict[str, array[int]] = {}
    while chunk := cursor.fetchmany(20_000):
        for row, value in chunk:
            part = parts.get(value)
            if part is None:
                part = parts[value] = array("q")
            part.append(row)
    statuses = {status.value: place for place, status in enumerate(Status)}
    ranked = sorted(
        parts.items(),
        key=(
            (lambda pair: (statuses.get(pair[0], len(statuses)), 0, ""))
            if query.group == "status"
            else (lambda pair: (pair[0] == "", -len(pair[1]), pair[0]))
        ),
    )
    numbers: array[int] = array("q")
    for _value, part in ranked:
        numbers.extend(part)
    return numbers, tuple(Group(value, len(part)) for value, part in ranked)


def plan(query: Query, *, now: dt.datetime, me: str = "", whole: bool = False) -> list[str]:
    """How SQLite would find a first page, or with `whole` all ids (the tests guard the indexes by it)."""
    statement, parameters = _select(query, _moment(now, me, None), whole=whole)
    found = connection().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [str(row[3]) for row in found]


def _select(query: Query, moment: Moment, *, whole: bool) -> tuple[str, tuple[Value, ...]]:
    order = _ORDER[query.sort][query.descending]
    table, condition = _few(query, moment) or (_many(query, whole=whole), where(query, moment))
    return f"SELECT row FROM {table} WHERE {condition.sql} ORDER BY {order}", condition.parameters


def _many(query: Query, *, whole: bool) -> str:
    """The table, and the index by which it is read, where what is asked for may be many reports."""
    index = _WALKED.get((query.sort, query.descending))
    if index is not None and rows_said(query) is not None:
        # What says the words is known after some milliseconds; walked in the list's order nothing is sorted, and
        # only those rows are visited that say them (none where the index covers the other terms).
        covered = query.sort == "due" and all(_covered_by_due(term) for term in query.terms)
        if covered and any(term == _OPEN for term in query.terms):
            return "complaint INDEXED BY complaint_open"
        if not query.terms or not whole:
            return f"complaint INDEXED BY {index}"
    if _is_lately(query):
        return "complaint INDEXED BY complaint_updated"
    return "complaint" if _in_order(query, whole=whole) else WIDE


_OPEN = Term(Field.IS, ("open",))
_WALKED = {
    ("due", False): "complaint_due",
    ("created", False): "complaint_created",
    ("created", True): "complaint_created",
    ("updated", False): "complaint_updated",
    ("updated", True): "complaint_updated",
    ("priority", False): "complaint_priority",
}
"""The index that is in a list's order, forwards or backwards."""


def _in_order(query: Query, *, whole: bool) -> bool:
    """Whether walking an index in the query's order is the best way.

    By deadline that index covers the terms of the default views; in other orders the walk visits the
    table for each row, which only a first page of almost everything is worth.
    """
    if query.words or any(term.negated and not _names_few(term) for term in query.terms):
        return False
    if query.sort in ("due", "proposed") and not query.descending:
        return all(_covered_by_due(term) for term in query.terms)
    only_open = all(term.field is Field.IS and term.values == ("open",) for term in query.terms)
    return only_open and not whole


def _is_lately(query: Query) -> bool:
    """Whether it asks for statuses that reports came into after some time: few of all that ever had them."""
    lately = any(term.field is Field.CHANGED and not term.negated for term in query.terms)
    return (
        lately and not query.words and {term.field for term in query.terms} <= {Field.CHANGED, Field.STATUS}
    )


def _names_few(term: Term) -> bool:
    """What is put aside is looked up once and is a handful: leaving it out costs the walk nothing."""
    return term.field is Field.IS and term.values == ("snoozed",)


def _few(query: Query, moment: Moment) -> tuple[str, Condition] | None:
    """Table and condition where so few reports say the words that each is looked up by its row number.

    That is sooner done than reading the wide index through; None where it is not.
    """
    said, exactly = rows_said(query), rows_said(query, whole=True)
    if said is None or exactly is None:
        return None
    # Where very many say just that, the index knows it ten times sooner.
    if exactly != said and len(_up_to_few(exactly[0])) > FEW:
        return None
    statement, others = said
    found = _up_to_few(statement)
    if len(found) > FEW:
        return None
    rest = where(others, moment)
    numbers = ", ".join(str(int(row)) for (row,) in found)
    return "complaint NOT INDEXED", Condition(f"row IN ({numbers}) AND {rest.sql}", rest.parameters)


def _up_to_few(statement: Condition) -> list[tuple[int]]:
    """The rows of a statement of `rows_said`; of more than `FEW` one more than that."""
    return in_one(f"{statement.sql} LIMIT {FEW + 1}", "rowid", statement.parameters, tuple[int])


def _read_in_order(query: Query, moment: Moment, limit: int) -> array[int] | None:
    """A first page of what so many reports say that it is full sooner by reading their texts in the list's order.

    None where it is not, or where that order would have to be sorted.
    """
    said = rows_said(query, whole=True)
    if said is None or not (words := must_say(query)):
        return None
    statement, others = said
    covered = query.sort == "due" and all(_covered_by_due(term) for term in others.terms)
    in_order = (query.sort, query.descending) in _WALKED and (covered or not query.terms)
    if not in_order or others.words or others.terms != query.terms:
        return None
    found = _up_to_few(statement)
    # The first thousand are as dense as all where words are said at all times alike.
    if len(found) <= FEW or (expected := limit * found[-1][0] // len(found)) > MOST_READ:
        return None
    condition = where(others, moment)
    texts, types = "row, number, title, text, street, note_text", tuple[int, str, str, str, str, str]
    in_order_of_list = (
        f"SELECT {texts} FROM {_many(query, whole=False)} WHERE {condition.sql}"
        f" ORDER BY {_ORDER[query.sort][query.descending]} LIMIT ? OFFSET ?"
    )
    sayings = [Saying(word) for word in words]
    page: array[int] = array("q")
    at_once = expected + expected // 4
    for begin in range(0, 2 * at_once, at_once):
        read = in_one(in_order_of_list, texts, (*condition.parameters, at_once, begin), types)
        page.extend(row for row, *said_in in read if all(one.found_in(*said_in) for one in sayings))
        if len(page) >= limit or len(read) < at_once:
            return page[:limit]
    return None


def read_ahead() -> None:
    """Have the texts at hand that `find_ids` reads first when a common word is typed: 40 ms where they lie on the disk."""
    connection().execute(
        "SELECT sum(length(note_text)) FROM"
        f" (SELECT note_text FROM complaint INDEXED BY complaint_due ORDER BY due, row LIMIT {MOST_READ // 2})"
    ).fetchone()


def _covered_by_due(term: Term) -> bool:
    if term.negated and _names_few(term):
        return True
    if term.field is Field.IS:
        return _FLAGS_COVERED_BY_DUE.issuperset(term.values)
    return term.field in (Field.STATUS, Field.BY, Field.DUE)


def rows(row_numbers: Sequence[int]) -> list[QueueRow]:
    """The lines of these rows, in the order given; those that are gone meanwhile are left out."""
    sql = f"SELECT {_ROW_SQL} FROM complaint WHERE row IN ({{marks}})"
    found = {row.row: row for row in in_one_among(sql, _ROW_COLUMNS, row_numbers, QueueRow)}
    return [found[number] for number in row_numbers if number in found]


def complaints(row_numbers: Sequence[int]) -> list[Complaint]:
    """The complaints of these rows in full, in the order given (exports, the verifier's suggestions)."""
    return list(complaints_by_row(row_numbers).values())


def complaints_by_row(row_numbers: Iterable[int]) -> dict[int, Complaint]:
    """The complaints of these rows in full, in the order given; those that are gone are left out."""
    wanted = tuple(row_numbers)
    cursor = rows_among("SELECT row, body FROM complaint WHERE row IN ({marks})", wanted)
    found = {number: _decode_complaint(body) for number, body in cursor}
    return {number: found[number] for number in wanted if number in found}


def ids(row_numbers: Sequence[int]) -> list[tuple[int, str]]:
    """Row number and id of the complaints of these rows, in the order given, without those that are gone."""
    found: dict[int, str] = dict(
        rows_among("SELECT row, id FROM complaint WHERE row IN ({marks})", row_numbers)
    )
    return [(number, found[number]) for number in row_numbers if number in found]


def rows_in_status(row_numbers: Sequence[int], statuses: Iterable[Status]) -> list[int]:
    """Those of these rows whose report stands in one of the statuses, in no order."""
    wanted = frozenset(str(status) for status in statuses)
    cursor = rows_among("SELECT row, status FROM complaint WHERE row IN ({marks})", row_numbers)
    return [row for row, status in cursor if status in wanted]


def rows_of(complaint_ids: Sequence[str]) -> list[int]:
    """The row numbers of those complaints that are here, in no order."""
    return [row for (row,) in rows_among("SELECT row FROM complaint WHERE id IN ({marks})", complaint_ids)]


def row_of(complaint_id: str) -> int | None:
    """The row number of a complaint, None when the desk does not hold it."""
    found = connection().execute("SELECT row FROM complaint WHERE id = ?", (complaint_id,)).fetchone()
    return None if found is None else int(found[0])


def count(query: Query, *, now: dt.datetime, me: str = "", zone: dt.tzinfo | None = None) -> int:
    """How many complaints the query means."""
    moment = _moment(now, me, zone)
    table, condition = _few(query, moment) or (_many(query, whole=True), where(query, moment))
    found = (
        connection()
        .execute(f"SELECT count(*) FROM {table} WHERE {condition.sql}", condition.parameters)
        .fetchone()
    )
    return int(found[0])


def means(
    query: Query, complaint_id: str, *, now: dt.datetime, me: str = "", zone: dt.tzinfo | None = None
) -> bool:
    """Whether the query finds this complaint."""
    condition = where(query, _moment(now, me, zone))
    found = connection().execute(
        f"SELECT 1 FROM complaint WHERE id = ? AND {condition.sql}", (complaint_id, *condition.parameters)
    )
    return found.fetchone() is not None


def counts(
    queries: Iterable[Query], *, now: dt.datetime, me: str = "", zone: dt.tzinfo | None = None
) -> list[int]:
    """Counts of several queries, in their order, over one state of the database."""
    return [count(query, now=now, me=me, zone=zone) for query in queries]


def _moment(now: dt.datetime, me: str, zone: dt.tzinfo | None) -> Moment:
    return Moment(now, me, zone or now.tzinfo or dt.UTC)
