"""A desk that has not heard from central for too long shows nothing; its work is kept."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from qlue_desk.casework import lease
from qlue_desk.cli.running import run
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.locked import LockedScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.settings import Settings
from qlue_desk.store import position
from tests.desk.scene import screen_text
from tests.desk_world import NOW, DeskWorld
from tests.sync.rig import START, Central
from tests.waiting import until_async as until

DAY = dt.timedelta(days=1)


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        made.offline_days = made.hub.offline_days = 30
        yield made


def test_it_ends_thirty_days_after_the_last_word_of_central(central: Central) -> None:
    central.report()
    desk = central.desk()
    desk.sync()
    place = desk.workplace
    heard = lease.ends_at(place.session, None)
    assert heard is not None
    assert dt.timedelta(0) < heard - START - 30 * DAY < dt.timedelta(minutes=1)
    assert lease.locked_since(place, START + 29 * DAY) is None
    since = lease.locked_since(place, START + 31 * DAY)
    assert since is not None
    assert since - START < dt.timedelta(minutes=1)
    central.clock.now = START + 20 * DAY
    desk.sync()  # the same session; only the feed was asked
    assert lease.locked_since(place, START + 49 * DAY) is None
    assert lease.locked_since(place, START + 51 * DAY) is not None


def test_a_clock_that_was_set_back_does_not_open_it(central: Central) -> None:
    desk = central.desk()
    desk.sync()
    later = START + 40 * DAY
    desk.store.writing(position.note_contact, later)
    # Central itself said "day 40"; a session of day 0 cannot make that a time within the lease for ever.
    assert lease.ends_at(desk.workplace.session, later) is not None
    assert lease.locked_since(desk.workplace, START) is None
    assert lease.locked_since(desk.workplace, later + 31 * DAY) is not None


def test_without_a_lease_it_never_locks(central: Central) -> None:
    desk = central.desk()
    desk.sync()
    session = replace(desk.workplace.session, offline_lease_until=None)
    assert lease.ends_at(session, START) is None


def test_commands_show_nothing_but_give_work_out(
    central: Central, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    central.clock.now = dt.datetime.now(dt.UTC) - 31 * DAY
    report = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(report.id, "acknowledge")
    desk.close()
    monkeypatch.setenv("QLUE_DESK_HOME", str(desk.home))
    assert run(["queue", "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "locked"
    assert run(["act", report.number, "--do", "start"]) == 5
    assert "terkunci" in capsys.readouterr().err
    assert run(["outbox", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["waiting"]) == 1
    assert run(["outbox", "export", str(tmp_path / "x.qlb"), "--json"]) == 0
    central.clock.now = dt.datetime.now(dt.UTC)
    assert run(["sync", "--json"]) == 0
    assert run(["queue", "--json"]) == 0


def test_the_screens_close_and_open_again_when_central_is_heard(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    world.add(title="Lubang besar di depan sekolah")
    session = replace(world.workplace.session, server_time=NOW - 31 * DAY, offline_lease_until=NOW - DAY)
    world.workplace.session = session
    app = QlueDesk(world.workplace, None, Settings(), home=world.workplace.home, now=lambda: NOW)
    app.animation_level = "none"

    async def scene() -> None:
        async with app.run_test(size=(100, 30)) as pilot:
            await until(lambda: isinstance(app.screen, LockedScreen))
            await pilot.pause()
            text = "\n".join(screen_text(app))
            assert "terkunci" in text
            assert "Lubang" not in text
            await pilot.press("t", "enter", "j")
            assert isinstance(app.screen, LockedScreen)
            world.store.writing(position.note_contact, NOW)
            await until(lambda: isinstance(app.screen, DeskScreen))

    asyncio.run(scene())
    world.close()
