"""What is wrong with the line is said once, stays readable in the outbox, and is not just a colour."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.desk.line_news import trouble_of
from qlue_desk.desk.widgets.header_line import HeaderLine
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.domain.moves import Fields
from qlue_desk.store import journal, queue, twin
from qlue_desk.sync.errors import Offline, OtherServer
from qlue_desk.sync.state import Phase, SyncState
from tests.desk.scene import desk, fill, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

OTHER = SyncState(phase=Phase.REFUSED, last_contact=NOW, detail=OtherServer("s_x").sentence())
STUCK = SyncState(
    phase=Phase.CONNECTED,
    last_contact=NOW - dt.timedelta(seconds=5),
    waiting=3,
    stuck="3 tindakan tertahan: bukti untuk BGR-26-000007 belum terkirim.",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def test_no_network_alone_is_no_trouble() -> None:
    assert trouble_of(SyncState(phase=Phase.OFFLINE, detail=Offline("").sentence())) == ""
    assert trouble_of(SyncState(phase=Phase.OFFLINE, detail="Luring: saklar dimatikan.")) == ""
    assert trouble_of(SyncState(phase=Phase.CONNECTED, detail="Jendela lain menyinkronkan meja ini.")) == ""
    assert trouble_of(OTHER) == OTHER.detail
    assert trouble_of(STUCK) == STUCK.stuck


@pytest.mark.parametrize(
    ("state", "header", "sentence"),
    [(OTHER, "pusat menolak meja ini", OTHER.detail), (STUCK, "tertahan", STUCK.stuck)],
)
def test_the_header_names_it_the_bar_says_it_once_and_the_outbox_keeps_it(
    world: DeskWorld, state: SyncState, header: str, sentence: str
) -> None:
    [number] = [c.number for c in world.store.reading(queue.complaints, [1])]
    [outcome] = act(world.workplace, [number], "note", Fields(note="Kami cek."), now=NOW)
    assert outcome.done, outcome.refusal

    async def scene() -> None:
        async with desk(world, size=(160, 40)) as (app, pilot):
            bar = app.screen.query_one(KeyBar)
            app._line_changed(state)
            await until(lambda: sentence in str(bar.render()))
            assert header in str(app.screen.query_one(HeaderLine).render())
            bar.say("lain")
            app._line_changed(state)
            await pilot.pause()
            assert sentence not in str(bar.render())
            await pilot.press("O")
            await until(lambda: any(sentence in line for line in screen_text(app)))
            app._line_changed(SyncState(phase=Phase.CONNECTED, last_contact=NOW))
            await until(lambda: not any(sentence in line for line in screen_text(app)))

    asyncio.run(scene())


def test_work_that_a_damaged_log_took_is_said_once(world: DeskWorld, tmp_path: Path) -> None:
    [number] = [c.number for c in world.store.reading(queue.complaints, [1])]
    act(world.workplace, [number], "note", Fields(note="Kami cek."), now=NOW)
    log = tmp_path / twin.FILE
    log.write_bytes(log.read_bytes() + b"torn")

    async def scene() -> None:
        async with desk(world) as (app, _pilot):
            bar = app.screen.query_one(KeyBar)
            await until(lambda: "1 baris outbox.log rusak" in str(bar.render()))
            # The next round drops what was told, and nothing of it before.
            await until(lambda: tidied() == [])

    def tidied() -> list[bytes]:
        world.store.writing(journal.tidy_twin)
        return [raw for raw in log.read_bytes().splitlines() if raw == b"torn"]

    assert tidied() == [b"torn"]
    asyncio.run(scene())
    assert len(twin.read(log).recorded) == 1
