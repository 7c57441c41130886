"""A real central on loopback and real desks with real stores, for the tests of sync.

with Central.make(tmp_path) as central:
    one = central.report()                       # dispatched to DPUPR
    desk = central.desk("dpupr", "rina")         # enrolled, signed in, not synced yet
    desk.sync()                                  # one whole round
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from qlue_desk.casework.acting import act
from qlue_desk.casework.workplace import Workplace
from qlue_desk.central.hub import Hub
from qlue_desk.central.report import Report
from qlue_desk.central.serve import ServerThread
from qlue_desk.cities import load_shipped
from qlue_desk.domain.complaint import Actor, Channel, Complaint, Role
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Session
from qlue_desk.store import complaints, meta, outbox
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from qlue_desk.sync import signing_in
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.state import RoundResult

START = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
PASSWORD = "rahasia sekali 12"
DINAS = ("dpupr", "dlh")
COORDINATOR = "diskominfo"
ONLY_DATABASE = ("central.db*",)
WHOLE = (*ONLY_DATABASE, "heads.json")
"""What lies in central's folder and is written all the time."""


class Clock:
    """A clock that moves a second with each look, so that nothing happens at the same time."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


class Central:
    """An embedded central with people, and a way to stop it, copy it and put an old copy back."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        self.clock = Clock()
        self.data = folder / "central"
        self.database_url = database_url
        self.hub = Hub.create(self.data, database_url=database_url, now=self.clock)
        self.offline_days = self.hub.offline_days = 0
        """No lease: the desks' clocks here are not the one of the machine."""
        self.hub.put_city(load_shipped("bogor"))
        self.people: dict[str, Actor] = {}
        for dinas in DINAS:
            self._person(f"rina_{dinas}", "Rina", {Role.OFFICER}, dinas)
            self._person(f"budi_{dinas}", "Budi", {Role.SUPERVISOR}, dinas)
        self._person("dewi", "Dewi", {Role.VERIFIER, Role.OPERATOR}, COORDINATOR)
        self._server: ServerThread | None = None
        self._port = 0
        self._desks: list[Desk] = []
        self._reports = 0

    @classmethod
    @contextmanager
    def make(cls, folder: Path, *, serve: bool = True, database_url: str | None = None) -> Iterator[Central]:
        central = cls(folder, database_url)
        if serve:
            central.start()
        try:
            yield central
        finally:
            for desk in central._desks:
                desk.close()
            central.stop()

    def _person(self, user: str, display: str, roles: set[Role], dinas: str) -> None:
        # Without a password: argon2id takes its time, and few tests sign in.
        self.people[user] = self.hub.accounts.add_user(user, display, "bogor", roles, dinas)

    # --- the server -------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = ServerThread(self.hub, port=self._port)
        self._port = int(self._server.start().rpartition(":")[2])

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.hub.close()

    def pause(self) -> None:
        """Stop serving; the hub stays open."""
        assert self._server is not None
        self._server.stop()
        self._server = None

    def backup(self) -> None:
        self._closed_copy(self.data, self.folder / "backup", WHOLE)

    def restore(self, files: tuple[str, ...] = WHOLE, *, new_epoch: bool = False) -> None:
        """An older copy, of the whole folder so that nothing there knows; `new_epoch` tells the server."""
        self._closed_copy(self.folder / "backup", self.data, files)
        if new_epoch:
            with self.hub.database.writing():
                self.hub.database.run("UPDATE stream SET epoch = epoch || ?", (secrets.token_hex(4),))

    def _closed_copy(self, source: Path, target: Path, files: tuple[str, ...]) -> None:
        with self.closed():
            target.mkdir(exist_ok=True)
            for pattern in files:
                for file in target.glob(pattern):
                    file.unlink()
                for file in source.glob(pattern):
                    shutil.copy(file, target / file.name)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody has the database open for the time of a block; then it is served as before."""
        serving = self._server is not None
        self.stop()
        yield
        self.hub = Hub.open(self.data, database_url=self.database_url, now=self.clock)
        self.hub.offline_days = self.offline_days
        if serving:
            self.start()

    # --- what happens at central --------------------------------------------------------------------

    def report(self, dinas: str = "dpupr", text: str = "Jalan berlubang") -> Complaint:
        """A citizen's report, dispatched to a dinas ('' leaves it with the verifier)."""
        self._reports += 1
        number = self._reports
        taken = self.hub.register.take(
            Report(
                source="qlue",
                source_id=str(number),
                city="bogor",
                channel=Channel.QLUE,
                text=text,
                reported_at=START - dt.timedelta(hours=1),
                title=f"Laporan {number}",
            )
        )
        if not dinas:
            return taken.complaint
        return self.dispatch(taken.complaint.id, dinas)

    def dispatch(self, complaint_id: str, dinas: str) -> Complaint:
        city = self.hub.city("bogor")
        fields = Fields(to=dinas, category=city.categories[0].key, place_unknown=True)
        return self.move(complaint_id, Verb.DISPATCH, fields)

    def move(self, complaint_id: str, verb: Verb, fields: Fields, user: str = "dewi") -> Complaint:
        moved = self.hub.register.system(complaint_id, verb, fields, self.people[user])
        assert isinstance(moved, Complaint), moved
        return moved

    def rows(self, dinas: str) -> dict[str, bytes]:
        """Central's rows of a scope, as bytes."""
        where = "" if dinas == COORDINATOR else f" WHERE dinas = '{dinas}'"
        with self.hub.database.connected():
            found = self.hub.database.all(f"SELECT id, body FROM complaint{where}")
        return {row[0]: bytes(row[1]) for row in found}

    def texts(self, complaint_id: str) -> list[str]:
        """Texts of the history at central, oldest first."""
        return [entry.text for entry in self.hub.records.entries(complaint_id) if entry.text]

    # --- desks --------------------------------------------------------------------------------------

    def desk(self, dinas: str = "dpupr", user: str = "", name: str = "") -> Desk:
        label = name or f"{dinas}{len(self._desks)}"
        who = self.people[user or ("dewi" if dinas == COORDINATOR else f"rina_{dinas}")]
        token = self.hub.desks.add("bogor", dinas, label).token
        home = self.folder / label
        store = Store.open(home)
        signing_in.adopt_token(self.url, token, store)
        store.writing(meta.put, meta.ACTOR, msgspec.json.encode(who))
        made = Desk(home, store)
        self._desks.append(made)
        return made


