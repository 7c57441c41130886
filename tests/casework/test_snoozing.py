"""Reports put aside: out of "Perlu saya" for one person, back by the clock, by news, by the deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework import snoozing
from qlue_desk.casework.acting import act
from qlue_desk.casework.reading import queue
from qlue_desk.casework.summary import summary
from qlue_desk.casework.views import views_of
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.complaint import Complaint, Entry, Status
from qlue_desk.domain.moves import Fields
from qlue_desk.store import complaints
from qlue_desk.store.bound import connection
from tests.desk_world import NOW, DeskWorld

TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    made.add_many([Status.ACKNOWLEDGED] * 3)  # their deadline is days away
    yield made
    made.close()


def needs_me(place: Workplace, now: dt.datetime = NOW) -> list[str]:
    view = views_of(place.actor)[0]
    assert view.name == "Perlu saya"
    return [row["number"][-1] for row in queue(place, view.query, None, now)]


def put_aside(world: DeskWorld, ref: str = "1", until: dt.datetime = TOMORROW, wake_hours: int = 2) -> None:
    [done] = snoozing.snooze(world.workplace, [ref], until, wake_hours=wake_hours, now=NOW)
    assert done.done, done.refusal


def heard(world: DeskWorld, complaint: Complaint, actor_id: str) -> None:
    entry = Entry(f"e_new{actor_id}", complaint.id, "note", NOW, NOW, actor_id, actor_id, text="kabar")
    world.store.writing(complaints.put_entries, [entry])


def test_it_leaves_the_list_until_its_time_and_is_found_meanwhile(world: DeskWorld) -> None:
    put_aside(world)
    assert needs_me(world.workplace) == ["2", "3"]
    found = queue(world.workplace, "is:ditunda", None, NOW)
    assert [row["number"] for row in found] == ["BGR-26-000001"]
    assert needs_me(world.workplace, TOMORROW - dt.timedelta(seconds=1)) == ["2", "3"]
    assert needs_me(world.workplace, TOMORROW) == ["1", "2", "3"]


def test_it_survives_a_restart(world: DeskWorld) -> None:
    put_aside(world)
    home = world.workplace.home
    world.close()
    again = Workplace.open(home)
    assert needs_me(again) == ["2", "3"]
    again.close()


def test_nobody_else_is_concerned_and_no_number_changes(world: DeskWorld) -> None:
    before = summary(world.workplace, "", NOW)
    put_aside(world)
    assert summary(world.workplace, "", NOW) == before
    assert needs_me(world.signed_in_as("u_asep")) == ["1", "2", "3"]
    assert len(queue(world.workplace, "is:open", None, NOW)) == 3


def test_news_of_others_brings_it_back_at_once_and_own_work_does_not(world: DeskWorld) -> None:
    put_aside(world)
    [done] = act(world.workplace, ["1"], "note", Fields(note="catatan saya"), now=NOW)
    assert done.done
    heard(world, world.get("1"), "u_rina")
    assert needs_me(world.workplace) == ["2", "3"]
    heard(world, world.get("1"), "u_dewi")
    assert needs_me(world.workplace) == ["1", "2", "3"]
    [woken] = snoozing.take_woken(world.workplace, NOW)
    assert (woken.number, woken.why) == ("BGR-26-000001", "news")
    assert snoozing.take_woken(world.workplace, NOW) == []


def line(world: DeskWorld, entry_id: str, action_id: str) -> None:
    """Something that Dewi did, as central tells it."""
    entry = Entry(entry_id, world.get("1").id, "note", NOW, NOW, "u_dewi", "Dewi", action_id=action_id)
    world.store.writing(complaints.put_entries, [entry])


def lost(world: DeskWorld, entry_id: str) -> None:
    """Central was put back to before this line; the copy that followed does not have it."""
    world.store.writing(lambda: connection().execute("DELETE FROM entry WHERE id = ?", (entry_id,)))


def test_news_is_not_missed_where_central_lost_an_older_line(world: DeskWorld) -> None:
    line(world, "e_1", "a_1")
    put_aside(world)
    lost(world, "e_1")
    assert needs_me(world.workplace) == ["2", "3"]
    line(world, "e_2", "a_2")  # as many lines as before
    assert needs_me(world.workplace) == ["1", "2", "3"]


def test_an_act_that_was_offered_again_is_no_news(world: DeskWorld) -> None:
    line(world, "e_1", "a_1")
    line(world, "e_plain", "")
    put_aside(world)
    lost(world, "e_1")
    line(world, "e_9", "a_1")
    line(world, "e_plain", "")
    assert needs_me(world.workplace) == ["2", "3"]
    line(world, "e_other", "")
    assert needs_me(world.workplace) == ["1", "2", "3"]


def test_its_deadline_brings_it_back_some_hours_before(world: DeskWorld) -> None:
    due = NOW + dt.timedelta(hours=10)
    world.add(status=Status.ACKNOWLEDGED, resolve_by=due)
    put_aside(world, "4", wake_hours=2)
    assert "4" not in needs_me(world.workplace, NOW + dt.timedelta(hours=7, minutes=59))
    assert "4" in needs_me(world.workplace, NOW + dt.timedelta(hours=8))
    [woken] = snoozing.take_woken(world.workplace, NOW + dt.timedelta(hours=8))
    assert woken.why == "due"


@pytest.mark.parametrize(("left", "back"), [(1, 1), (-5, 24)])
def test_a_deadline_that_was_near_already_counts_when_it_passes_and_a_passed_one_no_more(
    world: DeskWorld, left: int, back: int
) -> None:
    world.add(status=Status.ACKNOWLEDGED, resolve_by=NOW + dt.timedelta(hours=left))
    put_aside(world, "4", wake_hours=2)
    assert "4" not in needs_me(world.workplace, NOW + dt.timedelta(hours=back, seconds=-1))
    assert "4" in needs_me(world.workplace, NOW + dt.timedelta(hours=back))


def test_waking_and_what_cannot_be_put_aside(world: DeskWorld) -> None:
    put_aside(world)
    [woken] = snoozing.wake(world.workplace, ["1"], now=NOW)
    assert woken.done
    assert needs_me(world.workplace) == ["1", "2", "3"]
    [again] = snoozing.wake(world.workplace, ["1"], now=NOW)
    assert again.refusal is not None
    assert again.refusal.sentence() == "Laporan ini tidak sedang ditunda."
    world.add(status=Status.RESOLVED)
    [ended] = snoozing.snooze(world.workplace, ["4"], TOMORROW, wake_hours=2, now=NOW)
    assert ended.refusal is not None
    assert ended.refusal.sentence() == "Laporan ini sudah berakhir; tidak perlu ditunda."
    many = snoozing.snooze(world.workplace, [str(n) for n in range(1001)], TOMORROW, wake_hours=2, now=NOW)
    assert all(outcome.refusal is not None for outcome in many)


def test_what_has_come_back_by_itself_cannot_be_woken_and_is_still_told(world: DeskWorld) -> None:
    put_aside(world)
    [late] = snoozing.wake(world.workplace, ["1"], now=TOMORROW)
    assert late.refusal is not None
    assert late.refusal.sentence() == "Laporan ini tidak sedang ditunda."
    assert [each.why for each in snoozing.take_woken(world.workplace, TOMORROW)] == ["time"]
