"""Keys typed in one burst do what the same keys do one after another: to the reports, and on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input, TextArea

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.many import PreviewDialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.dialogs.operator import FIELDS, OperatorDialog
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.complaint import Status
from qlue_desk.store import outbox, snoozes
from tests.desk.scene import desk, fill, fill_for_verifier
from tests.desk_world import NOW, DeskWorld

_SIGNS = {"⏎": "enter", "⎋": "escape", "⇥": "tab", "⌫": "backspace", "↓": "down", "↑": "up", "␣": "space"}


def strokes(typed: str) -> list[events.Key]:
    """`t t ⏎ "a text" ^u`: single keys and signs, ^ for ctrl, text between quotes."""
    found: list[events.Key] = []
    for place, part in enumerate(typed.split('"')):
        for one in part if place % 2 else part.split():
            name = _SIGNS.get(one) or (f"ctrl+{one[1]}" if len(one) == 2 else _character_to_key(one))
            found.append(events.Key(name, one if len(one) == 1 and one not in _SIGNS else None))
    return found


def burst(app: QlueDesk, typed: str) -> None:
    """All at once, as a terminal passes them on."""
    for key in strokes(typed):
        app.post_message(key)


def painted(app: QlueDesk) -> list[str]:
    """The lines on screen, with what shows behind a dialog."""
    shown = app.screen._compositor.render_inline(app.size, screen_stack=app._background_screens)
    return [strip.text for strip in shown.strips]  # type: ignore[attr-defined]


async def rest(app: QlueDesk, seconds: float = 0.3) -> None:
    """Wait until the screen has stood still for so long, and no key waits for another one's work."""
    before, looks, still = "", 0, round(seconds / 0.02)
    ahead = app.typed_ahead
    while looks < still:
        await asyncio.sleep(0.02)
        now = "\n".join([str(app.screen), *painted(app)])
        at_rest = now == before and not ahead._line and not ahead._is_at_work()
        before, looks = now, looks + 1 if at_rest else 0


def fields(app: QlueDesk) -> list[str]:
    """What stands in the fields of the screen in front."""
    texts = [field.value for field in app.screen.query(Input)]
    return [text for text in [*texts, *(area.text for area in app.screen.query(TextArea))] if text]


def recorded(world: DeskWorld) -> list[tuple[str, ...]]:
    """Verb, number, text and target of each action; the rows that are put aside."""

    def read() -> list[tuple[str, ...]]:
        waiting = [
            (each.action.verb, each.number or each.title, each.action.fields.note, each.action.fields.to)
            for each in outbox.waiting()
        ]
        return [
            *waiting,
            *(("aside", str(row)) for row in sorted(snoozes.asleep(world.workplace.actor.id, NOW))),
        ]

    return world.store.reading(read)


def officer(home: Path) -> DeskWorld:
    world = DeskWorld.make(home)
    fill(world)
    return world


def operator(home: Path) -> DeskWorld:
    world = DeskWorld.make(home, as_="u_oki", dinas="diskominfo")
    world.add_many([Status.NEW] * 4)
    return world


def verifier(home: Path) -> DeskWorld:
    world = DeskWorld.make(home, as_="u_dewi", dinas="diskominfo")
    world.add_many([Status.NEW] * 4)
    return world


def typed_at_once(world: DeskWorld, typed: str, look: Callable[[QlueDesk], Any]) -> Any:
    """What `look` sees on the desk after a burst."""

    async def run() -> Any:
        async with desk(world, size=(140, 40)) as (app, _pilot):
            burst(app, typed)
            await rest(app)
            return look(app)

    return asyncio.run(run())


def after(home: Path, make: Callable[[Path], DeskWorld], typed: str, *, fast: bool) -> tuple[Any, ...]:
    """Screen, fields and outbox after these keys."""
    home.mkdir()
    world = make(home)

    async def run() -> tuple[Any, ...]:
        async with desk(world, size=(140, 40)) as (app, _pilot):
            if fast:
                burst(app, typed)
            else:
                for key in strokes(typed):
                    app.post_message(key)
                    await rest(app, 0.06)
            await rest(app)
            return type(app.screen).__name__, fields(app), recorded(world), painted(app)

    try:
        return asyncio.run(run())
    finally:
        world.close()


def test_what_is_typed_behind_enter_goes_to_what_comes_next(tmp_path: Path) -> None:
    world = officer(tmp_path)
    seen = typed_at_once(world, '2 j t t ⏎ c "sudah dicek"', lambda app: (type(app.screen), fields(app)))
    assert seen == (NoteDialog, ["sudah dicek"])
    assert [verb for verb, *_rest in recorded(world)] == ["acknowledge"]


def test_what_is_typed_behind_a_line_that_is_emptied_stays(tmp_path: Path) -> None:
    world = officer(tmp_path)
    for emptied in ("^u", "^a ^k"):
        assert typed_at_once(world, f'/ "lubang" {emptied} "jembatan"', fields) == ["jembatan"]


