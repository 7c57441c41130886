"""Files as evidence: named as people type them and as terminals paste them, and kept while the dialog is away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events

from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.form import MoveForm
from qlue_desk.desk.widgets.fields import SafeInput
from qlue_desk.desk.widgets.paths import PathInput, complete_path, read_paths
from qlue_desk.domain.complaint import Status
from qlue_desk.store import drafts, outbox
from tests.desk.scene import desk
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 64
NAMES = ("depan.jpg", "foto depan.jpg", "rina's foto.jpg", "a,b.jpg", 'ku"tip.jpg', "100%25.jpg", "b\\c.jpg")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        (tmp_path / name).write_bytes(JPEG)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", []),
        ("depan.jpg", ["depan.jpg"]),
        ("  {}/foto depan.jpg  ", ["foto depan.jpg"]),
        ("~/foto depan.jpg", ["foto depan.jpg"]),
        ("'~/foto depan.jpg'", ["foto depan.jpg"]),
        ("'{}/foto depan.jpg'", ["foto depan.jpg"]),
        ("'{}/foto depan.jpg' ", ["foto depan.jpg"]),
        ('"{}/foto depan.jpg"', ["foto depan.jpg"]),
        ('"{}/ku\\"tip.jpg"', ['ku"tip.jpg']),
        (r"{}/foto\ depan.jpg", ["foto depan.jpg"]),
        (r"{}/rina\'s\ foto.jpg", ["rina's foto.jpg"]),
        ("{}/rina's foto.jpg", ["rina's foto.jpg"]),
        (r"'{}/rina'\''s foto.jpg'", ["rina's foto.jpg"]),
        ("{}/a,b.jpg", ["a,b.jpg"]),
        ("'{}/a,b.jpg', depan.jpg", ["a,b.jpg", "depan.jpg"]),
        (r"{}/a\,b.jpg", ["a,b.jpg"]),
        ("file://{}/foto%20depan.jpg", ["foto depan.jpg"]),
        ("file://localhost{}/100%2525.jpg", ["100%25.jpg"]),
        ("file://{}/a,b.jpg", ["a,b.jpg"]),
        ("b\\c.jpg", ["b\\c.jpg"]),
        ("depan.jpg, {}/foto depan.jpg", ["depan.jpg", "foto depan.jpg"]),
        ("'{}/foto depan.jpg' '{}/depan.jpg'", ["foto depan.jpg", "depan.jpg"]),
        ("{}/depan.jpg '{}/foto depan.jpg'", ["depan.jpg", "foto depan.jpg"]),
        (r"{}/foto\ depan.jpg {}/depan.jpg", ["foto depan.jpg", "depan.jpg"]),
        ("'{}/depan.jpg' '{}/tiada.jpg'", ["depan.jpg", "tiada.jpg"]),
        ("{}/foto tiada.jpg", ["foto tiada.jpg"]),
        ("'{}/belum ditutup.jpg", ["'{}/belum ditutup.jpg"]),
        ("~siapa/x.jpg", ["~siapa/x.jpg"]),
    ],
)
def test_a_name_is_read_as_it_is_typed_or_pasted(here: Path, typed: str, names: list[str]) -> None:
    found = [str(path) for path in read_paths(typed.replace("{}", str(here)))]
    wanted = [name.replace("{}", str(here)) for name in names]
    assert [path.removeprefix(f"{here}/") for path in found] == wanted


def test_completion_goes_on_behind_a_quote_and_an_unknown_home_is_no_error(here: Path) -> None:
    assert complete_path(f"'{here}/foto") == [f"'{here}/foto depan.jpg"]
    assert complete_path("'") == []
    assert complete_path("~siapa/x") == []


def test_what_was_typed_as_evidence_is_there_again_after_esc_and_gone_once_it_is_sent(here: Path) -> None:
    world = DeskWorld.make(here / "home")
    [one] = world.add_many([Status.IN_PROGRESS])

    def kept() -> dict[str, str]:
        return world.store.reading(drafts.of_complaint, one.id)

    async def scene() -> None:
        async with desk(world) as (app, pilot):
            await pilot.press("t", "u")
            await until(lambda: isinstance(app.screen, FollowUpDialog) and bool(app.screen.query(PathInput)))
            field = app.screen.query_one(PathInput)
            field.focus()
            # Two files that were dropped on a terminal which puts each on a line of its own.
            field.post_message(events.Paste(f"'{here}/foto depan.jpg'\n'{here}/depan.jpg'\n"))
            pasted = f"'{here}/foto depan.jpg', '{here}/depan.jpg'"
            await until(lambda: field.value == pasted)
            app.screen.query_one(MoveForm).fields["no_evidence"].focus()
            await pilot.press(*"gelap", "escape")
            await until(lambda: not isinstance(app.screen, FollowUpDialog))
            await until(lambda: kept() == {"follow_up.evidence": pasted, "follow_up.no_evidence": "gelap"})
            await pilot.press("t", "u")
            await until(lambda: isinstance(app.screen, FollowUpDialog) and bool(app.screen.query(PathInput)))
            assert app.screen.query_one(PathInput).value == pasted
            form = app.screen.query_one(MoveForm)
            why = form.fields["no_evidence"]
            assert isinstance(why, SafeInput)
            assert why.value == "gelap"
            why.value = ""
            form.fields["note"].focus()
            await pilot.press(*"ditambal", "enter")
            await until(lambda: len(world.store.reading(outbox.waiting)) == 1)
            await until(lambda: kept() == {})

    asyncio.run(scene())
    [waiting] = world.store.reading(outbox.waiting)
    assert [each.name for each in waiting.action.fields.evidence] == ["foto depan.jpg", "depan.jpg"]
    world.close()
