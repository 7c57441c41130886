"""The engine in a process of its own: the same to the desk, and its end certain."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from qlue_desk import error_log, words
from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Looker
from qlue_desk.store import drafts, meta
from qlue_desk.store.database import Change, Store
from qlue_desk.sync.apart import engine as apart_engine
from qlue_desk.sync.apart import telling
from qlue_desk.sync.apart.engine import EngineApart
from qlue_desk.sync.apart.messages import Begin, Look, News, Release, Said
from qlue_desk.sync.apart.telling import Teller
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.lock import DeskLock
from qlue_desk.sync.state import Phase, SyncState
from tests.sync.rig import Central, Desk, next_moment
from tests.waiting import until


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


class Apart:
    """A desk whose engine is a process of its own, with all that it says."""

    def __init__(self, desk: Desk, *, undo_seconds: float = 0.0) -> None:
        self.desk = desk
        self.states: list[SyncState] = []
        self.changes: list[Change] = []
        self.others: list[tuple[Looker, ...]] = []
        begin = Begin(str(desk.home), None, 20, undo_seconds, 0, 0.05, 0.2)
        self.engine = EngineApart(desk.store, begin, self.states.append)
        desk.store.on_change(self.changes.append)
        self.engine.watch_others(self.others.append)
        self.engine.start()

    @property
    def connected(self) -> bool:
        return bool(self.states) and self.states[-1].phase is Phase.CONNECTED

    def told_of(self, complaint_id: str) -> bool:
        """By the process, and by name."""
        return any(
            change.elsewhere and change.complaint_ids and complaint_id in change.complaint_ids
            for change in self.changes
        )


@pytest.fixture
def desk(central: Central) -> Iterator[Desk]:
    made = central.desk()
    made.sync()
    yield made
    made.store.close()


@pytest.fixture
def apart(desk: Desk) -> Iterator[Apart]:
    made = Apart(desk)
    yield made
    made.engine.stop()


def test_changes_travel_both_ways_and_the_desk_is_told_which(central: Central, apart: Apart) -> None:
    until(lambda: apart.connected)
    one = central.report()
    until(lambda: apart.told_of(one.id))
    action = apart.desk.act(one.id, "acknowledge")
    until(lambda: apart.desk.state_of(action) == "confirmed")
    until(lambda: apart.states[-1].waiting == 0)
    found = apart.desk.get(one.id)
    assert found is not None
    assert found.status is Status.ACKNOWLEDGED
    assert apart.desk.rows() == central.rows("dpupr")


def test_own_commits_are_not_told_a_second_time(central: Central, apart: Apart) -> None:
    one = central.report()
    until(lambda: apart.told_of(one.id))
    until(lambda: apart.connected and apart.desk.store.has_partner)
    time.sleep(1.5)  # the process has looked at the database once more
    apart.changes.clear()
    apart.desk.store.writing(drafts.save, one.id, "note", "mulai", next_moment())
    time.sleep(2.5)
    assert [change for change in apart.changes if change.elsewhere] == []


def test_the_commit_of_a_third_process_is_told(apart: Apart) -> None:
    until(lambda: apart.connected)
    time.sleep(1.5)
    apart.changes.clear()
    code = (
        "import sys; from pathlib import Path; from qlue_desk.store.database import Store;"
        "from qlue_desk.store import meta; store = Store.open(Path(sys.argv[1]));"
        "store.writing(meta.put, 'third', b'1'); store.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(apart.desk.home)], check=True)
    until(lambda: Change(None, elsewhere=True) in apart.changes)
    assert apart.desk.store.reading(meta.get, "third") == b"1"


def test_the_commit_of_another_window_is_told_though_the_desk_commits_in_the_same_second(
    apart: Apart,
) -> None:
    until(lambda: apart.connected and apart.desk.store.has_partner)
    other = Store.open(apart.desk.home)
    try:
        for turn in range(3):
            time.sleep(1.5)  # the process has looked at the database once more
            apart.changes.clear()
            apart.desk.store.writing(meta.put, "own", b"%d" % turn)
            other.writing(meta.put, "third", b"%d" % turn)
            if turn:
                apart.desk.store.writing(meta.put, "own", b"again")
            # Central's next answer, 20 s later, would bring it to light as well.
            until(lambda: Change(None, elsewhere=True) in apart.changes, seconds=12)
    finally:
        other.close()


def test_a_process_that_is_killed_is_replaced(central: Central, apart: Apart) -> None:
    until(lambda: apart.connected)
    first = apart.engine.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: any(state.phase is Phase.OFFLINE for state in apart.states))
    until(lambda: apart.connected)
    assert apart.engine.process_id not in (None, first)
    one = central.report()
    until(lambda: apart.told_of(one.id))


def test_a_process_that_listens_no_more_holds_no_key_up_and_is_replaced(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(lambda: apart.connected)
    monkeypatch.setattr(apart_engine, "SILENT_SECONDS", 600.0)  # not for its silence
    first = apart.engine.process_id
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    for turn in range(3_000):  # more than the pipe between them takes
        apart.engine.look(f"c_{turn}", "u_rina")
    until(lambda: apart.engine.process_id not in (None, first))
    until(lambda: apart.connected)


def _dies_saying(said: bytes) -> tuple[str, ...]:
    """The command of a process that says this and is gone."""
    code = f"import sys; sys.stdin.readline(); sys.stdout.buffer.write({said!r}); sys.stdout.flush()"
    return (sys.executable, "-c", code)


def test_one_that_dies_in_the_middle_of_a_line_is_replaced(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = apart_engine.COMMAND
    monkeypatch.setattr(apart_engine, "COMMAND", _dies_saying(b'{"changed":["c_1","c_'))
    made = Apart(desk)
    try:
        until(lambda: made.states)
        monkeypatch.setattr(apart_engine, "COMMAND", whole)
        until(lambda: made.connected)
    finally:
        made.engine.stop()


def test_what_it_knew_before_it_died_is_still_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = News(state=SyncState(phase=Phase.SYNCING, waiting=7, refused=2, progress=(1, 9)))
    monkeypatch.setattr(apart_engine, "COMMAND", _dies_saying(msgspec.json.encode(said) + b"\n"))
    made = Apart(desk)
    try:
        until(lambda: any(state.phase is Phase.OFFLINE for state in made.states))
    finally:
        made.engine.stop()
    died = next(state for state in made.states if state.phase is Phase.OFFLINE)
    assert died == SyncState(
        phase=Phase.OFFLINE, waiting=7, refused=2, detail="Proses sinkronisasi terhenti; dimulai lagi."
    )


def test_why_it_cannot_work_stays_to_be_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = News(state=SyncState(phase=Phase.REFUSED, detail="Kuncinya tidak ada."))
    monkeypatch.setattr(apart_engine, "COMMAND", _dies_saying(msgspec.json.encode(said) + b"\n"))
    made = Apart(desk)
    try:
        until(lambda: len(made.states) >= 2)
    finally:
        made.engine.stop()
    assert {state.detail for state in made.states} == {"Kuncinya tidak ada."}
    assert made.changes == []  # it has never had the database open, so it committed nothing


def test_the_next_process_is_told_all_that_the_one_before_knew(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard"
    code = (
        "import sys; lines = [sys.stdin.readline(), sys.stdin.readline()];"
        f"open({str(heard)!r}, 'a').write(''.join(lines))"
    )
    monkeypatch.setattr(apart_engine, "COMMAND", (sys.executable, "-c", code))
    engine = EngineApart(desk.store, Begin(str(desk.home), None, 20, 0.0, 0, 0.01, 0.05), lambda _state: None)
    words.set_language("en")
    engine.offline = True
    engine.look("c_1", "u_rina")
    try:
        engine.start()
        until(lambda: heard.exists() and len(heard.read_text().splitlines()) >= 4)
    finally:
        engine.stop()
        words.set_language("id")
    begun, looking = (msgspec.json.decode(line, type=Said) for line in heard.read_text().splitlines()[2:4])
    assert isinstance(begun, Begin)
    assert (begun.language, begun.offline, begun.family) == ("en", True, desk.store.family)
    assert looking == Look("c_1", "u_rina")


@pytest.mark.parametrize(
    ("phase", "pauses"),
    [
        pytest.param(Phase.CONNECTED, [0, 0, 0], id="met-central-and-is-replaced-at-once"),
        pytest.param(Phase.CONNECTING, [0, 1, 2], id="never-did-and-is-started-ever-more-seldom"),
    ],
)
def test_the_pause_before_one_that_died_is_replaced(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, phase: Phase, pauses: list[int]
) -> None:
    said = News(state=SyncState(phase=phase))
    monkeypatch.setattr(apart_engine, "COMMAND", _dies_saying(msgspec.json.encode(said) + b"\n"))
    failures: list[int] = []

    class Counted(Backoff):
        def next(self, retry_after: float = 0.0) -> float:
            failures.append(self._failures)
            super().next(retry_after)
            return 0.0

    monkeypatch.setattr(apart_engine, "Backoff", Counted)
    made = Apart(desk)
    try:
        until(lambda: len(failures) >= 3)
    finally:
        made.engine.stop()
    assert failures[:3] == pauses


def test_where_no_process_can_be_started_it_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = apart_engine.COMMAND
    monkeypatch.setattr(apart_engine, "COMMAND", (str(desk.home / "nothing"),))
    made = Apart(desk)
    try:
        until(lambda: any(state.phase is Phase.OFFLINE for state in made.states))
        monkeypatch.setattr(apart_engine, "COMMAND", whole)
        until(lambda: made.connected)
    finally:
        made.engine.stop()


def test_while_none_runs_nobody_else_is_said_to_have_the_database_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_engine, "COMMAND", _dies_saying(b'{"state":{"phase":"connecting"}}\n'))
    changes: list[Change] = []
    engine = EngineApart(desk.store, Begin(str(desk.home), None, 20, 0.0, 0, 60.0, 60.0), lambda _state: None)
    desk.store.on_change(changes.append)
    engine.start()
    try:
        until(lambda: Change(None, elsewhere=True) in changes)
        assert not desk.store.has_partner
    finally:
        engine.stop()


def test_it_speaks_the_language_that_the_desk_changes_to(apart: Apart) -> None:
    until(lambda: apart.connected)
    apart.engine.speak("en")
    apart.engine.offline = True
    until(lambda: apart.states[-1].phase is Phase.OFFLINE)
    assert apart.states[-1].detail == "Offline: the switch is off."


def test_what_a_terminal_sends_to_all_its_processes_does_not_end_it(central: Central, apart: Apart) -> None:
    until(lambda: apart.connected)
    process = apart.engine.process_id
    assert process is not None
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTSTP):
        os.kill(process, number)
    one = central.report()
    until(lambda: apart.told_of(one.id))
    assert apart.engine.process_id == process


def test_what_a_process_committed_last_and_did_not_say_is_looked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_engine, "COMMAND", _dies_saying(b'{"state":{"phase":"connecting"}}\n'))
    made = Apart(desk)
    try:
        until(lambda: Change(None, elsewhere=True) in made.changes)
    finally:
        made.engine.stop()


def test_what_it_dies_of_stands_in_the_error_log_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "print('x' * 200_000, file=sys.stderr); import qlue_desk.nothing_of_that_name"
    monkeypatch.setattr(apart_engine, "COMMAND", (sys.executable, "-c", f"import sys; {code}"))
    made = Apart(desk)
    try:
        until(lambda: len(made.states) >= 3)
    finally:
        made.engine.stop()
    log = (desk.home / error_log.LOG_FILE).read_text()
    assert log.count("No module named 'qlue_desk.nothing_of_that_name'") == 1
    assert len(log) < 100_000


def test_one_that_does_not_run_is_not_said_to_be_silent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(apart_engine, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(apart_engine, "COMMAND", (sys.executable, "-c", ""))
    engine = EngineApart(desk.store, Begin(str(desk.home), None, 20, 0.0, 0, 60.0, 60.0), lambda _state: None)
    engine.start()
    try:
        until(lambda: "sync: the process ended" in caplog.messages)
        caplog.clear()
        time.sleep(1.0)
        assert caplog.messages == []
    finally:
        engine.stop()


def test_one_that_stands_still_is_replaced_and_not_said_to_be_connected(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_engine, "SILENT_SECONDS", 8.0)
    made = Apart(desk)
    try:
        until(lambda: made.connected)
        first = made.engine.process_id
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        until(lambda: made.states[-1].phase is Phase.OFFLINE)
        until(lambda: made.connected and made.engine.process_id not in (None, first))
    finally:
        made.engine.stop()


def test_stopping_leaves_neither_process_nor_lock(apart: Apart) -> None:
    until(lambda: apart.connected)
    process = apart.engine.process_id
    assert process is not None
    apart.engine.stop()
    assert not _runs(process)
    lock = DeskLock(apart.desk.home)
    assert lock.acquire()
    lock.release()
    assert not apart.desk.store.has_partner


def test_stopping_before_anything_was_said_ends_it_too(desk: Desk) -> None:
    for pause in (0.0, 0.02, 0.2):
        made = Apart(desk)
        time.sleep(pause)
        made.engine.stop()
        assert made.engine.process_id is None
        lock = DeskLock(desk.home)
        assert lock.acquire()
        lock.release()


def test_it_ends_with_a_desk_that_is_killed(desk: Desk) -> None:
    desk.store.close()
    code = """
