"""What each move makes of a complaint, besides status and version."""

from __future__ import annotations

from msgspec.structs import replace

from qlue_desk.domain.complaint import Actor, Complaint, Hop, Role, Status, Suggestion
from qlue_desk.domain.edges import PRIORITY_BY_WORD, Edge, Text, Verb
from qlue_desk.domain.moves import Context, Fields


def changes_of(
    edge: Edge, complaint: Complaint, fields: Fields, actor: Actor, context: Context
) -> dict[str, object]:
    """Fields of the complaint to replace; status and version are the caller's."""
    now, clocks = context.now, context.clocks
    # A reason tells why a report stands as it does; it ends with that.
    changes: dict[str, object] = {} if edge.target is None else {"reason": ""}
    note = fields.note.strip()
    if fields.evidence:
        changes["attachments"] = complaint.attachments + tuple(
            replace(a, evidence=True, by=a.by or actor.name, at=a.at or now) for a in fields.evidence
        )
    if complaint.paused_at is not None and target_of(edge, complaint) is not Status.AWAITING_REPORTER:
        resumed = clocks.resume(complaint, now) | {"paused_at": None, "resume_status": None}
        complaint = replace(complaint, **resumed)
        changes |= resumed
    match edge.verb:
        case Verb.RELEASE:
            changes |= {"dispatch_by": clocks.dispatch_by(complaint, now)}
        case Verb.DISPATCH | Verb.TRANSFER:
            changes |= _move_custody(edge, complaint, fields.to, note, context, fields)
        case Verb.RETURN:
            changes |= _return_custody(complaint, fields, note, actor, context)
        case Verb.REJECT | Verb.REOPEN | Verb.SEND_BACK:
            changes |= {"reason": note} | _reopening(edge, complaint, context)
        case Verb.REFER:
            changes |= {"reason": note, "refer_to": fields.to}
        case Verb.DUPLICATE:
            original = context.find(fields.to)
            changes |= {"duplicate_of": original.number if original else fields.to, "reason": note}
        case Verb.JUNK:
            changes |= {"not_a_report": fields.to}
        case Verb.ACKNOWLEDGE:
            changes |= {"acknowledged_at": now}
        case Verb.COORDINATE:
            changes |= {"coordinating_with": context.city.dinas_name(fields.to), "reason": note}
        case Verb.SCHEDULE:
            changes |= {"scheduled_for": fields.until, "reason": note}
        case Verb.ASK:
            changes |= clocks.pause(complaint, now)
            changes |= {"question": note, "paused_at": now, "resume_status": complaint.status, "answer": ""}
        case Verb.ANSWER:
            changes |= {"answer": note}
        case Verb.PROPOSE:
            changes |= {
                "follow_up": note,
                "no_evidence_reason": fields.no_evidence.strip(),
                "proposed_by": actor.id,
                "proposed_by_name": actor.name,
            }
        case Verb.RESOLVE:
            changes |= {"resolved_at": now, "final_by": clocks.final_by(now)}
        case Verb.DISPUTE:
            changes |= {"reason": note, "rating": fields.rating} | _reopening(edge, complaint, context)
        case Verb.FINALISE:
            changes |= {"final": True}
        case _:
            changes |= _still_changes(edge, complaint, fields, actor, context)
            if edge.target is not None and edge.text is Text.REASON:
                changes["reason"] = note
    return changes


def target_of(edge: Edge, complaint: Complaint) -> Status:
    """The status that the complaint has after the move."""
    if edge.verb is Verb.ANSWER:
        return complaint.resume_status or Status.ACKNOWLEDGED
    return edge.target or complaint.status


def _still_changes(
    edge: Edge, complaint: Complaint, fields: Fields, actor: Actor, context: Context
) -> dict[str, object]:
    """Moves that change something of their own, whatever they make of the status."""
    match edge.verb:
        case Verb.TAKE:
            return {"holder": actor.id, "holder_name": actor.name}
        case Verb.GIVE:
            person = context.person(fields.to) if fields.to else None
            name = person.name if person else fields.person_name or fields.to
            return {"holder": fields.to or None, "holder_name": name if fields.to else ""}
        case Verb.PRIORITISE:
            return {"priority": PRIORITY_BY_WORD[fields.to]}
        case Verb.RECATEGORISE if Role.VERIFIER not in actor.roles:
            suggestion = complaint.suggestion or Suggestion()
            return {"suggestion": replace(suggestion, category=fields.to, why=actor.name)}
        case Verb.RECATEGORISE:
            return {"category": fields.to}
        case Verb.CORRECT_PLACE:
            return _place_changes(complaint, fields)
        case Verb.RESTRICT:
            return {"reporter": replace(complaint.reporter, secret=True)}
        case Verb.ESCALATE:
            return {"escalation": complaint.escalation + 1}
        case Verb.RATE:
            return {"rating": fields.rating}
        case _:
            return {}


def _place_changes(complaint: Complaint, fields: Fields) -> dict[str, object]:
    changes: dict[str, object] = {}
    if fields.kelurahan:
        changes |= {"kelurahan": fields.kelurahan, "place_unknown": False}
    elif fields.place_unknown:
        changes |= {"kelurahan": None, "place_unknown": True}
    if fields.street is not None:
        changes["street"] = fields.street.strip()
    return changes


def _move_custody(
    edge: Edge, complaint: Complaint, dinas: str, note: str, context: Context, fields: Fields
) -> dict[str, object]:
    """Disposition or transfer: the new dinas gets a fresh acknowledge clock and no holder."""
    category = fields.category or complaint.category
    moved = replace(complaint, category=category)
    hop = Hop(dinas=dinas, since=context.now, why=note, bounce=edge.bounce)
    return {
        **context.clocks.start(moved, context.now),
        **_place_changes(complaint, fields),
        "category": category,
        "dinas": dinas,
        "holder": None,
        "holder_name": "",
        "suggestion": None,
        "waiting_reason": "",
        "bounces": complaint.bounces + (1 if edge.bounce else 0),
        "custody": (*complaint.custody, hop),
    }


def _return_custody(
    complaint: Complaint, fields: Fields, note: str, actor: Actor, context: Context
) -> dict[str, object]:
    """Back to the verifier, with the suggested owner if the dinas knows one."""
    hop = Hop(dinas=context.city.coordinator, since=context.now, why=note, bounce=True)
    # The note says why it came back, not why another dinas should have it.
    suggestion = (
        Suggestion(
            category=complaint.category,
            kelurahan=complaint.kelurahan,
            dinas=fields.to,
            why=f"usul {context.city.dinas_name(complaint.dinas)}",
        )
        if fields.to
        else None
    )
    return {
        "dinas": context.city.coordinator,
        "holder": None,
        "holder_name": "",
        "reason": note,
        "acknowledge_by": None,
        "acknowledged_at": None,
        "dispatch_by": context.clocks.dispatch_by(complaint, context.now),
        "suggestion": suggestion,
        "bounces": complaint.bounces + 1,
        "custody": (*complaint.custody, hop),
    }


def _reopening(edge: Edge, complaint: Complaint, context: Context) -> dict[str, object]:
    """A reopened report stays with its dinas, so that it sees the dispute; the verifier sends it on."""
    if edge.target is not Status.REOPENED:
        return {}
    return {
        "reopened": complaint.reopened + 1,
        "resolved_at": None,
        "final": False,
        "final_by": None,
        "acknowledge_by": None,
        "acknowledged_at": None,
        "resolve_by": None,
        "proposed_by": None,
        "proposed_by_name": "",
        "dispatch_by": context.clocks.dispatch_by(complaint, context.now),
    }
