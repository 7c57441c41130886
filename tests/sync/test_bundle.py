"""A desk without a network: its work travels by stick, central's answer travels back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk import bundle
from qlue_desk.bundle import BundleProblem
from qlue_desk.casework.acting import act
from qlue_desk.central import bundles
from qlue_desk.central.errors import TokenRefused
from qlue_desk.cli.running import run
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store.bound import connection
from qlue_desk.sync import bundling
from tests.sync.rig import START, Central, next_moment, photo


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def test_work_goes_out_and_verdicts_news_and_files_come_back(central: Central, tmp_path: Path) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    central.pause()  # no network from here on
    path, sha256 = photo(tmp_path)
    ids = [desk.act(report.id, "acknowledge"), desk.act(report.id, "start")]
    [proposed] = act(
        desk.workplace,
        [report.id],
        "propose",
        Fields(note="Sudah ditambal."),
        evidence=[path],
        now=next_moment(),
    )
    assert proposed.done, proposed.refusal
    ids.append(proposed.action_id)
    other = central.report(text="Lampu jalan mati")

    packed = bundling.pack(desk.store, START)
    assert (packed.actions, packed.files) == (3, 1)
    assert b"ditambal" not in packed.content
    taken = bundles.take(central.hub, packed.content)
    assert (taken.actions, taken.applied, taken.rejected, taken.retry, taken.files) == (3, 3, 0, 0, 1)
    assert central.hub.blobs.known(sha256) is not None

    result = bundling.take_answer(desk.store, taken.answer)
    assert (result.applied, result.refused, result.waiting) == (3, 0, 0)
    assert [desk.state_of(i) for i in ids] == ["confirmed"] * 3
    assert desk.rows() == central.rows("dpupr")
    assert desk.get(report.id).status is Status.AWAITING_VERIFICATION  # type: ignore[union-attr]
    assert desk.get(other.id) is not None

    again = bundling.take_answer(desk.store, taken.answer)
    assert (again.applied, again.refused, again.pulled, again.waiting) == (0, 0, 0, 0)


def test_a_bundle_taken_twice_changes_nothing_and_answers_the_same(central: Central) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(report.id, "acknowledge")
    packed = bundling.pack(desk.store, START)
    first, second = (bundles.take(central.hub, packed.content) for _ in range(2))
    assert (first.applied, second.applied) == (1, 1)
    assert central.rows("dpupr") != {}
    assert len(central.texts(report.id)) == len(set(central.texts(report.id)))
    with central.hub.database.connected():
        events = central.hub.database.one("SELECT count(*) FROM feed_event WHERE stream = 'bogor/dpupr'")
    assert events is not None
    assert events[0] == 2  # the dispatch and the acknowledgement
    assert bundling.take_answer(desk.store, second.answer).applied == 1


def test_refused_work_comes_back_into_the_tray_with_its_reason(central: Central) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    action = desk.act(report.id, "acknowledge", note="Kami cek.")
    packed = bundling.pack(desk.store, START)
    central.move(report.id, Verb.TRANSFER, Fields(to="dlh", note="Urusan kebersihan kota."))
    taken = bundles.take(central.hub, packed.content)
    assert (taken.applied, taken.rejected) == (0, 1)
    result = bundling.take_answer(desk.store, taken.answer)
    assert (result.applied, result.refused, result.waiting) == (0, 1, 0)
    [refused] = desk.tray()
    assert refused.action.id == action
    assert refused.result is not None
    assert refused.result.code == "out_of_scope"
    assert desk.get(report.id) is None


def test_work_recorded_after_the_bundle_waits_for_the_next_one(central: Central) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(report.id, "acknowledge")
    packed = bundling.pack(desk.store, START)
    later = desk.act(report.id, "start")
    result = bundling.take_answer(desk.store, bundles.take(central.hub, packed.content).answer)
    assert (result.applied, result.waiting) == (1, 1)
    assert desk.state_of(later) == "waiting"
    assert desk.get(report.id).status is Status.IN_PROGRESS  # type: ignore[union-attr]
    result = bundling.take_answer(
        desk.store, bundles.take(central.hub, bundling.pack(desk.store, START).content).answer
    )
    assert (result.applied, result.waiting) == (1, 0)
    assert desk.rows() == central.rows("dpupr")


def test_the_network_may_be_faster_than_the_stick(central: Central) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(report.id, "acknowledge")
    packed = bundling.pack(desk.store, START)
    desk.sync()
    answer = bundles.take(central.hub, packed.content).answer
    result = bundling.take_answer(desk.store, answer)
    assert (result.applied, result.refused, result.pulled, result.waiting) == (0, 0, 0, 0)
    assert desk.rows() == central.rows("dpupr")


def test_a_restored_central_answers_with_a_whole_copy_and_the_work_goes_with_the_next_bundle(
    central: Central,
) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    central.backup()
    central.report(text="Hilang dengan cadangan")
    desk.sync()
    central.restore()  # central forgot the second report, this desk is ahead
    action = desk.act(report.id, "acknowledge")
    first = bundles.take(central.hub, bundling.pack(desk.store, START).content)
    assert (first.applied, first.retry) == (0, 1)
    result = bundling.take_answer(desk.store, first.answer)
    assert (result.applied, result.waiting) == (0, 1)
    assert set(desk.rows()) == set(central.rows("dpupr"))
    second = bundles.take(central.hub, bundling.pack(desk.store, START).content)
    assert second.applied == 1
    assert bundling.take_answer(desk.store, second.answer).applied == 1
    assert desk.state_of(action) == "confirmed"
    assert desk.rows() == central.rows("dpupr")


def test_a_verdict_of_a_history_that_was_undone_is_not_taken(central: Central) -> None:
    """Central refused, was restored with a new epoch, and would now accept: the late refusal is void."""
    report = central.report()
    desk = central.desk()
    desk.sync()
    central.backup()
    action = desk.act(report.id, "acknowledge")
    late = bundling.pack(desk.store, START)
    central.move(report.id, Verb.TRANSFER, Fields(to="dlh", note="Urusan kebersihan kota."))
    refusal = bundles.take(central.hub, late.content)
    assert refusal.rejected == 1
    central.restore()
    with central.hub.database.writing():
        central.hub.database.run("UPDATE stream SET epoch = epoch || 'x'")
    copy = bundles.take(central.hub, bundling.pack(desk.store, START).content)
    assert bundling.take_answer(desk.store, copy.answer).waiting == 1
    assert bundling.take_answer(desk.store, refusal.answer).refused == 0
    assert desk.state_of(action) == "waiting"
    desk.sync()
    assert desk.state_of(action) == "confirmed"
    assert desk.rows() == central.rows("dpupr")


def test_work_that_central_took_in_the_stream_of_the_former_dinas_is_not_offered_for_ever(
    central: Central,
) -> None:
    one, two = central.report(), central.report("dlh")
    desk = central.desk()
    desk.sync()
    action = desk.act(one.id, "note", "masih di sini")
    lost = bundles.take(central.hub, bundling.pack(desk.store, START).content)
    assert lost.applied == 1  # in the stream of dpupr; its answer never comes
    central.hub.desks.move(desk.workplace.desk.id, "dlh")
    moved = bundles.take(central.hub, bundling.pack(desk.store, START).content)
    assert (moved.applied, moved.retry) == (0, 1)
    assert bundling.take_answer(desk.store, moved.answer).waiting == 1
    assert list(desk.rows()) == [two.id]
    again = bundles.take(central.hub, bundling.pack(desk.store, START).content)
    assert bundling.take_answer(desk.store, again.answer).waiting == 0
    assert desk.state_of(action) == "confirmed"
    assert central.texts(one.id).count("masih di sini") == 1


def test_only_the_right_ones_can_open_it(central: Central, tmp_path: Path) -> None:
    report = central.report()
    desk, stranger = central.desk(), central.desk("dlh")
    desk.sync()
    stranger.sync()
    desk.act(report.id, "acknowledge")
    packed = bundling.pack(desk.store, START)
    with (
        Central.make(tmp_path / "lain", serve=False) as other,
        pytest.raises(BundleProblem, match="pusat lain"),
    ):
        bundles.take(other.hub, packed.content)
    with pytest.raises(BundleProblem, match="rusak"):
        bundles.take(central.hub, packed.content[:-1] + bytes([packed.content[-1] ^ 1]))
    with pytest.raises(BundleProblem, match="bukan bundel"):
        bundles.take(central.hub, b"%PDF-1.7")
    answer = bundles.take(central.hub, packed.content).answer
    with pytest.raises(BundleProblem, match="meja lain"):
        bundling.take_answer(stranger.store, answer)
    with pytest.raises(BundleProblem, match="rusak"):
        bundling.take_answer(desk.store, answer[:-1] + bytes([answer[-1] ^ 1]))
    with pytest.raises(BundleProblem, match="bukan jawaban"):
        bundling.take_answer(desk.store, packed.content)
    assert desk.counts().waiting == 1
    assert bundling.take_answer(desk.store, answer).applied == 1


def test_a_revoked_desk_is_not_answered(central: Central) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(report.id, "acknowledge")
    packed = bundling.pack(desk.store, START)
    central.hub.desks.revoke(desk.workplace.desk.id)
    with pytest.raises(TokenRefused):
        bundles.take(central.hub, packed.content)


def test_a_desk_remembers_its_last_twenty_bundles(central: Central) -> None:
    central.report()
    desk = central.desk()
    desk.sync()
    made = [bundling.pack(desk.store, central.clock()) for _ in range(21)]
    answers = [bundles.take(central.hub, packed.content).answer for packed in (made[0], made[1], made[-1])]
    with pytest.raises(BundleProblem, match="sudah lama"):
        bundling.take_answer(desk.store, answers[0])
    assert [bundling.take_answer(desk.store, answer).waiting for answer in answers[1:]] == [0, 0]
    count = desk.store.reading(
        lambda: connection().execute("SELECT count(*) FROM meta WHERE key LIKE 'bundle:%'").fetchone()[0]
    )
    assert count == 20


def test_a_desk_that_never_synced_says_so(central: Central, tmp_path: Path) -> None:
    desk = central.desk()
    (desk.home / "token").unlink()
    with pytest.raises(BundleProblem, match="belum punya kunci"):
        bundling.pack(desk.store, START)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.qlb"
    path.write_bytes(b"x" * 11)
    monkeypatch.setattr(bundle, "LARGEST_FILE", 10)
    with pytest.raises(BundleProblem, match="lebih besar"):
        bundle.read(path)
    with pytest.raises(BundleProblem, match="tidak bisa dibaca"):
        bundle.read(tmp_path / "missing.qlb")


def test_the_commands_do_the_same(
    central: Central, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(report.id, "acknowledge")
    desk.close()
    central.stop()
    monkeypatch.setenv("QLUE_DESK_HOME", str(desk.home))
    out, back = tmp_path / "stik.qlb", tmp_path / "stik.qla"

    def command(*arguments: str) -> dict[str, object]:
        assert run([*arguments, "--json"]) == 0
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return found

    assert command("outbox", "export", str(out)) == {
        "path": str(out), "actions": 1, "files": 0, "sealed": True,
    }  # fmt: skip
    assert out.stat().st_mode & 0o777 == 0o600
    taken = command("central", "intake", "bundle", str(out), "--data", str(central.data))
    assert (taken["applied"], taken["answer"]) == (1, str(back))
    assert command("outbox", "import", str(back)) == {"applied": 1, "refused": 0, "pulled": 1, "waiting": 0}
    assert run(["outbox", "export", str(tmp_path / "x.zip")]) == 2
    assert run(["outbox", "import", str(out)]) == 1
    assert "bukan jawaban pusat" in capsys.readouterr().err


def test_an_answer_spares_what_is_no_answer_and_a_revoked_desk_needs_a_word(
    central: Central, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = central.desk()
    desk.sync()
    desk.close()
    central.stop()
    monkeypatch.setenv("QLUE_DESK_HOME", str(desk.home))
    sealed, data = str(tmp_path / "stik.qlb"), str(central.data)
    assert run(["outbox", "export", sealed]) == 0
    other = tmp_path / "surat.txt"
    other.write_text("penting")
    os.mkfifo(tmp_path / "pipa")
    take = ["central", "intake", "bundle", sealed, "--data", data]
    capsys.readouterr()
    for name, sentence in (
        ("surat.txt", f"Di {other} sudah ada berkas lain; pilih nama lain.\n"),
        ("stik.qlb", f"Di {sealed} sudah ada berkas lain; pilih nama lain.\n"),
        ("pipa", f"{tmp_path / 'pipa'} bukan berkas biasa; pilih nama lain.\n"),
    ):
        assert run([*take, "--answer", str(tmp_path / name)]) == 1
        assert capsys.readouterr().err == sentence
    assert other.read_text() == "penting"
    assert [run(take), run(take)] == [0, 0]
    assert run(["central", "intake", "bundle", str(tmp_path / "pipa"), "--data", data]) == 1
    central.hub.desks.revoke(central.hub.desks.of_city("bogor")[0].id)
    capsys.readouterr()
    assert run(take) == 5
    assert capsys.readouterr().err == (
        "Meja ini sudah dicabut; untuk mengambil pekerjaan terakhirnya: --even-revoked.\n"
    )
    assert run([*take, "--even-revoked"]) == 0
