"""Exports: whole files, no formula, no person; reports and handover say the right numbers."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from qlue_desk.casework.acting import act
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.exporting import COLUMNS, Format, export
from qlue_desk.casework.reports import handover, monthly, monthly_csv, monthly_markdown
from qlue_desk.domain.complaint import Reporter, Status
from tests.desk_world import NOW, DeskWorld

FORMULAS = ("=HYPERLINK(1)", "+62811", "-1+1", "@SUM(A1)", "\t=1", "＝1", " =1")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home")
    yield world
    world.close()


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_no_cell_of_a_csv_starts_a_formula(world: DeskWorld, tmp_path: Path) -> None:
    for formula in FORMULAS:
        world.add(
            title=formula, text=formula, street=formula, follow_up=formula, holder_name=formula, holder="u"
        )
    count = export(world.workplace, "", "csv", tmp_path / "laporan.csv", now=NOW)
    assert count == len(FORMULAS)
    for row in read_csv(tmp_path / "laporan.csv"):
        for column in ("title", "text", "street", "follow_up", "holder"):
            assert row[column].startswith("'"), (column, row[column])


def test_texts_in_a_workbook_are_text(world: DeskWorld, tmp_path: Path) -> None:
    for formula in FORMULAS:
        world.add(title=formula, text="a\x00b\x1b[31m")
    export(world.workplace, "sort:number", Format.XLSX, tmp_path / "laporan.xlsx", now=NOW)
    sheet = openpyxl.load_workbook(tmp_path / "laporan.xlsx").active
    titles = [row[COLUMNS.index("title")] for row in sheet.iter_rows(min_row=2)]
    assert len(titles) == len(FORMULAS)
    assert {cell.data_type for cell in titles} == {"s"}
    assert titles[0].value == "=HYPERLINK(1)"


@pytest.mark.parametrize("format", list(Format))
def test_no_person_is_in_an_export(world: DeskWorld, tmp_path: Path, format: Format) -> None:
    world.add(
        reporter=Reporter(name="Siti Aminah", phone="0812••••678"),
        text="Hubungi 081234567890 atau siti@gmail.com",
    )
    world.add(reporter=Reporter(secret=True), title="Pungli", text="di loket tiga", street="Jl. Rahasia")
    path = tmp_path / f"x.{format}"
    assert export(world.workplace, "", format, path, now=NOW) == 2
    if format is Format.XLSX:
        rows = openpyxl.load_workbook(path).active.values
        content = "\n".join(str(value) for row in rows for value in row)
    else:
        content = path.read_text("utf-8")
    for personal in (
        "Siti",
        "081234567890",
        "siti@gmail",
        "Pungli",
        "loket",
        "Jl. Rahasia",
    ):
        assert personal not in content
    assert "BGR-26-000002" in content


def test_json_has_the_queues_keys_first_and_progress_is_told(world: DeskWorld, tmp_path: Path) -> None:
    world.add_many([Status.DISPATCHED] * 3 + [Status.RESOLVED])
    told: list[tuple[int, int]] = []
    export(world.workplace, "is:open", "json", tmp_path / "x.json", lambda *p: told.append(p), NOW)
    rows = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert [row["number"][-1] for row in rows] == ["1", "2", "3"]
    assert list(rows[0])[:15] == list(COLUMNS[:15])
    assert rows[0]["created_at"] == "2026-11-23T03:12:00+07:00"
    assert told == [(0, 3), (3, 3)]


def test_an_empty_export_is_valid(world: DeskWorld, tmp_path: Path) -> None:
    assert export(world.workplace, "", "json", tmp_path / "x.json", now=NOW) == 0
    assert json.loads((tmp_path / "x.json").read_text()) == []


def test_wrong_formats_and_paths_are_refused_and_leave_no_part(world: DeskWorld, tmp_path: Path) -> None:
    with pytest.raises(Refused) as wrong:
        export(world.workplace, "", "pdf", tmp_path / "x.pdf")
    assert str(wrong.value) == "Format “pdf” tidak dikenal; pilih csv, json, xlsx."
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(Refused) as path:
        export(world.workplace, "", "csv", target)
    assert str(path.value) == f"{target} bukan berkas biasa; pilih nama lain."
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "home"]


def test_the_monthly_report_counts_what_came_in_that_month(world: DeskWorld) -> None:
    world.add(created_at=dt.datetime(2026, 10, 31, 16, 59, tzinfo=dt.UTC))  # 23.59 in Bogor
    world.add(created_at=dt.datetime(2026, 10, 31, 17, 0, tzinfo=dt.UTC))  # 1 November
    world.add_many([Status.RESOLVED, Status.IN_PROGRESS])
    report = monthly(world.workplace, "2026-11", NOW)
    assert report.received == 3
    assert report.totals.overdue == 1
    assert monthly(world.workplace, "2026-10", NOW).received == 1
    text = monthly_markdown(world.workplace, report)
    assert text.startswith("# Laporan bulanan November 2026 — DPUPR, Kota Bogor\n")
    assert "- Laporan masuk: 3\n- Selesai: 1\n- Masih terbuka: 2\n" in text
    assert "| Proses | 1 | 0 |" in text
    assert "total,received,,3,1\r\n" in monthly_csv(world.workplace, report)


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


def test_the_handover_names_my_reports_by_deadline_and_what_is_unsent(world: DeskWorld) -> None:
    world.add(status=Status.IN_PROGRESS, holder="u_rina", title="Got\x1b[2J mampet")
    world.add(holder="u_rina", title="Lubang")
    world.add(holder="u_asep")
    world.add()
    act(world.workplace, ["1"], "prioritise", now=NOW)  # refused: no target, so nothing is unsent
    act(world.workplace, ["4"], "acknowledge", now=NOW)
    assert handover(world.workplace, NOW).splitlines() == [
        "Serah terima Rina, 2026-11-24 09.12",
        "",
        "Pegangan saya: 2 laporan terbuka.",
        "- BGR-26-000002 ■ Disposisi · lewat sejak 2026-11-24 03.15 · Lubang",
        "- BGR-26-000001 ◆ Proses · tenggat 2026-12-07 03.15 · Got� mampet",
        "Belum diambil siapa pun: 1.",
        "Belum terkirim ke pusat: 1 tindakan.",
    ]
