"""Exports: whole files, no formula, no person."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from qlue_desk.casework.errors import Refused
from qlue_desk.casework.exporting import COLUMNS, Format, export
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
