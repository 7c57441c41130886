"""Outbox and tray in words, retry and discard, and an export that loses nothing."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from qlue_desk.casework import tray
from qlue_desk.casework.acting import act
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.remedies import Remedy
from qlue_desk.casework.workplace import NotLoggedIn, Workplace
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import ActionResult, Current, PushReply, Verdict
from qlue_desk.store import departed, drafts, journal, leaving, sending
from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError
from qlue_desk.store.outbox import OutboxCounts
from qlue_desk.sync import signing_in
from qlue_desk.sync.errors import NotEnrolled
from tests.desk_world import NOW, DeskWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home")
    yield world
    world.close()


def refuse(world: DeskWorld) -> str:
    """Start a report that central has meanwhile moved to Dishub; the action's id."""
    world.add(status=Status.ACKNOWLEDGED, title="Tiang lampu")
    [outcome] = act(world.workplace, ["1"], "start", Fields(note="Kabel terbuka."), now=NOW)
    result = ActionResult(
        outcome.action_id,
        Verdict.REJECTED,
        "out_of_scope",
        detail="Laporan ini dipegang Dishub, bukan dinas Anda.",
        template="Laporan ini dipegang {dinas}, bukan dinas Anda.",
        values={"dinas": "Dishub"},
        current=Current("dispatched", "dishub", 9),
    )
    world.store.writing(lambda: journal.settle(sending.to_send(), PushReply("e1", 0, (result,)), ("e1", 0)))
    return outcome.action_id


def test_what_waits_is_told_in_words(world: DeskWorld) -> None:
    world.add()
    act(world.workplace, ["1"], "acknowledge", now=NOW)
    [line] = tray.outbox_lines(world.workplace)
    assert (line.number, line.label, line.state, line.by) == ("BGR-26-000001", "Terima", "waiting", "Rina")
    assert (line.seen, line.reason, line.recorded_at) == ("Disposisi, DPUPR", "", NOW)
    assert tray.counts(world.workplace) == OutboxCounts(waiting=1)


def test_what_central_refused_shows_both_sides_and_the_own_text(world: DeskWorld) -> None:
    action_id = refuse(world)
    assert tray.outbox_lines(world.workplace) == []
    [line] = tray.tray_lines(world.workplace)
    assert line.action_id == action_id
    assert line.label == "Mulai dikerjakan"
    assert line.reason == "Laporan ini dipegang Dishub, bukan dinas Anda."
    assert (line.seen, line.current) == ("Diterima, DPUPR", "Disposisi, Dishub")
    assert line.note == "Kabel terbuka."
    english = tray.tray_lines(world.workplace, lambda text: text.replace("dipegang", "is held by"))
    assert english[0].reason.startswith("Laporan ini is held by Dishub")


def test_what_is_kept_says_whether_the_reporter_was_to_read_it(world: DeskWorld) -> None:
    world.add(status=Status.IN_PROGRESS)
    act(world.workplace, ["1"], "note", Fields(note="Cek kabel."), now=NOW)
    act(world.workplace, ["1"], "note", Fields(note="Kami datang besok.", public=True), now=NOW)
    act(world.workplace, ["1"], "return", Fields(note="Bukan urusan kami."), now=NOW)
    assert [tray.kept_sentence(line) for line in tray.outbox_lines(world.workplace)] == [
        "Catatan intern Anda tetap tersimpan: “Cek kabel.”",
        "Balasan Anda untuk pelapor tetap tersimpan: “Kami datang besok.”",
        "Catatan intern Anda tetap tersimpan: “Bukan urusan kami.”",
    ]


def test_retry_records_it_anew_and_discard_puts_it_away(world: DeskWorld) -> None:
    action_id = refuse(world)
    fresh = tray.retry(world.workplace, action_id)
    assert fresh != action_id
    assert [line.action_id for line in tray.outbox_lines(world.workplace)] == [fresh]
    assert tray.tray_lines(world.workplace) == []
    with pytest.raises(StoreError) as error:
        tray.discard(world.workplace, action_id)
    assert action_id in str(error.value)


def test_a_note_says_who_is_to_read_it(world: DeskWorld) -> None:
    world.add()
    act(world.workplace, ["1"], "note", Fields(note="Tim berangkat besok.", public=True), now=NOW)
    act(world.workplace, ["1"], "note", Fields(note="Alat masih dipinjam."), now=NOW)
    labels = [line.label for line in tray.outbox_lines(world.workplace)]
    assert labels == ["Catatan untuk pelapor", "Catatan intern"]


