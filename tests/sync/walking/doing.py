"""What each step does to a world; invariants that can be seen at once are checked here."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from typing import Any

import msgspec

from qlue_desk.casework.acting import act
from qlue_desk.casework.undoing import undo
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action, PullReply, PullRequest, PushReply, PushRequest
from qlue_desk.store import outbox, position, replica, snapshot
from qlue_desk.store.replica import FeedBroken
from qlue_desk.sync import pull, push, rounds
from qlue_desk.sync.errors import Offline, Resync
from tests.sync.rig import COORDINATOR, ONLY_DATABASE, WHOLE, next_moment
from tests.sync.walking import attaching, invariants
from tests.sync.walking.steps import Step
from tests.sync.walking.world import DESKS, BusyRegister, WalkDesk, World

MOST_REPORTS = 14
NOTICES, TOLD = 1, 2
"""How a restored central learns of it: by what it had noted outside, by its operator, else not at all."""


def do(world: World, step: Step) -> None:
    """Do one step and check what must hold after it."""
    desk = world.desks[step.numbers[0] % len(world.desks)]
    flags = (*step.flags, *(False,) * 5)[:5]
    _STEPS[step.name](world, desk, step, flags)
    invariants.after_step(world, desk)


def _citizen(world: World, _desk: WalkDesk, step: Step, _flags: Any) -> None:
    if world._reports < MOST_REPORTS:
        world.report(DESKS[step.numbers[1] % 3])


def _local(world: World, desk: WalkDesk, step: Step, _flags: Any) -> None:
    ids = desk.ids()
    if not ids:
        return
    to = "dlh" if desk.dinas == "dpupr" else "dpupr"
    text = f"catatan {desk.name} {step.numbers}"
    fields = Fields(note=text, to=to if step.word == "transfer" else "")
    chosen = ids[step.numbers[1] % len(ids)]
    [outcome] = act(desk.workplace, [chosen], step.word, fields, now=next_moment())
    if outcome.done:
        desk.recorded[outcome.action_id] = step.word


def _pull(world: World, desk: WalkDesk, step: Step, flags: Any) -> None:
    lose, twice, keep, *_ = flags
    desk.faulty()
    pull.current_session(desk.link)
    desk.workplace.reload()
    desk.faulty(lose, twice)
    cursor = desk.link.read(position.cursor)
    if cursor is None:
        return
    try:
        asked = PullRequest(cursor=cursor, limit=1 + step.numbers[1] % 3)
        reply = desk.direct.send("POST", "/v1/pull", PullReply, body=asked)
    except Resync:
        desk.link.write(snapshot.begin_resync)
        return
    except Offline:
        return
    if keep:
        world.saved.append((desk, "pull", reply))
    apply(desk, reply)


def apply(desk: WalkDesk, reply: PullReply) -> None:
    """Take a page as `sync.pull` does, without its second chance."""
    try:
        desk.link.write(replica.apply_page, reply)
    except FeedBroken:
        desk.link.write(snapshot.begin_resync)


def _push(world: World, desk: WalkDesk, step: Step, flags: Any) -> None:
    lose, twice, keep, skip, late = flags
    desk.faulty(lose, twice)
    batch = desk.link.write(push._prepare, 1 + step.numbers[1] % 4, 10**6, frozenset())
    # A request that overtakes another, as of a second process: its first action is not in it.
    batch = msgspec.structs.replace(batch, actions=batch.actions[int(skip) :])
    if not batch.actions:
        return
    before = invariants.predecessors(desk)
    at = step.numbers[2] % 12
    with BusyRegister(world.hub.register, at) if at < 4 else nullcontext():
        try:
            request = PushRequest(cursor=batch.cursor, actions=batch.actions)
            reply = desk.direct.send("POST", "/v1/push", PushReply, body=request)
        except Resync:
            desk.link.write(snapshot.begin_resync)
            return
        except Offline:
            return
    attaching.files_before_actions(world)
    invariants.lane_order(world, before, reply)
    invariants.stable_verdicts(world, reply)
    if keep or late:
        world.saved.append((desk, "push", (batch, reply)))
    if not late:
        desk.link.write(push._settle, batch, reply)


def _stale(world: World, _desk: WalkDesk, step: Step, _flags: Any) -> None:
    if not world.saved:
        return
    desk, kind, what = world.saved[step.numbers[1] % len(world.saved)]
    if kind == "pull":
        before = (desk.link.read(position.cursor), desk.rows())
        apply(desk, what)
        if before[0] != what.from_:
            after = (desk.link.read(position.cursor), desk.rows())
            assert after == before, "invariant 15: an old page changed something"
    else:
        desk.link.write(push._settle, *what)
    invariants.after_step(world, desk)


def _snapshot(world: World, desk: WalkDesk, step: Step, flags: Any) -> None:
    lose, break_off, begin, move, other = flags
    desk.faulty(lose)
    if break_off:
        desk.direct.pages_left = step.numbers[1] % 3
    if begin and other:
        desk.link.write(snapshot.begin_resync)
    if not pull.needs_snapshot(desk.link):
        return

    def meanwhile(*_pages: int) -> None:
        if move:
            _reassign(world, desk, step, flags)
        elif other:
            _central(world, desk, step, flags)

    try:
        pull.run_snapshot(desk.link, meanwhile)
    except Offline:
        return
    finally:
        desk.faulty()


def _chosen(world: World, step: Step) -> str:
    ids = sorted(world.server_rows())
    return ids[step.numbers[2] % len(ids)]


def _central(world: World, _desk: WalkDesk, step: Step, _flags: Any) -> None:
    world.hub.register.system(_chosen(world, step), Verb.NOTE, Fields(note="pusat"), world.people["dewi"])


def _reassign(world: World, _desk: WalkDesk, step: Step, _flags: Any) -> None:
    chosen = _chosen(world, step)
    holder = msgspec.json.decode(world.server_rows()[chosen])["dinas"]
    to = "dlh" if holder == "dpupr" else "dpupr"
    world.hub.register.system(
        chosen, Verb.TRANSFER, Fields(to=to, note="pindah ke dinas yang berwenang"), world.people["dewi"]
    )


def _compact(world: World, _desk: WalkDesk, step: Step, _flags: Any) -> None:
    stream = f"bogor/{DESKS[step.numbers[1] % 3]}"
    database = world.hub.database
    with database.writing():
        last = database.one(
            "SELECT seq, chain FROM feed_event WHERE stream = ? ORDER BY seq DESC LIMIT 1 OFFSET ?",
            (stream, step.numbers[2] % 4),
        )
        if last is None:
            return
        database.run("DELETE FROM feed_event WHERE stream = ? AND seq <= ?", (stream, last[0]))
        database.run("UPDATE stream SET floor_seq = ?, floor_hash = ? WHERE key = ?", (*last, stream))


def _backup(world: World, _desk: WalkDesk, _step: Step, _flags: Any) -> None:
    world.copy_central("central", "backup")
    world.backed_up = True


def _restore(world: World, _desk: WalkDesk, step: Step, _flags: Any) -> None:
    if not world.backed_up:
        return
    how = step.numbers[1] % 3
    world.copy_central("backup", "central", ONLY_DATABASE if how == NOTICES else WHOLE)
    world.restored = True
    world.verdicts.clear()
    if how == TOLD:
        with world.hub.database.writing():
            world.hub.database.run("UPDATE stream SET epoch = epoch || ?", (str(step.numbers[2]),))


def _desk_backup(world: World, desk: WalkDesk, _step: Step, _flags: Any) -> None:
    target = world.folder / f"{desk.name}.backup"
    shutil.rmtree(target, ignore_errors=True)
    desk.store.close()
    shutil.copytree(desk.home, target)
    desk.open()
    world.desk_backups[desk.name] = dict(desk.recorded)


def _desk_restore(world: World, desk: WalkDesk, _step: Step, _flags: Any) -> None:
    if desk.name not in world.desk_backups:
        return
    desk.store.close()
    shutil.rmtree(desk.home)
    shutil.copytree(world.folder / f"{desk.name}.backup", desk.home)
    _restarted(world, desk)
    desk.recorded = dict(world.desk_backups[desk.name])
    desk.in_motion = desk.in_motion or world.moved  # the copy may be of another dinas


def _restarted(world: World, desk: WalkDesk) -> None:
    """Another process: replies that were on their way to the old one reach nobody."""
    world.saved = [saved for saved in world.saved if saved[0] is not desk]
    desk.open()
    desk.link.write(rounds.take_over)


def _clone(world: World, desk: WalkDesk, _step: Step, _flags: Any) -> None:
    if world.cloned:
        return
    world.cloned = True
    home = world.folder / "clone"
    desk.store.close()
    shutil.copytree(desk.home, home)
    desk.open()
    clone = WalkDesk(world, home, desk.token, desk.user, "clone")
    clone.recorded = dict(desk.recorded)
    clone.in_motion = desk.in_motion
    desk.cloned = clone.cloned = True
    world.desks.append(clone)


def _take_over(world: World, desk: WalkDesk, _step: Step, _flags: Any) -> None:
    desk.store.close()
    _restarted(world, desk)


def _reuse(world: World, desk: WalkDesk, step: Step, _flags: Any) -> None:
    """Somebody uses an id again for something else: never applied (invariant 5)."""
    with world.hub.database.connected():
        known = world.hub.database.all("SELECT action_id, complaint_id FROM action_result ORDER BY action_id")
    if not known:
        return
    action_id, complaint_id = known[step.numbers[1] % len(known)]
    desk.faulty()
    action = Action(action_id, "note", complaint_id, desk.user.id, next_moment(), Fields(note="palsu"))
    try:
        reply = desk.direct.send("POST", "/v1/push", PushReply, body=PushRequest(None, (action,)))
    except Resync:
        return
    [result] = reply.results
    assert result.code == "action_id_reused", "invariant 5: an id that is used again was not noticed"


def _undo(_world: World, desk: WalkDesk, _step: Step, _flags: Any) -> None:
    undo(desk.workplace)


def _tray(_world: World, desk: WalkDesk, step: Step, _flags: Any) -> None:
    """Somebody looks at what was refused: tries it again or puts it away."""
    refused = desk.link.read(outbox.tray)
    if not refused:
        return
    chosen = refused[step.numbers[1] % len(refused)].action
    if step.numbers[2] % 2:
        desk.link.write(outbox.discard, chosen.id)
        return
    again = desk.link.write(outbox.retry, chosen.id)
    desk.recorded[again.id] = again.verb


def _move_desk(world: World, desk: WalkDesk, _step: Step, _flags: Any) -> None:
    """An administrator gives the desk (and its twin, if it was cloned) to the other dinas."""
    if desk.dinas == COORDINATOR:
        return
    world.moved = True
    world.hub.desks.move(desk.id, "dlh" if desk.dinas == "dpupr" else "dpupr")
    for each in world.desks:
        each.identify()


def _coordinator(world: World, _desk: WalkDesk, _step: Step, _flags: Any) -> None:
    world.add_coordinator()


_STEPS = {
    "citizen": _citizen, "local": _local, "pull": _pull, "push": _push, "stale": _stale,
    "snapshot": _snapshot, "central": _central, "reassign": _reassign, "compact": _compact,
    "backup": _backup, "restore": _restore, "desk_backup": _desk_backup, "desk_restore": _desk_restore,
    "clone": _clone, "take_over": _take_over, "reuse": _reuse,
    "undo": _undo, "tray": _tray, "coordinator": _coordinator, "move_desk": _move_desk,
    "attach": attaching.attach, "upload": attaching.upload, "quota": attaching.quota,
    "file_gone": attaching.file_gone,
}  # fmt: skip
