"""Rows 27, 39, 43, 45: clocks, two people on one report, hostile text, a week of work."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from qlue_desk.casework.acting import act
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action
from qlue_desk.store import meta, outbox, position
from tests.sync.matrix.place import NOTHING, Place, patient, texts_once
from tests.sync.rig import START, Desk

HOSTILE = (
    "[/]",
    "[@click=app.bell]x[/]",
    "\x1b]52;c;cm0=\x07",
    "\u202ekanan\u2066kiri",
    "e\u0301 é",
    "../../etc/passwd",
    "CON.jpg",
    "=cmd|' /C calc'!A0",
    "ﷺ" * 300,
    "👩‍👩‍👧‍👦" * 200,
    "x" * 7900,
    "'; DROP TABLE action; --",
)


def row27_clocks(place: Place) -> None:
    one, two = place.central.report(), place.central.report()
    desk, colleague = place.desk(), place.desk()
    jumps = (400, -400, 0, 3650, -3650)
    for number, days in enumerate(jumps):
        moment = START + dt.timedelta(days=days, seconds=number)
        [outcome] = act(desk.workplace, [one.id], "note", Fields(note=f"jam {number}"), now=moment)
        assert outcome.done
    act(desk.workplace, [two.id], "acknowledge", now=START + dt.timedelta(days=3650))
    act(desk.workplace, [two.id], "start", now=START - dt.timedelta(days=3650))
    place.heal(desk, colleague)
    # Order is that of recording, whatever the clocks said.
    texts = [text for text in place.central.texts(one.id) if text.startswith("jam")]
    assert texts == [f"jam {number}" for number in range(len(jumps))]
    found = colleague.get(two.id)
    assert found is not None
    assert found.acknowledged_at is not None
    assert abs((found.acknowledged_at - START).days) < 2
    seen = desk.store.reading(meta.get, position.SERVER_TIME)
    place.central.clock.now -= dt.timedelta(days=365)  # central's clock steps back during sync
    desk.act(one.id, "note", "sesudah mundur")
    place.heal(desk, colleague)
    assert desk.store.reading(meta.get, position.SERVER_TIME) == seen, (
        "the largest time that central ever stated"
    )
    texts_once(place.central, one, "sesudah mundur")


def row39_two_officers_offline(place: Place) -> None:
    one = place.central.report()
    first, second = place.desk(), place.desk()
    mine = first.act(one.id, "acknowledge", "saya duluan")
    theirs = second.act(one.id, "acknowledge", "saya juga")
    later = second.act(one.id, "note", "catatan sesudahnya")
    for desk in (first, second):
        patient(desk)
    place.heal(first, second)
    assert (first.state_of(mine), second.state_of(theirs)) == ("confirmed", "refused")
    assert second.state_of(later) == "confirmed", "its lane goes on"
    [item] = second.tray()
    assert item.result is not None
    assert item.result.current is not None
    assert item.seen is not None
    assert (item.seen.status, item.result.current.status) == ("dispatched", "acknowledged")
    assert item.result.current.by == "Rina"


def row43_hostile_text(place: Place) -> None:
    one = place.central.report(text="".join(HOSTILE[:6]))
    desk, colleague = place.desk(), place.desk()
    for text in HOSTILE:
        [outcome] = act(desk.workplace, [one.id], "note", Fields(note=text))
        assert outcome.done, outcome.refusal
    mine = desk.texts(one.id)[-len(HOSTILE) :]
    place.heal(desk, colleague)
    assert (
        sorted(desk.texts(one.id)) == sorted(colleague.texts(one.id)) == sorted(place.central.texts(one.id))
    )
    assert set(mine) <= set(place.central.texts(one.id)), "what the person saw is what was stored"
    assert "e\u0301 é" in mine, "neither form of a letter is turned into the other"
    [outcome] = act(desk.workplace, [one.id], "note", Fields(note="nol\x00nol"))
    place.heal(desk)  # PostgreSQL has no word for U+0000, so the desk does not record it
    assert desk.state_of(outcome.action_id) == "confirmed"
    assert "nolnol" in place.central.texts(one.id)
    [outcome] = act(desk.workplace, [one.id], "note", Fields(note="setengah \ud800 huruf"))
    place.heal(desk)  # half a surrogate pair is no text: refused or mended, but nothing stands still
    assert desk.counts().waiting == 0


def queue_notes(desk: Desk, complaint_ids: list[str], count: int) -> None:
    """Record many notes in few transactions, as a week offline leaves them."""
    from qlue_desk.domain.ids import new_id
    from qlue_desk.store import complaints
    from qlue_desk.store.outbox import Recorded

    def some(numbers: range) -> None:
        recorded = []
        for number in numbers:
            complaint = complaints.get(complaint_ids[number % len(complaint_ids)])
            assert complaint is not None
            action = Action(
                id=new_id("a"),
                verb="note",
                complaint_id=complaint.id,
                actor_id=desk.workplace.actor.id,
                recorded_at=START + dt.timedelta(seconds=number),
                fields=Fields(note=f"antrean {number}"),
                base_version=complaint.version,
            )
            decision = desk.workplace.ground.decide(complaint, action, START + dt.timedelta(seconds=number))
            recorded.append(Recorded(action, decision.complaint, decision.entry))  # type: ignore[union-attr]
        for item in recorded:
            outbox.record([item])

    for start in range(0, count, 250):
        desk.store.writing(some, range(start, min(start + 250, count)))


def drain(
    place: Place, count: int, reports: int, watch: Callable[[Desk], None] = lambda _desk: None
) -> tuple[float, float]:
    """Seconds that `count` queued actions take over loopback, and that central alone needs for as many.

    `watch` gets the desk before it begins.
    """
    with place.central.hub.register.bulk():
        made = [place.central.report() for _ in range(reports)]
    desk = place.central.desk()
    desk.sync()
    queue_notes(desk, [complaint.id for complaint in made], count)
    assert desk.counts().waiting == count
    watch(desk)
    began = time.perf_counter()
    result = desk.sync()
    seconds = time.perf_counter() - began
    assert (result.applied, result.refused, desk.counts()) == (count, 0, NOTHING)
    assert desk.rows() == place.central.rows("dpupr")
    actions = [
        Action(f"a_floor_{n}", "note", made[n % reports].id, desk.workplace.actor.id, START, Fields(note="x"))
        for n in range(count)
    ]
    identity = desk.workplace.session.desk
    began = time.perf_counter()
    for action in actions:
        place.central.hub.register.apply(action, identity)
    return seconds, time.perf_counter() - began


def row45_queue_of_a_week(place: Place) -> None:
    seconds, floor = drain(place, 500, 50)
    # 10,000 at this rate within a minute, and most of the time is central's own work, which no desk can spare.
    assert seconds < 10 + 10 * floor, f"{seconds:.2f} s for 500 actions, central alone {floor:.2f} s"
