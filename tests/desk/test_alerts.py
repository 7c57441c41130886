"""New urgent reports are told of: by rule, collected, not at night, and nothing of a citizen obeys."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qlue_desk.casework.acting import act
from qlue_desk.desk import osc
from qlue_desk.desk.alerts import Pacer, Urgent, is_quiet, notice
from qlue_desk.desk.app import QlueDesk
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.settings import Notify, Settings, Ui
from tests.desk.scene import desk, fill, screen_text
from tests.desk.test_places import play
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

LOOK = Ui(theme="dark", glyphs="unicode")
HOSTILE = "Api\x1b]52;c;eA==\x07 besar\x9c\x1b\\ di pasar"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


class Heard:
    """What the desk sent to the terminal."""

    def __init__(self, app: QlueDesk) -> None:
        self.sent: list[str] = []
        self.bells = 0
        app.send = self.sent.append  # type: ignore[method-assign]
        app.bell = self.ring  # type: ignore[method-assign]
        assert app.alerts is not None
        app.alerts._show_title()

    def ring(self) -> None:
        self.bells += 1


def toasts(app: QlueDesk) -> list[str]:
    return [each.message for each in app._notifications]


def learned(app: QlueDesk) -> bool:
    return app.alerts is not None and not app.alerts._looking and not app.alerts._any


def test_a_new_urgent_report_is_told_once_by_all_ways_that_are_set(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: learned(app))
        heard = Heard(app)
        world.add(title="biasa saja", priority=0)
        new = world.add(title=HOSTILE, priority=2)
        await until(lambda: toasts(app))
        [told] = toasts(app)
        assert told.startswith(f"Mendesak: {new.number} Api")
        assert not set(told) & set("\x1b\x07\x9c")
        assert heard.bells == 1
        assert heard.sent[-1] == f"\x1b]9;1 laporan mendesak baru: {new.number}\x07".replace(
            "]9;1", "]9;qlue: 1"
        )
        assert osc.title("(1) qlue desk") in heard.sent
        world.put([world.get(new.id)])  # a change of what is known is no news
        await pilot.press("j")
        assert heard.sent[-1] == osc.title("qlue desk")
        await until(lambda: learned(app))
        assert len(toasts(app)) == 1

    rule = Notify(bell=True, osc9=True)
    play(world, scene, settings=Settings(ui=LOOK, notify=rule))


def test_what_was_urgent_before_and_what_one_makes_urgent_oneself_is_no_news(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: learned(app))
        await until(lambda: app.alerts is not None)  # read once the first screen is there
        assert app.alerts is not None
        assert len(app.alerts._known) == 1  # the scene has one emergency
        before = len(app.alerts._known)
        [outcome] = act(world.workplace, ["2"], Verb.PRIORITISE, Fields(to="darurat"), now=NOW)
        assert outcome.refusal is None
        await until(lambda: app.alerts is not None and len(app.alerts._known) == before + 1)
        assert toasts(app) == []

    play(world, scene, settings=Settings(ui=LOOK))


def test_a_rule_of_ones_own_and_one_that_cannot_be_read(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: learned(app))
        new = world.add(title="Trotoar ambles", priority=0)
        await until(lambda: any(new.number in each for each in toasts(app)))

    play(world, scene, settings=Settings(ui=LOOK, notify=Notify(query="ambles")))

    async def broken(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: app.alerts is not None)  # read once the first screen is there
        assert app.alerts is not None
        assert app.alerts._query is None
        await until(lambda: any("[notify] query" in line for line in [*screen_text(app), *toasts(app)]))

    play(world, broken, settings=Settings(ui=LOOK, notify=Notify(query="status:apa")))


def _urgent(*numbers: int) -> list[Urgent]:
    return [Urgent(f"BGR-26-{n:06}", f"judul {n}") for n in numbers]


def test_at_most_one_a_minute_and_the_rest_together() -> None:
    pacer = Pacer(Notify())
    noon = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
    pacer.add(_urgent(1))
    assert pacer.due(noon) == _urgent(1)
    pacer.add(_urgent(2))
    pacer.add(_urgent(3))
    assert pacer.due(noon + dt.timedelta(seconds=59)) == []
    assert pacer.due(noon + dt.timedelta(seconds=60)) == _urgent(2, 3)
    assert pacer.due(noon + dt.timedelta(seconds=200)) == []
    assert pacer.unseen == 3


def test_quiet_hours_go_over_midnight_and_what_came_is_told_in_the_morning() -> None:
    night = Notify(quiet_from="21:00", quiet_until="06:00")
    assert [is_quiet(night, dt.time(h, m)) for h, m in ((20, 59), (21, 0), (3, 0), (5, 59), (6, 0))] == [
        False, True, True, True, False,
    ]  # fmt: skip
    midday = Notify(quiet_from="12:00", quiet_until="13:00")
    assert [is_quiet(midday, dt.time(h)) for h in (11, 12, 13)] == [False, True, False]
    assert not is_quiet(Notify(quiet_from="21:00"), dt.time(22))
    pacer = Pacer(night)
    pacer.add(_urgent(1, 2))
    assert pacer.due(dt.datetime(2026, 11, 24, 23, 0, tzinfo=dt.UTC)) == []
    assert pacer.due(dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC)) == _urgent(1, 2)


def test_a_notice_names_a_few() -> None:
    assert notice(_urgent(7), with_title=True) == "Mendesak: BGR-26-000007 judul 7"
    assert notice(_urgent(1, 2), with_title=True) == ("2 laporan mendesak baru: BGR-26-000001, BGR-26-000002")
    assert notice(_urgent(1, 2, 3, 4), with_title=False).endswith("BGR-26-000003, …")


@pytest.mark.parametrize("text", [HOSTILE, "a\x07b", "a\x9cb", "a\x1b\\b", "4;1;50", "\u202eabc", "x" * 5000])
def test_nothing_breaks_out_of_a_sequence(text: str) -> None:
    for environ in ({}, {"TMUX": "x", "TERM": "tmux-256color"}, {"STY": "x"}):
        sent = osc.notification(text, environ)
        bare = _unwrapped(sent)
        assert re.fullmatch(r"\x1b\]9;[^\x00-\x1f\x7f-\x9f]*\x07", bare), bare
        assert not re.match(r"\x1b\]9;\d", bare)
        assert len(bare) < 300
        copied = _unwrapped(osc.copy(text, environ).removeprefix(osc.copy(text, {})) or osc.copy(text, {}))
        assert re.fullmatch(r"\x1b\]52;c;[A-Za-z0-9+/=]*\x07", copied)
        assert base64.b64decode(copied[7:-1]).decode() == text
    assert re.fullmatch(r"\x1b\]0;[^\x00-\x1f\x7f-\x9f]*\x07", osc.title(text))


def _unwrapped(sent: str) -> str:
    """What the terminal outside of tmux or screen gets."""
    if sent.startswith("\x1bPtmux;"):
        return sent.removeprefix("\x1bPtmux;").removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")
    if sent.startswith("\x1bP"):
        pieces = re.findall(r"\x1bP(.*?)\x1b\\", sent, re.DOTALL)
        assert all(len(piece) <= osc.SCREEN_PIECE for piece in pieces)
        return "".join(pieces)
    return sent


def test_tmux_gets_the_clipboard_both_ways() -> None:
    sent = osc.copy("BGR-26-000004", {"TMUX": "/tmp/tmux"})
    assert sent == (
        "\x1b]52;c;QkdSLTI2LTAwMDAwNA==\x07\x1bPtmux;\x1b\x1b]52;c;QkdSLTI2LTAwMDAwNA==\x07\x1b\\"
    )


def test_the_title_is_given_back_at_the_end(world: DeskWorld) -> None:
    sent: list[str] = []

    async def run() -> None:
        async with desk(world, settings=Settings(ui=LOOK)) as (app, _pilot):
            app.send = sent.append  # type: ignore[method-assign]
            app._title = ""
            app.show_title("qlue desk")

    asyncio.run(run())
    assert sent == [osc.SAVE_TITLE, osc.title("qlue desk"), osc.title("") + osc.RESTORE_TITLE]
