"""Exported tables (CSV): SP4N-LAPOR!, call centre 112, or any with a mapping file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.mapping import Mapping, check_columns, load_mapping, mapping_for
from qlue_desk.central.intake.reading import MB, bytes_of, parse_place, parse_time, stable_id, title_of
from qlue_desk.central.intake.result import IntakeResult, take_all
from qlue_desk.central.report import Report
from qlue_desk.domain.system import reason_of
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub
    from qlue_desk.domain.city import City

DELIMITERS = ",;\t|"
LONGEST_CELL = 4_000_000
LARGEST = 500 * MB
_END = "\x01"
OTHER_CITY = "other_city"
_SAID = ("title", "text", "category", "kecamatan", "kelurahan", "street", "lat", "lon", "photo")
_PERSON = ("name", "phone", "email")
"""Fields that a citizen filled; the source's own (who works on it, when it ended) change with its work."""
_KOTA = re.compile(r"^(kota|kabupaten|kab\.?)\s+", re.IGNORECASE)


def take_table(
    hub: Hub, path: Path, city: str, *, mapping: Path | None = None, dry_run: bool = False
) -> IntakeResult:
    """Take every row of a table; without `mapping` the kind is told by its header.

    :raises IntakeError: when the file or its mapping cannot be read at all.
    """
    the_city = hub.city(city)
    chosen = load_mapping(mapping) if mapping else None
    reports = read_table(path, the_city, mapping=chosen, now=hub.now())
    return take_all(hub, reports, dry_run=dry_run)


def read_table(path: Path, city: City, *, mapping: Mapping | None, now: dt.datetime) -> Iterator[Report]:
    """The rows as reports; the header is checked before the first is given out."""
    text = decode(_bytes_of(path))
    rows = _rows(text)
    if row := unclosed(text):
        raise IntakeError(
            _(
                "Tabel {path}: tanda kutip yang dibuka di baris {row} tidak ditutup, sehingga semua baris sesudahnya"
                " terbaca sebagai satu isian; tutup tanda kutip itu, lalu ulangi."
            ).format(path=path, row=row)
        )
    header = [name.strip() for name in next(rows, (0, []))[1]]
    if not any(header):
        raise IntakeError(_("Tabel {path} kosong: tidak ada kepala kolom.").format(path=path))
    mapping = mapping or mapping_for(header)
    check_columns(mapping, header)
    return _reports(rows, header, mapping, city, now)


def _bytes_of(path: Path) -> bytes:
    try:
        return bytes_of(path, LARGEST)
    except OSError as error:
        raise IntakeError(
            _("Tabel {path} tidak bisa dibaca: {detail}.").format(path=path, detail=_(reason_of(error)))
        ) from error


def decode(data: bytes) -> str:
    """Text of a CSV file: UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def sniff(header_line: str) -> str:
    """The delimiter: the one that the header uses most, outside quotes."""
    bare = re.sub(r'"[^"]*"', "", header_line)
    return max(DELIMITERS, key=bare.count)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(row number as a spreadsheet shows it, cells); rows without any content are passed over."""
    reader = _reader(text)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = [str(error)]
        number += 1
        if any(cell.strip() for cell in cells):
            yield number, cells


def _reader(text: str, after: str = "") -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    first_line = text.lstrip("\r\n").partition("\n")[0]
    lines = io.StringIO(text.replace("\x00", "") + after, newline="")
    return csv.reader(lines, delimiter=sniff(first_line))


def unclosed(text: str) -> int:
    """The row in which a quotation mark is opened that nothing closes; 0 where there is none.

    A row that is added behind the last one is read as a part of that one then.
    """
    row, last = 0, [_END]
    try:
        for cells in _reader(text, f"\n{_END}"):
            row, last = row + 1, cells
    except csv.Error:  # a cell beyond every length
        return row + 1
    return 0 if last == [_END] else row


