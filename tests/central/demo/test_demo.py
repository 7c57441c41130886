"""The demonstration: SiBadra's proportions, a city that lives, a server that ends with its parent."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import httpx
import msgspec
from PIL import Image

from qlue_desk.central.demo import serving
from qlue_desk.central.demo.arrivals import Arrivals
from qlue_desk.central.demo.life import Life
from qlue_desk.central.demo.people import PASSWORD, make_people
from qlue_desk.central.demo.pictures import picture
from qlue_desk.central.demo.seeding import Playback, Seeder
from qlue_desk.central.demo.stories import Storyteller
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


def test_a_kept_city_goes_on_with_new_reports_and_lets_another_dinas_in(tmp_path: Path) -> None:
    city = load_shipped("bogor")
    options = serving.Options(str(tmp_path), "bogor", "dpupr", 40, 7, 0.01)
    hub = serving.open_hub(options, city)
    assert hub.accounts.sign_in("petugas.dishub", PASSWORD) is None
    Life(hub, "bogor", "dpupr", 0.01, 7).arrive()
    hub.close()
    again = serving.open_hub(msgspec.structs.replace(options, dinas="dishub"), city)
    Life(again, "bogor", "dishub", 0.01, 7).arrive()
    assert again.records.count(Search("bogor", secret=True)) == 42
    assert again.accounts.sign_in("petugas.dishub", PASSWORD) is not None
    again.close()


def test_stories_are_the_same_for_the_same_seed() -> None:
    def told(seed: int) -> list[tuple[str, str, str]]:
        random, city = Random(seed), load_shipped("bogor")
        people = make_people(city, random)
        teller = Storyteller(Arrivals(city, random, NOW.date()), people, random, NOW)
        return [(s.outcome, s.arrival.report.title, s.arrival.report.text) for s in teller.tell_all(50)]

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_a_story_never_runs_ahead_of_now_or_backwards() -> None:
    random, city = Random(5), load_shipped("bogor")
    people = make_people(city, random)
    teller = Storyteller(Arrivals(city, random, NOW.date()), people, random, NOW)
    for story in teller.tell_all(400):
        moments = [story.arrival.received_at, *(step.at for step in story.steps)]
        assert moments == sorted(moments)
        assert moments[-1] < NOW


def test_pictures_differ_before_and_after_and_by_stamp() -> None:
    shown = {picture("sampah", after=after, stamp=stamp) for after in (False, True) for stamp in "ab"}
    assert len(shown) == 4
    for content in shown:
        with Image.open(io.BytesIO(content)) as image:
            assert (image.format, image.size) == ("JPEG", (480, 320))


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
