"""Headings between rows: lines and rows, and what a row put in or taken out changes."""

from __future__ import annotations

from qlue_desk.desk.widgets.headings import Headings


def _drawn(headings: Headings, rows: int) -> list[str]:
    lines = []
    for line in range(rows + len(headings)):
        heading, row = headings.at(line)
        lines.append(str(row) if heading is None else headings.texts[heading])
    return lines


def test_each_line_is_a_heading_or_a_row() -> None:
    headings = Headings([("A", 2), ("B", 1), ("C", 3)])
    assert _drawn(headings, 6) == ["A", "0", "1", "B", "2", "C", "3", "4", "5"]
    assert [headings.line_of(row) for row in range(6)] == [1, 2, 4, 6, 7, 8]
    assert [headings.top_of(row) for row in range(6)] == [0, 2, 3, 5, 7, 8]
    assert [headings.group_of(row) for row in range(6)] == [0, 0, 1, 2, 2, 2]


def test_without_headings_lines_are_rows() -> None:
    headings = Headings()
    assert _drawn(headings, 3) == ["0", "1", "2"]
    assert headings.group_of(0) is None


def test_a_row_between_two_groups_belongs_to_the_upper_one() -> None:
    headings = Headings([("A", 2), ("B", 1)])
    headings.inserted(2)
    assert _drawn(headings, 4) == ["A", "0", "1", "2", "B", "3"]
    headings.inserted(0)
    assert _drawn(headings, 5)[:2] == ["A", "0"]


def test_a_row_taken_out_moves_what_is_below() -> None:
    headings = Headings([("A", 2), ("B", 1), ("C", 1)])
    headings.removed(0)
    assert _drawn(headings, 3) == ["A", "0", "B", "1", "C", "2"]
    headings.removed(1)
    assert _drawn(headings, 2) == ["A", "0", "B", "C", "1"]
