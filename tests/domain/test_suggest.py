"""Categories from citizens' words: own colloquial sentences, and a measure on real ones."""

import csv
from collections import Counter

import msgspec
import pytest

from qlue_desk.cities import load_shipped
from qlue_desk.domain.city import Category, Owner
from qlue_desk.domain.folding import words_of
from qlue_desk.domain.suggest import CategoryMatch, suggest_category

BOGOR = load_shipped("bogor")

SENTENCES = [
    ("jln depan rmh sy rusak parah udh setaun gak dibenerin", "jalan_rusak"),
    ("Min tolong aspal di Cimahpar bolong2, kmrn ada yg jatoh dari motor", "jalan_rusak"),
    ("banyak lobang di jl raya tajur arah ciawi, bahaya klo hujan", "jalan_rusak"),
    ("Lampu jalan mati total depan SD, gelap bgt klo malem", "pju"),
    ("mohon perbaiki lampu jalan di RT 4", "pju"),
    ("PJU di gang kami padam 2 minggu", "pju"),
    ("lampu penerangan di depan masjid gk nyala", "pju"),
    ("lampu merah di simpang Warung Jambu mati, semrawut", "rambu"),
    ("trotoarnya pecah2 depan sekolah, anak2 sering kesandung", "trotoar"),
    ("got mampet, air meluap ke jalan tiap hujan", "drainase"),
    ("selokan penuh lumpur mohon dikeruk", "drainase"),
    ("jembatan gantung udah retak takut ambruk", "jembatan"),
    ("sampah numpuk 3 hari blm diangkut baunya minta ampun", "sampah"),
    ("orang buang sampah sembarangan di pinggir kali", "sampah"),
    ("mobil parkir sembarangan di bahu jalan suryakencana", "parkir_liar"),
    ("jukir liar minta 10 ribu di minimarket", "parkir_liar"),
    ("macet parah tiap sore di depan stasiun", "kemacetan"),
    ("angkot ngetem di tikungan bikin antri panjang", "angkot"),
    ("PKL jualan di trotoar, pejalan kaki turun ke jalan", "pkl"),
    ("tembok taman dicoret coret pake pilox", "vandalisme"),
    ("spanduk sedot wc dipaku di pohon", "iklan_liar"),
    ("karaoke berisik sampe jam 3 pagi", "ketertiban"),
    ("Pohon tumbang nutup jalan, tolong cepet", "pohon_tumbang"),
    ("lampu taman mati di taman sempur", "taman"),
    ("banjir setinggi lutut masuk rumah warga", "banjir"),
    ("tebing belakang rumah longsor malam tadi", "longsor"),
    ("ada rumah terbakar di gang sempit, api membesar", "kebakaran"),
    ("ular sanca masuk kamar mandi", "penyelamatan"),
    ("pengemis dan anak punk di lampu merah maksa minta duit", "gelandangan"),
    ("saya tidak dapat bantuan sembako padahal terdaftar dtks", "bansos"),
    ("air pdam ga ngalir dari kemarin", "air_bersih"),
    ("pipa bocor di depan ruko, air kemana mana", "air_bersih"),
    ("ktp saya udah 6 bulan belum jadi di disdukcapil", "kependudukan"),
    ("antri di puskesmas lama, perawat judes", "kesehatan"),
    ("pungutan sekolah 500rb oleh komite sekolah", "sekolah"),
    ("limbah pabrik tahu dibuang ke kali, baunya menyengat", "pencemaran"),
    ("motor hilang digondol maling depan kos", "keamanan"),
    ("mati lampu dari subuh, PLN kemana nih", "listrik"),
    ("tiang listrik miring mau roboh", "listrik"),
]


@pytest.mark.parametrize(("text", "category"), SENTENCES)
def test_colloquial_sentences(text, category):
    match = suggest_category(BOGOR, text)
    assert match is not None, text
    assert (match.category, match.certain) == (category, False)
    assert match.why.startswith("kata: ")


def test_the_reason_names_the_words_in_the_order_of_the_text():
    assert suggest_category(BOGOR, "lampu gang kami mati") == CategoryMatch("pju", "kata: lampu, gg, mati")
    assert suggest_category(BOGOR, "jalanan rusak") == CategoryMatch("jalan_rusak", "kata: jalan, rusak")


@pytest.mark.parametrize(
    "text", ["", "terima kasih pak wali", "kapan pemilihan rt", "sampahan", "tidak", "mati"]
)
def test_nothing_known_is_no_suggestion(text):
    assert suggest_category(BOGOR, text) is None


