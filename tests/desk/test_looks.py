"""Themes, letters and sizes, judged by what is really drawn: every text of every screen and widget."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList, ProgressBar, Static, TextArea
from textual.widgets.option_list import Option
from textual.widgets.text_area import Selection

from qlue_desk.casework.acting import act
from qlue_desk.desk import filters, terminal, themes
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.help import HelpDialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.dialogs.palette import PaletteDialog
from qlue_desk.desk.login.screen import LoginScreen
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.summary.screen import SummaryScreen
from qlue_desk.desk.too_small import TooSmallScreen
from qlue_desk.domain.edges import Verb
from qlue_desk.settings import Settings, Ui
from qlue_desk.store import outbox
from tests.desk.colours import LEAST, apart, contrast, lightness, seen_without
from tests.desk.scene import PLAIN, desk, fill, screen_text, settled
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

DECORATION = set("─━│┃╭╮╰╯┌┐└┘├┤┬┴┼╸╹╺╻▔▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▕▐░▒▓■▀▖▗▘▝")
"""Borders, bars and scrollbars: no text; what bars say stands as a number beside them."""
Scene = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]


class Gallery(Screen[None]):
    """Textual's own widgets in the states that we use or may use."""

    def compose(self) -> ComposeResult:
        yield Static("teks biasa")
        yield Input("isi yang dipilih", id="typed")
        yield Input(placeholder="contoh isian", id="empty")
        yield Input("tidak bisa", disabled=True)
        yield TextArea("satu\ndua", id="area")
        yield OptionList(Option("satu"), Option("dua", disabled=True), Option("tiga"), id="options")
        yield Button("Ya")
        yield Button("Hapus", variant="error")
        yield Button("Kirim", variant="primary")
        yield Button("Tidak", disabled=True)
        yield ProgressBar(total=10, show_eta=True)


async def _queue(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("space", "space")
    await settled(app)


async def _follow_up(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("2")
    await until(lambda: len(app.screen.queue.numbers) == 5)  # type: ignore[attr-defined]
    await settled(app)
    await pilot.press("t")
    await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))


