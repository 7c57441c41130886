"""What the desk's database costs: an act recorded, a command answered."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from qlue_desk.casework import acting
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from tests.bench import home
from tests.bench.table import Line, Sample
from tests.terminal import environment


def recording(count: int, times: int = 300) -> Iterator[Line]:
    """An act offline, durable, against one FULL commit of bare SQLite on the same disk."""
    with tempfile.TemporaryDirectory() as folder:
        bare = _commits(Path(folder) / "bare.db", times)
        acts = _acts(home.copied_home(count, Path(folder) / "home"), times)
        # In turns: the disk is shared, and a busy minute must not fall on one of them alone.
        pairs = list(zip(bare, acts, strict=True))
    floor, ours = (Sample(tuple(values)) for values in zip(*pairs, strict=True))
    yield Line(f"act recorded offline, {count:,}", ours, "one FULL commit of bare SQLite", floor, 4.0, p=0.99)


def _commits(path: Path, times: int) -> Iterator[float]:
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE action(n INTEGER PRIMARY KEY, body BLOB)")
    for _ in range(times):
        began = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        bare.execute("INSERT INTO action(body) VALUES (?)", (b"x" * 600,))
        bare.execute("COMMIT")
        yield 1000 * (time.perf_counter() - began)
    bare.close()


def _acts(folder: Path, times: int) -> Iterator[float]:
    place = Workplace.open(folder)
    try:
        for number in range(1, times + 1):
            began = time.perf_counter()
            acting.act(place, [f"c_{number:032x}"], Verb.NOTE, Fields(note="Sudah ditinjau."))
            yield 1000 * (time.perf_counter() - began)
    finally:
        place.close()


def commands(count: int, times: int = 9) -> Iterator[Line]:
    """`qlue-desk queue --json` against an interpreter that only imports peewee."""
    floor = Sample(tuple(1000 * _ran([sys.executable, "-c", "import peewee"], {}) for _ in range(times)))
    with tempfile.TemporaryDirectory() as folder:
        copy = home.copied_home(count, Path(folder) / "home")
        command = [sys.executable, "-m", "qlue_desk", "queue", "--limit", "20", "--json"]
        given = {"QLUE_DESK_HOME": str(copy)}
        ours = Sample(tuple(1000 * _ran(command, given) for _ in range(times)))
    yield Line(f"queue --json, 20 of {count:,}", ours, "python -c 'import peewee'", floor, 2.5)


def _ran(command: Sequence[str], environ: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**environment(), **environ})
    return time.perf_counter() - began
