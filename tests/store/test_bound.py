"""Rows in one answer are the rows, in their order, whatever stands in them."""

from __future__ import annotations

from pathlib import Path

from qlue_desk.store.bound import connection, in_one
from qlue_desk.store.models import NEVER
from tests.desk_world import DeskWorld

TEXTS = (
    "",
    'satu "dua" \\ tiga',
    "baris\nlagi\ttab",
    "nol\x00di tengah",
    "\x1b[31m\x7f",
    "🚧 jalan ½ é",
    "[1, 2]",
    "null",
)


def test_rows_in_one_answer_are_what_they_are_one_by_one(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)

    def both() -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        current = connection()
        current.execute("CREATE TEMP TABLE said(n INTEGER, words TEXT)")
        current.executemany(
            "INSERT INTO said VALUES (?, ?)", [(NEVER - n, words) for n, words in enumerate(TEXTS)]
        )
        sql = "SELECT n, words FROM said ORDER BY n LIMIT ?"
        return in_one(sql, "n, words", (100,), tuple[int, str]), current.execute(sql, (100,)).fetchall()

    one, each = world.store.writing(both)
    assert one == each
    assert [words for _n, words in one] == list(reversed(TEXTS))
    assert world.store.reading(in_one, "SELECT row FROM complaint LIMIT 5", "row", (), tuple[int]) == []
    world.close()
