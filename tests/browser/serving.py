"""`qlue-desk serve` as a process of its own, on a desk of a real central."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sync.rig import PASSWORD, Central, Desk


def enrolled(central: Central) -> Desk:
    """A synced desk of DPUPR with a report; Rina and Budi of DPUPR have passwords, Rina is signed in."""
    for user in ("rina_dpupr", "budi_dpupr"):
        central.hub.accounts.set_password(user, PASSWORD)
    central.report()
    desk = central.desk()
    desk.sync()
    return desk


@contextmanager
def serving(home: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Its address and process; ended by SIGTERM."""
    process = subprocess.Popen(
        [sys.executable, "-m", "qlue_desk", "serve", "--port", "0", "--json", *options],
        env=os.environ | {"QLUE_DESK_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(20)


def desks_of(parent: int) -> list[int]:
    """Living children of a process."""
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "--ppid", str(parent)], capture_output=True, text=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return [int(row[0]) for row in rows if not row[1].startswith("Z")]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def gone(processes: list[int], seconds: float = 10.0) -> bool:
    """Whether all have ended within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(alive(process) for process in processes):
            return True
        time.sleep(0.05)
    return False
