"""Full-text search over number, title, text, street and history texts (SQLite FTS5).

External content with triggers: the words are stored once, in `complaint`; rows are therefore written
by upsert, never REPLACE, which skips the delete trigger.
"""

from __future__ import annotations

from qlue_desk.domain.folding import may_go_on, spellings_of
from qlue_desk.domain.numbers import number_parts
from qlue_desk.domain.query_match import tokens
from qlue_desk.store.bound import connection
from qlue_desk.store.models import NEXT

COLUMNS = ("number", "title", "text", "street", "note_text")
_LIST = ", ".join(COLUMNS)
_NEW = ", ".join(f"new.{column}" for column in COLUMNS)
_OLD = ", ".join(f"old.{column}" for column in COLUMNS)
_DELETE = f"INSERT INTO complaint_words(complaint_words, rowid, {_LIST}) VALUES ('delete', old.row, {_OLD});"
_INSERT = f"INSERT INTO complaint_words(rowid, {_LIST}) VALUES (new.row, {_NEW});"
_CHANGED = " OR ".join(f"old.{column} IS NOT new.{column}" for column in COLUMNS)

_HOW = (
    f"USING fts5({_LIST}, content='complaint', content_rowid='row',"
    " tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3')"
)
STATEMENTS = (
    f"CREATE VIRTUAL TABLE complaint_words {_HOW}",
    f"CREATE TRIGGER complaint_words_insert AFTER INSERT ON complaint BEGIN {_INSERT} END",
    f"CREATE TRIGGER complaint_words_delete AFTER DELETE ON complaint BEGIN {_DELETE} END",
    f"CREATE TRIGGER complaint_words_update AFTER UPDATE OF {_LIST} ON complaint"
    f" WHEN {_CHANGED} BEGIN {_DELETE} {_INSERT} END",
)
"""Table and triggers; a status change leaves the words alone."""


_AS_IT_COMES, _IN_ONE = 1 << 20, 32 << 20
"""Bytes of words that FTS5 collects in memory before it writes a segment: its own measure, and that of a first copy."""
_AT_REST = (("automerge", 0), ("crisismerge", 256))
"""Each act writes a segment of its own. FTS5 merges four of them inside the act that made the fourth, and a few acts
in a hundred wrote ten times as many pages as the others; `merge` does it while nobody waits. So many segments of one
size are merged at once, whoever waits: a shift's acts, and no rest between them."""
_BESIDE = NEXT + "complaint_words"


def begin_beside() -> None:
    """An index for the reports that are made beside (`beside.py`)."""
    connection().execute(f"CREATE VIRTUAL TABLE {_BESIDE} {_HOW}")
    _gather(_BESIDE, _IN_ONE)


def last_beside() -> int:
    """The last row whose words stand in it."""
    row = connection().execute(f"SELECT max(id) FROM {_BESIDE}_docsize").fetchone()
    return int(row[0] or 0)


def add_beside(after: int, last: int) -> None:
    """Index the words of the rows behind `after` up to `last`."""
    connection().execute(
        f"INSERT INTO {_BESIDE}(rowid, {_LIST}) SELECT row, {_LIST} FROM {NEXT}complaint"
        " WHERE row > ? AND row <= ? ORDER BY row",
        (after, last),
    )


def gather_as_it_comes() -> None:
    """Reports come one by one: in a new file, and again once what was made beside is in its place."""
    _gather("complaint_words", _AS_IT_COMES)


def merge(pages: int) -> bool:
    """Merge segments of the index, so many pages of them (less than 0: begin with all); False when nothing is left."""
    current = connection()
    before = int(current.total_changes)
    current.execute("INSERT INTO complaint_words(complaint_words, rank) VALUES ('merge', ?)", (pages,))
    return int(current.total_changes) - before >= 2  # as SQLite's description of FTS5 says under "merge"


def _gather(table: str, size: int) -> None:
    """How many bytes of words are gathered before they are written, and that what was written is merged at rest."""
    for option, value in (("hashsize", size), *_AT_REST):
        connection().execute(f"INSERT INTO {table}({table}, rank) VALUES (?, ?)", (option, value))


def empty() -> None:
    """Take every word out of the index at once, also those of reports that went before."""
    connection().execute("INSERT INTO complaint_words(complaint_words) VALUES ('delete-all')")


def phrase(words: str, *, whole: bool) -> str:
    """What the person typed as FTS5 phrases, one a spelling; unless `whole`, the last word may be a beginning.

    Always quoted: the raw syntax has operators, and errors on a lone quote.
    """
    typed = tokens(words)
    spelled = [
        f'"{" ".join(spelling)}"' + "*" * (not whole and may_go_on(spelling, typed))
        for spelling in spellings_of(typed)
    ]
    if len(spelled) == 1:  # as it was typed
        as_typed = words.replace('"', '""').replace("\x00", " ")
        spelled = [f'"{as_typed}"' + "*" * (not whole)]
    return " OR ".join([*spelled, *_numbers(words)])


def number(written: str) -> str:
    """The same for a number alone: parts of it, the last as far as it is written, or the serial without its zeros.

    Both are words of the index. What only stands in the middle of a part is not found: all numbers would have to be
    read for it, 210 ms of a million, and a house number 12 is in every twentieth of them.
    """
    begun = " ".join(tokens(written))
    return " OR ".join([f'{{number}} : "{begun}"*', *_numbers(written)])


def _numbers(written: str) -> list[str]:
    parts = number_parts(written)
    return [] if parts is None else [f'{{number}} : "{" ".join(tokens(parts[0]))}"']


def has_token(words: str) -> bool:
    """Whether the tokenizer finds anything to look for; FTS5 matches nothing for `"!!"`."""
    return any(character.isalnum() for character in words)
