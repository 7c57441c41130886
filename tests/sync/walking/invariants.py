"""What must hold: each check says which invariant of the protocol it is.

Of the 29, the walks look at 1–21 (12 in `paging.py`, files in `attaching.py`, 13 by reaching the same rows over disturbed snapshots); 22–29 are about clocks, replies, screens, files, databases and tokens, and stand in
the fault matrix and the tests of those parts.
"""

from __future__ import annotations

from typing import Any

import msgspec

from qlue_desk.protocol import PushReply, Verdict, event_digest, next_chain
from qlue_desk.store import outbox, rebase
from qlue_desk.store.bound import connection
from qlue_desk.sync import pull
from qlue_desk.sync.blobs import upload_waiting
from qlue_desk.sync.errors import BadReply, Resync
from tests.sync.rig import COORDINATOR
from tests.sync.walking.world import WalkDesk, World

PUT_AWAY = {"undone", "discarded"}
"""By a person: taken back before it left, or out of the tray."""
KNOWN_STATES = {"waiting", "acked", "confirmed", "refused"} | PUT_AWAY
ROUNDS = 30


def after_step(_world: World, desk: WalkDesk) -> None:
    """What can be seen at any moment, on the desk that the step touched."""
    seen = desk.store.reading(_look)
    no_loss_local(desk, seen)
    scope(desk, seen)
    # The rows of a desk that was given to another dinas are judged by the new one's people, then go.
    assert seen.hidden == [] or desk.in_motion, f"invariant 16: own work is not to be seen: {seen.hidden}"


class Seen(msgspec.Struct):
    """What lies on a desk now."""

    states: dict[str, str]
    dinas: list[str]
    """Of its rows, as central confirmed them."""
    strays: int
    """History lines of reports that are not here."""
    hidden: list[tuple[str, str]]
    """Own remarks that no history line shows, with their state."""


def _look() -> Seen:
    ask = connection().execute
    here = "SELECT id FROM complaint"
    return Seen(
        dict(ask("SELECT id, state FROM action").fetchall()),
        [
            msgspec.json.decode(row[0], type=_Dinas).dinas
            for row in ask("SELECT coalesce(base, body) FROM complaint")
        ],
        ask(f"SELECT count(*) FROM entry WHERE complaint_id NOT IN ({here})").fetchone()[0],
        ask(
            "SELECT id, state FROM action WHERE verb = 'note' AND state IN ('waiting', 'acked', 'confirmed')"
            f" AND code = '' AND complaint_id IN ({here})"
            " AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.action_id = action.id)"
        ).fetchall(),
    )


class _Dinas(msgspec.Struct):
    dinas: str


def no_loss_local(desk: WalkDesk, seen: Seen) -> None:
    assert set(seen.states) == set(desk.recorded), "invariant 1: an action was lost or invented on its desk"
    assert set(seen.states.values()) <= KNOWN_STATES, (
        "invariant 1: a state that is none of outbox, journal, tray"
    )


def scope(desk: WalkDesk, seen: Seen) -> None:
    own = desk.dinas == COORDINATOR or set(seen.dinas) <= {desk.dinas}
    assert own or desk.in_motion, "invariant 10: a row of another dinas"
    assert seen.strays == 0, "invariant 10: history of a report that is not here"


def predecessors(desk: WalkDesk) -> dict[str, str]:
    """For each action in outbox and journal, the one before it in its lane."""
    last: dict[str, str] = {}
    before: dict[str, str] = {}
    for action_id, lane in desk.ask(
        "SELECT id, complaint_id FROM action WHERE state IN ('waiting', 'acked', 'confirmed') ORDER BY n"
    ):
        if lane in last:
            before[action_id] = last[lane]
        last[lane] = action_id
    return before


def lane_order(world: World, before: dict[str, str], reply: PushReply) -> None:
    with world.hub.database.connected():
        for result in reply.results:
            if result.status is Verdict.RETRY or result.id not in before:
                continue
            known = world.hub.database.one(
                "SELECT 1 FROM action_result WHERE action_id = ?", (before[result.id],)
            )
            assert known, "invariant 6: decided before its predecessor"


def stable_verdicts(world: World, reply: PushReply) -> None:
    for result in reply.results:
        if result.status is Verdict.RETRY or result.code == "action_id_reused":
            continue
        said = (result.status, result.code, result.seq, result.chain)
        first = world.verdicts.setdefault(result.id, said)
        assert first == said, f"invariant 4: a verdict changed from {first} to {said}"


