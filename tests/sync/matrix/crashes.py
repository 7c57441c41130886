"""Rows 18–20, 26: processes that are killed, and a power cut."""

from __future__ import annotations

import multiprocessing
import shutil
import socket
import time
from pathlib import Path

import pytest

from qlue_desk.central import admin
from qlue_desk.store import journal, twin
from qlue_desk.store.database import Store
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.errors import Offline
from tests.sync.matrix import dying
from tests.sync.matrix.dying import AFTER, BEFORE
from tests.sync.matrix.place import Place, note, patient, texts_once
from tests.sync.rig import Desk

ENOUGH = 40


def row18_kill_9_of_a_desk_at_each_commit(place: Place) -> None:
    one = place.central.report()
    template = place.central.desk()
    template.sync()
    template.close()
    place.central._desks.remove(template)
    deaths = 0
    for when in (BEFORE, AFTER):
        # Between two commits nothing is written, so a death after one is that before the next: a few suffice.
        for number in range(1, ENOUGH, 1 if when == BEFORE else 3):
            place.central.move(one.id, *note(f"kabar {number}"))  # each pull brings a page
            home = place.folder / f"mati {number} {when[:2]}"
            shutil.copytree(template.home, home)
            lived, seen = _desk_dies(home, one.id, number, when)
            if lived:
                break
            deaths += 1
            _check_the_dead(place, home, one.id, seen)
        else:
            raise AssertionError("the work has more commits than were tried")
    assert deaths >= 16, f"only {deaths} commit points were found"


def _desk_dies(home: Path, complaint_id: str, number: int, when: str) -> tuple[bool, list[tuple[str, str]]]:
    here, there = multiprocessing.Pipe(duplex=False)
    process = dying.context().Process(
        target=dying.desk_at_work, args=(home, complaint_id, number, when, there), daemon=True
    )
    process.start()
    there.close()
    seen = []
    try:
        while here.poll(30) and (told := here.recv()) is not None:
            seen.append(told)
        lived = True
    except EOFError:
        lived = False
    process.join(20)
    assert lived or process.exitcode == -9
    return lived, seen


def _check_the_dead(place: Place, home: Path, complaint_id: str, seen: list[tuple[str, str]]) -> None:
    """Invariants 1 and 14 at once, 2 and 3 after the next round."""
    desk = Desk(home, Store.open(home))
    try:
        assert desk.rows() == place.at_cursor(desk), "cursor and rows do not belong together"
        desk.store.writing(journal.salvage)
        for action_id, _text in seen:
            assert desk.state_of(action_id) in ("waiting", "acked", "confirmed"), "a recorded action is gone"
        patient(desk)
        assert desk.counts().waiting == desk.counts().acked == 0
        assert desk.rows() == place.central.rows("dpupr")
        texts = place.central.texts(complaint_id)
        assert [texts.count(text) for _id, text in seen] == [1] * len(seen)
    finally:
        desk.close()


def row19_kill_9_of_central_mid_push(place: Place) -> None:
    central = place.central
    one, two = central.report(), central.report()
    desk = place.desk()
    central.stop()
    deaths = 0
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place.weather.turn(f"http://127.0.0.1:{port}")
    for when in (BEFORE, AFTER):
        for number in (1, 3):
            texts = [f"{when} {number} {n}" for n in range(4)]
            for place_in_batch, text in enumerate(texts):
                desk.act((one, two)[place_in_batch % 2].id, "note", text)
            here, there = multiprocessing.Pipe(duplex=False)
            process = dying.context().Process(
                target=dying.central_at_work, args=(central.data, port, number, when, there), daemon=True
            )
            process.start()
            assert here.poll(20)
            assert here.recv()
            with pytest.raises(Offline):
                desk.sync()
            process.join(20)
            assert process.exitcode == -9
            deaths += 1
            _restart(place)
            done = sum(text in central.texts(c.id) for text in texts for c in (one, two))
            assert done == (number if when == AFTER else number - 1), "not exactly what was committed"
            assert admin.check(central.hub).faults == ()
            patient(desk)
            place.heal(desk)
            for place_in_batch, text in enumerate(texts):
                texts_once(central, (one, two)[place_in_batch % 2], text)
            central.stop()
            place.weather.turn(f"http://127.0.0.1:{port}")
    _restart(place)
    assert deaths == 4


