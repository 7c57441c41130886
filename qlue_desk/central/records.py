"""Looking complaints up at central: by number, id, time and status."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import msgspec

from qlue_desk.central.database import CentralDatabase
from qlue_desk.central.instants import to_ms
from qlue_desk.domain.complaint import Complaint, Entry, Status

_complaint = msgspec.json.Decoder(Complaint)
_entry = msgspec.json.Decoder(Entry)
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Search(msgspec.Struct, frozen=True):
    """What to list; empty fields do not matter. Bounds are inclusive."""

    city: str
    statuses: frozenset[Status] = frozenset()
    categories: frozenset[str] = frozenset()
    created_from: dt.datetime | None = None
    created_to: dt.datetime | None = None
    updated_from: dt.datetime | None = None
    updated_to: dt.datetime | None = None
    secret: bool = False
    """Whether secret reports are listed too."""
    by_update: bool = False
    """Newest change first instead of newest report first."""
    limit: int = 50
    offset: int = 0


class Records:
    """Reads only; whoever changes a complaint asks the register."""

    def __init__(self, database: CentralDatabase) -> None:
        self._database = database

    def get(self, complaint_id: str) -> Complaint | None:
        """A complaint by id."""
        if _REF.fullmatch(complaint_id) is None:
            return None
        return self._body("id = ?", (complaint_id,))

    def by_number(self, number: str) -> Complaint | None:
        """A complaint by its public number, any case."""
        number = number.strip().upper()
        return self._body("number = ?", (number,)) if _REF.fullmatch(number) else None

    def find(self, city: str, ref: str) -> Complaint | None:
        """A complaint of one city by public number or id."""
        found = self.get(ref) if ref.startswith("c_") else self.by_number(ref)
        return found if found is not None and found.city == city else None

    def entries(self, complaint_id: str) -> list[Entry]:
        """The whole history, oldest line first."""
        with self._database.connected():
            rows = self._database.all(
                "SELECT body FROM entry WHERE complaint_id = ? ORDER BY row", (complaint_id,)
            )
        return [_entry.decode(bytes(row[0])) for row in rows]

    def of_source(self, city: str, source: str, source_id: str) -> Complaint | None:
        """The complaint that was made of an outside record."""
        with self._database.connected():
            row = self._database.one(
                "SELECT complaint_id FROM source WHERE city = ? AND source = ? AND source_id = ?",
                (city, source, source_id),
            )
        return self.get(row[0]) if row else None

    def sources(self, complaint_id: str) -> list[tuple[str, str, str]]:
        """Source, its identity of the record, and why it was unreadable ('' when it was not)."""
        with self._database.connected():
            rows = self._database.all(
                "SELECT source, source_id, unreadable FROM source WHERE complaint_id = ?", (complaint_id,)
            )
        return [(row[0], row[1], row[2]) for row in rows]

    def unreadable(self, city: str) -> list[tuple[str, str, str]]:
        """Number, source and reason of each record that could not be read in full."""
        with self._database.connected():
            rows = self._database.all(
                "SELECT c.number, s.source, s.unreadable "
                "FROM source s JOIN complaint c ON c.id = s.complaint_id "
                "WHERE s.city = ? AND s.unreadable <> '' ORDER BY c.number",
                (city,),
            )
        return [(row[0], row[1], row[2]) for row in rows]

    def search(self, wanted: Search) -> list[Complaint]:
        """Complaints that match, newest first."""
        where, values = _where(wanted)
        order = "updated_at" if wanted.by_update else "created_at"
        with self._database.connected():
            rows = self._database.all(
                f"SELECT body FROM complaint WHERE {where} ORDER BY {order} DESC, id DESC LIMIT ? OFFSET ?",
                [*values, wanted.limit, wanted.offset],
            )
        return [_complaint.decode(bytes(row[0])) for row in rows]

    def count(self, wanted: Search) -> int:
        """How many match, `limit` and `offset` aside."""
        where, values = _where(wanted)
        with self._database.connected():
            row = self._database.one(f"SELECT count(*) FROM complaint WHERE {where}", values)
        return int(row[0]) if row else 0

    def updated_at(self, complaint_ids: Sequence[str]) -> dict[str, int]:
        """Milliseconds of the last change of each."""
        if not complaint_ids:
            return {}
        marks = ", ".join("?" * len(complaint_ids))
        with self._database.connected():
            rows = self._database.all(
                f"SELECT id, updated_at FROM complaint WHERE id IN ({marks})", tuple(complaint_ids)
            )
        return {row[0]: int(row[1]) for row in rows}

    def _body(self, where: str, values: Sequence[object]) -> Complaint | None:
        with self._database.connected():
            row = self._database.one(f"SELECT body FROM complaint WHERE {where}", values)
        return _complaint.decode(bytes(row[0])) if row else None


def _where(wanted: Search) -> tuple[str, list[object]]:
    parts, values = ["city = ?"], list[object]([wanted.city])
    for column, chosen in (("status", wanted.statuses), ("category", wanted.categories)):
        if chosen:
            parts.append(f"{column} IN ({', '.join('?' * len(chosen))})")
            values.extend(sorted(map(str, chosen)))
    for column, sign, moment in (
        ("created_at", ">=", wanted.created_from),
        ("created_at", "<=", wanted.created_to),
        ("updated_at", ">=", wanted.updated_from),
        ("updated_at", "<=", wanted.updated_to),
    ):
        if moment is not None:
            parts.append(f"{column} {sign} ?")
            values.append(to_ms(moment))
    if not wanted.secret:
        parts.append("secret = 0")
    return " AND ".join(parts), values
