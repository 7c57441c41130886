"""Outbox, summary, palette, saved views, drafts: each through the keys that people press."""

from __future__ import annotations

import asyncio
import datetime as dt
from array import array
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from qlue_desk.casework.acting import act
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.desk_app import DemoInfo
from qlue_desk.desk.detail.pane import DetailPane
from qlue_desk.desk.dialogs.base import ChooseDialog, ConfirmDialog
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.form import MoveForm
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.dialogs.operator import OperatorDialog
from qlue_desk.desk.dialogs.palette import PaletteDialog
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.queue.sidebar import SideBar
from qlue_desk.desk.summary.screen import NumberBoard, SummaryScreen
from qlue_desk.desk.widgets.fields import NoteArea
from qlue_desk.desk.widgets.header_line import HeaderLine
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import ActionResult, Current, PushReply, Verdict
from qlue_desk.settings import Settings, read
from qlue_desk.store import complaints, drafts, journal, leaving, left_sealed, outbox, sending
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Change
from tests.desk.scene import desk, fill, fill_for_verifier, screen_text, settled
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]
REASON = "Laporan sudah dipindah ke Dishub oleh Dewi."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def play(world: DeskWorld, scene: Play, size: tuple[int, int] = (120, 36), **options: Any) -> None:
    async def run() -> None:
        async with desk(world, size=size, **options) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


def refuse(world: DeskWorld, verb: str, code: str = "out_of_scope") -> None:
    """Central refuses the waiting action of this verb."""

    def settle() -> None:
        [item] = [item for item in outbox.waiting() if item.action.verb == verb]
        current = Current(status="dispatched", dinas="dishub", version=9)
        result = ActionResult(item.action.id, Verdict.REJECTED, code=code, detail=REASON, current=current)
        journal.settle((item.action,), PushReply("e1", 0, (result,)), ("e1", 0))

    world.store.write(settle).result()


def desk_screen(app: QlueDesk) -> DeskScreen:
    assert isinstance(app.screen, DeskScreen)
    return app.screen


def text_of(app: QlueDesk) -> str:
    """Everything on screen."""
    return "\n".join(screen_text(app))


def waiting(world: DeskWorld) -> list[str]:
    return [item.action.verb for item in world.store.reading(outbox.waiting)]


# --- outbox and tray -----------------------------------------------------------------------------


@pytest.fixture
def refused_world(world: DeskWorld) -> DeskWorld:
    act(world.workplace, ["4"], Verb.START, Fields(note="Kabel terbuka."), now=NOW)
    act(world.workplace, ["1"], Verb.ACKNOWLEDGE, now=NOW)
    refuse(world, "start")
    return world


async def open_tray(app: QlueDesk, pilot: Pilot[int]) -> OutboxScreen:
    await pilot.press("O")
    await until(lambda: isinstance(app.screen, OutboxScreen) and len(app.screen.items) == 2)
    assert isinstance(app.screen, OutboxScreen)
    return app.screen