def _restart(place: Place) -> None:
    from qlue_desk.central.hub import Hub

    place.central.hub = Hub.open(place.central.data, now=place.central.clock)
    place.central.start()
    place.weather.turn(place.central.url)


def row20_power_cut_loses_the_wal_tail(place: Place) -> None:
    """With FULL no committed frame may vanish; were the disk to lie, the twin still has the work."""
    one = place.central.report()
    desk = place.desk()
    recorded = []
    for number in range(6):
        action_id = desk.act(one.id, "note", f"listrik {number}")
        recorded.append((action_id, (desk.home / "desk.db-wal").stat().st_size))
    cut = place.folder / "mati listrik"
    lost_rows = 0
    sizes = [size for _id, size in recorded]
    for length in sorted({0, 32, *sizes, *(size - 2000 for size in sizes), *(size + 500 for size in sizes)}):
        shutil.rmtree(cut, ignore_errors=True)
        shutil.copytree(desk.home, cut)
        wal = cut / "desk.db-wal"
        with wal.open("r+b") as file:
            file.truncate(min(max(length, 0), sizes[-1]))
        (cut / "desk.db-shm").unlink(missing_ok=True)
        store = Store.open(cut)
        try:
            durable = [action_id for action_id, size in recorded if size <= length]
            here = store.reading(_states)
            assert set(durable) <= set(here), "a commit whose frames are on the disk is gone"
            lost_rows += len(recorded) - len(here)
            store.writing(journal.salvage)
            assert set(store.reading(_states)) == {action_id for action_id, _size in recorded}
        finally:
            store.close()
    assert lost_rows > 0, "nothing was cut off, so nothing was proved"
    assert _one_pragma(desk, "synchronous") == 2
    assert len(twin.read(desk.home / twin.FILE).recorded) == 6
    place.heal(desk)
    texts_once(place.central, one, *(f"listrik {number}" for number in range(6)))


def row20_normal_would_lose_acknowledged_work(place: Place) -> None:
    """What `synchronous = NORMAL` means: the row of an acknowledged act may be gone after a power cut."""
    one = place.central.report()
    desk = place.desk()
    before = (desk.home / "desk.db-wal").stat().st_size
    action_id = desk.act(one.id, "note", "tanpa FULL")
    copy = place.folder / "normal"
    shutil.copytree(desk.home, copy)
    (copy / "desk.db-shm").unlink(missing_ok=True)
    with (copy / "desk.db-wal").open("r+b") as file:
        file.truncate(before)  # an unsynced tail
    (copy / twin.FILE).unlink()
    store = Store.open(copy)
    try:
        assert action_id not in store.reading(_states)
    finally:
        store.close()


def row26_two_processes_act_and_one_syncs(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    other = Desk(desk.home, Store.open(desk.home))
    place.background(desk)
    try:
        for number in range(15):
            (desk, other)[number % 2].act(one.id, "note", f"jendela {number}")
        assert other.engine.once().elsewhere
        end = time.monotonic() + 10
        while desk.counts().waiting + desk.counts().acked and time.monotonic() < end:
            time.sleep(0.02)
        texts_once(place.central, one, *(f"jendela {number}" for number in range(15)))
    finally:
        desk.engine.stop()
        other.close()
    desk.engine = Engine(desk.store, desk.home)
    place.heal(desk)


def _states() -> dict[str, str]:
    from qlue_desk.store.bound import connection

    return dict(connection().execute("SELECT id, state FROM action").fetchall())


def _one_pragma(desk: Desk, name: str) -> int:
    return int(desk._one(f"PRAGMA {name}"))
