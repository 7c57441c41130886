"""What the desk loads, reads and leaves out until its first screen is painted."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

from qlue_desk.desk import dialogs
from qlue_desk.store import lean
from tests.desk.scene import desk, fill
from tests.desk_world import DeskWorld
from tests.terminal import ROOT
from tests.waiting import until_async

_DIALOGS = sorted(path.stem for path in Path(dialogs.__path__[0]).glob("*.py") if path.stem != "__init__")
_NOT_AT_START = (
    "PIL",
    "babel",
    "dateutil",
    "holidays",
    "httpx",
    "psycopg",
    "shapely",
    "textual_image",
    "textual.document",
    "textual.widgets._text_area",
    "qlue_desk.desk.map",
    "qlue_desk.desk.outbox",
    "qlue_desk.desk.photos",
    "qlue_desk.desk.summary",
    "qlue_desk.sync.engine",
    "qlue_desk.sync.transport",
    *(f"qlue_desk.desk.dialogs.{name}" for name in _DIALOGS),
)


def test_starting_the_desk_loads_nothing_that_its_first_screen_does_without() -> None:
    code = (
        "import sys; from qlue_desk.store.lean import without_server_drivers; without_server_drivers();"
        f"import qlue_desk.desk.run; print([name for name in {_NOT_AT_START!r} if name in sys.modules])"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_every_dialog_that_a_key_opens_is_loaded_before_it() -> None:
    code = (
        "import sys; from qlue_desk.desk import dialogs; dialogs.load();"
        f"print([name for name in {_DIALOGS!r} if 'qlue_desk.desk.dialogs.' + name not in sys.modules])"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_garbage_is_collected_again_once_the_desk_is_open(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    fill(world)

    async def run() -> None:
        lean.without_collecting()
        async with desk(world) as (app, _pilot):
            await until_async(app.opened.is_set)
            await until_async(gc.isenabled)

    before = gc.get_threshold()
    try:
        asyncio.run(run())
        assert gc.get_threshold() == (100_000, 20, 1000)  # not ten times a frame
    finally:
        gc.enable()
        gc.unfreeze()
        gc.set_threshold(*before)
        world.close()


class _Ring:
    def __init__(self) -> None:
        self.itself = self


def test_rings_of_garbage_go_while_nobody_types() -> None:
    now = [1000.0]
    before = gc.get_threshold()
    collecting = lean.Collecting(lambda: now[0])

    def is_gone(seconds: float, rest: float, *, frozen: bool = False) -> bool:
        """So many seconds later, and so long after the last key."""
        now[0] += seconds
        ring = _Ring()
        seen = weakref.ref(ring)
        if frozen:
            gc.freeze()
        del ring
        collecting.collect_at_rest(rest)
        return seen() is None

    try:
        assert not is_gone(60.0, 60.0)  # a program that has not asked for it looks by itself
        gc.disable()
        lean.collect_again()
        assert not is_gone(60.0, 0.4)
        assert is_gone(0.0, 0.5)
        assert not is_gone(1.0, 1.5)  # no key since
        assert is_gone(1.0, 0.9)
        assert not is_gone(29.0, 30.0)
        assert is_gone(1.0, 31.0)
        # What stayed once is looked through hourly, in a long rest.
        assert not is_gone(3600.0, 29.0, frozen=True)
        assert is_gone(30.0, 30.0, frozen=True)
        assert not is_gone(3599.0, 60.0, frozen=True)
    finally:
        gc.enable()
        gc.unfreeze()
        gc.set_threshold(*before)
