"""Main screens as plain text at three sizes, kept in `screens/`: a change of layout is seen in the diff.

Text and not SVG, because colours are held by the contrast test, and SVG changes with every release of
Textual. `QLUE_DESK_DRAW=1 pytest tests/desk/test_screens.py` draws them anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from qlue_desk.casework.acting import act
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.similar import MergeDialog, SimilarDialog
from qlue_desk.desk.map.screen import MapScreen
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.summary.screen import SummaryScreen
from qlue_desk.domain.edges import Verb
from tests.desk.scene import desk, fill, fill_for_verifier, screen_text, settled
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

KEPT = Path(__file__).parent / "screens"
SIZES = ((80, 24), (120, 36), (160, 48))


async def _queue(app: QlueDesk, pilot: Pilot[int]) -> None:
    await settled(app)


async def _follow_up(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("2")
    await until(lambda: len(app.screen.queue.numbers) == 6)  # type: ignore[attr-defined]
    await settled(app)
    await pilot.press("t")
    await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))


async def _outbox(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("O")
    await until(lambda: isinstance(app.screen, OutboxScreen) and len(app.screen.items) == 2)


async def _summary(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("R")
    await until(lambda: isinstance(app.screen, SummaryScreen) and app.screen.board.rows)


async def _query(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("slash", *"jalan status:disp")
    await until(lambda: str(app.screen.query_one("#query-offers", Static).render()))
    await pilot.press("tab")
    await until(lambda: "status:disposisi" in app.screen.query_text)  # type: ignore[attr-defined]
    await settled(app)


async def _similar(app: QlueDesk, pilot: Pilot[int]) -> None:
    await settled(app)
    await pilot.press("d")
    await until(lambda: isinstance(app.screen, SimilarDialog) and app.screen.query("#candidates"))


async def _merge(app: QlueDesk, pilot: Pilot[int]) -> None:
    await settled(app)
    await pilot.press("space", "space", "space", "d")
    await until(lambda: isinstance(app.screen, MergeDialog) and app.screen.query("#candidates"))


async def _map(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("M")
    await until(lambda: isinstance(app.screen, MapScreen) and app.screen.map.counts and app.screen.map.chosen)
    await until(lambda: any("lebar peta" in row for row in screen_text(app)))


Scene = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]
SCENES: dict[str, tuple[str, Scene]] = {
    "queue": ("u_rina", _queue),
    "follow-up": ("u_rina", _follow_up),
    "outbox": ("u_rina", _outbox),
    "summary": ("u_budi", _summary),
    "verifier": ("u_dewi", _queue),
    "query": ("u_rina", _query),
    "similar": ("u_rina", _similar),
    "merge": ("u_rina", _merge),
    "map": ("u_rina", _map),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_the_screen_looks_as_it_did(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    who, scene = SCENES[name]
    verifier = name == "verifier"
    world = DeskWorld.make(tmp_path, as_=who, dinas="diskominfo" if verifier else "dpupr")
    (fill_for_verifier if verifier else fill)(world)
    if name == "outbox":
        act(world.workplace, ["1", "2"], Verb.ACKNOWLEDGE, now=NOW)
    path = KEPT / f"{name}-{size[0]}x{size[1]}.txt"

    def text() -> str:
        return "\n".join(line.rstrip() for line in screen_text(app)) + "\n"

    async def run() -> None:
        nonlocal app
        async with desk(world, size=size) as (app, pilot):
            await scene(app, pilot)
            if os.environ.get("QLUE_DESK_DRAW"):
                await pilot.pause(0.5)
                KEPT.mkdir(exist_ok=True)
                path.write_text(text(), encoding="utf-8")
            wanted = path.read_text(encoding="utf-8")
            # The last pane may still be painting on a busy machine: what counts is where it comes to rest.
            with contextlib.suppress(AssertionError):
                await until(lambda: text() == wanted)
            assert text() == wanted

    app: QlueDesk
    asyncio.run(run())
    world.close()
