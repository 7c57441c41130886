"""Drafts survive: a process that is killed, a colleague's change of the report, and its moving away."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework import tray
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import departed, drafts
from qlue_desk.store.departed import Departed
from tests.desk_world import NOW, DeskWorld
from tests.sync.rig import Central

NOTE, REASON, FILE = "Sudah dicek,\ntiang miring.", "Bukan jalan kota", "'/foto/depan rumah.jpg'"
BEGUN = {"note": NOTE, "follow_up.reason.inside": REASON, "follow_up.evidence": FILE}
TYPING = """
import asyncio, os, signal, sys
from pathlib import Path
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.store import drafts
from tests.desk.scene import desk
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

async def run():
    world = DeskWorld.make(Path(sys.argv[1]))
    async with desk(world) as (app, pilot):
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        await pilot.press(*"tiang", "ctrl+o", *"miring")
        await until(lambda: world.store.reading(drafts.load, sys.argv[2], "note") == "tiang\\nmiring")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(run())
"""


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def test_a_note_that_is_being_typed_is_there_after_kill_9(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    one = world.add()
    world.close()
    killed = subprocess.run([sys.executable, "-c", TYPING, str(tmp_path), one.id], check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    again = DeskWorld.make(tmp_path)
    assert again.store.reading(drafts.of_complaint, one.id) == {"note": "tiang\nmiring"}
    again.close()


def test_a_colleagues_changes_of_the_same_report_leave_what_was_begun(central: Central) -> None:
    one = central.report()
    mine, theirs = central.desk(), central.desk("dpupr", "budi_dpupr")
    for desk in (mine, theirs):
        desk.sync()
    for what, text in BEGUN.items():
        mine.store.writing(drafts.save, one.id, what, text, NOW)
    central.move(one.id, Verb.ACKNOWLEDGE, Fields(), "rina_dpupr")
    theirs.act(one.id, "give", to=central.people["rina_dpupr"].id)
    theirs.act(one.id, "note", "Saya yang ke sana.")
    for desk in (theirs, mine):
        desk.sync()
    here = mine.get(one.id)
    assert here is not None
    assert (here.status, here.holder_name) == (Status.ACKNOWLEDGED, "Rina")
    assert mine.store.reading(drafts.of_complaint, one.id) == BEGUN
    assert theirs.store.reading(drafts.of_complaint, one.id) == {}


def test_what_was_begun_on_a_report_that_moves_away_lies_in_the_tray_and_is_not_brought_back(
    central: Central,
) -> None:
    one = central.report()
    mine = central.desk()
    mine.sync()
    for place, (what, text) in enumerate(BEGUN.items()):
        mine.store.writing(drafts.save, one.id, what, text, NOW + dt.timedelta(seconds=place))
    moved = central.move(one.id, Verb.TRANSFER, Fields(to="dlh", note="sampah, bukan jalan"))
    mine.sync()
    assert mine.get(one.id) is None
    assert mine.store.reading(drafts.of_complaint, one.id) == {}
    in_tray = [
        ("Bukti", FILE, NOW + dt.timedelta(seconds=2)),
        ("Tindak lanjut", REASON, NOW + dt.timedelta(seconds=1)),
        ("Catatan intern", NOTE, NOW),
    ]

    def lies() -> list[tuple[str, str, dt.datetime]]:
        found = tray.kept_texts(mine.workplace)
        assert {(kept.number, kept.dinas) for kept in found} == {(one.number, "DLH")}
        return [(kept.label, kept.text, kept.at) for kept in found]

    assert lies() == in_tray
    assert mine.store.reading(departed.numbered, one.number[-6:]) == [
        Departed(one.number, "dlh", moved.custody[-1].since.replace(microsecond=0))
    ]
    # It comes back: it is a report of this desk again, and its old texts stay where they were told to be.
    central.move(one.id, Verb.TRANSFER, Fields(to="dpupr", note="jalan juga"))
    mine.sync()
    assert mine.get(one.id) is not None
    assert mine.store.reading(drafts.of_complaint, one.id) == {}
    assert lies() == in_tray
    assert mine.store.reading(departed.numbered, one.number[-6:]) == []
