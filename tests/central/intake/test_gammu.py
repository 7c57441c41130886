"""Gammu SMSD as recorded: database, spool folder, hook."""

import datetime as dt
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.gammu import (
    Part,
    concatenation,
    decode_spool,
    group,
    hook_report,
    read_parts,
    take_hook,
    take_inbox,
)
from qlue_desk.central.intake.messages import keywords_of
from qlue_desk.central.records import Search
from qlue_desk.cities import load_shipped
from qlue_desk.domain.complaint import Channel
from tests.central.conftest import Clock

AT = dt.datetime(2025, 11, 5, 10, 0, tzinfo=dt.UTC)
PLUS = "+6281234567678"


def part(number: int, text: str, header: str = "", minutes: float = 0, sender: str = PLUS) -> Part:
    at = AT + dt.timedelta(minutes=minutes)
    return Part(number, sender, at, text, *concatenation(header), written_at=at.isoformat())


def inbox(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    """An inbox with rows of (sender, time, text, header), ids from 1."""
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE IF NOT EXISTS inbox (ID INTEGER PRIMARY KEY, SenderNumber, ReceivingDateTime, "
        "TextDecoded, UDH, Text DEFAULT '')"
    )
    connection.executemany(
        "INSERT INTO inbox (SenderNumber, ReceivingDateTime, TextDecoded, UDH) VALUES (?, ?, ?, ?)", rows
    )
    connection.commit()
    connection.close()
    return path


def texts(hub: Hub) -> list[str]:
    return sorted(c.text for c in hub.records.search(Search("bogor", limit=100)))


def test_the_recorded_inbox_is_eighteen_messages_taken_once(hub: Hub, shared_data: Path) -> None:
    path = shared_data / "sms" / "gammu_smsd.sqlite"
    first, second = take_inbox(hub, path, "bogor"), take_inbox(hub, path, "bogor")
    assert (first.read, first.taken, first.duplicates) == (18, 18, 0)
    assert first.taken == first.routed + first.waiting
    assert (second.read, second.taken, second.duplicates) == (18, 0, 18)
    complaints = hub.records.search(Search("bogor", limit=100))
    assert len(complaints) == 18
    assert {c.channel for c in complaints} == {Channel.SMS}
    oldest = min(complaints, key=lambda complaint: complaint.created_at)
    assert oldest.created_at == dt.datetime(2025, 11, 5, 0, 28, 36, tzinfo=dt.UTC)  # 07:28:36 WIB
    assert oldest.reporter.phone == "0800••••001"


def test_the_recorded_spool_and_hook_say_the_same_as_the_inbox(
    hub: Hub, shared_data: Path, tmp_path: Path
) -> None:
    zone = "Asia/Jakarta"
    from_inbox = [m.text.strip() for m in group(read_parts(shared_data / "sms" / "gammu_smsd.sqlite", zone))]
    for line in (shared_data / "sms" / "gammu_files_backend.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        file = tmp_path / record["filename"]
        file.write_bytes(bytes.fromhex(record["hex"]))
        os.utime(file, (1, 1))
    result = take_inbox(hub, tmp_path, "bogor")
    assert (result.read, result.taken) == (18, 18)
    assert texts(hub) == sorted(from_inbox)
    assert take_inbox(hub, tmp_path, "bogor").duplicates == 18

    lines = (shared_data / "sms" / "gammu_runonreceive.jsonl").read_text("utf-8").splitlines()
    city = load_shipped("bogor")
    assert [hook_report(json.loads(line), city, AT).text for line in lines] == from_inbox


def test_a_reading_does_not_write_to_the_inbox(hub: Hub, shared_data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "smsd.db"
    shutil.copyfile(shared_data / "sms" / "gammu_smsd.sqlite", copy)
    before = copy.read_bytes()
    assert take_inbox(hub, copy, "bogor").taken == 18
    assert copy.read_bytes() == before


def test_a_daemon_that_is_writing_is_waited_for(hub: Hub, tmp_path: Path) -> None:
    path = inbox(tmp_path / "smsd.db", (PLUS, "2025-11-05 08:00:00", "Lampu mati", ""))
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE inbox SET TextDecoded = 'belum' ")
    assert take_inbox(hub, path, "bogor").taken == 1
    assert texts(hub) == ["Lampu mati"]
    writer.execute("ROLLBACK")
    writer.close()


def test_parts_of_other_versions_are_joined_in_order() -> None:
    messages = group(
        [part(1, "dua ", "050003970302"), part(2, "satu ", "050003970301"), part(3, "tiga", "050003970303")]
    )
    assert [m.text for m in messages] == ["satu dua tiga"]


def test_the_reference_counts_only_with_sender_and_near_in_time() -> None:
    other = "+6281111111111"
    messages = group(
        [
            part(1, "a1", "050003970201"),
            part(2, "b1", "050003970201", sender=other),
            part(3, "a2", "050003970202"),
            part(4, "b2", "050003970202", sender=other),
            part(5, "c1", "050003970201", minutes=60 * 30),
            part(6, "c2", "050003970202", minutes=60 * 30),
            part(7, "d1", "050003970201", minutes=60 * 30 + 1),
        ]
    )
    assert [m.text for m in messages] == ["a1a2", "b1b2", "c1c2", "d1"]
    assert [m.complete for m in messages] == [True, True, True, False]


def test_a_part_that_comes_days_later_belongs_to_another_message() -> None:
    messages = group([part(1, "awal", "050003970201"), part(2, "akhir", "050003970202", minutes=60 * 30)])
    assert [(m.text, m.complete) for m in messages] == [("awal", False), ("akhir", False)]


def test_an_incomplete_message_waits_a_day_and_is_taken_once(hub: Hub, clock: Clock, tmp_path: Path) -> None:
    path = inbox(tmp_path / "smsd.db", (PLUS, "2026-11-24 09:00:00", "satu ", "050003970201"))
    assert take_inbox(hub, path, "bogor").read == 0
    inbox(path, (PLUS, "2026-11-24 09:00:05", "dua", "050003970202"))
    assert take_inbox(hub, path, "bogor").taken == 1
    assert texts(hub) == ["satu dua"]

    inbox(path, (PLUS, "2026-11-24 09:30:00", "hanya awal", "050003980201"))
    assert take_inbox(hub, path, "bogor").read == 1
    clock.forward(hours=24, minutes=31)
    result = take_inbox(hub, path, "bogor")
    assert (result.read, result.taken, result.duplicates) == (2, 1, 1)
    assert texts(hub) == ["hanya awal", "satu dua"]


def test_a_time_that_is_none_is_kept_as_unreadable(hub: Hub, tmp_path: Path) -> None:
    path = inbox(tmp_path / "smsd.db", (PLUS, "0000-00-00", "Lampu mati", ""))
    assert take_inbox(hub, path, "bogor").reasons == {"unreadable": 1}


def test_another_zone_may_be_named(hub: Hub, tmp_path: Path) -> None:
    path = inbox(tmp_path / "smsd.db", (PLUS, "2025-11-05 08:00:00", "Lampu mati", ""))
    take_inbox(hub, path, "bogor", zone="UTC")
    (complaint,) = hub.records.search(Search("bogor"))
    assert complaint.created_at == dt.datetime(2025, 11, 5, 8, 0, tzinfo=dt.UTC)


def test_what_is_no_inbox_is_said_in_one_sentence(hub: Hub, tmp_path: Path) -> None:
    broken = tmp_path / "x.db"
    broken.write_bytes(b"bukan basis data sama sekali" * 100)
    for path in (broken, tmp_path / "tidak-ada.db"):
        with pytest.raises(IntakeError, match=str(path)):
            take_inbox(hub, path, "bogor")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ("", 1, 1)),
        ("050003970201", ("97", 2, 1)),
        ("060804012C0302", ("012c", 3, 2)),
        ("0B0504158A000000039B0302", ("9b", 3, 2)),
        ("050003970203", ("", 1, 1)),
        ("zz", ("", 1, 1)),
        ("0500", ("", 1, 1)),
    ],
)
def test_user_data_headers(header: str, expected: tuple[str, int, int]) -> None:
    assert concatenation(header) == expected


