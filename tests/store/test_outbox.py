"""The outbox on a real store: recorded, sent in lanes, settled, taken back, refused, mended."""

import datetime as dt
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from qlue_desk.casework.acting import act
from qlue_desk.casework.undoing import undo
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action, ActionResult, Current, PushReply, RetryCode, Verdict
from qlue_desk.store import complaints, journal, leaving, outbox, sending, twin
from qlue_desk.store.bound import connection
from qlue_desk.store.errors import StoreError
from qlue_desk.store.grace import Grace
from tests.desk_world import NOW, DeskWorld

LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    yield made
    made.close()


def note(world: DeskWorld, ref: str, text: str, now: dt.datetime = NOW) -> str:
    [outcome] = act(world.workplace, [ref], "note", Fields(note=text), now=now)
    assert outcome.done
    return outcome.action_id


def to_send(world: DeskWorld) -> tuple[Action, ...]:
    return world.store.reading(sending.to_send)


def settle(world: DeskWorld, sent: tuple[Action, ...], *results: ActionResult) -> list[ActionResult]:
    return world.store.writing(journal.settle, sent, PushReply("e1", 4, results), ("e1", 4))


def applied(action_id: str, seq: int = 9) -> ActionResult:
    return ActionResult(id=action_id, status=Verdict.APPLIED, seq=seq, version=4)


def state_of(world: DeskWorld, action_id: str) -> str:
    return world.store.reading(
        lambda: connection().execute("SELECT state FROM action WHERE id = ?", (action_id,)).fetchone()[0]
    )


def test_recording_keeps_base_view_pending_line_and_twin(world: DeskWorld, tmp_path: Path) -> None:
    before = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [before.number], "acknowledge", now=NOW)
    view = world.get(before.id)
    assert view.status is Status.ACKNOWLEDGED
    assert world.store.reading(complaints.get_base, before.id) == before
    assert [e.verb for e in world.store.reading(complaints.entries, before.id)] == ["enter", "acknowledge"]
    assert len(world.store.reading(complaints.pending_entry_ids, before.id)) == 1
    [line] = twin.read(tmp_path / "outbox.log").recorded
    assert line.action is not None
    assert (line.action.id, line.action.verb, line.number) == (
        outcome.action_id,
        "acknowledge",
        before.number,
    )
    assert world.store.reading(outbox.counts) == outbox.OutboxCounts(waiting=1)


def test_prev_is_computed_when_sent_and_names_the_lane_only(world: DeskWorld) -> None:
    one, two = world.add(), world.add()
    ids = [note(world, one.id, "a"), note(world, two.id, "b"), note(world, one.id, "c")]
    assert [(a.id, a.prev) for a in to_send(world)] == [(ids[0], None), (ids[1], None), (ids[2], ids[0])]
    settle(world, to_send(world)[:1], ActionResult(id=ids[0], status=Verdict.REJECTED, code="out_of_scope"))
    assert [(a.id, a.prev) for a in to_send(world)] == [(ids[1], None), (ids[2], None)]


def test_an_acked_action_is_still_named_as_predecessor(world: DeskWorld) -> None:
    one = world.add()
    first, second = note(world, one.id, "a"), note(world, one.id, "b")
    settle(world, to_send(world), applied(first))
    assert [(a.id, a.prev) for a in to_send(world)] == [(second, first)]


def test_batches_respect_number_and_bytes(world: DeskWorld) -> None:
    one = world.add()
    ids = [note(world, one.id, "x" * 1000) for _ in range(5)]
    assert [a.id for a in world.store.reading(sending.to_send, 2)] == ids[:2]
    assert [a.id for a in world.store.reading(sending.to_send, 100, 3500)] == ids[:2]
    assert [a.id for a in world.store.reading(sending.to_send, 100, 10)] == ids[:1]


def test_the_view_keeps_an_acked_action_until_the_feed_shows_it(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [one.id], "acknowledge", now=NOW)
    settle(world, to_send(world), applied(outcome.action_id))
    assert state_of(world, outcome.action_id) == "acked"
    assert world.get(one.id).status is Status.ACKNOWLEDGED
    assert world.store.reading(outbox.counts) == outbox.OutboxCounts(acked=1)
    assert to_send(world) == ()


