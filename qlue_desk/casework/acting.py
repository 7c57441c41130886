"""Acting on complaints: the local row and the pending action in one transaction.

Rules are those of the lifecycle, decided here as central will decide them; each row of a bulk action
gets its own result. What is done to a complaint is a plan: one move, or the several of a macro.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from qlue_desk.casework.departures import unknown
from qlue_desk.casework.errors import Refused, refused
from qlue_desk.casework.evidence import MAX_PER_ACTION, add_evidence, examine
from qlue_desk.casework.targets import resolve_fields
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain import lifecycle
from qlue_desk.domain.complaint import Attachment, Complaint, Role
from qlue_desk.domain.edges import EDGE_BY_VERB, Edge, Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.lifecycle import Offer
from qlue_desk.domain.moves import N_, Code, Context, Fields, Refusal
from qlue_desk.domain.text import storable
from qlue_desk.protocol import Action, Current, Device
from qlue_desk.store import complaints, meta, outbox, queue
from qlue_desk.store.errors import StoreError
from qlue_desk.store.outbox import Recorded

MOST_LOOKED_AT = 1000
"""Complaints whose possible moves are looked up for one dialog: about half a second."""


class Step(msgspec.Struct, frozen=True):
    """One move of a plan."""

    verb: Verb
    fields: Fields


Plan = Callable[[Complaint], Sequence[Step]]
"""What is to be done to a complaint, in this order, all of it or nothing; on a store's thread.

Raises `Refused` where the plan does not fit that complaint.
"""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one reference: the complaint before and after, or why not."""

    ref: str
    number: str = ""
    before: Complaint | None = None
    after: Complaint | None = None
    refusal: Refusal | None = None
    action_id: str = ""
    """Of the recorded action; '' when refused and in a dry run."""
    verb: str = ""
    """Of an action that was taken back."""
    actions: int = 1
    """How many actions; several are a macro."""

    @property
    def done(self) -> bool:
        """Whether the move was (or would be) taken."""
        return self.refusal is None


def act(
    workplace: Workplace,
    refs: Iterable[str],
    verb: Verb | str,
    fields: Fields | None = None,
    *,
    reply: str = "",
    evidence: Sequence[Path] = (),
    dry_run: bool = False,
    now: dt.datetime | None = None,
) -> list[Outcome]:
    """Take one move on each complaint; refs are numbers, ids or unique ends of numbers.

    `reply` is what the reporter reads; beside it `fields.note` is for colleagues, or the move's own reason.

    `fields.to`, `category` and `kelurahan` may be names. Never raises for what a person gave: each
    outcome carries its refusal. With `dry_run` nothing is recorded and no file is kept.
    """
    wanted = list(dict.fromkeys(refs))
    try:
        if reply:
            plan = _replying(workplace, find_verb(verb), fields or Fields(), reply, evidence, dry_run=dry_run)
        else:
            plan = move_plan(workplace, verb, fields, evidence, dry_run=dry_run)
    except Refused as error:
        return [Outcome(ref, refusal=error.refusal) for ref in wanted]
    return perform(workplace, wanted, plan, dry_run=dry_run, now=now)


def move_plan(
    workplace: Workplace,
    verb: Verb | str,
    fields: Fields | None = None,
    evidence: Sequence[Path] = (),
    *,
    dry_run: bool = False,
) -> Plan:
    """The same move for each complaint; files of `evidence` are kept now, but not in a dry run.

    :raises Refused: for an unknown verb or a file that cannot be taken.
    """
    known_verb = find_verb(verb)
    kept = _evidence(workplace, evidence, dry_run=dry_run)
    given = _storable(fields or Fields())
    return _Move(workplace, known_verb, replace(given, evidence=given.evidence + kept) if kept else given)


def _replying(
    workplace: Workplace, verb: Verb, fields: Fields, reply: str, evidence: Sequence[Path], *, dry_run: bool
) -> Plan:
    """A move that the reporter reads takes the reply with it; before any other it is a note of its own."""
    moves: list[tuple[Verb, Fields]] = []
    if EDGE_BY_VERB[verb].public:
        if fields.note:
            moves.append((Verb.NOTE, Fields(note=fields.note)))
        moves.append((verb, replace(fields, note=reply)))
    else:
        moves.append((Verb.NOTE, Fields(note=reply, public=True)))
        if verb is not Verb.NOTE or fields.note:
            moves.append((verb, fields))
    *before, last = moves
    plans = [move_plan(workplace, *each) for each in before]
    plans.append(move_plan(workplace, *last, evidence, dry_run=dry_run))
    return lambda complaint: [step for plan in plans for step in plan(complaint)]


