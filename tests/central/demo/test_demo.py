"""The demonstration: SiBadra's proportions, a city that lives, a server that ends with its parent."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from qlue_desk.central.demo.life import Life
from qlue_desk.central.demo.seeding import Playback, Seeder
from qlue_desk.central.hub import Hub
from qlue_desk.central.records import Search
from qlue_desk.cities import load_shipped
from qlue_desk.domain.complaint import Status

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
IN_PROCESS = frozenset(
    {
        Status.ACKNOWLEDGED,
        Status.IN_PROGRESS,
        Status.COORDINATING,
        Status.SCHEDULED,
        Status.AWAITING_REPORTER,
        Status.AWAITING_VERIFICATION,
    }
)


def test_sibadras_proportions(tmp_path: Path) -> None:
    clock = Playback(NOW)
    hub = Hub.create(tmp_path, now=clock)
    hub.put_city(load_shipped("bogor"))
    seeded = Seeder(hub, clock, "bogor", 2017, NOW, frozenset({"dpupr"})).seed(2130)
    assert seeded.refused == ()

    def count(*statuses: Status) -> int:
        return hub.records.count(Search("bogor", statuses=frozenset(statuses), secret=True))

    assert count(*Status) == 2130
    assert count(Status.DISPATCHED) == 650
    assert count(Status.RESOLVED) == 1148
    assert count(*IN_PROCESS) == 175
    hub.close()


def test_the_city_goes_on_living(tmp_path: Path) -> None:
    clock = Playback(NOW)
    hub = Hub.create(tmp_path, now=clock)
    hub.put_city(load_shipped("bogor"))
    Seeder(hub, clock, "bogor", 1, NOW, frozenset({"dpupr"})).seed(60)
    life = Life(hub, "bogor", "dpupr", 0.01, 1)
    for _ in range(12):
        life.step()
    assert hub.records.count(Search("bogor", secret=True)) == 72
    hub.close()


def test_the_server_tells_one_line_and_ends_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "qlue_desk",
            "demo",
            "--serve-only",
            "--complaints",
            "30",
            "--data",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        env=os.environ | {"QLUE_DESK_HOME": str(tmp_path / "home")},
    )
    assert parent.stdout is not None
    told = json.loads(parent.stdout.readline())
    assert {"url", "city", "tokens", "users", "data"} == set(told)
    assert set(told["tokens"]) == {"officer", "supervisor", "verifier", "operator", "city_supervisor"}
    headers = {"Authorization": f"Bearer {told['tokens']['officer']}", "X-Request-Id": "r1"}
    session = httpx.get(f"{told['url']}/v1/session", headers=headers).json()
    assert (session["desk"]["city"], session["desk"]["dinas"]) == ("bogor", "dpupr")
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{told['url']}/healthz", timeout=1)
        except httpx.TransportError:
            return
        time.sleep(0.1)
    raise AssertionError("the server outlived its parent")
