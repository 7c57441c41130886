"""Acts on many reports at once: asked about, told truly, taken back for longer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from qlue_desk.casework.acting import act, offers_together
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ChooseDialog, ConfirmDialog, TextDialog
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.many import PreviewDialog, ResultDialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.settings import Settings, Ui
from qlue_desk.store import outbox, sending
from qlue_desk.store import queue as rows
from tests.desk.scene import fill_for_verifier, screen_text
from tests.desk.test_acting import agree, dialog, play, queue, said, sent
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    """Three reports to receive and two that are received already."""
    made = DeskWorld.make(tmp_path)
    made.add_many([Status.DISPATCHED] * 3 + [Status.ACKNOWLEDGED] * 2)
    yield made
    made.close()


def texts(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


async def mark_all(app: QlueDesk, pilot: Pilot[int], rows: int = 5) -> None:
    """Every open report of the dinas, marked."""
    app.open_query("")
    await until(lambda: queue(app).count == rows)
    await pilot.press("V")
    await until(lambda: len(queue(app).marks) == rows)


def test_a_bulk_with_refused_ones_tells_each_and_keeps_only_those_marked(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await mark_all(app, pilot)
        await dialog(app, pilot)
        await until(lambda: "3 dari 5" in texts(app))
        await pilot.press("t", "enter")
        await agree(app, pilot, "Terima untuk 3 dari 5 laporan?")
        await until(lambda: isinstance(app.screen, ResultDialog))
        assert app.screen.title_text == "Terima: 3 tersimpan, 2 dilewati"  # type: ignore[attr-defined]
        assert not any(isinstance(screen, FollowUpDialog) for screen in app.screen_stack)
        await pilot.press("escape")
        await until(lambda: len(app.screen_stack) == 2)
        assert len(sent(world)) == 3
        refused = {world.store.reading(rows.row_of, world.get(f"BGR-26-{n:06d}").id) for n in (4, 5)}
        await until(lambda: queue(app).marks == refused)

    play(world, scene)


def test_what_was_done_is_taken_back_while_its_result_is_read(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await mark_all(app, pilot)
        await dialog(app, pilot)
        await until(lambda: "3 dari 5" in texts(app))
        await pilot.press("t", "enter")
        await agree(app, pilot, "Terima untuk 3 dari 5 laporan?")
        await until(lambda: isinstance(app.screen, ResultDialog))
        assert len(sent(world)) == 3
        await pilot.press("u")
        await until(
            lambda: len(app.screen_stack) == 2 and "Dibatalkan: Terima untuk 3 laporan." in texts(app)
        )
        assert len(sent(world)) == 0

    play(world, scene)


def test_moves_over_several_are_possible_where_one_can_take_them(world: DeskWorld) -> None:
    chosen = [world.get(f"BGR-26-{n:06d}") for n in (4, 1, 2, 3, 5)]
    together = world.store.reading(offers_together, world.workplace, chosen, NOW)
    legal = {offer.edge.verb for offer in together.offers if offer.refusal is None}
    assert {Verb.ACKNOWLEDGE, Verb.START} <= legal
    assert Verb.REOPEN not in legal
    assert (together.counts[Verb.ACKNOWLEDGE], together.counts[Verb.START]) == (3, 2)
    assert (together.counts[Verb.NOTE], together.looked_at) == (5, 5)


def test_escape_and_every_other_key_wait_while_it_is_recorded(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        gate = asyncio.Event()
        real = app.backend.write  # type: ignore[union-attr]

        async def slowly(*args, **named):  # type: ignore[no-untyped-def]
            await gate.wait()
            return await real(*args, **named)

        app.backend.write = slowly  # type: ignore[union-attr, method-assign]
        await mark_all(app, pilot)
        await dialog(app, pilot, "t", "enter")
        await agree(app, pilot, "Terima untuk 3 dari 5 laporan?")
        await until(lambda: "mencatat 5…" in str(app.screen.query_one("#keys", Static).content))
        asking = app.screen
        await pilot.press("escape", "escape", "enter", "ctrl+n", "x", "q")
        assert app.screen is asking
        gate.set()
        await until(lambda: isinstance(app.screen, ResultDialog))
        await pilot.press("escape")
        await until(lambda: len(app.screen_stack) == 2)
        assert len(sent(world)) == 3

    play(world, scene)


def test_a_dialog_answers_once_and_never_takes_another_screen_away(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        answers: list[str | None] = []
        below, above = ChooseDialog("satu", []), TextDialog("dua", "")  # type: ignore[arg-type]
        await app.push_screen(below, answers.append)
        await app.push_screen(above)
        below.dismiss("a")
        below.dismiss("b")
        await pilot.pause()
        assert app.screen is above
        above.dismiss(None)
        await until(lambda: len(app.screen_stack) == 2)
        below.dismiss("c")
        await pilot.pause()
        assert (answers, len(app.screen_stack)) == (["a"], 2)

    play(world, scene)


@pytest.mark.parametrize("keys", [("t",), ("c", "x"), ("p", "j"), ("a",), (".",)])
def test_every_act_on_many_is_asked_about_and_no_keeps_everything(
    world: DeskWorld, keys: tuple[str, ...]
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        if keys == (".",):
            await dialog(app, pilot, "enter")
            await until(lambda: len(sent(world)) == 1 and len(app.screen_stack) == 2)
        before = len(sent(world))
        await mark_all(app, pilot)
        await pilot.press(keys[0])
        if keys[0] in "tcp":
            await until(lambda: len(app.screen_stack) == 3 and app.screen.query("#keys"))
            await pilot.pause(0.05)
            await pilot.press(*keys[1:], "enter")
        await until(lambda: isinstance(app.screen, ConfirmDialog))
        assert "5 laporan?" in app.screen.question  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, ConfirmDialog))
        await pilot.pause(0.05)
        assert (len(sent(world)), len(queue(app).marks)) == (before, 5)
        if keys[0] in "tc":  # what was typed is still there, and can be recorded after all
            assert isinstance(app.screen, (FollowUpDialog, NoteDialog))
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, ConfirmDialog))
            await pilot.press("enter")
            await until(lambda: len(sent(world)) > before)

    play(world, scene)


def test_few_are_not_asked_about(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await mark_all(app, pilot)
        await pilot.press("a")
        await until(lambda: len(sent(world)) == 5)
        await until(lambda: said(app) == "Ambil: 5 laporan → Rina. u batalkan (5 dtk)")

    play(world, scene, settings=Settings(ui=Ui(confirm_bulk=6)))


def test_undo_of_a_bulk_that_has_left_names_move_and_count(world: DeskWorld) -> None:
    act(world.workplace, ["BGR-26-000004"], "note", Fields(note="sudah dilihat"), now=NOW)
    outcomes = act(world.workplace, [f"BGR-26-{n:06d}" for n in (1, 2, 3)], "acknowledge", now=NOW)
    world.store.writing(sending.mark_sent, [item.action.id for item in world.store.reading(outbox.waiting)])
    assert len(outcomes) == 3

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("u")
        await until(
            lambda: said(app) == "Tidak ada lagi yang bisa dibatalkan: Terima untuk 3 laporan sudah terkirim."
        )

    play(world, scene)


def test_accepting_where_there_is_no_suggestion_says_so(tmp_path: Path) -> None:
    made = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_dewi")
    fill_for_verifier(made)
    made.add(status=Status.NEW, category=None, kelurahan=None, suggestion=None)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("A")
        await until(lambda: isinstance(app.screen, FollowUpDialog))
        await until(lambda: "Laporan ini tidak membawa usulan" in texts(app))

    play(made, scene)
    made.close()


def test_a_careless_enter_releases_nothing(world: DeskWorld) -> None:
    act(world.workplace, [f"BGR-26-{n:06d}" for n in range(1, 6)], "take", now=NOW)
    before = len(sent(world))

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("a")
        await until(lambda: isinstance(app.screen, ChooseDialog) and app.screen.query(OptionList))
        assert [choice.label for choice in app.screen.choices][-1] == "Lepas"  # type: ignore[attr-defined]
        await pilot.pause(0.05)
        await pilot.press("enter", "enter")
        await pilot.pause(0.05)
        assert isinstance(app.screen, ChooseDialog)
        assert len(sent(world)) == before
        await pilot.press("1")
        await until(lambda: said(app).startswith("Serahkan: BGR-26-"))

    play(world, scene)


def test_all_that_is_left_out_is_read_with_shift_g_and_nothing_left_out_is_no_error(world: DeskWorld) -> None:
    reasons = [(f"Alasan {n}: " + "panjang sekali, " * 20, 1) for n in range(8)]

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        dialog = PreviewDialog("Banyak sekaligus", "Terima untuk 1 dari 9 laporan?", reasons, possible=True)
        await app.push_screen(dialog)
        await until(lambda: "Alasan 0" in texts(app))
        assert "Alasan 7" not in texts(app)
        await pilot.press("G")
        await until(lambda: "Alasan 7" in texts(app) and "Alasan 0" not in texts(app))
        await pilot.press("g")
        await until(lambda: "Alasan 0" in texts(app))
        await pilot.press("escape")
        await app.push_screen(PreviewDialog("Banyak sekaligus", "Terima?", [], possible=True))
        await pilot.press("G", "j")
        await until(lambda: "Terima?" in texts(app))

    play(world, scene)
