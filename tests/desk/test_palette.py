"""The palette: actions, moves, views and reports by number, typed however people type them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.palette import Command, PaletteDialog, matching
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.store import complaints
from tests.desk.scene import fill, screen_text
from tests.desk.test_places import desk_screen, play
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def _palette(app: QlueDesk) -> PaletteDialog:
    assert isinstance(app.screen, PaletteDialog)
    return app.screen


@pytest.mark.parametrize("written", ["4", "004", "26-000004", "bgr-26-4", "BGR-26-000004"])
def test_a_number_in_the_palette_opens_its_report(world: DeskWorld, written: str) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await until(lambda: isinstance(app.screen, PaletteDialog))
        app.screen.query_one(Input).value = written
        wanted = Command("number:BGR-26-000004", "Buka laporan BGR-26-000004", world.get("4").title)
        await until(lambda: wanted in _palette(app).shown)
        await pilot.press(*["down"] * _palette(app).shown.index(wanted), "enter")
        await until(
            lambda: (
                isinstance(app.screen, DeskScreen)
                and (case := desk_screen(app).detail.case) is not None
                and case.complaint.number == "BGR-26-000004"
            )
        )

    play(world, scene)


def test_a_short_number_is_the_report_of_that_number_before_longer_ones(world: DeskWorld) -> None:
    world.add_many([Status.DISPATCHED] * 182)
    found = world.store.reading(complaints.numbered, "82")
    assert [each.number for each in found] == ["BGR-26-000082", "BGR-26-000182"]
    assert world.get("82").number == "BGR-26-000082"


def test_the_palette_says_when_nothing_fits(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await until(lambda: isinstance(app.screen, PaletteDialog))
        for nonsense, words in (
            ("bgr-26-999999", "Laporan BGR-26-999999 tidak ada di meja ini."),
            ("qqqq", "Tidak ada perintah atau laporan yang cocok."),
        ):
            app.screen.query_one(Input).value = nonsense
            await until(lambda: not _palette(app).shown)
            await until(lambda words=words: any(words in line for line in screen_text(app)))  # type: ignore[misc]
            await pilot.press("enter")
            assert isinstance(app.screen, PaletteDialog)

    play(world, scene)


def test_a_move_chosen_in_the_palette_opens_the_follow_up_at_it(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        desk_screen(app).show_own_query("status:in_progress")
        await until(lambda: len(desk_screen(app).queue.numbers) == 3)
        await until(lambda: desk_screen(app).current_cells is not None)
        await pilot.press("colon")
        await until(lambda: isinstance(app.screen, PaletteDialog))
        moves = [c.key for c in _palette(app).commands if c.key.startswith("move:")]
        assert "move:propose" in moves
        assert "move:acknowledge" not in moves
        await pilot.press(*"jadwal", "enter")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        form = app.screen.query_one("MoveForm")
        assert form.edge.verb is Verb.SCHEDULE  # type: ignore[attr-defined]

    play(world, scene)


def test_no_label_of_the_palette_is_cut(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await until(lambda: isinstance(app.screen, PaletteDialog))
        for command in list(_palette(app).commands):
            app.screen.query_one(Input).value = command.label.rstrip("…")
            await until(lambda: any(command.label in line for line in screen_text(app)))  # noqa: B023

    play(world, scene, size=(80, 24))


def test_the_palette_finds_beginnings_then_parts_then_slips() -> None:
    commands = [
        Command("action:a", "ringkasan", "untuk pengawas"),
        Command("action:b", "turun", "Baris berikut"),
        Command("move:schedule", "Jadwalkan…", "tindak lanjut BGR-26-000001", also="schedule"),
    ]

    def found(typed: str) -> list[str]:
        return [command.key for command in matching(commands, typed)]

    assert found("ri") == ["action:a", "action:b"]
    assert found("ber") == ["action:b"]
    assert found("ikut") == ["action:b"]
    assert found("rks") == ["action:a"]
    assert found("ringaksan") == ["action:a"]
    assert found("schedule") == ["move:schedule"]
    assert found("") == ["action:a", "action:b", "move:schedule"]
    assert found("zzz") == []
