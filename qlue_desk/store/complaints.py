"""Complaints and their history as the desk holds them; the one place that writes `complaint` rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import count
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from qlue_desk.domain.complaint import Complaint, Entry, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.numbers import number_parts
from qlue_desk.domain.query_match import bounced_by
from qlue_desk.store import meta
from qlue_desk.store.bound import connection, rows_among, touch
from qlue_desk.store.errors import StoreError
from qlue_desk.store.figures import answer_step
from qlue_desk.store.models import NEVER, NEXT, NO_PROPOSAL, PROPOSED, SENT_BACK, ComplaintRow, EntryRow

_encode = msgspec.json.Encoder().encode
_decode_complaint = msgspec.json.Decoder(Complaint).decode
_decode_entry = msgspec.json.Decoder(Entry).decode


class AmbiguousReference(StoreError):
    """A short reference fits several complaints."""


def epoch(moment: dt.datetime | None, missing: int = 0) -> int:
    """Whole seconds since 1970 UTC, as all time columns hold them."""
    return missing if moment is None else int(moment.timestamp())


# --- writing -------------------------------------------------------------------------------------

COLUMNS = tuple(name for name in ComplaintRow._meta.fields if name != "row")
ENTRY_COLUMNS = tuple(EntryRow._meta.fields)


@cache
def _upsert(table: str, columns: tuple[str, ...]) -> str:
    return (
        f"INSERT INTO {table}({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        " ON CONFLICT(id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in columns if name not in ("id", "row"))
    )


ROWS_GIVEN = "rows_given"
"""Value of `meta`: the greatest row number that a report has ever had here."""
_NUMBERED_COLUMNS = ("row", *COLUMNS)
_HELD = f"SELECT {', '.join(COLUMNS)} FROM complaint WHERE id = ?"
_in_order = itemgetter(*COLUMNS)
_by_time = attrgetter("at", "id")
_HISTORY = (
    "SELECT count(*) FILTER (WHERE verb = 'note'), max(at), group_concat(text, char(10))"
    " FILTER (WHERE text <> '')"
    " FROM (SELECT verb, at, text FROM entry WHERE complaint_id = ? ORDER BY at, id)"
)


def put_view(complaint: Complaint, *, base: Complaint | None = None, pending: int = 0) -> None:
    """Write the row that lists show, inside `Store.write`, after the complaint's entries were written.

    `complaint` is the view (own unsent actions on top), `base` central's confirmed row and only where
    the two differ, `pending` the number of own actions that central has not confirmed.
    """
    notes, last_at, texts = connection().execute(_HISTORY, (complaint.id,)).fetchone()
    columns = _columns_of(complaint)
    columns |= {
        "notes": notes,
        "note_text": texts or "",
        "updated_at": _updated(last_at, complaint, columns),
        "pending": pending,
        "body": _encode(complaint),
        "base": None if base is None else _encode(base),
    }
    _put_row(complaint.id, _in_order(columns))
    touch(complaint.id)


def _put_row(complaint_id: str, made: tuple[Any, ...]) -> None:
    """Write the columns that differ: one that is named is taken out of its indexes and put back, whatever it says."""
    held = connection().execute(_HELD, (complaint_id,)).fetchone()
    if held is None:
        connection().execute(_upsert("complaint", _NUMBERED_COLUMNS), (_new_rows(1), *made))
        return
    differ = [(name, new) for name, new, old in zip(COLUMNS, made, held, strict=True) if new != old]
    if differ:
        names = ", ".join(f"{name} = ?" for name, _new in differ)
        values = (*(new for _name, new in differ), complaint_id)
        connection().execute(f"UPDATE complaint SET {names} WHERE id = ?", values)


def _new_rows(many: int) -> int:
    """The first of so many row numbers that no report has ever had.

    Screens know a report by its row number, and what is marked would be another one: SQLite itself gives the number
    of the last row again once that has left, and knows nothing of the rows that are made beside.
    """
    newest = connection().execute("SELECT max(row) FROM complaint").fetchone()[0] or 0
    given = max(newest, int(meta.get(ROWS_GIVEN) or 0))
    meta.put(ROWS_GIVEN, str(given + many))
    return given + 1


def _rows_for(complaint_ids: Sequence[str]) -> list[int]:
    """The row numbers that these have or get."""
    known = dict(rows_among("SELECT id, row FROM complaint WHERE id IN ({marks})", complaint_ids))
    missing = len(complaint_ids) - len(known)
    fresh = count(_new_rows(missing)) if missing else count()
    return [known[each] if each in known else next(fresh) for each in complaint_ids]


def put_confirmed(rows: Iterable[tuple[Complaint, Sequence[Entry]]], *, beside: bool = False) -> None:
    """Write many rows with their whole history at once: a first sync brings tens of thousands.

    No own action may wait on any of them; the caller rebases those that have one. `beside`: into the tables of
    `beside.py`, where nobody sees them; one that is known keeps its row number there.
    """
    prefix = NEXT if beside else ""
    ids: list[str] = []
    columns: list[tuple[Any, ...]] = []
    lines: list[Entry] = []
    for complaint, history in rows:
        ordered = sorted(history, key=_by_time)
        texts = [entry.text for entry in ordered if entry.text]
        last = epoch(ordered[-1].at) if ordered else None
        made = _columns_of(complaint)
        made |= {
            "notes": [entry.verb for entry in history].count("note"),
            "note_text": "\n".join(texts),
            "updated_at": _updated(last, complaint, made),
            "pending": 0,
            "body": _encode(complaint),
            "base": None,
        }
        ids.append(complaint.id)
        columns.append(_in_order(made))
        lines.extend(history)
        if not beside:
            touch(complaint.id)
    _put_lines(f"{prefix}entry", lines, pending=False)
    connection().executemany(
        _upsert(f"{prefix}complaint", _NUMBERED_COLUMNS),
        [(row, *made) for row, made in zip(_rows_for(ids), columns, strict=True)],
    )


def _updated(last_at: int | None, complaint: Complaint, columns: dict[str, Any]) -> int:
    """Time of the newest line, and never before the status: who asks for what changed lately reads by this."""
    newest = epoch(complaint.received_at or complaint.created_at) if last_at is None else last_at
    return max(newest, int(columns["status_since"]))


def _columns_of(complaint: Complaint) -> dict[str, Any]:
    evidence = [a.evidence for a in complaint.attachments].count(True)
    return {
        "id": complaint.id,
        "number": complaint.number,
        "version": complaint.version,
        "status": str(complaint.status),
        "category": complaint.category or "",
        "kelurahan": complaint.kelurahan or "",
        # Kemendagri codes nest: 32.71.03.1006 lies in kecamatan 32.71.03.
        "kecamatan": (complaint.kelurahan or "").rpartition(".")[0],
        "dinas": complaint.dinas,
        "channel": str(complaint.channel),
        "title": complaint.title,
        "text": complaint.text,
        "street": complaint.street,
        "holder": complaint.holder or "",
        "holder_name": complaint.holder_name,
        "priority": complaint.priority,
        "created_at": epoch(complaint.created_at),
        "status_since": epoch(complaint.status_since or complaint.received_at or complaint.created_at),
        "due": epoch(complaint.due, NEVER),
        "acknowledge_by": epoch(complaint.acknowledge_by, NEVER),
        "resolve_by": epoch(complaint.resolve_by, NEVER),
        "is_open": int(complaint.is_open),
        "acknowledged": int(complaint.acknowledged_at is not None),
        "paused": int(complaint.paused_at is not None),
        "final": int(complaint.final),
        "reopened": complaint.reopened,
        "bounces": complaint.bounces,
        "bounced_by": bounced_by(complaint),
        "answer_minutes": answer_minutes(complaint),
        "photos": len(complaint.attachments) - evidence,
        "evidence": evidence,
        "has_place": int(complaint.lat_e6 is not None and complaint.lon_e6 is not None),
        "lat_e6": complaint.lat_e6,
        "lon_e6": complaint.lon_e6,
        "has_phone": int(bool(complaint.reporter.phone)),
        "secret": int(complaint.reporter.secret),
        "waiting_reason": complaint.waiting_reason,
        "proposal": proposal_of(complaint),
    }


def proposal_of(complaint: Complaint) -> int:
    """Where its proposal stands, in the order of `sort:proposed`: `PROPOSED`, `SENT_BACK` or `NO_PROPOSAL`."""
    if complaint.status is Status.AWAITING_VERIFICATION:
        return PROPOSED
    return SENT_BACK if complaint.sent_back else NO_PROPOSAL


def answer_minutes(complaint: Complaint) -> int:
    """From disposition to the first answer, as `figures.answer_step` tells it; -1 while there is none."""
    if complaint.dispatched_at is None or complaint.acknowledged_at is None:
        return -1
    return answer_step((complaint.acknowledged_at - complaint.dispatched_at).total_seconds())


def put_entries(entries: Iterable[Entry], *, pending: bool = False) -> None:
    """Write history lines, replacing those with the same id; call `put_view` afterwards."""
    _put_lines("entry", entries, pending=pending)


def _put_lines(table: str, entries: Iterable[Entry], *, pending: bool) -> None:
    connection().executemany(
        _upsert(table, ENTRY_COLUMNS),
        [
            (
                entry.id,
                entry.complaint_id,
                epoch(entry.at),
                entry.verb,
                entry.action_id,
                int(pending),
                entry.text,
                _encode(entry),
            )
            for entry in entries
        ],
    )


def remove(complaint_id: str) -> None:
    """Delete a complaint with its words, history and drafts (it left this desk's scope)."""
    for statement in (
        "DELETE FROM complaint WHERE id = ?",
        "DELETE FROM entry WHERE complaint_id = ?",
        "DELETE FROM draft WHERE substr(key, 1, length(?1) + 1) = ?1 || ':'",
    ):
        connection().execute(statement, (complaint_id,))
    touch(complaint_id)


# --- reading -------------------------------------------------------------------------------------


def get(reference: str) -> Complaint | None:
    """The view of a complaint by number (its zeros may be left out), id, or a unique end of the number such as `4211`.

    :raises AmbiguousReference: when the end fits several numbers; the sentence names them.
    """
    row = find_row(reference)
    return None if row is None else _decode_complaint(row[0])


def get_base(complaint_id: str) -> Complaint | None:
    """What central has confirmed of a complaint, by id; None when the desk does not hold it."""
    row = (
        connection()
        .execute("SELECT coalesce(base, body) FROM complaint WHERE id = ?", (complaint_id,))
        .fetchone()
    )
    return None if row is None else _decode_complaint(row[0])


def find_row(reference: str) -> tuple[bytes, int] | None:
    """Body and pending count by reference, as in `get`."""
    current = connection()
    wanted = reference.strip()
    if not wanted:
        return None
    found = current.execute(
        "SELECT body, pending FROM complaint WHERE id = ?1"
        " UNION ALL SELECT body, pending FROM complaint WHERE number = ?2 LIMIT 1",
        (wanted, wanted.upper()),
    ).fetchone()
    if found is not None or number_parts(wanted) is None:
        return found  # type: ignore[no-any-return]
    return _by_number(wanted)


class Numbered(msgspec.Struct, frozen=True):
    """A report by its number."""

    number: str
    title: str


NUMBERED = "number <> '' AND ('-' || number LIKE '%-' || ?1 OR substr(number, -length(?2)) = ?2)"
"""SQL for the two parts of `number_parts`: the number is what was written, or ends with it."""
EXACT_FIRST = "'-' || number NOT LIKE '%-' || ?1, number DESC"
"""Order of what `NUMBERED` finds: the exact one, then the newest."""


def numbered(written: str, limit: int = 6) -> list[Numbered]:
    """Reports whose number is what was written (`BGR-26-000082`, `26-82`, `82`) or ends with it.

    The exact one comes first, then the newest.
    """
    parts = number_parts(written)
    if parts is None:
        return []
    # The subquery reads numbers only, all of them from their index; whole rows just for what it finds.
    rows = connection().execute(
        "SELECT number, title FROM complaint WHERE row IN ("
        f"SELECT row FROM complaint INDEXED BY complaint_number WHERE {NUMBERED})"
        f" ORDER BY {EXACT_FIRST} LIMIT ?3",
        (*parts, limit),
    )
    return [Numbered(*row) for row in rows]


def _by_number(digits: str) -> tuple[bytes, int] | None:
    """An exact serial number comes before longer numbers that end with the same digits."""
    found = [each.number for each in numbered(digits)]
    exact = [number for number in found if number.rpartition("-")[2].lstrip("0") == digits.lstrip("0")]
    chosen = exact or found
    if len(chosen) > 1:
        raise AmbiguousReference(
            N_("“{found}” cocok dengan beberapa laporan: {numbers}."),
            found=digits,
            numbers=", ".join(chosen[:5]) + ("…" if len(chosen) > 5 else ""),
        )
    return find_row(chosen[0]) if chosen else None


def entries(complaint_id: str) -> list[Entry]:
    """The history, oldest first; own unconfirmed lines are among them."""
    rows = connection().execute(
        "SELECT body FROM entry WHERE complaint_id = ? ORDER BY at, rowid", (complaint_id,)
    )
    return [_decode_entry(row[0]) for row in rows]


def pending_entry_ids(complaint_id: str) -> frozenset[str]:
    """Ids of the history lines that central has not confirmed."""
    rows = connection().execute(
        "SELECT id FROM entry WHERE complaint_id = ? AND pending = 1", (complaint_id,)
    )
    return frozenset(row[0] for row in rows)
