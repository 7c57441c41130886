"""What the clock does, and that doing it twice does it once."""

from typing import Any

from qlue_desk.central.jobs import Done, run_due
from qlue_desk.domain.complaint import Status


def test_steps_fire_once_each_until_somebody_acknowledges(office: Any) -> None:
    complaint = office.take().complaint
    silent, answered = complaint, office.take("2").complaint
    office.act(answered, "acknowledge")
    assert run_due(office.hub) == Done()
    office.clock.forward(hours=24)
    assert run_due(office.hub) == Done(escalated=1)
    assert run_due(office.hub) == Done()
    office.clock.forward(hours=24)
    assert run_due(office.hub) == Done(escalated=1)
    office.clock.forward(days=30)
    assert run_due(office.hub) == Done()
    lines = [e for e in office.hub.records.entries(silent.id) if e.verb == "escalate"]
    assert [e.text for e in lines] == ["eskalasi: Kepala Dinas", "eskalasi: Wali Kota"]
    assert {e.actor_name for e in lines} == {"Sistem"}
    assert office.now_is(silent).escalation == 2
    assert office.now_is(answered).escalation == 0


def test_a_resolution_that_nobody_answers_is_final(office: Any) -> None:
    complaint = office.resolved(office.take().complaint)
    assert complaint.final_by is not None
    office.clock.now = complaint.final_by
    office.clock.forward(seconds=-1)
    assert run_due(office.hub) == Done()
    office.clock.forward(seconds=1)
    assert run_due(office.hub) == Done(finalised=1)
    assert run_due(office.hub) == Done()
    final = office.now_is(complaint)
    assert (final.status, final.final) == (Status.RESOLVED, True)
