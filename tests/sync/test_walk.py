"""Seeded random walks of desks and central, after sync.md's model, over the real store and the real register.

Central's handlers are called without HTTP, so that a walk takes a fraction of a second; what HTTP can do
stands in test_transport.py and test_rounds.py. A failure names its seed: `WALK_SEED=n pytest -k walk`.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qlue_desk.casework.acting import act
from qlue_desk.casework.workplace import Workplace
from qlue_desk.central.api import sync as api
from qlue_desk.central.api.problems import ProblemError
from qlue_desk.central.api.wire import Desk as Asking
from qlue_desk.central.errors import Resync as CentralResync
from qlue_desk.central.feed import scope_stream
from qlue_desk.central.hub import Hub
from qlue_desk.domain.complaint import Actor
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Problem, PullRequest, PushReply, PushRequest, Session, Verdict
from qlue_desk.store import meta, outbox, replica, snapshot
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from qlue_desk.store.replica import FeedBroken
from qlue_desk.sync import pull, push
from qlue_desk.sync.errors import Offline, Resync
from qlue_desk.sync.link import Link
from tests.sync.rig import DINAS, ONLY_DATABASE, WHOLE, Central, Clock, next_moment

WALKS = int(os.environ.get("WALKS", "60"))
FIRST = int(os.environ.get("WALK_SEED", "0"))
STEPS = 50
DESKS = ("dpupr", "dpupr", "dlh")


class Direct:
    """Stands where the transport does and calls central's handlers; says when a reply is to be lost."""

    def __init__(self, walk: Walk, asking: Asking) -> None:
        self._walk = walk
        self._asking = asking
        self.lose = False
        self.twice = False

    def send(self, _method: str, path: str, reply_type: Any, **named: Any) -> Any:
        reply = self._handled(path, named)
        if self.twice:
            reply = self._handled(path, named)
        if self.lose:
            raise Offline("lost")
        return msgspec.json.decode(msgspec.json.encode(reply), type=reply_type)

    def _handled(self, path: str, named: dict[str, Any]) -> Any:
        hub = self._walk.hub
        body = msgspec.json.encode(named.get("body"))
        try:
            if path == "/v1/session":
                return api.answer_session(hub, self._asking.identity)
            if path == "/v1/pull":
                return api.answer_pull(hub, self._asking, msgspec.json.decode(body, type=PullRequest))
            if path == "/v1/push":
                return api.answer_push(hub, self._asking, msgspec.json.decode(body, type=PushRequest))
            given = named["params"]
            return api.answer_snapshot(hub, self._asking, given["after"], 2, given.get("token", ""))
        except CentralResync as error:
            raise Resync(
                Problem("urn:qlue:resync_required", 410, "resync", reason=str(error.reason))
            ) from error
        except ProblemError as error:
            raise AssertionError(f"central refused: {error}") from error

    def close(self) -> None:
        """Nothing is open."""


class WalkDesk:
    """One desk with its link."""

    def __init__(self, walk: Walk, home: Path, token: str, user: Actor) -> None:
        self.home = home
        self.store = Store.open(home)
        with walk.hub.database.connected():
            identity = walk.hub.accounts.desk_of(token)
        city = walk.hub.city("bogor")
        self.dinas = identity.dinas
        self.direct = Direct(walk, Asking(identity, token, scope_stream(identity, city), city.coordinator))
        self.link = Link(self.store, self.direct)  # type: ignore[arg-type]
        session = pull.fetch_session(self.link)
        self.workplace = Workplace.from_parts(self.store, session, user, home=home)
        self.recorded: dict[str, str] = {}
        self.pusher = push.Pusher(self.link)

    def faulty(self, lose: bool, twice: bool) -> None:
        self.direct.lose, self.direct.twice = lose, twice

    def ids(self) -> list[str]:
        sql = "SELECT id FROM complaint ORDER BY id"
        return self.store.reading(lambda: [row[0] for row in connection().execute(sql)])

    def states(self) -> dict[str, str]:
        sql = "SELECT id, state FROM action"
        return self.store.reading(lambda: dict(connection().execute(sql).fetchall()))

    def rows(self) -> dict[str, bytes]:
        sql = "SELECT id, coalesce(base, body), dinas FROM complaint"
        return self.store.reading(lambda: {row[0]: bytes(row[1]) for row in connection().execute(sql)})


