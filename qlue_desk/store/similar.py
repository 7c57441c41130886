"""Candidates for the same thing reported twice: by category, time and place, and by words that few say.

Each question is bounded, so that it can be asked for every report that comes under the cursor.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from qlue_desk.domain.complaint import Status
from qlue_desk.store.bound import connection
from qlue_desk.store.figures import of_status

NEAR_INDEX = (
    "CREATE INDEX complaint_near ON complaint(category, created_at, row, is_open, lat_e6, lon_e6, kelurahan,"
    " street)"
)
"""Covers `near`: no row is visited."""
DUPLICATE_OF = "json_extract(CAST(body AS TEXT), '$.duplicate_of')"
DUPLICATE_INDEX = (
    f"CREATE INDEX complaint_duplicate ON complaint({DUPLICATE_OF}) WHERE {of_status(Status.DUPLICATE)}"
)
MOST_NEAR = 2000
"""Reports of one category and time whose place is compared, the newest first."""
MOST_SAYING = 200
_ONE_IN = 50
"""A word is rare that at most so many reports say, and at most one in so many of all."""
_FEWEST = 4


class Candidate(msgspec.Struct, frozen=True):
    """What `near` knows of a report without opening it."""

    row: int
    created_at: int
    lat_e6: int | None
    lon_e6: int | None
    kelurahan: str
    street: str


def near(
    category: str,
    since: int,
    until: int,
    box: tuple[int, int, int, int] | None = None,
    *,
    only_open: bool = False,
) -> list[Candidate]:
    """Reports of a category that came between two moments (epoch seconds), inside the box or with no place."""
    conditions, parameters = ["category = ?", "created_at BETWEEN ? AND ?"], [category, since, until]
    if box is not None:
        conditions.append("(lat_e6 IS NULL OR (lat_e6 BETWEEN ? AND ? AND lon_e6 BETWEEN ? AND ?))")
        parameters += box
    if only_open:
        conditions.append("is_open = 1")
    rows = connection().execute(
        "SELECT row, created_at, lat_e6, lon_e6, kelurahan, street FROM complaint INDEXED BY complaint_near"
        f" WHERE {' AND '.join(conditions)} ORDER BY created_at DESC LIMIT {MOST_NEAR}",
        tuple(parameters),
    )
    return [Candidate(*row) for row in rows]


def saying(words: Iterable[str], most: int) -> dict[int, set[str]]:
    """Rows that say the rarest (at most `most`) of these words, each with those it says.

    What history lines say does not count: the same sentence stands in thousands of them.
    """
    newest = connection().execute("SELECT max(row) FROM complaint").fetchone()[0] or 0
    limit = max(_FEWEST, min(MOST_SAYING, newest // _ONE_IN))
    counted: list[tuple[int, str, list[int]]] = []
    for word in words:
        found = [
            row
            for (row,) in connection().execute(
                "SELECT rowid FROM complaint_words WHERE complaint_words MATCH ? LIMIT ?",
                (f'{{title text}} : "{word}"', limit + 1),
            )
        ]
        if 0 < len(found) <= limit:
            counted.append((len(found), word, found))
    counted.sort()
    said: dict[int, set[str]] = {}
    for _count, word, rows in counted[:most]:
        for row in rows:
            said.setdefault(row, set()).add(word)
    return said


def duplicates_of(number: str, limit: int = 50) -> list[str]:
    """Numbers of the reports on this desk that were found to be the same as this one."""
    if not number:
        return []
    rows = connection().execute(
        f"SELECT number FROM complaint INDEXED BY complaint_duplicate WHERE {of_status(Status.DUPLICATE)}"
        f" AND {DUPLICATE_OF} = ? ORDER BY number LIMIT ?",
        (number, limit),
    )
    return [row[0] for row in rows if row[0]]
