"""A desk that is older than central: it says so, whichever way the news come, and goes on sending."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.central.api import wire
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Payload
from qlue_desk.store import replica
from qlue_desk.store.errors import NewerData
from tests.sync.rig import Central


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let central speak as a later one: the channel of every report is one that came after this desk."""
    encode = wire._encode
    monkeypatch.setattr(
        wire, "_encode", lambda message: encode(message).replace(b'"channel":"qlue"', b'"channel":"merpati"')
    )


def test_a_snapshot_from_a_newer_central_is_a_matter_of_versions(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    central.report()
    desk = central.desk()
    grow(monkeypatch)
    with pytest.raises(NewerData) as newer:
        desk.sync()
    assert "perbarui qlue-desk" in newer.value.sentence()
    monkeypatch.undo()  # the desk is updated: it goes on where it stood
    desk.sync()
    assert desk.rows() == central.rows("dpupr")


def test_one_round_of_an_old_desk_still_sends_its_work(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    action_id = desk.act(one.id, "note", "tetap sampai")
    central.move(one.id, Verb.NOTE, Fields(note="kabar"))

    def of_a_later_shape(_body: bytes) -> Payload:  # the chain covers the bytes: they cannot be changed here
        raise NewerData

    monkeypatch.setattr(replica, "payload_of", of_a_later_shape)
    with pytest.raises(NewerData):
        desk.sync()
    assert desk.state_of(action_id) == "acked"
    assert "tetap sampai" in central.texts(one.id)