def test_an_accepted_action_is_not_decided_anew(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    one = world.add(status=Status.DISPATCHED)
    action_id = note(world, one.id, "a")
    before = world.get(one.id)

    def never(*_: object) -> None:
        raise AssertionError("its lane was replayed, although nothing of the view changes")

    monkeypatch.setattr(journal, "rebase", never)
    settle(world, to_send(world), applied(action_id))
    assert state_of(world, action_id) == "acked"
    assert world.get(one.id) == before


def test_a_duplicate_at_or_below_the_cursor_is_confirmed_at_once(world: DeskWorld) -> None:
    one = world.add()
    action_id = note(world, one.id, "a")
    settle(world, to_send(world), applied(action_id, seq=4))
    assert state_of(world, action_id) == "confirmed"


def test_a_refusal_lands_in_the_tray_and_the_view_is_rebased_without_it(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)
    [first] = act(world.workplace, [one.id], "acknowledge", now=NOW)
    [second] = act(world.workplace, [one.id], "start", now=NOW)
    current = Current(status="rejected", version=7, by="Dewi")
    refusal = ActionResult(
        id=first.action_id,
        status=Verdict.REJECTED,
        code="invalid_transition",
        detail="Sudah ditolak.",
        current=current,
    )
    settle(world, to_send(world), refusal)
    [item] = world.store.reading(outbox.tray)
    assert item.result == refusal
    assert item.seen is not None
    assert item.seen.status == "dispatched"
    assert world.get(one.id).status is Status.DISPATCHED
    [left] = world.store.reading(outbox.waiting)
    assert left.action.id == second.action_id
    assert left.result is not None
    assert left.result.code == "invalid_transition"  # a forecast: start needs acknowledge first


def test_retry_verdicts_and_missing_ones_change_nothing(world: DeskWorld) -> None:
    one = world.add()
    first, second = note(world, one.id, "a"), note(world, one.id, "b")
    busy = ActionResult(id=first, status=Verdict.RETRY, code=RetryCode.BUSY, after_ms=800)
    assert settle(world, to_send(world), busy) == []
    assert [a.id for a in to_send(world)] == [first, second]


def test_a_missing_predecessor_that_was_acked_is_offered_again(world: DeskWorld) -> None:
    one = world.add()
    first, second = note(world, one.id, "a"), note(world, one.id, "b")
    settle(world, to_send(world)[:1], applied(first))
    missing = ActionResult(id=second, status=Verdict.RETRY, code=RetryCode.PREDECESSOR_MISSING, prev=first)
    settle(world, to_send(world), missing)
    assert [(a.id, a.prev) for a in to_send(world)] == [(first, None), (second, first)]


def test_undo_takes_back_only_what_has_not_left(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [one.id], "acknowledge", now=NOW)
    world.store.writing(sending.mark_sent, [outcome.action_id])
    assert undo(world.workplace) == []
    fresh = note(world, one.id, "a")
    assert [o.action_id for o in undo(world.workplace)] == [fresh]
    assert state_of(world, fresh) == "undone"
    assert world.get(one.id).status is Status.ACKNOWLEDGED
    assert [e.verb for e in world.store.reading(complaints.entries, one.id)] == ["enter", "acknowledge"]


def test_retry_is_a_new_action_that_supersedes_the_refused_one(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [one.id], "acknowledge", now=NOW)
    settle(
        world,
        to_send(world),
        ActionResult(id=outcome.action_id, status=Verdict.REJECTED, code="invalid_args"),
    )
    assert world.get(one.id).status is Status.DISPATCHED
    fresh = world.store.writing(lambda: outbox.retry(outcome.action_id, now=LATER))
    assert fresh.id != outcome.action_id
    assert fresh.supersedes == outcome.action_id
    assert [a.id for a in to_send(world)] == [fresh.id]
    assert world.store.reading(outbox.tray) == []
    assert world.get(one.id).status is Status.ACKNOWLEDGED
    with pytest.raises(StoreError):
        world.store.writing(outbox.retry, outcome.action_id)


def test_discard_empties_the_tray_and_the_twin(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add()
    action_id = note(world, one.id, "a")
    settle(world, to_send(world), ActionResult(id=action_id, status=Verdict.REJECTED, code="not_found"))
    world.store.writing(outbox.discard, action_id)
    assert world.store.reading(outbox.counts) == outbox.OutboxCounts()
    log = tmp_path / "outbox.log"
    assert twin.read(log).recorded == ()
    log.write_bytes(log.read_bytes()[:-20])  # the line that takes it back
    assert len(twin.read(log).recorded) == 1
    world.store.writing(journal.tidy_twin)
    assert log.read_bytes() == b""


def test_a_damaged_twin_line_is_counted_and_the_others_are_read(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add()
    ids = [note(world, one.id, text) for text in "abc"]
    path = tmp_path / "outbox.log"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].swapcase() + lines[2][:40])
    found = twin.read(path)
    assert [line.action.id for line in found.recorded if line.action] == [ids[0]]
    assert len(found.damaged) == 2
    fourth = note(world, one.id, "d")  # a torn last line must not swallow the next one
    assert [line.action.id for line in twin.read(path).recorded if line.action] == [ids[0], fourth]


def test_a_lost_database_takes_its_actions_from_the_twin(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add()
    kept, taken_back = note(world, one.id, "a"), note(world, one.id, "b", LATER)
    undo(world.workplace)
    world.close()
    for file in tmp_path.glob("desk.db*"):
        file.unlink()
    fresh = DeskWorld.make(tmp_path)
    try:
        assert fresh.store.writing(journal.salvage) == 1
        assert [a.id for a in to_send(fresh)] == [kept]
        assert fresh.store.writing(journal.salvage) == 0
        assert taken_back not in {a.id for a in to_send(fresh)}
    finally:
        fresh.close()


def test_what_was_rolled_back_is_not_salvaged(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add()

    def fails() -> None:
        act(world.workplace, [one.id], "note", Fields(note="a"), now=NOW)
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError):
        world.store.writing(fails)
    kept = note(world, one.id, "b")
    assert [line.action.id for line in twin.read(tmp_path / "outbox.log").recorded if line.action] == [kept]


def _no(*_given: object) -> None:
    raise OSError(errno.EIO, "disk")


def _in_twin(home: Path) -> list[str]:
    return [line.action.id for line in twin.read(home / "outbox.log").recorded if line.action]


def _fails_with(world: DeskWorld, call: Callable[[], object]) -> None:
    """What `call` writes is rolled back, and stays in the twin: as if another process had appended meanwhile."""

    def fails() -> None:
        call()
        raise RuntimeError("disk")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "truncate", _no)
        with pytest.raises(RuntimeError):
            world.store.writing(fails)


def test_what_was_rolled_back_is_remembered_while_the_disk_takes_nothing(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = world.add()
    _fails_with(world, lambda: note(world, one.id, "a"))
    assert len(_in_twin(tmp_path)) == 1
    with monkeypatch.context() as patch:
        patch.setattr(twin, "write_all", _no)
        with pytest.raises(OSError, match="disk"):
            note(world, one.id, "b")
    with pytest.raises(RuntimeError):  # what put it right is rolled back itself, and taken back
        world.store.writing(lambda: (note(world, one.id, "c"), _raise()))
    assert len(_in_twin(tmp_path)) == 1
    kept = note(world, one.id, "d")
    assert _in_twin(tmp_path) == [kept]


def _raise() -> None:
    raise RuntimeError("disk")


def test_all_that_one_transaction_appended_is_remembered(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add(status=Status.DISPATCHED)
    [outcome] = act(world.workplace, [one.id], "acknowledge", now=NOW)
    old = outcome.action_id
    settle(world, to_send(world), ActionResult(id=old, status=Verdict.REJECTED, code="invalid_args"))
    _fails_with(world, lambda: outbox.retry(old, now=LATER))
    assert old not in _in_twin(tmp_path)
    assert len(_in_twin(tmp_path)) == 1  # the one that tried again
    kept = note(world, one.id, "a")
    assert sorted(_in_twin(tmp_path)) == sorted([old, kept])
    assert [item.action.id for item in world.store.reading(outbox.tray)] == [old]


def test_what_was_not_taken_back_after_all_stands_in_the_twin_again(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add()
    first = note(world, one.id, "a")
    _fails_with(world, lambda: undo(world.workplace))
    assert _in_twin(tmp_path) == []
    second = note(world, one.id, "b")
    assert _in_twin(tmp_path) == [first, second] == [action.id for action in to_send(world)]


def test_tidying_keeps_in_the_twin_what_is_not_confirmed(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add()
    first, second = note(world, one.id, "a"), note(world, one.id, "b")
    settle(world, to_send(world)[:1], applied(first, seq=2))
    world.store.writing(journal.tidy_twin)
    assert [line.action.id for line in twin.read(tmp_path / "outbox.log").recorded if line.action] == [second]


def test_a_tidying_whose_write_fails_drops_nothing(world: DeskWorld, tmp_path: Path) -> None:
    one = world.add()
    first = note(world, one.id, "a")

    def fails() -> None:
        settle(world, to_send(world), applied(first, seq=2))
        note(world, one.id, "b")
        journal.tidy_twin()
        raise RuntimeError("disk")

    before = (tmp_path / twin.FILE).read_bytes()
    with pytest.raises(RuntimeError):
        world.store.writing(fails)
    assert (tmp_path / twin.FILE).read_bytes() == before
    second = note(world, one.id, "c")
    assert _in_twin(tmp_path) == [first, second] == [action.id for action in to_send(world)]


def test_tidying_keeps_what_its_own_write_recorded_and_fails_without_it(
    world: DeskWorld, tmp_path: Path
) -> None:
    one = world.add()
    first = note(world, one.id, "a")
    settle(world, to_send(world), applied(first, seq=2))
    kept: list[str] = []

    def tidies() -> None:
        kept.append(note(world, one.id, "b"))
        journal.tidy_twin()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", _no)
        with pytest.raises(OSError, match="disk"):
            world.store.writing(tidies)
    assert _in_twin(tmp_path) == [first, *kept]
    world.store.writing(tidies)
    assert _in_twin(tmp_path) == kept == [action.id for action in to_send(world)]


def test_what_a_purge_drops_does_not_come_back_where_the_twin_was_not_written(
    world: DeskWorld, tmp_path: Path
) -> None:
    note(world, world.add().id, "a")
    log = tmp_path / "outbox.log"
    log.write_bytes(log.read_bytes() + b"rusak\n")  # of whom, nobody can say any more
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", _no)
        with pytest.raises(OSError, match="disk"):
            world.store.writing(lambda: leaving.purge(sealed=True))
    assert len(_in_twin(tmp_path)) == 1
    assert world.store.writing(journal.salvage) == 0
    assert log.read_bytes() == b""
    assert world.store.writing(journal.salvage) == 0


def test_an_action_waits_for_its_file_and_holds_back_only_its_lane(world: DeskWorld, tmp_path: Path) -> None:
    one, two = world.add(status=Status.IN_PROGRESS), world.add()
    photo = tmp_path / "bukti.jpg"
    photo.write_bytes(b"\xff\xd8\xff" + b"x" * 100)
    [outcome] = act(world.workplace, [one.id], "propose", Fields(note="Ditambal"), evidence=[photo], now=NOW)
    note(world, one.id, "sesudahnya")
    other = note(world, two.id, "b")
    assert [a.id for a in to_send(world)] == [other]
    world.store.writing(lambda: connection().execute("UPDATE blob SET done = 1"))
    assert to_send(world)[0].id == outcome.action_id
    missing = ActionResult(
        id=outcome.action_id,
        status=Verdict.RETRY,
        code=RetryCode.BLOB_MISSING,
        blobs=(to_send(world)[0].fields.evidence[0].sha256,),
    )
    settle(world, to_send(world), missing)
    assert [a.id for a in to_send(world)] == [other]


def test_the_fingerprint_is_kept_as_recorded(world: DeskWorld) -> None:
    one = world.add()
    note(world, one.id, "a")
    [sent] = to_send(world)
    assert sent.fp
    assert replace(sent, prev="a_x").fp == sent.fp


def test_a_quarantined_action_lies_in_the_tray(world: DeskWorld) -> None:
    one = world.add()
    action_id = note(world, one.id, "a")
    assert [world.store.writing(sending.note_failure, action_id, "500") for _ in range(3)] == [1, 2, 3]
    world.store.writing(outbox.quarantine, action_id, "Pusat tidak dapat membaca tindakan ini.")
    [item] = world.store.reading(outbox.tray)
    assert item.result is not None
    assert (item.result.code, item.result.detail) == (
        "quarantined",
        "Pusat tidak dapat membaca tindakan ini.",
    )


def test_a_young_action_stays_so_that_it_can_be_taken_back(world: DeskWorld) -> None:
    one, two, three = world.add_many([Status.DISPATCHED] * 3)
    second = dt.timedelta(seconds=1)
    young = note(world, one.id, "baru", NOW - 2 * second)
    old = note(world, two.id, "lama", NOW - 60 * second)
    ahead = note(world, three.id, "jam mundur", NOW + 3600 * second)
    # The clock was set back after this lane's first action: the second may not overtake it.
    overtaking = note(world, one.id, "sesudahnya", NOW + 3600 * second)

    def leaving(seconds: float, now: dt.datetime = NOW) -> list[str]:
        grace = Grace(seconds, now)
        found = world.store.reading(sending.to_send, 100, 1_000_000, frozenset(), grace)
        return [action.id for action in found]

    assert leaving(5) == [old, ahead]
    assert leaving(2) == [young, old, ahead, overtaking]
    assert leaving(0) == [young, old, ahead, overtaking]
    assert leaving(5, NOW + 3 * second) == [young, old, ahead, overtaking]
    assert world.store.reading(sending.resting, Grace(5, NOW)) == 0.0
    world.store.writing(sending.mark_sent, [young])
    assert leaving(5) == [young, old, ahead, overtaking]


def test_the_rest_ends_with_the_first_grace_that_ends(world: DeskWorld) -> None:
    one, two = world.add_many([Status.DISPATCHED] * 2)
    assert world.store.reading(sending.resting, Grace(5, NOW)) == 0.0
    note(world, one.id, "satu", NOW - dt.timedelta(seconds=1.5))
    note(world, two.id, "dua", NOW - dt.timedelta(seconds=3))
    assert world.store.reading(sending.resting, Grace(5, NOW)) == 2.0
    assert world.store.reading(sending.resting, Grace(2, NOW)) == 0.0


def test_a_stroke_over_many_stays_three_times_as_long(world: DeskWorld) -> None:
    one, two, three = world.add_many([Status.DISPATCHED] * 3)
    together = act(world.workplace, [one.id, two.id], "note", Fields(note="bersama"), now=NOW)
    bulk = [outcome.action_id for outcome in together]
    alone = note(world, three.id, "sendiri", NOW + dt.timedelta(milliseconds=1))

    def leaving(after: float, bulk_from: int) -> list[str]:
        grace = Grace(5, NOW + dt.timedelta(seconds=after), bulk_from)
        found = world.store.reading(sending.to_send, 100, 1_000_000, frozenset(), grace)
        return [action.id for action in found]

    assert leaving(6, 2) == [alone]
    assert leaving(14.9, 2) == [alone]
    assert leaving(15, 2) == [*bulk, alone]
    assert leaving(6, 0) == leaving(6, 3) == [*bulk, alone]


def test_what_the_reporter_reads_or_what_ends_a_report_stays_three_times_as_long(world: DeskWorld) -> None:
    def made(verb: str, fields: Fields, status: Status, reply: str = "") -> str:
        [outcome] = act(world.workplace, [world.add(status=status).id], verb, fields, reply=reply, now=NOW)
        return outcome.action_id

    quick = [
        made("note", Fields(note="intern"), Status.DISPATCHED),
        made("acknowledge", Fields(), Status.DISPATCHED),
    ]
    slow = [
        made("note", Fields(note="dibaca pelapor", public=True), Status.DISPATCHED),
        made("acknowledge", Fields(note="tim datang besok"), Status.DISPATCHED),
        made("take", Fields(), Status.ACKNOWLEDGED, reply="sudah saya pegang"),
        made("duplicate", Fields(to=world.add().number), Status.DISPATCHED),
    ]

    def leaving(after: float) -> list[str]:
        grace = Grace(5, NOW + dt.timedelta(seconds=after))
        found = world.store.reading(sending.to_send, 100, 1_000_000, frozenset(), grace)
        return [action.id for action in found]

    assert leaving(4.9) == []
    assert leaving(5) == leaving(14.9) == quick
    assert set(leaving(15)) > {*quick, *slow}  # the reply is an action of its own


def test_the_oldest_that_waits_tells_whether_its_lane_waits_for_a_file(
    world: DeskWorld, tmp_path: Path
) -> None:
    assert world.store.reading(sending.oldest) is None
    one, two = world.add(status=Status.IN_PROGRESS), world.add(status=Status.IN_PROGRESS)
    first = note(world, one.id, "lama")
    photo = tmp_path / "bukti.jpg"
    photo.write_bytes(b"\xff\xd8\xff" + b"x" * 100)
    act(world.workplace, [two.id], "propose", Fields(note="Ditambal"), evidence=[photo], now=NOW)
    assert world.store.reading(sending.oldest) == sending.Oldest(first, one.number, "", False, 2)
    act(world.workplace, [one.id], "propose", Fields(note="Ditambal"), evidence=[photo], now=NOW)
    assert world.store.reading(sending.oldest) == sending.Oldest(first, one.number, "", True, 3)
    world.store.writing(lambda: connection().execute("UPDATE blob SET done = 1"))
    assert world.store.reading(sending.oldest) == sending.Oldest(first, one.number, "", False, 3)
