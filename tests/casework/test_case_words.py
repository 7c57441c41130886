"""What desk and commands tell of a report: the same words, whoever draws them."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace

from qlue_desk.casework import case_words
from qlue_desk.cities import load_shipped
from qlue_desk.domain.clocks import ClockState, ClockView
from qlue_desk.domain.complaint import Attachment, Channel, Complaint, Reporter, Status, Suggestion
from tests.desk_world import NOW

SUGGESTED = Suggestion("jalan_rusak", "32.71.03.1006", "dpupr", "kata: lubang")
PLAIN = Complaint(
    id="c_1", city="bogor", dinas="diskominfo", title="Lubang", text="", channel=Channel.SMS, created_at=NOW,
    status=Status.NEW, suggestion=SUGGESTED, waiting_reason="no_category",
)  # fmt: skip


def test_a_secret_and_an_urgent_report_are_told_before_the_rest() -> None:
    assert list(case_words.warnings(PLAIN)) == []
    both = replace(PLAIN, priority=2, reporter=Reporter(secret=True))
    assert list(case_words.warnings(both)) == [
        "RAHASIA: hanya dinas pemegang yang boleh melihat isinya",
        "Prioritas darurat",
    ]


def test_who_sent_it_and_who_holds_it() -> None:
    siti = Reporter(name="Siti", phone="0812••••678")
    assert case_words.sent_words(PLAIN, "09.12") == "SMS · 09.12 · anonim"
    assert case_words.sent_words(replace(PLAIN, reporter=siti), "09.12") == "SMS · 09.12 · Siti · 0812••••678"
    hidden = replace(siti, anonymous=True, phone="")
    assert case_words.sent_words(replace(PLAIN, reporter=hidden), "09.12") == "SMS · 09.12 · anonim"
    assert case_words.holder_words(PLAIN) == "belum ada yang memegang"
    assert case_words.holder_words(replace(PLAIN, holder="u_rina")) == "u_rina"
    assert case_words.holder_words(replace(PLAIN, holder="u_rina", holder_name="Rina")) == "Rina"


def test_only_clocks_that_run_or_ran_are_told() -> None:
    hour = dt.timedelta(hours=1)
    none = ClockView("acknowledge", ClockState.NONE)
    running = ClockView("resolve", ClockState.OVERDUE, NOW, -hour)
    assert list(case_words.named_clocks((none, none))) == []
    assert list(case_words.named_clocks((none, running))) == [("Selesaikan", running)]
    assert list(case_words.named_clocks((running, none))) == [("Terima", running)]


@pytest.mark.parametrize(
    ("state", "hours", "words"),
    [
        (ClockState.OVERDUE, -2, "lewat 2 jam"),
        (ClockState.PAUSED, -2, "jeda, lewat 2 jam"),
        (ClockState.PAUSED, 0, "jeda, sisa 2 jam"),
        (ClockState.MET, 2, "tepat waktu"),
        (ClockState.MISSED, -2, "terlambat 2 jam"),
        (ClockState.RUNNING, 2, "sisa 2 jam"),
    ],
)
def test_how_a_clock_stands(state: ClockState, hours: int, words: str) -> None:
    assert (
        case_words.clock_words(ClockView("resolve", state, NOW, dt.timedelta(hours=hours)), "2 jam") == words
    )


def test_what_is_suggested_is_told_until_a_dinas_has_the_report() -> None:
    assert case_words.for_the_coordinator(PLAIN) == (SUGGESTED, "no_category")
    assert case_words.for_the_coordinator(replace(PLAIN, status=Status.ACKNOWLEDGED)) == (None, "")
    bogor = load_shipped("bogor")
    known = Suggestion(bogor.categories[0].key, bogor.kelurahan[0].code, "dpupr")
    named = (bogor.categories[0].label, bogor.kelurahan[0].name, "DPUPR")
    assert case_words.suggestion_words(known, bogor) == " → ".join(named)
    assert case_words.suggestion_words(Suggestion(), bogor) == "kategori ? → kelurahan ? → dinas ?"


def test_texts_and_files() -> None:
    assert case_words.text_of(PLAIN) == "(tanpa uraian)"
    assert case_words.text_of(replace(PLAIN, text="Gelap")) == "Gelap"
    told = replace(PLAIN, question="Mana?", follow_up="Ditambal")
    assert list(case_words.exchange(told)) == [("Pertanyaan", "Mana?"), ("Tindak lanjut", "Ditambal")]
    here = Attachment("a" * 64, "a.jpg", "image/jpeg", 13_500, evidence=True)
    away = Attachment("", "", "image/jpeg", 0, url="https://kota.example/a.jpg")
    assert case_words.file_words(here) == ("bukti", "a.jpg", "13 kB")
    assert case_words.file_words(away) == ("pelapor", "https://kota.example/a.jpg", "di luar")
    assert case_words.size_words(1) == "1 kB"
