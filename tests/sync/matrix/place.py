"""Where a row of the fault matrix is proved: a real central, desks behind a proxy, and a few questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest

from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Payload, decode_cursor
from qlue_desk.store import meta, outbox, position
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.errors import SyncError
from qlue_desk.sync.state import RoundResult
from tests.sync.rig import Central, Desk
from tests.sync.weather import Weather

ORDER = "ORDER BY seq"


class Place:
    """Made for one row; central and weather only where they are asked for."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, postgres: Callable[[], str]) -> None:
        self.folder = folder
        self.patch = patch
        self.postgres = postgres
        """Gives the address of an empty PostgreSQL database."""
        self._open = ExitStack()
        self._central: Central | None = None
        self._weather: Weather | None = None

    @classmethod
    @contextmanager
    def make(
        cls, folder: Path, patch: pytest.MonkeyPatch, postgres: Callable[[], str] = str
    ) -> Iterator[Place]:
        """Everything that was opened is closed at the end of the block."""
        place = cls(folder, patch, postgres)
        with place._open:
            yield place

    @property
    def central(self) -> Central:
        if self._central is None:
            self._central = self._open.enter_context(Central.make(self.folder))
        return self._central

    @property
    def weather(self) -> Weather:
        if self._weather is None:
            port = int(self.central.url.rpartition(":")[2])
            self._weather = self._open.enter_context(Weather(("127.0.0.1", port)).blowing())
        return self._weather

    def desk(self, dinas: str = "dpupr", *, synced: bool = True) -> Desk:
        """A desk that reaches central through the weather."""
        made = self.central.desk(dinas)
        made.store.writing(meta.put, meta.SERVER_URL, self.weather.url)
        if synced:
            made.sync()
        return made

    def background(self, desk: Desk) -> None:
        """Start a quick engine."""
        desk.engine = Engine(desk.store, desk.home, wait_seconds=20, backoff=lambda: Backoff(0.05, 0.2))
        desk.engine.start()

    # --- what must be true --------------------------------------------------------------------------

    def heal(self, *desks: Desk) -> None:
        """Fine weather: all desks come to rest on central's bytes (invariants 2, 9 and 10)."""
        if self._weather is not None:
            self._weather.clear()
        for _ in range(2):
            for desk in desks:
                patient(desk)
        for desk in desks:
            desk.workplace.reload()
            dinas = desk.workplace.session.desk.dinas
            assert desk.rows() == self.central.rows(dinas)
            assert desk.counts().waiting == desk.counts().acked == 0
            strays = "SELECT count(*) FROM entry WHERE complaint_id NOT IN (SELECT id FROM complaint)"
            assert desk._one(strays) == 0

    def at_cursor(self, desk: Desk) -> dict[str, bytes]:
        """Rows as the feed has them at the desk's cursor: what must be on the desk (invariant 14)."""
        stored = desk.store.reading(position.cursor)
        if stored is None:
            return {}
        stream = f"bogor/{desk.workplace.session.desk.dinas}"
        rows: dict[str, bytes] = {}
        database = self.central.hub.database
        with database.connected():
            for kind, key, payload in database.all(
                f"SELECT kind, complaint_id, payload FROM feed_event WHERE stream = ? AND seq <= ? {ORDER}",
                (stream, decode_cursor(stored).seq),
            ):
                if kind == "upsert":
                    complaint = msgspec.json.decode(bytes(payload), type=Payload).complaint
                    rows[key] = msgspec.json.encode(complaint)
                else:
                    rows.pop(key, None)
        return rows


def patient(desk: Desk) -> RoundResult:
    """A round, again while central asks for patience; at most five times."""
    for left in reversed(range(5)):
        try:
            return desk.sync()
        except SyncError:
            if not left:
                raise
    raise AssertionError("unreachable")


def texts_once(central: Central, complaint: Complaint, *texts: str) -> None:
    """Each of these words stands in central's history exactly once (invariant 3)."""
    found = central.texts(complaint.id)
    assert [found.count(text) for text in texts] == [1] * len(texts)


def note(text: str) -> tuple[Verb, Fields]:
    """A remark, as `Central.move` takes it."""
    return Verb.NOTE, Fields(note=text)


def everything(desk: Desk) -> list[str]:
    """The whole database, but for what each contact renews: times, the session, the fence."""

    def dump() -> list[str]:
        from qlue_desk.store.bound import connection
        from qlue_desk.store.models import TABLES

        lines = []
        for table in TABLES:
            name = table._meta.table_name
            for row in connection().execute(f"SELECT * FROM {name} ORDER BY 1").fetchall():
                lines.append(f"{name} {row!r}")
        return [line for line in lines if not line.startswith(IGNORED)]

    return list(desk.store.reading(dump))


IGNORED = tuple(
    f"meta ('{key}'"
    for key in (
        meta.SESSION,
        meta.REVOKED,
        meta.DIGESTS,
        position.GENERATION,
        position.LAST_CONTACT,
        position.SERVER_TIME,
        position.SUSPICION,
    )
)
NOTHING = outbox.OutboxCounts()