def heal(world: World) -> None:
    """No more faults: everybody syncs until nothing moves (invariant 21)."""
    world.quota = None
    for _ in range(ROUNDS):
        busy = False
        for desk in world.desks:
            desk.faulty()
            busy |= _whole_round(desk)
        if not busy:
            return
    raise AssertionError("invariant 21: did not come to rest")


def _whole_round(desk: WalkDesk) -> bool:
    moved = False
    try:
        pull.current_session(desk.link)
        if pull.needs_snapshot(desk.link):
            pull.run_snapshot(desk.link)
            moved = True
        outcome = pull.pull_page(desk.link)
        upload_waiting(desk.link)
        sent = desk.pusher.round()
    except (Resync, BadReply):
        return True
    return moved or bool(outcome.events or outcome.reoffered or outcome.more or sent.sent)


def at_rest(world: World) -> None:
    """Everything else, once all desks have come to rest."""
    lines = world.server_lines()
    ids = [line["action_id"] for line in lines if line.get("action_id")]
    assert len(ids) == len(set(ids)), "invariant 3: an action took effect twice"
    streams(world)
    shown = set(ids)
    for desk in world.desks:
        desk.in_motion = False
        after_step(world, desk)
        assert desk.rows() == world.server_rows(desk.dinas), "invariant 9: rows differ from central's"
        assert desk.store.reading(outbox.counts).waiting == 0, "invariant 21: work that never leaves"
        for action_id, state in desk.states().items():
            assert state in {"confirmed", "refused"} | PUT_AWAY, (
                f"invariant 2: {desk.recorded[action_id]} is {state}"
            )
            if state == "confirmed":
                assert action_id in shown, f"invariant 2: {desk.recorded[action_id]} was silently lost"
            elif not world.cloned:
                assert action_id not in shown, f"invariant 2: {state} here, but it took effect"
        same_view(desk)
    told = {line["id"] for line in lines}
    histories: dict[str, dict[str, bytes]] = {}
    for desk in world.desks:
        history = dict(desk.ask("SELECT id, body FROM entry"))
        assert set(history) <= told, "invariant 9: a line that central does not have"
        assert histories.setdefault(desk.dinas, history) == history, "invariant 9: histories differ"


def same_view(desk: WalkDesk) -> None:
    """Computed anew, every view is what it is (invariant 17)."""
    sql = "SELECT id, body FROM complaint ORDER BY id"
    before = desk.ask(sql)
    for complaint_id, _body in before:
        desk.store.writing(rebase.rebase, complaint_id)
    assert desk.ask(sql) == before, "invariant 17: the view depends on its past"


def streams(world: World) -> None:
    """7 dense, 8 chained, 3 one event an action and stream, 11 each leaving has its arrival."""
    database = world.hub.database
    with database.connected():
        heads = database.all("SELECT key, last_seq, last_hash, floor_seq, floor_hash FROM stream")
        events: dict[str, list[Any]] = {
            key: database.all(
                "SELECT seq, event_id, kind, complaint_id, version, digest, chain, payload, action_id"
                " FROM feed_event WHERE stream = ? ORDER BY seq",
                (key,),
            )
            for key, *_ in heads
        }
    for key, last, last_hash, floor, chain in heads:
        seq = floor
        for number, event_id, kind, complaint, version, digest, said, payload, _action in events[key]:
            assert number == seq + 1, "invariant 7: a gap or a repeat in the feed"
            assert event_digest(event_id, bytes(payload)) == digest, (
                "invariant 8: a payload is not what was hashed"
            )
            chain = next_chain(chain, number, event_id, kind, complaint, version, digest)
            assert chain == said, "invariant 8: the chain is broken"
            seq = number
        assert (seq, chain) == (last, last_hash), "invariant 7: the head is not the last event"
        acted = [event[8] for event in events[key] if event[8]]
        assert len(acted) == len(set(acted)), "invariant 3: two events of one action in a stream"
    _leavings(events, {key: floor for key, _l, _h, floor, _f in heads})


def _leavings(events: dict[str, list[Any]], floors: dict[str, int]) -> None:
    arrivals = {(key, e[3], e[4]) for key, found in events.items() for e in found if e[2] == "upsert"}
    for found in events.values():
        for event in found:
            if event[2] != "moved_out":
                continue
            to = msgspec.json.decode(event[7])["to_dinas"]
            stream = f"bogor/{to}" if f"bogor/{to}" in events else "bogor"  # the coordinator reads the city's
            compacted = floors[stream] > 0
            assert compacted or (stream, event[3], event[4]) in arrivals, (
                "invariant 11: left, and reached nobody"
            )
