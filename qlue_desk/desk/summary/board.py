"""The summary as rows of cells, by whose home it is. Pure layout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.cells import cell_len

from qlue_desk.casework import summary_words as words
from qlue_desk.casework.breakdown import AGE_LABELS, Bar
from qlue_desk.casework.home import Home
from qlue_desk.casework.summary import Heat, Number, Summary
from qlue_desk.casework.summary_words import Breakdown, Told, Weight
from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.summary.cells import (
    Block,
    Cell,
    Row,
    beside,
    block_width,
    flowing,
    number_cell,
)
from qlue_desk.desk.widgets.bar_chart import bar, sparkline
from qlue_desk.desk.widgets.status_mark import glyph, short_label
from qlue_desk.domain.complaint import STATUS_LOOK
from qlue_desk.words import _

BARS = 8
"""Lines of one breakdown."""
AGE = 9
"""Cells of one age of a status."""
LABEL = 17
"""Cells of a name in a table."""
COLUMN, GAP = 15, 2
"""Cells of a number of the league where its head is not longer; and what is left before a head."""
_STYLE = {Weight.LATE: "bold $status-red", Weight.SOON: "bold $status-yellow", Weight.PLAIN: "bold"}


def board(summary: Summary, width: int, zone: dt.tzinfo, *, ascii_only: bool = False) -> Block:
    """All rows for a width."""
    rows: Block = [*_home(summary, zone), *_headline(summary, width, zone), []]
    if summary.league and summary.home is Home.CITY:
        rows += [*_league(summary), []]
    ages, weeks = _ages(summary, ascii_only), _weeks(summary, ascii_only)
    categories, kelurahan, people, bounces = words.breakdowns(summary)
    called = _bars(bounces.title, bounces.bars[:3], ascii_only) if bounces.bars else []
    rows += _side_by_side([ages, [*weeks, [], *called]], width)
    rows.append([])
    rows += _side_by_side(
        [
            _people(summary, people, ascii_only),
            _bars(categories.title, categories.bars, ascii_only),
            _bars(kelurahan.title, kelurahan.bars, ascii_only),
        ],
        width,
    )
    rows.append([])
    rows += _heat(summary.heat, width)
    if summary.league and summary.home is not Home.CITY:
        rows += [[], *_league(summary)]
    return rows


def _side_by_side(blocks: Sequence[Block], width: int) -> Block:
    """As many beside each other as the width takes, the others below."""
    rows: Block = []
    line: list[Block] = []
    for block in blocks:
        if line and sum(block_width(one) + 3 for one in [*line, block]) > width + 3:
            rows += [*beside(line, 3), []]
            line = []
        line.append(block)
    return [*rows, *beside(line, 3)]


# --- what comes first ----------------------------------------------------------------------------


def _home(summary: Summary, zone: dt.tzinfo) -> Block:
    if summary.home is Home.WAITING and summary.held is not None:
        return _held(summary)
    if summary.home is not Home.VERIFIER:
        return []
    rows: Block = [[Cell(_("Menunggu keputusan Anda"), "bold $accent")]]
    for one in summary.decisions:
        row: Row = [
            number_cell(Number(one.count, one.query), _(one.label), "bold", 7),
            Cell(f"  {fit(_(one.label), 34)}", "" if one.count else "$text-muted"),
        ]
        if one.oldest is not None:
            row.append(Cell(words.oldest_words(summary, one.oldest), "$text-muted"))
        if one.late:
            row += [
                Cell("  "),
                number_cell(
                    Number(one.late, f"{one.query} overdue"),
                    _("{n}, lewat").format(n=_(one.label)),
                    "bold $status-red",
                ),
                Cell(" " + _("lewat"), "$status-red"),
            ]
        rows.append(row)
    return [*rows, []]


def _held(summary: Summary) -> Block:
    assert summary.held is not None
    rows: Block = [
        [number_cell(summary.held.number, words.held_words()), Cell(f" {words.held_words()}", "bold")],
        [
            Cell(
                _("Dicatat, dipilah dan dihitung; diteruskan begitu kota bergabung. Yang akan menanganinya:"),
                "$text-muted",
            )
        ],
    ]
    for one in summary.held.by_dinas[:BARS]:
        name = safe(_(one.label)) if one.key else _("belum ada dinasnya")
        rows.append([Cell(wording.number(one.count).rjust(7), "bold"), Cell(f"  {name}")])
    return [*rows, []]


def _headline(summary: Summary, width: int, zone: dt.tzinfo) -> Block:
    never = words.unanswered(summary)
    first: Row = [
        number_cell(never.number, never.words, "bold $status-red"),
        Cell(f" {never.words}", "bold" if never.number.count else "$text-muted"),
    ]
    if summary.oldest_unanswered is not None:
        first.append(Cell(f", {words.oldest_words(summary, summary.oldest_unanswered)}", "$status-red"))
    return [first, *flowing([_told(told) for told in words.headline(summary, zone)], width)]


def _told(told: Told) -> Row:
    behind = Cell(f" {told.words}")
    if told.share is not None:
        return [Cell(words.rate_words(told.share), "bold", told.number.query, told.words), behind]
    return [number_cell(told.number, told.words, _STYLE[told.weight]), behind]


# --- tables --------------------------------------------------------------------------------------


def _ages(summary: Summary, ascii_only: bool) -> Block:
    head: Row = [Cell(fit(_("Umur"), LABEL), "bold $accent")]
    head += [Cell(_(label).rjust(AGE), "$text-muted") for label in AGE_LABELS]
    head.append(Cell(_("jumlah").rjust(AGE), "$text-muted"))
    rows: Block = [head]
    for line in summary.ages:
        look = STATUS_LOOK[line.status]
        name = f"{glyph(line.status, ascii_only=ascii_only)} {short_label(line.status)}"
        row: Row = [Cell(fit(name, LABEL), f"$status-{look.colour}")]
        row += [
            number_cell(number, _("{status}, {age}").format(status=_(look.label), age=_(age)), "", AGE)
            for number, age in zip(line.ages, AGE_LABELS, strict=True)
        ]
        row.append(number_cell(line.total, _(look.label), "bold", AGE))
        rows.append(row)
    return rows


def _weeks(summary: Summary, ascii_only: bool) -> Block:
    rows: Block = [[Cell(_("12 minggu terakhir"), "bold $accent")]]
    received = [week.received.count for week in summary.weeks]
    closed = [week.closed.count for week in summary.weeks]
    first, this = summary.weeks[0], summary.weeks[-1]
    for label, values, number, whole, style in (
        (_("masuk"), received, this.received, f"since:{first.start}", "$status-red"),
        (_("ditutup"), closed, this.closed, f"is:closed changed:{first.start}", "$status-green"),
    ):
        total = Number(sum(values), whole)
        rows.append(
            [
                Cell(fit(label, 9), "$text-muted"),
                Cell(sparkline(values, ascii_only=ascii_only), style),
                number_cell(total, _("{what}, 12 minggu").format(what=label), "bold", 7),
                Cell("  " + _("minggu ini") + " ", "$text-muted"),
                number_cell(number, _("{what}, minggu ini").format(what=label)),
            ]
        )
    gap = sum(received) - sum(closed)
    if gap > 0:
        rows.append([Cell(_("antrean bertambah {n}").format(n=wording.number(gap)), "$status-yellow")])
    elif gap < 0:
        rows.append([Cell(_("antrean berkurang {n}").format(n=wording.number(-gap)), "$status-green")])
    return rows


def _bars(title: str, bars: Sequence[Bar], ascii_only: bool) -> Block:
    rows: Block = [[Cell(fit(title, 34), "bold $accent")]]
    largest = max((one.count for one in bars), default=0)
    for one in bars[:BARS]:
        rows.append(_bar(title, one, largest, ascii_only))
    if len(rows) == 1:
        rows.append([Cell("–", "$text-muted")])
    return rows


def _bar(title: str, one: Bar, largest: int, ascii_only: bool) -> Row:
    name = safe(_(one.label))
    row: Row = [
        Cell(fit(name, 16) + " "),
        Cell(bar(one.count, largest, 6, ascii_only=ascii_only) + " ", "$accent"),
        number_cell(Number(one.count, one.query), f"{title}, {name}", "bold", 6),
    ]
    if one.late:
        late = _("{n} lewat").format(n=wording.number(one.late))
        query = f"{one.query} overdue" if one.query else ""
        row += [
            Cell(" "),
            Cell(
                late, "$status-red", query, _("{group}, {name}, lewat tenggat").format(group=title, name=name)
            ),
        ]
    return row


def _people(summary: Summary, people: Breakdown, ascii_only: bool) -> Block:
    """Load by person: open, late, the longest waiting."""
    rows = _bars(people.title, people.bars, ascii_only)
    for row, one in zip(rows[1:], people.bars, strict=False):
        if one.oldest is not None:
            row.append(Cell(f" · {words.oldest_words(summary, one.oldest)}", "$text-muted"))
    return rows


def _heat(heat: Heat, width: int) -> Block:
    """Category × kelurahan; the darker, the more. The map of the same numbers draws `heat.points`."""
    cell = 12
    shown = max(0, min(len(heat.kelurahan), (width - LABEL) // cell))
    if not heat.rows or not shown:
        return []
    head: Row = [Cell(fit(_("Kategori"), LABEL), "bold $accent")]
    head += [
        Cell(fit(safe(_(one.label)), cell - 1).rjust(cell), "$text-muted") for one in heat.kelurahan[:shown]
    ]
    rows: Block = [head]
    largest = max(number.count for line in heat.rows for number in line.cells[:shown])
    for line in heat.rows[:BARS]:
        row: Row = [Cell(fit(safe(_(line.label)), LABEL))]
        for number, column in zip(line.cells[:shown], heat.kelurahan, strict=False):
            share = number.count / largest if largest else 0
            style = "bold $status-red" if share > 2 / 3 else "$status-yellow" if share > 1 / 3 else ""
            name = _("{group}, {name}").format(group=safe(_(line.label)), name=safe(_(column.label)))
            row.append(number_cell(number, name, style, cell))
        rows.append(row)
    return rows


def _league(summary: Summary) -> Block:
    """Who answers and who does not, the most unanswered first."""
    heads = words.league_heads()
    sizes = [max(COLUMN, GAP + cell_len(head)) for head in heads]
    rows: Block = [
        [
            Cell(fit(_("Dinas"), LABEL), "bold $accent"),
            *(Cell(head.rjust(size), "$text-muted") for head, size in zip(heads, sizes, strict=True)),
        ]
    ]
    for one in summary.league:
        name = safe(one.label)
        median, rate = words.answer_words(one.answer_minutes), words.rate_words(one.reopen_rate)
        rows.append(
            [
                Cell(fit(name, LABEL)),
                *(
                    number_cell(number, f"{name}, {head}", style, size)
                    for number, head, size, style in zip(
                        (one.open, one.never_acknowledged, one.late, one.bounced),
                        heads,
                        sizes,
                        ("bold", "bold $status-red", "$status-red", ""),
                        strict=False,
                    )
                ),
                Cell(rate.rjust(sizes[4]), "", one.reopened.query, f"{name}, {heads[4]}"),
                Cell(median.rjust(sizes[5]), "$text-muted"),
            ]
        )
    return rows
