"""A desk that is ended from outside gives the terminal back and keeps everything."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.store import outbox
from qlue_desk.store.database import Store
from tests.desk_world import DeskWorld

LEAVES_THE_SECOND_SCREEN, SHOWS_THE_CURSOR = b"\x1b[?1049l", b"\x1b[?25h"
NO_MOUSE = b"\x1b[?1000l"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_desk_as_q_does(tmp_path: Path, number: signal.Signals) -> None:
    world = DeskWorld.make(tmp_path)
    [one] = world.add_many([Status.DISPATCHED])
    act(world.workplace, [one.id], "acknowledge", Fields())
    world.close()
    master, slave = pty.openpty()
    environment = os.environ | {
        "QLUE_DESK_HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
        "LINES": "30",
    }
    desk = subprocess.Popen(
        [sys.executable, "-m", "qlue_desk"], stdin=slave, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    _read_until(master, b"Perlu saya", 30)
    desk.send_signal(number)
    shown = _read_until(master, SHOWS_THE_CURSOR, 20)
    shown += _read_until(master, b"", 2)
    assert desk.wait(20) == 128 + number
    for word in (LEAVES_THE_SECOND_SCREEN, NO_MOUSE, SHOWS_THE_CURSOR):
        assert word in shown
    assert b"Traceback" not in shown
    os.close(master)
    store = Store.open(tmp_path)
    assert len(store.reading(outbox.waiting)) == 1
    store.close()


def _read_until(master: int, wanted: bytes, seconds: float) -> bytes:
    """What the terminal got, up to `wanted` ('' reads all there is for so long)."""
    read, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.1)
        if ready:
            try:
                read += os.read(master, 65536)
            except OSError:
                return read
        if wanted and wanted in read:
            return read
    assert not wanted, f"{wanted!r} did not come"
    return read
