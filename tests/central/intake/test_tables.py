"""Exported tables: real SP4N and 112 exports, and everything that can be wrong with a file."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from qlue_desk.central.hub import Hub
from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.mapping import EXAMPLE, SHIPPED, load_mapping
from qlue_desk.central.intake.result import IntakeResult
from qlue_desk.central.intake.table import decode, read_table, same_city, sniff, take_table
from qlue_desk.central.records import Search
from qlue_desk.cities import load_shipped
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Channel, Status
from tests.central.made_cities import samarinda, sumenep

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
HEADER = (
    "id,tanggal_masuk,waktu_masuk,kategori,judul,isi,tipe,instansi_terdisposisi,kota_kabupaten,"
    "kecamatan,kelurahan"
)


def test_the_example_names_every_channel() -> None:
    [line] = [
        line for line in (SHIPPED / EXAMPLE).read_text("utf-8").splitlines() if line.startswith("channel")
    ]
    assert [word.strip() for word in line.partition("#")[2].split(",")] == [str(one) for one in Channel]


def table(tmp_path: Path, *lines: str, name: str = "aduan.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join((HEADER, *lines)) + "\n", "utf-8")
    return path


def read(path: Path, city: str = "bogor"):
    return list(read_table(path, load_shipped(city), mapping=None, now=NOW))


def everything(hub: Hub, city: str):
    return hub.records.search(Search(city, secret=True, limit=1000))


def test_every_row_of_samarinda_is_kept_and_counted(hub: Hub, shared_data: Path, tmp_path: Path) -> None:
    hub.put_city(samarinda(tmp_path, shared_data))
    path = shared_data / "complaints_id" / "samarinda_sp4n_2024.csv"

    trial = take_table(hub, path, "samarinda", dry_run=True)
    assert everything(hub, "samarinda") == []
    result = take_table(hub, path, "samarinda")
    again = take_table(hub, path, "samarinda")

    assert result == trial
    assert (result.read, result.taken, result.duplicates) == (120, 120, 0)
    assert result.taken == result.routed + result.waiting
    assert sum(result.reasons.values()) == result.waiting
    assert result.reasons["other_city"] == 3
    assert result.routed > 0
    assert (again.read, again.taken, again.duplicates, again.reasons) == (120, 0, 120, {})

    kept = everything(hub, "samarinda")
    assert len(kept) == 120
    for complaint in kept:
        dispatched = complaint.status is Status.DISPATCHED
        assert dispatched != bool(complaint.waiting_reason)
        assert complaint.title
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(c.reporter.secret for c in kept) == sum("Rahasia" in row["tipe"] for row in rows) == 47
    assert sum(c.reporter.anonymous for c in kept) == sum("Anonim" in row["tipe"] for row in rows) == 58


def test_a_row_of_samarinda_field_by_field(shared_data: Path, tmp_path: Path) -> None:
    city = samarinda(tmp_path, shared_data)
    path = shared_data / "complaints_id" / "samarinda_sp4n_2024.csv"
    reports = {report.source_id: report for report in read_table(path, city, mapping=None, now=NOW)}

    empty = reports["SMD-0122"]
    assert (empty.source, empty.channel) == ("sp4n", Channel.SP4N)
    assert empty.reported_at == dt.datetime(2024, 5, 13, 4, 12, 31, tzinfo=dt.UTC)  # 12:12:31 WITA
    assert empty.title == "Gangguan Layanan Penyaluran Air"
    assert (empty.text, empty.source_dinas) == ("", "Perumdam Tirta Kencana")
    assert empty.anonymous
    assert empty.secret
    assert reports["SMD-0123"].kelurahan_text == "Harapan Baru"
    elsewhere = [report for report in reports.values() if report.waits]
    assert {report.waits for report in elsewhere} == {"other_city"}
    assert len(elsewhere) == 3


def test_every_event_of_sumenep_is_kept_and_counted(hub: Hub, shared_data: Path, tmp_path: Path) -> None:
    hub.put_city(sumenep(tmp_path, shared_data))
    path = shared_data / "complaints_id" / "sumenep_cc112.csv"
    result = take_table(hub, path, "sumenep")
    assert (result.read, result.taken, result.duplicates) == (65, 65, 0)
    assert result.routed + result.waiting == 65
    assert sum(result.reasons.values()) == result.waiting
    assert take_table(hub, path, "sumenep").duplicates == 65

    backwards = [c for c in everything(hub, "sumenep") if "Catatan: sumber" in c.text]
    assert len(backwards) == 1
    assert backwards[0].created_at == dt.datetime(2023, 5, 16, 7, 0, tzinfo=dt.UTC)
    assert backwards[0].resolved_at is None


def test_an_indonesian_date_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    path = tmp_path / "112.csv"
    path.write_text(
        "id,lat,lon,alamat,desa_kelurahan,kecamatan,kejadian,opd,diterima,diterima_asli,uraian\n"
        "1,-6.59,106.8,Jl. Jalak,Sempur,Bogor Tengah,KEBAKARAN,DAMKAR,,25 Agustus 2021 12:25,Api\n",
        "utf-8",
    )
    (report,) = read(path)
    assert report.reported_at == dt.datetime(2021, 8, 25, 5, 25, tzinfo=dt.UTC)
    assert report.unreadable == ""
    assert (report.lat, report.lon) == (-6.59, 106.8)


def test_rows_that_cannot_be_read_are_kept_with_row_and_reason(hub: Hub, tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "A1,2024-05-11,08:00:00,Jalan Berlubang,Lubang,Dalam,,DPUPR,Kota Bogor,,Sempur",
        "A2,kemarin,siang,Jalan Berlubang,Lubang,Dalam,,DPUPR,Kota Bogor,,Sempur",
        "",
        "A3,2024-05-11,08:00:00,terlalu,sedikit",
        "A4,2024-05-11,08:00:00,a,b,c,d,e,f,g,h,kelebihan",
    )
    result = take_table(hub, path, "bogor")
    assert (result.read, result.taken, result.routed) == (4, 4, 1)
    assert result.reasons == {"unreadable": 3}
    reasons = sorted(reason for _number, _source, reason in hub.records.unreadable("bogor"))
    assert reasons == [
        "baris 3: waktu “kemarin siang” tidak terbaca",
        "baris 5: 5 kolom, seharusnya 11",
        "baris 6: 12 kolom, seharusnya 11",
    ]


def test_a_row_without_id_is_known_by_its_content(hub: Hub, tmp_path: Path) -> None:
    row = ",2024-05-11,08:00:00,Jalan Berlubang,Lubang,Dalam,,DPUPR,Kota Bogor,,Sempur"
    path = table(tmp_path, row, row.replace("Dalam", "Lain"), row)
    result = take_table(hub, path, "bogor")
    assert (result.read, result.taken, result.duplicates) == (3, 2, 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    row = "A1,2024-05-11,08:00:00,Jalan Berlubang,Café rusak – parah,Isi,,DPUPR,Kota Bogor,,Sempur"
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}\r\n{row}\r\n".replace(",", delimiter).encode(encoding))
    (report,) = read(path)
    assert report.title == "Café rusak – parah"
    assert report.source_id == "A1"


def test_sniffing_does_not_count_inside_quotes() -> None:
    assert sniff('"a,b,c,d";e;f') == ";"
    assert decode(b"\x93baik\x94") == "“baik”"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "kosong"),
        (b"apa,ini\n1,2\n", "Kepala tabel tidak dikenal"),
    ],
)
def test_a_table_that_is_none_stops_with_one_sentence(
    hub: Hub, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(IntakeError, match=sentence) as caught:
        take_table(hub, path, "bogor")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="tidak bisa dibaca"):
        take_table(hub, tmp_path / "tidak-ada.csv", "bogor")


def test_an_own_mapping(hub: Hub, tmp_path: Path) -> None:
    mapping = tmp_path / "surel.toml"
    mapping.write_text(
        'name = "Surel"\nsource = "surel"\nchannel = "email"\nzone = "Asia/Jayapura"\n'
        '[columns]\nsource_id = "No"\nreported_at = ["Tanggal"]\ntext = "Keluhan"\nphone = "HP"\n',
        "utf-8",
    )
    path = tmp_path / "surel.csv"
    path.write_text("No;Tanggal;Keluhan;HP\n7;24/11/2026 09.00;Lampu mati;081234567678\n", "utf-8")
    result = take_table(hub, path, "bogor", mapping=mapping)
    assert (result.read, result.waiting) == (1, 1)
    (complaint,) = everything(hub, "bogor")
    assert complaint.channel is Channel.EMAIL
    assert complaint.created_at == dt.datetime(2026, 11, 24, 0, 0, tzinfo=dt.UTC)
    assert complaint.reporter.phone == "0812••••678"


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("name = ", "bukan TOML"),
        ('name = "x"', r"source belum ada di berkas ini; lihat contoh .*example\.toml\."),
        (
            'name="x"\nsource="x"\nchannel="merpati"\n[columns]\nreported_at=["t"]',
            f"channel “merpati” tidak dikenal; pilih {', '.join(Channel)}",
        ),
        ('name="x"\nsource="x"\nchannel=5\n[columns]\nreported_at=["t"]', "channel “5” tidak dikenal"),
        ('name="x"\nsource="x"\nchannel="sms"\n[columns]\ntext="t"', r"reported_at belum ada di \[columns\]"),
        (
            'name="x"\nsource="x"\nchannel="sms"\nchanel="x"\n[columns]\nreported_at=["t"]',
            "“chanel” tidak dikenal di berkas ini; mungkin channel",
        ),
        ('name=5\nsource="x"\nchannel="sms"\n[columns]\nreported_at=["t"]', "nilai name salah bentuk"),
        (
            'name="x"\nsource="x"\nchannel="sms"\nzone="Asia/Sorong"\n[columns]\nreported_at=["t"]',
            "zona waktu “Asia/Sorong” tidak dikenal",
        ),
        ('name="x"\nsource="x"\nchannel="sms"\n[columns]\nreported_at=["tanggal"]', "tanggal_masuk"),
        (
            'name="x"\nsource="x"\nchannel="sms"\n[columns]\nreported_at=["id"]\nteks="isi"',
            r"“teks” tidak dikenal di \[columns\]; yang ada: reported_at, source_id",
        ),
    ],
)
def test_a_wrong_mapping_is_told_by_name(hub: Hub, tmp_path: Path, toml: str, sentence: str) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(toml, "utf-8")
    with pytest.raises(IntakeError, match=sentence):
        take_table(hub, table(tmp_path), "bogor", mapping=mapping)


def test_the_example_is_a_mapping_that_works_and_recognises_nothing(hub: Hub, tmp_path: Path) -> None:
    example = load_mapping(SHIPPED / EXAMPLE)
    assert (example.channel, example.columns.reported_at) == (Channel.EMAIL, ("Tanggal",))
    path = tmp_path / "surel.csv"
    path.write_text("No;Tanggal;Keluhan\n7;24/11/2026 09.00;Lampu mati\n", "utf-8")
    with pytest.raises(IntakeError, match="Kepala tabel tidak dikenal"):
        take_table(hub, path, "bogor")
    assert take_table(hub, path, "bogor", mapping=SHIPPED / EXAMPLE).taken == 1


def test_a_city_that_has_not_joined_hears_both_reasons(hub: Hub, tmp_path: Path) -> None:
    hub.register.set_cooperation("bogor", Cooperation.NONE)
    path = table(
        tmp_path,
        "A1,2024-05-11,08:00:00,Jalan Berlubang,Lubang,Dalam,,DPUPR,Kota Bogor,,Sempur",
        "A2,2024-05-11,08:00:00,Jalan Berlubang,Lubang,Dalam,,DPUPR,Kota Bogor,,",
        "A3,2024-05-11,08:00:00,,Entah,Apa,,,Kota Bogor,,Sempur",
    )
    trial = take_table(hub, path, "bogor", dry_run=True)
    assert trial.to_json() == {
        "read": 3, "taken": 3, "duplicates": 0, "routed": 0, "waiting": 3, "reasons": {"not_joined": 3},
        "once_joined": {"no_category": 1, "no_place": 1, "routed": 1},
    }  # fmt: skip
    assert take_table(hub, path, "bogor") == trial
    again = IntakeResult()
    again.add(trial)
    again.add(trial)
    assert again.once_joined == {"no_category": 2, "no_place": 2, "routed": 2}


@pytest.mark.parametrize(
    ("named", "ours", "same"),
    [
        ("Kota Bogor", "Kota Bogor", True),
        ("BOGOR", "Kota Bogor", True),
        ("Kab. Bogor", "Kota Bogor", False),
        ("Kabupaten  Bogor", "Kab. Bogor", True),
        ("Kota Depok", "Kota Bogor", False),
    ],
)
def test_the_regency_of_the_same_name_is_another_city(named: str, ours: str, same: bool) -> None:
    assert same_city(named, ours) is same


def test_a_long_text_is_cut_with_a_word_and_whole_in_its_record(hub: Hub, tmp_path: Path) -> None:
    long = "Lubang dalam sekali. " * 5_000 + "UJUNG"
    path = table(
        tmp_path,
        f"A1,2024-05-11,08:00:00,Jalan Berlubang,Lubang,{long},,DPUPR,Kota Bogor,,Sempur",
        "A2,2024-05-11,08:00:00,Jalan Berlubang,Lubang,Dalam,,DPUPR,Kota Bogor,,Sempur",
    )
    result = take_table(hub, path, "bogor")
    assert result.to_json()["notes"] == {"cut": 1}
    with hub.database.connected():
        (source_id, record), *others = hub.database.all(
            "SELECT source_id, record FROM source WHERE record LIKE '%UJUNG%' ORDER BY source_id"
        )
    assert (source_id, others) == ("A1", [])
    assert long in record
    complaint = hub.records.of_source("bogor", "sp4n", "A1")
    assert complaint is not None
    assert len(complaint.text) == 20_000
    assert complaint.text.endswith("… (dipotong; lengkap di catatan asli)")
    short = hub.records.of_source("bogor", "sp4n", "A2")
    assert short is not None
    assert short.text == "Dalam"


def test_dates_that_nobody_can_mean_are_counted(hub: Hub, tmp_path: Path) -> None:
    path = table(
        tmp_path,
        *(
            f"A{year},{year}-05-11,08:00:00,Jalan Berlubang,Lubang,Dalam,,DPUPR,Kota Bogor,,Sempur"
            for year in (9999, 2027, 2024, 1970)
        ),
    )
    result = take_table(hub, path, "bogor", dry_run=True)
    assert result.notes == {"future_time": 2, "old_time": 1}
    assert take_table(hub, path, "bogor").notes == result.notes
    twice = IntakeResult()
    twice.add(result)
    twice.add(result)
    assert twice.notes == {"future_time": 4, "old_time": 2}


@pytest.mark.parametrize(
    ("lines", "row"),
    [
        (('2,2024-01-02,10:00:00,Jalan,a,"Lubang,x,y,b,c,d', "3,2024-01-03"), 3),
        (('2,2024-01-02,10:00:00,Jalan,a,b,x,y,b,c,"Sempur', "3,2024-01-03", "4"), 3),
        (('2,2024-01-02,10:00:00,Jalan,a,"b\nc",x,y,b,c,d', '3,"'), 4),
    ],
)
def test_a_quotation_mark_that_nothing_closes_is_told_with_its_row(
    tmp_path: Path, lines: tuple[str, ...], row: int
) -> None:
    """All rows behind it would be one cell, which looked like one report."""
    sound = '1,2024-01-01,10:00:00,Jalan,"Jalan ""rusak""",Lubang,x,y,Bogor,c,d'
    path = table(tmp_path, sound, *lines)
    with pytest.raises(IntakeError, match=f"yang dibuka di baris {row} tidak ditutup"):
        read(path)
    assert len(read(table(tmp_path, sound, 'x,"y",z'))) == 2
