"""What screens ask for off the event loop."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.backend import Backend, in_thread
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.domain.complaint import Status
from qlue_desk.store import drafts
from qlue_desk.store.errors import DiskFull, StoreError
from tests.desk.scene import desk, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until, until_async


def test_who_left_before_the_answer_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    go_on, done = threading.Event(), threading.Event()

    def slow() -> str:
        go_on.wait(30)
        return "late"

    future = in_thread(slow)
    future.add_done_callback(lambda _future: done.set())
    future.cancel()  # as `asyncio.wrap_future` does when a screen is left
    go_on.set()
    assert done.wait(30)
    for thread in threading.enumerate():
        if thread.name == "desk-call":
            thread.join(30)
    assert told == []


def test_an_error_reaches_who_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        in_thread(lambda: 1 // 0).result(30)


def test_what_nobody_waits_for_is_heard_of_when_it_is_not_written(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    heard: list[BaseException] = []
    backend = Backend(world.workplace, not_kept=heard.append)
    backend.keep(drafts.save, "c_1", "note", "sudah ditinjau", NOW)
    assert asyncio.run(backend.was_kept())
    assert heard == []
    refusal = world.store.read_only = StoreError("Hanya dibaca.")
    backend.keep(drafts.save, "c_1", "note", "yang baru", NOW)
    assert not asyncio.run(backend.was_kept())
    until(lambda: heard == [refusal])
    assert world.store.reading(drafts.load, "c_1", "note") == "sudah ditinjau"
    world.close()


def test_a_draft_that_the_disk_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = DeskWorld.make(tmp_path)
    world.add(status=Status.IN_PROGRESS)

    def full(*_args: object, **_named: object) -> None:
        raise DiskFull(world.store.path)

    monkeypatch.setattr(drafts, "save_note", full)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("c")
        await until_async(lambda: isinstance(app.screen, NoteDialog) and bool(app.screen.query("#note")))
        await pilot.press(*"ada", "escape")
        told = "Yang baru diketik tidak tersimpan. Cakram penuh: "
        await until_async(lambda: not isinstance(app.screen, NoteDialog))
        await until_async(lambda: any(told in line for line in screen_text(app)))
        await until_async(app.typed_ahead._is_settled)
        assert any(told in line for line in screen_text(app)), "another sentence says that it is kept"

    async def run() -> None:
        async with desk(world, size=(160, 40)) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())
    world.close()
