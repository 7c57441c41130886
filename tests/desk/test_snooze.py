"""`w`: aside until a time, out of "Perlu saya", shown with its mark, awake by `w` or by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from qlue_desk.casework import snoozing
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.snooze import SnoozeDialog
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.domain.complaint import Entry, Status
from qlue_desk.store import complaints
from tests.desk.scene import screen_text
from tests.desk.test_acting import current, play, queue, said, sent, title
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    made.add_many([Status.ACKNOWLEDGED] * 3)
    yield made
    made.close()


def text(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


async def ask(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("w")
    await until(lambda: isinstance(app.screen, SnoozeDialog) and app.screen.query("#moments"))


def test_typed_until_a_time_it_leaves_the_list_and_w_wakes_it(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await ask(app, pilot)
        await pilot.press("tab", *"nanti", "enter")
        await until(lambda: "“nanti” bukan waktu" in text(app))
        for _ in "nanti":
            await pilot.press("backspace")
        await pilot.press(*"besok 9")
        await until(lambda: "→ 25 Nov 09.00" in text(app))
        await pilot.press("enter")
        await until(
            lambda: said(app) == "BGR-26-000001 ditunda sampai 25 Nov 09.00; w mengubah atau membangunkan."
        )
        await until(lambda: "· 2" in title(app) and "☾" in text(app))
        await until(lambda: "Anda tunda sampai 25 Nov 09.00" in " ".join(text(app).split()))
        await until(lambda: app.screen._view_counts[0] == 2)  # type: ignore[attr-defined]
        assert current(app) == "BGR-26-000001"  # the place is kept until the cursor leaves
        await ask(app, pilot)
        await until(lambda: "Sekarang ditunda sampai 25 Nov 09.00." in text(app))
        assert "0 Bangunkan sekarang" in text(app)
        await pilot.press("enter")
        await until(lambda: said(app) == "Tunda dilepas: BGR-26-000001.")
        await until(lambda: "· 3" in title(app) and "☾" not in text(app))

    play(world, scene)


def test_a_time_typed_behind_w_on_what_is_aside_is_a_time_and_no_command(world: DeskWorld) -> None:
    snoozing.snooze(world.workplace, ["1"], NOW + dt.timedelta(days=1), wake_hours=2, now=NOW)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.screen.show_own_query("sort:number")  # type: ignore[attr-defined]
        await until(lambda: queue(app).count == 3 and current(app) == "BGR-26-000001")
        await pilot.press("w", *"3 jam", "enter")
        await until(lambda: said(app).startswith("BGR-26-000001 ditunda sampai 24 Nov 12.12;"))
        assert sent(world) == []
        await ask(app, pilot)
        await until(lambda: "Sekarang ditunda sampai 24 Nov 12.12." in text(app))
        await pilot.press("escape")
        await until(lambda: len(app.screen_stack) == 2)
        await pilot.press("w", "0", "enter")
        await until(lambda: said(app) == "Tunda dilepas: BGR-26-000001.")

    play(world, scene)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("besok 9", "→ 25 Nov 09.00"),
        ("jumat", "→ 27 Nov 07.30"),
        ("kamis 13", "→ 26 Nov 13.00"),
        ("9", "→ 25 Nov 09.00"),
        ("3 jam", "→ 24 Nov 12.12"),
        ("1", "→ 24 Nov 10.12"),
    ],
)
def test_what_is_typed_goes_into_the_line_and_nothing_acts_before_enter(
    world: DeskWorld, typed: str, meant: str
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await ask(app, pilot)
        await pilot.press(*typed)
        await until(lambda: app.screen.query_one("#typed", Input).value == typed)
        assert meant in text(app)

    play(world, scene)


def test_an_unreadable_or_past_time_takes_no_choice(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await ask(app, pilot)
        await until(lambda: "atau ketik: 3 jam, besok 9, senin, sore, 12 Des, 30/11 13.30" in text(app))
        await pilot.press(*"kemarin", "enter")
        await until(lambda: "“kemarin” bukan waktu" in text(app))
        for _ in "kemarin":
            await pilot.press("backspace")
        await pilot.press(*"23/11", "enter")
        await until(lambda: "23/11 sudah lewat; untuk yang berikutnya tulis juga tahunnya." in text(app))
        assert app.screen.query_one("#typed", Input).value == "23/11"

    play(world, scene)


def test_marked_ones_by_digit(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("space", "space")
        await ask(app, pilot)
        await pilot.press("1", "enter")
        await until(
            lambda: said(app) == "2 laporan ditunda sampai 24 Nov 10.12; w mengubah atau membangunkan."
        )
        await until(lambda: queue(app).count == 1 and not queue(app).marks)

    play(world, scene)


def test_what_comes_back_by_itself_is_said_once(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    tick = DeskScreen._tick
    monkeypatch.setattr(DeskScreen, "_tick", lambda _screen: None)  # the commit tells it, not the clock
    tomorrow = NOW + dt.timedelta(days=1)
    snoozing.snooze(world.workplace, ["2"], tomorrow, wake_hours=2, now=NOW)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert queue(app).count == 2
        complaint = world.get("2")
        entry = Entry("e_new", complaint.id, "note", NOW, NOW, "u_dewi", "Dewi", text="pelapor menelepon")

        def news() -> None:
            complaints.put_entries([entry])
            complaints.put_view(complaint)

        world.store.writing(news)
        await until(lambda: said(app) == "BGR-26-000002 kembali dari tunda: ada yang baru.")
        await until(lambda: queue(app).count == 3)
        app.screen.query_one("KeyBar").hush()  # type: ignore[attr-defined]
        tick(app.screen)  # type: ignore[arg-type]
        await pilot.pause(0.3)
        assert said(app) == ""

    play(world, scene)


def test_the_clock_brings_it_back_while_the_desk_is_open(world: DeskWorld) -> None:
    snoozing.snooze(world.workplace, ["2"], NOW + dt.timedelta(hours=1), wake_hours=2, now=NOW)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert queue(app).count == 2
        app.backend.now = lambda: NOW + dt.timedelta(hours=1)  # type: ignore[union-attr, method-assign]
        app.screen._tick()  # type: ignore[attr-defined]
        await until(lambda: said(app) == "BGR-26-000002 kembali dari tunda: waktunya tiba.")
        await until(lambda: queue(app).count == 3)

    play(world, scene)
