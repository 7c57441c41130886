"""Acting: the local row and the pending action together, refusals in exact words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act, find_verb, offers
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.undoing import undo
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Code, Fields
from qlue_desk.store import blobs, complaints, outbox, twin
from tests.desk_world import NOW, DeskWorld

JPEG = b"\xff\xd8\xff\xe0" + b"isi foto"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home")
    yield world
    world.close()


def say(outcome) -> str:
    assert outcome.refusal is not None
    return outcome.refusal.sentence()


def test_acknowledge_changes_the_row_and_records_one_action(world: DeskWorld) -> None:
    complaint = world.add()
    [outcome] = act(world.workplace, ["1"], "acknowledge", now=NOW)
    assert outcome.done
    assert outcome.number == complaint.number == "BGR-26-000001"
    stored = world.get(complaint.id)
    assert stored.status is Status.ACKNOWLEDGED
    assert stored.acknowledged_at == NOW
    [waiting] = world.store.reading(outbox.waiting)
    assert waiting.action.id == outcome.action_id
    assert waiting.action.verb == "acknowledge"
    assert waiting.action.actor_id == "u_rina"
    assert waiting.action.base_version == 3
    assert waiting.seen is not None
    assert waiting.seen.status == "dispatched"
    [entry] = [e for e in world.store.reading(complaints.entries, complaint.id) if e.action_id]
    assert (entry.verb, entry.actor_name) == ("acknowledge", "Rina")


def test_refusals_speak_exact_sentences(world: DeskWorld) -> None:
    world.add()
    world.add(status=Status.AWAITING_VERIFICATION, proposed_by="u_budi")
    workplace = world.workplace
    [early] = act(workplace, ["1"], "coordinate", now=NOW)
    assert say(early) == "Koordinasi tidak bisa dari Disposisi; harus Diterima / Proses / Dijadwalkan dulu."
    [resolve] = act(workplace, ["2"], "resolve", now=NOW)
    assert say(resolve) == "Selesai: hanya kepala bidang atau verifikator."
    budi = world.signed_in_as("u_budi")
    [own] = act(budi, ["2"], "resolve", now=NOW)
    assert say(own) == "Yang mengusulkan selesai tidak boleh memverifikasi sendiri."
    [unknown] = act(workplace, ["BGR-26-999999"], "take", now=NOW)
    assert say(unknown) == "Laporan “BGR-26-999999” tidak ada di meja ini."
    assert unknown.refusal.code is Code.NOT_FOUND
    [verb] = act(workplace, ["1"], "acknowlege", now=NOW)
    assert say(verb) == "Tindakan “acknowlege” tidak dikenal; mungkin acknowledge (Terima)."
    [verb] = act(workplace, ["1"], "trima", now=NOW)
    assert say(verb) == "Tindakan “trima” tidak dikenal; mungkin acknowledge (Terima)."
    [verb] = act(workplace, ["1"], "xyzzy", now=NOW)
    assert say(verb).startswith(
        "Tindakan “xyzzy” tidak dikenal. Yang ada, dengan kata Inggris atau Indonesianya:"
        " dispatch (Disposisi), reject (Tolak), "
    )
    assert "answer" not in say(verb)  # the reporter's
    assert world.store.reading(outbox.waiting) == []


def test_targets_are_understood_by_name_and_the_nearest_is_named(world: DeskWorld) -> None:
    world.add()
    workplace = world.workplace
    [moved] = act(workplace, ["1"], "transfer", Fields(to="Dishub", note="lampu jalan"), now=NOW)
    assert moved.after.dinas == "dishub"
    world.add()
    [wrong] = act(workplace, ["2"], "transfer", Fields(to="dishup", note="lampu jalan"), now=NOW)
    assert say(wrong) == "Dinas “dishup” tidak dikenal di Kota Bogor; mungkin dishub."
    assert wrong.refusal.code is Code.UNKNOWN_DINAS
    [given] = act(workplace, ["2"], "give", Fields(to="asep"), now=NOW)
    assert (given.after.holder, given.after.holder_name) == ("u_asep", "Asep")
    [waiting] = [w for w in world.store.reading(outbox.waiting) if w.action.verb == "give"]
    assert waiting.action.fields.person_name == "Asep"


def test_a_bulk_action_has_a_result_for_each_row(world: DeskWorld) -> None:
    world.add_many([Status.DISPATCHED, Status.IN_PROGRESS, Status.DISPATCHED])
    outcomes = act(world.workplace, ["1", "2", "3", "1"], "acknowledge", now=NOW)
    assert [(o.ref, o.done) for o in outcomes] == [("1", True), ("2", False), ("3", True)]
    assert len(world.store.reading(outbox.waiting)) == 2


def test_a_dry_run_changes_nothing(world: DeskWorld, tmp_path: Path) -> None:
    complaint = world.add(status=Status.IN_PROGRESS)
    photo = tmp_path / "bukti.jpg"
    photo.write_bytes(JPEG)
    changes = []
    world.store.on_change(changes.append)
    [outcome] = act(
        world.workplace,
        ["1"],
        "propose",
        Fields(note="Sudah ditambal."),
        evidence=[photo],
        dry_run=True,
        now=NOW,
    )
    assert outcome.done
    assert outcome.after.status is Status.AWAITING_VERIFICATION
    assert outcome.action_id == ""
    assert world.get(complaint.id) == complaint
    assert world.store.reading(outbox.waiting) == []
    assert not (world.workplace.home / "blobs").exists()
    assert changes == []


def test_evidence_is_kept_by_its_content(world: DeskWorld, tmp_path: Path) -> None:
    world.add(status=Status.IN_PROGRESS)
    photo = tmp_path / "../bukti.jpg"
    photo.write_bytes(JPEG)
    [outcome] = act(world.workplace, ["1"], "propose", Fields(note="Sudah."), evidence=[photo], now=NOW)
    [attachment] = outcome.after.attachments
    assert (attachment.media_type, attachment.size, attachment.evidence) == ("image/jpeg", len(JPEG), True)
    kept = world.workplace.home / "blobs" / attachment.sha256[:2] / attachment.sha256
    assert JPEG not in kept.read_bytes()  # faces and number plates lie nowhere in clear
    assert blobs.read_file(world.workplace.home, attachment.sha256) == JPEG


def test_a_wrong_file_refuses_every_row_and_keeps_nothing(world: DeskWorld, tmp_path: Path) -> None:
    world.add_many([Status.IN_PROGRESS, Status.IN_PROGRESS])
    text = tmp_path / "bukti.jpg"
    text.write_text("bukan foto")
    outcomes = act(world.workplace, ["1", "2"], "attach", evidence=[text], now=NOW)
    assert [say(o) for o in outcomes] == [
        f"Berkas {text} bukan foto atau PDF; yang diterima: JPEG, PNG, WebP, HEIC, PDF."
    ] * 2
    text.write_bytes(b"\xff\xd8\xff\xe0\x00\x04..\xff\xda\x00\x02 yang ini tidak sampai ke akhir")
    [cut, _] = act(world.workplace, ["1", "2"], "attach", evidence=[text], now=NOW)
    assert say(cut) == f"Foto {text} terpotong: akhirnya tidak ada. Salin lagi dari aslinya."
    [missing, _] = act(world.workplace, ["1", "2"], "attach", evidence=[tmp_path / "tiada.png"], now=NOW)
    assert (
        say(missing)
        == f"Berkas {tmp_path / 'tiada.png'} tidak bisa dibaca: berkas atau folder itu tidak ada."
    )


def test_undo_takes_a_bulk_action_back_whole_and_leaves_older_ones(world: DeskWorld) -> None:
    made = world.add_many([Status.DISPATCHED] * 3)
    act(world.workplace, ["1"], "take", now=NOW)
    act(world.workplace, ["1", "2", "3"], "acknowledge", now=NOW + dt.timedelta(minutes=1))
    undone = undo(world.workplace)
    assert sorted(o.number for o in undone) == [c.number for c in made]
    assert world.get("1").status is Status.DISPATCHED
    assert world.get("1").holder == "u_rina"
    assert world.get("2") == made[1]
    assert [o.number for o in undo(world.workplace)] == ["BGR-26-000001"]
    assert world.get("1") == made[0]
    assert undo(world.workplace) == []


def test_offers_grey_what_is_not_possible(world: DeskWorld) -> None:
    complaint = world.add()
    found = {offer.edge.verb: offer.refusal for offer in offers(world.workplace, complaint, NOW)}
    assert found[Verb.ACKNOWLEDGE] is None
    assert found[Verb.PROPOSE].sentence() == "Usulkan selesai tidak bisa dari Disposisi; harus Proses dulu."


def test_verbs_are_known_by_word_and_label_but_not_those_of_the_clock() -> None:
    assert find_verb("Terima") is Verb.ACKNOWLEDGE
    assert find_verb("send-back") is Verb.SEND_BACK
    with pytest.raises(Refused):
        find_verb("finalise")


def test_works_from_within_the_stores_own_threads(world: DeskWorld) -> None:
    world.add()
    [outcome] = world.store.write(act, world.workplace, ["1"], "acknowledge", now=NOW).result()
    assert outcome.done
    assert world.get("1").status is Status.ACKNOWLEDGED


def test_a_bulk_act_is_one_append_to_the_twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = DeskWorld.make(tmp_path)
    reports = made.add_many([Status.DISPATCHED] * 12 + [Status.RESOLVED])
    appended: list[int] = []
    append = twin.append

    def counted(path: Path, lines: Iterable[twin.Line]) -> None:
        kept = list(lines)
        appended.append(len(kept))
        append(path, kept)

    monkeypatch.setattr(twin, "append", counted)
    outcomes = act(made.workplace, [report.id for report in reports], "acknowledge", now=NOW)
    assert [outcome.done for outcome in outcomes] == [True] * 12 + [False]
    assert appended == [12]
    assert len(twin.read(tmp_path / twin.FILE).recorded) == 12
    waiting = made.store.reading(outbox.waiting)
    assert [line.action.id for line in waiting] == [outcome.action_id for outcome in outcomes[:12]]
    assert {line.action.device.id for line in waiting if line.action.device} == {"d_dpupr"}
    made.close()


def test_a_reply_goes_with_what_the_reporter_reads_and_the_note_stays_with_colleagues(
    world: DeskWorld,
) -> None:
    def said(verb: str, fields: Fields) -> list[tuple[str, str, bool]]:
        made = world.add(status=Status.DISPATCHED)
        [outcome] = act(world.workplace, [made.number], verb, fields, reply="Kami datang besok.", now=NOW)
        assert outcome.refusal is None
        entries = world.store.reading(complaints.entries, made.id)
        return [(str(entry.verb), entry.text, entry.public) for entry in entries[1:]]

    reply = "Kami datang besok."
    assert said("acknowledge", Fields()) == [("acknowledge", reply, True)]
    assert said("acknowledge", Fields(note="Cek.")) == [("note", "Cek.", False), ("acknowledge", reply, True)]
    assert said("note", Fields()) == [("note", reply, True)]
    assert said("return", Fields(note="Bukan kami.")) == [
        ("note", reply, True),
        ("return", "Bukan kami.", False),
    ]
