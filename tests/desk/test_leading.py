"""Summary homes and the handover, by the keys that people press."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from qlue_desk.casework import summary as summaries
from qlue_desk.casework.handover import sign_off
from qlue_desk.casework.summary import summary
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import TextDialog
from qlue_desk.desk.dialogs.handover import HandoverDialog
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.summary.cells import neighbour, numbers_of
from qlue_desk.desk.summary.screen import MAP_COLUMNS, SummaryScreen
from qlue_desk.desk.widgets.area_map import AreaMap
from qlue_desk.desk.widgets.fields import NoteArea
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Hop, Status
from qlue_desk.settings import Settings
from qlue_desk.store import drafts, handovers, meta, position, tally
from qlue_desk.store.errors import StoreError
from qlue_desk.sync.state import Phase
from tests.desk.scene import PLAIN, desk, fill, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

Scene = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path, as_="u_budi")
    fill(world)
    yield world
    world.close()


def play(
    world: DeskWorld, scene: Scene, *, size: tuple[int, int] = (120, 36), phase: Phase = Phase.CONNECTED
) -> None:
    async def run() -> None:
        async with desk(world, size=size, phase=phase) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


async def open_summary(app: QlueDesk, pilot: Pilot[int]) -> SummaryScreen:
    await pilot.press("R")
    await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)
    assert isinstance(app.screen, SummaryScreen)
    return app.screen


def lines_of(screen: SummaryScreen) -> list[str]:
    return ["".join(cell.text for cell in row).rstrip() for row in screen.board.rows]


# --- homes ---------------------------------------------------------------------------------------


def city_world(home: Path, who: str) -> DeskWorld:
    world = DeskWorld.make(home, dinas="diskominfo", as_=who)
    hour = dt.timedelta(hours=1)
    for hours in (30, 40, 50):
        world.add(dinas="dishub", created_at=NOW - hours * hour)
    world.add(dinas="dpupr", status=Status.IN_PROGRESS)
    world.add(dinas="dpupr", status=Status.RESOLVED, reopened=1)
    world.add(status=Status.NEW, waiting_reason="no_place", created_at=NOW - 3 * hour)
    returned = (Hop("dpupr", NOW - 9 * hour), Hop("diskominfo", NOW - hour, bounce=True))
    world.add(status=Status.NEW, bounces=1, custody=returned, created_at=NOW - 9 * hour)
    return world


@pytest.mark.parametrize(
    ("who", "start", "first"),
    [
        ("u_wali", "auto", SummaryScreen),
        ("u_wali", "queue", DeskScreen),
        ("u_rina", "auto", DeskScreen),
        ("u_rina", "summary", SummaryScreen),
    ],
)
def test_who_leads_a_city_begins_with_the_summary(
    tmp_path: Path, who: str, start: Literal["auto", "queue", "summary"], first: type[PlaceScreen]
) -> None:
    world = city_world(tmp_path, who) if who == "u_wali" else DeskWorld.make(tmp_path, as_=who)
    [one] = world.add_many([Status.DISPATCHED])

    async def scene() -> None:
        app = QlueDesk(
            world.workplace, None, Settings(ui=replace(PLAIN, start=start)), home=tmp_path, now=lambda: NOW,
            guided=False,
        )  # fmt: skip
        async with app.run_test(size=(120, 36)) as pilot:
            await until(lambda: app._at_home and isinstance(app.screen, first) and app.screen.is_mounted)
            if first is SummaryScreen:
                await pilot.press("escape")
                await until(lambda: isinstance(app.screen, DeskScreen) and app.screen.queue.numbers)
            else:
                await asyncio.sleep(0.3)
                assert isinstance(app.screen, DeskScreen)

    asyncio.run(scene())
    assert world.get(one.id).status is Status.DISPATCHED
    world.close()


def test_the_map_stands_beside_the_numbers_where_there_is_room(world: DeskWorld) -> None:
    code = world.workplace.city.kelurahan[-1].code
    world.add(kelurahan=code)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = await open_summary(app, pilot)
        drawn = screen.query_one(AreaMap)
        await until(lambda: drawn.display and drawn.window is not None)
        assert drawn.counts is not None
        assert drawn.counts[code] == 1
        numbers = screen.query_one("#summary-scroll").outer_size.width
        assert numbers == 160 - MAP_COLUMNS, "rows are wrapped for the room that the map leaves"
        await pilot.resize_terminal(120, 36)
        await until(lambda: not drawn.display)
        await pilot.resize_terminal(160, 48)
        await until(lambda: drawn.display)
        screen.post_message(AreaMap.Chosen(drawn, code, again=False))
        await pilot.pause()
        assert app.screen is screen
        screen.post_message(AreaMap.Chosen(drawn, code, again=True))
        await until(lambda: isinstance(app.screen, DeskScreen) and len(app.screen.queue.numbers) == 1)
        assert app.screen.query_text == f"is:open kelurahan:{code}"  # type: ignore[attr-defined]

    play(world, scene, size=(160, 48))


def test_the_city_supervisor_sees_who_answers_and_who_does_not(tmp_path: Path) -> None:
    world = city_world(tmp_path, "u_wali")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = await open_summary(app, pilot)
        text = lines_of(screen)
        head = next(place for place, line in enumerate(text) if line.startswith("Dinas "))
        assert [line.split() for line in text[head + 1 : head + 3]] == [
            ["Dishub", "3", "3", "3", "0", "–", "–"],
            ["DPUPR", "1", "0", "0", "1", "100,0%", "1", "jam"],
        ]
        assert any("Ringkasan kota · Kota Bogor" in line for line in screen_text(app))
        place = next(
            (y, x)
            for y, row in enumerate(screen.board.rows)
            for x, cell in enumerate(row)
            if cell.name == "Dishub, belum diterima"
        )
        screen.board.place = place
        await pilot.press("enter")
        await until(
            lambda: (
                isinstance(app.screen, DeskScreen)
                and app.screen.query_text == "dinas:dishub is:unacknowledged"
                and len(app.screen.queue.numbers) == 3
            )
        )

    play(world, scene)
    world.close()


def test_the_verifier_sees_what_waits_for_a_decision(tmp_path: Path) -> None:
    world = city_world(tmp_path, "u_dewi")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = await open_summary(app, pilot)
        text = lines_of(screen)
        assert text[0] == "Menunggu keputusan Anda"
        assert [" ".join(line.split()) for line in text[1:6]] == [
            "1 belum jelas ke mana tertua 3 jam 1 lewat",
            "0 siap disposisi",
            "1 dikembalikan dinas tertua 9 jam 1 lewat",
            "0 disanggah pelapor",
            "0 usul selesai menunggu verifikasi",
        ]
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, DeskScreen) and len(app.screen.queue.numbers) == 1)

    play(world, scene)
    world.close()


def test_a_city_that_has_not_joined_sees_what_is_held_and_who_would_answer(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_wali")
    session = world.workplace.session
    away = msgspec.structs.replace(
        session, city=msgspec.structs.replace(session.city, cooperation=Cooperation.NONE)
    )
    workplace = Workplace.from_parts(world.store, away, world.workplace.actor, home=tmp_path)
    category = next(c for c in session.city.categories if c.owner_on(NOW.date()) == "dpupr")
    for _ in range(3):
        world.add(status=Status.HELD, category=category.key, dispatch_by=None)
    world.add(status=Status.HELD, category=None, dispatch_by=None)
    found = summary(workplace, now=NOW)
    assert found.held is not None
    assert found.held.number.count == 4
    assert [(one.key, one.label, one.count) for one in found.held.by_dinas] == [
        ("dpupr", "DPUPR", 3),
        ("", "(kosong)", 1),
    ]
    world.workplace = workplace

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        text = lines_of(await open_summary(app, pilot))
        assert text[0] == "4 laporan ditahan: kota ini belum bergabung"
        assert [line.split(maxsplit=1) for line in text[2:4]] == [["3", "DPUPR"], ["1", "belum ada dinasnya"]]

    play(world, scene)
    world.close()


def test_offline_the_title_says_how_old_the_data_is(world: DeskWorld) -> None:
    heard = NOW - dt.timedelta(minutes=38)
    world.store.writing(meta.put, position.LAST_CONTACT, heard.isoformat())

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.line_state = None
        await open_summary(app, pilot)
        await until(lambda: any("Ringkasan · DPUPR · data 24 Nov 08.34" in line for line in screen_text(app)))

    play(world, scene)


def test_the_counters_clock_moves_on_when_it_lags(world: DeskWorld) -> None:
    world.store.writing(tally.advance, NOW - dt.timedelta(hours=5))

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = await open_summary(app, pilot)
        assert screen.summary is not None
        assert screen.summary.overdue.count == 12
        assert world.store.reading(tally.clock) == int(NOW.timestamp())

    play(world, scene)


def test_the_numbers_do_not_wait_for_the_views_to_be_counted(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        counted = threading.Event()
        counting = world.store.scan(counted.wait, 30)
        try:
            screen = await open_summary(app, pilot)
            await until(lambda: screen.summary is not None)
            assert not counting.done()
        finally:
            counted.set()

    play(world, scene)


def test_what_is_held_back_for_the_numbers_is_painted_also_when_they_cannot_be_counted(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_args: object) -> None:
        raise StoreError("Basis data tidak terbaca.")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        monkeypatch.setattr(summaries, "summary_unless_lagging", damaged)
        await pilot.press("R")
        await until(lambda: isinstance(app.screen, SummaryScreen))
        await until(lambda: app.screen.query_one(KeyBar).sentence == "Basis data tidak terbaca.")
        assert app._batch_count == 0

    play(world, scene)


# --- handover ------------------------------------------------------------------------------------


def test_a_note_is_left_with_the_lists_in_view(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_summary(app, pilot)
        await pilot.press("H")
        await until(lambda: isinstance(app.screen, HandoverDialog) and app.screen.query(NoteArea))
        text = "\n".join(screen_text(app))
        assert "Serah terima Budi, 24 Nov 09.12" in text
        assert "YANG JATUH TEMPO" in text
        await pilot.press("enter")
        await until(lambda: "Catatan serah terima belum ditulis." in "\n".join(screen_text(app)))
        await pilot.press(*"awasi", "escape")
        await until(lambda: isinstance(app.screen, SummaryScreen))
        await until(lambda: world.store.reading(drafts.load, "handover", "u_budi") == "awasi")
        kept = "Tulisan Anda disimpan sebagai konsep; H membukanya lagi."
        assert app.screen.query_one(KeyBar).sentence == kept
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, DeskScreen))
        await pilot.press("H")
        await until(lambda: isinstance(app.screen, HandoverDialog) and app.screen.query(NoteArea))
        assert app.screen.query_one(NoteArea).text == "awasi"
        await pilot.press(*" pompa", "enter")
        await until(lambda: isinstance(app.screen, DeskScreen))
        await until(lambda: world.store.reading(drafts.load, "handover", "u_budi") == "")

    play(world, scene)
    [left] = world.store.reading(handovers.latest)
    assert (left.name, left.note) == ("Budi", "awasi pompa")


def test_the_next_shift_sees_it_when_the_desk_opens_and_only_once(world: DeskWorld) -> None:
    rina = world.signed_in_as("u_rina")
    sign_off(rina, "Pompa Sempur rusak", NOW - dt.timedelta(hours=1))
    world.signed_in_as("u_budi")

    async def first(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: isinstance(app.screen, TextDialog))
        await until(
            lambda: "Serah terima dari Rina, 24 Nov 08.12: Pompa Sempur rusak" in "\n".join(screen_text(app))
        )
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, DeskScreen))
        await until(lambda: world.store.reading(meta.get, handovers.SEEN + "u_budi") is not None)

    async def second(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.pause(0.2)
        assert isinstance(app.screen, DeskScreen)

    play(world, first)
    play(world, second)


@pytest.mark.parametrize("keys", [("down", "up"), ("j", "k")])
def test_arrows_choose_figures_as_the_letters_do_and_the_chosen_one_is_in_sight(
    world: DeskWorld, keys: tuple[str, str]
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = await open_summary(app, pilot)
        board, scroll = screen.board, screen.query_one("#summary-scroll")
        start = board.place
        below = neighbour(board.rows, start, 1, 0)
        await pilot.press(keys[0])
        await until(lambda: board.place == below)
        for _step in range(len(board.rows)):
            await pilot.press(keys[0])
        last = max(row for row, _cell in numbers_of(board.rows))
        await until(lambda: board.place[0] == last)
        await until(lambda: scroll.scroll_offset.y <= last < scroll.scroll_offset.y + scroll.size.height)
        for _step in range(len(board.rows)):
            await pilot.press(keys[1])
        await until(lambda: board.place[0] == start[0] and scroll.scroll_offset.y == 0)

    play(world, scene, size=(80, 24))
