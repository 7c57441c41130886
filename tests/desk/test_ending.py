"""A desk whose terminal takes nothing more, or is gone, ends nevertheless; what was recorded stays."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.moves import Fields
from qlue_desk.store import outbox
from qlue_desk.store.database import Store
from tests.desk_world import DeskWorld

LONGEST = 30.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    world = DeskWorld.make(tmp_path)
    [one, *_others] = world.add_many([Status.DISPATCHED] * 40)
    act(world.workplace, [one.id], "acknowledge", Fields())
    world.close()
    return tmp_path


@contextmanager
def _desk(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A desk on a terminal of its own that has painted its queue."""
    master, slave = os.openpty()
    environment = os.environ | {
        "QLUE_DESK_HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "COLUMNS": "160",
        "LINES": "45",
    }
    desk = subprocess.Popen(
        [sys.executable, "-m", "qlue_desk"], stdin=slave, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    try:
        seen, end = b"", time.monotonic() + 30
        while b"Perlu saya" not in seen and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                seen += os.read(master, 65536)
        assert b"Perlu saya" in seen
        yield desk, master
    finally:
        if desk.poll() is None:
            desk.kill()
            desk.wait()


def _paint_without_a_reader(master: int) -> None:
    """Themes repaint every cell; until the terminal and the queue before it are full."""
    for key in b"T" * 120:
        os.write(master, bytes([key]))
        time.sleep(0.02)


def _nothing_is_lost(home: Path) -> None:
    store = Store.open(home)
    assert len(store.reading(outbox.waiting)) == 1
    store.close()


def test_a_terminal_that_takes_nothing_more_does_not_keep_the_desk(home: Path) -> None:
    with _desk(home) as (desk, master):
        _paint_without_a_reader(master)
        assert desk.poll() is None
        desk.send_signal(signal.SIGTERM)
        assert desk.wait(LONGEST) == 128 + signal.SIGTERM
        os.close(master)
    _nothing_is_lost(home)


def test_a_terminal_that_is_gone_ends_the_desk(home: Path) -> None:
    with _desk(home) as (desk, master):
        os.close(master)
        assert desk.wait(LONGEST) == 128 + signal.SIGHUP
    _nothing_is_lost(home)


def test_a_terminal_that_went_while_it_took_nothing_ends_the_desk(home: Path) -> None:
    with _desk(home) as (desk, master):
        _paint_without_a_reader(master)
        os.close(master)
        began = time.monotonic()
        assert desk.wait(LONGEST) == 128 + signal.SIGHUP
        assert time.monotonic() - began < LONGEST
    _nothing_is_lost(home)
