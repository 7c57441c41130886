"""Hostile text on every screen: nothing raises, and no control byte reaches the terminal."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from qlue_desk.casework.acting import act
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.operator import OperatorDialog
from qlue_desk.desk.later import say
from qlue_desk.desk.login.screen import LoginScreen
from qlue_desk.desk.widgets.fields import NoteArea, Picker
from qlue_desk.domain.complaint import Attachment, Entry, Hop, Reporter, Status, Suggestion
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.domain.text import storable
from qlue_desk.settings import Settings
from qlue_desk.store import drafts, outbox
from qlue_desk.sync.tokens import write_token
from tests.desk.scene import desk
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

HOSTILE = (
    "[/",
    "[/]",
    "[@click=app.bell]klik[/]",
    "[link=http://jahat]x[/link]",
    "\x1b[31mmerah\x1b]52;c;ZXZpbA==\x07",
    "\x9b2J\x9d0;judul\x9c",
    "‮kilab⁦",
    "á" + "́" * 40,
    "\x00\x08\x0b NUL",
    "panjang " * 4000,
    "\ud800 setengah \udfff\udcff",
    "​﻿\U000e0041",
)
_CONTROL = re.compile("[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f؜​‎‏‪-‮⁦-⁩﻿\U000e0000-\U000e007f]")
KEYS_OPENING_SCREENS = (
    ("t", "escape"),
    ("c", "escape"),
    ("a", "escape"),
    ("p", "escape"),
    ("o", "escape"),
    ("question_mark", "escape"),
    ("colon", "escape"),
    ("O", "escape"),
    ("R", "escape"),
    ("slash", "escape"),
)


def hostile_world(folder: Path, text: str) -> DeskWorld:
    """Two reports with `text` wherever a citizen, a colleague or central can write.

    Half surrogates cannot come by the wire or be stored; they come from keys, pastes and names of files.
    """
    text = storable(text)
    world = rename(DeskWorld.make(folder), text)
    for status in (Status.DISPATCHED, Status.AWAITING_VERIFICATION):
        report = world.complaint(
            status=status,
            title=text[:400],
            text=text,
            street=text[:200],
            reporter=Reporter(name=text[:60], phone=text[:20]),
            holder="u_asep",
            holder_name=text[:40],
            follow_up=text,
            question=text,
            answer=text,
            reason=text,
            coordinating_with=text[:60],
            proposed_by_name=text[:30],
            suggestion=Suggestion("jalan_rusak", None, "dpupr", text[:80]),
            custody=(Hop("dpupr", NOW, text),),
            attachments=(Attachment("a" * 64, text[:80], "image/jpeg", 10, by=text[:20], url=text[:60]),),
        )
        line = Entry(
            f"e_h{report.number}",
            report.id,
            "note",
            NOW,
            NOW,
            "u_x",
            text[:40],
            "dpupr",
            text=text,
            public=True,
        )
        world.put([report], [line])
    first = world.get("BGR-26-000001")
    act(world.workplace, [first.id], Verb.NOTE, Fields(note=text[:5000]), now=NOW)
    world.store.writing(_refuse_all, text[:200])
    act(world.workplace, [first.id], Verb.ACKNOWLEDGE, Fields(note=text[:5000]), now=NOW)
    for what in ("note", "follow_up"):
        world.store.writing(drafts.save, first.id, what, text, NOW)
    return world


def rename(world: DeskWorld, text: str) -> DeskWorld:
    """Give people, dinas, kelurahan, categories and the desk itself hostile names, as central might."""
    place = world.workplace
    city, session = place.city, place.session
    hostile = replace(
        city,
        name=text[:60],
        dinas=tuple(replace(each, name=text[:40], full_name=text[:80]) for each in city.dinas),
        categories=tuple(replace(each, label=text[:40]) for each in city.categories),
        kelurahan=tuple(replace(each, name=text[:40]) for each in city.kelurahan),
        kecamatan=tuple(replace(each, name=text[:40]) for each in city.kecamatan),
    )
    people = tuple(replace(person, name=text[:40]) for person in session.people)
    named = replace(session, city=hostile, people=people, desk=replace(session.desk, name=text[:40]))
    who = next(person for person in people if person.id == place.actor.id)
    return DeskWorld(Workplace.from_parts(world.store, named, who, home=place.home))


def _refuse_all(sentence: str) -> None:
    import msgspec

    from qlue_desk.protocol import ActionResult, Current, Verdict
    from qlue_desk.store.bound import connection

    result = ActionResult(
        "x", Verdict.REJECTED, "invalid_transition", sentence, current=Current(sentence, sentence)
    )
    connection().execute(
        "UPDATE action SET state = 'refused', code = 'invalid_transition', result = ?",
        (msgspec.json.encode(result),),
    )


def shown(app: App[int]) -> str:
    """Every character that the compositor would write."""
    width, height = app.size
    screen = app.screen
    lines = [
        "".join(segment.text for segment in strip)
        for strip in screen._compositor.render_strips(screen.size)  # the bytes before styling
    ]
    assert len(lines) == height
    assert width
    return "\n".join(lines)


async def walk(app: App[int], pilot: Pilot[int]) -> None:
    """Open and close every screen and dialog, looking at each."""
    for opening, closing in KEYS_OPENING_SCREENS:
        await pilot.press(opening)
        await pilot.pause(0.05)
        found = _CONTROL.search(shown(app).replace("\n", ""))
        assert found is None, (opening, found)
        for _again in range(3):
            if opening in "OR" or len(app.screen_stack) > 2 or opening == "slash":
                await pilot.press(closing)
        await until(lambda: len(app.screen_stack) == 2)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_screen_obeys_a_citizens_text(tmp_path: Path, text: str) -> None:
    world = hostile_world(tmp_path, text)

    async def run() -> None:
        async with desk(world, size=(140, 40)) as (app, pilot):
            assert _CONTROL.search(shown(app).replace("\n", "")) is None
            await walk(app, pilot)

    try:
        asyncio.run(run())
    finally:
        world.close()


def assert_plain(app: App[int]) -> None:
    found = _CONTROL.search(shown(app).replace("\n", ""))
    assert found is None, found


ALL = " ".join(storable(text)[:60] for text in HOSTILE)
"""Everything hostile in one name."""
PASTED = (*HOSTILE[2:6], next(text for text in HOSTILE if "setengah" in text), HOSTILE[-1])


def test_an_operator_may_paste_anything(tmp_path: Path) -> None:
    world = rename(DeskWorld.make(tmp_path, as_="u_oki", dinas="diskominfo"), ALL)
    category, kelurahan = world.workplace.city.categories[0], world.workplace.city.kelurahan[0]
    world.add(status=Status.NEW, title=ALL, street=ALL[:200], category=category.key, kelurahan=kelurahan.code)

    async def enter(app: QlueDesk, pilot: Pilot[int], text: str) -> None:
        before = world.store.reading(outbox.counts).waiting
        await pilot.press("e")
        await until(lambda: isinstance(app.screen, OperatorDialog))
        dialog = app.screen
        for name in ("phone", "name", "street", "title"):
            dialog.query_one(f"#{name}", Input).value = text
        dialog.query_one("#text", NoteArea).text = text
        for name, key in (("category", category.key), ("kelurahan", kelurahan.code)):
            dialog.query_one(f"#{name}", Picker).set_value(key)
        await until(lambda: dialog.query_one("#similar", OptionList).option_count > 0)
        await pilot.pause(0.05)
        assert_plain(app)
        await pilot.press("ctrl+s")  # the number is wrong: its sentence repeats what was typed
        await pilot.pause(0.05)
        assert_plain(app)
        dialog.query_one("#phone", Input).value = "0812345678"
        dialog.query_one("#title", Input).value = f"Pohon {text}"
        await pilot.press("ctrl+s")
        await until(lambda: world.store.reading(outbox.counts).waiting == before + 1)
        await until(lambda: len(app.screen_stack) == 2)
        assert_plain(app)

    async def run() -> None:
        async with desk(world, size=(140, 40)) as (app, pilot):
            assert_plain(app)
            for text in PASTED:
                await enter(app, pilot, text[:200])  # what is too long is another sentence

    try:
        asyncio.run(run())
        titles = [item.title for item in world.store.reading(outbox.waiting)]
        assert [title.startswith("Pohon") for title in titles] == [True] * len(PASTED)
    finally:
        world.close()


@pytest.mark.parametrize("enrolled", [False, True])
def test_signing_in_repeats_nothing_dangerous(tmp_path: Path, enrolled: bool) -> None:
    if enrolled:
        write_token(tmp_path, "qd1_x")
    fields = ("user", "password") if enrolled else ("url", "code", "desk-name")

    async def attempt(app: QlueDesk, pilot: Pilot[int], text: str) -> None:
        said = app.screen.query_one("#said", Static)
        said.update("")
        for name in fields:
            app.screen.query_one(f"#{name}", Input).value = text
        await pilot.pause(0.05)
        assert_plain(app)
        app.screen.query_one(f"#{fields[-1]}", Input).focus()
        await pilot.press("enter")
        await until(lambda: str(said.render()) and not app.screen.busy)  # type: ignore[attr-defined]
        await pilot.pause(0.05)
        assert_plain(app)
        say(app.screen, text, wrong=True)  # there is no key bar here: a notification
        await pilot.pause(0.05)
        assert_plain(app)

    async def run() -> None:
        app = QlueDesk(None, None, Settings(), home=tmp_path)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(lambda: isinstance(app.screen, LoginScreen))
            for text in HOSTILE:
                await attempt(app, pilot, text)

    asyncio.run(run())


def test_a_draft_is_kept_whatever_was_typed(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    report = world.add(status=Status.DISPATCHED)

    async def begin(app: QlueDesk, pilot: Pilot[int], turn: int, text: str) -> None:
        await pilot.press("c")
        await until(lambda: len(app.screen_stack) == 3)
        app.screen.query_one(NoteArea).text = f"{turn} mulai {text}"
        await pilot.pause(0.05)
        assert_plain(app)
        say(app.screen_stack[-2], text)
        await pilot.press("escape")
        await until(lambda: world.store.reading(drafts.load, report.id, "note").startswith(f"{turn} mulai"))
        await pilot.pause(0.05)
        assert_plain(app)

    async def run() -> None:
        async with desk(world, size=(140, 40)) as (app, pilot):
            for turn, text in enumerate(HOSTILE):
                await begin(app, pilot, turn, text)

    try:
        asyncio.run(run())
        for text in HOSTILE:  # also where no field cleaned it
            world.store.writing(drafts.save, report.id, "other", text, NOW)
            assert world.store.reading(drafts.load, report.id, "other") == storable(text)
    finally:
        world.close()
