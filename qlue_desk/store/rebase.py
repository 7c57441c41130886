"""The view of a complaint: central's confirmed row with the desk's own unconfirmed actions on top.

Computed from scratch each time, so it does not matter over how many pages it grew.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.complaint import Complaint, Entry
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Refusal
from qlue_desk.protocol import Action, ActionResult, Verdict
from qlue_desk.store import complaints, ground
from qlue_desk.store.bound import connection, rows_among

_decode_action = msgspec.json.Decoder(Action).decode
LOCAL_VERSION = 0
"""Version of a report that an operator entered here and central does not have yet."""


def rebase(complaint_id: str, base: Complaint | None = None, *, now: dt.datetime | None = None) -> None:
    """Write the view of a complaint anew; `base` None takes the confirmed row that is stored.

    An action that no longer applies stays in the outbox with a forecast of central's refusal.
    """
    confirmed = base or complaints.get_base(complaint_id)
    if confirmed is None:
        return
    own = _unconfirmed(complaint_id)
    if confirmed.version == LOCAL_VERSION and not any(action.verb == Verb.ENTER for action, _ in own):
        complaints.remove(complaint_id)  # the report was refused, taken back, or moved out of scope
        return
    connection().execute("DELETE FROM entry WHERE complaint_id = ? AND pending = 1", (complaint_id,))
    if not own:
        complaints.put_view(confirmed)
        return
    view, lines, forecasts = _replayed(confirmed, own, now or dt.datetime.now(dt.UTC))
    complaints.put_entries(lines, pending=True)
    complaints.put_view(view, base=confirmed if view != confirmed else None, pending=len(own))
    connection().executemany(
        "UPDATE action SET code = ?, result = ? WHERE id = ? AND state = 'waiting'", forecasts
    )


def own_lanes() -> set[str]:
    """Complaints that carry own actions which central has not confirmed."""
    rows = connection().execute(
        "SELECT DISTINCT complaint_id FROM action WHERE state IN ('waiting', 'acked')"
    )
    return {row[0] for row in rows}


def unconfirmed_complaints(complaint_ids: list[str]) -> set[str]:
    """Which of these carry own actions that central has not confirmed."""
    rows = rows_among(
        "SELECT DISTINCT complaint_id FROM action WHERE state IN ('waiting', 'acked')"
        " AND complaint_id IN ({marks})",
        complaint_ids,
    )
    return {row[0] for row in rows}


def _unconfirmed(complaint_id: str) -> list[tuple[Action, str]]:
    """Own actions that are not in the confirmed row yet, with their state, in the order of recording.

    One whose line the history already shows as central's is in the row (a re-offer after a resync).
    """
    rows = connection().execute(
        "SELECT body, state FROM action WHERE complaint_id = ?1 AND state IN ('waiting', 'acked')"
        " AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.action_id = action.id AND entry.pending = 0)"
        " ORDER BY n",
        (complaint_id,),
    )
    return [(_decode_action(body), state) for body, state in rows]


def _replayed(
    confirmed: Complaint, own: list[tuple[Action, str]], now: dt.datetime
) -> tuple[Complaint, list[Entry], list[tuple[str, bytes | None, str]]]:
    rules = ground.here()
    view = confirmed
    lines: list[Entry] = []
    forecasts: list[tuple[str, bytes | None, str]] = []
    for action, _state in own:
        if action.verb == Verb.ENTER:
            lines.append(_entered(action, confirmed))
            continue
        if rules is None:
            continue
        outcome = rules.decide(view, action, now)
        if isinstance(outcome, Refusal):
            forecasts.append((str(outcome.code), _forecast(action, outcome), action.id))
            continue
        view = outcome.complaint
        lines.append(outcome.entry)
        forecasts.append(("", None, action.id))
    return view, lines, forecasts


def _entered(action: Action, complaint: Complaint) -> Entry:
    """The first history line of a report that was entered here."""
    return Entry(
        id=ground.pending_entry_id(action.id),
        complaint_id=complaint.id,
        verb=action.verb,
        at=action.recorded_at,
        actor_id=action.actor_id,
        to_status=complaint.status,
        action_id=action.id,
    )


def _forecast(action: Action, refusal: Refusal) -> bytes:
    return msgspec.json.encode(
        ActionResult(
            id=action.id,
            status=Verdict.REJECTED,
            code=str(refusal.code),
            detail=refusal.sentence(),
            template=refusal.template,
            values=refusal.values,
        )
    )
