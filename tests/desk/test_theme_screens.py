"""Screens where colours mean something, kept with the look of every cell in each of the five themes.

Which cell looks like which other is the same in all themes, so it is kept once, as a letter below each cell; what a
letter means in each theme stands in a table below: a theme that changes is seen in the table, a cell that gets
another colour above it. `QLUE_DESK_DRAW=1` draws them anew, as for `test_screens.py`.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from string import ascii_letters, digits

import pytest
from rich.color import Color
from rich.style import Style
from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.detail.pane import DetailPane
from qlue_desk.desk.map.screen import MapScreen
from qlue_desk.desk.summary.screen import SummaryScreen
from qlue_desk.desk.themes import MONO_THEME, PALETTES
from qlue_desk.domain.complaint import STATUS_LOOK, Status
from tests.desk.scene import desk, fill, screen_text, settled
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

KEPT = Path(__file__).parent / "screens"
THEMES = tuple(name for name in PALETTES if name != MONO_THEME)
_LETTERS = "·" + ascii_letters + digits
"""The first is the look of most cells: the empty ground."""
_NOT_IN_FILL = (
    Status.HELD,
    Status.NEW,
    Status.REJECTED,
    Status.OUTSIDE_AUTHORITY,
    Status.DUPLICATE,
    Status.NOT_A_REPORT,
)


async def _queue(app: QlueDesk, pilot: Pilot[int]) -> None:
    """Every status, two reports marked, deadlines missed and to come."""
    app.screen.show_own_query(f"status:{','.join(Status)} sort:-created")  # type: ignore[attr-defined]
    await until(lambda: len(app.screen.queue.numbers) == 16)  # type: ignore[attr-defined]
    await settled(app)
    await pilot.press("j", "space", "space")
    await settled(app)
    drawn = "\n".join(screen_text(app))
    assert [look.label for look in STATUS_LOOK.values() if look.glyph not in drawn] == []


async def _detail(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("enter")
    detail = app.screen.query_one(DetailPane)
    await until(lambda: detail.display and detail.has_focus and detail.case is not None)


async def _summary(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("R")
    await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)


async def _map(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("M")
    await until(lambda: isinstance(app.screen, MapScreen) and app.screen.map.counts and app.screen.map.chosen)
    await until(lambda: any("lebar peta" in row for row in screen_text(app)))


SCENES = {
    "queue": ("u_dewi", (120, 36), _queue),
    "detail": ("u_rina", (80, 24), _detail),
    "summary": ("u_budi", (120, 36), _summary),
    "map": ("u_rina", (80, 24), _map),
}


def _colour(colour: Color | None) -> str:
    if colour is None or colour.is_default:
        return "-"
    return colour.triplet.hex if colour.triplet is not None else colour.name


def _look(letter: str, style: Style) -> str:
    """`#ffffff/#000000 bold`: ink, ground, and what else is done to a cell; of a blank what can be seen."""
    inked = letter != " " or style.underline or style.reverse or style.strike
    done = [
        name for name in ("bold", "dim", "italic", "underline", "reverse", "strike") if getattr(style, name)
    ]
    return " ".join(
        [f"{_colour(style.color if inked else None)}/{_colour(style.bgcolor)}", *(done if inked else [])]
    )


def _cells(app: QlueDesk) -> list[list[tuple[str, str]]]:
    """Letter and look of each cell, line by line."""
    return [
        [
            (letter, _look(letter, segment.style or Style.null()))
            for segment in strip
            for letter in segment.text
        ]
        for strip in app.screen._compositor.render_strips()
    ]


async def _drawn_in(app: QlueDesk, pilot: Pilot[int], theme: str) -> list[list[tuple[str, str]]]:
    """The cells once they have come to rest in a theme."""
    before = _cells(app) if app.theme != theme else []
    app.theme = theme
    last, now = before, _cells(app)
    for _turn in range(100):
        if now == last != before:
            break
        await pilot.pause(0.2)
        last, now = now, _cells(app)
    return now


def _kept(drawn: list[list[list[tuple[str, str]]]]) -> str:
    """What is written of one screen that was drawn in each of `THEMES`."""
    looks = [
        [tuple(look for _letter, look in cell) for cell in zip(*rows, strict=True)]
        for rows in zip(*drawn, strict=True)
    ]
    ((ground, _times),) = Counter(look for row in looks for look in row).most_common(1)
    found = dict.fromkeys((ground, *(look for row in looks for look in row)))
    letters = dict(zip(found, _LETTERS[: len(found)], strict=True))
    lines = []
    for row, row_looks in zip(drawn[0], looks, strict=True):
        lines += ["".join(letter for letter, _look in row).rstrip()]
        lines += ["".join(letters[look] for look in row_looks).rstrip(_LETTERS[0])]
    names = [name.removeprefix("qlue-") for name in THEMES]
    table = [["", *names], *([letter, *look] for look, letter in letters.items())]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines += ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", SCENES)
def test_colours_say_what_they_said(tmp_path: Path, name: str) -> None:
    who, size, scene = SCENES[name]
    queue = name == "queue"
    # The coordinator's desk names the status of a report that another dinas has.
    world = DeskWorld.make(tmp_path, as_=who, dinas="diskominfo" if queue else "dpupr")
    if queue:
        fill(world, rounds=1)
        for status in _NOT_IN_FILL:
            world.add(status=status)
    else:
        fill(world)
    path = KEPT / f"themes-{name}.txt"

    async def run() -> None:
        nonlocal app
        async with desk(world, size=size) as (app, pilot):
            await scene(app, pilot)
            drawn = [await _drawn_in(app, pilot, theme) for theme in THEMES]
            found = _kept(drawn)
            if os.environ.get("QLUE_DESK_DRAW"):
                path.write_text(found, encoding="utf-8")
            assert found == path.read_text(encoding="utf-8")

    app: QlueDesk
    asyncio.run(run())
    world.close()
