"""The seconds in which a person can take an action back: held here, sent after them, let go on leaving."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.casework.undoing import undo
from qlue_desk.domain.moves import Fields
from qlue_desk.store import sending
from qlue_desk.store.grace import Grace
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.state import Phase
from tests.sync.rig import Central, Desk
from tests.waiting import until


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def connected(desk: Desk, undo_seconds: float) -> Engine:
    """A running engine with its first round behind it."""
    desk.engine = Engine(
        desk.store,
        desk.home,
        wait_seconds=20,
        undo_seconds=undo_seconds,
        backoff=lambda: Backoff(0.05, 0.2),
    )
    desk.engine.start()
    until(lambda: desk.engine.state.phase is Phase.CONNECTED)
    return desk.engine


def note_now(desk: Desk, ref: str, text: str) -> str:
    [outcome] = act(desk.workplace, [ref], "note", Fields(note=text), now=dt.datetime.now(dt.UTC))
    assert outcome.done, outcome.refusal
    return outcome.action_id


def test_an_action_waits_for_its_grace_while_older_work_goes_on(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = central.report(), central.report()
    desk = central.desk()
    desk.sync()
    asked = 0
    resting = sending.resting

    def counted(grace: Grace) -> float:
        nonlocal asked
        asked += 1
        return resting(grace)

    monkeypatch.setattr(sending, "resting", counted)
    engine = connected(desk, 1.0)
    began = time.monotonic()
    young = note_now(desk, one.id, "baru")
    old = desk.act(two.id, "note", "lama")  # by the rig's clock, hours ago
    until(lambda: desk.state_of(old) == "confirmed")
    assert desk.state_of(young) == "waiting"
    until(lambda: engine.state.waiting == 1)
    until(lambda: desk.state_of(young) == "confirmed")
    assert time.monotonic() - began > 0.9
    assert "baru" in central.texts(one.id)
    # Once for each commit and once when the grace ended, never in a loop.
    assert asked < 25


def test_an_action_can_be_taken_back_while_connected(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    engine = connected(desk, 30.0)
    note_now(desk, one.id, "salah")
    until(lambda: engine.state.waiting == 1)
    time.sleep(0.2)
    assert [outcome.number for outcome in undo(desk.workplace)] == [one.number]
    until(lambda: engine.state.waiting == 0)
    assert "salah" not in central.texts(one.id)


def test_leaving_lets_go_of_what_is_in_its_grace(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    engine = connected(desk, 60.0)
    note_now(desk, one.id, "sampai besok")
    engine.release()
    engine.stop()
    assert desk.counts().waiting == 0
    assert "sampai besok" in central.texts(one.id)


def test_leaving_with_nothing_to_send_does_not_wait(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qlue_desk.sync.engine.FAREWELL_SECONDS", 30.0)
    central.report()
    desk = central.desk()
    engine = connected(desk, 60.0)
    time.sleep(0.2)
    began = time.monotonic()
    engine.release()
    assert time.monotonic() - began < 15


def test_leaving_does_not_wait_for_a_central_that_hangs(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    engine = connected(desk, 60.0)
    entered, done = threading.Event(), threading.Event()
    apply = central.hub.register.apply

    def hanging(*args: object) -> object:
        entered.set()
        done.wait(30)
        return apply(*args)  # type: ignore[arg-type]

    central.hub.register.apply = hanging  # type: ignore[method-assign, assignment]
    action_id = note_now(desk, one.id, "menggantung")
    try:
        # Central would hold the request for thirty seconds; a loaded machine needs some of its own.
        began = time.monotonic()
        engine.release()
        assert time.monotonic() - began < 15
        until(entered.is_set)
        began = time.monotonic()
        engine.stop()
        assert time.monotonic() - began < 15
        assert desk.state_of(action_id) == "waiting"
        assert desk.counts().waiting == 1
    finally:
        done.set()


def test_leaving_offline_sends_and_waits_for_nothing(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qlue_desk.sync.engine.FAREWELL_SECONDS", 30.0)
    one = central.report()
    desk = central.desk()
    desk.sync()
    engine = connected(desk, 60.0)
    engine.offline = True
    action_id = note_now(desk, one.id, "nanti")
    began = time.monotonic()
    engine.release()
    assert time.monotonic() - began < 15
    assert desk.state_of(action_id) == "waiting"


def test_commands_send_at_once(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    note_now(desk, one.id, "sekarang")
    assert desk.sync().applied == 1