def test_a_character_cut_in_two_by_the_spool_is_joined() -> None:
    hands = "🙏".encode("utf-16-be")
    pieces = [
        b"\xfe\xffA\x00".replace(b"A\x00", b"\x00A") + hands[:2],
        b"\xfe\xff" + hands[2:] + b"\x00\x00\x00x",
    ]
    assert decode_spool(pieces) == "A🙏"


def test_the_hook_without_a_message_says_so(hub: Hub) -> None:
    with pytest.raises(IntakeError, match="SMS_MESSAGES"):
        take_hook(hub, {"PATH": "/usr/bin"}, "bogor")


def test_the_hook_takes_a_message_once(hub: Hub) -> None:
    environment = {
        "SMS_MESSAGES": "1",
        "SMS_1_NUMBER": PLUS,
        "SMS_1_TEXT": "Pohon tumbang",
        "DECODED_PARTS": "0",
    }
    assert take_hook(hub, environment, "bogor").taken == 1
    assert take_hook(hub, environment, "bogor").duplicates == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LAPOR bogor tengah lampu mati", {"kecamatan": "bogor tengah", "rest": "lampu mati"}),
        ("Lapor kec. Tanah Sereal: got mampet", {"kecamatan": "kec. Tanah Sereal", "rest": "got mampet"}),
        ("LAPOR Sempur sampah", {"kelurahan": "Sempur", "rest": "sampah"}),
        ("DPUPR jalan rusak", {"dinas": "DPUPR", "rest": "jalan rusak"}),
        ("Bogor Tengah macet", {}),
        ("Lapor masbup, jalan rusak", {"rest": "masbup, jalan rusak"}),
        ("lapor", {}),
        ("", {}),
    ],
)
def test_keywords(text: str, found: dict[str, str]) -> None:
    assert keywords_of(text, load_shipped("bogor")) == found
