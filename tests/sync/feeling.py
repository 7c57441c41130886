"""What a person feels while a week of work leaves: key to paint of the real desk, measured from outside.

Central is a process of its own, the desk another one in a terminal of ours; this process only types and looks.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlcipher3 import dbapi2

from tests.sync.matrix.lanes import queue_notes
from tests.sync.rig import Central
from tests.terminal import DESK, ROOT, Terminal

DOWN, UP = b"\x1b[B", b"\x1b[A"

PAUSE_SECONDS = 0.06
"""Between two keys; a finger that stays on the key repeats about so fast."""
STRIDE = 20
"""So many rows down, then as many up: the queue does not scroll, each key lights one row."""


@dataclass
class Feeling:
    """Seconds from key to paint."""

    before: list[float] = field(default_factory=list)
    """No line yet, the whole queue waiting."""
    meanwhile: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    """Everything sent, the line open."""
    seconds: float = 0.0
    """From the first action at central to the last."""

    def ratio(self, share: float) -> float:
        """Busy against the quieter of the two idle figures, at this share of the keys (0.5: median)."""
        return at(self.meanwhile, share) / min(at(self.before, share), at(self.after, share))

    def sentence(self) -> str:
        """All figures in one line, in milliseconds."""
        told = [
            f"{name} {1000 * at(keys, 0.5):.1f}/{1000 * at(keys, 0.95):.1f} ms"
            for name, keys in (
                ("before", self.before),
                ("meanwhile", self.meanwhile),
                ("after", self.after),
            )
        ]
        return (
            f"key to paint p50/p95: {', '.join(told)}; ratio {self.ratio(0.5):.2f}/{self.ratio(0.95):.2f}"
            f" over {len(self.meanwhile)} keys in {self.seconds:.1f} s"
        )


def at(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def feel(folder: Path, actions: int, reports: int = 400, idle_keys: int = 100) -> Feeling:
    """Queue `actions` offline, open the desk, let the line come while somebody moves through the queue."""
    felt = Feeling()
    with Central.make(folder) as central:
        with central.hub.register.bulk():
            made = [central.report() for _ in range(reports)]
        desk = central.desk()
        desk.sync()
        queue_notes(desk, [complaint.id for complaint in made], actions)
        desk.close()
        port = int(central.url.rpartition(":")[2])
    (desk.home / "config.toml").write_text("[sync]\nundo_seconds = 0\n")
    sent = _Sent(central.data / "central.db")
    environ = {"QLUE_DESK_HOME": str(desk.home), "QLUE_DESK_CONFIG": str(desk.home / "config.toml")}
    with Terminal(DESK, environ=environ, columns=120, rows=36, cwd=desk.home) as seen:
        seen.until(lambda: seen.cursor()[1] and made[0].title in seen.text())
        seen.quiet(0.5, 3.0)
        finger = _Finger(seen)
        finger.press(felt.before, lambda: len(felt.before) >= idle_keys)
        with _serving(central.data, port):
            seen.type(b"r")
            while not sent():
                seen.quiet(0.01, 0.05)
            began = time.perf_counter()
            finger.press(felt.meanwhile, lambda: sent() >= actions)
            felt.seconds = time.perf_counter() - began
            seen.quiet(0.5, 5.0)
            finger.press(felt.after, lambda: len(felt.after) >= idle_keys)
    return felt


class _Finger:
    """Goes down the queue and up again."""

    def __init__(self, desk: Terminal) -> None:
        self._desk = desk
        self._steps = 0

    def press(self, into: list[float], enough: Callable[[], bool]) -> None:
        """Key after key, each timed, until it is enough."""
        while not enough():
            key = UP if self._steps // STRIDE % 2 else DOWN
            into.append(self._desk.move(key))
            self._steps += 1
            until = time.perf_counter() + PAUSE_SECONDS
            while (left := until - time.perf_counter()) > 0:
                self._desk.quiet(left, left)


class _Sent:
    """How many actions central has judged, read from its file."""

    def __init__(self, path: Path) -> None:
        self._connection = dbapi2.connect(str(path), isolation_level=None)
        self._before = self._count()

    def __call__(self) -> int:
        return self._count() - self._before

    def _count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM action_result").fetchone()[0])


@contextlib.contextmanager
def _serving(data: Path, port: int) -> Iterator[None]:
    """Central as a city starts it."""
    command = [sys.executable, "-m", "qlue_desk", "central", "serve"]
    process = subprocess.Popen(
        [*command, "--data", str(data), "--port", str(port), "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QLUE_DESK_HOME": str(data.parent / "nobody")},
        stdout=subprocess.PIPE, cwd=data,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = b""
        while not told.endswith(b"}\n"):
            line = process.stdout.readline()
            assert line, "central did not start"
            told += line
        assert json.loads(told)["url"]
        yield
    finally:
        process.terminate()
        process.wait(20)
