"""Widgets and pure layout, without a desk around them where that can be."""

from __future__ import annotations

import asyncio
import datetime as dt
from array import array
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult

from qlue_desk.desk import themes, wording
from qlue_desk.desk.safe_text import fit, hanging, wrap
from qlue_desk.desk.summary.cells import Cell, neighbour, numbers_of
from qlue_desk.desk.widgets.bar_chart import bar, sparkline
from qlue_desk.desk.widgets.fields import (
    Choice,
    NoteArea,
    Picker,
    SafeInput,
    fitting,
)
from qlue_desk.desk.widgets.header_line import line_words
from qlue_desk.desk.widgets.pages import PAGE
from qlue_desk.desk.widgets.paths import PathInput, complete_path
from qlue_desk.desk.widgets.virtual_list import VirtualList
from qlue_desk.sync.state import Phase, SyncState
from tests.desk_world import NOW
from tests.waiting import until_async as until

WIB = dt.timezone(dt.timedelta(hours=7))


class Numbers(VirtualList[int]):
    def draw_row(self, row: int, width: int, base: Style, *, cursor: bool, marked: bool) -> list[Segment]:
        return [Segment(f"{'>' if cursor else ' '}{'*' if marked else ' '}{row}".ljust(width)[:width], base)]


class Themed(App[None]):
    """Our widgets are coloured by variables that only our themes have."""

    def __init__(self) -> None:
        super().__init__()
        for theme in themes.themes():
            self.register_theme(theme)
        self.theme = "qlue-dark"


