"""The desk as a person feels it: from outside, over a pseudo terminal."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import home
from tests.bench.painting import Terminal
from tests.bench.table import Line, Sample

_EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("nothing is here")
Empty().run()
"""
_DATA_TABLE = """
import sqlite3, sys
from textual.app import App
from textual.widgets import DataTable
class Table(App):
    def compose(self):
        yield DataTable()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("number", "due", "status", "title")
        table.add_rows((f"26-{n:06d}", "2 hari", "Proses", f"Lubang nomor {n}") for n in range(int(sys.argv[1])))
Table().run()
"""
DESK = (sys.executable, "-m", "qlue_desk")
ROW = "26-"
"""What only a line of the list shows."""
DOWN, UP, PAGE, BACK = b"j", b"k", b"\x04", b"\x15"


@contextmanager
def desk(folder: Path, *, columns: int = 160, rows: int = 48) -> Iterator[Terminal]:
    """The real desk on a data folder, ready for keys."""
    environ = {"QLUE_DESK_HOME": str(folder), "QLUE_DESK_CONFIG": _config(folder)}
    with Terminal(DESK, environ=environ, columns=columns, rows=rows) as terminal:
        yield terminal


def _config(folder: Path) -> str:
    path = folder / "bench.toml"
    path.write_text("")
    return str(path)


def start(counts: Sequence[int], times: int = 5) -> Iterator[Line]:
    """On screen with its queue, warm, against an empty Textual app."""
    floor = Sample(
        tuple(1000 * _seen([sys.executable, "-c", _EMPTY_APP], "nothing is here") for _ in range(times))
    )
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            copy = home.copied_home(count, Path(folder) / "home")
            taken = [_started(copy) for _ in range(times + 1)][1:]
        limit = 2.0 if count <= 100_000 else 3.0
        yield Line(f"start, {count:,} reports", Sample(tuple(taken)), "empty Textual app", floor, limit)


def _started(folder: Path) -> float:
    with desk(folder) as terminal:
        return 1000 * terminal.see(ROW)


def _seen(command: Sequence[str], text: str) -> float:
    with Terminal(command) as terminal:
        return terminal.see(text)


def data_table(count: int) -> Iterator[Line]:
    """Textual's own DataTable with as many rows."""
    theirs = 1000 * _seen([sys.executable, "-c", _DATA_TABLE, str(count)], ROW)
    with tempfile.TemporaryDirectory() as folder:
        copy = home.copied_home(count, Path(folder) / "home")
        ours = [_started(copy) for _ in range(3)]
    yield Line(
        f"start, {count:,} reports",
        Sample(tuple(ours)),
        "Textual DataTable",
        Sample((theirs,)),
        20,
        faster=True,
    )


def keys(count: int, presses: int = 60) -> Iterator[Line]:
    """Key to paint: one line down and half a page down, against the same key where all rows fit the screen."""
    floors = _keys_in(FEW, presses)
    ours = _keys_in(count, presses)
    for name, limit in (("down", 16.0), ("half page", 33.0)):
        sample, written = ours[name]
        floor, _ = floors[name]
        yield Line(
            f"key to paint, {name}, {count:,}", sample, f"the same key, {FEW} reports", floor, 2.0, p=0.95
        )
        yield Line(f"key to paint, {name}, {count:,}", sample, "a frame of the screen", None, limit, p=0.95)
        yield Line(f"written for a key, {name}, {count:,}", written, "", None)


FEW = 100
"""A queue so short that nothing about its length can cost anything; in an empty one a key paints nothing."""


def _keys_in(count: int, presses: int) -> dict[str, tuple[Sample, Sample]]:
    with _ready(count) as terminal:
        return {"down": _pressed(terminal, DOWN, presses), "half page": _pressed(terminal, PAGE, presses)}


@contextmanager
def _ready(count: int, *, as_: str = "u_rina") -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as folder:
        copy = home.copied_home(count, Path(folder) / "home", as_=as_)
        with desk(copy) as terminal:
            terminal.see(ROW)
            terminal.quiet(1.0)
            yield terminal


def _pressed(terminal: Terminal, key: bytes, times: int) -> tuple[Sample, Sample]:
    """Up and down in turn, so that there is always somewhere to go; only `key` is counted."""
    back = {DOWN: UP, PAGE: BACK}[key]
    taken, written = [], []
    for _ in range(times):
        before = len(terminal.raw)
        taken.append(1000 * terminal.press(key)[0])
        terminal.quiet(REST)
        written.append(float(len(terminal.raw) - before))
        terminal.press(back)
        terminal.quiet(REST)
    return Sample(tuple(taken)), Sample(tuple(written), "B")


REST = 0.25
"""Seconds without a byte after which all that belongs to a key has been painted."""


def query(count: int, times: int = 15) -> Iterator[Line]:
    """Key to first results: a word that many reports say, until its name stands above the list that shows them.

    It is pasted: what a letter changes of a title and of rows that were there already nobody could wait for.
    """
    taken = []
    with _ready(count) as terminal:
        for word in ("lubang", "trotoar", "pajajaran", "tumbang", "mampet") * (times // 5):
            terminal.press(b"/")
            terminal.quiet(REST)
            mark, began = len(terminal.raw), time.perf_counter()
            terminal.type(f"\x1b[200~{word}\x1b[201~".encode())
            terminal.see(f"Cari: {word}", after=mark, seconds=60)
            taken.append(1000 * (time.perf_counter() - began))
            terminal.quiet(REST)
            terminal.type(b"\x1b")
            terminal.quiet(1.0)
    yield Line(
        f"query bar, {count:,}: key to results", Sample(tuple(taken)), "a person's patience", None, 50, p=0.95
    )


def summary(count: int, times: int = 8) -> Iterator[Line]:
    """Key to full screen."""
    taken = []
    with _ready(count, as_="u_budi") as terminal:
        for _ in range(times):
            mark, began = len(terminal.raw), time.perf_counter()
            terminal.type(b"R")
            terminal.see("sampai di dinas", after=mark, seconds=60)
            taken.append(1000 * (time.perf_counter() - began))
            terminal.quiet(REST)
            terminal.press(b"\x1b")
            terminal.quiet(REST)
    yield Line(f"summary screen, {count:,}", Sample(tuple(taken)), "a person's patience", None, 150)


def memory(count: int) -> Iterator[Line]:
    """Resident memory after the queue was walked through, against an empty Textual app."""
    with Terminal([sys.executable, "-c", _EMPTY_APP]) as empty:
        empty.see("nothing is here")
        empty.quiet()
        floor = Sample((empty.memory_kb() / 1024,), "MB")
    with _ready(count) as terminal:
        for key in (DOWN, PAGE, PAGE, b"G", b"g"):
            terminal.press(key)
            terminal.quiet(REST)
        ours = Sample((terminal.memory_kb() / 1024,), "MB")
    yield Line(f"memory, {count:,}", ours, "empty Textual app", floor, 3.0)
