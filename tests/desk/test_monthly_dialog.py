"""The monthly report on screen: read by month, saved by name; the language changes while the desk is open."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from qlue_desk import words
from qlue_desk.casework.macros import label
from qlue_desk.casework.monthly import monthly
from qlue_desk.casework.monthly_text import page_of
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import AskDialog
from qlue_desk.desk.dialogs.monthly import MonthlyDialog, page_lines
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.summary.screen import SummaryScreen
from qlue_desk.domain.complaint import Status
from qlue_desk.settings import Macro
from tests.desk.scene import screen_text
from tests.desk.test_places import play
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path / "home", as_="u_budi")
    made.add(status=Status.DISPATCHED)
    made.add(status=Status.IN_PROGRESS, created_at=NOW - dt.timedelta(days=40))
    yield made
    made.close()


def text_of(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


async def open_report(app: QlueDesk, pilot: Pilot[int]) -> None:
    app.show_summary()
    await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.summary is not None)
    await pilot.press("B")
    await until(lambda: isinstance(app.screen, MonthlyDialog) and app.screen.report is not None)


def test_it_is_read_month_by_month_and_saved(world: DeskWorld, tmp_path: Path) -> None:
    path, nowhere = tmp_path / "laporan.csv", tmp_path / "tidak-ada" / "laporan.csv"

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_report(app, pilot)
        await until(lambda: "Laporan bulanan November 2026" in text_of(app))
        await until(lambda: "Sampai di dinas, belum diterima" in text_of(app))
        await pilot.press("right")  # December has not begun
        await pilot.press("left")
        await until(lambda: "Laporan bulanan Oktober 2026" in text_of(app))
        await pilot.press("s")
        await until(lambda: isinstance(app.screen, AskDialog) and isinstance(app.focused, Input))
        ask = app.screen
        assert isinstance(ask, AskDialog)
        assert ask.explanation.startswith(f"Nama berkas di {Path.cwd()}, atau alamat lengkap")
        for typed, why in ((tmp_path / "laporan.docx", "akhirannya harus"), (nowhere, "tidak bisa ditulis")):
            ask.query_one(Input).value = str(typed)
            await pilot.press("enter")
            await until(lambda why=why: why in str(ask.query_one("#wrong", Static).content))
            assert (app.screen, ask.query_one(Input).value) == (ask, str(typed))
        ask.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, SummaryScreen))
        assert path.read_text("utf-8").startswith("group,key,label,received,")

    play(world, scene, size=(120, 36))


def test_its_last_line_is_reached_by_the_keys_of_every_list(world: DeskWorld) -> None:
    first, last = "Laporan bulanan November 2026", "lalu disanggah dan dikerjakan lagi."

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_report(app, pilot)
        await until(lambda: f"{first} — " in text_of(app))
        assert last not in text_of(app)
        for there, back in (("G", "g"), ("end", "home")):
            await pilot.press(there)
            await until(lambda: last in text_of(app) and "² Selesai dalam" in text_of(app))
            await pilot.press(back)
            await until(lambda: f"{first} — " in text_of(app))
        await pilot.press(*["ctrl+d"] * 4)
        await until(lambda: last in text_of(app))
        await pilot.press(*["ctrl+u"] * 4)
        await until(lambda: f"{first} — " in text_of(app))

    play(world, scene, size=(120, 30))


@pytest.mark.parametrize("width", [74, 116])
def test_the_page_fits_and_says_what_did_not(world: DeskWorld, width: int) -> None:
    lines = page_lines(page_of(world.workplace, monthly(world.workplace, "2026-11", NOW)), width)
    assert max(len(line.plain) for line in lines) <= width
    shown = "\n".join(line.plain for line in lines)
    assert ("kolom lagi tidak muat pada lebar ini" in shown) == (width == 74)
    assert "¹ Diterima dalam 24 jam" in shown


def test_the_palette_changes_the_language_and_keeps_the_place(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert isinstance(app.screen, DeskScreen)
        await pilot.press("2")
        await until(lambda: app.screen.view == 1)  # type: ignore[attr-defined]
        before = app.screen
        await pilot.press("colon", *"english")
        await until(lambda: "Show this desk in English" in text_of(app))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, DeskScreen) and app.screen is not before)
        await until(lambda: "Not acknowledged · 1" in text_of(app))
        assert app.screen.view == 1  # type: ignore[attr-defined]

    try:
        play(world, scene, size=(120, 36))
    finally:
        words.set_language("id")


def test_the_macros_to_copy_can_be_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "macros.md").read_text("utf-8")
    found = tomllib.loads(page.partition("```toml\n")[2].partition("```")[0])["macros"]
    macros = {name: msgspec.convert(one, Macro) for name, one in found.items()}
    assert sorted(macros) == ["bukan-kami", "darurat", "tanya-lokasi", "terima-jalan"]
    assert all(label(macro, str) for macro in macros.values())


def test_a_phone_number_that_finds_nothing_says_why(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash")
        app.screen.query_one("#query-input", Input).value = "0812-3456-7890"
        await until(lambda: "Nomor telepon disamarkan di meja ini" in text_of(app))
        app.screen.query_one("#query-input", Input).value = "26000123"
        await until(lambda: "Tidak ada laporan yang cocok." in text_of(app))
        app.screen.query_one("#query-input", Input).value = "0812••••890"
        await until(lambda: "Nomor telepon disamarkan di meja ini" in text_of(app))
        app.screen.query_one("#query-input", Input).value = "000124"
        await until(lambda: "Tidak ada laporan bernomor 000124" in text_of(app))
        app.screen.query_one("#query-input", Input).value = "lampu 124"
        await until(lambda: "Tidak ada laporan yang cocok." in text_of(app))

    play(world, scene, size=(120, 36))
