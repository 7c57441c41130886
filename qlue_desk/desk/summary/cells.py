"""Cells, rows and blocks of the summary: a cell with a query is a number that opens its reports."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len

from qlue_desk.casework.summary import Number
from qlue_desk.desk import wording


class Cell(msgspec.Struct, frozen=True):
    """A piece of a row."""

    text: str
    style: str = ""
    query: str = ""
    """'' when it is no number to open."""
    name: str = ""
    """What the number counts, as the title of its reports."""


Row = list[Cell]
Block = list[Row]


def number_cell(number: Number, name: str, style: str = "bold", width: int = 0) -> Cell:
    """A number, right-aligned in `width` cells; nothing to see is muted."""
    words = wording.number(number.count).rjust(width)
    return Cell(words, style if number.count else "$text-muted", number.query, name)


def row_width(row: Row) -> int:
    """Cells of a row."""
    return sum(cell_len(cell.text) for cell in row)


def block_width(block: Block) -> int:
    """Cells of the widest row."""
    return max((row_width(row) for row in block), default=0)


def beside(blocks: Sequence[Block], gap: int) -> Block:
    """Blocks side by side, topmost rows together."""
    widths = [block_width(block) for block in blocks]
    joined: Block = []
    for line in range(max(len(block) for block in blocks)):
        row: Row = []
        for block, width in zip(blocks, widths, strict=True):
            part = block[line] if line < len(block) else []
            row += [*part, Cell(" " * (width - row_width(part) + gap))]
        joined.append(row)
    return joined


def flowing(parts: Sequence[Row], width: int, gap: int = 3) -> Block:
    """Parts one after another, broken into rows of at most `width` cells between parts."""
    rows: Block = [[]]
    for part in parts:
        if rows[-1] and row_width(rows[-1]) + gap + row_width(part) > width:
            rows.append([])
        rows[-1] += [Cell(" " * gap)] if rows[-1] else []
        rows[-1] += part
    return rows


def numbers_of(rows: Block) -> list[tuple[int, int]]:
    """Places (row, cell) of all numbers that open something."""
    return [(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell.query]


def place_of(rows: Block, query: str, name: str) -> tuple[int, int] | None:
    """Where a number stands that was opened before; None where it is gone."""
    return next(
        ((y, x) for y, x in numbers_of(rows) if (rows[y][x].query, rows[y][x].name) == (query, name)), None
    )


def neighbour(rows: Block, place: tuple[int, int], down: int, right: int) -> tuple[int, int]:
    """The number in a direction: sideways in reading order, up and down the nearest by column."""
    places = numbers_of(rows)
    if place not in places:
        return places[0] if places else (0, 0)
    if right:
        return places[max(0, min(len(places) - 1, places.index(place) + right))]
    column = _column(rows, place)
    lines = sorted(
        {y for y, _x in places if (y > place[0]) == (down > 0) and y != place[0]}, reverse=down < 0
    )
    if not lines:
        return place
    return min((p for p in places if p[0] == lines[0]), key=lambda p: abs(_column(rows, p) - column))


def _column(rows: Block, place: tuple[int, int]) -> int:
    y, x = place
    return row_width(rows[y][: x + 1])
