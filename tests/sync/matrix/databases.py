"""Rows 33 and 34: central's database is busy, or gone for a while."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from qlue_desk.central.errors import DatabaseBusy
from qlue_desk.central.hub import Hub
from qlue_desk.central.verdicts import Verdicts
from qlue_desk.sync.errors import Busy
from tests.sync.matrix.place import Place, patient, texts_once
from tests.sync.weather import Exchange


def row33_deadlocks_are_tried_again_three_times(place: Place) -> None:
    one, two = place.central.report(), place.central.report()
    desk = place.desk()
    given = Verdicts.given
    left = {"n": 2}

    def deadlocked(verdicts: Verdicts, action: Any) -> Any:
        if action.fields.note == "macet" and left["n"]:
            left["n"] -= 1
            raise DatabaseBusy("40P01")
        return given(verdicts, action)

    place.patch.setattr(Verdicts, "given", deadlocked)
    stuck = desk.act(one.id, "note", "macet")
    desk.sync()
    assert (left["n"], desk.state_of(stuck)) == (0, "confirmed"), "two deadlocks are central's own affair"
    left["n"] = 3
    again = desk.act(one.id, "note", "macet")
    behind = desk.act(one.id, "note", "di belakang")
    other = desk.act(two.id, "note", "jalur lain")
    bodies: list[bytes] = []

    def keep(exchange: Exchange) -> bytes:
        bodies.append(exchange.forward(plain=True))
        return bodies[-1]

    place.weather.next(keep, "/v1/push")
    desk.sync()
    assert b'"code":"busy"' in bodies[0]
    assert b'"predecessor_missing"' in bodies[0]
    place.heal(desk)
    assert {desk.state_of(i) for i in (again, behind, other)} == {"confirmed"}
    texts_once(place.central, two, "jalur lain")


def row34_database_lost_for_a_while(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    desk.act(one.id, "note", "sabar")
    lock = place.central.hub.database
    original = lock.run

    def lost(statement: str, values: Any = ()) -> Any:
        raise DatabaseBusy("server closed the connection")

    lock.run = lost
    try:
        with pytest.raises(Busy) as caught:
            desk.sync()
        assert caught.value.retry_after >= 1
    finally:
        lock.run = original
    patient(desk)
    place.heal(desk)
    texts_once(place.central, one, "sabar")


def row34_every_connection_of_postgresql_is_cut(place: Place) -> None:
    """An administrator, a failover or a pooler ends all sessions; the next requests must find new ones.

    `python -m tests.central.pooled` proves this row through PgBouncer in transaction mode too.
    """
    url = place.postgres()
    hub = Hub.create(place.folder / "pusat", database_url=url)
    try:
        for _ in range(3):
            with hub.database.connected():
                hub.database.one("SELECT 1")
        _cut_all(url)
        for _ in range(2):  # what was cut may be told once, as a matter of patience
            with contextlib.suppress(DatabaseBusy):
                hub.feed.heads()
        assert hub.feed.heads() == {}
        with hub.database.writing():
            hub.feed.ensure("bogor")
        assert hub.feed.heads() == {"bogor": 0}
    finally:
        hub.close()


def _cut_all(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
