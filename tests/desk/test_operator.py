"""The operator's form: what is typed stays text, stays in its field, and is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ChooseDialog
from qlue_desk.desk.dialogs.operator import FIELDS, OperatorDialog
from qlue_desk.desk.widgets.fields import Picker
from qlue_desk.domain.complaint import Status
from qlue_desk.store import outbox
from tests.desk.scene import screen_text
from tests.desk.test_acting import play, said, sent
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path, as_="u_oki", dinas="diskominfo")
    made.add(status=Status.NEW)
    yield made
    made.close()


async def open_form(app: QlueDesk, pilot: Pilot[int]) -> OperatorDialog:
    await pilot.press("e")
    await until(lambda: isinstance(app.screen, OperatorDialog) and app.screen.query("#text"))
    await pilot.pause(0.05)
    assert isinstance(app.screen, OperatorDialog)
    return app.screen


def where(form: OperatorDialog) -> str:
    """Name of the field with the cursor."""
    place = form.walk.place(form.fields)
    return FIELDS[place] if place >= 0 else ""


def test_typing_and_tabbing_never_leave_the_fields(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        form = await open_form(app, pilot)
        assert where(form) == "phone"
        await pilot.press("tab", "tab", *"kedung", "enter")
        assert where(form) == "street"
        await pilot.press("tab")  # by habit, after enter has led on already
        assert where(form) == "street"
        await pilot.press(*"jl gki", "tab", *"jemb", "tab", *"gki", "tab", *"gki")
        assert where(form) == "text"
        await pilot.press("tab", *"081")
        assert where(form) == "phone"
        await pilot.press("shift+tab")
        assert where(form) == "text"
        assert form.query_one("#category").value == "jembatan"  # type: ignore[attr-defined]
        assert [form._text(name) for name in ("phone", "street", "title", "text")] == ["081", "jl gki", "gki", "gki"]  # fmt: skip
        assert form.junk == ""

    play(world, scene)


def test_what_is_no_report_is_asked_for(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        form = await open_form(app, pilot)
        await pilot.press("ctrl+g")
        await until(lambda: isinstance(app.screen, ChooseDialog) and app.screen.query("#keys"))
        await pilot.press("escape")
        await until(lambda: app.screen is form)
        assert form.junk == ""
        await pilot.press("ctrl+g")
        await until(lambda: isinstance(app.screen, ChooseDialog) and app.screen.query("#keys"))
        await pilot.press("1")
        await until(lambda: form.junk == "ghost")
        await until(lambda: any("Dihitung, tidak dikirim ke dinas" in line for line in screen_text(app)))
        await pilot.press("ctrl+s")
        await until(lambda: len(sent(world)) == 1)

    play(world, scene)
    [item] = world.store.reading(outbox.waiting)
    assert item.action.report is not None
    assert item.action.report.junk_kind == "ghost"


def test_escape_keeps_the_form_and_recording_forgets_it(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        form = await open_form(app, pilot)
        await pilot.press(*"0812345678", "tab", *"Siti", "tab", *"kedung", "enter", "escape")
        await until(lambda: said(app).startswith("Isian disimpan"))
        kelurahan = form.draft

        form = await open_form(app, pilot)
        assert form.draft == kelurahan != ""
        assert (form._text("phone"), form._text("name")) == ("0812345678", "Siti")
        assert form.query_one("#kelurahan").value  # type: ignore[attr-defined]
        form.query_one("#title").focus()
        await pilot.press(*"Pohon", "ctrl+s")
        await until(lambda: len(sent(world)) == 1 and len(app.screen_stack) == 2)

        form = await open_form(app, pilot)
        assert (form.draft, form._as_draft()) == ("", "")
        await pilot.press("0", "8", "ctrl+l")
        assert form._as_draft() == ""
        await pilot.press("escape")

    play(world, scene)


def test_a_category_is_found_by_what_people_call_it_and_a_word_of_none_stops_at_its_field(
    world: DeskWorld,
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        form = await open_form(app, pilot)
        picker = form.query_one("#category", Picker)
        picker.focus()
        await pilot.press(*"lubangg", "enter")
        await until(lambda: "“lubangg” tidak ada di daftar; pilih satu." in "\n".join(screen_text(app)))
        assert picker.has_focus_within
        await pilot.press("backspace")
        await until(lambda: picker.input.value == "lubang")
        await pilot.press("enter")
        await until(lambda: picker.value == "jalan_rusak")
        await until(lambda: form.query_one("#title").has_focus)

    play(world, scene)


def test_what_is_typed_finds_open_reports_of_the_same_thing(world: DeskWorld) -> None:
    world.add(status=Status.NEW, title="Pohon condong", text="Ke warung Sederhana, dekat pos ronda.")
    world.add(status=Status.RESOLVED, title="Pohon condong", text="Ke warung Sederhana.")

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        form = await open_form(app, pilot)
        form.query_one("#title").focus()
        await pilot.press(*"pohon condong")
        options = form.query_one("#similar", OptionList)
        await until(lambda: options.option_count == 1 and not options.get_option_at_index(0).disabled)
        shown = str(options.get_option_at_index(0).prompt)
        assert "BGR-26-000002" in shown
        assert "kata: condong, pohon" in shown

    play(world, scene)
