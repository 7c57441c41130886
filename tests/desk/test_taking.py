"""What `a` offers when several reports are marked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ChooseDialog
from qlue_desk.desk.dialogs.many import PreviewDialog, ResultDialog
from qlue_desk.desk.queue.deeds import Chosen
from qlue_desk.desk.queue.doing import RELEASE, holder_choices
from qlue_desk.domain.complaint import Actor, Complaint, Role, Status
from tests.desk.scene import screen_text
from tests.desk.test_acting import play, queue, said, sent
from tests.desk_world import DeskWorld
from tests.domain.test_lifecycle import report
from tests.waiting import until_async as until

PEOPLE = tuple(
    Actor(key, key.title(), frozenset({Role.OFFICER}), "bogor", "dpupr") for key in ("saya", "budi", "asep")
)


def held(*holders: str | None) -> tuple[Complaint, ...]:
    return tuple(
        report(id=f"c_{n}", dinas="dpupr", holder=who, holder_name=(who or "").title())
        for n, who in enumerate(holders)
    )


@pytest.mark.parametrize(
    ("holders", "offered"),
    [
        (["saya"], ["budi", "asep", RELEASE]),
        (["budi"], ["saya", "asep", RELEASE]),
        (["saya", "saya"], ["budi", "asep", RELEASE]),
        (["saya", "budi"], ["saya", "budi", "asep", RELEASE]),
        (["budi", "saya"], ["saya", "budi", "asep", RELEASE]),
        (["budi", None], ["saya", "budi", "asep", RELEASE]),
    ],
)
def test_only_who_holds_all_of_them_is_not_offered(holders: list[str | None], offered: list[str]) -> None:
    sample = held(*holders)
    choices = holder_choices(Chosen(tuple(one.id for one in sample), sample), "saya", PEOPLE)
    assert [choice.key for choice in choices] == offered


def test_of_what_was_not_looked_at_somebody_else_may_hold_some() -> None:
    sample = held("saya", "saya")
    choices = holder_choices(Chosen((*(one.id for one in sample), "c_9"), sample), "saya", PEOPLE)
    assert [choice.key for choice in choices] == ["saya", "budi", "asep", RELEASE]


@pytest.mark.parametrize(
    ("holders", "said"),
    [
        (["budi"], "sekarang dipegang Budi"),
        (["budi", "budi"], "sekarang dipegang Budi"),
        (["budi", "asep"], "2 dipegang orang lain"),
        (["budi", "saya", None], "1 dipegang orang lain"),
        (["saya", None], ""),
    ],
)
def test_it_says_from_whom_they_would_be_taken_away(holders: list[str | None], said: str) -> None:
    sample = held(*holders)
    first = holder_choices(Chosen(tuple(one.id for one in sample), sample), "saya", PEOPLE)[0]
    assert (first.key, first.hint) == ("saya", said)


def test_people_of_all_the_dinas_are_offered_each_once() -> None:
    others = Actor("tuti", "Tuti", frozenset({Role.OFFICER}), "bogor", "dlh")
    sample = (*held("saya", "budi"), report(id="c_3", dinas="dlh"))
    choices = holder_choices(Chosen(tuple(one.id for one in sample), sample), "saya", (*PEOPLE, others))
    assert [choice.key for choice in choices] == ["saya", "budi", "asep", "tuti", RELEASE]


FIVE = [f"BGR-26-{n:06d}" for n in range(1, 6)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    """Five reports: the first is mine, the second Asep's, the others are free."""
    made = DeskWorld.make(tmp_path)
    made.add(status=Status.DISPATCHED, holder="u_rina", holder_name="Rina")
    made.add(status=Status.DISPATCHED, holder="u_asep", holder_name="Asep")
    made.add_many([Status.DISPATCHED] * 3)
    yield made
    made.close()


def holders(world: DeskWorld) -> list[str | None]:
    return [world.get(number).holder for number in FIVE]


async def choose_for_all(app: QlueDesk, pilot: Pilot[int], *keys: str) -> None:
    """Mark all that are not acknowledged, `a`, choose; the preview stands there."""
    await pilot.press("2")
    await until(lambda: len(queue(app).numbers) == 5)
    await pilot.press("V")
    await until(lambda: len(queue(app).marks) == 5)
    await pilot.press("a")
    await until(lambda: isinstance(app.screen, ChooseDialog) and app.screen.query("#keys"))
    assert "Pegangan 5 laporan" in "\n".join(screen_text(app))
    await pilot.press(*keys, "enter")
    await until(lambda: isinstance(app.screen, PreviewDialog))


def test_all_that_are_marked_are_taken_whoever_holds_the_first(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await choose_for_all(app, pilot, "down")
        assert app.screen.question == "Ambil untuk 4 dari 5 laporan?"  # type: ignore[attr-defined]
        assert len(sent(world)) == 0
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ResultDialog))
        assert holders(world) == ["u_rina"] * 5
        await until(lambda: said(app).startswith("Ambil: 4 tersimpan, 1 dilewati."))
        assert list(queue(app).marks) == [1], "only what was left out stays marked"
        await pilot.press("escape")
        await until(lambda: len(app.screen_stack) == 2)
        await pilot.press("u")
        await until(lambda: said(app) == "Dibatalkan: Ambil untuk 4 laporan.")
        assert holders(world) == ["u_rina", "u_asep", None, None, None]

    play(world, scene)


def test_all_that_are_marked_are_released(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await choose_for_all(app, pilot, "end")
        await pilot.press("enter")
        await until(lambda: holders(world) == [None] * 5)
        await until(lambda: len(app.screen_stack) == 2)
        await pilot.press("u")
        await until(lambda: holders(world) == ["u_rina", "u_asep", None, None, None])

    play(world, scene)
