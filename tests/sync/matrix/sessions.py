"""Rows 11, 13, 30, 40, 41: what central says about a desk, and desks and centrals that are not of one age."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest

from qlue_desk.casework.acting import act
from qlue_desk.central import bundles
from qlue_desk.central.blobs import Blobs
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action, BlobState
from qlue_desk.store import blobs, meta, outbox
from qlue_desk.sync import pull
from qlue_desk.sync.errors import NotSignedIn, Offline, OtherServer, Resync
from qlue_desk.sync.state import Phase
from tests.sync import weather
from tests.sync.matrix.place import NOTHING, Place, everything, note, patient, texts_once
from tests.sync.rig import Central, Desk, photo
from tests.sync.weather import Exchange
from tests.waiting import until


def row11_401_keeps_everything(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "belum terkirim")
    before = everything(desk)
    place.weather.next(weather.problem(401, "token_expired"))
    with pytest.raises(NotSignedIn) as caught:
        desk.sync()
    assert not caught.value.wipe
    assert everything(desk) == before
    place.central.hub.desks.revoke(desk.workplace.session.desk.id, wipe=False)
    place.background(desk)
    until(lambda: desk.engine.state.phase is Phase.REFUSED)
    assert everything(desk) == before
    place.weather.passed.clear()
    desk.act(one.id, "note", "masih bisa mencatat")
    assert desk.counts().waiting == 2


def row11_revoked_with_wipe_leaves_sealed_work_and_nothing_else(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "belum terkirim")
    place.central.hub.desks.revoke(desk.workplace.session.desk.id, wipe=True)
    # A portal's 401 says the same and must wipe nothing.
    page = weather.answer("401 Unauthorized", b'{"wipe": true}', {"Content-Type": "application/json"})
    place.weather.next(lambda _exchange: page)
    with pytest.raises(Offline):
        desk.sync()
    assert list(desk.rows()) == [one.id]
    place.background(desk)
    until(lambda: desk.rows() == {})
    assert desk.texts(one.id) == []
    [sealed] = desk.home.glob("*.qlb")
    assert b"belum terkirim" not in sealed.read_bytes(), "only central can open it"
    assert bundles.take(place.central.hub, sealed.read_bytes(), even_revoked=True).applied == 1
    texts_once(place.central, one, "belum terkirim")


def row13_five_reasons_to_resync(place: Place) -> None:
    central = place.central
    reasons: dict[str, str] = {}
    for wanted in ("epoch", "ahead", "diverged", "too_old", "scope"):
        one = central.report()
        desk, watcher = place.desk(), place.desk()
        central.backup()
        kept = desk.act(one.id, "note", f"sesudah cadangan {wanted}")
        desk.sync()
        waiting = desk.act(one.id, "note", f"menunggu {wanted}")
        rows = desk.rows()
        _spoil(place, desk, wanted, one.id)
        said: list[str] = []

        def listen(exchange: Exchange, said: list[str] = said, desk: Desk = desk) -> bytes:
            reply = exchange.forward(plain=True)
            body = reply.partition(weather.HEAD_END)[2]
            if b"resync_required" in body:
                said.append(json.loads(body)["reason"])
            return reply

        def during(exchange: Exchange, desk: Desk = desk, rows: dict[str, bytes] = rows) -> bytes:
            assert desk.rows() == rows, "the old rows are no longer served"
            return exchange.forward()

        place.weather.always(during, "/v1/snapshot")
        place.weather.always(listen)
        if wanted == "scope":  # with a fresh session the desk would know by itself
            with pytest.raises(Resync):
                pull.pull_page(desk.engine.contact.link("old"))
        patient(desk)
        reasons[wanted] = said[0]
        place.heal(desk, watcher)
        if wanted != "scope":
            texts_once(central, one, f"sesudah cadangan {wanted}", f"menunggu {wanted}")
            assert {desk.state_of(kept), desk.state_of(waiting)} == {"confirmed"}
        else:
            assert [item.action.id for item in desk.tray()] == [waiting]
    assert reasons == {name: name for name in reasons}


def _spoil(place: Place, desk: Desk, reason: str, complaint_id: str) -> None:
    central = place.central
    if reason == "epoch":
        central.restore(new_epoch=True)
    elif reason in ("ahead", "diverged"):
        central.restore()
        for number in range(3 if reason == "diverged" else 0):
            central.move(complaint_id, *note(f"lain {number}"))
    elif reason == "too_old":
        for number in range(3):
            central.move(complaint_id, *note(f"baru {number}"))
        compact(central)
    else:
        central.hub.desks.move(desk.workplace.session.desk.id, "dlh")


def compact(central: Central, stream: str = "bogor/dpupr") -> None:
    """Drop all of a stream but its position, as old age does."""
    database = central.hub.database
    with database.writing():
        last = database.one("SELECT last_seq, last_hash FROM stream WHERE key = ?", (stream,))
        assert last is not None
        database.run("DELETE FROM feed_event WHERE stream = ?", (stream,))
        database.run("UPDATE stream SET floor_seq = ?, floor_hash = ? WHERE key = ?", (*last, stream))


def row30_another_citys_server(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "hanya untuk Bogor")
    before = everything(desk)
    with Central.make(place.folder / "kota lain") as other:
        place.weather.turn(other.url)
        place.weather.passed.clear()
        for _ in range(3):
            with pytest.raises(OtherServer):
                desk.sync()
        place.background(desk)
        until(lambda: desk.engine.state.phase is Phase.REFUSED)
        desk.engine.stop()
        assert all(b"Bogor" not in body for _at, _path, body in place.weather.passed)
        assert place.weather.to("/v1/push") == []
        assert everything(desk) == before
        with other.hub.database.connected():
            assert other.hub.database.all("SELECT * FROM action_result") == []
    place.weather.turn(place.central.url)
    place.background(desk)
    until(lambda: desk.counts() == NOTHING)
    texts_once(place.central, one, "hanya untuk Bogor")


def row40_upload_interrupted_damaged_refused(place: Place) -> None:
    one, two = place.central.report(), place.central.report()
    desk = place.desk()
    path, sha256 = photo(place.folder, b"x" * 2_500_000)
    [outcome] = act(desk.workplace, [one.id], "attach", Fields(), evidence=[path])
    assert outcome.done
    lane = desk.act(one.id, "note", "sesudah foto")
    other = desk.act(two.id, "note", "jalur lain")
    address = f"/v1/blobs/{sha256}"
    place.weather.next(Exchange.forward, address)  # HEAD
    place.weather.next(Exchange.forward, address)  # the first megabyte
    place.weather.next(weather.lose_reply, address)  # the second arrives, nobody hears
    with pytest.raises(Offline):
        desk.sync()
    state = place.central.hub.blobs.state(sha256)
    assert state is not None
    assert state.received == 2 * 1_048_576
    place.weather.always(weather.problem(507, "quota"), address)
    desk.sync()
    assert (desk.state_of(other), desk.state_of(lane)) == ("confirmed", "waiting")
    place.weather.clear()
    place.weather.passed.clear()
    desk.sync()
    assert len(place.weather.to(address)) == 2, "HEAD and the last part: what had arrived is not sent again"
    place.heal(desk)
    assert desk.state_of(lane) == "confirmed"
    texts_once(place.central, one, "sesudah foto")


class _InTurn:
    """What a balancer without memory makes of two machines: each request reaches the other one."""

    def __init__(self, *machines: Blobs) -> None:
        self._machines = itertools.cycle(machines)

    def state(self, sha256: str) -> BlobState | None:
        return next(self._machines).state(sha256)

    def write(self, *part: Any) -> BlobState:
        return next(self._machines).write(*part)

    def __getattr__(self, name: str) -> Any:
        return getattr(next(self._machines), name)


def row40_machines_that_answer_in_turn(place: Place) -> None:
    """Each keeps the parts that it got in its own data folder; whole files lie in one store."""
    one = place.central.report()
    desk = place.desk()
    hub = place.central.hub
    here = hub.blobs
    there = Blobs(hub.database, place.folder / "other machine" / "blobs", hub.limits, hub.now)
    there.store = here.store
    path, sha256 = photo(place.folder, b"x" * 2_500_000)
    act(desk.workplace, [one.id], "attach", Fields(), evidence=[path])
    hub.blobs = _InTurn(here, there)  # type: ignore[assignment]
    place.weather.passed.clear()
    desk.sync()
    sent = [len(body) for body in place.weather.to(f"/v1/blobs/{sha256}") if body]
    assert sent == [1_048_576, 1_048_576, 2_500_003], "a part, one that the other machine refuses, the whole"
    assert desk.tray() == []
    assert desk.counts() == outbox.OutboxCounts()
    assert here.read(sha256) == path.read_bytes()
    hub.blobs = here


def row40_wrong_digest_restarts_once_then_tray(place: Place) -> None:
    one, two = place.central.report(), place.central.report()
    desk = place.desk()
    path, sha256 = photo(place.folder)
    act(desk.workplace, [one.id], "attach", Fields(), evidence=[path])
    stored = blobs.path_of(desk.home, sha256)
    stored.write_bytes(
        blobs.read_file(desk.home, sha256)[:-1] + b"?"
    )  # as an older program left it, and changed
    desk.act(two.id, "note", "lain")
    place.weather.passed.clear()
    desk.sync()
    assert len([body for body in place.weather.to("/v1/blobs/") if body]) == 2
    [item] = desk.tray()
    assert item.action.verb == "attach"
    texts_once(place.central, two, "lain")


def row40_missing_at_push_is_sent_again(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    path, sha256 = photo(place.folder)
    act(desk.workplace, [one.id], "attach", Fields(), evidence=[path])

    def note_done() -> None:
        from qlue_desk.store.bound import connection

        connection().execute("UPDATE blob SET done = 1, sent = size")

    desk.store.writing(note_done)  # the desk believes that central has it: central was restored since
    desk.sync()
    place.heal(desk)
    assert desk.tray() == []
    state = place.central.hub.blobs.state(sha256)
    assert state is not None
    assert state.received == state.size


def row41_unknown_action_kind_is_a_verdict(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    known = desk.act(one.id, "note", "sebelum")
    strange = desk.act(one.id, "note", "dari program yang lebih baru")
    after = desk.act(one.id, "note", "sesudah")

    def rename() -> None:
        from qlue_desk.store.bound import connection

        [[body]] = connection().execute("SELECT body FROM action WHERE id = ?", (strange,)).fetchall()
        action = msgspec.structs.replace(msgspec.json.decode(body, type=Action), verb="terbang", fp="")
        connection().execute(
            "UPDATE action SET verb = 'terbang', body = ? WHERE id = ?",
            (msgspec.json.encode(action), strange),
        )

    desk.store.writing(rename)
    desk.sync()
    place.heal(desk)
    assert [desk.state_of(i) for i in (known, strange, after)] == ["confirmed", "refused", "confirmed"]
    [item] = desk.tray()
    assert item.result is not None
    assert item.result.detail


def row41_426_for_pull_takes_recorded_work(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "tetap diterima")
    place.central.hub.min_client = "99.0.0"
    place.background(desk)
    until(lambda: desk.engine.state.phase is Phase.REFUSED)
    until(lambda: "tetap diterima" in place.central.texts(one.id))
    desk.engine.stop()
    place.central.hub.min_client = "0.0.0"
    assert desk.store.reading(meta.get, meta.SESSION) is not None
