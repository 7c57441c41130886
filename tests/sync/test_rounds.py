"""Whole rounds between real desks and a real central over loopback."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import beside, blobs, outbox, position, sending, snapshot
from qlue_desk.sync.errors import Offline
from qlue_desk.sync.push import Pusher
from tests.sync.rig import COORDINATOR, Central, photo


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def test_two_desks_of_a_dinas_converge_to_centrals_bytes(central: Central) -> None:
    one, two = central.report(), central.report()
    central.report("dlh")
    first, second, city = central.desk(), central.desk(), central.desk(COORDINATOR)
    for desk in (first, second, city):
        desk.sync()
    first.act(one.id, "acknowledge")
    second.act(two.id, "acknowledge")
    second.act(two.id, "start")
    second.act(two.id, "note", "sudah di lokasi")
    for desk in (first, second, first, city):
        desk.sync()
    assert first.rows() == second.rows() == central.rows("dpupr")
    assert len(first.rows()) == 2
    assert city.rows() == central.rows(COORDINATOR)
    assert len(city.rows()) == 3
    assert first.texts(two.id) == second.texts(two.id) == central.texts(two.id)
    found = first.get(two.number)
    assert found is not None
    assert found.status is Status.IN_PROGRESS


def test_work_done_offline_catches_up(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    central.pause()
    ids = [desk.act(one.id, verb) for verb in ("acknowledge", "start")]
    with pytest.raises(Offline):
        desk.sync()
    found = desk.get(one.id)
    assert found is not None
    assert found.status is Status.IN_PROGRESS
    assert desk.counts() == outbox.OutboxCounts(waiting=2)
    central.start()
    result = desk.sync()
    assert (result.applied, result.refused, result.waiting) == (2, 0, 0)
    assert [desk.state_of(action_id) for action_id in ids] == ["confirmed", "confirmed"]
    assert desk.rows() == central.rows("dpupr")


def test_a_lost_reply_is_answered_as_a_duplicate_and_has_one_effect(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    action_id = desk.act(one.id, "note", "sekali saja")
    link = desk.engine.contact.link("once")
    batch = link.write(lambda: (sending.to_send(), sending.mark_sent([action_id]))[0])
    from qlue_desk.sync.push import Batch

    Pusher(link)._send(Batch(batch, 0, link.read(position.cursor)))  # central commits, the reply is lost
    outcome = Pusher(link).round()
    assert (outcome.applied, outcome.duplicates) == (1, 1)
    desk.sync()
    assert central.texts(one.id).count("sekali saja") == 1
    assert desk.texts(one.id) == central.texts(one.id)
    assert desk.state_of(action_id) == "confirmed"


def test_a_refusal_lands_in_the_tray_with_centrals_sentence_and_state(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    central.move(one.id, Verb.REFER, Fields(to="PLN", note="tiang listrik"))
    action_id = desk.act(one.id, "acknowledge")
    result = desk.sync()
    assert (result.applied, result.refused) == (0, 1)
    [item] = desk.tray()
    assert item.action.id == action_id
    assert item.result is not None
    assert item.result.code == "invalid_transition"
    assert "Terima tidak bisa dari Bukan kewenangan" in item.result.detail
    assert item.result.current is not None
    assert (item.result.current.status, item.result.current.by) == ("outside_authority", "Dewi")
    assert item.seen is not None
    assert item.seen.status == "dispatched"
    found = desk.get(one.id)
    assert found is not None
    assert found.status is Status.OUTSIDE_AUTHORITY


def test_a_report_that_moves_away_leaves_nothing_and_its_work_is_refused(central: Central) -> None:
    one = central.report()
    desk, other = central.desk(), central.desk("dlh")
    desk.sync()
    desk.act(one.id, "note", "catatan saya")
    central.move(one.id, Verb.TRANSFER, Fields(to="dlh", note="sampah, bukan jalan"), "dewi")
    desk.sync()
    assert desk.rows() == central.rows("dpupr") == {}
    assert desk.texts(one.id) == []
    [item] = desk.tray()
    assert (item.action.fields.note, item.result and item.result.code) == ("catatan saya", "out_of_scope")
    other.sync()
    assert other.rows() == central.rows("dlh")
    assert list(other.rows()) == [one.id]
    assert other.texts(one.id) == central.texts(one.id)


def test_own_transfer_is_confirmed_by_moved_out(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(one.id, "acknowledge")
    action_id = desk.act(one.id, "transfer", "bukan kami", to="dlh")
    desk.sync()
    assert desk.state_of(action_id) == "confirmed"
    assert desk.rows() == {}
    assert desk.counts() == outbox.OutboxCounts()


def test_evidence_arrives_before_the_action_that_shows_it(central: Central, tmp_path: Path) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    for verb in ("acknowledge", "start"):
        desk.act(one.id, verb)
    path, sha256 = photo(tmp_path, b"x" * 1_500_000)
    [outcome] = act(desk.workplace, [one.id], "propose", Fields(note="Ditambal"), evidence=[path])
    assert outcome.done
    result = desk.sync()
    assert (result.applied, result.waiting) == (3, 0)
    state = central.hub.blobs.state(sha256)
    assert state is not None
    assert state.received == state.size == 1_500_003
    assert desk.rows() == central.rows("dpupr")
    other = central.desk()
    other.sync()
    from qlue_desk.sync.blobs import fetch

    assert fetch(other.engine.contact.link("once"), sha256) == blobs.path_of(other.home, sha256)
    assert blobs.read_file(other.home, sha256) == path.read_bytes()
    central.move(one.id, Verb.SEND_BACK, Fields(note="minta foto lain"))
    central.move(one.id, Verb.TRANSFER, Fields(to="dlh", note="ini milik DLH"))
    other.sync()
    assert not blobs.path_of(other.home, sha256).exists()


def test_a_desk_over_its_quota_goes_on_with_what_needs_no_file(central: Central, tmp_path: Path) -> None:
    one, two = central.report(), central.report()
    desk = central.desk()
    desk.sync()
    central.hub.blobs.quota_bytes = 100
    path, sha256 = photo(tmp_path)
    [shown] = act(desk.workplace, [one.id], "attach", Fields(), evidence=[path])
    noted = desk.act(two.id, "note", "tanpa berkas")
    for _ in range(3):
        desk.sync()
    assert (desk.state_of(shown.action_id), desk.state_of(noted)) == ("waiting", "confirmed")
    assert desk.tray() == []
    assert central.hub.blobs.state(sha256) is None
    central.hub.blobs.quota_bytes = 10_000
    desk.sync()
    assert desk.state_of(shown.action_id) == "confirmed"
    assert central.hub.blobs.known(sha256) is not None


def test_evidence_that_has_gone_from_the_disk_is_told_in_the_tray(central: Central, tmp_path: Path) -> None:
    one, two = central.report(), central.report()
    desk = central.desk()
    desk.sync()
    path, sha256 = photo(tmp_path)
    act(desk.workplace, [one.id], "attach", Fields(), evidence=[path])
    blobs.path_of(desk.home, sha256).unlink()
    desk.act(two.id, "note", "lain")
    result = desk.sync()
    assert (result.applied, result.waiting) == (1, 0)
    [item] = desk.tray()
    assert item.result is not None
    assert "tidak ada lagi" in item.result.detail


# --- a server that forgets -----------------------------------------------------------------------------


def test_a_server_restored_from_an_older_copy_loses_nothing(central: Central) -> None:
    one, two = central.report(), central.report()
    desk, colleague = central.desk(), central.desk()
    for each in (desk, colleague):
        each.sync()
    desk.act(one.id, "note", "sebelum salinan")
    desk.sync()
    central.backup()
    ids = [desk.act(one.id, "note", "sesudah salinan"), desk.act(two.id, "acknowledge")]
    desk.sync()
    colleague.sync()
    assert [desk.state_of(i) for i in ids] == ["confirmed", "confirmed"]
    central.restore()
    assert "sesudah salinan" not in central.texts(one.id)
    result = desk.sync()
    assert result.resynced
    colleague.sync()
    assert [text for text in central.texts(one.id) if "salinan" in text] == [
        "sebelum salinan",
        "sesudah salinan",
    ]
    assert desk.rows() == colleague.rows() == central.rows("dpupr")
    assert desk.texts(one.id) == colleague.texts(one.id) == central.texts(one.id)
    assert [desk.state_of(i) for i in ids] == ["confirmed", "confirmed"]
    assert desk.counts() == outbox.OutboxCounts()


def test_a_restored_server_that_has_grown_past_the_cursor_is_noticed_by_its_chain(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    central.backup()
    action_id = desk.act(one.id, "note", "hilang")
    desk.sync()
    central.restore()
    for text in ("a", "b", "c"):
        central.move(one.id, Verb.NOTE, Fields(note=text))
    desk.act(one.id, "note", "baru")
    assert desk.sync().resynced
    assert central.texts(one.id)[-5:] == ["a", "b", "c", "hilang", "baru"]
    assert desk.state_of(action_id) == "confirmed"
    assert desk.rows() == central.rows("dpupr")


def test_a_feed_compacted_past_the_cursor_needs_a_snapshot_and_keeps_the_work(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    for text in "abcd":
        central.move(one.id, Verb.NOTE, Fields(note=text))
    with central.hub.database.writing():
        stream = "bogor/dpupr"
        floor = central.hub.database.one(
            "SELECT seq, chain FROM feed_event WHERE stream = ? ORDER BY seq DESC LIMIT 1", (stream,)
        )
        assert floor is not None
        central.hub.database.run("DELETE FROM feed_event WHERE stream = ? AND seq <= ?", (stream, floor[0]))
        central.hub.database.run(
            "UPDATE stream SET floor_seq = ?, floor_hash = ? WHERE key = ?", (floor[0], floor[1], stream)
        )
    desk.act(one.id, "note", "saya")
    result = desk.sync()
    assert (result.resynced, result.applied) == (True, 1)
    assert desk.rows() == central.rows("dpupr")
    # A desk shows the time of the act, central keeps the order of receipt.
    assert sorted(desk.texts(one.id)) == sorted(central.texts(one.id))


def test_a_desk_that_was_moved_to_another_dinas_shows_only_that(central: Central) -> None:
    one, two = central.report(), central.report("dlh")
    desk = central.desk()
    desk.sync()
    desk.act(one.id, "note", "masih di sini")
    session = desk.workplace.session
    central.hub.desks.move(session.desk.id, "dlh")
    desk.sync()
    assert list(desk.rows()) == [two.id]
    [item] = desk.tray()
    assert item.action.fields.note == "masih di sini"


def test_a_first_sync_tells_how_far_it_is(central: Central) -> None:
    with central.hub.register.bulk():
        for _ in range(600):
            central.report()
    desk = central.desk()
    seen: list[tuple[int, int]] = []
    assert desk.engine.once(lambda here, total: seen.append((here, total))).pulled >= 600
    assert seen[-1] == (600, 600)
    assert desk.rows() == central.rows("dpupr")


def test_a_large_first_copy_is_prepared_before_the_transaction_that_swaps_it_in(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "WORTH_FROM", 1)
    for _ in range(3):
        central.report()
    left: list[bool] = []
    swap = snapshot.swap
    monkeypatch.setattr(snapshot, "swap", lambda: left.append(snapshot.prepare()) or swap())
    desk = central.desk()
    desk.sync()
    assert left == [False]
    assert desk.rows() == central.rows("dpupr")


def test_clocks_that_are_wrong_by_years_change_no_deadline(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    act(desk.workplace, [one.id], "acknowledge", now=dt.datetime(2036, 1, 1, tzinfo=dt.UTC))
    desk.sync()
    found = desk.get(one.id)
    assert found is not None
    assert found.acknowledged_at is not None
    assert found.acknowledged_at.year == 2026
    assert desk.rows() == central.rows("dpupr")


def test_a_verdict_from_an_older_timeline_is_dropped_and_asked_for_again(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    action_id = desk.act(one.id, "note", "a")
    link = desk.engine.contact.link("once")
    from qlue_desk.sync import push

    batch = link.write(push._prepare, 100, 10**6, frozenset())
    reply = Pusher(link)._send(batch)
    link.write(position.next_generation)  # a resync, or another process took the line
    assert link.write(push._settle, batch, reply).dropped
    assert desk.state_of(action_id) == "waiting"
    desk.sync()
    assert desk.state_of(action_id) == "confirmed"
    assert central.texts(one.id).count("a") == 1


def test_batches_are_halved_until_central_takes_them(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    for number in range(9):
        desk.act(one.id, "note", f"{number} " + "x" * 2000)
    central.hub.limits = central.hub.limits.__class__(push_bytes=9000, push_actions=100)
    result = desk.sync()  # the session that the desk holds still says a megabyte
    assert (result.applied, result.waiting) == (9, 0)
    assert [text[0] for text in central.texts(one.id)[-9:]] == list("012345678")


def test_an_action_that_is_too_large_alone_goes_to_the_tray(central: Central) -> None:
    one, two = central.report(), central.report()
    desk = central.desk()
    desk.sync()
    large = desk.act(one.id, "note", "x" * 7000)
    small = desk.act(two.id, "note", "kecil")
    central.hub.limits = central.hub.limits.__class__(push_bytes=3000)
    desk.sync()
    assert [item.action.id for item in desk.tray()] == [large]
    assert desk.state_of(small) == "confirmed"


def test_rules_that_change_bring_a_new_session(central: Central) -> None:
    from qlue_desk.domain.complaint import Role

    central.report()
    desk = central.desk()
    desk.sync()
    central.hub.accounts.add_user("siti", "Siti", "bogor", {Role.OFFICER}, "dpupr")
    desk.sync()
    desk.sync()
    desk.workplace.reload()
    assert "Siti" in {person.name for person in desk.workplace.people}
