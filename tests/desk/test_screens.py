"""Every screen as plain text at three sizes, kept in `screens/`: a change of layout is seen in the diff.

The window grows under each: it must come to show what one of that size shows. Of a dialog its box is kept, with the
place where it stands. Text and not SVG, which changes with every release of
Textual; colours are held by `test_looks.py` and `test_theme_screens.py`. `QLUE_DESK_DRAW=1 pytest tests/desk/test_screens.py` draws them anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import pkgutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

import qlue_desk.desk
from qlue_desk.casework.acting import act
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import AskDialog, ChooseDialog, ConfirmDialog, Dialog, TextDialog
from qlue_desk.desk.dialogs.columns import ColumnsDialog
from qlue_desk.desk.dialogs.duplicate import DuplicateDialog
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.handover import HandoverDialog
from qlue_desk.desk.dialogs.help import HelpDialog
from qlue_desk.desk.dialogs.macro import MacroDialog
from qlue_desk.desk.dialogs.many import PreviewDialog, ProgressDialog, ResultDialog
from qlue_desk.desk.dialogs.monthly import MonthlyDialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.dialogs.operator import OperatorDialog
from qlue_desk.desk.dialogs.palette import PaletteDialog
from qlue_desk.desk.dialogs.reveal import RevealDialog
from qlue_desk.desk.dialogs.similar import MergeDialog, SimilarDialog
from qlue_desk.desk.dialogs.snooze import SnoozeDialog
from qlue_desk.desk.dialogs.views import ViewsDialog
from qlue_desk.desk.locked import LockedScreen
from qlue_desk.desk.login.screen import LoginScreen
from qlue_desk.desk.map.screen import MapScreen
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.photos.dialog import PhotoDialog
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.summary.screen import SummaryScreen
from qlue_desk.desk.too_small import TooSmallScreen
from qlue_desk.domain.edges import Verb
from qlue_desk.settings import Macro, Settings
from tests.desk.scene import PLAIN, desk, fill, fill_for_verifier, screen_text, settled
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

KEPT = Path(__file__).parent / "screens"
Scene = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]
SIZES = ((80, 24), (120, 36), (160, 48))
SETTINGS = Settings(
    ui=PLAIN,
    macros={
        "terima": Macro(
            "Terima, survei besok",
            when="status:dispatched",
            do="acknowledge",
            reply="Tim survei datang besok.",
        ),
        "mulai": Macro("Mulai hari ini", do="start", note="mulai oleh {petugas}"),
    },
)


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
    await until(lambda: not app.screen.lag.lags)  # type: ignore[attr-defined]
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


async def _duplicate(app: QlueDesk, pilot: Pilot[int]) -> None:
    await _merge(app, pilot)
    await pilot.press("enter")


async def _ask(app: QlueDesk, pilot: Pilot[int]) -> None:
    app.screen.show_own_query("status:resolved")  # type: ignore[attr-defined]
    await pilot.press("S")


async def _confirm(app: QlueDesk, pilot: Pilot[int]) -> None:
    await _ask(app, pilot)
    await until(lambda: isinstance(app.screen, AskDialog))
    await pilot.press(*"koordinasi", "enter")


async def _preview(app: QlueDesk, pilot: Pilot[int]) -> None:
    await pilot.press("2")
    await until(lambda: len(app.screen.queue.numbers) == 6)  # type: ignore[attr-defined]
    await pilot.press("V")
    await until(lambda: len(app.screen.queue.marks) == 6)  # type: ignore[attr-defined]
    await pilot.press("a")
    await until(lambda: isinstance(app.screen, ChooseDialog) and app.screen.query("#keys"))
    await pilot.press("down", "enter")


async def _result(app: QlueDesk, pilot: Pilot[int]) -> None:
    backend: Any = app.backend
    outcomes = await backend.write(act, backend.workplace, ["1", "4", "5"], Verb.ACKNOWLEDGE, now=NOW)
    app.push_screen(ResultDialog("Terima: 1 tersimpan, 2 dilewati", outcomes))


async def _monthly(app: QlueDesk, pilot: Pilot[int]) -> None:
    await _summary(app, pilot)
    await pilot.press("B")
    await until(lambda: isinstance(app.screen, MonthlyDialog) and app.screen.report is not None)


async def _edit_views(app: QlueDesk, pilot: Pilot[int]) -> None:
    app.backend.views.file.path = Path("~/.config/qlue-desk/config.toml")  # type: ignore[union-attr]
    app.screen.edit_views()  # type: ignore[attr-defined]


async def _choose_columns(app: QlueDesk, pilot: Pilot[int]) -> None:
    app.screen.listing.choose_columns()  # type: ignore[attr-defined]


def _key(*keys: str) -> Scene:
    """What a key opens."""

    async def press(app: QlueDesk, pilot: Pilot[int]) -> None:
        await settled(app)
        await pilot.press(*keys)

    return press


def _pushed(make: Callable[[QlueDesk], Screen[Any]]) -> Scene:
    """What needs more than this desk has to come up by itself."""

    async def push(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.push_screen(make(app))

    return push


async def _never(_reason: str) -> Any:
    raise AssertionError("nobody asked")


SCENES: dict[str, tuple[type[Screen[Any]], str, Scene]] = {
    "queue": (DeskScreen, "u_rina", _queue),
    "follow-up": (FollowUpDialog, "u_rina", _follow_up),
    "outbox": (OutboxScreen, "u_rina", _outbox),
    "summary": (SummaryScreen, "u_budi", _summary),
    "verifier": (DeskScreen, "u_dewi", _queue),
    "query": (DeskScreen, "u_rina", _query),
    "similar": (SimilarDialog, "u_rina", _similar),
    "merge": (MergeDialog, "u_rina", _merge),
    "map": (MapScreen, "u_rina", _map),
    "duplicate": (DuplicateDialog, "u_rina", _duplicate),
    "ask": (AskDialog, "u_rina", _ask),
    "confirm": (ConfirmDialog, "u_rina", _confirm),
    "choose": (ChooseDialog, "u_rina", _key("p")),
    "text": (TextDialog, "u_rina", _pushed(lambda _app: TextDialog("Serah terima", Content("Awasi pompa.")))),
    "preview": (PreviewDialog, "u_rina", _preview),
    "progress": (ProgressDialog, "u_rina", _pushed(lambda _app: ProgressDialog("Ambil", 12))),
    "result": (ResultDialog, "u_rina", _result),
    "note": (NoteDialog, "u_rina", _key("c")),
    "snooze": (SnoozeDialog, "u_rina", _key("w")),
    "macro": (MacroDialog, "u_rina", _key("m")),
    "palette": (PaletteDialog, "u_rina", _key("colon")),
    "help": (HelpDialog, "u_rina", _key("question_mark")),
    "handover": (HandoverDialog, "u_rina", _key("H")),
    "monthly": (MonthlyDialog, "u_budi", _monthly),
    "views": (ViewsDialog, "u_rina", _edit_views),
    "columns": (ColumnsDialog, "u_rina", _choose_columns),
    "reveal": (RevealDialog, "u_rina", _pushed(lambda _app: RevealDialog("BGR-26-000001", _never))),
    "photo": (PhotoDialog, "u_rina", _key("o")),
    "operator": (OperatorDialog, "u_oki", _key("e")),
    "login": (LoginScreen, "u_rina", _pushed(lambda app: LoginScreen(app.home))),
    "locked": (
        LockedScreen,
        "u_rina",
        _pushed(lambda app: LockedScreen(NOW, app.backend.zone)),  # type: ignore[union-attr]
    ),
}
NOT_KEPT: dict[type[Screen[Any]], str] = {
    TooSmallScreen: "stands only in a window smaller than all of these; `test_looks.py`",
}


def _screens() -> set[type[Screen[Any]]]:
    """Every screen of the desk that no other one is made of."""
    for module in pkgutil.walk_packages(qlue_desk.desk.__path__, "qlue_desk.desk."):
        importlib.import_module(module.name)
    found, rest = set(), [Screen]
    while rest:
        below = [
            each
            for each in rest.pop().__subclasses__()
            if each.__module__.startswith(("qlue_desk.", "textual."))
        ]
        found |= {each for each in below if not each.__subclasses__()}
        rest += below
    return {each for each in found if each.__module__.startswith("qlue_desk.")}


def test_no_screen_is_forgotten() -> None:
    kept = {screen for screen, _who, _scene in SCENES.values()}
    assert {screen.__name__ for screen in _screens() - kept - NOT_KEPT.keys()} == set()
    assert len(_screens()) > 25


def _text(app: QlueDesk) -> str:
    lines = screen_text(app)
    if isinstance(app.screen, Dialog):
        box = app.screen.query_one("#box").region
        strips = app.screen._compositor.render_strips()[box.y : box.bottom]
        lines = [f"({box.x}, {box.y})", *(strip.crop(box.x, box.right).text for strip in strips)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("name", SCENES)
def test_the_screen_looks_as_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    kind, who, scene = SCENES[name]
    verifier = name == "verifier"
    monkeypatch.setattr("platform.node", lambda: "meja-7")
    world = DeskWorld.make(tmp_path, as_=who, dinas="diskominfo" if who in ("u_dewi", "u_oki") else "dpupr")
    (fill_for_verifier if verifier else fill)(world)
    if name == "outbox":
        act(world.workplace, ["1", "2"], Verb.ACKNOWLEDGE, now=NOW)

    async def run() -> None:
        async with desk(world, size=SIZES[0], settings=SETTINGS) as (app, pilot):
            await scene(app, pilot)
            await until(lambda: type(app.screen) is kind and app.screen.is_mounted)
            for size in SIZES:
                await pilot.resize_terminal(*size)
                await compare(app, pilot, KEPT / f"{name}-{size[0]}x{size[1]}.txt")

    async def compare(app: QlueDesk, pilot: Pilot[int], path: Path) -> None:
        if os.environ.get("QLUE_DESK_DRAW"):
            await pilot.pause(1.0)
            KEPT.mkdir(exist_ok=True)
            path.write_text(_text(app), encoding="utf-8")
        wanted = path.read_text(encoding="utf-8")
        # The last pane may still be painting on a busy machine: what counts is where it comes to rest.
        with contextlib.suppress(AssertionError):
            await until(lambda: _text(app) == wanted)
        assert _text(app) == wanted

    asyncio.run(run())
    world.close()
