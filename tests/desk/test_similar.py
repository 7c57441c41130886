"""`d`: what may be the same is shown beside the report; one key makes one the duplicate of the other."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import OptionList

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ConfirmDialog
from qlue_desk.desk.dialogs.duplicate import DuplicateDialog, distance_words, warnings
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.many import ResultDialog
from qlue_desk.desk.dialogs.similar import MergeDialog, Same, SimilarDialog
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.store import outbox
from tests.desk.scene import desk, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]
HERE = {"lat_e6": -6_590_000, "lon_e6": 106_800_000}
NEXT = {"lat_e6": -6_591_000, "lon_e6": 106_800_000}


class Three:
    """Two potholes 111 m apart, a third one elsewhere."""

    def __init__(self, world: DeskWorld) -> None:
        self.world = world
        day = dt.timedelta(days=1)
        self.older = world.add(title="Lubang lama", text="A.", street="", created_at=NOW - 3 * day, **HERE)
        self.newer = world.add(title="Lubang baru", text="B.", street="", created_at=NOW - day, **NEXT)
        self.other = world.add(
            title="Lubang lain", text="C.", street="", created_at=NOW - 2 * day, lat_e6=-6_700_000, lon_e6=1
        )

    def moves(self) -> list[tuple[str, str, str]]:
        """Verb, report and target of what waits."""
        return [
            (each.action.verb, each.number, each.action.fields.to)
            for each in self.world.store.reading(outbox.waiting)
        ]


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    world = DeskWorld.make(tmp_path)
    yield Three(world)
    world.close()


def play(three: Three, scene: Play, size: tuple[int, int] = (140, 40)) -> None:
    async def run() -> None:
        async with desk(three.world, size=size) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


async def stand_on(app: QlueDesk, complaint: Complaint) -> None:
    screen: Any = app.screen
    rows = three_rows(app)
    screen.queue.move_to(rows.index(complaint.number))
    await until(lambda: screen.detail.case is not None and screen.detail.case.complaint.id == complaint.id)


def three_rows(app: QlueDesk) -> list[str]:
    screen: Any = app.screen
    return [screen.queue.row_at(number).number for number in screen.queue.numbers]


def test_the_detail_counts_and_the_dialog_shows_them(three: Three) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await stand_on(app, three.newer)
        await until(lambda: "1 di dekatnya · d" in "\n".join(screen_text(app)))
        await pilot.press("d")
        await until(lambda: isinstance(app.screen, SimilarDialog) and bool(app.screen.query("#candidates")))
        text = "\n".join(screen_text(app))
        for words in ("Mirip dengan BGR-26-000002", "Lubang lama", "111 m", "Lubang baru", "3 hari"):
            assert words in text
        assert "Lubang lain" not in text
        await pilot.press("escape")
        await stand_on(app, three.other)
        await pilot.press("d")
        said = app.screen.query_one(KeyBar)
        await until(lambda: said.sentence == "Tidak ada yang mirip dengan BGR-26-000003.")

    play(three, scene)


@pytest.mark.parametrize(
    ("key", "duplicate", "original"), [("p", "000002", "000001"), ("P", "000001", "000002")]
)
def test_one_of_the_two_becomes_the_duplicate_and_it_can_be_undone(
    three: Three, key: str, duplicate: str, original: str
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await stand_on(app, three.newer)
        await pilot.press("d")
        await until(lambda: isinstance(app.screen, SimilarDialog) and bool(app.screen.query("#candidates")))
        await pilot.press(key)
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.is_mounted)
        question = f"Tutup BGR-26-{duplicate} sebagai duplikat dari BGR-26-{original}?"
        assert question in app.screen.question  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: three.moves() == [("duplicate", f"BGR-26-{duplicate}", f"BGR-26-{original}")])
        assert three.world.get(f"BGR-26-{duplicate}").status is Status.DUPLICATE
        screen: Any = app.screen_stack[1]
        await until(lambda: app.screen is screen)
        await screen.open_reference(f"BGR-26-{original}")
        await until(lambda: screen.detail.case.duplicates == (f"BGR-26-{duplicate}",))
        await pilot.press("u")
        await until(lambda: three.moves() == [])
        assert three.world.get(f"BGR-26-{duplicate}").status is Status.DISPATCHED

    play(three, scene)


def test_marked_reports_are_merged_onto_the_oldest_open_one_or_another(three: Three) -> None:
    three.world.add(title="Sudah jalan", status=Status.IN_PROGRESS, created_at=NOW - dt.timedelta(hours=2))

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("V", "d")
        await until(lambda: isinstance(app.screen, MergeDialog) and bool(app.screen.query("#candidates")))
        options = app.screen.query_one("#candidates", OptionList)
        assert options.highlighted == 0
        assert [each.number[-1] for each in app.screen.reports] == ["1", "3", "2", "4"]  # type: ignore[attr-defined]
        await pilot.press("j", "enter")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.is_mounted)
        await pilot.press("enter")
        await until(lambda: len(three.moves()) == 2)
        assert sorted(three.moves()) == [
            ("duplicate", "BGR-26-000001", "BGR-26-000003"),
            ("duplicate", "BGR-26-000002", "BGR-26-000003"),
        ]
        # One could not: it is said which, and it stays marked.
        await until(lambda: isinstance(app.screen, ResultDialog) and app.screen.is_mounted)
        await until(lambda: "BGR-26-000004" in "\n".join(screen_text(app)))
        await pilot.press("escape")
        await until(lambda: app.screen is app.screen_stack[1])
        await pilot.press("u")
        await until(lambda: three.moves() == [])

    play(three, scene)


def test_the_question_shows_both_reports_what_is_unlike_and_the_way_back(three: Three) -> None:
    far = three.world.add(
        title="Got mampet", street="Jl. Empang", status=Status.IN_PROGRESS, category="drainase",
        created_at=NOW - dt.timedelta(days=30), lat_e6=-6_600_000, lon_e6=106_800_000,
    )  # fmt: skip

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen: Any = app.screen
        same = Same(far, (three.newer,))
        screen.run_worker(screen.matching._close(same, "Tutup?"), exit_on_error=False)
        await until(lambda: isinstance(app.screen, DuplicateDialog) and bool(app.screen.query("#pair")))
        await until(lambda: "Got mampet" in "\n".join(screen_text(app)))
        text = "\n".join(screen_text(app))
        area = three.world.workplace.city.kelurahan[0].name
        for words in (
            "BGR-26-000004  ◆ Proses  Drainase dan got",
            "Got mampet",
            f"Jl. Empang, {area}",
            "BGR-26-000002  ■ Disposisi  Jalan rusak",
            "Lubang baru",
            "1.002 m dari yang asli · selisih 29 hari",
            "! Kategorinya lain: Jalan rusak, yang asli Drainase dan got.",
            "! Statusnya lain: Disposisi, yang asli Proses.",
            "! Jaraknya lebih dari 300 m.",
            "! Selisihnya lebih dari 14 hari.",
            "u membatalkannya dalam 15 detik; sesudah itu hanya verifikator yang bisa membukanya kembali.",
        ):
            assert words in text, words
        await pilot.press("escape")
        await until(lambda: app.screen is screen)
        assert three.moves() == []

    play(three, scene)


def test_nothing_is_warned_of_where_all_is_alike_and_an_ended_original_is(three: Three) -> None:
    city = three.world.workplace.city
    assert warnings(three.older, three.newer, city) == []
    assert distance_words(three.older, three.newer) == "111 m dari yang asli · selisih 2 hari"
    ended = three.world.complaint(status=Status.RESOLVED, created_at=NOW, lat_e6=None)
    assert warnings(ended, three.newer, city) == [
        "Yang asli sudah Selesai.",
        "Salah satunya tanpa titik lokasi: apakah tempatnya sama tidak bisa diperiksa.",
    ]
    streets = [replace(each, street="Jalan Raya Pajajaran No. 12") for each in (ended, three.newer)]
    assert warnings(streets[0], streets[1], city) == ["Yang asli sudah Selesai."]
    assert distance_words(ended, three.newer) == "jarak ke yang asli tidak diketahui · selisih 1 hari"


def test_the_move_shows_the_original_whose_number_is_typed(three: Three) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await stand_on(app, three.newer)

        def shown() -> str:
            return str(app.screen.query_one("#original").render())  # type: ignore[attr-defined]

        await pilot.press("t", "p")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and bool(app.screen.query("#original")))
        await pilot.press("1")
        await until(lambda: "Lubang lama" in shown())
        assert shown().startswith("BGR-26-000001  ■ Disposisi")
        assert "111 m dari yang asli · selisih 2 hari" in shown()
        await pilot.press("9")
        await until(lambda: shown() == "19 tidak ada di meja ini; pusat yang memeriksanya.")
        await pilot.press("backspace", "backspace")
        await until(lambda: shown() == "")

    play(three, scene)


def test_it_fits_the_smallest_screen(three: Three) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen: Any = app.screen
        screen.queue.move_to(three_rows(app).index(three.newer.number))
        await pilot.press("d")
        await until(lambda: isinstance(app.screen, SimilarDialog) and bool(app.screen.query("#candidates")))
        await pilot.pause()
        text = screen_text(app)
        assert any("esc tutup" in line for line in text)
        assert any("111 m" in line for line in text)
        assert sum("Lubang lama" in line for line in text) == 2  # in the list and beside it

    play(three, scene, (80, 24))
