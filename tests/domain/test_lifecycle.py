"""The lifecycle: the table held against the field's own, and no way around it."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlue_desk.domain.calendar import WorkCalendar
from qlue_desk.domain.city import (
    Category,
    City,
    Cooperation,
    Deadline,
    Dinas,
    EscalationStep,
    Owner,
    SlaProfile,
    Unit,
    WorkingDay,
)
from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.complaint import Actor, Attachment, Channel, Complaint, Role, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, EDGES, PAUSED, Verb
from qlue_desk.domain.lifecycle import act_time, decide, judge, offers
from qlue_desk.domain.moves import Code, Context, Decision, Fields, Refusal

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)

SLA = SlaProfile(
    key="bogor",
    dispatch=Deadline(7, Unit.MINUTES),
    acknowledge=Deadline(24, Unit.HOURS),
    resolve={"fast": Deadline(5, Unit.WORKING_DAYS), "medium": Deadline(14, Unit.WORKING_DAYS)},
    final=Deadline(10, Unit.WORKING_DAYS),
    escalation=(EscalationStep(Deadline(24, Unit.HOURS), "Kepala Dinas"),),
)
CITY = City(
    key="bogor",
    name="Kota Bogor",
    prefix="BGR",
    code="32.71",
    zone="Asia/Jakarta",
    cooperation=Cooperation.TRIAL,
    coordinator="diskominfo",
    sla=SLA,
    dinas=(
        Dinas("diskominfo", "Diskominfo"),
        Dinas("dpupr", "DPUPR"),
        Dinas("dishub", "Dishub"),
        Dinas("pln", "PLN", outside=True),
    ),
    categories=(Category("jalan_rusak", "Jalan rusak", (Owner("dpupr"),), sla_class="fast"),),
)
CLOCKS = Clocks(CITY, WorkCalendar(CITY.zone, WorkingDay(), frozenset()))

PEOPLE = {
    role: Actor(id=f"u_{role}", name=role.title(), roles=frozenset({role}), city="bogor", dinas=dinas)
    for role, dinas in {
        Role.OPERATOR: "diskominfo",
        Role.VERIFIER: "diskominfo",
        Role.OFFICER: "dpupr",
        Role.SUPERVISOR: "dpupr",
        Role.CITY_SUPERVISOR: "diskominfo",
        Role.ADMIN: "diskominfo",
        Role.AUDITOR: "diskominfo",
        Role.REPORTER: None,
        Role.SYSTEM: None,
    }.items()
}
PHOTO = Attachment(sha256="0" * 64, name="sesudah.jpg", media_type="image/jpeg", size=10)
ORIGINAL = "BGR-26-000001"


def report(status: Status = Status.NEW, **changes: object) -> Complaint:
    base = Complaint(
        id="c_1",
        number="BGR-26-004211",
        city="bogor",
        dinas="diskominfo" if status in (Status.NEW, Status.HELD) else "dpupr",
        title="Lubang besar",
        text="Lubang besar di Jl. Pajajaran",
        channel=Channel.QLUE,
        created_at=NOW - dt.timedelta(days=2),
        status=status,
        category="jalan_rusak",
        place_unknown=True,
        resume_status=Status.IN_PROGRESS if status is Status.AWAITING_REPORTER else None,
        paused_at=NOW - dt.timedelta(days=1) if status is Status.AWAITING_REPORTER else None,
        resolved_at=NOW - dt.timedelta(hours=1) if status is Status.RESOLVED else None,
    )
    return msgspec.structs.replace(base, **changes)


def context(now: dt.datetime = NOW, *, complete: bool = True) -> Context:
    known = {ORIGINAL: report(Status.ACKNOWLEDGED, id="c_0", number=ORIGINAL)}
    people = {actor.id: actor for actor in PEOPLE.values()}
    return Context(CITY, CLOCKS, now, known.get, people.get, complete)


def full_fields(verb: Verb) -> Fields:
    """Fields that satisfy any verb."""
    to = {
        Verb.DISPATCH: "dpupr",
        Verb.TRANSFER: "dishub",
        Verb.RETURN: "dishub",
        Verb.REFER: "pln",
        Verb.DUPLICATE: ORIGINAL,
        Verb.MERGE: ORIGINAL,
        Verb.JUNK: "prank",
        Verb.COORDINATE: "PLN",
        Verb.GIVE: "u_supervisor",
        Verb.PRIORITISE: "tinggi",
        Verb.RECATEGORISE: "jalan_rusak",
        Verb.ESCALATE: "Kepala Dinas",
    }.get(verb, "")
    return Fields(
        to=to,
        note="sudah ditulis",
        until=dt.date(2026, 12, 1),
        evidence=(PHOTO,),
        rating=1,
        place_unknown=True,
    )


def move(complaint: Complaint, verb: Verb, role: Role, fields: Fields | None = None) -> Decision | Refusal:
    chosen = full_fields(verb) if fields is None else fields
    return decide(complaint, verb, chosen, PEOPLE[role], context(), entry_id="e_1", action_id="a_1")


def moved(complaint: Complaint, verb: Verb, role: Role, fields: Fields | None = None) -> Complaint:
    decision = move(complaint, verb, role, fields)
    assert isinstance(decision, Decision), decision.sentence()
    return decision.complaint


# The field's table of moves, copied by hand: verb, from, to, roles.
TABLE = """
release | held | new | system
dispatch | new reopened | dispatched | verifier
reject | new reopened | rejected | verifier
refer | new reopened dispatched | outside_authority | verifier
duplicate | new reopened dispatched acknowledged | duplicate | verifier officer
junk | new | not_a_report | operator verifier
acknowledge | dispatched | acknowledged | officer
return | dispatched acknowledged in_progress | new | officer
transfer | dispatched acknowledged in_progress | dispatched | officer verifier
start | acknowledged coordinating scheduled awaiting_reporter | in_progress | officer
coordinate | acknowledged in_progress scheduled | coordinating | officer
schedule | acknowledged in_progress coordinating | scheduled | officer
ask | acknowledged in_progress | awaiting_reporter | officer verifier
answer | awaiting_reporter | in_progress | reporter
propose | in_progress | awaiting_verification | officer
resolve | awaiting_verification | resolved | supervisor verifier
send_back | awaiting_verification | in_progress | supervisor verifier
dispute | resolved | reopened | reporter
reopen | resolved rejected outside_authority duplicate not_a_report | reopened | verifier
finalise | resolved | resolved | system
"""
MOVES = [
    (Verb(verb), source.split(), target, roles.split())
    for verb, source, target, roles in (
        [part.strip() for part in line.split("|")] for line in TABLE.strip().splitlines()
    )
]


@pytest.mark.parametrize(("verb", "sources", "target", "roles"), MOVES, ids=[str(m[0]) for m in MOVES])
def test_every_edge_is_the_fields_edge(verb: Verb, sources: list[str], target: str, roles: list[str]) -> None:
    for status in Status:
        for role in Role:
            outcome = move(report(status, dinas="dpupr"), verb, role)
            allowed = status.value in sources and role.value in roles
            assert isinstance(outcome, Decision) == allowed, (verb, status, role, outcome)
            if isinstance(outcome, Decision):
                assert outcome.complaint.status == target
                assert outcome.complaint.version == 1
                assert (outcome.entry.from_status, outcome.entry.to_status) == (status, target)


def test_no_edge_outside_the_table_changes_a_status() -> None:
    named = {verb for verb, *_ in MOVES}
    for edge in EDGES:
        if edge.verb in named:
            continue
        for status in Status:
            for role in Role:
                outcome = move(report(status), edge.verb, role)
                if isinstance(outcome, Decision):
                    assert outcome.complaint.status is status


def test_every_refusal_is_one_sentence() -> None:
    for edge in EDGES:
        for status in Status:
            for role in Role:
                outcome = move(report(status), edge.verb, role, Fields())
                if isinstance(outcome, Refusal):
                    sentence = outcome.sentence()
                    assert sentence.endswith(".")
                    assert "{" not in sentence
                    assert "\n" not in sentence


def test_refusals_say_why() -> None:
    def why(complaint: Complaint, verb: Verb, role: Role, fields: Fields | None = None) -> str:
        outcome = move(complaint, verb, role, fields)
        assert isinstance(outcome, Refusal)
        return outcome.sentence()

    assert why(report(Status.DISPATCHED), Verb.PROPOSE, Role.OFFICER) == (
        "Usulkan selesai tidak bisa dari Disposisi; harus Proses dulu."
    )
    assert why(report(Status.AWAITING_VERIFICATION), Verb.RESOLVE, Role.OFFICER) == (
        "Selesai: hanya kepala bidang atau verifikator."
    )
    assert why(report(Status.DISPATCHED, dinas="dishub"), Verb.ACKNOWLEDGE, Role.OFFICER) == (
        "Laporan ini dipegang Dishub, bukan dinas Anda."
    )
    assert why(report(), Verb.DISPATCH, Role.VERIFIER, Fields(to="dpu")) == (
        "Dinas “dpu” tidak dikenal di Kota Bogor; pilih diskominfo, dpupr, dishub."
    )
    assert why(report(), Verb.DISPATCH, Role.VERIFIER, Fields(to="pln")) == (
        "PLN di luar pemerintah kota: pakai Bukan kewenangan kota."
    )
    assert why(report(), Verb.REJECT, Role.VERIFIER, Fields(note="  ")) == "Tolak: alasan wajib diisi."
    assert why(report(Status.IN_PROGRESS), Verb.PROPOSE, Role.OFFICER, Fields(note="Ditambal")) == (
        "Usulkan selesai: lampirkan bukti, atau tulis mengapa tidak ada."
    )
    today = dt.date(2026, 11, 24)
    assert why(report(Status.ACKNOWLEDGED), Verb.SCHEDULE, Role.OFFICER, Fields(note="a", until=today)) == (
        "Jadwalkan: tanggalnya harus sesudah hari ini."
    )


@pytest.mark.parametrize(
    ("verb", "status", "changes", "fields", "wanted"),
    [
        (Verb.DISPATCH, Status.NEW, {}, Fields(to="dpupr"), "Disposisi: tetapkan kelurahan, atau nyatakan lokasi tidak diketahui."),
        (Verb.DISPATCH, Status.NEW, {"place_unknown": True}, Fields(to="dpupr"), ""),
        (Verb.DISPATCH, Status.NEW, {"kelurahan": "32.71.03.1003"}, Fields(to="dpupr"), ""),
        (Verb.DISPATCH, Status.NEW, {}, Fields(to="dpupr", place_unknown=True), ""),
        (Verb.CORRECT_PLACE, Status.DISPATCHED, {"kelurahan": "32.71.03.1003"}, Fields(), "Perbaiki lokasi: pilih kelurahan atau tulis jalannya."),
        (Verb.CORRECT_PLACE, Status.DISPATCHED, {}, Fields(street=""), ""),
        (Verb.CORRECT_PLACE, Status.DISPATCHED, {}, Fields(place_unknown=True), ""),
        (Verb.PROPOSE, Status.IN_PROGRESS, {}, Fields(note="Ditambal"), "Usulkan selesai: lampirkan bukti, atau tulis mengapa tidak ada."),
        (Verb.PROPOSE, Status.IN_PROGRESS, {}, Fields(note="Ditambal", no_evidence="malam"), ""),
        (Verb.PROPOSE, Status.IN_PROGRESS, {}, Fields(note="Ditambal", evidence=(PHOTO,)), ""),
        (Verb.ATTACH, Status.IN_PROGRESS, {}, Fields(no_evidence="malam"), "Lampirkan: berkasnya belum dipilih."),
    ],
)  # fmt: skip
def test_place_and_evidence_are_asked_for_where_there_are_none(
    verb: Verb, status: Status, changes: dict[str, object], fields: Fields, wanted: str
) -> None:
    one = report(status, **({"place_unknown": False} | changes))
    role = Role.VERIFIER if verb is Verb.DISPATCH else Role.OFFICER
    outcome = move(one, verb, role, fields)
    assert (outcome.sentence() if isinstance(outcome, Refusal) else "") == wanted


def test_whoever_proposed_cannot_resolve() -> None:
    both = msgspec.structs.replace(PEOPLE[Role.OFFICER], roles=frozenset({Role.OFFICER, Role.SUPERVISOR}))
    proposed = decide(
        report(Status.IN_PROGRESS), Verb.PROPOSE, full_fields(Verb.PROPOSE), both, context(), entry_id="e"
    )
    assert isinstance(proposed, Decision)
    refusal = judge(proposed.complaint, Verb.RESOLVE, both, context())
    assert refusal is not None
    assert refusal.code is Code.FORBIDDEN_ACTOR
    assert judge(proposed.complaint, Verb.RESOLVE, PEOPLE[Role.SUPERVISOR], context()) is None


def test_transfer_becomes_return_at_the_bounce_limit() -> None:
    fields = Fields(to="dishub", note="bukan jalan kami")
    first = moved(report(Status.DISPATCHED, bounces=1), Verb.TRANSFER, Role.OFFICER, fields)
    assert (first.status, first.dinas, first.bounces) == (Status.DISPATCHED, "dishub", 2)
    outcome = move(report(Status.DISPATCHED, bounces=2), Verb.TRANSFER, Role.OFFICER, fields)
    assert isinstance(outcome, Decision)
    assert (outcome.complaint.status, outcome.complaint.dinas) == (Status.NEW, "diskominfo")
    assert outcome.complaint.bounces == 3
    assert outcome.entry.verb == "return"
    assert outcome.entry.fields["referee"] == "3"
    assert outcome.complaint.suggestion is not None
    assert outcome.complaint.suggestion.dinas == "dishub"
    by_verifier = moved(report(Status.DISPATCHED, bounces=5), Verb.TRANSFER, Role.VERIFIER, fields)
    assert by_verifier.dinas == "dishub"


def test_custody_and_clocks_follow_a_report() -> None:
    sent = moved(report(), Verb.DISPATCH, Role.VERIFIER)
    assert sent.dinas == "dpupr"
    assert sent.acknowledge_by == NOW + dt.timedelta(hours=24)
    assert sent.resolve_by == dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)
    assert sent.due == sent.acknowledge_by
    answered = moved(sent, Verb.ACKNOWLEDGE, Role.OFFICER, Fields())
    assert answered.acknowledged_at == NOW
    assert answered.due == sent.resolve_by
    asked = moved(answered, Verb.ASK, Role.OFFICER, Fields(note="Di depan rumah nomor berapa?"))
    assert asked.due is None
    later = context(NOW + dt.timedelta(days=7))
    reply = decide(
        asked, Verb.ANSWER, Fields(note="Nomor 7"), PEOPLE[Role.REPORTER], later, entry_id="e", action_id=""
    )
    assert isinstance(reply, Decision)
    assert reply.complaint.status is Status.ACKNOWLEDGED
    assert reply.complaint.resolve_by == dt.datetime(2026, 12, 8, 9, 0, tzinfo=dt.UTC)
    assert [hop.dinas for hop in reply.complaint.custody] == ["dpupr"]


def test_a_reopened_report_stays_with_its_dinas_and_gets_new_clocks() -> None:
    done = report(Status.RESOLVED, resolve_by=NOW, acknowledged_at=NOW, proposed_by="u_officer")
    disputed = moved(done, Verb.DISPUTE, Role.REPORTER, Fields(rating=1))
    assert (disputed.dinas, disputed.reopened, disputed.rating) == ("dpupr", 1, 1)
    assert disputed.due == NOW + dt.timedelta(minutes=7)
    assert disputed.resolve_by is None


def test_a_late_dispute_and_a_final_report_are_refused() -> None:
    old = report(Status.RESOLVED, resolved_at=NOW - dt.timedelta(days=40))
    refusal = move(old, Verb.DISPUTE, Role.REPORTER, Fields(note="belum"))
    assert isinstance(refusal, Refusal)
    assert refusal.sentence() == "Batas menyanggah sudah lewat (10 hari kerja sejak selesai)."
    final = move(report(Status.RESOLVED, final=True), Verb.FINALISE, Role.SYSTEM)
    assert isinstance(final, Refusal)
    assert final.sentence() == "Laporan ini sudah final."


def test_an_officer_proposes_a_category_and_a_verifier_sets_it() -> None:
    open_report = report(Status.ACKNOWLEDGED, category=None)
    proposed = moved(open_report, Verb.RECATEGORISE, Role.OFFICER, Fields(to="jalan_rusak"))
    assert proposed.category is None
    assert proposed.suggestion is not None
    assert proposed.suggestion.category == "jalan_rusak"
    assert moved(open_report, Verb.RECATEGORISE, Role.VERIFIER, Fields(to="jalan_rusak")).category == (
        "jalan_rusak"
    )


def test_a_desk_does_not_refuse_what_only_central_can_know() -> None:
    fields = Fields(to="BGR-26-009999")
    on_desk = decide(
        report(Status.DISPATCHED),
        Verb.DUPLICATE,
        fields,
        PEOPLE[Role.OFFICER],
        context(complete=False),
        entry_id="e",
    )
    assert isinstance(on_desk, Decision)
    assert isinstance(move(report(Status.DISPATCHED), Verb.DUPLICATE, Role.OFFICER, fields), Refusal)


def test_offers_put_the_legal_moves_first() -> None:
    found = offers(report(Status.DISPATCHED), PEOPLE[Role.OFFICER], context())
    legal = [offer.edge.verb for offer in found if offer.refusal is None]
    assert legal[:4] == [Verb.DUPLICATE, Verb.ACKNOWLEDGE, Verb.RETURN, Verb.TRANSFER]
    assert [offer.refusal is None for offer in found] == sorted(
        (offer.refusal is None for offer in found), reverse=True
    )
    greyed = {offer.edge.verb: offer.refusal for offer in found if offer.refusal}
    assert Verb.PROPOSE in greyed
    assert Verb.ANSWER not in greyed


Taken = tuple[Complaint, Verb, Role, Decision]
_MOVERS = {verb: frozenset(who.role for who in edge.who) for verb, edge in EDGE_BY_VERB.items()}


def legal_moves(complaint: Complaint) -> list[tuple[Verb, Role]]:
    """Every move that somebody may take now, those that lead on as often as all that stay."""
    found = [
        (verb, role)
        for verb, movers in _MOVERS.items()
        for role in sorted(movers)
        if isinstance(move(complaint, verb, role), Decision)
    ]
    leading = [each for each in found if EDGE_BY_VERB[each[0]].target is not None]
    return leading * (1 + len(found) // max(1, len(leading))) + found


def walk(choices: list[int]) -> list[Taken]:
    """A report's way: each number chooses among what is legal then."""
    complaint, way = report(Status.HELD), []
    for number in choices:
        legal = legal_moves(complaint)
        if not legal:
            break
        verb, role = legal[number % len(legal)]
        outcome = move(complaint, verb, role)
        assert isinstance(outcome, Decision)
        way.append((complaint, verb, role, outcome))
        complaint = outcome.complaint
    return way


