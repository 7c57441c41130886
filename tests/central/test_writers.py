"""Many writers at once, on PostgreSQL and on SQLite, and over two workers: dense streams, no deadlock."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from qlue_desk.central.database import CentralDatabase
from qlue_desk.central.errors import DatabaseBusy, DatabaseLost, DatabaseSlow
from qlue_desk.central.hub import Hub
from qlue_desk.central.serve import running_server
from qlue_desk.protocol import Action, ActionResult, DeskIdentity, Problem, PullReply, PushReply, PushRequest

from .conftest import Clock, Office, add_bogor
from .load import EVENTS, Load, decoded, page_of
from .postgres_cluster import Cluster

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made(tmp_path: Path, postgres: Callable[[], str]) -> Iterator[Office]:
    """A central on PostgreSQL; `office.url` is the database's address."""
    clock, url = Clock(), postgres()
    hub = Hub.create(tmp_path / "central", database_url=url, now=clock)
    add_bogor(hub)
    office = Office(hub, clock)
    office.url = url  # type: ignore[attr-defined]
    yield office
    hub.close()


def deadlocks(database: CentralDatabase) -> int:
    database.close_idle()  # a session that ends tells its numbers at once, an idle one after ten seconds
    with database.connected():
        database.run("SELECT pg_stat_clear_snapshot()")
        row = database.one("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert row is not None
    return int(row[0])


def test_eight_writers_and_a_reader_on_each_of_21_streams(made: Office) -> None:
    load = Load(made)
    load.run(lambda desk, action: made.hub.register.apply(action, desk), lambda s, c: page_of(load, s, c))
    load.check()
    assert deadlocks(made.hub.database) == 0


def test_the_same_on_sqlite(office: Office) -> None:
    load = Load(office)
    load.run(lambda desk, action: office.hub.register.apply(action, desk), lambda s, c: page_of(load, s, c))
    load.check()


# --- two workers ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def worker(data: Path, url: str) -> Iterator[str]:
    """One more process as a city starts it; its address."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QLUE_DESK_HOME": str(data.parent / "home")}
    process = subprocess.Popen(
        [sys.executable, "-m", "qlue_desk", "central", "serve", "--data", str(data), "--database", url,
         "--port", "0", "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=data.parent,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if line.startswith("}"):
                break
        assert told, process.stderr.read() if process.stderr else ""
        yield json.loads(told)["url"]
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def workers(made: Office) -> Iterator[list[str]]:
    with contextlib.ExitStack() as stack:
        url = made.url  # type: ignore[attr-defined]
        yield [stack.enter_context(worker(made.hub.data, url)) for _ in range(2)]


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "X-Request-Id": "r"}


def test_two_workers_on_one_database_make_one_feed(made: Office, workers: list[str]) -> None:
    load = Load(made)
    tokens = {reply.desk.id: reply.token for reply in (*load.coordinators, *load.enrolled.values())}
    readers = {f"bogor/{key}": reply for key, reply in load.enrolled.items()}
    readers["bogor"] = made.city_enrolled
    turn = threading.local()
    with httpx.Client(trust_env=False, timeout=60, limits=httpx.Limits(max_connections=64)) as client:

        def base() -> str:
            turn.n = getattr(turn, "n", 0) + 1
            return workers[turn.n % 2]

        def send(desk: DeskIdentity, action: Action) -> ActionResult:
            body = msgspec.json.encode(PushRequest(None, (action,)))
            reply = client.post(f"{base()}/v1/push", content=body, headers=headers(tokens[desk.id]))
            assert reply.status_code == 200, reply.text
            return msgspec.json.decode(reply.content, type=PushReply).results[0]

        def read(stream: str, cursor: str | None) -> PullReply:
            asked = {"cursor": cursor, "limit": 50, "wait": 1}
            while True:
                reply = client.post(f"{base()}/v1/pull", json=asked, headers=headers(readers[stream].token))
                if reply.status_code == 429:
                    time.sleep(float(reply.headers["retry-after"]))
                    continue
                assert reply.status_code == 200, reply.text
                return decoded(reply.content)

        # HTTP costs more than the register itself: the short form is shorter here.
        load.run(send, read, EVENTS if EVENTS > 600 else 300)
    load.check()
    assert deadlocks(made.hub.database) == 0


def test_a_push_at_one_worker_wakes_a_long_poll_at_the_other(made: Office, workers: list[str]) -> None:
    complaint = made.take().complaint
    waits = []
    with httpx.Client(trust_env=False, timeout=30, headers=headers(made.enrolled.token)) as client:
        for _ in range(4):
            cursor = client.post(f"{workers[1]}/v1/pull", json={"cursor": None}).json()["to"]
            found: list[tuple[float, Any]] = []

            def poll(cursor: str = cursor, found: list[tuple[float, Any]] = found) -> None:
                reply = httpx.post(
                    f"{workers[1]}/v1/pull", json={"cursor": cursor, "wait": 20}, timeout=30, trust_env=False,
                    headers=headers(made.enrolled.token),
                )  # fmt: skip
                found.append((time.monotonic(), reply.json()))

            polling = threading.Thread(target=poll)
            polling.start()
            time.sleep(0.7)
            assert found == []
            body = msgspec.json.encode(PushRequest(None, (made.action(complaint, "note", note="halo"),)))
            assert (
                client.post(f"{workers[0]}/v1/push", content=body).json()["results"][0]["status"] == "applied"
            )
            pushed = time.monotonic()
            polling.join()
            assert len(found[0][1]["events"]) == 1
            waits.append(found[0][0] - pushed)
    print(f"woken after {', '.join(f'{wait:.2f}' for wait in waits)} s")
    assert max(waits) < 2.0
    assert sorted(waits)[1] < 1.1


def test_a_revoked_or_replaced_token_fails_at_every_worker_at_once(made: Office, workers: list[str]) -> None:
    def ask(worker: str, token: str) -> tuple[int, str]:
        reply = httpx.get(f"{worker}/v1/session", headers=headers(token), timeout=30, trust_env=False)
        return reply.status_code, reply.json().get("type", "").removeprefix("urn:qlue:")

    old = made.enrolled.token
    assert [ask(each, old)[0] for each in workers] == [200, 200]
    rotated = httpx.post(
        f"{workers[0]}/v1/token/rotate", headers=headers(old), timeout=30, trust_env=False
    ).json()["token"]
    assert [ask(each, old)[0] for each in workers] == [200, 200]  # the reply may have been lost
    assert ask(workers[1], rotated)[0] == 200
    assert [ask(each, old) for each in workers] == [(401, "token_expired")] * 2
    made.hub.desks.revoke(made.dishub.id)
    assert [ask(each, rotated) for each in workers] == [(401, "token_revoked")] * 2


# --- locks and connections that fail -------------------------------------------------------------------


def test_every_connection_has_its_timeouts(made: Office) -> None:
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout")
    with made.hub.database.connected():
        assert [made.hub.database.one(f"SHOW {name}")[0] for name in names] == ["5s", "10s", "15s"]  # type: ignore[index]


def test_a_deadlock_is_tried_again_and_never_seen(made: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody takes the locks in the wrong order; our side is the victim, and tries again."""
    complaint, database = made.take().complaint, made.hub.database
    held, done = threading.Event(), threading.Event()

    def wrong_order() -> None:
        with database.writing():
            database.run("SET LOCAL deadlock_timeout = '30s'")
            database.lock_rows("stream", "key", ["bogor/dishub"])
            held.set()
            time.sleep(0.4)  # until our side has the other row and waits for this one
            database.lock_rows("stream", "key", ["bogor"])
        done.set()

    other = threading.Thread(target=wrong_order)
    other.start()
    held.wait(5)
    monkeypatch.setitem(database.timeouts, "deadlock_timeout", "800ms")  # type: ignore[attr-defined]
    result = made.act(complaint, "note", note="dua kali dicoba")
    other.join()
    assert done.is_set()
    assert (result.status, result.duplicate, result.version) == ("applied", False, 3)
    assert deadlocks_within(database, 30) == 1


def deadlocks_within(database: CentralDatabase, seconds: float) -> int:
    """PostgreSQL tells its numbers with some delay; a pooler's sessions do not end with ours."""
    until = time.monotonic() + seconds
    while (found := deadlocks(database)) == 0 and time.monotonic() < until:
        time.sleep(0.1)
    return found


def test_a_lock_that_never_comes_is_tried_three_times(made: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    complaint, database = made.take().complaint, made.hub.database
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing():
            database.lock_rows("stream", "key", ["bogor"])
            held.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    try:
        limits = database.timeouts  # type: ignore[attr-defined]
        with monkeypatch.context() as patch:
            patch.setitem(limits, "lock_timeout", "200ms")
            began = time.monotonic()
            result = made.act(complaint, "note", note="x")
            assert time.monotonic() - began >= 0.6
            with pytest.raises(DatabaseBusy):
                made.hub.register.take(made_report())
        with monkeypatch.context() as patch:
            patch.setitem(limits, "lock_timeout", "0")
            patch.setitem(limits, "statement_timeout", "150ms")
            pauses: list[float] = []
            patch.setattr("qlue_desk.central.register.time.sleep", pauses.append)
            with pytest.raises(DatabaseSlow):
                made.hub.register.take(made_report())
            assert pauses == []  # what is slow is not tried again
    finally:
        done.set()
        holder.join()
    assert (result.status, result.code) == ("retry", "busy")
    assert made.act(complaint, "note", note="x").status == "applied"


def made_report() -> Any:
    from qlue_desk.central.report import Report
    from qlue_desk.domain.complaint import Channel

    from .conftest import NOW

    return Report("qlue", "z", "bogor", Channel.QLUE, "Lampu mati", NOW)


def terminate(office: Office) -> None:
    """End every connection of this database, as an administrator or a failing network does."""
    import psycopg

    url = office.url  # type: ignore[attr-defined]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_connections_that_ended_are_replaced_unseen(made: Office) -> None:
    complaint, hub = made.take().complaint, made.hub
    head = hub.feed.position("bogor").seq
    terminate(made)
    assert hub.feed.position("bogor").seq == head
    terminate(made)
    assert made.act(complaint, "note", note="x").status == "applied"
    with hub.database.connected():
        terminate(made)
        assert made.act(complaint, "note", note="y").status == "applied"
    for broken in (_ended_between, _ended_before_commit, _idle_for_too_long):
        with pytest.raises(DatabaseLost):  # what was begun is undone, and said so
            broken(made)
        assert hub.feed.position("bogor").seq == head + 2
    assert len(hub.database._in_use) == 0


def _ended_between(office: Office) -> None:
    with office.hub.database.writing():
        office.hub.database.run("UPDATE stream SET last_seq = 99")
        terminate(office)
        office.hub.database.run("UPDATE stream SET last_seq = 98")


def _ended_before_commit(office: Office) -> None:
    with office.hub.database.writing():
        office.hub.database.run("UPDATE stream SET last_seq = 99")
        terminate(office)


def _idle_for_too_long(office: Office) -> None:
    with office.hub.database.writing():
        office.hub.database.run("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
        office.hub.database.run("UPDATE stream SET last_seq = 99")
        time.sleep(0.5)


def test_a_database_that_is_down_is_503_and_served_again_when_it_is_back(tmp_path: Path) -> None:
    with Cluster.make() as cluster:
        hub = Hub.create(tmp_path / "central", database_url=cluster.create("down"), now=Clock())
        add_bogor(hub)
        office = Office(hub, Clock())
        office.take()
        with running_server(hub) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            client.headers.update(headers(office.enrolled.token))

            def pull() -> httpx.Response:
                return client.post("/v1/pull", json={"cursor": None})

            assert pull().status_code == 200
            cluster.stop("immediate")
            for _ in range(3):
                reply = pull()
                told = msgspec.json.decode(reply.content, type=Problem)
                assert (reply.status_code, told.type, reply.headers["retry-after"]) == (
                    503, "urn:qlue:busy", "2",
                )  # fmt: skip
                assert reply.headers["qlue-server"] == hub.server_id
                assert told.detail == "Basis data tidak terjangkau; coba lagi."
            assert client.get("/readyz").status_code == 503
            cluster.start()
            assert pull().status_code == 200
            assert len(pull().json()["events"]) == 1
        hub.close()
