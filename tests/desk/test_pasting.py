"""A paste that comes as keys, without the brackets of a terminal that has them: no line of it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, TextArea

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.store import outbox
from tests.desk.scene import desk, fill
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

NAMES = {"\r": "enter", "\n": "ctrl+j", " ": "space"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def type_in_one_piece(app: QlueDesk, text: str) -> None:
    """As the reader of the terminal does: each letter is a key, all at the same moment."""
    moment = events.Key("a", "a").time
    for letter in text:
        key = events.Key(NAMES.get(letter, letter), letter)
        key.time = moment
        app.post_message(key)


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_all_lines_of_a_paste_come_into_the_note_and_nothing_is_sent(world: DeskWorld, end: str) -> None:
    async def go() -> None:
        async with desk(world) as (app, pilot):
            await pilot.press("c")
            await until(lambda: isinstance(app.screen, NoteDialog))
            type_in_one_piece(app, f"Sudah dicek.{end}Pipa PDAM.{end}Besok digali.")
            area = app.screen.query_one(TextArea)
            await until(lambda: area.text.endswith("digali."))
            assert area.text == "Sudah dicek.\nPipa PDAM.\nBesok digali."
            await pilot.pause(0.1)
            assert isinstance(app.screen, NoteDialog)

    asyncio.run(go())


def test_a_single_line_with_its_enter_is_sent_as_ever(world: DeskWorld) -> None:
    async def go() -> None:
        async with desk(world) as (app, pilot):
            await pilot.press("c")
            await until(lambda: isinstance(app.screen, NoteDialog))
            type_in_one_piece(app, "Sudah dicek.\r")
            await until(lambda: isinstance(app.screen, DeskScreen))
        [note] = world.workplace.store.reading(outbox.waiting)
        assert note.action.fields.note == "Sudah dicek."

    asyncio.run(go())


def test_a_few_keys_that_a_slow_line_held_back_are_no_paste(world: DeskWorld) -> None:
    async def go() -> None:
        async with desk(world) as (app, pilot):
            queue = app.screen.queue  # type: ignore[attr-defined]
            await pilot.press("c")
            await until(lambda: isinstance(app.screen, NoteDialog))
            before = queue.cursor
            type_in_one_piece(app, "Sudah dicek.\rjjj")
            await until(lambda: isinstance(app.screen, DeskScreen) and queue.cursor == before + 3)
        [note] = world.workplace.store.reading(outbox.waiting)
        assert note.action.fields.note == "Sudah dicek."

    asyncio.run(go())


def test_a_field_of_one_line_takes_all_lines_of_a_paste(world: DeskWorld) -> None:
    async def go() -> None:
        async with desk(world) as (app, pilot):
            await pilot.press("slash")
            field = app.screen.query_one("#query-input", Input)
            field.post_message(events.Paste("jalan\nrusak"))
            await until(lambda: field.value == "jalan rusak")
            assert not isinstance(app.screen, Dialog)

    asyncio.run(go())