class Walk:
    """One walk: desks, central, and what is still on its way."""

    def __init__(
        self, folder: Path, template: Path, seed: int, tokens: list[str], people: list[Actor]
    ) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.clock = Clock()
        shutil.copytree(template, folder / "central")
        self.hub = Hub.open(folder / "central", now=self.clock)
        self.saved: list[tuple[WalkDesk, str, Any]] = []
        self.reports = 0
        self.backed_up = False
        self.verifier = people[-1]
        self.desks = [WalkDesk(self, folder / f"desk{i}", token, people[i]) for i, token in enumerate(tokens)]

    def close(self) -> None:
        for desk in self.desks:
            desk.store.close()
        self.hub.close()

    # --- steps ----------------------------------------------------------------------------------------

    def step(self) -> None:
        weights = {
            "citizen": 2, "local": 12, "pull": 11, "push": 13, "stale": 4, "snapshot": 4, "central": 2,
            "compact": 1, "backup": 3, "restore": 3,
        }  # fmt: skip
        name = self.chance.choices(list(weights), list(weights.values()))[0]
        getattr(self, f"do_{name}")()

    def do_citizen(self) -> None:
        if self.reports < 5:
            Central.report(self, self.chance.choice(DINAS))  # type: ignore[arg-type]

    def do_local(self) -> None:
        desk = self.chance.choice(self.desks)
        ids = desk.ids()
        if not ids:
            return
        verb = self.chance.choice(["note", "note", "acknowledge", "start", "transfer", "take", "ask"])
        text = f"catatan {self.chance.random()}"
        to = "dlh" if desk.dinas == "dpupr" else "dpupr"
        fields = Fields(note=text, to=to if verb == "transfer" else "")
        [outcome] = act(desk.workplace, [self.chance.choice(ids)], verb, fields, now=next_moment())
        if outcome.done:
            desk.recorded[outcome.action_id] = verb

    def do_pull(self) -> None:
        desk = self.chance.choice(self.desks)
        desk.faulty(self.chance.random() < 0.2, self.chance.random() < 0.2)
        cursor = desk.link.read(replica.cursor)
        if cursor is None:
            return
        try:
            asked = PullRequest(cursor=cursor, limit=self.chance.randint(1, 3))
            reply = desk.direct.send("POST", "/v1/pull", pull.PullReply, body=asked)
        except Resync:
            desk.link.write(snapshot.begin_resync)
            return
        except Offline:
            return
        if self.chance.random() < 0.3:
            self.saved.append((desk, "pull", reply))
        self._apply(desk, reply)

    def do_push(self) -> None:
        desk = self.chance.choice(self.desks)
        desk.faulty(self.chance.random() < 0.2, self.chance.random() < 0.2)
        batch = desk.link.write(push._prepare, self.chance.randint(1, 4), 10**6, frozenset())
        # A request that overtakes another, as of a second process: its first action is not in it.
        skipped = int(self.chance.random() < 0.3)
        batch = msgspec.structs.replace(batch, actions=batch.actions[skipped:])
        if not batch.actions:
            return
        before = self._lanes(desk)
        try:
            reply = desk.direct.send(
                "POST", "/v1/push", PushReply, body=PushRequest(cursor=batch.cursor, actions=batch.actions)
            )
        except Resync:
            desk.link.write(snapshot.begin_resync)
            return
        except Offline:
            return
        self._check_lane_order(before, reply)
        if self.chance.random() < 0.3:
            self.saved.append((desk, "push", (batch, reply)))
        if self.chance.random() > 0.2:
            desk.link.write(push._settle, batch, reply)

    def do_stale(self) -> None:
        if not self.saved:
            return
        desk, kind, what = self.chance.choice(self.saved)
        if kind == "pull":
            self._apply(desk, what)
        else:
            desk.link.write(push._settle, *what)

    def do_snapshot(self) -> None:
        desk = self.chance.choice(self.desks)
        desk.faulty(self.chance.random() < 0.2, False)
        if pull.needs_snapshot(desk.link):
            try:
                pull.run_snapshot(desk.link, lambda *_: self._meanwhile())
            except Offline:
                return

    def do_central(self) -> None:
        rows = self._server_rows()
        if rows:
            complaint_id = self.chance.choice(sorted(rows))
            self.hub.register.system(complaint_id, Verb.NOTE, Fields(note="pusat"), self.verifier)

    def do_compact(self) -> None:
        with self.hub.database.writing():
            for dinas in DINAS:
                stream = f"bogor/{dinas}"
                last = self.hub.database.one(
                    "SELECT seq, chain FROM feed_event WHERE stream = ? ORDER BY seq DESC LIMIT 1 OFFSET ?",
                    (stream, self.chance.randint(0, 2)),
                )
                if last is None:
                    continue
                self.hub.database.run(
                    "DELETE FROM feed_event WHERE stream = ? AND seq <= ?", (stream, last[0])
                )
                self.hub.database.run(
                    "UPDATE stream SET floor_seq = ?, floor_hash = ? WHERE key = ?",
                    (last[0], last[1], stream),
                )

    def do_backup(self) -> None:
        self._copy("central", "backup")
        self.backed_up = True

    def do_restore(self) -> None:
        if not self.backed_up:
            return
        self._copy("backup", "central", marked=self.chance.random() < 0.5)
        if self.chance.random() < 0.5:
            with self.hub.database.writing():
                self.hub.database.run(
                    "UPDATE stream SET epoch = epoch || ?", (str(self.chance.randint(0, 9)),)
                )

    def _meanwhile(self) -> None:
        """Something happens between two pages of a snapshot."""
        if self.chance.random() < 0.4:
            self.do_central()

    def _copy(self, source: str, target: str, *, marked: bool = True) -> None:
        """Without its mark a copy is noticed when it is opened; with it nothing there can know."""
        self.hub.close()
        (self.folder / target).mkdir(exist_ok=True)
        for pattern in WHOLE if marked else ONLY_DATABASE:
            for file in (self.folder / target).glob(pattern):
                file.unlink()
            for file in (self.folder / source).glob(pattern):
                shutil.copy(file, self.folder / target / file.name)
        self.hub = Hub.open(self.folder / "central", now=self.clock)

    def _apply(self, desk: WalkDesk, reply: Any) -> None:
        try:
            desk.link.write(replica.apply_page, reply)
        except FeedBroken:
            desk.link.write(snapshot.begin_resync)
        self.check_scope(desk)

    # what Central.report needs
    def dispatch(self, complaint_id: str, dinas: str) -> Any:
        return Central.dispatch(self, complaint_id, dinas)  # type: ignore[arg-type]

    def move(self, complaint_id: str, verb: Verb, fields: Fields) -> Any:
        return self.hub.register.system(complaint_id, verb, fields, self.verifier)

    @property
    def _reports(self) -> int:
        return self.reports

    @_reports.setter
    def _reports(self, value: int) -> None:
        self.reports = value

    # --- invariants -------------------------------------------------------------------------------------

    def check_local(self) -> None:
        """1: every recorded action is in exactly one known state."""
        for desk in self.desks:
            states = desk.states()
            assert set(states) == set(desk.recorded), "an action was lost or invented on its desk"
            assert set(states.values()) <= {"waiting", "acked", "confirmed", "refused"}

    def check_scope(self, desk: WalkDesk) -> None:
        """10: no row, line or word of a report that another dinas holds."""
        for body in desk.rows().values():
            assert msgspec.json.decode(body)["dinas"] == desk.dinas
        strays = "SELECT count(*) FROM entry WHERE complaint_id NOT IN (SELECT id FROM complaint)"
        assert desk.store.reading(lambda: connection().execute(strays).fetchone()[0]) == 0

    def check_once(self) -> None:
        """3: each action has its line at most once, and one event a stream."""
        with self.hub.database.connected():
            for sql in (
                "SELECT action_id, count(*) FROM feed_event WHERE action_id <> '' GROUP BY stream, action_id"
                " HAVING count(*) > 1",
            ):
                assert self.hub.database.all(sql) == []
            lines = [msgspec.json.decode(row[0]) for row in self.hub.database.all("SELECT body FROM entry")]
        ids = [line["action_id"] for line in lines if line.get("action_id")]
        assert len(ids) == len(set(ids))

    def _lanes(self, desk: WalkDesk) -> dict[str, str]:
        """For each action in the outbox, the one before it in its lane."""
        sql = "SELECT id, complaint_id FROM action WHERE state = 'waiting' ORDER BY n"
        last: dict[str, str] = {}
        before: dict[str, str] = {}
        for action_id, complaint_id in desk.store.reading(lambda: connection().execute(sql).fetchall()):
            if complaint_id in last:
                before[action_id] = last[complaint_id]
            last[complaint_id] = action_id
        return before

    def _check_lane_order(self, before: dict[str, str], reply: PushReply) -> None:
        """6: no verdict before the predecessor in the outbox has one."""
        with self.hub.database.connected():
            for result in reply.results:
                if result.status is Verdict.RETRY or result.id not in before:
                    continue
                sql = "SELECT 1 FROM action_result WHERE action_id = ?"
                assert self.hub.database.one(sql, (before[result.id],)), "decided before its predecessor"

    def heal(self) -> None:
        """No more faults: everybody syncs until nothing moves."""
        for _ in range(30):
            busy = False
            for desk in self.desks:
                desk.faulty(False, False)
                busy |= self._whole_round(desk)
            if not busy:
                return
        raise AssertionError("did not come to rest")

    def _whole_round(self, desk: WalkDesk) -> bool:
        moved = False
        try:
            if pull.needs_snapshot(desk.link):
                pull.run_snapshot(desk.link)
                moved = True
            outcome = pull.pull_page(desk.link)
            sent = desk.pusher.round()
        except Resync:
            return True
        return moved or bool(outcome.events or outcome.reoffered or outcome.more or sent.sent)

    def check_rest(self) -> None:
        """2 and 9: equal rows everywhere; every action applied with its line, or in the tray."""
        self.check_local()
        self.check_once()
        with self.hub.database.connected():
            lines = [msgspec.json.decode(row[0]) for row in self.hub.database.all("SELECT body FROM entry")]
        shown = {line.get("action_id") for line in lines}
        for desk in self.desks:
            self.check_scope(desk)
            assert desk.rows() == self._server_rows(desk.dinas)
            assert desk.store.reading(outbox.counts).waiting == 0
            for action_id, state in desk.states().items():
                assert state in ("confirmed", "refused"), state
                assert (action_id in shown) == (state == "confirmed"), (state, desk.recorded[action_id])
        first, second = self.desks[0], self.desks[1]
        sql = "SELECT id, body FROM entry ORDER BY id"
        both = [d.store.reading(lambda: connection().execute(sql).fetchall()) for d in (first, second)]
        assert both[0] == both[1]

    def _server_rows(self, dinas: str = "") -> dict[str, bytes]:
        where = f" WHERE dinas = '{dinas}'" if dinas else ""
        with self.hub.database.connected():
            return {
                r[0]: bytes(r[1]) for r in self.hub.database.all(f"SELECT id, body FROM complaint{where}")
            }


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[Actor]]:
    """A central with people and desks, copied for each walk."""
    folder = tmp_path_factory.mktemp("template")
    with Central.make(folder, serve=False) as central:
        tokens = [central.hub.accounts.add_desk("bogor", d, f"meja {i}").token for i, d in enumerate(DESKS)]
        people = [central.people[f"rina_{dinas}"] for dinas in DESKS] + [central.people["dewi"]]
    return folder / "central", tokens, people


@pytest.mark.parametrize("part", range(4))
def test_walks(template: tuple[Path, list[str], list[Actor]], tmp_path: Path, part: int) -> None:
    source, tokens, people = template
    for seed in range(FIRST + part, FIRST + WALKS, 4):
        walk = Walk(tmp_path / str(seed), source, seed, tokens, people)
        try:
            for dinas in DESKS:
                Central.report(walk, dinas)  # type: ignore[arg-type]
            for desk in walk.desks:
                pull.run_snapshot(desk.link)
            for _ in range(STEPS):
                walk.step()
            walk.check_local()
            walk.heal()
            walk.check_rest()
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
        finally:
            walk.close()


def test_the_session_is_what_a_desk_needs(
    template: tuple[Path, list[str], list[Actor]], tmp_path: Path
) -> None:
    source, tokens, people = template
    walk = Walk(tmp_path / "one", source, 0, tokens, people)
    try:
        stored = walk.desks[0].store.reading(meta.get, meta.SESSION)
        assert stored is not None
        assert msgspec.json.decode(stored, type=Session).desk.dinas == "dpupr"
    finally:
        walk.close()
