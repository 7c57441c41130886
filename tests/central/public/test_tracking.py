"""What the citizen's page says, status by status, and what it must never say."""

import datetime as dt
from string import Formatter
from typing import Any

import pytest

from qlue_desk.central.public.dates import LocalDates, day_words
from qlue_desk.central.public.numbers import normalise_number
from qlue_desk.central.public.sentences import NEXT, NEXT_UNDATED, NOW, values_of
from qlue_desk.central.public.tracking import GoesOn, Tracking, phone_tail, track
from qlue_desk.cities import load_shipped
from qlue_desk.cities.calendar import calendar_for
from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.complaint import Attachment, Channel, Complaint, Entry, Reporter, Status

AT = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
CITY = load_shipped("bogor")
CLOCKS = Clocks(CITY, calendar_for(CITY))


def complaint(status: Status = Status.IN_PROGRESS, **changes: Any) -> Complaint:
    fields: dict[str, Any] = {
        "id": "c_1", "city": "bogor", "dinas": "dpupr", "number": "BGR-26-004211", "channel": Channel.QLUE,
        "title": "Lubang di Jl. Pajajaran", "text": "x", "created_at": AT - dt.timedelta(days=4),
        "received_at": AT - dt.timedelta(days=4), "status": status,
        "status_since": AT - dt.timedelta(days=1), "category": "jalan_rusak",
        "kelurahan": "32.71.03.1006", "resolve_by": AT + dt.timedelta(days=7),
        "acknowledged_at": AT - dt.timedelta(days=2), "acknowledge_by": AT - dt.timedelta(days=3),
    }  # fmt: skip
    return Complaint(**(fields | changes))


def page(found: Complaint, *entries: Entry) -> Tracking:
    return track(found, entries, CITY, CLOCKS, AT)


def entry(verb: str, before: Status | None, after: Status | None, **changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "id": f"h_{verb}", "complaint_id": "c_1", "verb": verb, "at": AT - dt.timedelta(hours=5),
        "actor_id": "u_rina", "actor_name": "Rina Marlina", "actor_dinas": "dpupr",
        "from_status": before, "to_status": after, "public": True,
    }  # fmt: skip
    return Entry(**(fields | changes))


def test_a_duplicate_tells_the_number_that_goes_on_and_its_status_and_nothing_else_of_it() -> None:
    mine = complaint(Status.DUPLICATE, duplicate_of="BGR-26-000001")
    other = complaint(
        Status.IN_PROGRESS,
        id="c_2",
        number="BGR-26-000002",
        title="Rumah Bu Siti",
        street="Gang Rahasia 7",
        reporter=Reporter(name="Siti", phone="0812••••678"),
    )
    shown = track(mine, (), CITY, CLOCKS, AT, other)
    assert shown.goes_on == GoesOn(
        "BGR-26-000002", "Proses", "◆", "yellow", "Dikerjakan DPUPR sejak 23 November."
    )
    assert shown.standing.next == "Tindak lanjut ada pada laporan BGR-26-000002."
    told = str(shown)
    assert not any(word in told for word in ("Siti", "Gang", "678"))
    asked = track(mine, (), CITY, CLOCKS, AT, complaint(Status.AWAITING_REPORTER, question="Di mana?"))
    assert asked.goes_on is not None
    assert (asked.goes_on.label, asked.goes_on.now) == ("Butuh info", "")
    secret = track(complaint(Status.DUPLICATE, reporter=Reporter(secret=True)), (), CITY, CLOCKS, AT, other)
    assert secret.goes_on is None
    assert page(complaint()).goes_on is None


def test_sentences_name_only_fields_that_there_are() -> None:
    there = set(values_of(complaint(), CITY, LocalDates(CITY.zone, AT), None))
    for name, table in (("NOW", NOW), ("NEXT", NEXT), ("NEXT_UNDATED", NEXT_UNDATED)):
        for status, sentence in table.items():
            named = {field for _text, field, _spec, _how in Formatter().parse(sentence) if field is not None}
            assert not (unknown := named - there), (
                f"{name}[{status}] (qlue_desk/central/public/sentences.py) names {sorted(unknown)}; there are {sorted(there)}"
            )


