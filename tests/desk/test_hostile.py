"""Hostile text on every screen: nothing raises, and no control byte reaches the terminal."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Attachment, Entry, Hop, Reporter, Status, Suggestion
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from tests.desk.scene import desk, until
from tests.desk_world import NOW, DeskWorld

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
    "​﻿\U000e0041",
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f؜​‎‏‪-‮⁦-⁩﻿\U000e0000-\U000e007f]")
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
    """Two reports with `text` wherever a citizen, a colleague or central can write."""
    world = DeskWorld.make(folder)
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
    return world


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
