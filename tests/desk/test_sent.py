"""Only what differs is sent, and the terminal shows the whole all the same."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import threading
from pathlib import Path

import pyte
import pytest
from pyte.screens import Char
from rich.cells import set_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from qlue_desk.desk.pen import Pen, look_of
from qlue_desk.desk.sent import News, Sent
from qlue_desk.desk.terminal_driver import _Lasting
from tests.bench import desk as bench
from tests.bench import home
from tests.desk.scene import desk, fill
from tests.desk_world import DeskWorld
from tests.waiting import until

CONSOLE = Console(color_system="truecolor", force_terminal=True)
RED, BLUE = Style(color="red"), Style(color="blue", bold=True)


class Screen:
    """A terminal that is sent the news, and what it would show if it were sent each frame whole."""

    def __init__(self, columns: int = 20, lines: int = 3, *, at_once: bool = False) -> None:
        self.sent = Sent()
        self.at_once = at_once
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self._screen)
        self._whole = pyte.Screen(columns, lines)
        self._whole_stream = pyte.Stream(self._whole)

    def show(self, update: LayoutUpdate | ChopsUpdate) -> str:
        news = self.sent.news(update, CONSOLE, at_once=self.at_once).render_segments(CONSOLE)
        self._stream.feed(news)
        self._whole_stream.feed(update.render_segments(CONSOLE))
        for y in range(self._screen.lines):
            for x in range(self._screen.columns):
                assert _seen(self._screen.buffer[y][x]) == _seen(self._whole.buffer[y][x]), (x, y)
        return news


def _seen(cell: Char) -> Char:
    """Of a blank its ground; in which colour nothing is written nobody sees."""
    blank = cell.data == " " and not (cell.underscore or cell.strikethrough or cell.reverse)
    return cell._replace(fg="default", bold=False, italics=False) if blank else cell


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
    assert screen.show(frame("c.........d", "")) == "\x1b[1;1H\x1b[31mc\x1b[11Gd\x1b[0m"
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


def test_where_something_began_once_says_nothing_inside_of_what_stands_there_now() -> None:
    """A piece that began in the middle of a wide letter put the next words over it, and was taken for right."""
    screen = Screen(20, 8, at_once=True)

    def rows(first: int, odd: str = "xyz") -> LayoutUpdate:
        texts = [
            [
                Segment(f"line{n} ", RED),
                Segment("梁" * 4, RED),
                Segment((odd if n == 4 else "xyz").ljust(6), BLUE),
            ]
            for n in range(first, first + 8)
        ]
        return LayoutUpdate([[Strip(text)] for text in texts], Region(0, 0, 20, 8))

    halves = [[Strip([Segment(f"{n}aaaaaaaaa", RED)]), Strip([Segment("b" * 10, RED)])] for n in range(8)]
    screen.show(LayoutUpdate(halves, Region(0, 0, 20, 8)))
    screen.show(rows(0))
    assert "\x1b[1M" in screen.show(rows(1, "QQQ"))


def test_a_mark_that_comes_apart_from_its_letter_takes_no_cell() -> None:
    screen = Screen()

    def news(after: str) -> str:
        strip = Strip([Segment("cafe", RED), Segment("\u0301", BLUE), Segment(f" buka{after}", RED)])
        return screen.show(LayoutUpdate([[strip]], Region(0, 0, strip.cell_length, 1)))

    news("!")
    news("?")


@pytest.mark.parametrize(
    ("before", "after"),
    [("Cafe\u0301 \u65e5", "Cafe\u0301 \u6708"), ("\U0001f44d\U0001f3fd ok", "\U0001f44d\U0001f3ff ok")],
)
def test_a_wide_letter_and_one_without_width_do_not_make_up_for_each_other(before: str, after: str) -> None:
    sent = Sent()

    def news(text: str) -> str:
        strip = Strip([Segment(text)])
        update = LayoutUpdate([[strip]], Region(0, 0, strip.cell_length, 1))
        return sent.news(update, CONSOLE).render_segments(CONSOLE)

    news(before)
    assert after in news(after)


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


def listed(first: int, *, cursor: int = -1, count: int = 12) -> list[str]:
    words = ("lubang di jalan raya", "trotoar pecah lagi", "got mampet", "lampu jalan mati", "pohon tumbang")
    return [
        f"{'>' if place == cursor else ' '}26-{first + place:06d} {words[(first + place) * 7 % 11 % 5]} {first}"[
            :-2
        ]
        for place in range(count)
    ]


def beside(lines: list[str], *, detail: str = "", bar: bool = False) -> LayoutUpdate:
    """A list between a side bar and a report, each with its own pieces; lines above and below stay."""
    strips = [[Strip([Segment("kepala".ljust(60), BLUE)])]]
    for place, line in enumerate(lines):
        side, text = (14 if bar else 0), (16 if detail else 0)
        parts = (
            (f"tampilan {place}" if place < 5 else "", side, BLUE),
            (line, 60 - side - text, RED),
            (detail if place % 3 == 0 else "", text, BLUE),
        )
        strips.append(
            [Strip([Segment(set_cell_size(words, width), style)]) for words, width, style in parts if width]
        )
    strips.append([Strip([Segment("tombol".ljust(60), BLUE)])])
    return LayoutUpdate(strips, Region(0, 0, 60, len(strips)))


def test_a_list_that_scrolls_is_moved_by_the_terminal() -> None:
    screen = Screen(60, 14)
    screen.show(beside(listed(0)))
    down = screen.show(beside(listed(1)))
    assert down.startswith("\x1b[2;13r\x1b[2;1H\x1b[1M\x1b[r")
    assert len(down) < 110
    up = screen.show(beside(listed(0)))
    assert up.startswith("\x1b[2;13r\x1b[2;1H\x1b[1L\x1b[r")
    assert "\x1b[2M" in screen.show(beside(listed(2)))


def test_what_stands_beside_a_list_that_was_moved_is_put_back() -> None:
    screen = Screen(60, 14, at_once=True)
    screen.show(beside(listed(0), bar=True))
    assert "M\x1b[r" in screen.show(beside(listed(1), bar=True))
    # Where the terminal shows each byte as it comes, the side bar does not jump.
    screen = Screen(60, 14)
    screen.show(beside(listed(0), bar=True))
    assert "\x1b[r" not in screen.show(beside(listed(1), bar=True))


def test_lines_beside_which_something_is_unknown_stay_where_they_are() -> None:
    screen = Screen(60, 14, at_once=True)
    chops = [{0: None}, *({10: Strip([Segment(line.ljust(50), RED)])} for line in listed(0)), {0: None}]
    part = ChopsUpdate(chops, [(y, 10, 60) for y in range(1, 13)], [[60]] * 14)
    screen.show(part)
    chops = [{0: None}, *({10: Strip([Segment(line.ljust(50), RED)])} for line in listed(1)), {0: None}]
    assert "\x1b[r" not in screen.show(ChopsUpdate(chops, part.spans, part.chop_ends))


def test_random_frames_arrive_whole() -> None:
    """Lists that scroll by any number, with a cursor line, a side bar, a report, wide letters and gaps."""
    chance = random.Random(7)
    moved = 0
    for _ in range(60):
        screen = Screen(60, 14, at_once=chance.random() < 0.7)
        first = 20
        for _frame in range(8):
            first = max(0, first + chance.choice((-11, -5, -1, 0, 1, 1, 1, 2, 6, 12)))
            lines = listed(first, cursor=chance.randrange(12))
            for place in range(12):
                if (first + place) % 5 == 0:
                    lines[place] = ""
                if (first + place) % 7 == 0:
                    lines[place] = lines[place][:20] + "梁🚧"
            detail = chance.choice(("", "梁 rusak", "catatan"))
            news = screen.show(beside(lines, detail=detail, bar=chance.random() < 0.5))
            moved += "\x1b[r" in news
    assert moved > 50


def test_looks_change_by_what_differs() -> None:
    pen = Pen()
    red, bold, blue = (
        look_of("\x1b[31;40m", "\x1b[0m"),
        look_of("\x1b[1;31;40m", "\x1b[0m"),
        look_of("\x1b[34m", "\x1b[0m"),
    )
    link = look_of("\x1b]8;;x\x1b\\", "\x1b]8;;\x1b\\")
    pen.write(
        0,
        0,
        [("a", red), (" ", red.of_blanks), ("b", bold), ("c", red), ("d", blue), ("e", link), ("f", blue)],
    )
    assert pen.lifted() == (
        "\x1b[1;1H\x1b[31;40ma \x1b[1mb\x1b[0;31;40mc\x1b[34;49md\x1b[0m\x1b]8;;x\x1b\\e\x1b]8;;\x1b\\\x1b[34mf\x1b[0m"
    )


def test_a_letter_has_its_own_look_behind_a_blank_of_the_same_look() -> None:
    pen, plain = Pen(), look_of("", "")
    pen.write(0, 0, [("a", look_of("\x1b[31m", "\x1b[0m")), (" ", plain), ("b", plain)])
    assert pen.lifted() == "\x1b[1;1H\x1b[31ma \x1b[0mb"


def test_what_is_not_known_is_not_left_out_in_silence() -> None:
    with pytest.raises(AssertionError):
        Pen().write(0, 0, [("a", look_of("", "")), None, ("b", look_of("", ""))])


@pytest.mark.parametrize(
    ("columns", "lines"), [(120, 36), (80, 20)], ids=["all rows fit", "the list scrolls"]
)
def test_screens_of_the_desk_arrive_whole_over_any_way(tmp_path: Path, columns: int, lines: int) -> None:
    """Lists, dialogs and the way back from them, with texts of citizens that have wide letters in them."""
    world = DeskWorld.make(tmp_path)
    fill(world, rounds=3 if lines == 36 else 8)
    world.put([world.complaint(title="Jalan 梁 rusak 🚧 parah", text="🙏🙏 tolong 梁")])
    screen, costs, moved = Screen(columns, lines, at_once=True), {}, []
    keys = ("j", "j", "k", "question_mark", "escape", "G", "d", "escape", "enter", "T", "escape", *"kkkg")

    async def run() -> None:
        async with desk(world, size=(columns, lines)) as (app, pilot):
            for place, key in enumerate((*keys, *["ctrl+d", "ctrl+d", "j", "j", "ctrl+u"])):
                await pilot.press(key)
                await pilot.pause()
                news = screen.show(app.screen._compositor.render_full_update())
                costs[f"{place} {key}"] = len(news)
                moved.append("\x1b[r" in news)

    asyncio.run(run())
    world.close()
    assert costs["0 j"] > lines * columns
    assert max(costs["1 j"], costs["2 k"]) < 4000
    assert any(moved) or lines == 36


def test_a_line_that_cannot_follow_is_noticed_until_it_is_free() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        lasting = _Lasting(file)
        assert not lasting.congested
        work = lambda: (lasting.write("x" * 300_000), lasting.flush())  # noqa: E731
        thread = threading.Thread(target=work, daemon=True)  # a test that fails must not wait for it
        thread.start()
        until(lambda: lasting.congested)
        while thread.is_alive():
            os.read(reading, 1 << 16)
            thread.join(0.001)
        assert not lasting.congested
    os.close(reading)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
def test_a_key_costs_few_bytes(tmp_path: Path) -> None:
    """12 to 15 kB before: 2 s for each line down over 64 kbit/s."""
    home.fill(tmp_path, 100)
    with bench.desk(tmp_path) as terminal:
        terminal.see(bench.ROW, seconds=60)
        terminal.quiet(1.0)
        terminal.press(b"j")
        terminal.quiet(1.0)
        before = len(terminal.raw)
        terminal.press(b"j")
        terminal.quiet(0.5)
        assert len(terminal.raw) - before < 4000
