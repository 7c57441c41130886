"""Only what differs is sent, and the terminal shows the whole all the same."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from qlue_desk.desk.sent import News, Sent
from tests.bench import desk as bench
from tests.bench import home
from tests.desk.scene import desk, fill
from tests.desk_world import DeskWorld

CONSOLE = Console(color_system="truecolor", force_terminal=True)
RED, BLUE = Style(color="red"), Style(color="blue", bold=True)


class Screen:
    """A terminal that is sent the news, and what it would show if it were sent each frame whole."""

    def __init__(self, columns: int = 20, lines: int = 3) -> None:
        self.sent = Sent()
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self._screen)
        self._whole = pyte.Screen(columns, lines)
        self._whole_stream = pyte.Stream(self._whole)

    def show(self, update: LayoutUpdate | ChopsUpdate) -> str:
        news = self.sent.news(update, CONSOLE).render_segments(CONSOLE)
        self._stream.feed(news)
        self._whole_stream.feed(update.render_segments(CONSOLE))
        for y in range(self._screen.lines):
            for x in range(self._screen.columns):
                assert self._screen.buffer[y][x] == self._whole.buffer[y][x], (x, y)
        return news


def frame(*lines: str, style: Style = RED) -> LayoutUpdate:
    strips = [[Strip([Segment(line.ljust(20), style)])] for line in lines]
    return LayoutUpdate(strips, Region(0, 0, 20, len(lines)))


def test_what_is_there_already_is_not_sent_again() -> None:
    screen = Screen()
    assert "lubang" in screen.show(frame("lubang", "trotoar", "got"))
    assert screen.show(frame("lubang", "trotoar", "got")) == ""
    assert screen.show(frame("lubang", "trotoar", "gol")) == "\x1b[3;3H\x1b[31ml\x1b[0m"
    assert screen.show(frame("lubang 12", "trotoar", "gol 4")) == "\x1b[1;8H\x1b[31m12\x1b[3;5H4\x1b[0m"


def test_two_places_far_apart_in_a_line_are_sent_each_for_itself() -> None:
    screen = Screen()
    screen.show(frame("a.........b", ""))
    assert screen.show(frame("c.........d", "")) == "\x1b[1;1H\x1b[31mc\x1b[1;11Hd\x1b[0m"
    screen.show(frame("a..b", ""))
    assert screen.show(frame("c..d", "")) == "\x1b[1;1H\x1b[31mc..d\x1b[0m"


def test_a_colour_counts_and_what_only_we_know_does_not() -> None:
    screen = Screen()
    screen.show(frame("lubang"))
    assert screen.show(frame("lubang", style=BLUE)).count("lubang") == 1
    assert screen.show(frame("lubang", style=BLUE + Style(meta={"offset": (3, 4)}))) == ""


def test_letters_whose_width_is_in_doubt_are_sent_with_all_that_stands_beside_them() -> None:
    screen = Screen()
    screen.show(frame("jalan 梁 rusak"))
    assert "jalan 梁 rusek" in screen.show(frame("jalan 梁 rusek"))
    assert "jalan rusek" in screen.show(frame("jalan rusek"))
    screen.show(frame("jalan rusak"))


def test_after_other_writing_all_is_sent_again() -> None:
    screen = Screen()
    whole = screen.show(frame("lubang", "got"))
    screen.sent.forget()
    assert screen.show(frame("lubang", "got")) == whole


def test_a_picture_goes_as_it_is_and_what_it_covered_is_sent_afterwards() -> None:
    sent = Sent()
    whole = sent.news(frame("lubang"), CONSOLE).render_segments(CONSOLE)
    picture = LayoutUpdate(
        [[Strip([Segment("\x1bPq~\x1b\\", RED, [(ControlType.CURSOR_FORWARD, 0)])], 20)]], Region(0, 0, 20, 1)
    )
    assert sent.news(picture, CONSOLE) is picture
    assert sent.news(frame("lubang"), CONSOLE).render_segments(CONSOLE) == whole


def test_a_part_of_the_screen_is_compared_with_what_stands_there() -> None:
    screen = Screen()
    screen.show(frame("lubang", "trotoar", "got"))

    def part(words: str) -> ChopsUpdate:
        chops = [{0: None}, {0: Strip([Segment(words.ljust(20), RED)])}, {0: None}]
        return ChopsUpdate(chops, [(1, 0, 20)], [[20]] * 3)

    assert screen.show(part("trotoar")) == ""
    assert screen.show(part("trotoal")) == "\x1b[2;7H\x1b[31ml\x1b[0m"


def test_other_colours_of_the_terminal_are_other_bytes() -> None:
    sent = Sent()
    sent.news(frame("lubang"), CONSOLE)
    few = Console(force_terminal=True)
    few._color_system = ColorSystem.STANDARD
    news = sent.news(frame("got", style=Style(color="#ff0000")), few)
    assert isinstance(news, News)
    assert "\x1b[91m" in news.sequence or "\x1b[31m" in news.sequence


def test_screens_of_the_desk_arrive_whole_over_any_way(tmp_path: Path) -> None:
    """Lists, dialogs and the way back from them, with texts of citizens that have wide letters in them."""
    world = DeskWorld.make(tmp_path)
    fill(world)
    world.put([world.complaint(title="Jalan 梁 rusak 🚧 parah", text="🙏🙏 tolong 梁")])
    screen, costs = Screen(120, 36), {}

    async def run() -> None:
        async with desk(world, size=(120, 36)) as (app, pilot):
            for place, key in enumerate(
                ("j", "j", "k", "question_mark", "escape", "G", "d", "escape", "enter", "T")
            ):
                await pilot.press(key)
                await pilot.pause()
                news = screen.show(app.screen._compositor.render_full_update())
                costs[f"{place} {key}"] = len(news)

    asyncio.run(run())
    world.close()
    assert costs["0 j"] > 10_000
    assert max(costs["1 j"], costs["2 k"]) < 4000


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
def test_a_key_costs_few_bytes(tmp_path: Path) -> None:
    """12 to 15 kB before: 2 s for each line down over 64 kbit/s."""
    home.fill(tmp_path, 100)
    with bench.desk(tmp_path) as terminal:
        terminal.see(bench.ROW, seconds=60)
        terminal.quiet(1.0)
        before = len(terminal.raw)
        terminal.press(b"j")
        terminal.quiet(0.5)
        assert len(terminal.raw) - before < 4000