def test_the_tray_shows_reason_both_states_and_the_persons_words(refused_world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_tray(app, pilot)
        await until(lambda: "Ditolak pusat · 1" in text_of(app))
        shown = text_of(app)
        for words in (f"Alasan: {REASON}", "Diterima, DPUPR", "Disposisi, Dishub", "“Kabel terbuka.”"):
            assert words in shown
        assert "Menunggu kirim · 1" in shown

    play(refused_world, scene, size=(80, 24))


def test_the_outbox_says_who_reads_each_waiting_text(world: DeskWorld) -> None:
    act(world.workplace, ["1"], Verb.ACKNOWLEDGE, Fields(note="Tim datang besok."), now=NOW)
    act(world.workplace, ["2"], Verb.RETURN, Fields(note="Jalan provinsi."), now=NOW)
    act(world.workplace, ["4"], Verb.NOTE, Fields(note="Sudah ditelepon."), now=NOW)
    act(world.workplace, ["4"], Verb.NOTE, Fields(note="Terima kasih.", public=True), now=NOW)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("O")
        await until(lambda: isinstance(app.screen, OutboxScreen) and len(app.screen.items) == 4)
        await until(lambda: "“Terima kasih.”" in text_of(app))
        for words in (
            "pelapor membaca: “Tim datang besok.”",
            "alasan, intern: “Jalan provinsi.”",
            "intern: “Sudah ditelepon.”",
            "pelapor membaca: “Terima kasih.”",
        ):
            assert words in text_of(app)

    play(world, scene, size=(80, 24))


def test_who_presses_enter_unread_gives_a_refused_report_to_nobody(refused_world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_tray(app, pilot)
        await pilot.press("a")
        await until(lambda: isinstance(app.screen, ChooseDialog))
        await pilot.press("enter")
        assert isinstance(app.screen, ChooseDialog)
        assert waiting(refused_world) == ["acknowledge"]
        await pilot.press("j", "enter")
        await until(lambda: "give" in waiting(refused_world))

    play(refused_world, scene)


def test_what_was_refused_goes_out_as_a_note(refused_world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_tray(app, pilot)
        await pilot.press("n")
        await until(lambda: waiting(refused_world) == ["acknowledge", "note"])
        await until(lambda: refused_world.store.reading(outbox.tray) == [])
        note = refused_world.store.reading(outbox.waiting)[-1]
        assert note.action.fields.note == "Kabel terbuka."

    play(refused_world, scene)


def test_the_outbox_tells_of_photos_and_of_what_was_sent_today(world: DeskWorld, tmp_path: Path) -> None:
    photo = tmp_path / "sesudah.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"x" * 300_000)
    first, second = act(world.workplace, ["1", "2"], Verb.ACKNOWLEDGE, now=NOW)
    results = (ActionResult(first.action_id, Verdict.APPLIED, seq=9),)
    world.store.writing(lambda: journal.settle(sending.to_send()[:1], PushReply("e1", 0, results), ("e1", 0)))
    act(world.workplace, ["3"], Verb.ATTACH, evidence=[photo], now=NOW)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("O")
        await until(lambda: "1 berkas, 292 kB" in text_of(app))
        assert "Diterima pusat hari ini · 1" in text_of(app)

        def half() -> None:
            connection().execute("UPDATE blob SET sent = 150000")
            complaints.put_view(world.get("3"))

        world.store.writing(half)
        await until(lambda: "1 berkas, 292 kB; 146 kB sudah di pusat" in text_of(app))

    play(world, scene)
    assert second.action_id in [line.action.id for line in world.store.reading(outbox.waiting)]


def test_discarding_asks_first(refused_world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_tray(app, pilot)
        await pilot.press("d")
        await until(lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, OutboxScreen))
        assert len(refused_world.store.reading(outbox.tray)) == 1
        await pilot.press("d")
        await until(lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("enter")
        await until(lambda: refused_world.store.reading(outbox.tray) == [])

    play(refused_world, scene)


def test_an_outbox_beside_which_work_lies_sealed_is_not_called_empty(world: DeskWorld) -> None:
    path = left_sealed.path_for(world.workplace.home, "u_1")
    path.write_bytes(b"sealed")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("O")
        await until(lambda: "--even-revoked" in text_of(app))
        assert "Kotak keluar kosong" not in text_of(app)
        path.unlink()
        await pilot.press("escape", "O")
        await until(lambda: "Kotak keluar kosong" in text_of(app))

    play(world, scene)


def test_trying_again_and_opening_the_report(refused_world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_tray(app, pilot)
        await pilot.press("full_stop")
        await until(lambda: waiting(refused_world) == ["acknowledge", "start"])
        await until(lambda: isinstance(app.screen, OutboxScreen) and app.screen.current is not None)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, DeskScreen) and len(desk_screen(app).queue.numbers) == 1)

    play(refused_world, scene)


def test_a_refused_action_whose_report_left_offers_only_what_can_succeed(refused_world: DeskWorld) -> None:
    [item] = refused_world.store.reading(outbox.tray)
    refused_world.store.writing(leaving.forget, item.action.complaint_id, "dishub")
    left = (
        f"Laporan {item.number} tidak ada lagi di meja ini, pindah ke Dishub; salin atau ekspor tulisannya."
    )

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_tray(app, pilot)
        await pilot.press("g")
        await until(lambda: app.screen.current is not None and app.screen.current.gone)  # type: ignore[attr-defined]
        bar = app.screen.query_one(KeyBar)
        assert [key for key, _word in bar.shown] == ["esc", "d", "E", "y", "?", "q"]
        assert "Laporannya tidak ada lagi di meja ini." in text_of(app)
        for key in ("full_stop", "n", "a", "enter"):
            bar.hush()
            await pilot.press(key)
            await until(lambda: bar.sentence == left)
        await pilot.press("y")
        assert app.clipboard == "Kabel terbuka."
        assert isinstance(app.screen, OutboxScreen)

    play(refused_world, scene)
    assert [line.action.id for line in refused_world.store.reading(outbox.tray)] == [item.action.id]


def test_news_before_a_new_querys_first_rows_do_not_bring_the_old_row_along(world: DeskWorld) -> None:
    """A change in the store refreshes the list; the row under the cursor belonged to the query before."""

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        assert screen.queue.current != 1
        screen.show_own_query("number:BGR-26-000001")
        screen.looking.look()
        await until(lambda: screen.queue.current == 1)
        assert list(screen.queue.numbers) == [1]

    play(world, scene)


def test_a_text_whose_report_left_is_shown_copied_and_discarded(world: DeskWorld) -> None:
    left = world.get("1")
    world.store.writing(drafts.save, left.id, "note", "Sudah dicek, tiang miring.", NOW)
    world.store.writing(leaving.forget, left.id, "dlh")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("O")
        await until(lambda: isinstance(app.screen, OutboxScreen) and app.screen.current_text is not None)
        shown = text_of(app)
        for words in ("Tulisan yang tertinggal · 1", left.number, "pindah ke DLH", "tiang miring."):
            assert words in shown
        assert "Catatan" in shown
        await pilot.press("y")
        assert app.clipboard == "Sudah dicek, tiang miring."
        await pilot.press("d")
        await until(lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, OutboxScreen))
        assert len(world.store.reading(drafts.kept)) == 1
        await pilot.press("d")
        await until(lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("enter")
        await until(lambda: world.store.reading(drafts.kept) == [])

    play(world, scene, size=(80, 24))


def test_a_report_that_central_lost_is_recorded_again_by_an_operator(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, as_="u_oki", dinas="diskominfo")
    lost = world.add(status=Status.NEW, title="Jembatan retak")
    act(world.workplace, [lost.id], Verb.NOTE, Fields(note="Retaknya melebar."), now=NOW)
    world.store.writing(leaving.forget, lost.id, "")
    refuse(world, "note", "not_found")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("O")
        await until(lambda: isinstance(app.screen, OutboxScreen) and app.screen.current is not None)
        await until(lambda: "catat lagi" in text_of(app))
        assert "“Retaknya melebar.”" in text_of(app)
        await pilot.press("y")
        assert app.clipboard == "Retaknya melebar."
        await pilot.press("e")
        await until(lambda: isinstance(app.screen, OperatorDialog) and app.screen.query("#text"))
        await pilot.pause(0.05)
        assert app.screen.query_one("#text", NoteArea).text == "Retaknya melebar."
        await pilot.press(
            *"0812345678",
            "tab",
            "tab",
            *"kedung",
            "enter",
            *"jl gki",
            "tab",
            *"jemb",
            "tab",
            *"retak",
            "ctrl+s",
        )
        await until(lambda: world.store.reading(outbox.tray) == [])
        [entered] = world.store.reading(outbox.waiting)
        assert entered.action.report is not None
        assert (entered.action.verb, entered.action.report.text) == ("enter", "Retaknya melebar.")
        assert entered.action.complaint_id != lost.id

    play(world, scene, size=(120, 30))
    world.close()


@pytest.mark.parametrize("keys", ["", "O", "R", "enter"])
def test_help_and_the_way_out_are_always_in_the_bottom_line(world: DeskWorld, keys: str) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        if keys:
            await pilot.press(keys)
        await until(lambda: (line := screen_text(app)[-1]) and "? bantuan" in line and "q keluar" in line)

    play(world, scene, size=(80, 24))


def test_only_what_was_refused_can_be_discarded(world: DeskWorld) -> None:
    act(world.workplace, ["1"], Verb.ACKNOWLEDGE, now=NOW)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("O")
        await until(lambda: isinstance(app.screen, OutboxScreen) and app.screen.current is not None)
        await pilot.press("d")
        bar = app.screen.query_one(KeyBar)
        await until(lambda: bar.sentence == "Ini hanya untuk tindakan yang ditolak pusat.")

    play(world, scene)
    assert waiting(world) == ["acknowledge"]


# --- summary -------------------------------------------------------------------------------------


def test_every_number_opens_its_reports(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("R")
        await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)
        assert isinstance(app.screen, SummaryScreen)
        summary = app.screen.summary
        assert summary is not None
        assert summary.delivered_never_acknowledged.count == 6
        assert "6 sampai di dinas, belum diterima" in text_of(app)
        current = app.screen.board.current
        assert current is not None
        assert current.query == "is:unacknowledged"
        assert [
            cell.query for row in app.screen.board.rows for cell in row if cell.query and not cell.name
        ] == []
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, DeskScreen) and len(desk_screen(app).queue.numbers) == 6)

    play(world, scene)


def test_the_reports_of_a_number_have_its_words_as_title(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("R")
        await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)
        board = app.screen.query_one(NumberBoard)
        found = [(y, x) for y, row in enumerate(board.rows) for x, cell in enumerate(row) if cell.name]
        board.place = next(p for p in found if board.rows[p[0]][p[1]].name == "Disposisi, 1–3 hari")
        count = int(board.current.text) if board.current else 0
        assert count > 0
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, DeskScreen))
        title = desk_screen(app).query_one("#queue-pane")
        await until(lambda: str(title.border_title) == f"Ringkasan: Disposisi, 1–3 hari · {count}")
        await pilot.press("slash", *"jembatan", "enter")
        await until(lambda: str(title.border_title).startswith("Cari: jembatan"))

    play(world, scene)


