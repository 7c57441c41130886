"""A report that the law demands to be forgotten says nothing any more, anywhere."""

from typing import Any

import msgspec

from qlue_desk.central import admin
from qlue_desk.domain.complaint import Reporter, Status
from qlue_desk.protocol import Payload

PHOTO = b"\xff\xd8\xff\xe0 wajah pelapor"


def test_nothing_of_the_content_is_left_and_the_chain_holds(office: Any) -> None:
    hub = office.hub
    kept = hub.blobs.add(PHOTO, "wajah.jpg")
    complaint = office.take(
        text="Saya Siti, rumah saya di Gang Mawar.", raw="SITI;GANG MAWAR", photos=(f"sha256:{kept.sha256}",)
    ).complaint
    office.act(complaint, "note", note="pelapor Siti di Gang Mawar")
    denied = office.act(complaint, "erase", office.verifier, note="permintaan")
    assert denied.detail == "Hapus menurut undang-undang: hanya admin."
    result = office.act(complaint, "erase", office.admin, note="permintaan pasal 8")
    assert result.status == "applied"
    now = office.now_is(complaint)
    assert (now.title, now.text, now.attachments) == ("(dihapus)", "", ())
    assert now.reporter == Reporter(anonymous=True)
    assert (now.number, now.status, now.category) == (complaint.number, Status.DISPATCHED, "pju")
    assert [(e.verb, e.text) for e in hub.records.entries(complaint.id)] == [
        ("enter", ""), ("dispatch", ""), ("note", ""), ("erase", "permintaan pasal 8"),
    ]  # fmt: skip
    with hub.database.connected():
        for table in ("complaint", "entry", "identity", "source", "feed_event", "attachment", "blob"):
            everything = str(hub.database.all(f"SELECT * FROM {table}"))
            assert "Siti" not in everything
            assert "mawar" not in everything.lower()
    assert not hub.blobs.path(kept.sha256).exists()
    assert admin.check(hub).faults == ()


def test_every_desk_is_told_the_blank_history(office: Any) -> None:
    complaint = office.take().complaint
    office.act(complaint, "note", note="rahasia kecil")
    office.act(complaint, "erase", office.admin, note="permintaan")
    for stream in ("bogor", "bogor/dishub"):
        events = office.hub.feed.pull(stream, None, 10).events
        assert [bytes(event.payload) for event in events[:-1]] == [b""] * 2
        last = msgspec.json.decode(events[-1].payload, type=Payload)
        assert [(e.verb, e.text) for e in last.entries] == [
            ("enter", ""), ("dispatch", ""), ("note", ""), ("erase", "permintaan"),
        ]  # fmt: skip


def test_a_file_that_another_report_shows_stays(office: Any) -> None:
    kept = office.hub.blobs.add(PHOTO, "x.jpg")
    first = office.take("1", photos=(f"sha256:{kept.sha256}",)).complaint
    office.take("2", photos=(f"sha256:{kept.sha256}",))
    office.act(first, "erase", office.admin, note="permintaan")
    assert office.hub.blobs.known(kept.sha256) is not None
    assert office.hub.blobs.path(kept.sha256).read_bytes() == PHOTO