def test_legal_moves_lead_to_every_status() -> None:
    reached = {Status.HELD: report(Status.HELD)}
    waiting = [Status.HELD]
    while waiting:
        complaint = reached[waiting.pop()]
        for verb, role in legal_moves(complaint):
            after = moved(complaint, verb, role)
            if after.status not in reached:
                reached[after.status] = after
                waiting.append(after.status)
    assert set(reached) == set(Status)


@settings(max_examples=40, deadline=None, database=None)
@given(choices=st.lists(st.integers(0, 10**6), max_size=20))
def test_random_walks_keep_the_books(choices: list[int]) -> None:
    for complaint, verb, role, outcome in walk(choices):
        after = outcome.complaint
        assert after.version == complaint.version + 1
        assert outcome.entry.from_status is complaint.status
        assert complaint.status in EDGE_BY_VERB[Verb(outcome.entry.verb)].sources or verb is Verb.TRANSFER
        sent = Verb(outcome.entry.verb) in (Verb.DISPATCH, Verb.TRANSFER, Verb.RETURN)
        assert len(after.custody) - len(complaint.custody) == sent
        assert sent or after.dinas == complaint.dinas
        assert after.bounces >= complaint.bounces
        if after.status is Status.RESOLVED and complaint.status is not Status.RESOLVED:
            assert after.proposed_by != PEOPLE[role].id
        assert (after.paused_at is not None) == (after.status in PAUSED)