import sys, time
from pathlib import Path
from qlue_desk.store.database import Store
from qlue_desk.sync.apart.engine import EngineApart
from qlue_desk.sync.apart.messages import Begin
home = Path(sys.argv[1])
states = []
engine = EngineApart(Store.open(home), Begin(str(home), None, 20, 0.0, 0, 0.05, 0.2), states.append)
engine.start()
while not states or states[-1].phase != "connected":
    time.sleep(0.01)
print(engine.process_id, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code, str(desk.home)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not _runs(process))
    lock = DeskLock(desk.home)
    assert lock.acquire()
    lock.release()


def test_the_switch_keeps_it_off_the_network_also_when_it_is_replaced(central: Central, apart: Apart) -> None:
    until(lambda: apart.connected)
    apart.engine.offline = True
    until(lambda: apart.states[-1].phase is Phase.OFFLINE)
    one = central.report()
    process = apart.engine.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    until(lambda: apart.engine.process_id not in (None, process))
    until(lambda: apart.states[-1].detail == "Luring: saklar dimatikan.")
    assert apart.desk.get(one.id) is None
    apart.engine.offline = False
    until(lambda: apart.told_of(one.id))


def test_what_waits_to_be_undone_is_sent_when_the_desk_closes(central: Central, desk: Desk) -> None:
    one = central.report()
    made = Apart(desk, undo_seconds=600.0)
    try:
        until(lambda: made.connected and made.told_of(one.id))
        now = dt.datetime.now(dt.UTC)  # the process has no faked clock
        act(desk.workplace, [one.id], "note", Fields(note="sebelum pulang"), now=now)
        until(lambda: made.states[-1].waiting == 1)
        assert "sebelum pulang" not in central.texts(one.id)
        made.engine.release()
        until(lambda: "sebelum pulang" in central.texts(one.id))
    finally:
        made.engine.stop()