async def _note(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("c")
    await until(lambda: isinstance(app.screen, NoteDialog))


async def _palette(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("colon")
    await until(lambda: isinstance(app.screen, PaletteDialog) and app.screen.shown)


async def _help(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("question_mark")
    await until(lambda: isinstance(app.screen, HelpDialog) and app.screen.shown)


async def _outbox(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("O")
    await until(lambda: isinstance(app.screen, OutboxScreen) and app.screen.items)


async def _summary(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("R")
    await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)


async def _detail(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("enter")
    await pilot.pause()


async def _login(app: QlueDesk, pilot: Pilot[int]) -> None:
    app.push_screen(LoginScreen(app.home))
    await until(lambda: isinstance(app.screen, LoginScreen))


async def _gallery(app: QlueDesk, pilot: Pilot[int]) -> None:
    app.push_screen(Gallery())
    await until(lambda: isinstance(app.screen, Gallery) and app.screen.query("#area"))
    app.notify("kabar", severity="warning", timeout=60)
    app.screen.query_one("#area", TextArea).selection = Selection((0, 0), (1, 2))
    app.screen.query_one("#typed", Input).focus()
    app.screen.query_one("#typed", Input).action_select_all()


SCENES: dict[str, Scene] = {
    "queue": _queue,
    "detail": _detail,
    "follow-up": _follow_up,
    "note": _note,
    "palette": _palette,
    "help": _help,
    "outbox": _outbox,
    "summary": _summary,
    "login": _login,
    "gallery": _gallery,
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    act(made.workplace, ["1"], Verb.ACKNOWLEDGE, now=NOW)
    yield made
    made.close()


Lines = list[tuple[str, list[Segment]]]


def play(
    world: DeskWorld,
    scene: Scene,
    ui: Ui,
    sizes: tuple[tuple[int, int], ...] = ((120, 40),),
    at: terminal.Terminal | None = None,
    themes_too: tuple[str, ...] = (),
) -> list[Lines]:
    """The lines of the topmost screen after `scene`, with their segments: for each theme, for each size."""
    found: list[Lines] = []

    async def run() -> None:
        async with desk(world, size=sizes[0], settings=Settings(ui=ui), terminal=at) as (app, pilot):
            await scene(app, pilot)
            for name in themes_too or (app.theme,):
                app.theme = name
                for size in sizes:
                    await pilot.resize_terminal(*size)
                    await pilot.pause(0.1)
                    found.append(_lines(app))

    asyncio.run(run())
    return found


def _lines(app: QlueDesk) -> Lines:
    box = app.screen.query_one("#box").region if isinstance(app.screen, Dialog) else app.screen.region
    strips = app.screen._compositor.render_strips()[box.y : box.bottom]
    cut = [strip.crop(box.x, box.right) for strip in strips]
    return [(strip.text, list(strip)) for strip in cut]


def _words(segment: Segment) -> str:
    return "".join(c for c in segment.text if c not in DECORATION).strip()


@pytest.mark.parametrize("name", SCENES)
def test_every_text_that_is_drawn_can_be_read_in_every_theme(world: DeskWorld, name: str) -> None:
    drawn = play(world, SCENES[name], PLAIN, themes_too=tuple(LEAST))
    for (theme, least), lines in zip(LEAST.items(), drawn, strict=True):
        poor = set()
        texts = 0
        for _text, segments in lines:
            for segment in segments:
                style = segment.style
                if not _words(segment) or style is None or style.color is None or style.bgcolor is None:
                    continue
                texts += 1
                pair = (style.color.triplet, style.bgcolor.triplet)
                ink, ground = pair[::-1] if style.reverse else pair
                assert ink is not None
                assert ground is not None
                found = contrast(ink, ground)
                if found < least:
                    poor.add((theme, _words(segment), ink.hex, ground.hex, round(found, 2)))
        assert texts >= 3
        assert not poor


@pytest.mark.parametrize("missing", ["protan", "deutan", "tritan"])
def test_red_yellow_and_green_stay_apart_for_the_colour_blind(missing: str) -> None:
    palette = themes.PALETTES["qlue-colourblind"]
    seen = [seen_without(missing, colour) for colour in (palette.red, palette.yellow, palette.green)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert apart(seen[one], seen[other]) > 25, (one, other)
        if missing != "tritan":  # of a thousand colour-blind people one
            assert abs(lightness(seen[one]) - lightness(seen[other])) > 2, (one, other)


def test_the_ordinary_theme_would_not_do_for_the_colour_blind() -> None:
    """Otherwise the simulation would say nothing."""
    plain = themes.PALETTES["qlue-dark"]
    seen = [seen_without("deutan", colour) for colour in (plain.red, plain.green)]
    assert apart(*seen) < 25


SIXTEEN = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "linux": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "windows": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}
"""What terminals make of the sixteen: xterm's defaults, the console of Linux, Windows (Campbell)."""


@pytest.mark.parametrize("kind", SIXTEEN)
@pytest.mark.parametrize("light", [False, True])
def test_sixteen_colours_can_be_read_on_every_kind_of_terminal(kind: str, light: bool) -> None:
    colours = [RichColor.parse(f"#{word}").triplet for word in SIXTEEN[kind].split()]
    names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    numbers = {f"ansi_{n}": i for i, n in enumerate(names)} | {
        f"ansi_bright_{n}": i + 8 for i, n in enumerate(names)
    }
    palette = themes.ANSI_ON_LIGHT if light else themes.ANSI
    ground = colours[15 if light else 0]
    numbers["ansi_default"] = 0 if light else 15
    for text in themes.TEXTS:
        ink = colours[numbers[getattr(palette, text)]]
        assert contrast(ink, ground) >= 4.5, text  # type: ignore[arg-type]
    for used in (palette.cursor, palette.marked, palette.yellow, palette.red, palette.accent):
        if used == "ansi_default":
            continue
        number = numbers[used]
        found = contrast(colours[filters.INK_ON[number]], colours[number])  # type: ignore[arg-type]
        assert found >= 4.5, used


@pytest.mark.parametrize("name", ["queue", "follow-up", "summary", "gallery"])
def test_the_ansi_theme_sends_the_terminals_own_colours_only(world: DeskWorld, name: str) -> None:
    [lines] = play(world, SCENES[name], Ui(theme="ansi", glyphs="unicode"))
    for _text, segments in lines:
        for segment in segments:
            style = segment.style
            if style is None or not segment.text.strip():
                continue
            for colour in (style.color, style.bgcolor):
                assert colour is None or colour.triplet is None, (segment.text, colour)
            if style.bgcolor is not None and style.bgcolor.number is not None:
                assert style.color is not None
                assert style.color.number == filters.INK_ON[style.bgcolor.number], segment.text


def _mono() -> terminal.Terminal:
    return terminal.read({"TERM": "xterm-256color", "NO_COLOR": "1"})


@pytest.mark.parametrize("name", ["queue", "follow-up", "summary", "gallery"])
def test_no_color_draws_without_any_colour(world: DeskWorld, name: str) -> None:
    [lines] = play(world, SCENES[name], Ui(theme="light", glyphs="unicode"), at=_mono())
    for _text, segments in lines:
        for segment in segments:
            for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                assert colour is None or colour.is_default, segment


def test_without_colours_cursor_and_marks_are_still_seen(world: DeskWorld) -> None:
    [lines] = play(world, SCENES["queue"], Ui(), at=_mono())
    rows = {
        text: {
            (bool(s.style.reverse), bool(s.style.underline))
            for s in segments
            if s.style and re.match(r"26-\d", s.text)
        }
        for text, segments in lines
    }
    looks = [look for found in rows.values() for look in found]
    assert (True, False) in looks  # the cursor
    assert (False, True) in looks  # marked
    assert (False, False) in looks


@pytest.mark.parametrize("name", SCENES)
def test_with_ascii_every_cell_is_ascii(world: DeskWorld, name: str) -> None:
    ui = Ui(theme="dark", glyphs="ascii")
    for lines in play(world, SCENES[name], ui, ((60, 16), (80, 24), (160, 48))):
        assert len(lines) > 2
        for text, _segments in lines:
            assert text.isascii(), text


def test_ascii_keeps_the_width_of_what_it_replaces() -> None:
    assert filters.ascii_text("漏水 é … ‑2 “ya” ◷ ⣿ ñ́ ┌─┐") == '???? e ~ -2 "ya" @ # n  +-+'.replace(
        "n  ", "n "
    )
    assert filters.ascii_text("polos") == "polos"


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (20, 5)], ids=str)
def test_a_window_too_small_says_so_and_comes_back(world: DeskWorld, size: tuple[int, int]) -> None:
    before = world.store.reading(outbox.waiting)

    async def run() -> None:
        async with desk(world, size=(80, 24)) as (app, pilot):
            await pilot.press("t")
            await until(lambda: isinstance(app.screen, FollowUpDialog))
            await pilot.resize_terminal(*size)
            await until(lambda: isinstance(app.screen, TooSmallScreen))
            await until(lambda: "terlalu kecil" in " ".join(" ".join(screen_text(app)).split()))
            await pilot.press("enter", "q")
            await until(lambda: app.screen.has_class("-typed"))
            if size[1] > 5:
                assert "tidak dipakai" in " ".join(" ".join(screen_text(app)).split())
            await pilot.resize_terminal(60, 16)
            await until(lambda: isinstance(app.screen, FollowUpDialog))
            assert not any(isinstance(screen, TooSmallScreen) for screen in app.screen_stack)
            assert world.store.reading(outbox.waiting) == before

    asyncio.run(run())


@pytest.mark.parametrize(
    ("environ", "setting", "theme", "ascii_only"),
    [
        ({"TERM": "xterm-256color", "LANG": "id_ID.UTF-8"}, "auto", "qlue-dark", False),
        ({"TERM": "xterm-256color", "LANG": "C"}, "auto", "qlue-dark", True),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "auto", "qlue-dark", False),
        ({"TERM": "xterm"}, "auto", "qlue-ansi", False),
        ({"TERM": "screen-256color"}, "auto", "qlue-dark", False),
        ({"TERM": "linux"}, "auto", "qlue-ansi", True),
        ({"TERM": "linux"}, "light", "qlue-light", True),
        ({"TERM": "vt220"}, "auto", "qlue-mono", True),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, "contrast", "qlue-mono", False),
        ({"TERM": "xterm-kitty", "NO_COLOR": ""}, "contrast", "qlue-contrast", False),
        ({"TERM": "xterm-256color"}, "colourblind", "qlue-colourblind", False),
    ],
)
def test_a_terminal_gets_what_it_can(
    environ: dict[str, str], setting: str, theme: str, ascii_only: bool
) -> None:
    found = terminal.read(environ, {"linux": 8, "vt220": 0}.get)
    assert (themes.theme_name(setting, found), found.ascii_only) == (theme, ascii_only)


def test_shift_t_walks_through_all_themes_and_says_which(world: DeskWorld) -> None:
    async def run() -> None:
        plain = terminal.read({"TERM": "xterm-256color"})
        async with desk(world, terminal=plain) as (app, pilot):
            seen = []
            for _ in themes.PALETTES:
                await pilot.press("T")
                seen.append(app.theme)
                label = themes.LABELS[app.theme]
                await until(lambda: f"Tema: {label}." in screen_text(app)[-1])  # noqa: B023
            assert sorted(seen) == sorted(themes.PALETTES)

    asyncio.run(run())
