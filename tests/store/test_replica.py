"""Pages and snapshots on a real store: applied whole, own actions on top, nothing foreign left behind."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Attachment, Complaint, Entry, Status
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import ActionResult, Payload, PullReply, PushReply, Verdict
from qlue_desk.store import (
    blobs,
    complaints,
    drafts,
    journal,
    leaving,
    outbox,
    position,
    replica,
    searched,
    sending,
    snapshot,
)
from qlue_desk.store.bound import connection
from qlue_desk.store.replica import FeedBroken, PageOutcome
from qlue_desk.store.snapshot import Stage
from qlue_desk.sync.blobs import remove_left
from tests.desk_world import NOW, DeskWorld
from tests.feed_stream import FeedStream, history


class Replica(DeskWorld):
    """A desk that follows a feed stream."""

    stream: FeedStream

    def follow(self, *made: Complaint) -> None:
        self.stream = FeedStream()
        for complaint in made:
            self.stream.put(complaint, history(complaint, "dispatch", hours=-20))
        self.take_snapshot()

    def take_snapshot(self, *rows: Payload) -> int:
        latest = {event.complaint_id: event for event in self.stream.events}
        given = rows or tuple(
            msgspec.json.decode(event.payload, type=Payload)
            for event in latest.values()
            if event.kind == "upsert"
        )
        self.store.writing(snapshot.begin)
        stage = self.store.writing(snapshot.put_page, self.stream.snapshot(*given))
        assert self.store.writing(snapshot.replay, self.stream.page(stage.cursor))
        return self.store.writing(snapshot.swap)

    def pull(self, **named: int) -> PageOutcome:
        return self.apply(self.stream.page(self.cursor(), **named))

    def apply(self, reply: PullReply) -> PageOutcome:
        return self.store.writing(replica.apply_page, reply)

    def cursor(self) -> str:
        found = self.store.reading(position.cursor)
        assert found is not None
        return found

    def number_of_rows(self, table: str) -> int:
        return int(
            self.store.reading(lambda: connection().execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        )

    def found(self, word: str) -> int:
        sql = "SELECT count(*) FROM complaint_words WHERE complaint_words MATCH ?"
        return int(self.store.reading(lambda: connection().execute(sql, (word,)).fetchone()[0]))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Replica]:
    made = Replica.make(tmp_path)
    yield made  # type: ignore[misc]
    made.close()


def test_a_page_brings_rows_history_and_cursor(world: Replica) -> None:
    world.follow()
    one = world.complaint(title="Pohon tumbang")
    world.stream.put(one, history(one, "dispatch"))
    outcome = world.pull()
    assert (outcome.events, outcome.more, outcome.stale) == (1, False, False)
    assert world.get(one.number) == one
    assert [entry.verb for entry in world.store.reading(complaints.entries, one.id)] == ["dispatch"]
    assert world.cursor() == world.stream.cursor(1)


def test_a_reply_for_another_cursor_is_dropped(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    newer = replace(one, version=4, street="Jl. Lain")
    world.stream.put(newer)
    reply = world.stream.page(world.cursor())
    world.apply(reply)
    world.stream.put(replace(newer, version=5, street="Jl. Baru"))
    world.pull()
    assert world.apply(reply) == PageOutcome(stale=True)
    assert world.get(one.id).street == "Jl. Baru"


@pytest.mark.parametrize("damage", ["drop", "swap", "payload", "insert", "version"])
def test_any_altered_event_is_noticed_and_nothing_is_applied(world: Replica, damage: str) -> None:
    one = world.complaint()
    world.follow(one)
    for version in (4, 5, 6):
        world.stream.put(replace(one, version=version, street=f"Jl. {version}"))
    events = list(world.stream.page(world.cursor()).events)
    if damage == "drop":
        del events[1]
    elif damage == "swap":
        events[0], events[1] = events[1], events[0]
    elif damage == "payload":
        changed = bytes(events[1].payload).replace(b"Jl. 5", b"Jl. 9")
        events[1] = replace(events[1], payload=msgspec.Raw(changed))
    elif damage == "insert":
        events.insert(1, events[0])
    else:
        events[2] = replace(events[2], version=7)
    reply = replace(world.stream.page(world.cursor()), events=tuple(events))
    before = world.cursor()
    with pytest.raises(FeedBroken):
        world.apply(reply)
    assert (world.cursor(), world.get(one.id).street) == (before, "Jl. Pajajaran")


def test_an_older_version_never_replaces_a_newer_one(world: Replica) -> None:
    one = world.complaint(version=9)
    world.follow(one)
    world.stream.put(replace(one, version=8, street="lama"))
    world.pull()
    assert world.get(one.id).street == "Jl. Pajajaran"


def test_an_erased_payload_is_passed_over_by_its_digest(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    event = world.stream.put(replace(one, version=4))
    from qlue_desk.protocol import event_digest

    digest = event_digest(event.id, bytes(event.payload))
    world.stream.events[-1] = replace(event, payload=msgspec.Raw(b""), digest=digest)
    assert world.pull().events == 1
    assert world.get(one.id).version == 3


def test_an_unknown_kind_does_not_stop_the_feed(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    world.stream.append("sparkle", one.id, 4, b'{"complaint": 3}')
    world.stream.put(replace(one, version=5, street="Jl. 5"))
    assert world.pull().events == 2
    assert world.get(one.id).street == "Jl. 5"


def test_own_action_never_flickers_from_recording_to_confirmation(world: Replica) -> None:
    one = world.complaint(status=Status.DISPATCHED)
    world.follow(one)
    seen: list[tuple[Status, int, int]] = []

    def look() -> None:
        lines = world.store.reading(complaints.entries, one.id)
        mine = sum(entry.verb == "acknowledge" for entry in lines)
        seen.append(
            (world.get(one.id).status, mine, len(world.store.reading(complaints.pending_entry_ids, one.id)))
        )

    [outcome] = act(world.workplace, [one.id], "acknowledge", now=NOW)
    look()
    world.stream.put(replace(one, version=4, street="Jl. Lain"))  # a colleague's change comes first
    world.pull()
    look()
    sent = world.store.reading(sending.to_send)
    confirmed = replace(
        one, version=5, street="Jl. Lain", status=Status.ACKNOWLEDGED, acknowledged_at=NOW, status_since=NOW
    )
    entry = history(confirmed, "acknowledge", action_id=outcome.action_id)
    world.stream.put(confirmed, entry, action_id=outcome.action_id)
    result = ActionResult(id=outcome.action_id, status=Verdict.APPLIED, seq=3, version=5)
    world.store.writing(journal.settle, sent, PushReply("e1", 2, (result,)), ("e1", 2))
    look()
    assert world.pull().confirmed == 1
    look()
    assert seen == [
        (Status.ACKNOWLEDGED, 1, 1),
        (Status.ACKNOWLEDGED, 1, 1),
        (Status.ACKNOWLEDGED, 1, 1),
        (Status.ACKNOWLEDGED, 1, 0),
    ]
    assert world.get(one.id) == confirmed
    assert world.store.reading(outbox.counts) == outbox.OutboxCounts()


def test_the_feed_may_show_an_action_before_its_verdict_arrives(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    [outcome] = act(world.workplace, [one.id], "note", Fields(note="a"), now=NOW)
    sent = world.store.reading(sending.to_send)
    world.stream.put(
        replace(one, version=4),
        history(one, "note", action_id=outcome.action_id, text="a"),
        action_id=outcome.action_id,
    )
    world.pull()
    assert world.store.reading(sending.to_send) == ()
    late = ActionResult(id=outcome.action_id, status=Verdict.APPLIED, seq=2)
    assert world.store.writing(journal.settle, sent, PushReply("e1", 1, (late,)), ("e1", 1)) == []
    assert [e.text for e in world.store.reading(complaints.entries, one.id) if e.verb == "note"] == ["a"]


def test_an_acked_action_that_the_feed_passed_without_it_is_offered_again(world: Replica) -> None:
    one = world.complaint(status=Status.DISPATCHED)
    world.follow(one)
    [outcome] = act(world.workplace, [one.id], "acknowledge", now=NOW)
    sent = world.store.reading(sending.to_send)
    result = ActionResult(id=outcome.action_id, status=Verdict.APPLIED, seq=2)
    world.store.writing(journal.settle, sent, PushReply("e1", 1, (result,)), ("e1", 1))
    world.stream.put(replace(one, version=4, street="Jl. Lain"))  # seq 2 is somebody else's now
    before = world.store.reading(position.generation)
    assert world.pull().reoffered == 1
    assert [a.id for a in world.store.reading(sending.to_send)] == [outcome.action_id]
    assert world.get(one.id).status is Status.ACKNOWLEDGED
    assert world.store.reading(position.generation) == before + 1


def test_an_acked_action_above_the_head_is_offered_again(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    [outcome] = act(world.workplace, [one.id], "note", Fields(note="a"), now=NOW)
    sent = world.store.reading(sending.to_send)
    result = ActionResult(id=outcome.action_id, status=Verdict.APPLIED, seq=7)
    world.store.writing(journal.settle, sent, PushReply("e1", 1, (result,)), ("e1", 1))
    assert world.pull().reoffered == 1


def test_moving_out_removes_everything_but_own_words(world: Replica, tmp_path: Path) -> None:
    content = b"\xff\xd8\xff" + b"x" * 50
    import hashlib

    sha256 = hashlib.sha256(content).hexdigest()
    shared = Attachment("b" * 64, "foto.jpg", "image/jpeg", 9)
    photo = Attachment(sha256, "foto.jpg", "image/jpeg", len(content))
    one = world.complaint(title="Zebra hanyut", attachments=(photo, shared))
    other = world.complaint(attachments=(shared,))
    world.follow(one, other)
    blobs.keep_file(tmp_path, sha256, content)
    for name in (sha256, "b" * 64):
        world.store.writing(lambda name=name: blobs.record(name, "foto.jpg", "image/jpeg", 53, done=True))
    [outcome] = act(world.workplace, [one.id], "note", Fields(note="catatan saya"), now=NOW)
    world.store.writing(drafts.save, one.id, "note", "setengah jadi", NOW)
    assert world.found("zebra") == 1
    world.stream.append("moved_out", one.id, 4, msgspec.json.encode(Payload(to_dinas="dlh")))
    world.pull()
    remove_left(world.store)
    assert world.store.reading(complaints.get, one.number) is None
    assert world.store.reading(complaints.entries, one.id) == []
    assert world.found("zebra") == 0
    assert not blobs.path_of(tmp_path, sha256).exists()
    assert world.number_of_rows("blob") == 1  # the one that another report still shows
    [kept] = world.store.reading(drafts.kept)
    assert (kept.number, kept.dinas, kept.what, kept.text) == (one.number, "dlh", "note", "setengah jadi")
    assert kept.at == NOW
    assert world.store.writing(drafts.discard_kept, kept.key)
    assert world.store.reading(drafts.kept) == []
    sent = world.store.reading(sending.to_send)
    assert [a.id for a in sent] == [outcome.action_id]
    refusal = ActionResult(id=outcome.action_id, status=Verdict.REJECTED, code="out_of_scope")
    world.store.writing(journal.settle, sent, PushReply("e1", 3, (refusal,)), ("e1", 3))
    [item] = world.store.reading(outbox.tray)
    assert (item.action.fields.note, item.number, item.title) == ("catatan saya", one.number, "")


def test_away_and_back_in_one_page(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    world.stream.append("moved_out", one.id, 4)
    back = replace(one, version=6, street="Jl. Kembali")
    world.stream.put(back, history(back, "dispatch"), history(back, "transfer", hours=-2))
    world.pull()
    assert world.get(one.id) == back
    assert [e.verb for e in world.store.reading(complaints.entries, one.id)] == ["transfer", "dispatch"]


def test_the_view_does_not_depend_on_how_many_pages_it_took(tmp_path: Path) -> None:
    views = []
    for limit in (1, 2, 500):
        world = Replica.make(tmp_path / str(limit))
        assert isinstance(world, Replica)
        one = world.complaint(status=Status.DISPATCHED)
        world.follow(one)
        act(world.workplace, [one.id], "acknowledge", now=NOW)
        act(world.workplace, [one.id], "start", now=NOW)
        for version in range(4, 9):
            world.stream.put(replace(one, version=version, street=f"Jl. {version}"))
        while world.pull(limit=limit).more:
            pass
        views.append(world.get(one.id))
        world.close()
    assert views[0] == views[1] == views[2]
    assert (views[0].status, views[0].street) == (Status.IN_PROGRESS, "Jl. 8")


def test_a_killed_page_leaves_rows_and_cursor_of_the_one_before(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    world.stream.put(replace(one, version=4, street="Jl. Lain"))
    reply = world.stream.page(world.cursor())
    before = world.cursor()

    def interrupted() -> None:
        replica.apply_page(reply)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.store.writing(interrupted)
    assert (world.cursor(), world.get(one.id).street) == (before, "Jl. Pajajaran")


def test_a_line_of_a_report_that_is_not_here_is_not_kept_and_one_that_is_here_needs_no_row(
    world: Replica,
) -> None:
    here, elsewhere = world.complaint(), world.complaint()
    world.follow(here)
    for one in (here, elsewhere):
        line = history(one, "note", text=f"baris {one.number}")
        world.stream.append(
            "upsert", one.id, 4, msgspec.json.encode(Payload(complaint=None, entries=(line,)))
        )
    world.pull()
    told = [e.text for e in world.store.reading(complaints.entries, here.id) if e.text]
    assert told == [f"baris {here.number}"]
    assert world.store.reading(complaints.entries, elsewhere.id) == []


# --- snapshots -------------------------------------------------------------------------------------


def test_a_snapshot_swaps_rows_and_offers_the_journal_again(world: Replica) -> None:
    stays, goes = world.complaint(), world.complaint(title="Zebra")
    world.follow(stays, goes)
    [shown] = act(world.workplace, [stays.id], "note", Fields(note="ada"), now=NOW)
    [lost] = act(
        world.workplace, [stays.id], "note", Fields(note="hilang"), now=NOW + dt.timedelta(minutes=1)
    )
    sent = world.store.reading(sending.to_send)
    results = tuple(ActionResult(id=a.id, status=Verdict.APPLIED, seq=3 + i) for i, a in enumerate(sent))
    world.store.writing(journal.settle, sent, PushReply("e1", 2, results), ("e1", 2))
    world.stream = FeedStream("e2")  # restored: has the first note, not the second
    line = history(stays, "note", action_id=shown.action_id, text="ada")
    renewed = replace(stays, version=4)
    world.stream.put(renewed, line)
    assert world.take_snapshot() == 1
    assert world.store.reading(complaints.get, goes.number) is None
    assert [a.id for a in world.store.reading(sending.to_send)] == [lost.action_id]
    assert [e.text for e in world.store.reading(complaints.entries, stays.id)] == ["hilang", "ada"]
    assert world.store.reading(complaints.get_base, stays.id) == renewed
    assert world.cursor() == world.stream.cursor()


def test_confirmed_work_that_the_restored_server_forgot_goes_out_again(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    [outcome] = act(world.workplace, [one.id], "note", Fields(note="a"), now=NOW)
    world.stream.put(
        replace(one, version=4),
        history(one, "note", action_id=outcome.action_id),
        action_id=outcome.action_id,
    )
    world.pull()
    assert world.store.reading(sending.to_send) == ()
    world.stream = FeedStream("e2")
    world.stream.put(one)
    world.take_snapshot()
    assert [a.id for a in world.store.reading(sending.to_send)] == [outcome.action_id]
    assert [e.text for e in world.store.reading(complaints.entries, one.id)] == ["a"]


def test_the_old_rows_are_served_until_the_swap_and_a_crash_resumes(world: Replica, tmp_path: Path) -> None:
    old, new = world.complaint(), world.complaint()
    world.follow(old)
    world.stream.put(new)
    world.store.writing(snapshot.begin)
    first = world.stream.snapshot(Payload(complaint=old), after=old.id)
    world.store.writing(snapshot.put_page, first)
    assert world.store.reading(complaints.get, old.id) == old
    assert world.store.reading(complaints.get, new.id) is None
    stage = world.store.reading(snapshot.current)
    assert stage is not None
    assert (stage.after, stage.paged) == (old.id, False)
    with pytest.raises(FeedBroken):
        world.store.writing(snapshot.put_page, first, "c_other")


def test_a_snapshot_writes_a_row_that_differs_though_its_history_does_not(world: Replica) -> None:
    one, other = world.complaint(), world.complaint()
    world.follow(one, other)
    changed = replace(one, version=4, street="Jl. Lain")
    rows = [
        Payload(complaint=now, entries=tuple(world.store.reading(complaints.entries, now.id)))
        for now in (changed, other)
    ]
    assert world.take_snapshot(*rows) == 2
    assert (world.get(one.id), world.get(other.id)) == (changed, other)
    assert [e.verb for e in world.store.reading(complaints.entries, one.id)] == ["dispatch"]


def test_a_fuzzy_snapshot_is_replayed_to_its_last_mark(world: Replica) -> None:
    first, second, third = world.complaint(), world.complaint(), world.complaint()
    world.follow()
    world.stream.put(first)
    world.store.writing(snapshot.begin)
    as_of = world.stream.cursor()
    world.store.writing(snapshot.put_page, world.stream.snapshot(Payload(complaint=first), after=first.id))
    # Between two pages: the first changes, the second leaves, the third arrives.
    changed = replace(first, version=4, street="Jl. Lain")
    world.stream.put(changed)
    world.stream.put(second)
    world.stream.append("moved_out", second.id, 4)
    world.stream.put(third, history(third, "dispatch"))
    page = world.stream.snapshot(Payload(complaint=third), as_of=as_of)
    stage: Stage = world.store.writing(snapshot.put_page, page, first.id)
    assert not world.store.writing(snapshot.replay, world.stream.page(stage.cursor, 2))
    again = world.store.reading(snapshot.current)
    assert again is not None
    assert world.store.writing(snapshot.replay, world.stream.page(again.cursor, 2))
    assert world.store.writing(snapshot.swap) == 2
    assert world.get(first.id) == changed
    assert world.store.reading(complaints.get, second.id) is None
    assert world.get(third.id) == third


def test_a_mark_of_another_timeline_spoils_the_snapshot(world: Replica) -> None:
    one = world.complaint()
    world.follow()
    world.store.writing(snapshot.begin)
    world.stream.put(one)
    stage = world.store.writing(snapshot.put_page, world.stream.snapshot(Payload(complaint=one)))
    world.stream.events.clear()  # restored without a new epoch, other events at the same numbers
    world.stream.put(replace(one, version=4))
    world.stream.put(replace(one, version=5))
    with pytest.raises(FeedBroken):
        world.store.writing(snapshot.replay, replace(world.stream.page(None), from_=stage.cursor))


def test_a_report_entered_here_survives_a_snapshot_without_it(world: Replica) -> None:
    world.follow()
    from qlue_desk.protocol import Action

    entered = replace(world.complaint(status=Status.NEW), number="", version=0)
    action = Action(id="a_1", verb="enter", complaint_id=entered.id, actor_id="u_oki", recorded_at=NOW)
    world.store.writing(outbox.record, [outbox.Recorded(action, entered)])
    world.take_snapshot()
    assert world.get(entered.id) == entered
    numbered = replace(entered, number="BGR-26-000900", version=1)
    world.stream.put(numbered, history(numbered, "enter", action_id="a_1"), action_id="a_1")
    world.pull()
    assert world.get(entered.id) == numbered
    assert world.number_of_rows("entry") == 1


def test_a_refused_entry_takes_its_report_along(world: Replica) -> None:
    world.follow()
    from qlue_desk.protocol import Action

    entered = replace(world.complaint(status=Status.NEW), number="", version=0)
    action = Action(id="a_1", verb="enter", complaint_id=entered.id, actor_id="u_oki", recorded_at=NOW)
    world.store.writing(outbox.record, [outbox.Recorded(action, entered)])
    refusal = ActionResult(id="a_1", status=Verdict.REJECTED, code="invalid_args")
    world.store.writing(
        journal.settle, world.store.reading(sending.to_send), PushReply("e1", 0, (refusal,)), ("e1", 0)
    )
    assert world.store.reading(complaints.get, entered.id) is None
    assert len(world.store.reading(outbox.tray)) == 1


def test_a_revoked_desk_keeps_only_the_persons_own_unsent_work(world: Replica) -> None:
    one = world.complaint(title="Zebra")
    world.follow(one)
    [outcome] = act(world.workplace, [one.id], "note", Fields(note="a"), now=NOW)
    world.store.writing(searched.keep, "u_rina", "Siti 0812345678")
    world.store.writing(leaving.purge)
    assert world.store.reading(searched.queries, "u_rina") == []
    assert [world.number_of_rows(table) for table in ("complaint", "entry", "stage")] == [0, 0, 0]
    assert world.found("zebra") == 0
    assert [a.id for a in world.store.reading(sending.to_send)] == [outcome.action_id]


def test_history_of_one_second_stands_in_the_order_in_which_it_came(world: Replica) -> None:
    one = world.complaint()
    world.follow(one)
    lines = [Entry(f"h_{place}", one.id, verb, NOW, NOW) for place, verb in
             ((9, "receive"), (5, "dispatch"), (7, "acknowledge"))]  # fmt: skip
    world.store.writing(complaints.put_entries, lines)
    found = [entry.id for entry in world.store.reading(complaints.entries, one.id)]
    assert [i for i in found if i in {"h_9", "h_5", "h_7"}] == ["h_9", "h_5", "h_7"]
