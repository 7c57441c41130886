"""Acts on very many reports: in parts, with a bar that esc stops; taken back in the outbox, after a restart too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qlue_desk.casework.acting import act
from qlue_desk.casework.undoing import newest, of_action, undo
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ConfirmDialog
from qlue_desk.desk.dialogs.many import PreviewDialog, ProgressDialog
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.queue import many
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields, Refusal
from qlue_desk.store import outbox, sending
from tests.desk.scene import screen_text
from tests.desk.test_acting import play, queue, said, sent
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

REPORTS = 12


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    made.add_many([Status.DISPATCHED] * REPORTS)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "PART", 4)


async def take_all(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("V")
    await until(lambda: len(queue(app).marks) == REPORTS)
    await pilot.press("a")
    await until(lambda: isinstance(app.screen, PreviewDialog) and app.screen.query("#question"))
    assert app.screen.question == f"Ambil untuk {REPORTS} laporan?"  # type: ignore[attr-defined]
    await pilot.press("enter")


def test_esc_stops_between_parts_and_what_is_done_stays_done(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        gate, real = asyncio.Event(), app.backend.write  # type: ignore[union-attr]

        async def slowly(*args, **named):  # type: ignore[no-untyped-def]
            if sent(world):
                await gate.wait()
            return await real(*args, **named)

        app.backend.write = slowly  # type: ignore[union-attr, method-assign]
        await take_all(app, pilot)
        await until(
            lambda: isinstance(app.screen, ProgressDialog) and "4 dari 12" in "\n".join(screen_text(app))
        )
        await pilot.press("escape")
        gate.set()
        await until(lambda: len(app.screen_stack) == 2)
        assert len(sent(world)) == 8
        await until(lambda: said(app).startswith("Ambil dihentikan: 8 tersimpan, 4 belum disentuh."))
        await pilot.press("u")  # both parts are one stroke
        await until(lambda: said(app) == "Dibatalkan: Ambil untuk 8 laporan.")
        assert sent(world) == []

    play(world, scene)


def test_all_parts_are_recorded_and_one_u_takes_them_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await take_all(app, pilot)
        await until(lambda: len(sent(world)) == REPORTS and len(app.screen_stack) == 2)
        await until(lambda: said(app).startswith("Ambil: 12 laporan."))
        await pilot.press("u")
        await until(lambda: said(app) == "Dibatalkan: Ambil untuk 12 laporan.")
        assert sent(world) == []
        await until(lambda: len(queue(app).marks) == REPORTS)

    play(world, scene)


def in_bulk(world: DeskWorld, *refs: str, text: str = "bersama") -> list[str]:
    found = act(world.workplace, refs, "note", Fields(note=text), now=NOW)
    return [outcome.action_id for outcome in found]


def test_a_stroke_is_taken_back_after_a_restart_and_what_left_stays(world: DeskWorld) -> None:
    first = in_bulk(world, "1", "2", "3")
    in_bulk(world, "4", text="sendiri")
    world.store.writing(sending.mark_sent, first[:1])
    home = world.workplace.home
    world.close()
    again = Workplace.open(home)
    assert [outcome.number[-1] for outcome in undo(again)] == ["4"]  # the newest first
    found = newest(again)
    assert found is not None
    assert (found.reports, found.left) == (2, 1)
    assert [outcome.number[-1] for outcome in undo(again)] == ["3", "2"]
    assert undo(again) == []
    assert [item.number[-1] for item in again.store.reading(outbox.waiting)] == ["1"]
    again.close()


def test_what_cannot_be_taken_back_says_why(world: DeskWorld) -> None:
    [first] = in_bulk(world, "1")
    [second] = in_bulk(world, "1", text="sesudahnya")

    def why(action_id: str, user: str = "u_rina") -> str:
        found = of_action(world.signed_in_as(user), action_id)
        return found.sentence() if isinstance(found, Refusal) else ""

    assert why(first) == "Ada tindakan sesudahnya pada laporan ini; batalkan yang itu dulu."
    assert why(second) == ""
    assert why(second, "u_asep") == "Ini tindakan Rina; hanya Rina bisa membatalkannya."
    world.store.writing(sending.mark_sent, [first, second])
    assert why(second) == "Sudah terkirim ke pusat, jadi tidak bisa dibatalkan lagi."


def test_the_outbox_takes_back_the_line_under_the_cursor(world: DeskWorld) -> None:
    gone, *_ = in_bulk(world, "1")
    in_bulk(world, "2", text="satu")
    in_bulk(world, "3", "4", text="bersama")
    world.store.writing(sending.mark_sent, [gone])

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("O")
        await until(lambda: isinstance(app.screen, OutboxScreen) and len(app.screen.items) == 4)
        bar = app.screen.query_one(KeyBar)
        await pilot.press("g", "u")
        await until(lambda: bar.sentence == "Sudah terkirim ke pusat, jadi tidak bisa dibatalkan lagi.")
        assert any("sudah berangkat" in line for line in screen_text(app))
        await pilot.press("j")
        await until(lambda: ("u", "batalkan") in bar.shown)
        await pilot.press("u")
        await until(lambda: bar.sentence == "Dibatalkan: Catatan BGR-26-000002.")
        await until(lambda: len(app.screen.items) == 3)  # type: ignore[attr-defined]
        await pilot.press("G", "u")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.query("#question"))
        assert app.screen.question == (  # type: ignore[attr-defined]
            "Batalkan Catatan untuk 2 laporan, semua yang belum terkirim?"
        )
        await pilot.press("enter")
        await until(lambda: sent(world) == [("note", "BGR-26-000001")])

    play(world, scene)


def test_esc_says_how_many_marks_it_took_off(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("space", "space")
        await until(lambda: len(queue(app).marks) == 2)
        await pilot.press("escape")
        await until(lambda: said(app) == "2 tanda dilepas." and not queue(app).marks)

    play(world, scene)