class Desk:
    """One enrolled installation."""

    def __init__(self, home: Path, store: Store) -> None:
        self.home = home
        self.store = store
        session, actor = (
            msgspec.json.decode(store.reading(meta.get, key) or b"", type=kind)
            for key, kind in ((meta.SESSION, Session), (meta.ACTOR, Actor))
        )
        self.workplace = Workplace(store, session, actor, home, "")
        self.engine = Engine(store, home, wait_seconds=1)

    def close(self) -> None:
        self.engine.stop()
        self.store.close()

    def sync(self) -> RoundResult:
        return self.engine.once()

    def act(self, ref: str, verb: str, note: str = "", **named: Any) -> str:
        """Take a move now; the id of the recorded action."""
        [outcome] = act(self.workplace, [ref], verb, Fields(note=note, **named), now=next_moment())
        assert outcome.done, outcome.refusal
        return outcome.action_id

    def get(self, reference: str) -> Complaint | None:
        return self.store.reading(complaints.get, reference)

    def counts(self) -> outbox.OutboxCounts:
        return self.store.reading(outbox.counts)

    def tray(self) -> list[outbox.Waiting]:
        return self.store.reading(outbox.tray)

    def state_of(self, action_id: str) -> str:
        return str(self._one("SELECT state FROM action WHERE id = ?", action_id))

    def rows(self) -> dict[str, bytes]:
        """Confirmed rows, as bytes."""
        sql = "SELECT id, coalesce(base, body) FROM complaint"
        return self.store.reading(lambda: {key: bytes(body) for key, body in connection().execute(sql)})

    def texts(self, complaint_id: str) -> list[str]:
        """Texts of the history here, own unconfirmed lines among them."""
        return [e.text for e in self.store.reading(complaints.entries, complaint_id) if e.text]

    def _one(self, sql: str, *values: Any) -> Any:
        return self.store.reading(lambda: connection().execute(sql, values).fetchone()[0])


_moment = START


def next_moment() -> dt.datetime:
    """The desks' clock: each act a second after the one before."""
    global _moment
    _moment += dt.timedelta(seconds=1)
    return _moment


def photo(folder: Path, content: bytes = b"bukti" * 50) -> tuple[Path, str]:
    """A JPEG by its first bytes, and its SHA-256."""
    whole = b"\xff\xd8\xff" + content
    path = folder / "bukti.jpg"
    path.write_bytes(whole)
    return path, hashlib.sha256(whole).hexdigest()