# --- moving about --------------------------------------------------------------------------------


def test_esc_from_a_report_asked_for_by_its_number_keeps_it_under_the_cursor(world: DeskWorld) -> None:
    """The next key would be meant for it, and hit the one where the cursor stood before."""

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        third = screen.queue.numbers[2]
        [report] = await screen.backend.rows([third])
        app.open_report(report.number)
        await until(lambda: list(screen.queue.numbers) == [third] and screen.queue.current == third)
        await pilot.press("escape")
        await until(lambda: len(screen.queue.numbers) > 2)
        assert (screen.view, screen.queue.current) == (0, third)

    play(world, scene)


def test_tab_reaches_the_saved_views_on_a_narrow_screen(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        side = app.screen.query_one(SideBar)
        assert not side.display
        await pilot.press("tab")
        await until(lambda: side.display and side.has_focus)
        await pilot.press("j", "j", "enter")
        await until(lambda: desk_screen(app).view == 1 and len(desk_screen(app).queue.numbers) == 6)
        assert not side.display
        assert desk_screen(app).queue.has_focus

    play(world, scene, size=(80, 24))


def test_views_behind_the_ninth_are_listed_scrolled_to_and_found_in_the_palette(world: DeskWorld) -> None:
    own = {f"Kawasan {number}": "status:coordinating" for number in range(1, 15)}

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        side = app.screen.query_one(SideBar)
        await pilot.press("tab")
        await until(lambda: side.display and side.has_focus)
        lines = side.plain.splitlines()
        assert [line[1] for line in lines[:11]] == [*"123456789", " ", " "]
        await until(lambda: any("Perlu saya" in row for row in screen_text(app)))
        assert not any("Kawasan 14" in row for row in screen_text(app))
        await pilot.press("colon")
        await until(lambda: isinstance(app.screen, PaletteDialog))
        await pilot.press(*"kawasan 14", "enter")
        await until(lambda: desk_screen(app).view == 22 and len(desk_screen(app).queue.numbers) == 3)
        await pilot.press("tab")
        await until(lambda: any("▌  Kawasan 14" in row for row in screen_text(app)))

    play(world, scene, size=(80, 24), settings=Settings(views=own))


def test_enter_and_escape_change_panes_on_a_narrow_screen(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        detail = app.screen.query_one(DetailPane)
        assert not detail.display
        await pilot.press("enter")
        await until(lambda: detail.display and detail.has_focus and detail.case is not None)
        assert not screen.query_one("#queue-pane").display
        await pilot.press("escape")
        await until(lambda: screen.queue.has_focus and not detail.display)

    play(world, scene, size=(80, 24))


def test_a_window_that_grows_shows_the_report_beside_the_list_at_once(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        asked: list[bool] = []
        show = desk_screen(app).reading.show

        async def counted(rest: float = 0.0) -> None:
            asked.append(desk_screen(app).is_wide)
            await show(rest)

        desk_screen(app).reading.show = counted  # type: ignore[method-assign]
        desk_screen(app).lay_out(160)
        await until(lambda: asked and all(asked), 5.0)

    play(world, scene, size=(80, 24))


def test_the_preview_can_be_put_away(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        detail = app.screen.query_one(DetailPane)
        assert detail.display
        await pilot.press("z")
        await until(lambda: not detail.display)
        await pilot.press("z")
        await until(lambda: detail.display)

    play(world, scene)


def test_a_saved_query_becomes_the_last_view_and_the_first_stays_the_start(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        names = [name for name, _query in screen.views]
        screen.show_own_query("status:coordinating")
        await until(lambda: len(screen.queue.numbers) == 3)
        await pilot.press("S")
        await until(lambda: app.screen is not screen)
        await pilot.press("A", "b", "enter")
        await until(lambda: app.screen is screen and screen.view == 9)
        assert [name for name, _query in screen.views] == [*names, "Ab"]
        bar = screen.query_one(KeyBar)
        assert (
            bar.sentence
            == "“Ab” tersimpan, paling bawah di daftar tampilan. Untuk memberinya angka: tekan : lalu “Atur tampilan”."
        )

    play(world, scene)

    async def again(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        assert (screen.view, screen.views[0][0]) == (0, "Perlu saya")
        assert screen.views[9] == ("Ab", "status:koordinasi")

    play(world, again, settings=read(world.workplace.home / "config.toml"))


def _at(app: QlueDesk) -> tuple[int, str]:
    """The view and the number under the cursor."""
    cells = desk_screen(app).current_cells
    return desk_screen(app).view, cells.number if cells is not None else ""


async def _stand_in_second_view(app: QlueDesk, pilot: Pilot[int]) -> tuple[int, str]:
    await pilot.press("2")
    await until(lambda: len(desk_screen(app).queue.numbers) == 6)
    await pilot.press("j", "j", "j")
    await until(lambda: desk_screen(app).current_cells is not None)
    return _at(app)


@pytest.mark.parametrize(
    "there",
    [
        ("slash", *"jembatan", "escape"),
        ("slash", *"jembatan", "enter", "escape"),
    ],
    ids=["query left", "query kept"],
)
def test_escape_goes_back_to_the_view_and_the_row_before(world: DeskWorld, there: tuple[str, ...]) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        before = await _stand_in_second_view(app, pilot)
        assert before[0] == 1
        *keys, last = there
        for key in keys:
            await pilot.press(key)
        await until(lambda: isinstance(app.screen, DeskScreen) and desk_screen(app).view < 0)
        await settled(app)
        await pilot.press(last)
        await until(lambda: _at(app) == before)

    play(world, scene)


def test_escape_goes_back_to_the_number_whose_reports_were_shown_and_from_there_to_the_row(
    world: DeskWorld,
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        before = await _stand_in_second_view(app, pilot)
        await pilot.press("R")
        await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)
        await pilot.press(*"jjjj")
        assert isinstance(app.screen, SummaryScreen)
        chosen = app.screen.board.current
        assert chosen is not None
        assert chosen.name.startswith("Diterima, ")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, DeskScreen) and desk_screen(app).view < 0)
        await settled(app)
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)
        assert isinstance(app.screen, SummaryScreen)
        assert app.screen.board.current == chosen
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, DeskScreen) and _at(app) == before)

    play(world, scene)


def test_enter_goes_into_the_preview_visibly_and_escape_comes_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        cells = screen.current_cells
        assert cells is not None
        await pilot.press("enter")
        await until(lambda: screen.focused is screen.detail)
        await until(lambda: any("┏" in line and cells.number in line for line in screen_text(app)))
        await until(lambda: "esc ke daftar   j k gulir" in screen_text(app)[-1])
        row = screen.queue.cursor
        await pilot.press("j", "j")
        await until(lambda: screen.detail.scroll_y == 2)
        assert screen.queue.cursor == row
        await pilot.press("escape")
        await until(lambda: screen.focused is screen.queue)
        await until(lambda: not any("┏" in line for line in screen_text(app)))

    play(world, scene, size=(120, 20))


def test_news_while_a_query_is_asked_for_bring_no_row_of_the_view_before(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        await pilot.press("2")
        await until(lambda: len(screen.queue.numbers) == 6)
        screen.show_own_query("status:coordinating")
        screen.looking.look()
        await until(lambda: len(screen.queue.numbers) == 3)
        await settled(app)
        assert screen.queue.guest is None
        assert screen.queue.count == 3

    play(world, scene)


# --- drafts --------------------------------------------------------------------------------------


def test_a_note_is_kept_while_it_is_typed_and_forgotten_once_recorded(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        cells = desk_screen(app).current_cells
        assert cells is not None

        def kept() -> str:
            return world.store.reading(drafts.load, cells.id, "note")

        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        app.screen.query_one(NoteArea).insert("Sudah dicek")
        await until(lambda: kept() == "Sudah dicek")
        await pilot.press("enter")
        await until(lambda: waiting(world) == ["note"])
        await until(lambda: kept() == "")

    play(world, scene)


def test_a_sheet_that_is_left_says_that_the_text_is_kept(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        said = desk_screen(app).query_one(KeyBar)
        for key, kind in (("c", NoteDialog), ("t", FollowUpDialog)):
            await pilot.press(key)
            await until(lambda kind=kind: isinstance(app.screen, kind) and bool(app.screen.query(NoteArea)))
            assert "tulisan disimpan" in " ".join(text_of(app).replace("│", " ").split())
            app.screen.query_one(NoteArea).insert("besok")
            await pilot.press("escape")
            kept = f"Tulisan Anda disimpan sebagai konsep; {key} membukanya lagi."
            await until(lambda kept=kept: said.sentence == kept)

    play(world, scene)


def test_a_draft_comes_back_for_those_who_were_to_read_it(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        said = desk_screen(app).query_one(KeyBar)
        cells = desk_screen(app).current_cells
        assert cells is not None
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        app.screen.query_one(NoteArea).insert("Sudah dicek")
        await pilot.press("ctrl+t", "escape")
        await until(lambda: "konsep" in said.sentence)
        assert world.store.reading(drafts.of_complaint, cells.id) == {"note.public": "Sudah dicek"}
        await pilot.press("c")
        await until(lambda: "PUBLIK: pelapor membaca" in text_of(app) and "Sudah dicek" in text_of(app))
        await pilot.press("ctrl+t")
        await until(lambda: world.store.reading(drafts.of_complaint, cells.id) == {"note": "Sudah dicek"})
        await pilot.press("enter")
        await until(lambda: said.sentence.startswith(f"Catatan intern tersimpan: {cells.number}."))
        assert world.store.reading(drafts.of_complaint, cells.id) == {}

    play(world, scene)


def test_a_begun_text_is_told_at_the_start_and_on_its_report_until_it_is_sent(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        cells = screen.current_cells
        assert cells is not None
        world.store.writing(drafts.save, cells.id, drafts.FOLLOW_UP + "optional", "Sudah", NOW)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog) and app.screen.query(NoteArea))
        app.screen.query_one(NoteArea).insert("Sudah dicek")
        await pilot.press("escape")
        await until(lambda: "✎ catatan belum selesai: c melanjutkan" in " ".join(screen.detail.plain.split()))
        assert "✎ tindak lanjut belum selesai: t melanjutkan" in " ".join(screen.detail.plain.split())
        world.store.writing(drafts.save_note, cells.id, "", NOW, public=False)
        await screen.reading.draft_kept(world.get("1").id)
        await until(lambda: "catatan belum selesai" not in screen.detail.plain)

    play(world, scene)

    async def again(app: QlueDesk, pilot: Pilot[int]) -> None:
        said = desk_screen(app).query_one(KeyBar)
        await until(
            lambda: said.sentence == "1 tulisan Anda belum selesai (✎): / lalu ada:konsep menampilkannya."
        )
        await pilot.press("colon", *"konsep", "enter")
        await until(lambda: desk_screen(app).queue.count == 1 and desk_screen(app).current_cells is not None)
        assert "Konsep · 1" in text_of(app)
        await until(lambda: any(line.startswith("│") and "✎ 26-" in line for line in screen_text(app)))

    play(world, again)


def test_a_telephone_number_for_the_reporter_is_asked_about(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        said = desk_screen(app).query_one(KeyBar)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        app.screen.query_one(NoteArea).insert("Hubungi Pak Asep di 0812-3456-7890")
        await pilot.press("ctrl+t", "enter")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.query("#question"))
        asked = app.screen.question  # type: ignore[attr-defined]
        assert "memuat nomor telepon; di halamannya nomor itu tampil sebagai 0812••••890" in asked
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, NoteDialog))
        assert waiting(world) == []
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.query("#question"))
        await pilot.press("enter")
        await until(lambda: said.sentence.startswith("Catatan untuk pelapor tersimpan: "))
        assert waiting(world) == ["note"]
        await pilot.press("c")  # colleagues may read a number
        await until(lambda: isinstance(app.screen, NoteDialog))
        app.screen.query_one(NoteArea).insert("Hubungi Pak Asep di 0812-3456-7890")
        await pilot.press("enter")
        await until(lambda: waiting(world) == ["note", "note"])

    play(world, scene)


def test_a_public_note_says_so_before_it_is_sent(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        audience = app.screen.query_one("#audience", Static)
        assert str(audience.content) == "INTERN: hanya petugas yang membaca catatan ini"
        assert "enter simpan untuk petugas" in text_of(app)
        await pilot.press("ctrl+t")
        assert str(audience.content) == "PUBLIK: pelapor membaca catatan ini di halamannya"
        await until(lambda: "enter kirim ke pelapor" in text_of(app))
        assert audience.size.height >= 1
        app.screen.query_one(NoteArea).insert("Sudah dicek")
        await pilot.press("enter")
        await until(lambda: waiting(world) == ["note"])
        assert world.store.reading(outbox.waiting)[0].action.fields.public

    play(world, scene)


# --- follow-up -----------------------------------------------------------------------------------


def test_proposing_needs_evidence_or_a_reason_and_checks_the_file(world: DeskWorld, tmp_path: Path) -> None:
    photo = tmp_path / "sesudah.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0foto")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        desk_screen(app).show_own_query("status:in_progress")
        await until(lambda: len(desk_screen(app).queue.numbers) == 3)
        await settled(app)
        await pilot.press("t")
        await until(lambda: app.screen.query(MoveForm))
        await pilot.press("u")
        dialog = app.screen
        form = dialog.query_one(MoveForm)
        assert form.edge.verb is Verb.PROPOSE
        form.fields["note"].load_text("Sudah ditambal.")  # type: ignore[attr-defined]
        said = dialog.query_one("#wrong", Static)
        await pilot.press("enter")
        await until(lambda: "lampirkan bukti" in str(said.content))
        form.fields["evidence"].value = str(tmp_path / "tiada.jpg")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: "Berkas tidak ada" in str(said.content))
        form.fields["evidence"].value = str(tmp_path)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: f"Ini folder, bukan berkas: {tmp_path}" in str(said.content).replace("\n", ""))
        form.fields["evidence"].value = str(photo)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ConfirmDialog))  # it is Asep's
        await pilot.press("enter")
        await until(lambda: waiting(world) == ["propose"])

    play(world, scene)
    [item] = world.store.reading(outbox.waiting)
    assert [a.media_type for a in item.action.fields.evidence] == ["image/jpeg"]


