"""Exports: what a query means as CSV, JSON or XLSX, without personal data and safe in a spreadsheet."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from qlue_desk.casework.errors import refused
from qlue_desk.casework.reading import iso, report_json
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.moves import N_
from qlue_desk.domain.privacy import redact_text, withhold
from qlue_desk.domain.system import reason_of
from qlue_desk.domain.text import clean, csv_cell
from qlue_desk.extras import requirement
from qlue_desk.store import queue

PAGE = 500
Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""


class Format(StrEnum):
    """What can be written."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


def export(
    workplace: Workplace,
    text: str,
    format: Format | str,
    path: Path,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> int:
    """Write the reports of a query line into a file; how many. Takes pages, never all rows at once.

    Names and numbers of reporters are left out, those inside texts masked, secret reports without
    content. The file appears whole or not at all.

    :raises Refused: for an unknown format, a path that cannot be written, or missing openpyxl.
    :raises domain.query.QueryError: when the line is not understood.
    """
    try:
        wanted = Format(format)
    except ValueError:
        raise refused(
            N_("Format “{found}” tidak dikenal; pilih {allowed}."),
            "format",
            found=str(format),
            allowed=", ".join(Format),
        ) from None
    query = workplace.query(text)
    numbers = workplace.store.reading(
        queue.find_ids, query, now=now or utc_now(), me=workplace.actor.id, zone=workplace.zone
    )
    rows = _records(workplace, numbers, progress)
    if path.exists() and not path.is_file():
        raise refused(N_("{path} bukan berkas biasa; pilih nama lain."), "path", path=str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        count = _WRITERS[wanted](rows, part)
        os.replace(part, path)
    except OSError as error:
        raise refused(
            N_("{path} tidak bisa ditulis: {why}."), "path", path=str(path), why=reason_of(error)
        ) from error
    finally:
        with contextlib.suppress(OSError):  # the reason why it was not written is the one to tell
            part.unlink(missing_ok=True)
    return count


COLUMNS = (
    "number", "status", "label", "colour", "city", "dinas", "category", "kelurahan", "title", "channel",
    "holder", "created_at", "acknowledge_by", "resolve_by", "due", "pending",
    "dinas_name", "category_label", "kelurahan_name", "street", "text", "priority", "acknowledged_at",
    "resolved_at", "follow_up", "reason", "reopened", "bounces",
)  # fmt: skip
"""The queue's keys, then names and the rest of what is no personal data."""


def _records(workplace: Workplace, numbers: Any, progress: Progress | None) -> Iterator[dict[str, Any]]:
    done = 0
    if progress is not None:
        progress(0, len(numbers))
    for start in range(0, len(numbers), PAGE):
        for complaint, pending in workplace.store.reading(_page, numbers[start : start + PAGE]):
            yield _record(workplace, complaint, pending)
        done = min(start + PAGE, len(numbers))
        if progress is not None:
            progress(done, len(numbers))


def _page(numbers: Any) -> list[tuple[Complaint, bool]]:
    pending = {row.id: row.pending > 0 for row in queue.rows(numbers)}
    return [(complaint, pending.get(complaint.id, False)) for complaint in queue.complaints(numbers)]


def _record(workplace: Workplace, complaint: Complaint, pending: bool) -> dict[str, Any]:
    shown = withhold(complaint) if complaint.reporter.secret else complaint
    city, zone = workplace.city, workplace.zone
    record = report_json(shown, zone, pending=pending) | {
        "dinas_name": city.dinas_name(shown.dinas),
        "category_label": city.category_label(shown.category),
        "kelurahan_name": city.kelurahan_name(shown.kelurahan),
        "street": shown.street,
        "text": redact_text(clean(shown.text)),
        "priority": shown.priority,
        "acknowledged_at": iso(shown.acknowledged_at, zone),
        "resolved_at": iso(shown.resolved_at, zone),
        "follow_up": redact_text(clean(shown.follow_up)),
        "reason": redact_text(clean(shown.reason)),
        "reopened": shown.reopened,
        "bounces": shown.bounces,
    }
    record["title"] = redact_text(clean(shown.title, multiline=False))
    record["street"] = redact_text(clean(shown.street, multiline=False))
    return record


def _write_csv(records: Iterator[dict[str, Any]], path: Path) -> int:
    count = 0
    # The mark at the start tells spreadsheets that it is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for record in records:
            count += 1
            writer.writerow([csv_cell(record[column]) for column in COLUMNS])
    return count


def _write_json(records: Iterator[dict[str, Any]], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for count, record in enumerate(records, 1):
            file.write(",\n" if count > 1 else "\n")
            file.write(json.dumps({column: record[column] for column in COLUMNS}, ensure_ascii=False))
        file.write("\n]\n")
    return count


def _write_xlsx(records: Iterator[dict[str, Any]], path: Path) -> int:
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError:
        raise refused(
            N_("Untuk XLSX pasang dulu: pip install {what}; CSV dan JSON bisa tanpa itu."),
            "package",
            what=requirement("export"),
        ) from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("laporan")
    sheet.append(list(COLUMNS))
    count = 0
    for record in records:
        count += 1
        cells = []
        for column in COLUMNS:
            value = record[column]
            cell = WriteOnlyCell(sheet, value=clean(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"  # else a text that begins with = becomes a formula
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
    return count


_WRITERS: dict[Format, Callable[[Iterator[dict[str, Any]], Path], int]] = {
    Format.CSV: _write_csv,
    Format.JSON: _write_json,
    Format.XLSX: _write_xlsx,
}
