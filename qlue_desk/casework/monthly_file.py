"""The monthly report as a file: written whole or not at all, and never over somebody else's."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from qlue_desk.casework.errors import refused
from qlue_desk.casework.monthly import MonthlyReport
from qlue_desk.casework.monthly_text import MARK, Page, Table, csv_text, markdown, page_of
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.extras import requirement

FORMATS = ("md", "pdf", "csv")
_LONGEST = 4 * 1024 * 1024
"""Bytes of a file in which our mark is looked for; reports are far shorter."""
_CSV_MARK = b"group,key,label,received,"
_MARGIN = 16.0
_LEAST_COLUMN = 7
"""Letters of a column of small numbers."""
_GREY = (110, 110, 110)
_LINE = (200, 200, 200)


def write(workplace: Workplace, report: MonthlyReport, format_: str, path: Path) -> None:
    """Write one of `FORMATS`; a report that was written before gives way to the new one.

    :raises Refused: when another file stands there, it cannot be written, or the PDF extra is missing.
    """
    content = content_of(workplace, report, format_)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not _is_ours(path):
            raise refused(
                N_("{path} sudah ada dan bukan laporan bulanan dari sini; pilih nama lain."),
                "path",
                path=str(path),
            )
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise refused(
            N_("{path} tidak bisa ditulis: {why}."), "path", path=str(path), why=reason_of(error)
        ) from error
    finally:
        with contextlib.suppress(OSError):  # the reason why it was not written is the one to tell
            part.unlink(missing_ok=True)


def content_of(workplace: Workplace, report: MonthlyReport, format_: str) -> bytes:
    """The bytes of one of `FORMATS`."""
    if format_ == "pdf":
        return pdf(page_of(workplace, report))
    text = csv_text(report) if format_ == "csv" else markdown(workplace, report)
    return text.encode()


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(_LONGEST)
    return not begin or MARK.encode() in begin or begin.startswith(_CSV_MARK)


def pdf(page: Page) -> bytes:
    """One page of A4.

    :raises Refused: when the PDF extra is not installed.
    """
    try:
        from font_roboto import Roboto, RobotoBold
        from fpdf import FPDF
    except ImportError:
        raise refused(
            N_("Untuk PDF pasang dulu: pip install {what}; md dan csv bisa tanpa itu."),
            "package",
            what=requirement("pdf"),
        ) from None
    document = FPDF(format="A4")
    document.set_margin(_MARGIN)
    document.set_auto_page_break(True, _MARGIN)
    document.add_font("Roboto", "", Roboto)
    document.add_font("Roboto", "B", RobotoBold)
    document.set_title(page.title)
    document.set_creator(MARK)
    document.add_page()
    document.set_font("Roboto", "B", 16)
    document.multi_cell(0, 7, page.title, new_x="LMARGIN", new_y="NEXT")
    document.set_font("Roboto", "", 9)
    document.set_text_color(*_GREY)
    document.multi_cell(0, 5, page.subtitle, new_x="LMARGIN", new_y="NEXT")
    document.set_text_color(0)
    document.ln(2)
    document.set_font("Roboto", "", 10.5)
    for sentence in page.sentences:
        document.multi_cell(0, 5.5, f"•  {sentence}", align="L", new_x="LMARGIN", new_y="NEXT")
    for table in (page.headline, *page.tables):
        _draw_table(document, table)
    document.ln(3)
    document.set_font("Roboto", "", 7.5)
    document.set_text_color(*_GREY)
    for note in page.footnotes:
        document.multi_cell(0, 3.6, note, align="L", new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def _draw_table(document: object, table: Table) -> None:
    from fpdf import FPDF
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    assert isinstance(document, FPDF)
    document.ln(3)
    document.set_font("Roboto", "B", 10.5)
    document.cell(0, 6, table.title, new_x="LMARGIN", new_y="NEXT")
    document.set_font("Roboto", "", 8.5)
    document.set_draw_color(*_LINE)
    with document.table(
        col_widths=_widths(table),
        text_align=("LEFT", *(["RIGHT"] * (len(table.heads) - 1))),
        headings_style=FontFace(emphasis="", color=_GREY),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=4.3,
        padding=0.4,
    ) as drawn:
        for cells in (table.heads, *table.rows):
            row = drawn.row()
            for cell in cells:
                row.cell(cell)


def _widths(table: Table) -> tuple[int, ...]:
    """Shares of the page: as wide as the longest cell, or the longest word of the heading."""
    return tuple(
        max((_LEAST_COLUMN, *(len(cell) for cell in cells), *(len(word) for word in head.split())))
        for head, *cells in zip(table.heads, *table.rows, strict=True)
    )
