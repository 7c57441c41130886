"""Very many new reports: made in tables of their own beside those that everybody reads, then put in their place at once.

Rows, indexes, words and counters come in many short transactions, so that a person's act passes between two of them;
only the last one, which renames, is the swap. A report that is here already keeps its row number: an open desk knows
by it what is marked and where its cursor stands. The tables bear the names of those that they replace behind `next_`,
and how far they are is seen by what is there: a copy that was broken off goes on.

SQLite renames tables, but no indexes. Their names are put right in its own table of contents, as ALTER TABLE does, and
all texts there are made what they were: nothing tells afterwards how the rows came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.store import complaints, search, tally
from qlue_desk.store.bound import connection
from qlue_desk.store.models import NEXT

REPORTS = NEXT + "complaint"
"""The table of the new reports."""
WORTH_FROM = 1000
"""Below so many staged reports, putting them among those that are here is short as well."""
_AT_ONCE = 2000
"""Reports whose words and counters are one transaction."""
_FIRST = ("complaint_id",)
"""Indexes that are there from the beginning: rows come in their order."""
_OF_REPORTS = (
    "(tbl_name IN ('complaint', 'entry') OR name LIKE 'complaint\\_words%' ESCAPE '\\') AND sql IS NOT NULL"
)


def worth(staged: int, known: int) -> bool:
    """Whether so many staged reports are made beside where so many of them are here already."""
    return staged >= WORTH_FROM and staged > 4 * known


def begun() -> bool:
    """Whether there is something beside."""
    return _there(REPORTS)


def begin() -> None:
    """Make the tables, empty."""
    current = connection()
    for table, sql in current.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name IN ('complaint', 'entry')"
    ).fetchall():
        current.execute(f"CREATE TABLE {NEXT}{table} {_body(sql)}")
    for name, table, sql in _indexes():
        if name in _FIRST:
            _make_index(name, table, sql)
    search.begin_beside()
    tally.begin_beside()


def add(rows: Iterable[tuple[Complaint, Sequence[Entry]]]) -> None:
    """Put reports with their histories beside, in the order of ids."""
    complaints.put_confirmed(rows, beside=True)


def go_on() -> bool:
    """Once all rows are there: one index, or the words and counters of some reports; False when nothing is left."""
    for name, table, sql in _indexes():
        if not _there(NEXT + name):
            _make_index(name, table, sql)
            return True
    after = search.last_beside()
    last = (
        connection()
        .execute(
            f"SELECT max(row) FROM (SELECT row FROM {REPORTS} WHERE row > ? ORDER BY row LIMIT ?)",
            (after, _AT_ONCE),
        )
        .fetchone()[0]
    )
    if last is None:
        return False
    search.add_beside(after, last)
    tally.add_beside(after, last)
    return True


def put_in_place() -> None:
    """Put all in the place of what is here; reports that are only here come along."""
    current = connection()
    while go_on():
        pass
    _bring_along()
    made = current.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE {_OF_REPORTS} ORDER BY rowid"
    ).fetchall()
    for table in ("complaint", "entry", "complaint_words"):
        current.execute(f"DROP TABLE {table}")
    for table in ("complaint", "entry", "complaint_words"):
        current.execute(f"ALTER TABLE {NEXT}{table} RENAME TO {table}")
    version = current.execute("PRAGMA schema_version").fetchone()[0]
    current.execute("PRAGMA writable_schema = ON")
    try:
        current.executemany(
            "UPDATE sqlite_master SET name = ?2, sql = ?3 WHERE type = ?1 AND name ="
            f" CASE type WHEN 'index' THEN '{NEXT}' || ?2 ELSE ?2 END",
            [each for each in made if each[0] != "trigger"],
        )
        # All connections read the table of contents anew, this one too.
        current.execute(f"PRAGMA schema_version = {version + 1}")
    finally:
        current.execute("PRAGMA writable_schema = OFF")
    for kind, _name, sql in made:
        if kind == "trigger":
            current.execute(sql)
    search.gather_as_it_comes()
    tally.put_in_place()


def drop() -> None:
    """Take away what is beside."""
    if begun():
        for table in ("complaint", "entry", "complaint_words", "tally", "tally_clock"):
            connection().execute(f"DROP TABLE {NEXT}{table}")


def _bring_along() -> None:
    """What was entered here and central has never had: it is among the rows of before alone."""
    current = connection()
    columns = ", ".join(("row", *complaints.COLUMNS))
    only_here = current.execute(
        f"SELECT row, id FROM complaint WHERE id NOT IN (SELECT id FROM {REPORTS}) ORDER BY row"
    )
    for row, complaint_id in only_here.fetchall():
        current.execute(
            f"INSERT INTO {NEXT}entry({_LINE}) SELECT {_LINE} FROM entry WHERE complaint_id = ? ORDER BY rowid",
            (complaint_id,),
        )
        current.execute(
            f"INSERT INTO {REPORTS}({columns}) SELECT {columns} FROM complaint WHERE row = ?", (row,)
        )
        search.add_beside(row - 1, row)
        tally.add_beside(row - 1, row)


_LINE = ", ".join(complaints.ENTRY_COLUMNS)


def _indexes() -> list[tuple[str, str, str]]:
    """Name, table and SQL of those that reports and lines have."""
    rows = connection().execute(
        f"SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND {_OF_REPORTS} ORDER BY rowid"
    )
    return list(rows)


def _make_index(name: str, table: str, sql: str) -> None:
    unique = "UNIQUE " if sql.startswith("CREATE UNIQUE") else ""
    connection().execute(f"CREATE {unique}INDEX {NEXT}{name} ON {NEXT}{table} {_body(sql)}")


def _body(sql: str) -> str:
    """What stands behind the names."""
    return sql[sql.index("(") :]


def _there(name: str) -> bool:
    return connection().execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None