def test_a_form_filled_in_one_go_has_each_value_in_its_field(tmp_path: Path) -> None:
    def values(app: QlueDesk) -> dict[str, str]:
        assert isinstance(app.screen, OperatorDialog)
        return {name: app.screen._text(name) for name in FIELDS}

    world = operator(tmp_path)
    typed = 'e "0812345678" ⏎ "Siti" ⏎ "sempur" ⏎ "Jl. Raya" ⏎ "jemb" ⏎ "Jembatan retak" ⏎ "Dekat sekolah"'
    city = world.workplace.city
    assert typed_at_once(world, typed, values) == {
        "phone": "0812345678",
        "name": "Siti",
        "kelurahan": next(each.code for each in city.kelurahan if each.name == "Sempur"),
        "street": "Jl. Raya",
        "category": "jembatan",
        "title": "Jembatan retak",
        "text": "Dekat sekolah",
    }


def test_the_slash_does_not_overtake_the_keys_before_it(tmp_path: Path) -> None:
    world = officer(tmp_path)

    def row(app: QlueDesk) -> Any:
        return app.screen.before.row, app.screen.queue.numbers[2], fields(app)  # type: ignore[attr-defined]

    remembered, third, typed = typed_at_once(world, "j j /", row)
    assert (remembered, typed) == (third, [])


def test_what_is_typed_for_a_dialog_that_does_not_come_does_nothing(tmp_path: Path) -> None:
    world = officer(tmp_path)
    said = typed_at_once(world, "e a p 2 u", lambda app: app.screen.query_one(KeyBar).sentence)
    assert (said, recorded(world)) == ("Mencatat laporan baru: hanya operator atau verifikator.", [])


def test_a_question_about_many_is_not_answered_by_what_was_typed_before_it(tmp_path: Path) -> None:
    world = officer(tmp_path)
    shown = typed_at_once(world, "␣ ␣ a ⏎ j c", lambda app: (type(app.screen), "\n".join(painted(app))))
    assert shown[0] is PreviewDialog
    assert "Yang diketik sebelum pertanyaan ini tidak dipakai." in shown[1]
    assert recorded(world) == []


@pytest.mark.parametrize(
    ("typed", "done"),
    [
        ("p 2 w 1 ⏎ j .", ["prioritise", "aside", "aside"]),
        ("p 2 w 1 ⏎ w ⏎ j .", ["prioritise"]),
        ('2 p 2 c "x" ⏎ j .', ["prioritise", "note", "note"]),
    ],
)
def test_the_full_stop_repeats_the_last_act_whatever_its_kind(
    tmp_path: Path, typed: str, done: list[str]
) -> None:
    world = officer(tmp_path)
    typed_at_once(world, typed, lambda app: None)
    assert [verb for verb, *_rest in recorded(world)] == done


def test_the_full_stop_repeats_a_dispatch_as_suggested_and_says_what_it_cannot(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, as_="u_dewi", dinas="diskominfo")
    fill_for_verifier(world)
    typed_at_once(world, "p 2 A j .", lambda app: None)
    assert [verb for verb, *_rest in recorded(world)] == ["prioritise", "dispatch", "dispatch"]
    typed = 'p 2 e ⇥ ⇥ ⇥ ⇥ ⇥ "Pohon" ⏎ "Roboh" ⏎ .'
    said = typed_at_once(world, typed, lambda app: app.screen.query_one(KeyBar).sentence)
    assert said == "Laporan baru tidak bisa diulangi; catat lagi dengan tombolnya."


BURSTS = [
    (officer, '/ "trotoar" ⏎ j t ⏎ ⎋ ⎋'),
    (officer, "2 j z ⇥ j ⎋ 1 j j p 3 . u"),
    (officer, 'O ⎋ j c "satu" ^n c "dua" ⏎ R j'),
    (officer, 'w 1 ⏎ j . S "lama" ⏎ 1 j l'),
    (officer, ': "ringkasan" ⏎ ↓ ⏎ ⎋ ⎋ ? ⎋ j t u'),
    (verifier, 't d "parkir" ⏎ ⏎ "dishub" ⏎ ⏎ j c "x" ⏎'),
    (operator, 'e "0812" ⏎ ⏎ ⏎ ⏎ ⏎ "Pohon tumbang" ⏎ "di jalan" ⏎ j e "0813"'),
]


@pytest.mark.parametrize(("make", "typed"), BURSTS)
def test_a_burst_ends_as_the_same_keys_one_by_one(
    tmp_path: Path, make: Callable[[Path], DeskWorld], typed: str
) -> None:
    assert after(tmp_path / "fast", make, typed, fast=True) == after(
        tmp_path / "slow", make, typed, fast=False
    )