def _reports(
    rows: Iterator[tuple[int, list[str]]], header: list[str], mapping: Mapping, city: City, now: dt.datetime
) -> Iterator[Report]:
    for number, cells in rows:
        problem = ""
        if len(cells) > len(header) and not any(cells[len(header) :]):
            cells = cells[: len(header)]
        if len(cells) != len(header):
            problem = _("baris {row}: {found} kolom, seharusnya {expected}").format(
                row=number, found=len(cells), expected=len(header)
            )
        yield RowReader(dict(zip(header, cells, strict=False)), mapping, city, number).report(
            now, problem, cells
        )


class RowReader:
    """One row of a table under a mapping."""

    def __init__(self, row: dict[str, str], mapping: Mapping, city: City, number: int) -> None:
        self.row = row
        self.mapping = mapping
        self.city = city
        self.number = number

    def text(self, field: str) -> str:
        """The cells of a field, joined by a space."""
        names = self.mapping.columns.names(field)
        return " ".join(filter(None, (self.row.get(name, "").strip() for name in names)))

    def time(self, field: str) -> dt.datetime | None:
        """The time in a field, None when there is none that can be read."""
        try:
            return parse_time(self.text(field), self.mapping.zone or self.city.zone)
        except ValueError:
            return None

    def report(self, now: dt.datetime, problem: str, cells: list[str]) -> Report:
        """The row as a report; what is wrong with it is in `unreadable`, with the row's number."""
        reported_at = self.time("reported_at") or self.time("reported_at_else")
        if reported_at is None and not problem:
            problem = _("baris {row}: waktu “{found}” tidak terbaca").format(
                row=self.number, found=self.text("reported_at")[:60]
            )
        text, category = self.text("text"), self.text("category")
        flags = {word.strip().casefold() for word in self.text("flags").split("|")}
        lat, lon = parse_place(self.text("lat"), self.text("lon"))
        photo = self.text("photo")
        return Report(
            source=self.mapping.source,
            source_id=self.text("source_id") or stable_id(*cells),
            city=self.city.key,
            channel=self.mapping.channel,
            text="\n".join(filter(None, (text or self.text("title"), self._note(reported_at)))),
            title=title_of(self.text("title"), text, category, _("Laporan tanpa teks")),
            reported_at=reported_at or now,
            source_category=category,
            source_dinas=self.text("dinas"),
            lat=lat,
            lon=lon,
            kelurahan_text=self.text("kelurahan"),
            kecamatan_text=self.text("kecamatan"),
            street=self.text("street"),
            reporter_name=self.text("name"),
            reporter_phone=self.text("phone"),
            reporter_email=self.text("email"),
            anonymous=_any_of(self.mapping.flags.anonymous, flags),
            secret=_any_of(self.mapping.flags.secret, flags),
            photos=(photo,) if photo.startswith(("http://", "https://")) else (),
            raw=json.dumps(self.row if not problem else cells, ensure_ascii=False),
            told=() if problem else self._names(*_SAID, *_PERSON),
            of_person=self._names(*_PERSON),
            unreadable=problem,
            waits=OTHER_CITY if self._elsewhere() else "",
        )

    def _names(self, *fields: str) -> tuple[str, ...]:
        return tuple(name for field in fields for name in self.mapping.columns.names(field))

    def _note(self, reported_at: dt.datetime | None) -> str:
        """A remark where the source says that it ended before it began; its end is never believed."""
        finished = self.time("finished_at")
        if finished is None or reported_at is None or finished >= reported_at:
            return ""
        return _("(Catatan: sumber menulis selesai {finished}, sebelum laporan diterima.)").format(
            finished=self.text("finished_at")
        )

    def _elsewhere(self) -> bool:
        named = self.text("city")
        return bool(named) and not same_city(named, self.city.name)


def same_city(named: str, name: str) -> bool:
    """Whether a table's city is ours: `Kota Bogor` is `BOGOR` but not `Kabupaten Bogor`."""
    left, right = " ".join(named.casefold().split()), " ".join(name.casefold().split())
    left, right = (re.sub(r"^kab\.?\s", "kabupaten ", each) for each in (left, right))
    if _KOTA.match(left) and _KOTA.match(right):
        return left == right
    return _KOTA.sub("", left) == _KOTA.sub("", right)


def _any_of(words: tuple[str, ...], flags: set[str]) -> bool:
    return any(word.casefold() in flags for word in words)
