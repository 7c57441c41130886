"""`m`: the menu of macros, its texts before it runs, one stroke, one undo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from qlue_desk.cli.demo import _with_kept_settings, give_macros
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ConfirmDialog
from qlue_desk.desk.dialogs.macro import MacroDialog
from qlue_desk.desk.dialogs.many import PreviewDialog, ResultDialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.widgets import key_bar
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.complaint import Status
from qlue_desk.settings import Macro, Settings, Triage, load, own_file, read
from tests.desk.scene import desk, screen_text
from tests.desk.test_acting import current, queue, said, sent
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

MACROS = {
    "terima": Macro(
        "Terima, survei besok",
        when="status:dispatched",
        do="acknowledge",
        reply="Tim survei {dinas} memeriksa {jalan} besok pagi. Terima kasih atas laporan {nomor} dari Anda.",
        assign="me",
    ),
    "mulai": Macro("Mulai hari ini", do="start", note="mulai oleh {petugas}"),
}
Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    made.add_many([Status.DISPATCHED] * 3 + [Status.ACKNOWLEDGED])
    yield made
    made.close()


def play(world: DeskWorld, scene: Play, settings: Settings | None = None) -> None:
    async def run() -> None:
        chosen = settings or Settings(macros=MACROS)
        async with desk(world, size=(120, 36), settings=chosen) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


async def menu(app: QlueDesk, pilot: Pilot[int]) -> MacroDialog:
    await pilot.press("m")
    await until(lambda: isinstance(app.screen, MacroDialog) and app.screen.query("#macros"))
    dialog = app.screen
    assert isinstance(dialog, MacroDialog)
    return dialog


def text(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


def test_the_filled_text_is_shown_before_it_runs_and_u_takes_all_of_it_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        mine = current(app)
        dialog = await menu(app, pilot)
        assert [option.disabled for option in dialog.query_one("#macros", OptionList).options] == [
            False,
            True,
        ]
        await until(lambda: "Tim survei DPUPR memeriksa Jl. Pajajaran" in text(app))
        await until(lambda: "pelapor membaca" in text(app) and "• Terima" in text(app))
        assert "harus Diterima" in text(app)
        assert sent(world) == []
        await pilot.press("2")  # does not fit: says why, runs nothing
        await until(lambda: dialog.has_class("-wrong"))
        await pilot.press("1", "1")
        await until(lambda: len(sent(world)) == 3)
        assert sent(world) == [("take", mine), ("note", mine), ("acknowledge", mine)]
        await until(lambda: said(app).startswith(f"Terima, survei besok: {mine} → Diterima."))
        await pilot.press("u")
        await until(lambda: said(app) == f"Dibatalkan: Makro {mine}.")
        assert sent(world) == []

    play(world, scene)


def test_an_enter_right_behind_the_key_that_runs_opens_nothing(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        for key in ("m", "1", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: len(sent(world)) == 3 and said(app).startswith("Terima, survei besok"))
        await pilot.press("j")  # comes behind what the enter might have done
        await until(lambda: current(app) == "BGR-26-000002")
        assert queue(app).has_focus
        await menu(app, pilot)
        await pilot.press("enter")  # one that was meant for the menu
        await until(lambda: len(sent(world)) == 6)

    play(world, scene)


def test_the_full_stop_repeats_a_macro_with_the_next_report_s_own_texts(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await menu(app, pilot)
        await pilot.press("ctrl+n")
        await until(lambda: len(sent(world)) == 3 and len(app.screen_stack) == 2)
        await until(lambda: current(app) == "BGR-26-000002")
        await pilot.press("full_stop")
        await until(lambda: len(sent(world)) == 6)
        note = world.get("2")
        assert note.status is Status.ACKNOWLEDGED
        assert {number for _verb, number in sent(world)} == {"BGR-26-000001", "BGR-26-000002"}

    play(world, scene)


def test_where_the_first_line_does_not_fit_enter_runs_no_other(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        dialog = await menu(app, pilot)
        assert dialog.query_one("#macros", OptionList).highlighted is None
        await pilot.pause(0.1)
        assert "•" not in text(app), "what another line would do is not shown as if it were chosen"
        await pilot.press("enter")
        await until(lambda: dialog.has_class("-wrong"))
        await pilot.press("ctrl+n")
        assert (sent(world), app.screen) == ([], dialog)
        await pilot.press("2", "enter")
        await until(lambda: [verb for verb, _number in sent(world)] == ["acknowledge"])

    kinds = {"mulai": MACROS["mulai"], "terima": Macro("Terima", do="acknowledge")}
    play(world, scene, Settings(macros=kinds))


@pytest.mark.parametrize("stray", ["x", "comma", "3"])
def test_an_enter_behind_a_key_that_chose_no_macro_runs_none(world: DeskWorld, stray: str) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        dialog = await menu(app, pilot)
        options = dialog.query_one("#macros", OptionList)
        assert options.highlighted == 0
        await pilot.press(stray, "enter")
        await until(lambda: "Belum ada yang dipilih: tekan angkanya, atau ↑ ↓." in text(app))
        assert (sent(world), app.screen, options.highlighted) == ([], dialog, None)
        assert "Tim survei" not in text(app)
        await pilot.press("2")  # it does not fit this report
        await until(lambda: "harus Diterima" in text(app) or "dulu" in text(app))
        await pilot.press("enter")
        await until(lambda: "Belum ada yang dipilih" in text(app))
        assert sent(world) == []
        await pilot.press("1")
        await until(lambda: "Tim survei" in text(app))
        await pilot.press("enter")
        await until(lambda: len(sent(world)) == 3)

    play(world, scene)


def test_g_and_shift_g_go_to_the_first_and_the_last_macro_that_fits(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        dialog = await menu(app, pilot)
        options = dialog.query_one("#macros", OptionList)
        for key, place in (("G", 2), ("g", 0), ("end", 2), ("home", 0), ("j", 2), ("k", 0)):
            await pilot.press(key)
            assert options.highlighted == place, key

    play(world, scene, Settings(macros=MACROS | {"tolak": Macro("Terima saja", do="acknowledge")}))


def test_a_macro_that_sends_the_report_to_another_dinas_asks_first(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        mine = current(app)
        await menu(app, pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.query("#question"))
        assert app.screen.question == f"Kirim ke Dishub memindahkan {mine} ke Dishub. Jalankan?"  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, MacroDialog))
        assert sent(world) == []
        await pilot.press("1")
        await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.query("#question"))
        await pilot.press("enter")
        await until(lambda: sent(world) == [("transfer", mine)])

    away = Macro("Kirim ke Dishub", do="transfer", to="dishub", reason="lampu jalan")
    play(world, scene, Settings(macros={"kirim": away}))


def test_over_marks_each_row_has_its_result_and_what_was_left_out_stays_marked(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("V")
        await until(lambda: len(queue(app).marks) == 4)
        await menu(app, pilot)
        await pilot.press("1")
        await until(lambda: isinstance(app.screen, PreviewDialog) and app.screen.query("#left-out"))
        assert app.screen.question == "Terima, survei besok untuk 3 dari 4 laporan?"  # type: ignore[attr-defined]
        assert "1  Hanya untuk laporan: status:dispatched." in text(app)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ResultDialog) and app.screen.query("#results"))
        await until(lambda: "✗ 1 · Hanya untuk laporan: status:dispatched." in text(app))
        await pilot.press("enter")  # the first row is what was left out: it opens
        await until(lambda: len(app.screen_stack) == 2 and current(app) == "BGR-26-000004")
        await until(lambda: len(queue(app).marks) == 1)
        await pilot.press("u")
        await until(lambda: said(app) == "Dibatalkan: Makro untuk 3 laporan.")
        assert sent(world) == []

    play(world, scene)


def test_the_palette_leads_to_the_menu_with_the_macro_chosen(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("colon")
        await until(lambda: bool(app.screen.query("#typed")))
        await pilot.press(*"survei besok", "enter")
        await until(lambda: isinstance(app.screen, MacroDialog) and app.screen.query("#macros"))
        assert app.screen.query_one("#macros", OptionList).highlighted == 0
        assert sent(world) == []

    play(world, scene)


def test_without_macros_it_says_where_they_are_made(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("m")
        path = world.workplace.home / "config.toml"
        await until(lambda: said(app).startswith(f"Belum ada makro. Tulis di {path}, bagian [macros]; "))

    play(world, scene, Settings())


def test_the_next_key_ends_a_sentence_but_not_a_countdown_nor_what_nobody_can_have_read(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        bar = app.screen_stack[1].query_one(KeyBar)
        monkeypatch.setattr(key_bar, "READ_SECONDS", 60.0)
        await pilot.press("m", "j")
        await until(lambda: said(app).startswith("Belum ada makro. "))
        await pilot.press("j")
        await pilot.pause()
        assert said(app).startswith("Belum ada makro. ")
        monkeypatch.setattr(key_bar, "READ_SECONDS", 0.0)
        await pilot.press("slash")
        await until(lambda: said(app) == "" and isinstance(app.focused, Input))
        bar.say("Tersimpan.", countdown=key_bar.Countdown(60, lambda left: f"u batalkan ({left} dtk)"))
        await pilot.press("x")
        await pilot.pause()
        assert said(app) == "Tersimpan. u batalkan (60 dtk)"

    play(world, scene, Settings())


def test_a_wrong_macro_is_told_and_the_others_are_offered(world: DeskWorld) -> None:
    file = world.workplace.home / "config.toml"
    file.write_text(
        '[macros.salah]\nlabel = "S"\ndo = "terbang"\n[macros.mulai]\nlabel = "M"\ndo = "terima"\n'
    )

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: said(app).startswith(f"{file}:3: [macros.salah] do = “terbang” tidak bisa. "))
        dialog = await menu(app, pilot)
        assert [found.name for found in dialog.fits] == ["mulai"]
        await pilot.press("1")
        await until(lambda: [verb for verb, _number in sent(world)] == ["acknowledge"])

    play(world, scene, read(file))


def test_a_demonstration_offers_the_macros_beside_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('[macros.m]\nlabel = "M"\ndo = "start"\n[macros.s]\nlabel = "S"\n')
    found = _with_kept_settings(Settings(macros=MACROS), tmp_path)
    assert (list(found.macros), list(found.wrong_macros)) == (["m"], ["s"])
    # A command in a checkout, where the program's own file lies, finds the same.
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "config.toml").write_text('[ui]\ntheme = "dark"\n')
    by_command = load(None, {"QLUE_DESK_HOME": str(tmp_path)})
    assert (by_command.macros, list(by_command.wrong_macros)) == (found.macros, ["s"])
    assert own_file(None, {"QLUE_DESK_HOME": str(tmp_path)}) == tmp_path / "config.toml"


def test_a_new_demonstration_has_macros_to_try_where_the_person_has_nothing_of_their_own(
    tmp_path: Path,
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "macros.md").read_text("utf-8")
    shown = page.partition("```toml\n")[2].partition("```")[0]
    give_macros(Settings(macros=MACROS), tmp_path)
    give_macros(Settings(views={"Saya": "oleh:saya"}), tmp_path)
    assert not (tmp_path / "config.toml").exists()
    give_macros(Settings(), tmp_path)
    assert (tmp_path / "config.toml").read_text("utf-8") == shown
    found = _with_kept_settings(Settings(), tmp_path)
    assert (len(found.macros), found.wrong_macros) == (4, {})
    (tmp_path / "config.toml").write_text("[macros]\n")  # the person took them out
    give_macros(Settings(), tmp_path)
    assert (tmp_path / "config.toml").read_text("utf-8") == "[macros]\n"


@pytest.mark.parametrize("keys", [("a",), ("p", "2"), ("c", "x", "enter"), ("t", "enter"), ("m", "1")])
def test_then_next_by_setting_goes_on_after_every_kind_of_act(
    world: DeskWorld, keys: tuple[str, ...]
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert current(app) == "BGR-26-000001"
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.2)
        await until(lambda: bool(sent(world)))
        await until(lambda: len(app.screen_stack) == 2 and current(app) == "BGR-26-000002")

    play(world, scene, Settings(macros=MACROS, triage=Triage(then_next=True)))


def test_ctrl_n_in_a_note_goes_on_to_the_next_report(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog) and app.screen.query("#note"))
        await pilot.press("x", "ctrl+n")
        await until(lambda: sent(world) == [("note", "BGR-26-000001")])
        await until(lambda: len(app.screen_stack) == 2 and current(app) == "BGR-26-000002")

    play(world, scene)
