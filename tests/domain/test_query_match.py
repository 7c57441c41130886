"""What each term finds."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlue_desk.domain.complaint import Attachment, Channel, Complaint, Reporter, Status
from qlue_desk.domain.query import Query, parse
from qlue_desk.domain.query_match import Facts, Moment, matches
from qlue_desk.domain.query_names import QueryNames, Spelling


def wib(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+07:00")


NOW = wib("2026-11-24T10:00")
MOMENT = Moment(NOW, "u_me", ZoneInfo("Asia/Jakarta"))
COMPLAINT = Complaint(
    id="c_1",
    city="bogor",
    dinas="dpupr",
    title="Lampu jalan mati",
    text="Sudah tiga malam gelap, dekat Cáfé Kopi",
    channel=Channel.SMS,
    created_at=wib("2026-11-23T08:00"),
    number="BGR-26-004211",
    status=Status.DISPATCHED,
    category="lampu_jalan",
    kelurahan="32.71.03.1003",
    street="Jl. Pajajaran",
    lat_e6=-6_597_147,
    lon_e6=106_806_039,
    reporter=Reporter(phone="0812••••678"),
    holder="u_rina",
    holder_name="Rina Wati",
    dispatched_at=wib("2026-11-23T08:07"),
    acknowledge_by=wib("2026-11-24T08:07"),
    resolve_by=wib("2026-12-01T16:00"),
    attachments=(Attachment("0" * 64, "a.jpg", "image/jpeg", 1),),
)
ACKNOWLEDGED = msgspec.structs.replace(COMPLAINT, status=Status.ACKNOWLEDGED, acknowledged_at=NOW)
CLOSED = msgspec.structs.replace(ACKNOWLEDGED, status=Status.RESOLVED, final=True, reopened=1)
BARE = msgspec.structs.replace(
    COMPLAINT,
    status=Status.NEW,
    category=None,
    kelurahan=None,
    holder=None,
    holder_name="",
    lat_e6=None,
    reporter=Reporter(secret=True),
    attachments=(),
    acknowledge_by=None,
    resolve_by=None,
    waiting_reason="no_place",
    priority=2,
)

FOUND = [
    (COMPLAINT, "status:disposisi"),
    (COMPLAINT, "status:new,dispatched"),
    (COMPLAINT, "-status:new"),
    (COMPLAINT, "colour:red"),
    (COMPLAINT, "city:bogor dinas:dpupr channel:sms category:lampu_jalan"),
    (COMPLAINT, "kelurahan:sempur kecamatan:32.71.03"),
    (COMPLAINT, "by:rina"),
    (COMPLAINT, "-by:me -is:mine -is:unassigned"),
    (COMPLAINT, "number:4211"),
    (COMPLAINT, "overdue is:open is:unacknowledged due:overdue due:<8h due:today"),
    (COMPLAINT, "older:24h newer:27h since:2026-11-23 until:2026-11-23 since:yesterday"),
    (COMPLAINT, "has:photo has:place has:phone -has:evidence -has:note -has:unsent"),
    (COMPLAINT, "lampu"),
    (COMPLAINT, "lam"),
    (COMPLAINT, '"jalan mati"'),
    (COMPLAINT, "cafe"),
    (COMPLAINT, "4211"),
    (COMPLAINT, "26-4211 bgr-26-00"),
    (COMPLAINT, "number:26-4211 number:bgr number:0042"),
    (COMPLAINT, "cáfé"),
    (COMPLAINT, "pajajaran -macet"),
    (COMPLAINT, "- lampu"),
    (COMPLAINT, ""),
    (ACKNOWLEDGED, "due:>3d -overdue -is:unacknowledged"),
    (ACKNOWLEDGED, "due:2026-12-01 -due:week -due:none"),
    (CLOSED, "is:closed is:final is:reopened due:none -overdue colour:green"),
    (BARE, "category:none kelurahan:none kecamatan:none by:none due:none"),
    (BARE, "is:secret is:waiting is:unassigned priority:emergency -has:place -has:photo -has:phone"),
]
POND = msgspec.structs.replace(COMPLAINT, text="Air kolam meluap")
FOUND += [(POND, "kol"), (POND, "-kolonel")]
MISSED = [
    (COMPLAINT, "status:new"),
    (POND, "kolonel"),
    (COMPLAINT, "-overdue"),
    (COMPLAINT, "older:27h"),
    (COMPLAINT, "newer:26h older:26h"),
    (COMPLAINT, "since:today"),
    (COMPLAINT, "until:2026-11-22"),
    (COMPLAINT, "due:tomorrow"),
    (COMPLAINT, '"mati jalan"'),
    (COMPLAINT, '"jalan mat"'),
    (COMPLAINT, "ampu"),
    (COMPLAINT, "211"),
    (COMPLAINT, "number:211"),
    (COMPLAINT, "number:6-4211"),
    (COMPLAINT, "lampu -gelap"),
    (COMPLAINT, "status:dispatched category:none"),
    (COMPLAINT, "priority:high"),
    (COMPLAINT, "is:paused"),
    (COMPLAINT, "colour:grey"),
    (CLOSED, "is:open"),
    (BARE, "due:<8h"),
    (BARE, "overdue"),
]
NAMES = QueryNames(
    city=(Spelling("bogor", "bogor"),),
    dinas=(Spelling("dpupr", "dpupr"),),
    category=(Spelling("lampu_jalan", "lampu_jalan"),),
    kelurahan=(Spelling("sempur", "32.71.03.1003"),),
    kecamatan=(Spelling("32.71.03", "32.71.03"),),
)


def query_of(text: str) -> Query:
    return parse(text, NAMES)


@pytest.mark.parametrize(("complaint", "text"), FOUND)
def test_found(complaint: Complaint, text: str) -> None:
    assert matches(query_of(text), complaint, MOMENT)


@pytest.mark.parametrize(("complaint", "text"), MISSED)
def test_missed(complaint: Complaint, text: str) -> None:
    assert not matches(query_of(text), complaint, MOMENT)


def test_facts_that_the_complaint_does_not_carry() -> None:
    assert matches(query_of("has:note has:unsent"), COMPLAINT, MOMENT, Facts(notes=1, pending=1))
    assert not matches(query_of("has:note has:unsent"), COMPLAINT, MOMENT, Facts(notes=1))
    assert matches(query_of("survei"), COMPLAINT, MOMENT, Facts(note_text="tim survei besok"))
    assert not matches(query_of("survei"), COMPLAINT, MOMENT)


def test_a_week_ends_on_sunday() -> None:
    for due, this_week in (
        ("2026-11-23T23:59", False),
        ("2026-11-29T23:59", True),
        ("2026-11-30T00:00", False),
    ):
        complaint = msgspec.structs.replace(COMPLAINT, acknowledge_by=wib(due))
        assert matches(query_of("due:minggu-ini"), complaint, MOMENT) is this_week


@settings(max_examples=100, deadline=None, database=None)
@given(
    term=st.sampled_from(
        ["overdue", "due:today", "older:24h", "has:photo", "lampu", '"jalan mati"', "status:new"]
    ),
    complaint=st.sampled_from([COMPLAINT, ACKNOWLEDGED, CLOSED, BARE]),
    hours=st.integers(-200, 200),
)
def test_negation_turns_every_answer_round(term: str, complaint: Complaint, hours: int) -> None:
    moment = Moment(NOW + dt.timedelta(hours=hours), "u_me", MOMENT.zone)
    assert matches(query_of(term), complaint, moment) != matches(query_of("-" + term), complaint, moment)


def test_the_day_is_the_city_s() -> None:
    # 23:30 UTC on Monday is Tuesday in Bogor.
    moment = Moment(dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC), "u_me", MOMENT.zone)
    assert matches(query_of("due:today since:yesterday"), COMPLAINT, moment)
    assert not matches(query_of("due:tomorrow"), COMPLAINT, moment)
