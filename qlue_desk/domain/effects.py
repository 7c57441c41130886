"""What each move makes of a complaint, besides status and version."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from qlue_desk.domain.complaint import Actor, Complaint, Hop, Role, Status, Suggestion
from qlue_desk.domain.edges import EDGE_BY_VERB, PAUSED, PRIORITY_BY_WORD, Edge, Text, Verb
from qlue_desk.domain.moves import Context, Fields


def is_weighty(verb: Verb, fields: Fields) -> bool:
    """Whether the reporter reads its text, or it ends the report: what nobody takes back with a word once it is sent."""
    edge = EDGE_BY_VERB[verb]
    return edge.ends or (bool(fields.note) and (fields.public or edge.public))


def changes_of(
    edge: Edge, complaint: Complaint, fields: Fields, actor: Actor, context: Context
) -> dict[str, object]:
    """Fields of the complaint to replace; status and version are the caller's."""
    now = context.now
    changes: dict[str, object] = {}
    if edge.target is not None:
        # A reason tells why a report stands as it does and ends with that; why it moved on stands in its custody.
        tells = edge.text in (Text.REASON, Text.PURPOSE) and not edge.bounce
        changes["reason"] = fields.note.strip() if tells else ""
    if fields.evidence:
        changes["attachments"] = complaint.attachments + tuple(
            replace(a, evidence=True, by=a.by or actor.name, at=a.at or now) for a in fields.evidence
        )
    if complaint.paused_at is not None and target_of(edge, complaint) not in PAUSED:
        resumed = context.clocks.resume(complaint, now) | {"paused_at": None, "resume_status": None}
        complaint = replace(complaint, **resumed)
        changes |= resumed
    if edge.pauses:
        changes |= context.clocks.pause(complaint, now)
    return changes | _own_changes(edge, complaint, fields, actor, context)


def target_of(edge: Edge, complaint: Complaint) -> Status:
    """The status that the complaint has after the move."""
    if edge.verb is Verb.ANSWER:
        return complaint.resume_status or Status.ACKNOWLEDGED
    return edge.target or complaint.status


def _own_changes(
    edge: Edge, complaint: Complaint, fields: Fields, actor: Actor, context: Context
) -> dict[str, object]:
    """What this verb writes beside what the table of moves says of it."""
    now, note = context.now, fields.note.strip()
    match edge.verb:
        case Verb.RELEASE:
            return {"dispatch_by": context.clocks.dispatch_by(complaint, now)}
        case Verb.DISPATCH | Verb.TRANSFER:
            return _move_custody(edge, complaint, fields.to, note, context, fields)
        case Verb.RETURN:
            return _return_custody(complaint, fields, note, actor, context)
        case Verb.REFER:
            return {"refer_to": fields.to}
        case Verb.DUPLICATE:
            original = context.find(fields.to)
            return {"duplicate_of": original.number if original else fields.to, "reason": note}
        case Verb.JUNK:
            return {"not_a_report": fields.to}
        case Verb.ACKNOWLEDGE:
            return {"acknowledged_at": now}
        case Verb.COORDINATE:
            return {"coordinating_with": context.city.dinas_name(fields.to)}
        case Verb.SCHEDULE:
            return {"scheduled_for": fields.until}
        case Verb.ASK:
            return {"question": note, "resume_status": complaint.status, "answer": ""}
        case Verb.ANSWER:
            return {"answer": note}
        case Verb.PROPOSE:
            return {
                "follow_up": note,
                "no_evidence_reason": fields.no_evidence.strip(),
                "proposed_by": actor.id,
                "proposed_by_name": actor.name,
            }
        case Verb.RESOLVE:
            return {"resolved_at": now, "final_by": context.clocks.final_by(now)}
        case Verb.DISPUTE:
            return {"reason": note, "rating": fields.rating} | _reopening(complaint, context)
        case Verb.REOPEN:
            return _reopening(complaint, context)
        case Verb.FINALISE:
            return {"final": True}
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
        case Verb.REJECT | Verb.START | Verb.SEND_BACK:
            return {}
        case Verb.NOTE | Verb.ATTACH | Verb.MERGE | Verb.REVEAL | Verb.ERASE | Verb.ENTER:
            return {}
        case _:
            assert_never(edge.verb)


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


def _reopening(complaint: Complaint, context: Context) -> dict[str, object]:
    """A reopened report stays with its dinas, so that it sees the dispute; the verifier sends it on."""
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
