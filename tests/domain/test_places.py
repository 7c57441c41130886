"""Places in citizens' words, on the real city of Bogor."""

import msgspec
import pytest

from qlue_desk.cities import load_shipped, streets
from qlue_desk.domain.city import Kecamatan, Kelurahan
from qlue_desk.domain.places import PlaceIndex, normalise

BOGOR = load_shipped("bogor")
INDEX = PlaceIndex(BOGOR, [(street.name, street.kelurahan) for street in streets("bogor")])
SPELLINGS = [
    (kelurahan.code, spelling)
    for kelurahan in BOGOR.kelurahan
    for spelling in (kelurahan.name, *kelurahan.aliases)
]


def found(text: str, kecamatan: str | None = None) -> str:
    match = INDEX.find(text, kecamatan)
    return BOGOR.kelurahan_name(match.code) if match else ""


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Jalan. Surya-Kencana, Kelurahan GUDANG", "jl surya kencana kel gudang"),
        ("Jln Kp.Loji gg. 3 Kec.Bogor Barat", "jl kp loji gg 3 kec bogor barat"),
        ("lampu2 gk nyala bgt", "lampu tidak nyala banget"),
        ("Café\u0301 di kompleks", "cafe di perum"),
        ("", ""),
    ],
)
def test_normalise(text, folded):
    assert normalise(text) == folded


@pytest.mark.parametrize(("code", "spelling"), SPELLINGS)
def test_every_kelurahan_is_found_by_each_spelling(code, spelling):
    for written in (spelling, spelling.upper(), spelling.replace(" ", ""), spelling.replace(" ", "-")):
        match = INDEX.find(f"Lampu mati di kelurahan {written}, tolong dicek")
        assert (match and match.code, match and match.certain) == (code, True)
        assert INDEX.named(written) == code


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("lubang besar di batutulis", "Batu Tulis", "batutulis → Batu Tulis"),
        ("Banjir di Balungbangjaya RT 2", "Balumbang Jaya", "balungbangjaya → Balumbang Jaya"),
        ("kel. Tanah Sereal gelap", "Tanah Sareal", "kel tanah sereal → Tanah Sareal"),
        ("sampah di kebon kelapa", "Kebon Kalapa", "kebon kelapa → Kebon Kalapa"),
        ("Sampah di Babakan Pasar", "Babakan Pasar", "babakan pasar → Babakan Pasar"),
        ("got mampet curugmekar", "Curug Mekar", "curugmekar → Curug Mekar"),
        ("lampu mati Jl. Suryakencana", "Gudang", "Jl. Suryakencana → Gudang"),
        ("macet di surya kencana", "Gudang", "Jl. Suryakencana → Gudang"),
        ("macet jln raya pajajaran", "Baranangsiang", "Jl. Pajajaran → Baranangsiang"),
        ("lampu jln raya riau mati", "Baranangsiang", "Jl. Riau → Baranangsiang"),
        ("macet Jl. Suryakencana dekat Pasar Bogor", "Gudang", "Jl. Suryakencana → Gudang"),
        ("macet Jl. Suryakencana dekat Tajur", "Gudang", "Jl. Suryakencana → Gudang"),
        ("jalan cibuluh rusak", "Cibuluh", "Jl. Cibuluh → Cibuluh"),
    ],
)
def test_a_place_with_the_words_that_told_it(text, name, why):
    match = INDEX.find(text)
    assert match is not None
    assert (BOGOR.kelurahan_name(match.code), match.why) == (name, why)


@pytest.mark.parametrize(
    "text", ["Jl. Sempur gelap", "macet dekat Sempur", "arah Tajur macet", "di Tanah Sareal"]
)
def test_streets_directions_and_shared_names_are_only_hints(text):
    match = INDEX.find(text)
    assert match is not None
    assert not match.certain


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("kebakaran di gudang", ""),
        ("daerah Gudang banyak PKL", "Gudang"),
        ("gudang, Bogor Tengah", "Gudang"),
        ("kel gudang", "Gudang"),
        ("genteng rumah terbang", ""),
        ("curug kotor", ""),
        ("kp. Curug kotor", "Curug"),
        ("lampu Jl. Kencana mati", ""),
        ("kencana", ""),
        ("di Kencana banjir", "Kencana"),
        ("menteng", ""),
        ("warga Menteng mengeluh", "Menteng"),
        ("babakan", ""),
        ("dari Babakan", "Babakan"),
        ("Perumahan Pakuan gelap", ""),
        ("sempurna sekali pelayanannya", ""),
        ("tajuk berita", ""),
    ],
)
def test_ordinary_words_need_company(text, name):
    assert found(text) == name


