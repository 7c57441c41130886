"""The demonstration: SiBadra's proportions, a city that lives, a server that ends with its parent."""

from __future__ import annotations

import ast
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
from typing import Any

import httpx
import msgspec
import pytest
from PIL import Image

from qlue_desk.central.demo import serving, stories
from qlue_desk.central.demo.arrivals import CHANNEL_WEIGHT, Arrivals
from qlue_desk.central.demo.life import Life
from qlue_desk.central.demo.people import PASSWORD, make_people
from qlue_desk.central.demo.pictures import picture
from qlue_desk.central.demo.seeding import Playback, Seeder
from qlue_desk.central.demo.stories import SHARES, Outcome, Storyteller
from qlue_desk.central.demo.texts import read_sentences
from qlue_desk.central.hub import Hub
from qlue_desk.central.records import Search
from qlue_desk.cities import load_shipped
from qlue_desk.domain.complaint import NOT_WITH_A_DINAS, OPEN_STATUSES, Channel, Status

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
IN_PROCESS = OPEN_STATUSES - NOT_WITH_A_DINAS - {Status.DISPATCHED}


LISTS = {
    name.value
    for source in Path(stories.__file__).parent.glob("*.py")
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "common_line"
    for name in ast.walk(node.args[0])
    if isinstance(name, ast.Constant)
}
"""Lists of sentences that stories ask for by name."""


def test_every_list_of_sentences_that_a_story_asks_for_is_there() -> None:
    assert {"acknowledgements", "openings", "public_notes"} <= LISTS
    lacking = {name for name in LISTS if not read_sentences()["common"].get(name)}
    assert not lacking, f"[common] of qlue_desk/central/demo/sentences.toml lacks the lists {sorted(lacking)}"


def test_every_outcome_has_its_share_and_its_end() -> None:
    assert not (lacking := set(Outcome) - set(SHARES)), (
        f"{sorted(lacking)} need their share in SHARES (qlue_desk/central/demo/stories.py)"
    )
    ends = {name.removeprefix("end_") for name in vars(stories._Plot) if name.startswith("end_")}
    assert not (lacking := set(Outcome) - ends), (
        f"{sorted(lacking)} need a method end_… of _Plot (qlue_desk/central/demo/stories.py)"
    )


def test_every_channel_brings_reports_to_the_demonstration() -> None:
    assert not (lacking := set(Channel) - set(CHANNEL_WEIGHT)), (
        f"{sorted(lacking)} need their weight in CHANNEL_WEIGHT (qlue_desk/central/demo/arrivals.py)"
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
    assert count(*IN_PROCESS) == 175, (
        "SHARES (central/demo/stories.py) of what a dinas works on are 175 in all"
    )
    # Or nobody who looks at the demonstration ever sees it.
    lacking = {status for status in Status if not count(status)} - {Status.HELD}
    assert not lacking, (
        f"no story ends in {sorted(lacking)}: an Outcome, its part of SHARES and its end_… "
        "(qlue_desk/central/demo/stories.py)"
    )
    everything = hub.records.search(Search("bogor", secret=True, limit=3000))
    unheard = set(Channel) - {complaint.channel for complaint in everything}
    assert not unheard, (
        f"too small a weight for {sorted(unheard)}: CHANNEL_WEIGHT (qlue_desk/central/demo/arrivals.py)"
    )
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


HOURS = [
    NOW,  # a Tuesday, 10:00 in Bogor
    NOW.replace(hour=9, minute=17),
    NOW.replace(hour=16, minute=59),
    NOW - dt.timedelta(hours=9),
]
"""One day in Bogor: in the office and out of it, before and after midnight UTC."""


class OfToday(Storyteller):
    """All of whose stories begin today, so that office hours matter to each."""

    def _age(self, outcome: Outcome) -> float:
        super()._age(outcome)
        return 0.4


@pytest.mark.parametrize("kind", [Storyteller, OfToday])
def test_the_same_seed_tells_the_same_city_at_any_hour(kind: type[Storyteller]) -> None:
    def told(now: dt.datetime) -> list[tuple[Any, ...]]:
        random, city = Random(2017), load_shipped("bogor")
        people = make_people(city, random)
        teller = kind(Arrivals(city, random, dt.date(2026, 11, 24)), people, random, now)
        return [
            (
                story.outcome,
                msgspec.structs.replace(story.arrival.report, reported_at=NOW),
                story.arrival.photo,
                story.original,
                [(step.verb, step.actor, step.fields.note, step.fields.to) for step in story.steps],
                # Of the last day, relative to the start; before it, by the calendar.
                now - story.arrival.report.reported_at
                if story.age < 1
                else story.arrival.report.reported_at.date(),
            )
            for story in teller.tell_all(2130)
        ]

    first = told(HOURS[0])
    for now in HOURS[1:]:
        for one, other in zip(first, told(now), strict=True):
            assert one == other


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


def _serving(options: serving.Options) -> subprocess.Popen[bytes]:
    """The demonstration's central, as `qlue-desk demo` starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "qlue_desk.central.demo.serving", msgspec.json.encode(options).decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _line(process: subprocess.Popen[bytes]) -> serving.Line:
    assert process.stdout is not None
    return msgspec.json.decode(process.stdout.readline(), type=serving.Line)


@pytest.mark.parametrize("committed", [False, True])
def test_a_city_that_was_cut_off_while_it_was_made_is_made_anew(tmp_path: Path, committed: bool) -> None:
    options = serving.Options(str(tmp_path), "bogor", "dpupr", 300, 7, 60)
    if committed:  # killed between the last commit and the marker
        serving.open_hub(options, load_shipped("bogor")).close()
        (tmp_path / "central" / serving.SEEDED).unlink()
    else:
        process = _serving(options)
        assert isinstance(_line(process), serving.Seeding)
        process.kill()
        process.wait(10)
        assert not (tmp_path / "central" / serving.SEEDED).exists()
    hub = serving.open_hub(options, load_shipped("bogor"))
    assert hub.records.count(Search("bogor", secret=True)) == 300
    assert hub.accounts.sign_in("petugas.dpupr", PASSWORD) is not None
    hub.close()


def test_who_is_gone_while_the_city_is_made_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "thrown"
    process = _serving(serving.Options(str(folder), "bogor", "dpupr", 400, 7, 60, throw_away=True))
    assert isinstance(_line(process), serving.Seeding)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 1
    assert not folder.exists()


def test_a_real_central_is_no_place_for_a_demonstration(tmp_path: Path) -> None:
    Hub.create(tmp_path / "central").close()
    options = serving.Options(str(tmp_path), "bogor", "dpupr", 30, 7, 60)
    process = _serving(options)
    told = _line(process)
    process.wait(10)
    assert told == serving.Failed(
        f"Di {tmp_path / 'central'} ada pusat yang bukan peragaan; pilih folder lain dengan --data."
    )
    hub = Hub.open(tmp_path / "central")
    assert hub.cities() == []
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