def test_every_status_has_its_sentences() -> None:
    for name, table in (("NOW", NOW), ("NEXT", NEXT)):
        assert not (lacking := set(Status) - set(table)), (
            f"{sorted(lacking)} need a sentence in {name} (qlue_desk/central/public/sentences.py)"
        )
    for status in Status:
        shown = page(
            complaint(
                status, resolved_at=AT - dt.timedelta(hours=1), refer_to="pln", duplicate_of="BGR-26-000001"
            )
        )
        for sentence in (shown.standing.now, shown.standing.next):
            assert sentence.endswith(".")
            assert "{" not in sentence
            assert "  " not in sentence


@pytest.mark.parametrize(
    ("found", "now", "following"),
    [
        (
            complaint(),
            "Dikerjakan DPUPR sejak 23 November.",
            "DPUPR menyelesaikannya paling lambat Selasa, 1 Desember pukul 10.00 WIB.",
        ),
        (
            complaint(Status.SCHEDULED, scheduled_for=dt.date(2027, 1, 4)),
            "Dijadwalkan DPUPR untuk 4 Januari 2027.",
            "DPUPR mengerjakannya pada 4 Januari 2027; selesai paling lambat Selasa, 1 Desember pukul 10.00 WIB.",
        ),
        (
            complaint(Status.NEW, dinas="diskominfo", dispatch_by=AT + dt.timedelta(minutes=7)),
            "Menunggu diperiksa Diskominfo sejak 23 November.",
            "Diskominfo memilih dinas yang menangani paling lambat Selasa, 24 November pukul 10.07 WIB.",
        ),
        (
            complaint(Status.OUTSIDE_AUTHORITY, refer_to="pln"),
            "Bukan kewenangan kota sejak 23 November; silakan hubungi PLN.",
            "Kota tidak melanjutkan laporan ini.",
        ),
        (
            complaint(Status.RESOLVED, resolved_at=AT - dt.timedelta(hours=1)),
            "Diselesaikan DPUPR pada 23 November.",
            "Anda dapat menilai atau menyanggah sampai Selasa, 8 Desember pukul 16.00 WIB.",
        ),
        (
            complaint(Status.RESOLVED, resolved_at=AT - dt.timedelta(days=60)),
            "Diselesaikan DPUPR pada 23 November.",
            "Masa menyanggah sudah lewat; tidak ada langkah lagi.",
        ),
    ],
)
def test_where_it_stands_and_what_comes_next(found: Complaint, now: str, following: str) -> None:
    shown = page(found).standing
    assert (shown.now, shown.next, shown.late) == (now, following, "")


def test_a_missed_deadline_is_said() -> None:
    shown = page(
        complaint(Status.DISPATCHED, acknowledged_at=None, acknowledge_by=AT - dt.timedelta(days=2, hours=3))
    ).standing
    assert shown.next == "DPUPR menerima laporan ini."
    assert shown.late == "Terlambat: tenggatnya Minggu, 22 November pukul 07.00 WIB, sudah lewat 2 hari."


@pytest.mark.parametrize(("seconds", "said"), [(3, "1 mnt"), (200 * 60, "3 jam"), (4 * 86400, "4 hari")])
def test_lateness_is_in_whole_units_and_never_in_seconds(seconds: int, said: str) -> None:
    due = AT - dt.timedelta(seconds=seconds)
    shown = page(complaint(Status.DISPATCHED, acknowledged_at=None, acknowledge_by=due)).standing
    assert shown.late.endswith(f"sudah lewat {said}.")


