"""The monthly report: exact numbers against the month before, honest sentences, three forms, no foreign file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework import monthly_file
from qlue_desk.casework.breakdown import By
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.monthly import monthly
from qlue_desk.casework.monthly_text import csv_text, markdown, page_of
from qlue_desk.domain.complaint import Status
from tests.desk_world import NOW, DeskWorld

OCTOBER = dt.datetime(2026, 10, 5, 3, tzinfo=dt.UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home")
    yield world
    world.close()


def test_what_came_in_that_month_by_the_citys_clock(world: DeskWorld) -> None:
    world.add(created_at=dt.datetime(2026, 10, 31, 16, 59, tzinfo=dt.UTC))  # 23.59 in Bogor
    world.add(created_at=dt.datetime(2026, 10, 31, 17, 0, tzinfo=dt.UTC))  # 1 November
    world.add_many([Status.RESOLVED, Status.IN_PROGRESS])
    report = monthly(world.workplace, "2026-11", NOW)
    assert (report.received, report.before.received) == (3, 1)
    assert report.totals.overdue == report.this.late == 1
    assert monthly(world.workplace, "2026-10", NOW).received == 1


def test_the_numbers_a_mayor_asks_for(world: DeskWorld) -> None:
    hour = dt.timedelta(hours=1)
    sent = OCTOBER + 3 * dt.timedelta(minutes=1)
    for hours in (1, 2, 30):  # the deadline is 24 hours
        world.add(status=Status.IN_PROGRESS, created_at=OCTOBER, acknowledged_at=sent + hours * hour)
    world.add(status=Status.DISPATCHED, created_at=OCTOBER - 2 * hour)
    world.add(status=Status.RESOLVED, created_at=OCTOBER, reopened=1, acknowledged_at=sent + 4 * hour)
    world.add(
        status=Status.RESOLVED, created_at=OCTOBER, resolved_at=OCTOBER + 40 * 24 * hour,
        acknowledged_at=sent + 5 * hour, bounces=1, kelurahan=world.workplace.city.kelurahan[1].code,
    )  # fmt: skip
    this = monthly(world.workplace, "2026-10", NOW).this
    assert (this.received, this.dispatched, this.never_answered) == (6, 6, 1)
    assert (this.answered, this.answered_in_time, this.answer_due) == (5, 4, 6)
    assert (this.resolved, this.resolved_in_time, this.resolve_due) == (2, 1, 6)
    assert (this.open, this.late) == (4, 4)
    assert (this.reopened, this.ever_resolved, this.bounced) == (1, 2, 1)
    assert this.answer_minutes == 240
    assert this.oldest_unanswered == OCTOBER - 2 * hour


def test_a_share_in_time_counts_what_is_open_and_late_and_says_of_what(world: DeskWorld) -> None:
    """Who leaves the hard ones open is not more punctual than who finishes them late."""
    day = dt.timedelta(days=1)
    world.add(status=Status.RESOLVED, created_at=OCTOBER, resolved_at=OCTOBER + day)
    world.add(status=Status.IN_PROGRESS, created_at=OCTOBER, resolve_by=NOW - day)
    world.add(status=Status.IN_PROGRESS, created_at=OCTOBER, resolve_by=NOW + day)
    world.add(
        status=Status.AWAITING_REPORTER, created_at=OCTOBER, resolve_by=NOW - day, paused_at=NOW - 2 * day
    )
    world.add(status=Status.REJECTED, created_at=OCTOBER, resolve_by=NOW - day)
    report = monthly(world.workplace, "2026-10", NOW)
    assert (report.this.resolved_in_time, report.this.resolve_due, report.this.resolved_share) == (1, 2, 0.5)
    text = markdown(world.workplace, report)
    assert "| Selesai tepat waktu ² | 50,0% (1/2) | – |  |" in text
    [row] = [row for row in csv.DictReader(io.StringIO(csv_text(report))) if row["group"] == "month"]
    assert (row["resolved_in_time"], row["resolve_due"]) == ("1", "2")


def test_the_sentences_are_honest(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED, created_at=NOW - dt.timedelta(days=9))
    world.add(status=Status.REOPENED, reopened=1)
    world.add(status=Status.RESOLVED)
    report = monthly(world.workplace, "2026-11", NOW)
    assert page_of(world.workplace, report).sentences == (
        "1 dari 3 laporan (33,3%) sudah sampai di dinas tetapi belum diterima; yang tertua menunggu 9 hari.",
        "1 laporan pernah dinyatakan selesai lalu dibuka kembali (50,0% dari yang pernah selesai).",
        "2 laporan masih terbuka dan sudah lewat tenggat.",
    )
    assert page_of(world.workplace, monthly(world.workplace, "2026-10", NOW)).sentences == (
        "Tidak ada laporan yang masuk bulan ini.",
    )


def test_a_city_desk_reports_by_dinas_and_one_dinas_by_category(tmp_path: Path) -> None:
    city = DeskWorld.make(tmp_path / "city", dinas="diskominfo", as_="u_wali")
    city.add(status=Status.DISPATCHED, dinas="dpupr")
    city.add(status=Status.IN_PROGRESS, dinas="dishub")
    city.add(status=Status.NEW)
    report = monthly(city.workplace, "2026-11", NOW)
    assert (report.by, [(one.key, one.never_answered) for one in report.groups]) == (
        By.DINAS,
        [("dpupr", 1), ("dishub", 0)],
    )
    assert page_of(city.workplace, report).title == "Laporan bulanan November 2026 — Kota Bogor"
    city.close()
    dinas = DeskWorld.make(tmp_path / "dinas")
    dinas.add()
    report = monthly(dinas.workplace, "2026-11", NOW)
    assert (report.by, len(report.groups)) == (By.CATEGORY, 1)
    assert page_of(dinas.workplace, report).title == "Laporan bulanan November 2026 — DPUPR"
    dinas.close()


def test_markdown_and_csv(world: DeskWorld) -> None:
    world.add(title="|")
    world.add(status=Status.IN_PROGRESS, created_at=OCTOBER)
    report = monthly(world.workplace, "2026-11", NOW)
    text = markdown(world.workplace, report)
    assert text.startswith(
        "# Laporan bulanan November 2026 — DPUPR\n\nKota Bogor. Data sampai 24 Nov 09.12.\n"
    )
    assert (
        "|  | November 2026 | Oktober 2026 | beda |\n|---|---:|---:|---:|\n| Laporan masuk | 1 | 1 | = |"
        in text
    )
    assert "| Sampai di dinas, belum diterima | 1 | 0 | +1 |" in text
    assert (
        "_¹ Diterima dalam 24 jam; angka kedua dalam kurung menghitung semua yang sudah diterima, dan yang belum"
        in text
    )
    assert "_² Selesai dalam 5 hari kerja, 14 hari kerja, 60 hari kerja menurut golongan kategori" in text
    rows = list(csv.DictReader(io.StringIO(csv_text(report))))
    month = next(row for row in rows if row["group"] == "month")
    assert (month["received"], month["never_answered"], month["answer_minutes"]) == ("1", "1", "")
    assert [row["key"] for row in rows if row["group"] == "status"] == ["dispatched"]


def texts_in(content: bytes) -> int:
    """How many glyphs the pages show."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    shown = 0
    for stream in streams:
        try:
            shown += zlib.decompress(stream).count(b"Tj")
        except zlib.error:
            continue
    return shown


