"""Rows 24, 25, 28, 29, 31, 36, 38: older copies of desks and centrals, clones, snapshots that are disturbed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import snapshot
from qlue_desk.store.database import Store
from qlue_desk.sync import pull
from qlue_desk.sync.errors import Offline
from tests.sync import weather
from tests.sync.matrix.place import Place, note, patient, texts_once
from tests.sync.rig import Desk
from tests.sync.weather import Exchange


def _copied(place: Place, desk: Desk, name: str, *, without: tuple[str, ...] = ()) -> Path:
    """A copy of a desk's folder, as a backup program or a second machine gets it."""
    target = place.folder / name
    desk.store.reading(lambda: None)
    shutil.copytree(desk.home, target)
    for suffix in without:
        (target / f"desk.db{suffix}").unlink(missing_ok=True)
    return target


def _opened(place: Place, home: Path) -> Desk:
    made = Desk(home, Store.open(home))
    place.central._desks.append(made)
    return made


def _replace(place: Place, desk: Desk, backup: Path) -> Desk:
    """Put an older copy in a desk's place."""
    desk.close()
    place.central._desks.remove(desk)
    shutil.rmtree(desk.home)
    shutil.copytree(backup, desk.home)
    return _opened(place, desk.home)


def row24_old_desk_backup_restored(place: Place) -> None:
    one = place.central.report()
    desk, colleague = place.desk(), place.desk()
    first = desk.act(one.id, "note", "di cadangan")
    backup = _copied(place, desk, "cadangan")
    desk.act(one.id, "note", "sesudah cadangan")
    desk.sync()
    place.central.move(one.id, *note("pusat"))
    desk = _replace(place, desk, backup)
    again = [desk.act(one.id, "note", f"baru {n}") for n in range(3)]  # a counter would repeat itself here
    place.heal(desk, colleague)
    texts_once(place.central, one, "di cadangan", "sesudah cadangan", "baru 0", "baru 1", "baru 2")
    assert {desk.state_of(i) for i in (first, *again)} == {"confirmed"}
    assert desk.tray() == []