def test_steps_are_without_names_and_without_internal_texts() -> None:
    shown = page(
        complaint(),
        entry(
            "dispatch", Status.NEW, Status.DISPATCHED, public=False, fields={"dinas": "dpupr"}, text="cepat"
        ),
        entry("note", Status.DISPATCHED, Status.DISPATCHED, public=False, text="rahasia dapur"),
        entry("take", Status.DISPATCHED, Status.DISPATCHED, public=False),
        entry("note", Status.DISPATCHED, Status.DISPATCHED, text="Sudah disurvei, hubungi 081234567678"),
        entry("return", Status.DISPATCHED, Status.NEW, public=False, text="bukan kami"),
    )
    assert [(step.words, step.text) for step in shown.steps] == [
        ("DPUPR mengembalikannya ke Diskominfo", ""),
        ("Kabar dari DPUPR", "Sudah disurvei, hubungi 0812••••678"),
        ("Dikirim ke DPUPR", ""),
        ("Laporan masuk", ""),
    ]
    assert "Rina" not in repr(shown)


def test_a_secret_report_shows_its_status_only() -> None:
    photo = Attachment(sha256="a" * 64, name="a.jpg", media_type="image/jpeg", size=1)
    found = complaint(
        Status.RESOLVED,
        resolved_at=AT,
        reporter=Reporter(secret=True),
        attachments=(photo,),
        follow_up="Sudah",
        reason="alasan",
    )
    shown = page(found, entry("start", Status.ACKNOWLEDGED, Status.IN_PROGRESS, text="isi"))
    assert (shown.number, shown.label, shown.secret) == ("BGR-26-004211", "Selesai", True)
    assert (shown.title, shown.category, shown.place, shown.follow_up, shown.reason) == ("", "", "", "", "")
    assert (shown.steps, shown.before, shown.after) == ((), (), ())
    assert "DPUPR" not in repr(shown)
    assert "Pajajaran" not in repr(shown)


def test_evidence_is_public_only_once_it_is_proposed() -> None:
    before = Attachment(sha256="a" * 64, name="a.jpg", media_type="image/jpeg", size=1)
    after = Attachment(sha256="b" * 64, name="b.jpg", media_type="image/jpeg", size=1, evidence=True)
    paper = Attachment(sha256="c" * 64, name="c.pdf", media_type="application/pdf", size=1)
    outside = Attachment("", "d.jpg", "image/jpeg", 0, url="https://img.example/d.jpg")
    script = Attachment("", "e.jpg", "image/jpeg", 0, url="javascript:alert(1)")
    attachments = (before, after, paper, outside, script)
    working = page(complaint(attachments=attachments))
    done = page(complaint(Status.RESOLVED, resolved_at=AT, attachments=attachments))
    assert [p.sha256 or p.url for p in working.before] == ["a" * 64, "https://img.example/d.jpg"]
    assert working.after == ()
    assert [p.sha256 for p in done.after] == ["b" * 64]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("bgr 26 4211", "BGR-26-004211"),
        ("BGR-26-004211", "BGR-26-004211"),
        (" bgr264211.", "BGR-26-004211"),
        ("No. BGR–26–4211", ""),
        ("BGR-26-1234567", "BGR-26-1234567"),
        ("4211", ""),
        ("", ""),
        ("bgr٢٦4211", ""),
        ("x" * 5000, ""),
    ],
)
def test_numbers_as_citizens_type_them(typed: str, number: str) -> None:
    assert normalise_number(typed) == number


def test_phone_tails() -> None:
    assert phone_tail(complaint(reporter=Reporter(phone="0812••••678"))) == "678"
    assert phone_tail(complaint(reporter=Reporter(phone="••••••••"))) == ""
    assert phone_tail(complaint()) == ""


def test_dates_in_words() -> None:
    dates = LocalDates("Asia/Jayapura", AT)
    assert dates.moment(AT) == "Selasa, 24 November pukul 12.00 WIT"
    assert dates.short(AT) == "24 November, 12.00"
    assert day_words(dt.date(2025, 1, 5), dt.date(2026, 1, 1)) == "5 Januari 2025"
