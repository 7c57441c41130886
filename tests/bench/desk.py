"""The desk as a person feels it: from outside, over a pseudo terminal."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.bench import home, neomutt
from tests.bench.table import Line, Sample
from tests.terminal import DESK, Terminal

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
ROW = "26-"
"""What only a line of the list shows."""
_EMPTY_BAR = "lampu mati"
"""What stands in the query bar while nothing is typed."""
_NEVER = "sampai di dinas, belum diterima"
"""The last words of the summary."""
DOWN, UP, PAGE, BACK = b"j", b"k", b"\x04", b"\x15"
_TIMES = 5


@contextmanager
def desk(folder: Path, *, columns: int = 160, rows: int = 48, slow: bool = False) -> Iterator[Terminal]:
    """The real desk on a data folder; over a slow line if asked for."""
    environ = {"QLUE_DESK_HOME": str(folder), "QLUE_DESK_CONFIG": _config(folder)}
    with Terminal(DESK, environ=environ, columns=columns, rows=rows, slow=slow) as terminal:
        yield terminal


def _config(folder: Path) -> str:
    path = folder / "bench.toml"
    path.write_text("")
    return str(path)


def start(counts: Sequence[int]) -> Iterator[Line]:
    """On screen with its queue, warm, against an empty Textual app."""
    floor = Sample(
        tuple(1000 * _seen([sys.executable, "-c", _EMPTY_APP], "nothing is here") for _ in range(_TIMES))
    )
    for count in counts:
        limit = 2.0 if count <= 100_000 else 3.0
        yield Line(f"start, {count:,} reports", started(count), "empty Textual app", floor, limit)


@cache
def started(count: int) -> Sample:
    """Starts of a desk with so many reports, the first left out."""
    with tempfile.TemporaryDirectory() as folder:
        copy = home.copied_home(count, Path(folder) / "home")
        return Sample(tuple([_started(copy) for _ in range(_TIMES + 1)][1:]))


def _started(folder: Path) -> float:
    with desk(folder) as terminal:
        return 1000 * terminal.see(ROW)


def _seen(command: Sequence[str], text: str) -> float:
    with Terminal(command) as terminal:
        return terminal.see(text)


def data_table(count: int) -> Iterator[Line]:
    """Textual's own DataTable with as many rows."""
    theirs = 1000 * _seen([sys.executable, "-c", _DATA_TABLE, str(count)], ROW)
    yield _beside(count, "Textual DataTable", theirs, 20)


def mails(count: int) -> Iterator[Line]:
    """neomutt with as many mails, the second time: the file is warm as ours is."""
    theirs = [neomutt.opening(count) for _ in range(2)][1]
    yield _beside(count, f"neomutt, mbox of {count:,} mails", theirs, 4)


def _beside(count: int, against: str, theirs: float, limit: float) -> Line:
    return Line(f"start, {count:,} reports", started(count), against, Sample((theirs,)), limit, faster=True)


@contextmanager
def ready(count: int, *, as_: str = "u_rina") -> Iterator[Terminal]:
    """A desk with so many reports, its queue on the screen and still."""
    with tempfile.TemporaryDirectory() as folder:
        copy = home.copied_home(count, Path(folder) / "home", as_=as_)
        with desk(copy) as terminal:
            terminal.see(ROW)
            terminal.quiet(1.0)
            yield terminal


REST = 0.25
"""Seconds without a byte after which all that belongs to a key has been painted."""


def query(count: int) -> Iterator[Line]:
    """Key to first results."""
    yield Line(f"query bar, {count:,}: key to results", found(count), "a person's patience", None, 50, p=0.95)


@cache
def found(count: int) -> Sample:
    """A word that many reports say, until its name stands above the list that shows them.

    It is pasted: what a letter changes of a title and of rows that were there already nobody could wait for.
    """
    taken = []
    with ready(count) as terminal:
        for word in ("lubang", "trotoar", "pajajaran", "tumbang", "mampet") * 3:
            terminal.type(b"/")
            terminal.until(lambda: _EMPTY_BAR in terminal.text())
            terminal.quiet(REST)
            began = time.perf_counter()
            terminal.type(f"\x1b[200~{word}\x1b[201~".encode())
            shown = terminal.until(lambda title=f"Cari: {word}": title in terminal.text(), 60)
            taken.append(1000 * (shown - began))
            terminal.quiet(REST)
            terminal.type(b"\x1b")
            # A key typed before the bar is gone would go on in it.
            terminal.until(lambda: "Cari: " not in terminal.text())
            terminal.quiet(1.0)
    return Sample(tuple(taken))


def summary(count: int, times: int = 8) -> Iterator[Line]:
    """Key to full screen."""
    taken = []
    with ready(count, as_="u_budi") as terminal:
        for _ in range(times):
            began = time.perf_counter()
            terminal.type(b"R")
            taken.append(1000 * (terminal.until(lambda: _NEVER in terminal.text(), 60) - began))
            terminal.quiet(REST)
            terminal.type(b"\x1b")
            terminal.until(lambda: _NEVER not in terminal.text())
            terminal.quiet(REST)
    yield Line(f"summary screen, {count:,}", Sample(tuple(taken)), "a person's patience", None, 150)


def memory(count: int) -> Iterator[Line]:
    """Resident memory after the queue was walked through, against an empty Textual app."""
    with Terminal([sys.executable, "-c", _EMPTY_APP]) as empty:
        empty.see("nothing is here")
        empty.quiet()
        floor = Sample((empty.memory_kb() / 1024,), "MB")
    with ready(count) as terminal:
        for key in (DOWN, PAGE, PAGE, b"G", b"g"):
            terminal.press(key)
            terminal.quiet(REST)
        ours = Sample((terminal.memory_kb() / 1024,), "MB")
    yield Line(f"memory, {count:,}", ours, "empty Textual app", floor, 3.0)
