"""Desks and a central in one thread: what the steps of a walk work on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec

from qlue_desk.casework.workplace import Workplace
from qlue_desk.central import conversation
from qlue_desk.central.api.problems import ProblemError
from qlue_desk.central.blobs import QUOTA_BYTES
from qlue_desk.central.conversation import Desk as Asking
from qlue_desk.central.errors import DatabaseBusy
from qlue_desk.central.errors import Resync as CentralResync
from qlue_desk.central.feed import scope_stream
from qlue_desk.central.hub import Hub
from qlue_desk.central.register import Register
from qlue_desk.domain.complaint import Actor
from qlue_desk.protocol import ActionResult, Problem, PullRequest, PushRequest
from qlue_desk.store.bound import connection
from qlue_desk.sync import pull, push
from qlue_desk.sync.errors import Offline, Resync
from qlue_desk.sync.link import Link
from tests.sync.rig import COORDINATOR, WHOLE, Central, Clock
from tests.sync.walking.fast import InlineStore

DESKS = ("dpupr", "dpupr", "dlh")
LATER = (COORDINATOR,)
"""Desks that only some walks have."""
SNAPSHOT_ROWS = 2


class Template(msgspec.Struct):
    """A central and desks that have met, copied for each walk."""

    folder: Path
    tokens: list[str]
    people: list[Actor]


def make_template(folder: Path) -> Template:
    """Three desks of two dinas, a report for each, everybody up to date."""
    with Central.make(folder, serve=False) as central:
        added = [central.hub.desks.add("bogor", d, d) for d in (*DESKS, *LATER)]
        tokens = [reply.token for reply in added]
        people = [central.people[f"rina_{dinas}"] for dinas in DESKS] + [central.people["dewi"]]
        for dinas in DESKS:
            central.report(dinas)
    template = Template(folder, tokens, people)
    world = World(folder / "first", template, copy=False)
    for desk in world.desks:
        pull.run_snapshot(desk.link)
    world.close()
    return template


class Direct:
    """Stands where the transport does and calls central's handlers; says when something is to be lost."""

    asking: Asking

    def __init__(self, world: World) -> None:
        self._world = world
        self.lose = self.twice = False
        self.pages_left = -1
        """After so many pages of a snapshot the line breaks; -1 never."""
        self.damage = 0
        """So many parts of files arrive with another last byte."""

    def send(self, _method: str, path: str, reply_type: Any, **named: Any) -> Any:
        if path == "/v1/snapshot" and self.pages_left >= 0:
            self.pages_left -= 1
            if self.pages_left < 0:
                raise Offline("lost")
        reply = self._handled(path, named)
        if self.twice:
            reply = self._handled(path, named)
        if self.lose:
            raise Offline("lost")
        return msgspec.json.decode(msgspec.json.encode(reply), type=reply_type)

    def _handled(self, path: str, named: dict[str, Any]) -> Any:
        hub, body = self._world.hub, named.get("body")
        try:
            if path == "/v1/session":
                return conversation.answer_session(hub, self.asking.identity)
            if path == "/v1/pull":
                assert isinstance(body, PullRequest)
                return conversation.answer_pull(hub, self.asking, body)
            if path == "/v1/push":
                asked = msgspec.json.decode(msgspec.json.encode(body), type=PushRequest)
                return conversation.answer_push(hub, self.asking, asked)
            given = named["params"]
            return conversation.answer_snapshot(
                hub, self.asking, given["after"], SNAPSHOT_ROWS, given.get("token", "")
            )
        except CentralResync as error:
            raise Resync(Problem("urn:qlue:resync_required", 410, "", reason=str(error.reason))) from error
        except ProblemError as error:
            raise AssertionError(f"central refused: {error}") from error

    def blob_received(self, path: str) -> int:
        """As the transport's."""
        from tests.sync.walking.attaching import blob_state

        return blob_state(self._world.hub.blobs, path)

    def send_bytes(self, _method: str, path: str, *, content: bytes, params: dict[str, Any]) -> bytes:
        """As the transport's; a line that breaks has carried half."""
        from tests.sync.walking.attaching import take_part

        store = self._world.hub.blobs
        store.quota_bytes = QUOTA_BYTES if self._world.quota is None else self._world.quota
        part = content[: len(content) // 2] if self.lose else content
        if self.damage and part:
            self.damage -= 1
            part = part[:-1] + bytes([part[-1] ^ 1])
        reply = take_part(store, path, part, params, self.asking.identity.id)
        if self.lose:
            raise Offline("lost")
        return reply

    def close(self) -> None:
        """Nothing is open."""


class WalkDesk:
    """One desk with its link; `recorded` is what a person was told has been recorded on this disk."""

    def __init__(self, world: World, home: Path, token: str, user: Actor, name: str) -> None:
        self.name, self.home, self.token, self.user = name, home, token, user
        self._world = world
        self.recorded: dict[str, str] = {}
        self.cloned = False
        self.in_motion = False
        """It belongs to another dinas than its rows: until the next snapshot is swapped in."""
        self.dinas = ""
        self.direct = Direct(world)
        self.identify()
        self.in_motion = False
        self.open()

    def identify(self) -> None:
        """Who this desk is to central now."""
        hub = self._world.hub
        with hub.database.connected():
            hub.refresh()
            identity = hub.desks.of_token(self.token)
        city = hub.city("bogor")
        self.in_motion = self.in_motion or self.dinas != identity.dinas
        self.dinas, self.id = identity.dinas, identity.id
        self.direct.asking = Asking(identity, self.token, scope_stream(identity, city), city.coordinator)

    def open(self) -> None:
        """Open the store that lies in the folder now."""
        self.faulty()
        self.store = InlineStore.open(self.home)
        self.link = Link(self.store, self.direct)  # type: ignore[arg-type]
        session = pull.fetch_session(self.link)
        self.workplace = Workplace.from_parts(self.store, session, self.user, home=self.home)
        self.pusher = push.Pusher(self.link)

    def faulty(self, lose: bool = False, twice: bool = False) -> None:
        """What is to happen to the next requests."""
        self.direct.lose, self.direct.twice, self.direct.pages_left = lose, twice, -1
        self.direct.damage = 0

    def ask(self, sql: str, *values: Any) -> list[Any]:
        """Rows of a query."""
        return self.store.reading(lambda: connection().execute(sql, values).fetchall())

    def ids(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT id FROM complaint ORDER BY id")]

    def states(self) -> dict[str, str]:
        return dict(self.ask("SELECT id, state FROM action"))

    def rows(self) -> dict[str, bytes]:
        return {key: bytes(body) for key, body in self.ask("SELECT id, coalesce(base, body) FROM complaint")}


class World:
    """What a walk goes through."""

    def __init__(self, folder: Path, template: Template, *, copy: bool = True) -> None:
        self.folder, self.template = folder, template
        self.clock = Clock()
        source = template.folder
        folder.mkdir(exist_ok=True)
        shutil.copytree(source / "central", folder / "central")
        if copy:
            for number in range(len(template.tokens)):
                shutil.copytree(source / "first" / f"desk{number}", folder / f"desk{number}")
        self.hub = Hub.open(folder / "central", now=self.clock)
        self.people = {"dewi": template.people[-1]}
        self._reports = 10
        self.saved: list[tuple[WalkDesk, str, Any]] = []
        self.verdicts: dict[str, tuple[Any, ...]] = {}
        self.backed_up = self.restored = self.cloned = self.moved = False
        self.busy_at = -1
        self.quota: int | None = None
        self.attached = False
        """Somebody has recorded a photo."""
        self.desks = [self._desk(number) for number in range(len(DESKS) if copy else len(template.tokens))]
        self.desk_backups: dict[str, dict[str, str]] = {}

    def _desk(self, number: int) -> WalkDesk:
        name = f"desk{number}"
        return WalkDesk(
            self, self.folder / name, self.template.tokens[number], self.template.people[number], name
        )

    def add_coordinator(self) -> None:
        """The coordinator's desk joins: it reads the whole city, in a stream that nothing ever leaves."""
        if all(desk.dinas != COORDINATOR for desk in self.desks):
            self.desks.append(self._desk(len(DESKS)))

    def close(self) -> None:
        """Close all."""
        for desk in self.desks:
            desk.store.close()
        self.hub.close()

    def copy_central(self, source: str, target: str, files: tuple[str, ...] = WHOLE) -> None:
        """Put a copy of central's files in another's place; without all of `WHOLE` it notices by itself."""
        self.hub.close()
        (self.folder / target).mkdir(exist_ok=True)
        for pattern in files:
            for file in (self.folder / target).glob(pattern):
                file.unlink()
            for file in (self.folder / source).glob(pattern):
                shutil.copy(file, self.folder / target / file.name)
        self.hub = Hub.open(self.folder / "central", now=self.clock)
        for desk in self.desks:
            desk.identify()

    def server_rows(self, dinas: str = "") -> dict[str, bytes]:
        """Central's rows, of one dinas or all."""
        where = f" WHERE dinas = '{dinas}'" if dinas not in ("", COORDINATOR) else ""
        with self.hub.database.connected():
            return {
                r[0]: bytes(r[1]) for r in self.hub.database.all(f"SELECT id, body FROM complaint{where}")
            }

    def server_lines(self) -> list[dict[str, Any]]:
        """All history lines at central."""
        with self.hub.database.connected():
            return [msgspec.json.decode(row[0]) for row in self.hub.database.all("SELECT body FROM entry")]

    # What `Central.report` and `Central.move` need of a central.
    report = Central.report
    dispatch = Central.dispatch
    move = Central.move


class BusyRegister:
    """Central answers `busy` to the n-th action of a push (a lock that did not come)."""

    def __init__(self, register: Register, at: int) -> None:
        self._register, self._at, self._count = register, at, -1
        self._apply = register._apply

    def __enter__(self) -> None:
        def busy(action: Any, desk: Any) -> ActionResult:
            if action.id != self._last:
                self._count += 1
                self._last = action.id
            if self._count == self._at:
                raise DatabaseBusy("sibuk")
            return self._apply(action, desk)

        self._last = ""
        self._register._apply = busy  # type: ignore[method-assign]

    def __exit__(self, *_error: object) -> None:
        del self._register._apply