def test_who_else_looks_is_passed_on(central: Central, apart: Apart) -> None:
    one = central.report()
    until(lambda: apart.told_of(one.id))
    other = central.desk(user="budi_dpupr")
    other.sync()
    second = Apart(other)
    try:
        until(lambda: second.connected)
        second.engine.look(one.id, central.people["budi_dpupr"].id)
        apart.engine.look(one.id, central.people["rina_dpupr"].id)
        until(lambda: any(looker.name == "Budi" for seen in apart.others for looker in seen))
    finally:
        second.engine.stop()


def test_a_desk_that_acts_while_pages_come_in_waits_for_no_more_than_one(
    central: Central, apart: Apart
) -> None:
    one = central.report()
    until(lambda: apart.told_of(one.id))
    busy = threading.Event()

    def pages() -> None:
        while not busy.is_set():
            central.report()

    thread = threading.Thread(target=pages)
    thread.start()
    try:
        actions = [apart.desk.act(one.id, "note", f"catatan {turn}") for turn in range(20)]
    finally:
        busy.set()
        thread.join()
    until(lambda: {apart.desk.state_of(action) for action in actions} == {"confirmed"})
    until(lambda: apart.desk.rows() == central.rows("dpupr"))


def test_news_of_one_moment_travel_in_one_line() -> None:
    into = BytesIO()
    teller = Teller(into)
    teller.changed(Change(frozenset({"c_1"})))
    until(lambda: into.tell())
    teller.changed(Change(frozenset({"c_2"})))
    teller.changed(Change(frozenset({"c_3"})))
    teller.changed(Change(None, elsewhere=True))
    teller.end(1.0)
    first, second = into.getvalue().splitlines()
    assert first == b'{"changed":["c_1"]}'
    assert second in (
        b'{"changed":["c_2","c_3"],"elsewhere":true}',
        b'{"changed":["c_3","c_2"],"elsewhere":true}',
    )


def test_something_is_said_even_where_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "ALIVE_SECONDS", 0.05)
    into = BytesIO()
    teller = Teller(into)
    until(lambda: into.getvalue().startswith(b"{}\n{}\n"))
    teller.end(1.0)


def test_that_all_is_sent_is_said_at_once_behind_other_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "REST_SECONDS", 600.0)
    into = BytesIO()
    teller = Teller(into)
    teller.changed(Change(frozenset({"c_1"})))
    until(lambda: into.tell())
    teller.released()
    until(lambda: into.getvalue().endswith(b'"released":true}\n'))
    teller.end(1.0)


def test_what_nobody_hears_is_no_error(desk: Desk) -> None:
    engine = EngineApart(desk.store, Begin(str(desk.home), None, 20, 0.0, 0, 0.05, 0.2), lambda _state: None)
    assert not engine._say(Release())
    engine.look("c_1", "u_1")
    engine.nudge()
    engine.release()
    engine.stop()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # One that nobody has waited for yet is dead, too.
    return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
