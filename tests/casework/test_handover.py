"""The handover: what changed in this shift, what falls due in the next, what is stuck, and the words left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.handover import handover_text, left_text, shift_report, sign_off, unseen
from qlue_desk.casework.reading import queue
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.shifts import Shift, parse_starts, shifts_at
from qlue_desk.settings import Shifts
from qlue_desk.store import handovers
from tests.desk_world import NOW, DeskWorld

HOUR = dt.timedelta(hours=1)
STARTS = parse_starts("07:00, 15:00, 23:00")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home")
    yield world
    world.close()


def hours(shift: Shift) -> tuple[int, int, int, int]:
    return shift.begin.day, shift.begin.hour, shift.end.day, shift.end.hour


@pytest.mark.parametrize(
    ("at", "running", "following"),
    [
        ((9, 12), (24, 7, 24, 15), (24, 15, 24, 23)),
        ((6, 59), (23, 23, 24, 7), (24, 7, 24, 15)),
        ((7, 0), (24, 7, 24, 15), (24, 15, 24, 23)),
        ((23, 30), (24, 23, 25, 7), (25, 7, 25, 15)),
    ],
)
def test_which_shift_is_running(
    world: DeskWorld, at: tuple[int, int], running: tuple[int, ...], following: tuple[int, ...]
) -> None:
    zone = world.workplace.zone
    now = dt.datetime(2026, 11, 24, *at, tzinfo=zone)
    assert tuple(map(hours, shifts_at(now.astimezone(dt.UTC), zone, STARTS))) == (running, following)


def test_one_shift_a_day_follows_itself(world: DeskWorld) -> None:
    found = shifts_at(NOW, world.workplace.zone, parse_starts("08:00"))
    assert tuple(map(hours, found)) == ((24, 8, 25, 8), (25, 8, 26, 8))


def test_its_parts_are_exact_and_open_their_reports(world: DeskWorld) -> None:
    world.add(acknowledge_by=NOW + HOUR)  # in this shift, until 15.00
    world.add(acknowledge_by=NOW + 8 * HOUR)  # 17.12
    world.add(acknowledge_by=NOW + 20 * HOUR)  # the day after
    world.add(acknowledge_by=NOW - HOUR, priority=2)
    world.add(created_at=NOW - HOUR, acknowledge_by=NOW + 40 * HOUR)
    world.add(status=Status.COORDINATING)
    world.add(status=Status.IN_PROGRESS, status_since=NOW - HOUR, holder="u_rina")
    act(world.workplace, ["3"], "acknowledge", now=NOW)
    found = shift_report(world.workplace, NOW)
    counted = {part.key: part.count for part in (found.received, *found.due, *found.stuck, found.mine)}
    assert counted == {
        "received": 1, "due_now": 1, "due_next": 1, "urgent": 1, "overdue": 1, "waiting": 1,
        "unassigned": 6, "mine": 1,
    }  # fmt: skip
    for part in (found.received, *found.due, *found.stuck, found.mine):
        assert len(queue(world.workplace, part.query, None, NOW)) == part.count, part.query
    assert found.changed == {"acknowledged": 1, "dispatched": 1, "in_progress": 1}
    assert (found.unsent, found.refused) == (1, 0)


def test_what_is_stuck_is_counted_on_top_and_stands_before_what_changed(world: DeskWorld) -> None:
    world.add_many([Status.DISPATCHED] * 12)  # all of them past their deadline, dispatched before this shift
    world.add(acknowledge_by=NOW + HOUR, status_since=NOW - HOUR)
    world.add(created_at=NOW - HOUR, acknowledge_by=NOW + 40 * HOUR, status_since=NOW - HOUR)
    lines = handover_text(world.workplace, shift_report(world.workplace, NOW)).splitlines()
    assert lines[2] == (
        "Jatuh tempo: 1 · Macet: 12 lewat tenggat, 0 mendesak, 0 menunggu · Berganti status: 2"
    )
    heads = [line for line in lines if line.isupper()]
    assert heads == ["YANG JATUH TEMPO", "YANG MACET", "YANG BERUBAH DI SIF INI"]
    changed = lines[lines.index(heads[2]) + 1 :]
    assert changed[:3] == [
        "1 laporan baru masuk",
        "Berganti status, juga laporan yang masuk sebelum sif ini, dan masih di sana:",
        "→ ■ Disposisi: 2",
    ]


def test_the_text_names_reports_safely(world: DeskWorld) -> None:
    world.add(status=Status.IN_PROGRESS, holder="u_rina", title="Got\x1b[2J mampet")
    world.add(holder="u_rina", title="Lubang")
    lines = handover_text(world.workplace, shift_report(world.workplace, NOW)).splitlines()
    assert lines[:2] == ["Serah terima Rina, 24 Nov 09.12", "Sif 07.00–15.00, berikutnya 15.00–23.00"]
    assert lines[-3:] == [
        "pegangan saya: 2",
        "- BGR-26-000002 ■ Disposisi · lewat sejak 24 Nov 03.15 · Lubang",
        "- BGR-26-000001 ◆ Proses · tenggat 7 Des 03.15 · Got� mampet",
    ]


def test_what_is_scheduled_says_for_when(world: DeskWorld) -> None:
    world.add(status=Status.SCHEDULED, scheduled_for=dt.date(2026, 12, 10), title="Jembatan")
    text = handover_text(world.workplace, shift_report(world.workplace, NOW))
    [line] = [line for line in text.splitlines() if "Jembatan" in line]
    assert "◷ Dijadwalkan 10 Des · " in line


def test_a_long_list_says_how_many_are_left_out(world: DeskWorld) -> None:
    world.add_many([Status.DISPATCHED] * 11)
    text = handover_text(world.workplace, shift_report(world.workplace, NOW))
    assert "sudah lewat tenggat: 11\n" in text
    assert "… dan 3 lagi.\n" in text


def test_what_one_shift_leaves_the_next_one_sees_once(world: DeskWorld) -> None:
    left = sign_off(world.workplace, "  Pompa di Sempur rusak, tunggu BBPJN. ", NOW)
    assert left_text(world.workplace, left).startswith("Serah terima Rina")
    assert unseen(world.workplace, NOW) == []  # her own
    asep = world.signed_in_as("u_asep")
    [note] = unseen(asep, NOW + 6 * HOUR)
    assert (note.name, note.note) == ("Rina", "Pompa di Sempur rusak, tunggu BBPJN.")
    text = handover_text(asep, shift_report(asep, NOW + 6 * HOUR))
    assert "Serah terima dari Rina, 24 Nov 09.12: Pompa di Sempur rusak, tunggu BBPJN.\n" in text
    world.store.writing(handovers.mark_seen, "u_asep", NOW + 6 * HOUR)
    assert unseen(asep, NOW + 7 * HOUR) == []
    assert [one.note for one in unseen(world.signed_in_as("u_budi"), NOW + 7 * HOUR)] == [note.note]
    assert unseen(world.signed_in_as("u_budi"), NOW + 25 * HOUR) == []


def test_only_the_newest_notes_are_kept(world: DeskWorld) -> None:
    for turn in range(handovers.KEPT + 3):
        sign_off(world.workplace, f"catatan {turn}", NOW + turn * HOUR)
    kept = world.store.reading(handovers.latest)
    assert (len(kept), kept[0].note) == (handovers.KEPT, f"catatan {handovers.KEPT + 2}")


def test_a_note_without_a_word_is_refused(world: DeskWorld) -> None:
    with pytest.raises(Refused) as error:
        sign_off(world.workplace, " \n ", NOW)
    assert str(error.value) == "Catatan serah terima belum ditulis."
    assert world.store.reading(handovers.latest) == []


def test_shifts_of_the_settings(world: DeskWorld) -> None:
    found = shift_report(world.workplace, NOW, Shifts(starts="06:00, 14:00"))
    assert hours(found.shift) == (24, 6, 24, 14)
