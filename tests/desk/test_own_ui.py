"""What a person chose in the open desk holds the next time, until the settings say something else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from qlue_desk import words
from qlue_desk.casework import own_ui
from qlue_desk.desk.app import QlueDesk
from qlue_desk.settings import Settings, Ui
from qlue_desk.store import meta
from tests.desk.scene import desk
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

WRITTEN = Ui(theme="dark", preview=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    made.add()
    yield made
    words.set_language("id")
    made.close()


def look(app: QlueDesk) -> tuple[str, bool, bool]:
    """Theme, whether the report is beside the list, language is English."""
    return app.theme, app.screen.has_class("-wide"), words.language() == "en"


async def opened(world: DeskWorld, ui: Ui, *keys: str) -> tuple[str, bool, bool]:
    async with desk(world, settings=Settings(ui=ui)) as (app, pilot):
        first = look(app)
        if keys:
            await pilot.press(*keys)
            await until(lambda: look(app) != first)
            assert app.backend is not None
            await app.backend.was_kept()
        return look(app)


def test_theme_preview_and_language_are_there_again(world: DeskWorld) -> None:
    async def run() -> None:
        assert await opened(world, WRITTEN) == ("qlue-dark", True, False)
        assert await opened(world, WRITTEN, "T") == ("qlue-light", True, False)
        assert await opened(world, WRITTEN, "z") == ("qlue-light", False, False)
        english = ("colon", *"english", "enter")
        assert await opened(world, WRITTEN, *english) == ("qlue-light", False, True)
        assert await opened(world, WRITTEN) == ("qlue-light", False, True)
        assert await opened(world, WRITTEN, "z") == ("qlue-light", True, True)
        # Who changes the settings afterwards means that, and only that.
        assert await opened(world, replace(WRITTEN, theme="contrast")) == ("qlue-contrast", True, True)
        assert await opened(world, WRITTEN) == ("qlue-light", True, True)

    asyncio.run(run())


def test_another_person_at_the_desk_has_their_own(world: DeskWorld) -> None:
    def load(actor: str) -> Ui:
        return world.store.reading(own_ui.load, actor, WRITTEN)

    world.store.writing(own_ui.keep, "u_rina", WRITTEN, "preview", False)
    assert (load("u_rina").preview, load("u_asep").preview) == (False, True)
    world.store.writing(own_ui.keep, "u_rina", WRITTEN, "preview", True)
    assert world.store.reading(meta.get, "ui:u_rina") is None


@pytest.mark.parametrize("stored", [b"{", b"[]", b'{"theme":{"chosen":"pink","instead_of":"dark"}}'])
def test_what_cannot_be_read_is_no_choice(world: DeskWorld, stored: bytes) -> None:
    world.store.writing(meta.put, "ui:u_rina", stored)
    assert world.store.reading(own_ui.load, "u_rina", WRITTEN) == WRITTEN
