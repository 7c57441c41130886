"""Bytes that are not UTF-8 reach a command as half surrogate pairs; they must not lose the work."""

from __future__ import annotations

from pathlib import Path

from qlue_desk.casework.acting import act
from qlue_desk.casework.entering import enter
from qlue_desk.domain.complaint import Channel, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import NewReport
from qlue_desk.store import complaints
from tests.desk_world import NOW, DeskWorld


def test_a_note_with_half_a_character_is_kept(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    report = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [report.id], Verb.NOTE, Fields(note="cek \udcff lagi"), now=NOW)
    assert outcome.done
    texts = [entry.text for entry in world.store.reading(complaints.entries, report.id)]
    assert "cek ? lagi" in texts
    world.close()


def test_a_call_with_half_a_character_is_kept(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_oki")
    call = NewReport(title="Pohon \udcff", text="tumbang", channel=Channel.CALL_CENTRE_112, reported_at=NOW)
    assert enter(world.workplace, call, NOW).title == "Pohon ?"
    world.close()