def test_the_export_holds_every_action_whole(world: DeskWorld, tmp_path: Path) -> None:
    refuse(world)
    world.add()
    act(world.workplace, ["2"], "note", Fields(note="Catatan"), now=NOW)
    path = tmp_path / "kotak.json"
    assert tray.export(world.workplace, path) == 2
    document = json.loads(path.read_text("utf-8"))
    assert [item["state"] for item in document["actions"]] == ["waiting", "refused"]
    assert document["actions"][1]["action"]["fields"]["note"] == "Kabel terbuka."
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tray.counts(world.workplace) == OutboxCounts(waiting=1, refused=1)


def test_texts_whose_report_left_are_told_exported_and_thrown_away(world: DeskWorld, tmp_path: Path) -> None:
    left = world.add()
    world.store.writing(drafts.save, left.id, "follow_up", "Sudah dicek.", NOW)
    world.store.writing(leaving.forget, left.id, "dlh")
    [kept] = tray.kept_texts(world.workplace)
    assert (kept.number, kept.label, kept.dinas) == ("BGR-26-000001", "Tindak lanjut", "DLH")
    assert (kept.text, kept.at) == ("Sudah dicek.", NOW)
    path = tmp_path / "kotak.json"
    assert tray.export(world.workplace, path) == 0
    assert [each["text"] for each in json.loads(path.read_text("utf-8"))["drafts"]] == ["Sudah dicek."]
    tray.discard(world.workplace, kept.id)
    assert tray.kept_texts(world.workplace) == []


def test_a_workplace_opens_again_from_its_folder_only(world: DeskWorld, tmp_path: Path) -> None:
    world.close()
    again = Workplace.open(tmp_path / "home")
    assert (again.actor.name, again.city.name, again.desk.dinas) == ("Rina", "Kota Bogor", "dpupr")
    again.close()
    Store.open(tmp_path / "new").close()
    with pytest.raises(NotLoggedIn) as error:
        Workplace.open(tmp_path / "new")
    assert str(error.value) == NotEnrolled().sentence()
    signing_in.sign_out(tmp_path / "home")
    with pytest.raises(NotLoggedIn) as error:
        Workplace.open(tmp_path / "home")
    assert str(error.value) == "Meja ini belum masuk ke pusat: jalankan qlue-desk login."


def test_a_refused_action_says_which_remedies_cannot_succeed_and_where_its_report_went(
    world: DeskWorld,
) -> None:
    action_id = refuse(world)
    [here] = tray.tray_lines(world.workplace, now=NOW)
    assert (here.gone, sorted(here.why_not)) == (False, ["enter"])
    world.store.writing(leaving.forget, here.complaint_id, "dishub")
    [line] = tray.tray_lines(world.workplace, now=NOW)
    sentence = (
        "Laporan BGR-26-000001 tidak ada lagi di meja ini, pindah ke Dishub; salin atau ekspor tulisannya."
    )
    assert (line.gone, line.why_not) == (True, dict.fromkeys(Remedy, sentence))
    with pytest.raises(Refused, match="pindah ke Dishub"):
        tray.retry(world.workplace, action_id)
    assert [line.state for line in tray.tray_lines(world.workplace)] == ["refused"]
    assert world.store.reading(departed.where, line.complaint_id) == "dishub"
    tray.discard(world.workplace, action_id)
    assert world.store.reading(departed.where, line.complaint_id) == "dishub", "whoever asks is still told"


def test_what_is_known_of_a_report_that_left_stands_where_central_said_nothing(world: DeskWorld) -> None:
    complaint = world.add()
    [outcome] = act(world.workplace, ["1"], "acknowledge", now=NOW)
    result = ActionResult(outcome.action_id, Verdict.REJECTED, "not_found", detail="Tidak ada.")
    world.store.writing(leaving.forget, complaint.id, "dlh")
    world.store.writing(lambda: journal.settle(sending.to_send(), PushReply("e1", 0, (result,)), ("e1", 0)))
    [line] = tray.tray_lines(world.workplace)
    assert (line.gone, line.current) == (True, "pindah ke DLH")
    other = world.add()
    world.store.writing(leaving.forget, other.id, "dlh")
    world.store.writing(leaving.forget, other.id)
    assert world.store.reading(departed.where, other.id) == "", "central said nothing"


def test_a_remedy_that_the_table_of_moves_forbids_now_says_why(world: DeskWorld) -> None:
    refuse(world)
    done = msgspec.structs.replace(world.get("1"), status=Status.RESOLVED, version=9)
    world.put([done])
    [line] = tray.tray_lines(world.workplace, now=NOW)
    assert sorted(line.why_not) == ["enter", "hand", "retry"]
    assert line.why_not["retry"].startswith("Mulai dikerjakan tidak bisa dari Selesai")
