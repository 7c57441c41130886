"""Very many new reports at once: indexes, words and counters are made once behind them, not with each row.

A first copy is half index: in the order of ids the rows themselves are only added at the end of their tables,
while each index is met at another place by each row. What was dropped is made again from its own SQL, inside
the same transaction: nobody else ever sees it missing, and a crash leaves all as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qlue_desk.store import search, tally
from qlue_desk.store.bound import connection

WORTH_FROM = 1000
"""Below so many staged reports the indexes of those that are here cost more."""
_STAY = ("complaint_id", "entry_of", "entry_complaint_id")
"""A report and its lines are asked for meanwhile; they come in the order of these indexes, too."""


def worth(staged: int, here: int) -> bool:
    """Whether so many staged reports, new and known ones, are put in quicker in bulk where so many are here."""
    return staged >= WORTH_FROM and staged > 4 * here


@contextmanager
def in_bulk() -> Iterator[None]:
    """Put reports and lines inside this; nothing may be looked up but by a report's id meanwhile."""
    current = connection()
    marks = ", ".join("?" * len(_STAY))
    made = current.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ('complaint', 'entry') AND sql IS NOT NULL"
        f" AND type IN ('index', 'trigger') AND name NOT IN ({marks}) ORDER BY type, rowid",
        _STAY,
    ).fetchall()
    for kind, name, _sql in made:
        current.execute(f"DROP {kind} {name}")
    yield
    for _kind, _name, sql in made:
        current.execute(sql)
    search.rebuild()
    tally.recount()
