"""Who writes many rows gives way to a key."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from qlue_desk.store import courtesy
from tests.sync.rig import Central


def test_a_key_holds_up_until_it_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 60.0)
    passed = threading.Event()

    def writes() -> None:
        courtesy.give_way()
        passed.set()

    courtesy.key_came()
    thread = threading.Thread(target=writes)
    thread.start()
    assert not passed.wait(0.1)
    courtesy.painted()
    assert passed.wait(30)
    thread.join()


def test_a_key_that_paints_nothing_holds_up_for_a_moment_only() -> None:
    courtesy.key_came()
    began = time.monotonic()
    courtesy.give_way()
    assert courtesy.PATIENCE * 0.5 < time.monotonic() - began < 20


def test_a_page_of_the_feed_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Central.make(tmp_path) as central:
        made = [central.report() for _ in range(3)]
        desk = central.desk()
        desk.sync()
        gave_way: list[bool] = []
        for module in ("replica", "journal"):
            monkeypatch.setattr(f"qlue_desk.store.{module}.give_way", lambda: gave_way.append(True))
        for complaint in made:
            desk.act(complaint.id, "note", "satu")
        desk.sync()
        # A verdict each, then a row and its rebase each.
        assert len(gave_way) >= 9