def perform(
    workplace: Workplace,
    refs: Iterable[str],
    plan: Plan,
    *,
    dry_run: bool = False,
    now: dt.datetime | None = None,
    stroke: str = "",
) -> list[Outcome]:
    """Carry out a plan on each complaint, in one transaction; several calls of one `stroke` are undone together."""
    work = _Work(workplace, plan, now or utc_now(), stroke or new_id("k"))
    wanted = list(dict.fromkeys(refs))
    if dry_run:
        return workplace.store.reading(work.decide_all, wanted)
    return workplace.store.writing(work.record_all, wanted)


class _Move:
    """A plan of one move; names in its fields are looked up once."""

    def __init__(self, workplace: Workplace, verb: Verb, fields: Fields) -> None:
        self._workplace, self._verb, self._fields = workplace, verb, fields
        self._steps: tuple[Step, ...] | None = None

    def __call__(self, complaint: Complaint) -> tuple[Step, ...]:
        """The same for each."""
        if self._steps is None:
            try:
                fields = resolve_fields(self._workplace, self._verb, self._fields)
            except StoreError as error:
                raise Refused(_refusal_of(error)) from error
            self._steps = (Step(self._verb, fields),)
        return self._steps


def _storable(fields: Fields) -> Fields:
    return replace(
        fields,
        to=storable(fields.to),
        note=storable(fields.note),
        no_evidence=storable(fields.no_evidence),
        street=None if fields.street is None else storable(fields.street),
    )


def offers(workplace: Workplace, complaint: Complaint, now: dt.datetime | None = None) -> list[Offer]:
    """Every move for the follow-up dialog, the impossible ones with their reason."""
    return lifecycle.offers(complaint, workplace.actor, workplace.context(now or utc_now()))


def able(
    workplace: Workplace, rows: Sequence[int], verb: Verb, now: dt.datetime | None = None
) -> frozenset[int]:
    """Those of these rows whose report can take the move now (its fields aside)."""
    return workplace.store.reading(_able, workplace, rows, verb, workplace.context(now or utc_now()))


def _able(workplace: Workplace, rows: Sequence[int], verb: Verb, context: Context) -> frozenset[int]:
    # The statuses come from their column: of a long list few reports need to be read in full.
    likely = queue.rows_in_status(rows, EDGE_BY_VERB[verb].sources)
    found = queue.complaints_by_row(likely)
    return frozenset(
        row
        for row, complaint in found.items()
        if lifecycle.judge(complaint, verb, workplace.actor, context) is None
    )


class Together(msgspec.Struct, frozen=True):
    """Moves over several complaints: possible where at least one can take it, with how many can."""

    offers: list[Offer]
    counts: dict[Verb, int]
    """How many of `looked_at` complaints can take each possible move."""
    looked_at: int


def offers_together(
    workplace: Workplace, chosen: Sequence[Complaint], now: dt.datetime | None = None
) -> Together:
    """Every move for several complaints; more than 1,000 are judged by their first 1,000."""
    looked_at = chosen[:MOST_LOOKED_AT]
    context, actor = workplace.context(now or utc_now()), workplace.actor
    found: dict[Verb, Offer] = {}
    counts: dict[Verb, int] = {}
    for complaint in looked_at:
        for offer in lifecycle.offers(complaint, actor, context):
            verb = offer.edge.verb
            if offer.refusal is None:
                counts[verb] = counts.get(verb, 0) + 1
            if verb not in found or (offer.refusal is None and found[verb].refusal is not None):
                found[verb] = offer
    return Together(list(found.values()), counts, len(looked_at))


def find_verb(written: Verb | str) -> Verb:
    """The verb by its English word or its Indonesian label.

    :raises Refused: naming the nearest verbs, or all.
    """
    word = str(written).strip().casefold().replace("-", "_")
    known = {name: edge for edge in moves_for_people() for name in (str(edge.verb), edge.label.casefold())}
    if word in known:
        return known[word].verb
    nearest = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    edges = dict.fromkeys(known[name].verb for name in nearest) or dict.fromkeys(
        e.verb for e in known.values()
    )
    words = ", ".join(f"{verb} ({EDGE_BY_VERB[verb].label})" for verb in edges)
    if nearest:
        template = N_("Tindakan “{found}” tidak dikenal; mungkin {nearest}.")
    else:
        template = N_(
            "Tindakan “{found}” tidak dikenal. Yang ada, dengan kata Inggris atau Indonesianya: {nearest}."
        )
    raise refused(template, "verb", found=str(written), nearest=words)