class ListApp(Themed):
    """A list whose pages come from a dictionary, at once or when the test lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[int]] = []
        self.held: list[tuple[Future[Sequence[int]], list[int]]] = []
        self.hold = False

    def fetch(self, numbers: list[int]) -> Future[Sequence[int]]:
        self.asked.append(numbers)
        future: Future[Sequence[int]] = Future()
        if self.hold:
            self.held.append((future, numbers))
        else:
            future.set_result(numbers)
        return future

    def compose(self) -> ComposeResult:
        yield Numbers(self.fetch, lambda row: row)

    @property
    def list(self) -> Numbers:
        return self.query_one(Numbers)

    def lines(self) -> list[str]:
        return [self.list.render_line(y).text.rstrip() for y in range(self.list.size.height)]


def in_list(scene) -> None:
    async def run() -> None:
        app = ListApp()
        async with app.run_test(size=(40, 10)) as pilot:
            await scene(app, pilot)

    asyncio.run(run())


def test_a_million_rows_ask_for_the_visible_page_only() -> None:
    async def scene(app: ListApp, pilot) -> None:
        app.list.set_numbers(array("q", range(1_000_000)))
        await until(lambda: app.lines()[0] == "> 0")
        assert app.asked == [list(range(PAGE))]
        app.list.move_to(999_999)
        await until(lambda: app.lines()[-1] == "> 999999")
        assert len(app.asked) <= 3

    in_list(scene)


def test_the_cursor_stays_on_its_report_when_rows_change() -> None:
    async def scene(app: ListApp, pilot) -> None:
        app.list.set_numbers(array("q", [1, 2, 3, 4]))
        app.list.move_to(2)
        app.list.toggle_mark()
        app.list.set_numbers(array("q", [9, 8, 7, 3, 4]))
        assert (app.list.current, app.list.cursor) == (3, 3)
        assert app.list.marks == {3}
        app.list.set_numbers(array("q", [9, 8]))
        # The row under the cursor has gone: it stays until the cursor leaves it.
        assert (app.list.current, app.list.cursor, app.list.marks) == (3, 2, set())
        assert (app.list.count, list(app.list.numbers)) == (2, [9, 8, 3])
        app.list.mark_all()
        assert app.list.marks == {9, 8}
        app.list.set_numbers(array("q", [9, 8, 5]))
        assert (app.list.current, list(app.list.numbers)) == (3, [9, 8, 3, 5])
        app.list.move_by(1)
        assert (app.list.current, list(app.list.numbers), app.list.guest) == (5, [9, 8, 5], None)
        app.list.set_numbers(array("q", [7]), keep_cursor=False)
        assert (app.list.current, list(app.list.numbers)) == (7, [7])
        app.list.set_numbers(array("q"), keep_cursor=False)
        assert app.list.current is None

    in_list(scene)


@pytest.mark.parametrize(
    ("numbers", "place", "shown", "following", "after"),
    [
        # Sorted to the end, to the beginning; gone; among others that came; with two of its neighbours.
        ([1, 2, 4, 5, 3], 2, [1, 2, 3, 4, 5], 4, [1, 2, 4, 5, 3]),
        ([3, 1, 2, 4, 5], 2, [1, 2, 3, 4, 5], 4, [3, 1, 2, 4, 5]),
        ([1, 2, 4, 5], 2, [1, 2, 3, 4, 5], 4, [1, 2, 4, 5]),
        ([8, 1, 2, 4, 9, 5, 3], 3, [8, 1, 2, 3, 4, 9, 5], 4, [8, 1, 2, 4, 9, 5, 3]),
        ([1, 5, 2, 3, 4], 3, [1, 5, 2, 3, 4], 4, [1, 5, 2, 3, 4]),
        ([1, 9, 2, 9 + 1, 3, 4, 5], 4, [1, 9, 2, 10, 3, 4, 5], 4, [1, 9, 2, 10, 3, 4, 5]),
        ([1, 4, 5, 6, 7, 2, 3], 1, [1, 3, 4, 5, 6, 7, 2], 4, [1, 4, 5, 6, 7, 2, 3]),
    ],
)
def test_the_row_under_the_cursor_keeps_its_place_until_the_cursor_leaves(
    numbers: list[int], place: int, shown: list[int], following: int, after: list[int]
) -> None:
    async def scene(app: ListApp, pilot) -> None:
        app.list.set_numbers(array("q", [1, 2, 3, 4, 5, 6, 7] if 7 in numbers else [1, 2, 3, 4, 5]))
        app.list.move_to(2)
        for _again in range(2):  # the same news twice change nothing
            app.list.set_numbers(array("q", numbers))
            assert (app.list.current, app.list.cursor, list(app.list.numbers)) == (3, place, shown)
            assert app.list.count == len(numbers)
        app.list.toggle_mark()
        assert app.list.marks == ({3} if 3 in numbers else set())
        app.list.move_by(1)
        assert (app.list.current, list(app.list.numbers), app.list.guest) == (following, after, None)
        assert app.list.numbers[app.list.cursor] == following

    in_list(scene)


def test_old_content_stays_until_the_new_is_here_and_a_lost_page_is_asked_again() -> None:
    async def scene(app: ListApp, pilot) -> None:
        app.list.set_numbers(array("q", [5, 6]))
        await until(lambda: app.lines()[:2] == ["> 5", "  6"])
        app.hold = True
        app.list.forget([5])
        await until(lambda: len(app.held) == 1)
        assert app.held[0][1] == [5]
        assert app.lines()[0] == "> 5"
        app.held[0][0].set_exception(RuntimeError("interrupted"))
        await until(lambda: app.lines() and len(app.held) == 2)

    in_list(scene)


def test_ranges_and_all_are_marked_in_the_lists_order() -> None:
    async def scene(app: ListApp, pilot) -> None:
        app.list.set_numbers(array("q", [40, 10, 30, 20]))
        assert app.list.chosen == [40]
        app.list.toggle_mark()
        app.list.move_to(2)
        app.list.mark_range()
        assert app.list.chosen == [40, 10, 30]
        app.list.mark_all()
        assert app.list.chosen == [40, 10, 30, 20]
        app.list.mark_all()
        assert app.list.marks == set()

    in_list(scene)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 mnt"),
        (40 * 60, "40 mnt"),
        (3600, "1 jam"),
        (26 * 3600, "26 jam"),
        (47 * 3600, "47 jam"),
        (48 * 3600, "2 hari"),
        (-2 * 3600 - 5, "‑2 jam"),
        (-40 * 60, "‑40 mnt"),
    ],
)
def test_deadlines_are_words(seconds: int, words: str) -> None:
    assert wording.span(seconds) == words


@pytest.mark.parametrize("text", ["Lubang", "Jalan rusak parah", "漏水 di jalan", "é" * 30, ""])
@pytest.mark.parametrize("width", [1, 2, 7, 20])
def test_fit_is_exact_and_says_when_something_is_missing(text: str, width: int) -> None:
    shown = fit(text, width)
    assert cell_len(shown) == width
    assert ("…" in shown) == (cell_len(text) > width)


def test_wrap_keeps_every_letter_within_the_width() -> None:
    text = "satu dua " + "x" * 45 + " 漏水漏水漏水漏水漏水漏水 akhir\nbaris baru"
    lines = wrap(text, 20)
    assert max(map(cell_len, lines)) <= 20
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert lines[-1] == "baris baru"


def test_bars_and_sparklines() -> None:
    assert bar(31, 31, 8) == "████████"
    assert bar(1, 1000, 8) == "▏       "
    assert bar(0, 10, 4) == "    "
    assert bar(5, 10, 8, ascii_only=True) == "####    "
    assert sparkline([0, 1, 2, 4]) == "▁▃▅█"
    assert sparkline([0, 0]) == "▁▁"


def test_choices_begin_with_what_is_typed_before_they_contain_it() -> None:
    choices = [
        Choice("dlh", "DLH", "Lingkungan"),
        Choice("dishub", "Dishub", "Perhubungan"),
        Choice("hub", "Hub", ""),
    ]
    assert [c.key for c in fitting(choices, "hub")] == ["hub", "dishub"]
    assert [c.key for c in fitting(choices, "lingk")] == ["dlh"]
    assert fitting(choices, "zzz") == []


def test_a_picker_gives_keys_and_refuses_what_is_not_there() -> None:
    class PickerApp(Themed):
        def compose(self) -> ComposeResult:
            yield Picker([Choice("dlh", "DLH"), Choice("dishub", "Dishub")], id="closed")
            yield Picker([Choice("pln", "PLN")], free=True, id="open")

    async def run() -> None:
        app = PickerApp()
        async with app.run_test() as pilot:
            closed, free = app.query_one("#closed", Picker), app.query_one("#open", Picker)
            closed.focus()
            await pilot.press("d", "i", "enter")
            assert (closed.value, closed.input.value) == ("dishub", "Dishub")
            closed.input.value = "entah"
            assert closed.value == ""
            free.input.value = "Pak RT"
            assert free.value == "Pak RT"
            free.input.value = "pln"
            assert free.value == "pln"

    asyncio.run(run())


def test_fields_clean_what_is_pasted_into_them() -> None:
    class FieldApp(Themed):
        def compose(self) -> ComposeResult:
            yield SafeInput()
            yield NoteArea()

    async def run() -> None:
        app = FieldApp()
        async with app.run_test():
            line, note = app.query_one(SafeInput), app.query_one(NoteArea)
            line.value = "a\x1b]52;c;eA==\x07b\x00\u202e"
            note.insert("x\x1b[31my\nbaris dua\x9b")
            assert not set(line.value) & set("\x1b\x00\u202e\x07")
            assert not set(note.text) & set("\x1b\x9b")
            assert note.text.endswith("baris dua\N{REPLACEMENT CHARACTER}")

    asyncio.run(run())


def test_paths_are_completed_in_their_folder_only(tmp_path: Path) -> None:
    (tmp_path / "bukti-1.jpg").touch()
    (tmp_path / "bukti folder").mkdir()
    (tmp_path / ".rahasia").touch()
    assert complete_path(f"{tmp_path}/bu") == [f"{tmp_path}/bukti folder/", f"{tmp_path}/bukti-1.jpg"]
    assert complete_path(f"{tmp_path}/") == [f"{tmp_path}/bukti folder/", f"{tmp_path}/bukti-1.jpg"]
    assert complete_path(f"{tmp_path}/tiada/x") == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "○ belum tersambung"),
        (SyncState(Phase.CONNECTED, NOW - dt.timedelta(seconds=12)), "● tersambung 12 dtk lalu"),
        (SyncState(Phase.OFFLINE, NOW - dt.timedelta(minutes=38)), "○ tanpa jaringan sejak 08.34"),
        (SyncState(Phase.OFFLINE, NOW - dt.timedelta(days=2)), "○ tanpa jaringan sejak 22 Nov 09.12"),
        (SyncState(Phase.OFFLINE), "○ tanpa jaringan"),
        (SyncState(Phase.SYNCING, progress=(250, 1000)), "● menyalin 25%"),
        (SyncState(Phase.REFUSED, NOW), "! pusat menolak meja ini"),
        (SyncState(Phase.HINDERED, NOW), "! penyimpanan meja terganggu"),
    ],
)
def test_the_line_to_central_in_words(state: SyncState | None, words: str) -> None:
    assert line_words(state, NOW, WIB)[0] == words


def test_the_cursor_walks_over_numbers() -> None:
    def number(text: str) -> Cell:
        return Cell(text, query=f"q{text}")

    rows = [[Cell("judul"), number("1")], [], [Cell("  "), number("2"), Cell("     "), number("3")]]
    assert numbers_of(rows) == [(0, 1), (2, 1), (2, 3)]
    assert neighbour(rows, (0, 1), 0, 1) == (2, 1)
    assert neighbour(rows, (2, 3), 0, 1) == (2, 3)
    assert neighbour(rows, (0, 1), 1, 0) == (2, 1)
    assert neighbour(rows, (2, 3), -1, 0) == (0, 1)
    assert neighbour(rows, (0, 1), -1, 0) == (0, 1)
    assert neighbour(rows, (9, 9), 1, 0) == (0, 1)


def test_a_letter_means_its_choice_only_while_it_stands_alone() -> None:
    choices = [Choice("jalan_rusak", "Jalan rusak", "", "r"), Choice("jembatan", "Jembatan", "", "j"), Choice("trotoar", "Trotoar", "", "t")]  # fmt: skip
    assert [c.key for c in fitting(choices, "j")] == ["jembatan", "jalan_rusak"]
    assert [c.key for c in fitting(choices, "ja")] == ["jalan_rusak"]

    class PickerApp(Themed):
        def compose(self) -> ComposeResult:
            yield Picker(choices, id="first")
            yield Picker(choices, id="second")

    async def run() -> None:
        app = PickerApp()
        async with app.run_test() as pilot:
            first, second = app.query_one("#first", Picker), app.query_one("#second", Picker)
            first.focus()
            await pilot.press("r")
            assert first.value == "jalan_rusak"
            await pilot.press("x")
            assert first.value == ""
            await pilot.press("backspace", "tab")
            assert (first.value, first.input.value) == ("jalan_rusak", "Jalan rusak")
            second.focus()
            await pilot.press(*"jemb")
            assert second.value == "jembatan"

    asyncio.run(run())


def test_the_right_arrow_completes_a_path_at_once(tmp_path: Path) -> None:
    (tmp_path / "foto.jpg").touch()

    class PathApp(Themed):
        def compose(self) -> ComposeResult:
            yield PathInput()

    async def run() -> None:
        app = PathApp()
        async with app.run_test() as pilot:
            field = app.query_one(PathInput)
            field.value = f"{tmp_path}/fo"
            field.cursor_position = len(field.value)
            field.action_cursor_right()  # no suggestion can have been looked up yet
            assert field.value == f"{tmp_path}/foto.jpg"
            app.set_focus(None)
            field.focus()
            await pilot.press("x")
            assert field.value == f"{tmp_path}/foto.jpgx"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("- satu dua tiga", "- satu\n  dua\n  tiga"),
        ("pendek", "pendek"),
        ("", ""),
    ],
)
def test_a_line_of_a_list_goes_on_below_its_own_beginning(line: str, shown: str) -> None:
    assert hanging(line, 7) == shown
