"""An operator's new report: on the desk at once, masked, complete or refused in one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.entering import enter
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.reading import queue
from qlue_desk.domain.complaint import Channel, Reporter, Status
from qlue_desk.protocol import NewReport
from qlue_desk.store import outbox
from tests.desk_world import NOW, DeskWorld

CALL = NewReport(
    title="",
    text="Pohon tumbang menutup jalan\ndekat sekolah",
    channel=Channel.CALL_CENTRE_112,
    reported_at=NOW - dt.timedelta(minutes=2),
    kelurahan="Sempur",
    phone="0812 3456 678",
    name="Siti",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld.make(tmp_path / "home", dinas="diskominfo", as_="u_oki")
    yield world
    world.close()


def test_a_new_report_stands_at_the_verifier_without_a_number(world: DeskWorld) -> None:
    made = enter(world.workplace, CALL, NOW)
    assert world.get(made.id) == made
    assert (made.number, made.status, made.dinas) == ("", Status.NEW, "diskominfo")
    assert made.title == "Pohon tumbang menutup jalan"
    assert world.workplace.city.kelurahan_name(made.kelurahan) == "Sempur"
    assert made.dispatch_by is not None
    assert made.dispatch_by > NOW
    [line] = queue(world.workplace, "status:new", now=NOW)
    assert line["pending"] is True
    [waiting] = world.store.reading(outbox.waiting)
    assert waiting.action.verb == "enter"
    assert waiting.action.report is not None
    assert waiting.action.report.kelurahan == made.kelurahan


def test_the_desk_shows_a_masked_number_and_central_gets_it_whole(world: DeskWorld) -> None:
    made = enter(world.workplace, CALL, NOW)
    assert made.reporter == Reporter(name="Siti", phone="0812••••678")
    [waiting] = world.store.reading(outbox.waiting)
    assert waiting.action.report is not None
    assert waiting.action.report.phone == "0812 3456 678"
    anonymous = NewReport(
        "Got", "Got mampet", Channel.WALK_IN, NOW, reporter=Reporter(anonymous=True), name="Siti"
    )
    assert enter(world.workplace, anonymous, NOW).reporter.name == ""


def test_ghost_calls_are_counted_and_closed(world: DeskWorld) -> None:
    ghost = NewReport("", "", Channel.CALL_CENTRE_112, NOW, junk_kind="ghost")
    made = enter(world.workplace, ghost, NOW)
    assert (made.status, made.title) == (Status.NOT_A_REPORT, "telepon hantu")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "", "text": " "}, "Tulis dulu apa yang dilaporkan."),
        ({"category": "jalanan besar"}, "Kategori “jalanan besar” tidak dikenal."),
        ({"kelurahan": "Senayan"}, "Kelurahan “Senayan” tidak dikenal."),
        ({"phone": "nol delapan"}, "“nol delapan” bukan nomor telepon."),
        ({"junk_kind": "x"}, "“x” tidak dikenal; pilih ghost, prank, information."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_recorded(
    world: DeskWorld, changes: dict[str, str], sentence: str
) -> None:
    from msgspec.structs import replace

    with pytest.raises(Refused) as error:
        enter(world.workplace, replace(CALL, **changes), NOW)
    assert str(error.value) == sentence
    assert world.store.reading(outbox.waiting) == []


def test_officers_do_not_enter_reports(world: DeskWorld) -> None:
    with pytest.raises(Refused) as error:
        enter(world.signed_in_as("u_rina"), CALL, NOW)
    assert str(error.value) == "Laporan baru hanya dicatat operator atau verifikator."
