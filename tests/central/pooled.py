"""Central on PostgreSQL behind PgBouncer in transaction mode: `python -m tests.central.pooled`.

The load of eight writers straight and through the pooler, the database going away behind it, and the tests
that open PostgreSQL, all with fewer sessions than clients. Ends with 1 when something does not hold.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.central.serve import running_server
from tests.waiting import until

from .conftest import THROUGH_POOLER, Clock, Office, add_bogor
from .load import Load, page_of
from .pooler import MISSING, SESSIONS, pooler, program, through, version
from .postgres_cluster import Cluster

TESTS = (
    "tests/central/test_writers.py",
    "tests/central/test_backends.py",
    "tests/central/test_equivalence.py",
    "tests/sync/test_fault_matrix.py",
)
WHICH = "(not sqlite and not row) or row34"
LONGEST_SECONDS = 25.0
"""A desk gives up on a request after thirty: until then it must have been told that the database is away."""


@contextmanager
def central(url: str) -> Iterator[Office]:
    """A central of Bogor on this database."""
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        hub = Hub.create(Path(folder) / "central", database_url=url, now=clock)
        try:
            add_bogor(hub)
            yield Office(hub, clock)
        finally:
            hub.close()


def events_a_second(url: str) -> float:
    """The load of `tests.central.load`, checked."""
    with central(url) as office:
        load = Load(office)
        with contextlib.redirect_stdout(io.StringIO()):
            load.run(lambda desk, action: office.hub.register.apply(action, desk), _reader(load))
            load.check()
        return load.made / load.seconds


def _reader(load: Load) -> Callable[[str, str | None], object]:
    return lambda stream, cursor: page_of(load, stream, cursor)


def told_away(cluster: Cluster, url: str) -> float:
    """The database goes away behind the pooler: the longest that a desk waits to be told; then it is back."""
    with central(url) as office, running_server(office.hub) as server:
        headers = {"Authorization": f"Bearer {office.enrolled.token}"}
        with httpx.Client(base_url=server, trust_env=False, timeout=300, headers=headers) as client:

            def pull() -> httpx.Response:
                return client.post("/v1/pull", json={"cursor": None})

            assert pull().status_code == 200
            cluster.stop("immediate")
            waits = []
            for _ in range(3):
                began = time.monotonic()
                reply = pull()
                waits.append(time.monotonic() - began)
                assert (reply.status_code, reply.headers.get("retry-after")) == (503, "2"), reply.text
            cluster.start()
            until(lambda: pull().status_code == 200, 60)
            assert office.act(office.take().complaint, "acknowledge").status == "applied"
    return max(waits)


def sessions_of(cluster: Cluster, name: str) -> int:
    """How many sessions the database has now."""
    return int(cluster.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"))


class Counted:
    """Of a run of pytest: what passed, and whether anything was left out."""

    def __init__(self) -> None:
        self.passed = 0
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed
        if report.skipped:
            self.skipped.append(report.nodeid)


def tested() -> Counted:
    """The tests that open PostgreSQL, through the pooler; what fails is printed."""
    os.environ[THROUGH_POOLER] = "1"
    counted, printed = Counted(), io.StringIO()
    root = Path(__file__).parents[2]
    with contextlib.redirect_stdout(printed):
        code = pytest.main(
            [*(str(root / test) for test in TESTS), "-k", WHICH, "-q", "-p", "no:cacheprovider",
             "--rootdir", str(root)],
            plugins=[counted],
        )  # fmt: skip
    assert code == 0, printed.getvalue()
    assert not counted.skipped, counted.skipped
    return counted


def main() -> int:
    """All of it, and one line."""
    if program() is None:
        print(MISSING, file=sys.stderr)
        return 1
    try:
        with Cluster.make() as cluster, pooler(cluster.folder) as folder:
            direct = rate = 0.0
            for n in range(2):  # in turns: the first run of all is a cold one
                direct = max(direct, events_a_second(cluster.create(f"direct{n}")))
                rate = max(rate, events_a_second(through(cluster.create(f"pooled{n}"), folder)))
            sessions = sessions_of(cluster, "pooled1")
            assert 0 < sessions <= SESSIONS, sessions
            away = told_away(cluster, through(cluster.create("away"), folder))
        assert away < LONGEST_SECONDS, f"a desk waited {away:.0f} s to be told that the database is away"
        passed = tested().passed
    except AssertionError as fault:
        print(f"does not hold: {fault}", file=sys.stderr)
        return 1
    print(
        f"holds: {version()}, {sessions} sessions for 29 clients; 8 writers {rate:.0f} events/s, straight "
        f"{direct:.0f}; database away told within {away:.1f} s; {passed} tests passed"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
