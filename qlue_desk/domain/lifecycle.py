"""May this person take this move, and what does it make of the complaint?

`judge` says no with a reason or nothing; `decide` checks the fields too and returns the complaint
after the move. Central's register and the desk's local view call the same two, so they agree.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec.structs import replace

from qlue_desk.domain.complaint import ROLE_LABEL, STATUS_LOOK, Actor, Complaint, Entry, Role, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, EDGES, Edge, To, Verb
from qlue_desk.domain.effects import changes_of, target_of
from qlue_desk.domain.moves import N_, Code, Context, Decision, Fields, Refusal
from qlue_desk.domain.requirements import check_fields


class Offer(msgspec.Struct, frozen=True):
    """A move as the follow-up dialog shows it: possible, or greyed with the reason."""

    edge: Edge
    refusal: Refusal | None = None


def offers(complaint: Complaint, actor: Actor, context: Context) -> list[Offer]:
    """Every move that the actor's roles could ever take, legal ones first, in the table's order."""
    found = [
        Offer(edge, judge(complaint, edge.verb, actor, context))
        for edge in EDGES
        if any(who.role in actor.roles for who in edge.who) or complaint.status in edge.sources
        if edge.who[0].role not in (Role.SYSTEM, Role.REPORTER)
    ]
    return sorted(found, key=lambda offer: offer.refusal is not None)


def judge(complaint: Complaint, verb: Verb, actor: Actor, context: Context) -> Refusal | None:
    """Why `actor` may not take `verb` on `complaint` now; None when it is allowed (fields aside)."""
    edge = EDGE_BY_VERB.get(verb)
    if edge is None:
        return Refusal(Code.TOO_OLD_KIND, N_("Tindakan {verb} tidak dikenal."), {"verb": str(verb)})
    if actor.city != complaint.city:
        return Refusal(Code.OUT_OF_SCOPE, N_("Laporan ini milik kota lain."))
    return (
        _role_refusal(edge, complaint, actor, context)
        or _status_refusal(edge, complaint, context)
        or _person_refusal(edge, complaint, actor)
    )


def _role_refusal(edge: Edge, complaint: Complaint, actor: Actor, context: Context) -> Refusal | None:
    mine = [who for who in edge.who if who.role in actor.roles]
    if not mine:
        allowed = N_(" atau ").join(dict.fromkeys(ROLE_LABEL[who.role] for who in edge.who))
        return Refusal(
            Code.FORBIDDEN_ACTOR, N_("{move}: hanya {roles}."), {"move": edge.label, "roles": allowed}
        )
    if any(not who.own or actor.dinas == complaint.dinas for who in mine):
        return None
    return Refusal(
        Code.OUT_OF_SCOPE,
        N_("Laporan ini dipegang {dinas}, bukan dinas Anda."),
        {"dinas": context.city.dinas_name(complaint.dinas)},
    )


def _status_refusal(edge: Edge, complaint: Complaint, context: Context) -> Refusal | None:
    if complaint.status not in edge.sources:
        return Refusal(
            Code.INVALID_TRANSITION,
            N_("{move} tidak bisa dari {status}; harus {sources} dulu."),
            {
                "move": edge.label,
                "status": complaint.look.label,
                "sources": " / ".join(STATUS_LOOK[s].label for s in Status if s in edge.sources),
            },
        )
    if complaint.final and edge.verb is not Verb.NOTE and edge.sources == frozenset({Status.RESOLVED}):
        return Refusal(Code.INVALID_TRANSITION, N_("Laporan ini sudah final."))
    if edge.verb is Verb.DISPUTE and _dispute_is_late(complaint, context):
        return Refusal(
            Code.INVALID_TRANSITION,
            N_("Batas menyanggah sudah lewat ({days} hari kerja sejak selesai)."),
            {"days": str(context.city.dispute_days)},
        )
    return None


def _dispute_is_late(complaint: Complaint, context: Context) -> bool:
    since = complaint.resolved_at
    return since is not None and context.now > context.clocks.dispute_until(since)


def _person_refusal(edge: Edge, complaint: Complaint, actor: Actor) -> Refusal | None:
    if edge.verb is Verb.RESOLVE and complaint.proposed_by == actor.id:
        return Refusal(
            Code.FORBIDDEN_ACTOR, N_("Yang mengusulkan selesai tidak boleh memverifikasi sendiri.")
        )
    if edge.verb is Verb.TAKE and complaint.holder == actor.id:
        return Refusal(Code.INVALID_TRANSITION, N_("Laporan ini sudah Anda pegang."))
    return None


def decide(
    complaint: Complaint,
    verb: Verb,
    fields: Fields,
    actor: Actor,
    context: Context,
    *,
    entry_id: str,
    action_id: str = "",
) -> Decision | Refusal:
    """The complaint after the move with its history line, or why not. Version is raised by one."""
    refusal = judge(complaint, verb, actor, context) or check_fields(complaint, verb, fields, actor, context)
    if refusal is not None:
        return refusal
    edge = EDGE_BY_VERB[verb]
    referee = _goes_to_referee(edge, complaint, actor, context)
    if referee:
        edge = EDGE_BY_VERB[Verb.RETURN]
    changes = changes_of(edge, complaint, fields, actor, context)
    target = target_of(edge, complaint)
    if target is not complaint.status:
        changes |= {"status": target, "status_since": context.now}
    changes["version"] = complaint.version + 1
    entry = Entry(
        id=entry_id,
        complaint_id=complaint.id,
        verb=str(edge.verb),
        at=context.now,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_dinas=actor.dinas or "",
        from_status=complaint.status,
        to_status=target,
        text=fields.note.strip(),
        public=edge.public or fields.public,
        fields=_entry_fields(edge, fields, context, referee=referee),
        action_id=action_id,
    )
    return Decision(replace(complaint, **changes), entry)


def _goes_to_referee(edge: Edge, complaint: Complaint, actor: Actor, context: Context) -> bool:
    """At the city's bounce limit an officer's transfer becomes a return; the verifier is the referee."""
    return (
        edge.verb is Verb.TRANSFER
        and (not context.city.dinas_may_transfer or complaint.bounces + 1 >= context.city.bounce_limit)
        and Role.VERIFIER not in actor.roles
    )


def _entry_fields(edge: Edge, fields: Fields, context: Context, *, referee: bool) -> dict[str, str]:
    """What the history says beside the text: of what was given only what the move has a use for."""
    shown: dict[str, str] = {}
    if fields.to and edge.to is not To.NOTHING:
        shown[str(edge.to)] = fields.person_name or fields.to
    if fields.until and edge.until:
        shown["until"] = fields.until.isoformat()
    if fields.category and edge.category:
        shown["category"] = fields.category
    if fields.kelurahan and edge.kelurahan:
        shown["kelurahan"] = fields.kelurahan
    if fields.no_evidence and edge.or_why_none:
        shown["no_evidence"] = fields.no_evidence
    if fields.rating is not None and edge.verb in (Verb.RATE, Verb.DISPUTE):
        shown["rating"] = str(fields.rating)
    if fields.evidence:
        shown["evidence"] = str(len(fields.evidence))
    if referee:
        shown["referee"] = str(context.city.bounce_limit)
    return shown


def act_time(recorded_at: dt.datetime, complaint: Complaint, received_at: dt.datetime) -> dt.datetime:
    """Time of the act as the record keeps it: the desk's own, held between the last move and receipt.

    A desk's clock may be wrong by years, so it can never make a deadline.
    """
    earliest = complaint.status_since or complaint.received_at or recorded_at
    return max(min(recorded_at, received_at), min(earliest, received_at))