def moves_for_people() -> list[Edge]:
    """The moves that a person can take, in the order of the field's table."""
    return [
        edge
        for edge in EDGE_BY_VERB.values()
        if any(who.role not in (Role.SYSTEM, Role.REPORTER) for who in edge.who)
    ]


def _evidence(workplace: Workplace, paths: Sequence[Path], *, dry_run: bool) -> tuple[Attachment, ...]:
    if len(paths) > MAX_PER_ACTION:
        raise refused(
            N_("Terlalu banyak berkas: {count}, paling banyak {limit} sekaligus."),
            "evidence",
            count=str(len(paths)),
            limit=str(MAX_PER_ACTION),
        )
    if dry_run:
        return tuple(examine(workplace, path)[0] for path in paths)
    return tuple(add_evidence(workplace, path) for path in paths)


class _Work:
    """A plan for several complaints; its methods run on a store's thread."""

    def __init__(self, workplace: Workplace, plan: Plan, now: dt.datetime, stroke: str) -> None:
        self.workplace, self.plan, self.now, self.stroke = workplace, plan, now, stroke

    def decide_all(self, refs: list[str]) -> list[Outcome]:
        """The outcomes without recording anything."""
        return [replace(outcome, action_id="") for outcome in self._each(refs, [])]

    def record_all(self, refs: list[str]) -> list[Outcome]:
        """Decide each and record them all in the running transaction, with one append to the twin.

        No decision depends on another report's of the same stroke: each report is in it once.
        """
        install = (meta.get(meta.INSTALL) or b"").decode()
        device = Device(self.workplace.desk.id, install, 0)
        recorded: list[Recorded] = []
        outcomes = self._each(refs, recorded)
        if recorded:
            outbox.record([replace(item, action=replace(item.action, device=device)) for item in recorded])
        return outcomes

    def _each(self, refs: list[str], recorded: list[Recorded]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        seen_ids: set[str] = set()
        for ref in refs:
            complaint, outcome = found(self.workplace, ref)
            if complaint is None:
                outcomes.append(outcome)
            elif complaint.id not in seen_ids:
                seen_ids.add(complaint.id)
                outcomes.append(self._one(complaint, outcome, recorded))
        return outcomes

    def _one(self, complaint: Complaint, outcome: Outcome, recorded: list[Recorded]) -> Outcome:
        """All steps, or none with the reason of the first that is refused."""
        try:
            steps = self.plan(complaint)
        except Refused as error:
            return replace(outcome, refusal=error.refusal)
        base = complaints.get_base(complaint.id) or complaint
        seen = _seen(complaint)
        view, made = complaint, list[Recorded]()
        for step in steps:
            action = Action(
                id=new_id("a"),
                verb=str(step.verb),
                complaint_id=complaint.id,
                actor_id=self.workplace.actor.id,
                recorded_at=self.now,
                fields=step.fields,
                base_version=base.version,
            )
            decision = self.workplace.ground.decide(view, action, self.now)
            if isinstance(decision, Refusal):
                return replace(outcome, refusal=decision)
            view = decision.complaint
            made.append(Recorded(action, view, decision.entry, seen, self.stroke))
        recorded += made
        last = made[-1].action.id if made else ""
        return replace(outcome, after=view, action_id=last, actions=len(made))


def found(workplace: Workplace, ref: str) -> tuple[Complaint | None, Outcome]:
    """The report that a reference means, with an outcome to go on from; None with why there is none."""
    try:
        complaint = complaints.get(ref)
    except StoreError as error:
        return None, Outcome(ref, refusal=_refusal_of(error))
    if complaint is None:
        return None, Outcome(ref, refusal=unknown(workplace, ref))
    return complaint, Outcome(ref, complaint.number, before=complaint)


def _refusal_of(error: Refused | StoreError) -> Refusal:
    if isinstance(error, Refused):
        return error.refusal
    return Refusal(Code.INVALID_ARGS, error.template, dict(error.values))


def _seen(complaint: Complaint) -> Current:
    """What was on the screen, for the tray's "Yang Anda lihat"."""
    history = complaints.entries(complaint.id)
    last = history[-1] if history else None
    return Current(
        status=str(complaint.status),
        dinas=complaint.dinas,
        version=complaint.version,
        by=last.actor_name if last else "",
        at=last.at if last else None,
    )