@given(offset=st.integers(-(10**9), 10**9))
@settings(max_examples=100, deadline=None, database=None)
def test_a_desks_clock_cannot_bend_the_record(offset: int) -> None:
    complaint = report(Status.DISPATCHED, status_since=NOW - dt.timedelta(hours=5))
    at = act_time(NOW + dt.timedelta(seconds=offset), complaint, NOW)
    assert NOW - dt.timedelta(hours=5) <= at <= NOW


def test_why_a_report_came_back_is_not_why_another_dinas_should_have_it() -> None:
    returned = moved(
        report(Status.DISPATCHED), Verb.RETURN, Role.OFFICER, Fields(to="dishub", note="bukan jalan kami")
    )
    assert returned.reason == "bukan jalan kami"
    assert returned.custody[-1].why == "bukan jalan kami"
    assert returned.suggestion is not None
    assert (returned.suggestion.dinas, returned.suggestion.why) == ("dishub", "usul DPUPR")
    unknown = moved(report(Status.DISPATCHED), Verb.RETURN, Role.OFFICER, Fields(note="bukan jalan kami"))
    assert (unknown.suggestion, unknown.reason) == (None, "bukan jalan kami")


@pytest.mark.parametrize(
    ("verb", "status", "role"),
    [
        (Verb.TRANSFER, Status.DISPATCHED, Role.OFFICER),
        (Verb.RETURN, Status.DISPATCHED, Role.OFFICER),
        (Verb.REJECT, Status.NEW, Role.VERIFIER),
        (Verb.REFER, Status.NEW, Role.VERIFIER),
        (Verb.SEND_BACK, Status.AWAITING_VERIFICATION, Role.SUPERVISOR),
        (Verb.REOPEN, Status.REJECTED, Role.VERIFIER),
    ],
)
def test_a_reason_that_says_nothing_is_refused(verb: Verb, status: Status, role: Role) -> None:
    full = full_fields(verb)
    for note in ("xyz", "   salah     ", "bukan kam"):
        outcome = move(report(status), verb, role, msgspec.structs.replace(full, note=note))
        assert isinstance(outcome, Refusal)
        assert outcome.sentence().endswith(": alasannya terlalu pendek; tulis paling sedikit 10 huruf.")
        assert outcome.field == "note"
    assert isinstance(move(report(status), verb, role, msgspec.structs.replace(full, note="bukan kami")), Decision)  # fmt: skip
