"""A central with many reports in a process of its own: `python -m tests.bench.city FOLDER COUNT`.

Prints one line of JSON (`url`, `token`, `actor`, `cursor`), then obeys lines on standard input: `change N` moves N reports a
second until the next line, `rest` stops that.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from qlue_desk.central.feed import dinas_stream
from qlue_desk.central.instants import to_ms
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import encode_cursor
from tests.bench import home
from tests.desk_world import DeskWorld
from tests.sync.rig import Central
from tests.terminal import environment

_CHUNK = 2000
_TAKEN = 1000
_COMPLAINT = (
    "INSERT INTO complaint(id, city, dinas, number, version, status, category, kelurahan, channel, secret,"
    " created_at, received_at, updated_at, closed_at, final_by, last_by, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, NULL, 'Dewi', ?)"
)
_ENTRY = "INSERT INTO entry(id, complaint_id, withheld, body) VALUES (?, ?, 0, ?)"


def fill(central: Central, count: int) -> None:
    """Put reports with their history into central's tables; far quicker than a hundred thousand moves."""
    database = central.hub.database
    with tempfile.TemporaryDirectory() as folder:
        world = DeskWorld.make(Path(folder))
        world._made = _TAKEN  # central's own numbers begin at 1
        rows = home.reports(world, count, oldest_days=80)
        while chunk := list(islice(rows, _CHUNK)):
            with database.writing():
                for complaint, history in chunk:
                    created = to_ms(complaint.created_at)
                    closed = None if complaint.is_open else created
                    database.run(
                        _COMPLAINT,
                        (
                            complaint.id,
                            complaint.city,
                            complaint.dinas,
                            complaint.number,
                            complaint.version,
                            str(complaint.status),
                            complaint.category or "",
                            complaint.kelurahan or "",
                            str(complaint.channel),
                            created,
                            created,
                            created,
                            closed,
                            msgspec.json.encode(complaint),
                        ),
                    )
                    for entry in history:
                        database.run(_ENTRY, (entry.id, complaint.id, msgspec.json.encode(entry)))
        world.close()


class Restless:
    """Moves reports at central all the time."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._ids = [central.report().id for _ in range(50)]
        self._pause = threading.Event()
        self._per_second = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def pace(self, per_second: float) -> None:
        """So many changes a second from now on."""
        self._per_second = per_second

    def _run(self) -> None:
        turn = 0
        while True:
            pace = self._per_second  # the other thread may set it to 0 meanwhile
            if not pace:
                self._pause.wait(0.1)
                continue
            turn += 1
            note = Fields(note=f"Catatan ke-{turn}.")
            self._central.move(self._ids[turn % len(self._ids)], Verb.NOTE, note)
            self._pause.wait(1 / pace)


class City:
    """The process, as a bench sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.readline())
        self.url: str = told["url"]
        self.token: str = told["token"]
        self.actor: dict[str, Any] = told["actor"]
        self.cursor: str = told["cursor"]
        """Behind all that DPUPR's desks were told before the restlessness."""

    def say(self, line: str) -> None:
        """One command."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@contextmanager
def running(folder: Path, count: int) -> Iterator[City]:
    """A city in a process of its own, so that it takes nobody's interpreter lock."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.city", str(folder), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            yield City(process)
        finally:
            process.kill()


def main() -> None:
    """Serve until standard input ends."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(exist_ok=True)
    with Central.make(folder) as central:
        fill(central, count)
        restless = Restless(central)
        told = {
            "url": central.url,
            "token": central.hub.desks.add("bogor", "dpupr", "bench").token,
            "actor": msgspec.to_builtins(central.people["rina_dpupr"]),
            "cursor": encode_cursor(central.hub.feed.position(dinas_stream("bogor", "dpupr"))),
        }
        print(json.dumps(told), flush=True)
        for line in sys.stdin:
            word, _space, number = line.strip().partition(" ")
            restless.pace(float(number) if word == "change" else 0.0)


if __name__ == "__main__":
    main()
