"""The trail of custody and the clocks: what runs, what has stopped, for how long."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.casework.reading import Case
from qlue_desk.cli import case_text
from qlue_desk.desk.detail.case_view import CaseView, case_view
from qlue_desk.desk.detail.content import Surroundings, case_lines, held_seconds
from qlue_desk.domain.clocks import ClockState, ClockView
from qlue_desk.domain.complaint import NOT_WITH_A_DINAS, Complaint, Hop, Status, Suggestion
from qlue_desk.domain.moves import Fields
from tests.desk_world import NOW, DeskWorld

HOUR = 3600.0


def _words(world: DeskWorld, complaint: Complaint, *clocks: ClockView, ascii_only: bool = False) -> str:
    case = CaseView(complaint, (), clocks or world.workplace.clocks.progress(complaint, NOW))  # type: ignore[arg-type]
    around = Surroundings(world.workplace.city, world.workplace.zone, NOW, ascii_only, others=("Budi",))
    return "\n".join(line.plain for line in case_lines(case, around, 70))


@pytest.mark.parametrize(
    ("changes", "keys", "said"),
    [
        ({}, {}, "belum ada · a"),
        ({}, {"take": "f6"}, "belum ada · f6"),
        ({}, {"take": ""}, "belum ada yang memegang"),
        ({"dinas": "dlh"}, {}, "belum ada yang memegang"),
        ({"status": Status.REJECTED}, {}, "belum ada yang memegang"),
        ({"holder": "u_budi", "holder_name": "Budi"}, {}, "Budi"),
    ],
)
def test_of_a_report_that_nobody_holds_the_key_is_said_by_which_the_person_would(
    tmp_path: Path, changes: dict[str, Any], keys: dict[str, str], said: str
) -> None:
    world = DeskWorld.make(tmp_path)
    complaint = world.add(**changes)
    case = world.store.reading(case_view, world.workplace, complaint.id, NOW)
    assert case is not None
    around = Surroundings(world.workplace.city, world.workplace.zone, NOW, keys=keys)
    (line,) = (
        line.plain for line in case_lines(case, around, 70) if line.plain.strip().startswith("Pegangan")
    )
    assert line.split("Pegangan")[1].strip() == said
    world.close()


def _trail() -> tuple[Hop, ...]:
    return (
        Hop("diskominfo", NOW - dt.timedelta(hours=40)),
        Hop("dishub", NOW - dt.timedelta(hours=30), "kata: lampu", bounce=True),
        Hop("dpupr", NOW - dt.timedelta(hours=20), "jalan"),
    )


def test_each_dinas_held_the_report_until_the_next_one(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    running = world.complaint(custody=_trail())
    assert held_seconds(running, NOW) == [10 * HOUR, 10 * HOUR, 20 * HOUR]
    done = world.complaint(
        status=Status.RESOLVED, custody=_trail(), status_since=NOW - dt.timedelta(hours=15)
    )
    assert held_seconds(done, NOW) == [10 * HOUR, 10 * HOUR, 5 * HOUR]
    world.close()


def test_the_trail_shows_lengths_shares_and_bounces(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    lines = _words(world, world.complaint(custody=_trail())).splitlines()
    first = next(line for line in lines if "Diskominfo" in line)
    assert first.endswith("10 jam  ▪▪")
    second = next(line for line in lines if "Dishub" in line)
    assert second.endswith("10 jam  bukan tugas kami  ▪▪")
    third = next(line for line in lines if "DPUPR" in line)
    assert third.endswith("20 jam  ▪▪▪▪▪")
    alone = world.complaint(custody=_trail()[:1])
    assert "▪" not in _words(world, alone)
    world.close()


def test_a_clock_that_has_stopped_has_no_bar(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    met = ClockView("acknowledge", ClockState.MET)
    missed = ClockView("resolve", ClockState.MISSED, remaining=dt.timedelta(hours=-5))
    text = _words(world, world.complaint(), met, missed)
    assert "✓ tepat waktu" in text
    assert "! terlambat 5 jam" in text
    assert "░" not in text
    plain = _words(world, world.complaint(), met, missed, ascii_only=True)
    assert "v tepat waktu" in plain
    world.close()


def test_a_pause_says_since_when_and_what_it_does(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    paused = world.complaint(status=Status.AWAITING_REPORTER, paused_at=NOW - dt.timedelta(hours=6))
    text = _words(world, paused)
    assert "jeda sejak 24 Nov 03.12, sudah 6 jam; tenggat mundur selama itu" in text.replace("\n", " ")
    assert "jeda sejak" not in _words(world, world.complaint())
    world.close()


def test_who_else_has_it_open_is_said(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    assert "◉ juga dibuka oleh Budi" in _words(world, world.complaint())
    assert "@ juga dibuka oleh Budi" in _words(world, world.complaint(), ascii_only=True)
    world.close()


@pytest.mark.parametrize("suggestion", [None, Suggestion(dinas="dishub")], ids=["alone", "suggested"])
@pytest.mark.parametrize("status", list(Status))
def test_desk_and_command_tell_the_same_of_why_a_person_must_look(
    tmp_path: Path, status: Status, suggestion: Suggestion | None
) -> None:
    world = DeskWorld.make(tmp_path)
    complaint = world.complaint(status=status, waiting_reason="no_place", suggestion=suggestion)
    on_desk = _words(world, complaint)
    case = Case(complaint, [], [], world.workplace.clocks.progress(complaint, NOW))
    printed = "\n".join(case_text.case_lines(world.workplace, case, NOW))
    waits = status in NOT_WITH_A_DINAS
    assert [words.count("lokasi belum jelas") for words in (on_desk, printed)] == [waits, waits]
    told = waits and suggestion is not None
    assert [words.count("→ Dishub") for words in (on_desk, printed)] == [told, told]
    world.close()


def test_what_the_reporter_reads_of_a_move_is_told_from_a_reason(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    taken = world.add()
    act(world.workplace, [taken.id], "acknowledge", Fields(note="tim datang besok"), now=NOW)
    act(world.workplace, [taken.id], "note", Fields(note="sudah ditelepon", public=True), now=NOW)
    act(world.workplace, [taken.id], "return", Fields(note="bukan jalan kota"), now=NOW)
    case = world.store.reading(case_view, world.workplace, taken.id, NOW)
    assert case is not None
    around = Surroundings(world.workplace.city, world.workplace.zone, NOW)
    said = [line.plain.strip() for line in case_lines(case, around, 70)]
    assert [line for line in said if "kepada pelapor" in line] == ["kepada pelapor: tim datang besok"]
    assert {"sudah ditelepon", "bukan jalan kota"} <= set(said)
    world.close()