def test_the_pdf_is_one_page_with_its_own_font(world: DeskWorld) -> None:
    for place, category in enumerate(world.workplace.city.categories[:20]):
        world.add(category=category.key, kelurahan=world.workplace.city.kelurahan[place].code)
    content = monthly_file.content_of(world.workplace, monthly(world.workplace, "2026-11", NOW), "pdf")
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1
    assert re.search(rb"/BaseFont /\w+\+Roboto", content)
    assert texts_in(content) > 100


@pytest.mark.parametrize("format_", monthly_file.FORMATS)
def test_only_an_own_report_is_written_over(world: DeskWorld, tmp_path: Path, format_: str) -> None:
    world.add()
    report = monthly(world.workplace, "2026-11", NOW)
    path = tmp_path / f"laporan.{format_}"
    monthly_file.write(world.workplace, report, format_, path)
    monthly_file.write(world.workplace, report, format_, path)
    path.write_bytes(b"surat walikota")
    with pytest.raises(Refused) as error:
        monthly_file.write(world.workplace, report, format_, path)
    assert str(error.value) == f"{path} sudah ada dan bukan laporan bulanan dari sini; pilih nama lain."
    assert path.read_bytes() == b"surat walikota"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", path.name]


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        ("2026-13", "“2026-13” bukan bulan; tulis misalnya 2026-11."),
        ("November", "“November” bukan bulan; tulis misalnya 2026-11."),
        ("2026-12", "Bulan 2026-12 belum mulai."),
    ],
)
def test_wrong_months(world: DeskWorld, month: str, sentence: str) -> None:
    with pytest.raises(Refused) as error:
        monthly(world.workplace, month, NOW)
    assert str(error.value) == sentence
