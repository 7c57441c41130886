"""The same script gives the same replies on SQLite and PostgreSQL, ids and times aside (invariant 28)."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from peewee import IntegrityError

from qlue_desk.central import admin
from qlue_desk.central.backups import backup
from qlue_desk.central.errors import Resync
from qlue_desk.central.hub import Hub
from qlue_desk.central.jobs import run_due
from qlue_desk.central.postgres import PostgresCentral
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Channel
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import NewReport, Payload, encode_cursor

from .conftest import NOW, Clock, Office, add_bogor

PHOTO = b"\xff\xd8\xff\xe0 bukti"


def reply_of(result: Any) -> tuple[Any, ...]:
    current = result.current
    return (
        str(result.status), result.code, result.detail, result.seq, result.version, result.duplicate,
        current and (current.status, current.dinas, current.version, current.by),
    )  # fmt: skip


def story(office: Office) -> list[Any]:
    """Reports, moves, refusals, retries, joining, streams; every reply without ids and hashes."""
    hub, told = office.hub, list[Any]()
    taken = [office.take(str(n)) for n in range(4)] + [office.take("0"), office.take("u", unreadable="rusak")]
    told += [(t.complaint.number, t.complaint.status, t.routed, t.duplicate, t.reason) for t in taken]
    first, second, third = (t.complaint for t in taken[:3])
    kept = hub.blobs.add(PHOTO, "bukti.jpg")
    moves: list[tuple[Any, ...]] = [
        (first, "acknowledge", office.officer, {}),
        (first, "acknowledge", office.officer, {}),
        (first, "acknowledge", office.other, {}),
        (first, "start", office.officer, {}),
        (first, "propose", office.officer, {"note": "Diganti.", "evidence": (kept,)}),
        (first, "resolve", office.supervisor, {}),
        (second, "transfer", office.officer, {"to": "dlh", "note": "salah disposisi"}),
        (second, "return", office.other, {"note": "bukan kami"}),
        (second, "merge", office.verifier, {"to": first.number}),
        (third, "restrict", office.verifier, {"note": "perintah hukum"}),
        ("c_none", "note", office.officer, {"note": "x"}),
    ]
    for complaint, verb, actor, fields in moves:
        told.append(reply_of(office.act(complaint, verb, actor, **fields)))
    action = office.action(third, "note", note="lagi\x07\x1b[/]")
    told += [reply_of(hub.register.apply(action, office.dishub)) for _ in range(2)]
    told.append(reply_of(hub.register.apply(replace(action, fields=Fields(note="lain")), office.dishub)))
    report = NewReport("Iseng", "halo", Channel.CALL_CENTRE_112, NOW, junk_kind="prank", phone="08121234678")
    told.append(reply_of(office.enter("c_made", report)))
    told.append(type(hub.register.reporter(first.number, Verb.RATE, Fields(rating=5))).__name__)
    told.append(hub.register.reveal(first.id, office.officer.id, "tanya letaknya\x00", office.dishub))
    told.append(hub.register.set_cooperation("bogor", Cooperation.NONE))
    told.append(office.take("held").reason)
    told.append(hub.register.set_cooperation("bogor", Cooperation.PARTNER))
    office.clock.forward(days=40)
    told.append(run_due(hub))
    told += [stream_of(hub, stream) for stream in ("bogor", "bogor/dishub", "bogor/dlh")]
    told.append(refusals(hub))
    told.append(admin.check(hub))
    return told


def stream_of(hub: Hub, stream: str) -> list[Any]:
    page = hub.feed.pull(stream, None, 500)
    return [
        (e.seq, e.kind, e.version, bool(e.action_id), shown(msgspec.json.decode(e.payload, type=Payload)))
        for e in page.events
    ]


def shown(payload: Payload) -> tuple[Any, ...]:
    complaint = payload.complaint
    return (
        payload.to_dinas,
        complaint and (complaint.number, complaint.status, complaint.dinas, complaint.text, complaint.due),
        [(e.verb, e.text, e.at) for e in payload.entries],
    )


def refusals(hub: Hub) -> list[str]:
    head, found = hub.feed.position("bogor"), []
    for cursor in (replace(head, seq=head.seq + 1), replace(head, epoch="x"), replace(head, chain="x")):
        with pytest.raises(Resync) as caught:
            hub.feed.pull("bogor", encode_cursor(cursor), 10)
        found.append(str(caught.value.reason))
    return found


@pytest.fixture
def postgres_office(tmp_path: Path, postgres: Callable[[], str]) -> Any:
    clock = Clock()
    hub = Hub.create(tmp_path / "postgres", database_url=postgres(), now=clock)
    add_bogor(hub)
    yield Office(hub, clock)
    hub.close()


def test_both_databases_tell_the_same_story(office: Office, postgres_office: Office) -> None:
    assert isinstance(postgres_office.hub.database, PostgresCentral)
    on_sqlite, on_postgres = story(office), story(postgres_office)
    for one, other in zip(on_sqlite, on_postgres, strict=True):
        assert one == other
    assert on_sqlite[-2] == ["ahead", "epoch", "diverged"]
    assert on_sqlite[-1].faults == ()


def test_eight_writers_on_postgresql_leave_dense_streams_and_numbers(postgres_office: Office) -> None:
    office, faults = postgres_office, list[Exception]()
    shared = office.action(office.take("first").complaint, "acknowledge")
    duplicates: list[bool] = []

    def work(worker: int) -> None:
        try:
            duplicates.append(office.hub.register.apply(shared, office.dishub).duplicate)
            for n in range(4):
                complaint = office.take(f"{worker}-{n}").complaint
                assert (
                    office.act(complaint, "transfer", to="dlh", note="bukan tugas kami").status == "applied"
                )
                assert (
                    office.act(
                        complaint, "transfer", office.verifier, to="dishub", note="urusan lampu jalan"
                    ).seq
                    > 0
                )
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(duplicates) == [False] + [True] * 7
    checked = admin.check(office.hub)
    assert (checked.complaints, checked.faults) == (33, ())
    with office.hub.database.connected():
        numbers = [r[0] for r in office.hub.database.all("SELECT number FROM complaint ORDER BY number")]
    assert numbers == [f"BGR-26-{n:06d}" for n in range(1, 34)]


def test_postgresql_is_backed_up_by_its_own_tool(postgres_office: Office, tmp_path: Path) -> None:
    from qlue_desk.central.errors import DatabaseProblem

    with pytest.raises(DatabaseProblem, match="pakai pg_dump untuk PostgreSQL"):
        backup(postgres_office.hub, tmp_path / "x.db")
    assert list(tmp_path.glob("*.db")) == []


@pytest.mark.parametrize("kind", ["office", "postgres_office"])
def test_connections_are_kept_and_given_again(kind: str, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue(kind).hub.database
    seen = set()
    for _ in range(5):
        with database.reading():
            seen.add(id(database.connection()))
    assert len(seen) == 1
    assert (len(database._connections), len(database._in_use)) == (1, 0)


def test_a_lock_that_does_not_come_is_busy_and_changes_nothing(
    postgres_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = postgres_office
    complaint = office.take().complaint
    database = office.hub.database
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing():
            database.lock_rows("stream", "key", ["bogor"])
            held.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    monkeypatch.setitem(database.timeouts, "lock_timeout", "50ms")  # type: ignore[attr-defined]
    result = office.act(complaint, "acknowledge")
    done.set()
    holder.join()
    assert (result.status, result.code, result.after_ms) == ("retry", "busy", 800)
    assert office.now_is(complaint).version == 2


def test_a_write_that_waits_comes_before_what_is_said_after_it_and_goes_with_its_transaction(
    postgres_office: Office,
) -> None:
    database = postgres_office.hub.database
    put, found = "INSERT INTO meta (key, value) VALUES (?, ?)", "SELECT value FROM meta WHERE key = ?"
    odd = "it's 100 %s; ? \\ 'x"
    with database.writing():
        database.later(put, ("one", odd))
        assert database.one(found, ("one",)) == (odd,)
        database.later(put, ("two", "with COMMIT"))

    def broken_off() -> None:
        with database.writing():
            database.later(put, ("three", "never said"))
            raise RuntimeError

    def refused() -> None:
        with database.writing():
            database.later(put, ("four", "undone"))
            database.later(put, ("one", "again"))

    with pytest.raises(RuntimeError):
        broken_off()
    with pytest.raises(IntegrityError):
        refused()
    with database.connected():
        kept = [database.one(found, (key,)) for key in ("one", "two", "three", "four")]
    assert kept == [(odd,), ("with COMMIT",), None, None]