def test_a_tie_is_no_suggestion():
    assert suggest_category(BOGOR, "banjir") is not None
    assert suggest_category(BOGOR, "longsor") is not None
    assert suggest_category(BOGOR, "banjir dan longsor") is None


def test_words_far_apart_or_in_the_wrong_order_are_no_phrase():
    assert suggest_category(BOGOR, "lampu satu dua tiga empat lima enam mati") == CategoryMatch(
        "pju", "kata: lampu, mati"
    )
    assert suggest_category(BOGOR, "lampu satu dua tiga empat lima enam tujuh mati") is None


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Jalan Berlubang", "jalan_rusak"),
        ("PENERANGAN JALAN", "pju"),
        ("Drainase (Gorong-Gorong/Parit)", "drainase"),
        ("POHON TUMBANG", "pohon_tumbang"),
        ("KEBAKARAN", "kebakaran"),
        ("EVAKUASI HEWAN LIAR/BUAS", "penyelamatan"),
        ("Parkir Liar", "parkir_liar"),
        ("parkir_liar", "parkir_liar"),
        ("PKL liar", "pkl"),
    ],
)
def test_the_source_s_own_category_is_certain(name, category):
    assert suggest_category(BOGOR, "lampu jalan mati", name) == CategoryMatch(
        category, f"sumber: {name}", True
    )


def test_an_unknown_source_name_counts_as_words():
    match = suggest_category(BOGOR, "", "Lainnya terkait Kerusakan Lampu Jalan")
    assert match is not None
    assert (match.category, match.certain) == ("pju", False)


def test_all_source_names_are_certain_and_own():
    for category in BOGOR.categories:
        for name in category.source_names:
            assert suggest_category(BOGOR, "", name) == CategoryMatch(category.key, f"sumber: {name}", True)


def test_changed_keywords_of_a_city_are_used_at_once():
    assert suggest_category(BOGOR, "ubur ubur di kolam") is None
    categories = tuple(
        msgspec.structs.replace(category, keywords=("ubur ubur",)) if category.key == "taman" else category
        for category in BOGOR.categories
    )
    changed = msgspec.structs.replace(BOGOR, categories=categories)
    assert suggest_category(changed, "ubur ubur di kolam") == CategoryMatch("taman", "kata: ubur")
    assert suggest_category(BOGOR, "ubur ubur di kolam") is None


def test_each_phrase_counts_once_and_its_parts_not_at_all():
    categories = (
        Category("a", "A", (Owner("dpupr"),), keywords=("satu dua", "satu")),
        Category("b", "B", (Owner("dpupr"),), keywords=("tiga empat",)),
    )
    city = msgspec.structs.replace(BOGOR, categories=categories)
    assert suggest_category(city, "satu dua tiga empat") is None
    assert suggest_category(city, "satu dua satu dua tiga empat") is None
    assert suggest_category(city, "satu dua") == CategoryMatch("a", "kata: satu, dua")


def test_only_the_beginning_of_a_long_text_is_looked_at():
    assert suggest_category(BOGOR, "kata " * 398 + "jalan rusak") is not None
    assert suggest_category(BOGOR, "kata " * 399 + "jalan rusak") is None


def test_real_complaints_of_another_regency(shared_data):
    path = shared_data / "complaints_id" / "purbalingga_aduan_kategori.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kategori"] == "Infrastruktur"]
    told: Counter[str] = Counter()
    for row in rows:
        match = suggest_category(BOGOR, row["teks"])
        told[match.category if match else "none"] += 1
    works = ("jalan_rusak", "pju", "drainase", "jembatan", "trotoar", "rambu")
    assert len(rows) == 115
    assert sum(told[category] for category in works) >= 80
    assert told["none"] <= 25


def test_real_categories_of_the_national_system_are_known(shared_data):
    path = shared_data / "complaints_id" / "sumenep_kejadian_opd.csv"
    with path.open(encoding="utf-8") as file:
        events = [row["kejadian"] for row in csv.DictReader(file)]
    unknown = [event for event in events if not (suggest_category(BOGOR, "", event) or _none()).certain]
    assert unknown == ["KECELAKAAN LAUT"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jalan2 rusak", ["jl", "rusak"]),
        ("anak² di gang2", ["anak", "di", "gg"]),
        ('teman"2 kecil', ["teman", "kecil"]),
        ("rt2 no2 jalan22 kali2nya", ["rt2", "no2", "jalan22", "kali2nya"]),
    ],
)
def test_a_word_that_is_said_twice_is_the_word(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def _none() -> CategoryMatch:
    return CategoryMatch("", "")
