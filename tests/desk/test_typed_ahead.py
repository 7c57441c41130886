"""Keys typed ahead of a dialog are for the dialog; the queue below never acts on them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, TextArea

from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.store import outbox
from tests.desk.scene import desk, fill
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until


@pytest.mark.parametrize("key", ["t", "c", "w", "S", "colon", "question_mark"])
def test_letters_behind_the_key_of_a_dialog_do_nothing_to_reports(tmp_path: Path, key: str) -> None:
    world = DeskWorld.make(tmp_path)
    fill(world)

    async def go() -> None:
        async with desk(world) as (app, _pilot):
            for one in (key, "a", "u", "a", "p", "v"):
                app.post_message(events.Key(one, one if len(one) == 1 else None))
            await until(lambda: isinstance(app.screen, Dialog))
            await asyncio.sleep(0.3)
            assert isinstance(app.screen, Dialog)
            assert not app.screen_stack[1].queue.marks  # type: ignore[attr-defined]
            assert not await asyncio.to_thread(world.workplace.store.reading, outbox.waiting)

    asyncio.run(go())


def test_a_note_gets_its_first_letters(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    fill(world)

    async def go() -> None:
        async with desk(world) as (app, _pilot):
            for one in "cauau":
                app.post_message(events.Key(one, one))
            await until(lambda: isinstance(app.screen, Dialog))
            await until(
                lambda: (
                    (
                        [field.text for field in app.screen.query(TextArea) if field.text]
                        + [field.value for field in app.screen.query(Input) if field.value]
                    )
                    == ["auau"]
                )
            )

    asyncio.run(go())
