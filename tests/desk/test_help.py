"""The `?` page: everything of the registry, found by typing, run by enter; palette and key bar show the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from qlue_desk.desk import themes
from qlue_desk.desk.actions import ACTION_BY_ID, ACTIONS, Group, Place
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.commands import action_commands
from qlue_desk.desk.dialogs.help import HelpDialog, found_parts, help_parts
from qlue_desk.desk.key_page import page
from qlue_desk.desk.keys import RESERVED_KEYS, KeyClash, check_keys, keys_of, shown_key
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.settings import Settings, Ui
from tests.desk.scene import fill, screen_text
from tests.desk.test_places import play
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def _help(app: QlueDesk) -> HelpDialog:
    assert isinstance(app.screen, HelpDialog)
    return app.screen


async def _ask(app: QlueDesk, pilot: Pilot[int], typed: str) -> None:
    await pilot.press("question_mark")
    await until(lambda: isinstance(app.screen, HelpDialog) and app.screen.shown)
    app.screen.query_one(Input).value = typed
    await pilot.pause()


def _ids(parts: object) -> list[str]:
    return [
        line.command.key.removeprefix("action:")
        for part in parts  # type: ignore[attr-defined]
        for line in part.lines
        if line.command.key
    ]


def test_help_palette_and_key_bar_come_from_the_registry() -> None:
    remapped = {"note": "f4", "theme": "f5,f6"}
    parts = help_parts(remapped)
    assert sorted(_ids(parts)) == sorted(action.id for action in ACTIONS)
    lines = {line.command.key: line.command for part in parts for line in part.lines}
    for action in ACTIONS:
        line = lines[f"action:{action.id}"]
        assert line.hint == action.tooltip
        assert line.keys.split(" ") == [shown_key(key) for key in keys_of(action, remapped)]
    for place in Place:
        offered = {command.key: command for command in action_commands(place, remapped)}
        wanted = [a for a in ACTIONS if place in a.places and a.group is not Group.MOVE and a.id != "palette"]
        assert sorted(offered) == sorted(f"action:{action.id}" for action in wanted)
        for action in wanted:
            assert offered[f"action:{action.id}"].keys == shown_key(keys_of(action, remapped)[0])


def test_the_keys_of_the_screen_that_asks_come_first_in_its_words() -> None:
    parts = help_parts({}, Place.SUMMARY)
    here = [part for part in parts if not part.heading.endswith("(di layar lain)")]
    hints = {line.command.key: line.command.hint for part in here for line in part.lines}
    assert hints["action:down"] == "Angka di bawah"
    assert hints["action:open"] == "Buka laporan yang dihitung angka ini"
    assert "action:handover" in hints
    assert "action:mark" not in hints
    assert sorted(_ids(parts)) == sorted(action.id for action in ACTIONS)


def test_a_sentence_that_is_too_long_goes_on_below_itself(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await _ask(app, pilot, "ganti tema")
        await until(lambda: any("tanpa warna" in line for line in screen_text(app)))
        lines = screen_text(app)
        first = next(line for line in lines if "Ganti tema:" in line)
        rest = next(line for line in lines if "tanpa warna" in line)
        assert rest is not first
        assert rest.index(rest.strip("│ ╭╮").split()[0]) == first.index("Ganti")

    play(world, scene, size=(80, 24))


def test_the_key_bar_shows_the_registrys_words_and_the_remapped_key(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        shown = app.screen.query_one(KeyBar).shown
        words = {action.label: action for action in ACTIONS if action.bar and Place.QUEUE in action.places}
        assert ("f4", "catatan") in shown
        assert all(word in words for _key, word in shown)

    play(world, scene, settings=Settings(ui=Ui(theme="dark", glyphs="unicode"), keys={"note": "f4"}))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tema", {"theme"}),
        ("f4", {"note"}),
        ("follow-up", {"follow-up"}),
        ("kotak keluar", {"outbox", "tray-retry", "tray-note", "tray-hand", "tray-discard", "tray-copy", "tray-export"}),
        ("rentang tanda", {"mark-range"}),
    ],
)  # fmt: skip
def test_typing_finds_by_word_key_id_and_heading(typed: str, found: set[str]) -> None:
    assert found <= set(_ids(found_parts(help_parts({"note": "f4"}), typed)))
    assert "down" not in _ids(found_parts(help_parts({"note": "f4"}), typed))


def test_the_query_line_and_the_signs_are_found_too() -> None:
    hints = [line.command.hint for part in found_parts(help_parts({}), "bersebelahan") for line in part.lines]
    assert hints == ["kata-kata bersebelahan; tanpa kata"]
    signs = [line.command.keys for part in found_parts(help_parts({}), "butuh info") for line in part.lines]
    assert "◌" in signs


def test_enter_runs_what_was_found(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        before = app.theme
        await _ask(app, pilot, "ganti tema")
        await pilot.press("enter")
        await until(lambda: app.theme != before and isinstance(app.screen, DeskScreen))
        assert app.theme in themes.PALETTES
        await _ask(app, pilot, "ditolak pusat")
        assert ACTION_BY_ID["outbox"].tooltip in "\n".join(screen_text(app))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, OutboxScreen))

    play(world, scene)


def test_what_belongs_to_another_screen_is_said_and_not_run(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await _ask(app, pilot, "buang")
        await pilot.press("enter")
        await until(lambda: any("Hanya di layar: kotak keluar." in line for line in screen_text(app)))
        await _ask_again(app, "zzzz")
        assert any("Tidak ada tombol yang cocok." in line for line in screen_text(app))
        await pilot.press("enter", "escape")
        await until(lambda: isinstance(app.screen, DeskScreen))

    async def _ask_again(app: QlueDesk, typed: str) -> None:
        app.screen.query_one(Input).value = typed
        await until(lambda: _help(app).shown == [None])

    play(world, scene)


def test_the_help_goes_to_its_end_and_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await _ask(app, pilot, "")
        page = app.screen.query_one("#keys-found", OptionList)
        await pilot.press("end")
        await until(lambda: page.highlighted == page.option_count - 1)
        await until(lambda: page.scroll_y == page.max_scroll_y > 0)
        await pilot.press("pageup")
        assert page.highlighted is not None
        assert 0 < page.highlighted < page.option_count - 1
        await pilot.press("home")
        await until(lambda: page.highlighted == 1)

    play(world, scene, size=(100, 24))


def test_the_page_of_keys_is_what_the_registry_says() -> None:
    kept = Path(__file__).parents[2] / "docs" / "keys.md"
    assert kept.read_text("utf-8") == page(), "python -m qlue_desk.desk.key_page docs/keys.md"
    for action in ACTIONS:
        assert f"| {action.tooltip} | {action.id} |" in page()


@pytest.mark.parametrize("key", sorted(RESERVED_KEYS))
def test_keys_of_the_terminal_cannot_be_taken(key: str) -> None:
    with pytest.raises(KeyClash) as clash:
        check_keys({"note": key})
    assert clash.value.ids == ("note",)


def test_without_arrows_no_key_is_named_by_the_letter_of_another(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await _ask(app, pilot, "")
        await until(lambda: any(" j down  " in line for line in screen_text(app)))

    play(world, scene, settings=Settings(ui=Ui(theme="dark", glyphs="ascii")))
    assert shown_key("down") == "down"
    play(world, _nothing)
    assert shown_key("down") == "↓"


async def _nothing(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.pause()
