"""How much of a report a line shows, and that list and detail tell lengths of time alike."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from qlue_desk import words
from qlue_desk.casework.acting import act
from qlue_desk.casework.summary_words import league_heads
from qlue_desk.casework.telling import entry_words
from qlue_desk.cities import load_shipped
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.detail.case_view import CaseView
from qlue_desk.desk.detail.content import (
    Surroundings,
    case_lines,
    coloured_clock,
    headline,
)
from qlue_desk.desk.queue.cells import Cells, cells_of
from qlue_desk.desk.queue.columns import COLUMNS, SHORT_DUE, Drawn, columns_for, due_words
from qlue_desk.desk.queue.sidebar import SideBar
from qlue_desk.desk.safe_text import fit
from qlue_desk.desk.widgets import status_mark
from qlue_desk.desk.wording import short_place
from qlue_desk.domain.clocks import ClockState, ClockView
from qlue_desk.domain.complaint import STATUS_LOOK, Channel, Entry, Status
from qlue_desk.domain.moves import Fields
from qlue_desk.settings import ColumnName
from tests.desk.scene import desk, fill, screen_text, settled
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until


def sizes(width: int) -> dict[str, int]:
    return {column.name: size for column, size in columns_for(width)}


@pytest.mark.parametrize("width", range(40, 200))
def test_the_columns_fill_the_list_and_the_title_comes_first(width: int) -> None:
    found = sizes(width)
    assert sum(size + 1 for size in found.values()) <= max(width, 42)
    if {"holder", "kelurahan"} & set(found):
        assert found["title"] >= 24
    if "category" in found:
        assert found["title"] >= 30
    if "holder" in found:
        assert found["kelurahan"] == 16, "the place is whole before who holds the report has room"
    if found["due"] < 13:
        assert found["number"] < 9, "what every number here begins with goes before the word of a deadline"


def test_title_and_place_take_what_number_status_and_clock_can_spare() -> None:
    beside_the_report, wide = (
        59,
        93,
    )  # the list at 120×36 with the report beside it and without, a scroll bar taken off
    assert sizes(beside_the_report) == {
        "mark": 2, "number": 7, "due": 9, "status": 13, "title": 23,
    }  # fmt: skip
    assert sizes(wide) == {
        "mark": 2, "number": 9, "due": 13, "status": 13, "kelurahan": 16, "title": 25, "holder": 8,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "size", "said"),
    [
        ("BGR-26-004211", 13, "BGR-26-004211"),
        ("BGR-26-004211", 9, "26-004211"),
        ("BGR-26-004211", 7, "26-4211"),
        ("BGR-26-012345", 7, "12345"),
        ("BGR-26-122183", 7, "122183"),
        ("", 13, "(belum ada)"),
        ("", 7, "–"),
    ],
)
def test_a_number_in_few_cells_loses_what_every_number_here_has(number: str, size: int, said: str) -> None:
    assert drawn("number", replace(cells(dt.timedelta(0)), number=number), size) == said


def drawn(name: str, row: Cells, size: int, width: int = 200) -> str:
    """What a column says in `size` cells, as it is drawn in a list of `width`."""
    [column] = [column for column, _size in columns_for(width) if column.name == name]
    return column.cell(Drawn(row, NOW.timestamp() - 7200, False, False, False), size)[0]


def test_a_name_of_a_place_that_is_cut_keeps_its_last_word() -> None:
    assert [short_place(name, 9) for name in ("Sempur", "Kebon Kalapa", "Cilendek Timur", "Baranangsiang")] == [
        "Sempur", "K. Kalapa", "C. Timur", "Baranangsiang",
    ]  # fmt: skip
    assert drawn("kelurahan", replace(cells(dt.timedelta(0)), kelurahan="Tegal Gundil"), 9) == "T. Gundil"
    assert drawn("kelurahan", replace(cells(dt.timedelta(0)), kelurahan="Tegal Gundil"), 12) == "Tegal Gundil"


@pytest.mark.parametrize("city", ["bogor", "probolinggo"])
def test_short_names_of_places_tell_them_apart(city: str) -> None:
    """Cut at nine cells, Cilendek Timur and Cilendek Barat were one name."""
    names = {each.name for each in load_shipped(city).kelurahan}
    assert len({fit(short_place(name, 9), 9) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("columns", "preview", "least"),
    [(80, True, 24), (100, True, 24), (120, True, 23), (120, False, 24), (160, True, 30), (160, False, 30)],
)
def test_titles_have_room_at_every_size(tmp_path: Path, columns: int, preview: bool, least: int) -> None:
    world = DeskWorld.make(tmp_path)
    fill(world)
    world.add_many([Status.DISPATCHED] * 120)

    async def run() -> None:
        async with desk(world, size=(columns, 30)) as (app, pilot):
            if not preview:
                await pilot.press("z")
            await until(lambda: app.screen.query_one("#queue").size.width > 0)
            await settled(app)
            await pilot.pause(0.1)
            screen = app.screen
            assert screen.is_wide == (columns >= 120 and preview)  # type: ignore[attr-defined]
            found = sizes(screen.query_one("#queue").size.width)
            assert found["title"] >= least
            # At 120 columns the report beside the list says where it lies; a status is always a word.
            assert found.get("kelurahan", 0) >= (
                0 if (columns, preview) == (120, True) else 9 if preview else 16
            )
            assert found["status"] >= 13

    asyncio.run(run())
    world.close()


@pytest.mark.parametrize("who", ["u_rina", "u_budi", "u_dewi", "u_oki", "u_wali"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_no_name_in_the_side_bar_is_cut(tmp_path: Path, who: str, language: str) -> None:
    dinas = "dpupr" if who in ("u_rina", "u_budi") else "diskominfo"
    world = DeskWorld.make(tmp_path, dinas=dinas, as_=who)
    words.set_language(language)

    async def run() -> None:
        async with desk(world, size=(120, 36)) as (app, _pilot):
            bar = app.screen.query_one(SideBar)
            bar.show(bar.names, [1234] * len(bar.names), active=0, waiting=0, refused=0)
            await until(lambda: not _cut(app, bar), 2.0)

    try:
        asyncio.run(run())
    finally:
        words.set_language("id")
        world.close()


def _cut(app: QlueDesk, bar: SideBar) -> bool:
    lines = [line[: bar.size.width + 2] for line in screen_text(app)]
    return any("…" in line for line in lines) or not all(
        any(name in line for line in lines) for name in bar.names
    )


def cells(due: dt.timedelta, *, paused: bool = False) -> Cells:
    at = int((NOW + due).timestamp())
    return Cells(1, "c", "BGR-26-000001", Status.DISPATCHED, at, paused, "", "", "", "", False, 0, 0)


@pytest.mark.parametrize(
    ("gone", "elsewhere", "said"),
    [
        (False, "", "■ Disposisi"),
        (False, "DLH", "→ DLH"),
        (True, "DLH", "di DLH"),
        (True, "", "tidak di sini"),
    ],
)
def test_a_line_says_who_has_a_report_that_is_sent_on(gone: bool, elsewhere: str, said: str) -> None:
    sent = replace(cells(dt.timedelta(0)), elsewhere=elsewhere, gone=gone)
    status, due = (
        column.cell(Drawn(sent, NOW.timestamp() - 7200, False, False, False), 16)[0]
        for name in ("status", "due")
        for column in COLUMNS
        if column.name == name
    )
    assert (status, due) == (said, "" if elsewhere or gone else "2 jam")


@pytest.mark.parametrize(
    ("size", "said"), [(16, "◷ Jadwal 12 Des"), (14, "◷ Tgl 12 Des"), (13, "◷ Tgl 12 Des")]
)
def test_a_scheduled_report_says_the_day_that_was_promised_and_is_red_once_it_has_passed(
    tmp_path: Path, size: int, said: str
) -> None:
    world = DeskWorld.make(tmp_path)
    day = dt.date(2026, 12, 12)
    world.add(status=Status.SCHEDULED, scheduled_for=day)
    world.add(status=Status.IN_PROGRESS, scheduled_for=day)  # begun: the day is history
    scheduled, begun = world.store.reading(cells_of, world.workplace, [1, 2], NOW)
    (status,) = (column for column in COLUMNS if column.name == "status")
    over = dt.datetime(2026, 12, 13, tzinfo=world.workplace.zone).timestamp()

    def look(now: float) -> tuple[str, str]:
        return status.cell(Drawn(scheduled, now, False, False, False), size)

    assert look(over - 1) == (said, "yellow")
    assert look(over) == (said, "red-strong")
    assert status.cell(Drawn(begun, over, False, False, False), 16)[0] == "◆ Proses"
    complaint = world.get("1")
    assert headline(complaint, over_utc(over - 1), world.workplace.zone)[1] == "$status-yellow"
    assert headline(complaint, over_utc(over), world.workplace.zone)[1] == "$status-red"
    world.close()


def over_utc(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


@pytest.mark.parametrize(("verb", "to", "name"), [("transfer", "dlh", "DLH"), ("return", "", "Diskominfo")])
def test_a_report_that_is_sent_on_is_nobodys_here_before_it_is_sent(
    tmp_path: Path, verb: str, to: str, name: str
) -> None:
    world = DeskWorld.make(tmp_path)
    sent = world.add()
    act(world.workplace, [sent.id], verb, Fields(to=to, note="bukan jalan kami"), now=NOW)
    (line,) = world.store.reading(cells_of, world.workplace, [1], NOW)
    assert (line.elsewhere, line.pending, line.gone) == (name, 1, False)
    world.close()


@pytest.mark.parametrize(
    ("due", "listed", "narrow", "told"),
    [
        (dt.timedelta(days=-78), "lewat 78 hari", "lewat 78 hari", "lewat 78 hari"),
        (dt.timedelta(hours=-5), "lewat 5 jam", "lewat 5 jam", "lewat 5 jam"),
        (dt.timedelta(hours=5), "5 jam", "5 jam", "sisa 5 jam · 24 Nov 14.12"),
        (dt.timedelta(days=3), "3 hari", "3 hari", "sisa 3 hari · 27 Nov 09.12"),
        (dt.timedelta(days=-123), "lewat 123 hari", "‑123 hari", "lewat 123 hari"),
    ],
)
def test_list_and_detail_tell_the_same_time(
    tmp_path: Path, due: dt.timedelta, listed: str, narrow: str, told: str
) -> None:
    now = NOW.timestamp()
    assert due_words(cells(due), now) == listed
    assert due_words(cells(due), now, SHORT_DUE) == narrow
    assert cell_len(narrow) <= SHORT_DUE
    assert cell_len(due_words(cells(due), now, sizes(59)["due"])) <= sizes(59)["due"] == 9
    state = ClockState.OVERDUE if due < dt.timedelta(0) else ClockState.RUNNING
    clock = ClockView("resolve", state, NOW + due, due, working_remaining=due / 3)
    assert coloured_clock(clock, surroundings(tmp_path))[0] == told


def surroundings(tmp_path: Path) -> Surroundings:
    world = DeskWorld.make(tmp_path / "w")
    around = Surroundings(world.workplace.city, world.workplace.zone, NOW)
    world.close()
    return around


def test_history_has_days_as_people_write_them_and_is_wrapped(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    complaint = world.complaint(status=Status.SCHEDULED)
    city = world.workplace.city
    entry = Entry(
        "e1", complaint.id, "schedule", NOW, NOW, "u_rina", "Rina Kusumawardhani", "dpupr",
        Status.ACKNOWLEDGED, Status.SCHEDULED, fields={"until": "2026-12-10"},
    )  # fmt: skip
    assert entry_words(entry, city, Channel.QLUE) == "Jadwalkan → 10 Des 2026"
    urgent = replace(entry, verb="prioritise", fields={"priority": "2"})
    assert entry_words(urgent, city, Channel.QLUE) == "prioritas → darurat"
    clock = ClockView("acknowledge", ClockState.NONE)
    around = Surroundings(city, world.workplace.zone, NOW)
    lines = case_lines(CaseView(complaint, (entry,), (clock, clock)), around, 34)
    assert all(line.cell_length <= 34 for line in lines)
    shown = [line.plain for line in lines]
    told = " ".join(" ".join(shown).split())
    assert "24 Nov 09.12 Jadwalkan → 10 Des 2026 · Rina Kusumawardhani" in told
    assert not [line for line in shown if "…" in line]
    world.close()


@pytest.mark.parametrize("width", [30, 34, 44, 60])
def test_a_clock_is_never_cut(tmp_path: Path, width: int) -> None:
    world = DeskWorld.make(tmp_path)
    late, left = dt.timedelta(days=-123), dt.timedelta(hours=47)
    clocks = (
        ClockView("acknowledge", ClockState.OVERDUE, NOW + late, late),
        ClockView("resolve", ClockState.RUNNING, NOW + left, left, fraction=0.5),
    )
    around = Surroundings(world.workplace.city, world.workplace.zone, NOW)
    shown = "\n".join(
        line.plain for line in case_lines(CaseView(world.complaint(), (), clocks), around, width)
    )
    assert "lewat 123 hari" in shown
    assert "sisa 47 jam · 26 Nov 08.12" in shown
    assert "█" in shown
    world.close()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("status", list(Status))
def test_the_word_of_every_status_fits_its_column_uncut_and_is_part_of_its_name(
    status: Status, wide: bool, language: str
) -> None:
    width = status_mark.WIDTH if wide else status_mark.SHORT_WIDTH[language]
    words.set_language(language)
    try:
        word, label = status_mark.short_label(status, width), words._(STATUS_LOOK[status].label)
    finally:
        words.set_language("id")
    assert word.casefold() in label.casefold() or word in ("Dirujuk", "Non-laporan"), (
        "a second name for one status; the two are of negations, of which a part says the opposite"
    )
    assert cell_len(f"{status_mark.glyph(status)} {word}") <= width, (
        f"{status} needs a shorter word in _SHORTER (qlue_desk/desk/widgets/status_mark.py)"
    )
    assert not word.endswith("."), "a word that was cut"


@pytest.mark.parametrize(
    ("language", "width", "said"),
    [("id", 13, "◆ Proses ←"), ("en", 14, "◆ Progress ←"), ("en", 16, "◆ In progress ←")],
)
def test_the_mark_of_a_proposal_that_came_back_has_its_room(language: str, width: int, said: str) -> None:
    back = replace(cells(dt.timedelta(0)), status=Status.IN_PROGRESS, sent_back=True)
    [status] = [column for column in COLUMNS if column.name == "status"]
    words.set_language(language)
    try:
        assert status.cell(Drawn(back, 0.0, False, False, False), width)[0] == said
    finally:
        words.set_language("id")


@pytest.mark.parametrize(("language", "size", "said"), [("id", 13, "Diterima"), ("en", 14, "Acknowledged")])
def test_acknowledged_is_called_so_in_a_narrow_list_too(language: str, size: int, said: str) -> None:
    words.set_language(language)
    try:
        [found] = [each for column, each in columns_for(80) if column.name == "status"]
        assert (found, status_mark.short_label(Status.ACKNOWLEDGED, found)) == (size, said)
        reopened = league_heads()[4]
    finally:
        words.set_language("id")
    assert reopened in ("dibuka kembali", "reopened")


def test_a_column_with_room_has_the_whole_label() -> None:
    assert status_mark.short_label(Status.REOPENED, status_mark.WIDTH) == "Dibuka kembali"
    assert status_mark.short_label(Status.REOPENED, status_mark.SHORT_WIDTH["id"]) == "Dibuka"


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_sentence_of_its_own_in_its_colour(tmp_path: Path, status: Status) -> None:
    world = DeskWorld.make(tmp_path)
    complaint = world.complaint(status=status)
    found = headline(complaint, NOW, dt.UTC)
    assert found is not None, f"{status} has no words in `headline` (desk/detail/content.py)"
    told, style = found
    assert style == f"$status-{complaint.look.colour}"
    others = {
        headline(replace(complaint, status=other), NOW, dt.UTC)[0] for other in Status if other is not status
    }
    assert told not in others
    world.close()


def test_news_behind_an_open_report_leave_the_heading_over_its_columns(tmp_path: Path) -> None:
    """A hidden list has no width; a heading drawn for that stood out of line when the list came back."""
    world = DeskWorld.make(tmp_path)
    world.add_many([Status.DISPATCHED] * 3)

    async def run() -> None:
        async with desk(world, size=(80, 24)) as (app, pilot):
            screen = app.screen

            def shown() -> list[str]:
                return [line for line in screen_text(app) if "Nomor" in line]

            before = shown()
            assert len(before) == 1
            await pilot.press("enter")
            await until(lambda: screen.has_class("-detail") and not shown())
            world.add_many([Status.DISPATCHED] * 2)
            await until(lambda: screen.queue.count == 5)  # type: ignore[attr-defined]
            await pilot.press("escape")
            await until(lambda: not screen.has_class("-detail"))
            await until(shown)
            assert shown() == before

    asyncio.run(run())
    world.close()


def test_each_column_that_can_be_chosen_is_drawn_and_told_of() -> None:
    names = get_args(ColumnName)
    assert sorted(column.name for column in COLUMNS) == sorted((*names, "mark"))
    lines = (Path(__file__).parents[2] / "config.toml").read_text("utf-8").splitlines()
    place = lines.index("columns = []")
    told = set(re.findall(r'"(\w+)"', " ".join(lines[place - 2 : place])))
    assert told == set(names)


def test_a_proposal_that_came_back_is_marked_counted_and_opened(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    world.add_many([Status.DISPATCHED, Status.IN_PROGRESS])
    back = world.add(status=Status.IN_PROGRESS, proposed_by="u_rina", reason="Belum rata, tambal lagi.")

    async def run() -> None:
        async with desk(world, size=(150, 36)) as (app, pilot):
            side = app.screen.query_one(SideBar)
            await until(lambda: any("← Usulan kembali" in line for line in screen_text(app)))
            [line] = [line for line in screen_text(app) if back.number[4:] in line and "◆" in line]
            assert "◆ Proses ←" in line
            assert sum("◆ Proses ←" in line for line in screen_text(app)) == 1
            assert app.screen.queue.current == app.screen.queue.numbers[0]  # type: ignore[attr-defined]
            assert app.screen.detail.case.complaint.id == back.id  # type: ignore[attr-defined]
            assert "usulan selesai dikembalikan" in "\n".join(screen_text(app))
            side.focus()
            await pilot.press("end", "k", "k", "k", "enter")  # above: summary, tray, outbox
            await until(lambda: len(app.screen.queue.numbers) == 1)  # type: ignore[attr-defined]
            assert app.screen.shown_name() == "Usulan kembali"  # type: ignore[attr-defined]
            answered = replace(back, status=Status.AWAITING_VERIFICATION, reason="", version=9)
            world.put([answered])
            await until(lambda: not any("← Usulan kembali" in line for line in screen_text(app)))

    asyncio.run(run())
    world.close()