# --- the operator --------------------------------------------------------------------------------


def test_an_operator_records_a_call_with_category_by_letter(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, as_="u_oki", dinas="diskominfo")
    fill_for_verifier(world)
    letter = next(c for c in world.workplace.city.categories if c.letter)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("e")
        await until(lambda: isinstance(app.screen, OperatorDialog))
        dialog = app.screen
        dialog.query_one("#category").focus()
        await pilot.press(letter.letter)
        await until(lambda: dialog.query_one("#category").value == letter.key)  # type: ignore[attr-defined]
        dialog.query_one("#title").value = "Pohon tumbang"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await until(lambda: waiting(world) == ["enter"])

    play(world, scene)
    [item] = world.store.reading(outbox.waiting)
    assert item.action.report is not None
    assert (item.action.report.title, item.action.report.category) == ("Pohon tumbang", letter.key)
    world.close()


def test_an_officer_cannot_enter_reports(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("e")
        assert app.screen.query_one(KeyBar).sentence.startswith("Mencatat laporan baru: hanya")

    play(world, scene)


# --- what is always in sight ---------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_header_never_loses_the_line_to_central(world: DeskWorld, width: int) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        shown = app.screen.query_one(HeaderLine).render().plain
        assert "● tersambung 12 dtk lalu" in shown
        assert len(shown) <= width - 2

    play(world, scene, size=(width, 24))


def test_the_demonstration_says_how_to_leave_even_where_it_is_narrow(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        line = text_of(app).splitlines()[1]
        assert line.startswith(" DEMO · q keluar · x putus")

    play(world, scene, size=(80, 24), demo=DemoInfo())


def test_help_is_always_in_the_key_bar(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert "? bantuan" in text_of(app).splitlines()[-1]

    for size in ((60, 24), (80, 24), (160, 48)):
        play(world, scene, size=size)


def test_remapped_keys_work_and_are_shown(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert "ctrl+g catatan" in text_of(app).splitlines()[-1]
        await pilot.press("ctrl+g")
        await until(lambda: isinstance(app.screen, NoteDialog))

    play(world, scene, settings=Settings(keys={"note": "ctrl+g"}))


def test_the_end_of_thousands_of_reports_is_one_key_away(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    world.put([world.complaint(status=Status.DISPATCHED) for _ in range(3000)])

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        queue = desk_screen(app).queue
        await until(lambda: len(queue.numbers) == 3000)
        await pilot.press("G")
        await until(lambda: queue.cursor == 2999 and queue.row_at(queue.current) is not None)
        assert "3.000" in text_of(app)

    play(world, scene)
    world.close()


def test_news_that_come_while_the_app_closes_find_no_widgets_and_do_no_harm(world: DeskWorld) -> None:
    """The engine and the store report from their threads until the very end."""

    class Late(Static):
        def on_unmount(self) -> None:
            app = self.app
            assert isinstance(app, QlueDesk)
            assert app.line_state is not None
            late.append(len(app.screen.query(HeaderLine)) if app.screen_stack else 0)
            app._line_changed(app.line_state)
            app._store_changed(Change(None))

    late: list[int] = []

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await app.screen.mount(Late(id="late"))

    play(world, scene)
    assert len(late) == 1


def test_the_pane_says_where_a_report_went_whose_line_is_still_there(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        cells = screen.current_cells
        assert cells is not None
        world.store.writing(leaving.forget, cells.id, "dlh", NOW - dt.timedelta(hours=2))
        where = f"{cells.number} tidak lagi di meja ini: sejak 24 Nov 07.12 di DLH."
        short = f" 26-{int(cells.number[-6:])} "
        await until(lambda: screen.detail.case is None)
        await until(lambda: where in " ".join(screen.detail.plain.split()))
        # Its line says so, too, and looks no longer like work that waits here.
        await until(lambda: any(short in line and "di DLH" in line for line in screen_text(app)))
        left = screen.current_cells
        assert left is not None
        assert (left.id, left.gone, left.elsewhere) == (cells.id, True, "DLH")
        await pilot.press("j")
        assert screen.queue.guest is None
        await until(lambda: not any(short in line for line in screen_text(app)))

    play(world, scene)


def test_the_pane_says_that_a_line_holds_no_report_only_where_that_is_known(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        screen.queue.set_numbers(array("q", [999]), keep_cursor=False)  # on its way
        await screen.reading.show()
        assert screen.detail.case is None
        assert screen.detail.plain.strip() == ""
        screen.queue.set_numbers(array("q"), keep_cursor=False)
        await screen.reading.show()
        assert " ".join(screen.detail.plain.split()) == "Tidak ada laporan di baris ini."

    play(world, scene)


def test_where_a_report_is_that_left_is_said_too_to_who_knows_it_by_its_id(world: DeskWorld) -> None:
    """Outbox and tray do: they said that c_… is not here."""
    left = world.get("BGR-26-000001")
    world.store.writing(leaving.forget, left.id, "dlh", NOW - dt.timedelta(days=1))

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.open_report(left.id)
        where = f"{left.number} tidak lagi di meja ini: sejak 23 Nov 09.12 di DLH."
        await until(lambda: desk_screen(app).query_one(KeyBar).sentence == where)

    play(world, scene)


@pytest.mark.parametrize("typed", ["{number}", "{serial}", "nomor:{number}"])
def test_a_report_that_was_sent_elsewhere_is_found_by_its_number(world: DeskWorld, typed: str) -> None:
    left = world.get("BGR-26-000001")
    text = typed.format(number=left.number.lower(), serial=left.number[-6:])
    world.store.writing(leaving.forget, left.id, "dlh", NOW - dt.timedelta(days=1))
    where = f"{left.number} tidak lagi di meja ini: sejak 23 Nov 09.12 di DLH."

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = desk_screen(app)
        await pilot.press("slash", *text, "enter")
        said = screen.query_one("#empty", Static)
        await until(lambda: screen.has_class("-empty") and str(said.render()) == where)
        await pilot.press("escape")
        await until(lambda: screen.view == 0 and not screen.has_class("-empty"))
        if ":" not in text:
            await pilot.press("colon", *text)
            await until(lambda: isinstance(app.screen, PaletteDialog))
            palette: Any = app.screen
            await until(lambda: where in [command.hint for command in palette.shown])
            assert palette.shown[0].key == f"number:{left.number}"
            await pilot.press("enter")
            await until(lambda: screen.query_one(KeyBar).sentence == where)

    play(world, scene)


def test_a_second_window_on_one_desk_says_that_there_is_another(world: DeskWorld) -> None:
    words = "Meja ini juga terbuka di jendela lain"

    async def run() -> None:
        async with desk(world) as (first, _pilot):
            assert words not in text_of(first)
            async with desk(world) as (second, _other):
                await until(lambda: words in text_of(second))
        async with desk(world) as (alone, pilot):
            await pilot.pause(0.3)
            assert words not in text_of(alone)

    asyncio.run(run())


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_the_key_line_names_what_works_where_the_person_is(world: DeskWorld, size: tuple[int, int]) -> None:
    def keys(app: QlueDesk) -> str:
        return screen_text(app)[-1].strip()

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert keys(app).startswith("/ cari   enter buka")
        await pilot.press("slash")
        await until(lambda: keys(app) == "enter pakai   tab lengkapi   ↑ pencarian lalu   esc kembali")
        await pilot.press("escape")
        await until(lambda: keys(app).startswith("/ cari"))
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, FollowUpDialog))
        bar = app.screen_stack[1].query_one(KeyBar)
        await until(lambda: not str(bar.render()))
        await pilot.press("escape")
        await until(lambda: keys(app).startswith("/ cari"))

    play(world, scene, size=size)


def test_the_preview_key_says_where_there_is_no_room_for_it(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("z")
        await until(lambda: "Pratinjau muncul mulai 120 kolom" in text_of(app))
        assert desk_screen(app).preview

    play(world, scene, size=(80, 24))