def row24_database_copied_without_its_wal(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    kept = desk.act(one.id, "note", "hanya di WAL")
    backup = _copied(place, desk, "tanpa wal", without=("-wal", "-shm"))
    desk.close()
    place.central._desks.remove(desk)
    shutil.rmtree(desk.home)
    shutil.copytree(backup, desk.home)
    store = Store.open(desk.home)
    from qlue_desk.store import journal, meta, twin

    assert [line.action.id for line in twin.read(desk.home / twin.FILE).recorded if line.action] == [kept]
    if store.reading(meta.get, meta.SESSION) is None:  # nothing had been checkpointed: an empty desk
        store.close()
        for file in desk.home.glob("desk.db*"):
            file.unlink()
        store = Store.open(desk.home)

        store.writing(meta.put, meta.SERVER_URL, place.weather.url)
        store.writing(meta.put, meta.SERVER_ID, place.central.hub.server_id)
    store.writing(journal.salvage)
    from qlue_desk.sync.engine import Engine

    Engine(store, desk.home).once()
    store.close()
    texts_once(place.central, one, "hanya di WAL")


def row25_cloned_desk(place: Place) -> None:
    one, two = place.central.report(), place.central.report()
    desk = place.desk()
    shared = desk.act(one.id, "note", "sebelum disalin")
    clone = _opened(place, _copied(place, desk, "kembar"))
    desk.act(one.id, "note", "dari yang asli")
    clone.act(one.id, "note", "dari kembar")
    clone.act(two.id, "acknowledge")
    desk.act(two.id, "acknowledge")
    place.heal(desk, clone)
    texts_once(place.central, one, "sebelum disalin", "dari yang asli", "dari kembar")
    assert {desk.state_of(shared), clone.state_of(shared)} == {"confirmed"}
    assert sorted(len(each.tray()) for each in (desk, clone)) == [0, 1], "the second acknowledgement is told"


def row25_admin_sees_the_clone(place: Place) -> None:
    desk = place.desk()
    desks = place.central.hub.desks
    desk.sync()
    clone = _opened(place, _copied(place, desk, "kembar"))
    clone.sync()
    assert not any(each.cloned for each in desks.of_city("bogor")), "it may have moved to another machine"
    desk.sync()
    flagged = [each.id for each in desks.of_city("bogor") if each.cloned]
    assert flagged == [desk.workplace.session.desk.id]


def _restored(place: Place, *, new_epoch: bool, times: int = 1) -> None:
    one, two = place.central.report(), place.central.report()
    desk, colleague = place.desk(), place.desk()
    desk.act(one.id, "note", "di cadangan")
    desk.sync()
    place.central.backup()
    ids = [desk.act(one.id, "note", "hilang"), desk.act(two.id, "acknowledge")]
    desk.sync()
    colleague.sync()
    written = ["di cadangan", "hilang"]
    for turn in range(times):
        place.central.restore(new_epoch=new_epoch)
        assert "hilang" not in place.central.texts(one.id)
        place.central.move(one.id, *note(f"pusat {turn}"))
        text = f"sesudah {turn}"
        ids.append(colleague.act(one.id, "note", text))
        written.append(text)
        place.heal(desk, colleague)
        texts_once(place.central, one, *written)
        assert desk.texts(one.id) == colleague.texts(one.id)
    for action_id in ids:
        owner = desk if action_id in ids[:2] else colleague
        assert owner.state_of(action_id) == "confirmed"
    assert desk.tray() == colleague.tray() == []


def row28_restored_with_a_new_epoch(place: Place) -> None:
    _restored(place, new_epoch=True)


def row29_restored_without_a_word_twice(place: Place) -> None:
    _restored(place, new_epoch=False, times=2)


def row31_failover_to_a_lagging_replica(place: Place) -> None:
    one = place.central.report()
    desk, colleague = place.desk(), place.desk()
    place.central.backup()  # the replica stands here
    texts = [f"sesudah replika {n}" for n in range(4)]
    for text in texts:
        (desk if len(text) % 2 else colleague).act(one.id, "note", text)
        patient(desk)
        patient(colleague)
    unsent = desk.act(one.id, "note", "saat beralih")
    place.weather.next(weather.lose_reply, "/v1/push")  # the primary dies with the answer
    with pytest.raises(Offline):
        desk.sync()
    place.central.restore()
    place.heal(desk, colleague)
    texts_once(place.central, one, *texts, "saat beralih")
    assert desk.state_of(unsent) == "confirmed"


def row36_snapshot_interrupted_mutated_restored(place: Place) -> None:
    central = place.central
    place.patch.setattr(pull, "SNAPSHOT_ROWS", 2)
    for _ in range(5):
        central.report()
    mine = central.report()
    for disturbance in ("mutated", "moved away", "restored", "restored with an epoch", "interrupted"):
        desk = place.desk()
        central.backup()
        desk.act(mine.id, "note", f"saya {disturbance}")
        desk.sync()
        before = desk.rows()
        desk.store.writing(snapshot.begin)

        def between(exchange: Exchange, what: str = disturbance, desk: Desk = desk) -> bytes:
            reply = exchange.forward()
            _disturb(place, what, mine.id)
            if what == "interrupted":
                return b""
            return reply

        place.weather.next(Exchange.forward, "/v1/snapshot")
        place.weather.next(between, "/v1/snapshot")
        try:
            desk.sync()
        except Offline:
            assert disturbance == "interrupted"
            assert desk.rows() == before, "the old rows are served until the swap"
            place.weather.passed.clear()
            patient(desk)
            # three pages, of which the first had arrived before the line broke
            assert len(place.weather.to("/v1/snapshot")) == 2
        place.heal(desk)
        if disturbance != "moved away":
            texts_once(central, mine, f"saya {disturbance}")
        if disturbance == "moved away":
            assert mine.id not in desk.rows()
            central.move(mine.id, Verb.TRANSFER, Fields(to="dpupr", note="kembali ke pemegang semula"))
        assert desk.store.reading(snapshot.current) is None


def _disturb(place: Place, what: str, complaint_id: str) -> None:
    if what == "mutated":
        for complaint in list(place.central.rows("dpupr")):
            place.central.move(complaint, *note("di antara halaman"))
    elif what == "moved away":
        place.central.move(
            complaint_id, Verb.TRANSFER, Fields(to="dlh", note="pindah ke dinas yang berwenang")
        )
    elif what.startswith("restored"):
        place.central.restore(new_epoch="epoch" in what)


def row38_reassigned_away_and_back(place: Place) -> None:
    one = place.central.report()
    desk, other = place.desk(), place.desk("dlh")
    versions: list[int] = []
    for turn in range(4):
        desk.act(one.id, "note", f"pergi {turn}")
        place.heal(desk)
        place.central.move(one.id, Verb.TRANSFER, Fields(to="dlh", note="urusan DLH, bukan jalan"))
        if turn % 2:
            place.heal(desk, other)  # half of the turns the desk sees both moves in one page
            assert desk.rows() == {}
            found = other.get(one.id)
            assert found is not None
            versions.append(found.version)
        place.central.move(one.id, Verb.TRANSFER, Fields(to="dpupr", note="kembali ke pemegang semula"))
        place.heal(desk, other)
        found = desk.get(one.id)
        assert found is not None
        versions.append(found.version)
        assert sorted(desk.texts(one.id)) == sorted(place.central.texts(one.id))
        assert other.rows() == {}
    assert versions == sorted(set(versions))
    texts_once(place.central, one, *(f"pergi {turn}" for turn in range(4)))
