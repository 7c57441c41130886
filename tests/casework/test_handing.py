"""Refused work has a home: as a note, or with a colleague; never half of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework import handing
from qlue_desk.casework.acting import act
from qlue_desk.casework.errors import Refused
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import ActionResult, PushReply, Verdict
from qlue_desk.store import complaints, journal, leaving, outbox
from qlue_desk.store.errors import StoreError
from tests.desk_world import NOW, DeskWorld

REASON = "Laporan sudah dikerjakan Asep."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    yield made
    made.close()


def refused_action(world: DeskWorld, note: str = "Tim dua jam lagi di lokasi.") -> tuple[str, str]:
    """Complaint and action: central refused to acknowledge it."""
    complaint = world.add(title="Lubang besar")
    [outcome] = act(world.workplace, [complaint.id], "acknowledge", Fields(note=note), now=NOW)
    assert outcome.done, outcome.refusal
    [item] = world.store.reading(outbox.waiting)
    result = ActionResult(item.action.id, Verdict.REJECTED, "invalid_transition", REASON)
    world.store.writing(journal.settle, (item.action,), PushReply("e", 0, (result,)), ("e", 0))
    return complaint.id, item.action.id


def texts(world: DeskWorld, complaint_id: str) -> list[str]:
    return [entry.text for entry in world.store.reading(complaints.entries, complaint_id) if entry.text]


def test_a_colleague_gets_the_report_and_reads_what_was_tried(world: DeskWorld) -> None:
    complaint_id, action_id = refused_action(world)
    outcome = handing.hand_over(world.workplace, action_id, "Asep", NOW)
    assert outcome.done, outcome.refusal
    complaint = world.store.reading(complaints.get, complaint_id)
    assert complaint is not None
    assert (complaint.holder, complaint.holder_name) == ("u_asep", "Asep")
    assert texts(world, complaint_id)[-1] == (
        f"Untuk Asep: “Terima” saya ditolak pusat ({REASON}) Tim dua jam lagi di lokasi."
    )
    assert world.store.reading(outbox.tray) == []
    assert [item.action.verb for item in world.store.reading(outbox.waiting)] == ["give", "note"]


def test_without_a_colleague_of_that_name_nothing_changes(world: DeskWorld) -> None:
    complaint_id, action_id = refused_action(world)
    outcome = handing.hand_over(world.workplace, action_id, "Entah", NOW)
    assert outcome.refusal is not None
    assert "“Entah” tidak dikenal" in outcome.refusal.sentence()
    assert "Asep" in outcome.refusal.sentence()
    assert world.store.reading(outbox.waiting) == []
    assert [item.action.id for item in world.store.reading(outbox.tray)] == [action_id]
    assert texts(world, complaint_id) == []


def test_a_report_that_is_gone_cannot_be_handed_over_and_the_words_stay(world: DeskWorld) -> None:
    complaint_id, action_id = refused_action(world)
    world.store.writing(leaving.forget, complaint_id)
    with pytest.raises(Refused, match="tidak ada lagi di meja ini"):
        handing.hand_over(world.workplace, action_id, "Asep", NOW)
    [left] = world.store.reading(outbox.tray)
    assert left.action.fields.note == "Tim dua jam lagi di lokasi."


def test_the_words_become_a_note(world: DeskWorld) -> None:
    complaint_id, action_id = refused_action(world)
    assert handing.as_note(world.workplace, action_id, NOW).done
    assert texts(world, complaint_id)[-1] == "Tim dua jam lagi di lokasi."
    assert world.store.reading(outbox.tray) == []


def test_no_words_no_note(world: DeskWorld) -> None:
    _complaint_id, action_id = refused_action(world, note="")
    with pytest.raises(Refused, match="tidak membawa tulisan"):
        handing.as_note(world.workplace, action_id, NOW)
    assert len(world.store.reading(outbox.tray)) == 1


def test_what_is_not_in_the_tray_is_named(world: DeskWorld) -> None:
    with pytest.raises(StoreError, match="a_entah"):
        handing.as_note(world.workplace, "a_entah", NOW)
