"""The summary as rows of cells; a cell with a query is a number that opens its reports. Pure layout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec
from rich.cells import cell_len

from qlue_desk.casework.summary import AGE_LABELS, Bar, Number, Summary
from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.widgets.bar_chart import bar, sparkline
from qlue_desk.desk.widgets.status_mark import glyph, short_label
from qlue_desk.domain.complaint import STATUS_LOOK
from qlue_desk.phrases import percent
from qlue_desk.words import _

WIDE = 112
"""Cells from which on the breakdowns stand beside each other."""
BARS = 8
"""Lines of one breakdown."""


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


AGE = 9
"""Cells of one age of a status."""


def board(summary: Summary, width: int, zone: dt.tzinfo, *, ascii_only: bool = False) -> Block:
    """All rows for a width."""
    rows: Block = [*_headline(summary, width), []]
    ages, weeks = _ages(summary, ascii_only), _weeks(summary, ascii_only)
    kelurahan = _bars(_("Kelurahan terpadat"), summary.kelurahan, ascii_only)
    categories = _bars(_("Kategori"), summary.categories, ascii_only)
    officers = _bars(_("Beban petugas"), summary.officers, ascii_only)
    if width >= WIDE:
        rows += _beside([ages, weeks], 4)
        rows.append([])
        rows += _beside([categories, kelurahan, officers], 3)
    else:
        rows += [*ages, [], *weeks, []]
        rows += _beside([categories, kelurahan], 2)
        rows += [[], *officers]
    return rows


def _number(number: Number, name: str, style: str = "bold", width: int = 0) -> Cell:
    words = wording.number(number.count).rjust(width)
    return Cell(words, style if number.count else "$text-muted", number.query, name)


def _headline(summary: Summary, width: int) -> Block:
    never = summary.delivered_never_acknowledged
    unanswered, again = _("diterima dinas, belum pernah dijawab"), _("dibuka kembali")
    first: Row = [
        _number(never, unanswered, "bold $status-red"),
        Cell(f" {unanswered}", "bold" if never.count else "$text-muted"),
    ]
    others: Row = []
    for number, words, style in (
        (summary.overdue, _("lewat tenggat"), "bold $status-red"),
        (summary.awaiting_verification, _("menunggu verifikasi"), "bold $status-yellow"),
        (summary.open, _("masih terbuka"), "bold"),
    ):
        others += [_number(number, words, style), Cell(f" {words}   ")]
    if summary.reopen_rate is not None:
        share = percent(summary.reopen_rate)
        reopened = Number(summary.reopened.count, summary.reopened.query)
        others += [Cell(f"{share}%", "bold", reopened.query, again), Cell(f" {again}   ")]
    if summary.bounced:
        others.append(Cell(_("{n} kali dilempar antar dinas").format(n=summary.bounced), "$text-muted"))
    if row_width(others) > width:
        return [first, others[:4], others[4:]]
    return [first, others]


def _ages(summary: Summary, ascii_only: bool) -> Block:
    head: Row = [Cell(fit(_("Umur"), 17), "bold $accent")]
    head += [Cell(_(label).rjust(AGE), "$text-muted") for label in AGE_LABELS]
    head.append(Cell(_("jumlah").rjust(9), "$text-muted"))
    rows: Block = [head]
    for line in summary.ages:
        look = STATUS_LOOK[line.status]
        row: Row = [
            Cell(
                fit(f"{glyph(line.status, ascii_only=ascii_only)} {short_label(line.status)}", 17),
                f"$status-{look.colour}",
            )
        ]
        row += [
            _number(number, _("{status}, {age}").format(status=_(look.label), age=_(age)), "", AGE)
            for number, age in zip(line.ages, AGE_LABELS, strict=True)
        ]
        row.append(_number(line.total, _(look.label), "bold", 9))
        rows.append(row)
    return rows


def _weeks(summary: Summary, ascii_only: bool) -> Block:
    received = [week.received for week in summary.weeks]
    resolved = [week.resolved for week in summary.weeks]
    rows: Block = [[Cell(_("12 minggu terakhir"), "bold $accent")]]
    for label, values, style in (
        (_("masuk"), received, "$status-red"),
        (_("selesai"), resolved, "$status-green"),
    ):
        line = sparkline(values, ascii_only=ascii_only)
        total = wording.number(sum(values))
        rows.append([Cell(fit(label, 9), "$text-muted"), Cell(line, style), Cell(f"  {total}", "bold")])
    gap = sum(received) - sum(resolved)
    if gap > 0:
        rows.append([Cell(_("antrean bertambah {n}").format(n=wording.number(gap)), "$status-yellow")])
    elif gap < 0:
        rows.append([Cell(_("antrean berkurang {n}").format(n=wording.number(-gap)), "$status-green")])
    return rows


def _bars(title: str, bars: Sequence[Bar], ascii_only: bool) -> Block:
    rows: Block = [[Cell(fit(title, 34), "bold $accent")]]
    largest = max((one.count for one in bars), default=0)
    for one in bars[:BARS]:
        late = _("{n} lewat").format(n=wording.number(one.late)) if one.late else ""
        rows.append(
            [
                Cell(fit(safe(_(one.label)), 16) + " ", ""),
                Cell(bar(one.count, largest, 8, ascii_only=ascii_only) + " ", "$accent"),
                Cell(
                    wording.number(one.count).rjust(5),
                    "bold",
                    one.query,
                    _("{group}, {name}").format(group=title, name=safe(_(one.label))),
                ),
                Cell(late.rjust(len(late) + 1), "$status-red"),
            ]
        )
    if len(rows) == 1:
        rows.append([Cell("–", "$text-muted")])
    return rows


def row_width(row: Row) -> int:
    """Cells of a row."""
    return sum(cell_len(cell.text) for cell in row)


def _beside(blocks: Sequence[Block], gap: int) -> Block:
    widths = [max((row_width(row) for row in block), default=0) for block in blocks]
    joined: Block = []
    for line in range(max(len(block) for block in blocks)):
        row: Row = []
        for block, width in zip(blocks, widths, strict=True):
            part = block[line] if line < len(block) else []
            row += [*part, Cell(" " * (width - row_width(part) + gap))]
        joined.append(row)
    return joined


def numbers_of(rows: Block) -> list[tuple[int, int]]:
    """Places (row, cell) of all numbers that open something."""
    return [(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell.query]


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