def test_two_kelurahan_are_no_answer_but_a_reason():
    finding = INDEX.explain("macet dari Sempur sampai Paledang lalu Cipaku")
    assert finding.match is None
    assert finding.why == "beberapa kelurahan disebut: Sempur, Cipaku"
    assert finding.candidates == ("32.71.03.1006", "32.71.01.1016")
    assert INDEX.explain("tidak jelas di mana").why == "tidak ada nama kelurahan atau jalan yang dikenal"


@pytest.mark.parametrize(
    ("text", "kecamatan", "name"),
    [
        ("Sempur dan Cipaku", None, ""),
        ("Sempur dan Cipaku", "Bogor Selatan", "Cipaku"),
        ("Sempur dan Cipaku", "32.71.03", "Sempur"),
        ("Sempur dan Cipaku, kec. Bogor Selatan", None, "Cipaku"),
        ("Jl. Sempur dan Jl. Bantarjati", None, ""),
        ("Jl. Sempur dan Jl. Bantarjati", "Bogor Utara", "Bantarjati"),
        ("Sempur dan kel. Cipaku", None, "Cipaku"),
        ("Jl. Tajur, kel Pakuan", None, "Pakuan"),
        ("kec. Tanah Sareal, Kencana", None, "Kencana"),
        ("kec. Tanah Sareal", None, ""),
        ("Gudang", "bogor tengah", "Gudang"),
        ("Gudang", "Bogor Barat", ""),
    ],
)
def test_kecamatan_and_marker_decide(text, kecamatan, name):
    assert found(text, kecamatan) == name


def test_a_kecamatan_that_contradicts_makes_the_match_uncertain():
    match = INDEX.find("lampu mati di Sempur", "Bogor Barat")
    assert match is not None
    assert (match.code, match.certain) == ("32.71.03.1006", False)


def test_one_name_in_a_column():
    assert INDEX.named("Kelurahan Batutulis") == "32.71.01.1001"
    assert INDEX.named(" 32.71.01.1001 ") == "32.71.01.1001"
    assert INDEX.named("Gudang", "Bogor Tengah") == "32.71.03.1001"
    assert INDEX.named("Gudang", "Bogor Barat") is None
    assert INDEX.named("Gudang Garam") is None
    assert INDEX.named("") is None


@pytest.mark.parametrize("key", ["bandung", "jakarta", "probolinggo"])
def test_the_other_cities_kelurahan_even_where_a_kecamatan_shares_the_name(key):
    city = load_shipped(key)
    index = PlaceIndex(city)
    for kelurahan in city.kelurahan:
        for spelling in (kelurahan.name, *kelurahan.aliases):
            match = index.find(f"kelurahan {spelling}")
            assert match is not None, spelling
            assert match.code == kelurahan.code, spelling


def test_jakarta_s_plain_words_are_no_places():
    assert PlaceIndex(load_shipped("jakarta")).find("sampah di tengah jalan baru") is None


def test_a_city_without_areas_finds_nothing():
    assert PlaceIndex(load_shipped("manado")).find("kelurahan Wenang") is None


def test_a_name_beats_the_alias_of_another_and_shared_aliases_need_the_kecamatan():
    wards = (
        Kelurahan("01.01.01.1001", "Suka", "01.01.01", aliases=("Rasa", "Kembar")),
        Kelurahan("01.01.02.1001", "Rasa", "01.01.02", aliases=("Kembar",)),
    )
    districts = (Kecamatan("01.01.01", "Hulu"), Kecamatan("01.01.02", "Hilir"))
    index = PlaceIndex(msgspec.structs.replace(BOGOR, kelurahan=wards, kecamatan=districts))
    assert index.named("Rasa") == "01.01.02.1001"
    assert index.explain("kel kembar").why == "beberapa kelurahan disebut: Suka, Rasa"
    assert index.named("Kembar") is None
    assert index.named("Kembar", "Hilir") == "01.01.02.1001"


def test_hostile_text_is_only_text():
    assert found("\x1b]52;c;aGk=\x07 [/ \u202e kel. Sempur \u202c" + "x" * 10_000) == "Sempur"
