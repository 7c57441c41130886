"""The engine in the background: live both ways, patient, stoppable, alone."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from qlue_desk.central import bundles
from qlue_desk.central.errors import TokenRefused
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Payload
from qlue_desk.store import meta, outbox, replica, twin
from qlue_desk.store.database import Store
from qlue_desk.store.errors import NewerData
from qlue_desk.sync import contact, puller, signing_in
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.errors import NotSignedIn
from qlue_desk.sync.lock import DeskLock
from qlue_desk.sync.state import Phase, SyncState
from qlue_desk.sync.tokens import write_token
from tests.sync.faults import answer, raw_server
from tests.sync.rig import Central, Desk
from tests.waiting import until


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def background(desk: Desk) -> list[SyncState]:
    """Start a quick engine; the states that it tells."""
    told: list[SyncState] = []
    desk.engine = Engine(
        desk.store, desk.home, told.append, wait_seconds=20, backoff=lambda: Backoff(0.05, 0.2)
    )
    desk.engine.start()
    return told


def test_changes_travel_both_ways_without_asking(central: Central) -> None:
    one = central.report()
    first, second = central.desk(), central.desk()
    told = background(first)
    background(second)
    until(lambda: first.get(one.id) and second.get(one.id))
    began = time.monotonic()
    first.act(one.id, "acknowledge")

    def arrived() -> bool:
        found = second.get(one.id)
        return found is not None and found.status is Status.ACKNOWLEDGED

    until(arrived)
    assert time.monotonic() - began < 15  # the poll would wait for twenty
    until(lambda: first.engine.state.waiting == 0)
    phases = [state.phase for state in told]
    assert phases[0] in (Phase.CONNECTING, Phase.SYNCING)
    assert Phase.SYNCING in phases
    assert first.engine.state.phase is Phase.CONNECTED
    assert first.engine.state.last_contact is not None
    assert any(state.waiting == 1 for state in told)


def test_the_view_never_flickers_while_the_engine_works(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    background(desk)
    until(lambda: desk.get(one.id))
    seen: set[str] = set()
    notes: set[int] = set()

    desk.act(one.id, "acknowledge")
    desk.act(one.id, "note", "saya di lokasi")
    central.move(one.id, Verb.PRIORITISE, Fields(to="tinggi"))
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        found = desk.get(one.id)
        assert found is not None
        seen.add(str(found.status))
        notes.add(desk.texts(one.id).count("saya di lokasi"))
        if desk.counts() == outbox.OutboxCounts():
            break
    assert (seen, notes) == ({"acknowledged"}, {1})


def test_the_switch_may_be_used_again_and_again(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    background(desk)
    for turn in range(4):
        until(lambda: desk.engine.state.phase is Phase.CONNECTED)
        until(lambda: central.hub.wakeups.waiting)  # a poll is under way, and is broken off
        desk.engine.offline = True
        until(lambda: desk.engine.state.phase is Phase.OFFLINE)
        action = desk.act(one.id, "note", f"luring {turn}")
        desk.engine.offline = False
        until(lambda action=action: desk.state_of(action) == "confirmed")


def test_the_switch_keeps_the_desk_off_the_network_and_back(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.CONNECTED)
    desk.engine.offline = True
    until(lambda: desk.engine.state.phase is Phase.OFFLINE)
    desk.act(one.id, "acknowledge")
    until(lambda: desk.engine.state.waiting == 1)
    time.sleep(0.3)
    assert desk.counts().waiting == 1
    desk.engine.offline = False
    until(lambda: desk.engine.state.phase is Phase.CONNECTED and desk.engine.state.waiting == 0)
    assert desk.rows() == central.rows("dpupr")


def test_a_server_that_comes_back_is_found_again(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    told = background(desk)
    until(lambda: desk.engine.state.phase is Phase.CONNECTED)
    central.pause()
    until(lambda: desk.engine.state.phase is Phase.OFFLINE)
    assert desk.engine.state.detail == "Pusat tidak terjangkau; pekerjaan Anda tersimpan di sini."
    desk.act(one.id, "acknowledge")
    central.start()
    until(lambda: desk.engine.state.phase is Phase.CONNECTED and not desk.engine.state.waiting, 8)
    assert desk.rows() == central.rows("dpupr")
    assert told[-1].detail == ""


def test_a_restored_server_is_healed_in_the_background(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    central.backup()
    desk.act(one.id, "note", "hilang")
    desk.sync()
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.CONNECTED)
    central.restore()
    until(lambda: "hilang" in central.texts(one.id) and desk.counts() == outbox.OutboxCounts(), 10)
    assert desk.rows() == central.rows("dpupr")


@pytest.mark.parametrize("moment", ["first", "long poll"])
def test_stopping_does_not_wait_for_a_hanging_server(tmp_path: Path, moment: str) -> None:
    hanging: list[int] = []
    done = threading.Event()

    def hang(connection: socket.socket, request: bytes) -> None:
        hanging.append(1)
        done.wait(30)

    with raw_server(hang) as url:
        store = enrolled(tmp_path, url)
        engine = Engine(store, tmp_path)
        engine.start()
        until(lambda: hanging)
        began = time.monotonic()
        engine.stop()
        assert time.monotonic() - began < 15  # the server hangs for thirty
        assert engine.state.phase is Phase.STOPPED
        store.close()
        assert time.monotonic() - began < 15
        done.set()


def test_a_reply_after_stop_changes_nothing(central: Central) -> None:
    central.report()
    desk = central.desk()
    engine = Engine(desk.store, desk.home)
    link = engine.contact.link("pull")
    link.cut()
    from qlue_desk.sync import pull
    from qlue_desk.sync.errors import Stopped

    with pytest.raises(Stopped):
        link.write(meta.put, "cursor", "late")
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever of the tree: the transport is closed
        pull.run_snapshot(link)
    assert desk.rows() == {}


def test_a_portal_changes_nothing_but_the_state(central: Central, tmp_path: Path) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(one.id, "acknowledge")

    def everything() -> list[str]:
        return list(desk.store.reading(lambda: list(_dump())))

    before = everything()
    page = b"<html><form action=/login></form></html>"

    def portal(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer("200 OK", page, {"Content-Type": "text/html"}))

    with raw_server(portal) as url:
        desk.store.writing(meta.put, meta.SERVER_URL, url)
        before = everything()
        told = background(desk)
        until(lambda: desk.engine.state.phase is Phase.OFFLINE)
        assert "portal" in told[-1].detail
        time.sleep(0.3)
        desk.engine.stop()
        after = everything()
    ignored = ("generation",)
    assert [line for line in after if not any(word in line for word in ignored)] == [
        line for line in before if not any(word in line for word in ignored)
    ]


def _dump() -> Iterator[str]:
    from qlue_desk.store.bound import connection
    from qlue_desk.store.models import TABLES

    for table in TABLES:
        name = table._meta.table_name
        for row in connection().execute(f"SELECT * FROM {name} ORDER BY 1").fetchall():
            yield f"{name} {row!r}"


def test_a_server_that_answers_empty_polls_at_once_is_not_hammered(central: Central) -> None:
    central.report()
    desk = central.desk()
    asked = 0
    count = central.hub.feed.pull

    def counting(*args: object, **named: object) -> object:
        nonlocal asked
        asked += 1
        return count(*args, **named)  # type: ignore[arg-type]

    central.hub.feed.pull = counting  # type: ignore[method-assign, assignment]
    central.hub.limits = central.hub.limits.__class__(wait_seconds=0)
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.CONNECTED)
    time.sleep(0.3)
    asked = 0
    time.sleep(1.5)
    assert 1 <= asked <= 4


def test_revoking_with_wipe_seals_unsent_work_for_central_and_forgets_everything(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    action_id = desk.act(one.id, "note", "belum terkirim")
    central.hub.desks.revoke(desk.workplace.session.desk.id, wipe=True)
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.REFUSED)
    until(lambda: desk.rows() == {})
    assert desk.texts(one.id) == []
    assert desk.store.reading(outbox.state_of, action_id) == ""
    assert "belum terkirim" not in (desk.home / "outbox.log").read_text()
    [sealed] = desk.home.glob("*.qlb")
    until(lambda: str(sealed) in desk.engine.state.detail)
    with pytest.raises(TokenRefused):
        bundles.take(central.hub, sealed.read_bytes())
    assert bundles.take(central.hub, sealed.read_bytes(), even_revoked=True).applied == 1
    assert "belum terkirim" in central.texts(one.id)


def test_an_open_desk_that_was_revoked_asks_again_whether_it_is_to_be_wiped(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    central.report()
    desk = central.desk()
    desk.sync()
    monkeypatch.setattr(puller, "REFUSED_SECONDS", 0.3)
    central.hub.desks.revoke(desk.workplace.session.desk.id)
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.REFUSED)
    assert len(desk.rows()) == 1
    central.hub.desks.revoke(desk.workplace.session.desk.id, wipe=True)
    until(lambda: desk.rows() == {})


def test_an_open_desk_that_was_refused_goes_on_when_it_is_enrolled_anew(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    monkeypatch.setattr(contact, "LOOK_SECONDS", 0.1)
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.CONNECTED)
    central.hub.desks.revoke(desk.workplace.session.desk.id)
    kept = desk.act(one.id, "note", "belum terkirim")
    until(lambda: desk.engine.state.phase is Phase.REFUSED)
    code = central.hub.desks.enrolment_code("bogor", "dpupr", "Loket 2")
    signing_in.enrol(
        central.url, code, "Loket 2", desk.home
    )  # in a process of its own, for all the engine knows
    until(lambda: desk.engine.state.phase is Phase.CONNECTED)
    until(lambda: desk.state_of(kept) == "confirmed")
    assert central.texts(one.id).count("belum terkirim") == 1


def test_revoking_a_desk_that_knows_no_key_keeps_its_unsent_work_encrypted(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    action_id = desk.act(one.id, "note", "belum terkirim")
    session = replace(desk.workplace.session, bundle_key="")
    desk.store.writing(meta.put, meta.SESSION, msgspec.json.encode(session))
    central.hub.desks.revoke(desk.workplace.session.desk.id, wipe=True)
    with pytest.raises(NotSignedIn):
        desk.sync()
    assert desk.rows() == {}
    assert desk.state_of(action_id) == "waiting"


def test_only_one_process_of_a_folder_syncs(central: Central, tmp_path: Path) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    lock = DeskLock(desk.home)
    assert lock.acquire()
    desk.act(one.id, "acknowledge")
    began = time.monotonic()
    import qlue_desk.sync.rounds as rounds

    waited, rounds.OTHER_SECONDS = rounds.OTHER_SECONDS, 0.3
    try:
        result = desk.sync()
    finally:
        rounds.OTHER_SECONDS = waited
    assert (result.elsewhere, result.waiting) == (True, 1)
    assert time.monotonic() - began < waited
    lock.release()
    assert desk.sync().applied == 1


def test_a_poison_pill_goes_to_the_tray_and_the_others_pass(central: Central) -> None:
    one, two = central.report(), central.report()
    desk = central.desk()
    desk.sync()
    poison = desk.act(one.id, "note", "racun")
    good = [desk.act(one.id, "note", "sesudah racun"), desk.act(two.id, "acknowledge")]
    apply = central.hub.register.apply

    def failing(action: object, identity: object) -> object:
        if getattr(action, "id", "") == poison:
            raise RuntimeError("a bug of central")
        return apply(action, identity)  # type: ignore[arg-type]

    central.hub.register.apply = failing  # type: ignore[method-assign, assignment]
    import qlue_desk.sync.push as push

    pause, push._LANE_PAUSE = push._LANE_PAUSE, 0.02
    try:
        background(desk)
        until(lambda: len(desk.tray()) == 1 and desk.counts() == outbox.OutboxCounts(refused=1), 15)
    finally:
        push._LANE_PAUSE = pause
    assert [item.action.id for item in desk.tray()] == [poison]
    assert [desk.state_of(i) for i in good] == ["confirmed", "confirmed"]


def test_a_central_that_fails_always_blames_no_action(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(one.id, "note", "a")
    asked = 0

    def failing(*_args: object) -> object:
        nonlocal asked
        asked += 1
        raise RuntimeError("disk full")

    central.hub.register.apply = failing  # type: ignore[method-assign]
    position = central.hub.feed.position
    central.hub.feed.position = failing  # type: ignore[method-assign, assignment]
    background(desk)
    until(lambda: asked >= 12)
    central.hub.feed.position = position  # type: ignore[method-assign]
    assert desk.tray() == []
    assert desk.counts().waiting == 1


def test_backoff_grows_with_jitter_and_honours_what_central_asks() -> None:
    backoff = Backoff(1.0, 300.0, random.Random(7))
    delays = [backoff.next() for _ in range(40)]
    assert min(delays) >= 1.0
    assert max(delays) <= 300.0
    assert max(delays) > 100.0
    assert len(set(delays)) > 25
    assert backoff.next(retry_after=1200) >= 1200
    assert backoff.next(retry_after=1e9) == 3600.0
    backoff.reset()
    assert backoff.next() <= 2.0


def test_kill_9_after_recording_keeps_the_action(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    desk.store.close()
    program = (
        "import sys, time; from pathlib import Path\n"
        "from qlue_desk.casework.workplace import Workplace\n"
        "from qlue_desk.casework.acting import act\n"
        "from qlue_desk.domain.moves import Fields\n"
        "place = Workplace.open(Path(sys.argv[1]))\n"
        "[outcome] = act(place, [sys.argv[2]], 'note', Fields(note='sebelum mati'))\n"
        "print(outcome.action_id, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(desk.home), one.id], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    action_id = process.stdout.readline().strip()
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    process.stdout.close()
    assert [line.action.id for line in twin.read(desk.home / twin.FILE).recorded if line.action] == [
        action_id
    ]
    desk.store = Store.open(desk.home)
    assert desk.state_of(action_id) == "waiting"
    desk.engine = Engine(desk.store, desk.home)
    assert desk.sync().applied == 1
    assert central.texts(one.id).count("sebelum mati") == 1


def test_a_lost_database_file_loses_no_work(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    url = desk.store.reading(meta.get, meta.SERVER_URL) or b""
    action_id = desk.act(one.id, "note", "masih ada")
    desk.store.close()
    for file in desk.home.glob("desk.db*"):
        file.unlink()
    desk.store = Store.open(desk.home)
    desk.store.writing(meta.put, meta.SERVER_URL, url)
    desk.store.writing(meta.put, meta.SERVER_ID, central.hub.server_id)
    desk.engine = Engine(desk.store, desk.home)
    desk.sync()
    assert central.texts(one.id).count("masih ada") == 1
    assert desk.state_of(action_id) == "confirmed"
    assert desk.rows() == central.rows("dpupr")


def enrolled(home: Path, url: str) -> Store:
    store = Store.open(home)
    write_token(home, "qd1_x")
    store.writing(meta.put, meta.SERVER_URL, url)
    store.writing(meta.put, meta.SERVER_ID, "s_raw")
    return store


def test_the_state_is_plain_data() -> None:
    import msgspec

    assert json.loads(msgspec.json.encode(SyncState()))["phase"] == "connecting"


def test_a_program_too_old_for_the_feed_says_so_and_goes_on_sending(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    action_id = desk.act(one.id, "note", "tetap sampai")

    def of_a_later_shape(_body: bytes) -> Payload:
        raise NewerData

    monkeypatch.setattr(replica, "payload_of", of_a_later_shape)
    central.move(one.id, Verb.NOTE, Fields(note="kabar"))
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.REFUSED and desk.state_of(action_id) == "acked")
    assert "perbarui qlue-desk" in desk.engine.state.detail
    assert "tetap sampai" in central.texts(one.id)
