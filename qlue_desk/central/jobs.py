"""What the clock does: escalate what no dinas acknowledged, make old resolutions final, tidy up.

Idempotent, on one worker or on several: a step that has fired is counted on the complaint, so running twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central import restoring
from qlue_desk.central.compaction import compact
from qlue_desk.central.instants import to_ms
from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

_complaint = msgspec.json.Decoder(Complaint)


class Done(msgspec.Struct, frozen=True):
    """How many of each."""

    escalated: int = 0
    finalised: int = 0
    compacted: int = 0
    """Events of the feed that every desk has had time to read."""
    expired: int = 0
    """Files that no report shows."""


def run_due(hub: Hub) -> Done:
    """Do everything that is due now."""
    restoring.notice(hub)
    hub.seen.flush()
    return Done(
        escalated=_escalate(hub),
        finalised=_finalise(hub),
        compacted=compact(hub),
        expired=hub.blobs.expire(),
    )


def _escalate(hub: Hub) -> int:
    """Tell the next one above: `eskalasi: Kepala Dinas` in the history, once for each step."""
    with hub.database.connected():
        rows = hub.database.all(
            "SELECT body FROM complaint WHERE status = ? ORDER BY number", (str(Status.DISPATCHED),)
        )
    count = 0
    for row in rows:
        complaint = _complaint.decode(bytes(row[0]))
        clocks = hub.room(complaint.city).clocks
        for step in clocks.escalations_due(complaint, hub.now()):
            fields = Fields(to=step.to, note=f"eskalasi: {step.to}")
            if isinstance(hub.register.system(complaint.id, Verb.ESCALATE, fields), Complaint):
                count += 1
    return count


def _finalise(hub: Hub) -> int:
    """Resolutions that nobody answered within the city's days."""
    with hub.database.connected():
        rows = hub.database.all(
            "SELECT id FROM complaint WHERE final_by IS NOT NULL AND final_by <= ? ORDER BY number",
            (to_ms(hub.now()),),
        )
    done = [hub.register.system(row[0], Verb.FINALISE) for row in rows]
    return sum(isinstance(outcome, Complaint) for outcome in done)
