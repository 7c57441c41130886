"""Running a central: beginning one, adding to it, backing it up, checking it."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from qlue_desk.central import admin
from qlue_desk.central.errors import DatabaseProblem, Invalid
from qlue_desk.central.hub import Hub
from qlue_desk.domain.city import Cooperation, Dinas


def test_beginning_twice_changes_nothing(tmp_path: Path) -> None:
    first = admin.init(tmp_path / "c")
    assert admin.init(tmp_path / "c") == first
    assert first.startswith("s_")


def test_opening_nothing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem) as caught:
        Hub.open(tmp_path)
    assert str(caught.value) == f"Belum ada server di {tmp_path}; jalankan central init dulu."
    with pytest.raises(DatabaseProblem, match="Alamat basis data mysql:… tidak dikenal"):
        Hub.open(tmp_path, database_url="mysql://x")


def test_a_newer_database_is_left_alone(office: Any) -> None:
    hub = office.hub
    with hub.database.writing():
        hub.database.run("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(DatabaseProblem, match=r"dari program yang lebih baru \(bentuk 99, program ini 1\)"):
        Hub.open(hub.data)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "central.db").write_bytes(b"bukan basis data " * 100)
    with pytest.raises(
        DatabaseProblem,
        match=r"rusak \(file is not a database\); hentikan server dan pulihkan dari cadangan terakhir",
    ):
        Hub.open(tmp_path)


def test_a_city_added_again_keeps_how_it_cooperates(office: Any) -> None:
    office.hub.register.set_cooperation("bogor", Cooperation.PARTNER)
    assert admin.add_shipped_city(office.hub, "bogor").cooperation is Cooperation.PARTNER
    assert admin.add_shipped_city(office.hub, "manado").key == "manado"
    assert [city.key for city in office.hub.cities()] == ["bogor", "manado"]
    twin = replace(office.hub.city("bogor"), key="bogor2")
    with pytest.raises(Invalid, match="Awalan nomor BGR sudah dipakai Kota Bogor"):
        office.hub.put_city(twin)


def test_a_dinas_can_be_added(office: Any) -> None:
    city = admin.add_dinas(office.hub, "bogor", Dinas("perumda", "Perumda Baru"))
    assert city.dinas_name("perumda") == "Perumda Baru"
    admin.add_user(office.hub, "pipa", "bogor", ["officer"], dinas="perumda")  # type: ignore[list-item]
    assert office.hub.accounts.people("bogor", "perumda")[0].name == "pipa"
    with pytest.raises(Invalid):
        admin.add_dinas(office.hub, "bogor", Dinas("a/b", "x"))


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DELETE FROM feed_event WHERE stream = 'bogor' AND seq = 2", "aliran bogor: sesudah 1 datang 3"),
        ("UPDATE feed_event SET payload = x'7B7D' WHERE stream = 'bogor' AND seq = 2",
         "aliran bogor: isi kejadian 2 berubah"),
        ("UPDATE feed_event SET version = 9 WHERE stream = 'bogor' AND seq = 2",
         "aliran bogor: rantai putus di 2"),
        ("UPDATE stream SET last_seq = 4 WHERE key = 'bogor'", "aliran bogor: kepala 4, kejadian terakhir 3"),
        ("UPDATE complaint SET status = 'resolved' WHERE number = 'BGR-26-000001'",
         "laporan BGR-26-000001: kolom tidak cocok dengan isinya"),
        ("UPDATE complaint SET body = x'7B' WHERE number = 'BGR-26-000001'",
         "laporan BGR-26-000001: isinya tidak dapat dibaca"),
        ("DELETE FROM complaint WHERE number = 'BGR-26-000003'", "2 baris riwayat tanpa laporan"),
    ],
)  # fmt: skip
def test_a_check_names_what_is_damaged(office: Any, damage: str, fault: str) -> None:
    for n in range(3):
        office.take(str(n))
    assert admin.check(office.hub).faults == ()
    with office.hub.database.writing():
        office.hub.database.run(damage)
    assert admin.check(office.hub).faults == (fault,)


def test_a_check_misses_a_file(office: Any) -> None:
    kept = office.hub.blobs.add(b"\x89PNG\r\n\x1a\nbukti", "x.png")
    assert admin.check(office.hub).faults == ()
    office.hub.blobs.path(kept.sha256).unlink()
    assert admin.check(office.hub).faults == (f"berkas {kept.sha256[:12]} hilang",)
