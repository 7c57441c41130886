"""On a disk that is nearly full own work goes out, and nothing new takes the last room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store import ballast
from qlue_desk.store.errors import DiskFull
from qlue_desk.sync.state import Phase
from tests.sync.rig import Central
from tests.sync.test_engine import background
from tests.waiting import until


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def test_one_round(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    one = central.report()
    desk, fresh = central.desk(), central.desk()
    desk.sync()
    before = desk.rows()
    action_id = desk.act(one.id, "note", "tetap sampai")
    central.move(one.id, Verb.NOTE, Fields(note="kabar"))
    with monkeypatch.context() as nearly_full:
        nearly_full.setattr(ballast, "LAST", 1 << 60)
        for each in (desk, fresh):
            with pytest.raises(DiskFull):
                each.sync()
    assert desk.rows() == before
    assert fresh.rows() == {}
    assert desk.state_of(action_id) == "acked"
    assert "tetap sampai" in central.texts(one.id)
    for each in (desk, fresh):
        each.sync()
    assert desk.rows() == fresh.rows() == central.rows("dpupr")


def test_in_the_background(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    action_id = desk.act(one.id, "note", "tetap sampai")
    monkeypatch.setattr(ballast, "LAST", 1 << 60)
    background(desk)
    until(lambda: desk.engine.state.phase is Phase.REFUSED and desk.state_of(action_id) == "acked")
    assert desk.engine.state.detail.startswith("Cakram penuh")
    monkeypatch.undo()
    central.move(one.id, Verb.NOTE, Fields(note="sesudah kosong"))
    until(lambda: "sesudah kosong" in desk.texts(one.id), 15)
