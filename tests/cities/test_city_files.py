"""City files that users bring: minimal ones work, wrong ones stop with one exact sentence."""

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from qlue_desk import cities
from qlue_desk.cities import CityFileError, boundaries_of, check_distinct, load_city
from qlue_desk.cities.calendar import calendar_for
from qlue_desk.cities.files import shipped
from qlue_desk.domain.city import Cooperation

MINIMAL = """key = "sorong"
name = "Kota Sorong"
prefix = "SRG"
code = "92.71"
zone = "Asia/Jayapura"
"""
DINAS = (
    "diskominfo, dpupr, dlh, dishub, "
    "satpol_pp, disperkim, bpbd, damkarmat, dinsos, pdam, disdukcapil, dinkes, disdik"
)


def write(folder: Path, text: str) -> Path:
    path = folder / "sorong.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sentence(folder: Path, text: str) -> str:
    with pytest.raises(CityFileError) as caught:
        load_city(write(folder, text))
    error = caught.value
    assert error.template.format(**error.fields) == str(error)
    return str(error)


def test_every_sentence_can_be_translated_with_its_values():
    error = CityFileError("{place}: {key}", place="a.toml", key="teks")
    assert error.sentence(lambda text: {"teks": "text"}.get(text, text)) == "a.toml: text"


def test_five_lines_make_a_city(tmp_path):
    city = load_city(write(tmp_path, MINIMAL))
    assert (city.key, city.coordinator, city.sla.key) == ("sorong", "diskominfo", "sp4n")
    assert city.cooperation is Cooperation.NONE
    assert len(city.categories) == 31
    assert (city.kelurahan, city.bounce_limit, city.bounds) == ((), 3, None)


def test_a_file_overrides_shared_parts_by_key(tmp_path):
    text = MINIMAL + (
        'cooperation = "partner"\nwithout_categories = ["angkot"]\nbounce_limit = 5\n'
        'working_day = { start = 08:00:00, end = 15:00:00, days = [1, 2, 3, 4, 5, 6] }\n[owners]\nbanjir = "dpupr"\n'
        '[[dinas]]\nkey = "pdam"\nname = "Tirta Remu"\n[[categories]]\nkey = "pju"\nletter = "U"\n'
    )
    city = load_city(write(tmp_path, text))
    assert city.dinas_name("pdam") == "Tirta Remu"
    assert city.dinas_by_key["pdam"].full_name == "Perusahaan Umum Daerah Air Minum"
    assert "angkot" not in city.category_by_key
    assert [owner.dinas for owner in city.category_by_key["banjir"].owners] == ["dpupr"]
    assert (city.category_by_key["pju"].letter, city.category_by_key["pju"].label) == (
        "U",
        "Lampu jalan (PJU) mati",
    )
    assert (city.bounce_limit, city.working_day.start.hour, city.cooperation) == (5, 8, Cooperation.PARTNER)
    assert calendar_for(city).is_working_day(dt.date(2026, 11, 28))


def test_a_city_with_its_own_clocks_and_nothing_shared(tmp_path):
    text = MINIMAL + (
        'use = []\ncoordinator = "kominfo"\n'
        '[[dinas]]\nkey = "kominfo"\nname = "Kominfo"\n'
        '[[categories]]\nkey = "jalan"\nlabel = "Jalan"\nowners = [{ dinas = "kominfo" }]\n'
        'sla_class = "biasa"\n'
        '[sla]\ndispatch = { amount = 30, unit = "minutes" }\n'
        'acknowledge = { amount = 1, unit = "working_days" }\n'
        'final = { amount = 5, unit = "working_days" }\n'
        'resolve = { biasa = { amount = 9, unit = "working_days" }, medium = { amount = 9, unit = "working_days" } }\n'
    )
    city = load_city(write(tmp_path, text))
    assert (city.sla.key, city.sla.resolve["biasa"].amount) == ("sorong", 9)
    assert [category.key for category in city.categories] == ["jalan"]


def test_dated_owners_may_stand_in_any_order(tmp_path):
    text = MINIMAL + (
        "[owners]\npju = [\n"
        '{ dinas = "dishub", since = 2020-01-01 },\n{ dinas = "dpupr", until = 2019-12-31 },\n]\n'
    )
    pju = load_city(write(tmp_path, text)).category_by_key["pju"]
    assert [pju.owner_on(dt.date(2019, 12, 31)), pju.owner_on(dt.date(2020, 1, 1))] == ["dpupr", "dishub"]


def test_boundaries_lie_beside_the_file(tmp_path):
    shutil.copy(cities.boundaries_path("bogor"), tmp_path / "batas.geojson")
    path = write(tmp_path, MINIMAL + 'boundaries = "batas.geojson"\n')
    assert load_city(path).key == "sorong"
    assert boundaries_of(path) == tmp_path / "batas.geojson"
    assert boundaries_of(write(tmp_path, MINIMAL)) is None


def test_the_annotated_example_is_valid_and_not_shipped():
    path = Path(cities.__file__).with_name("example.toml")
    city = load_city(path)
    assert (city.key, city.category_by_key["dermaga"].letter) == ("contoh", "D")
    assert "example" not in cities.shipped()
    assert "contoh" not in cities.shipped()


def test_windows_editors_may_write_a_byte_order_mark(tmp_path):
    path = tmp_path / "sorong.toml"
    path.write_text(MINIMAL, encoding="utf-8-sig", newline="\r\n")
    assert load_city(path).name == "Kota Sorong"


WRONG = {
    "missing key": (
        MINIMAL.replace('zone = "Asia/Jayapura"\n', ""),
        "sorong.toml: zone belum ada; wajib diisi: key, name, prefix, code, zone.",
    ),
    "no TOML": (
        MINIMAL + "bounce_limit = \n",
        "sorong.toml baris 6: bukan TOML yang sah (nilainya kosong atau salah tulis).",
    ),
    "unknown zone": (
        MINIMAL.replace("Jayapura", "Sorong"),
        'sorong.toml baris 5: zone berisi "Asia/Sorong", yang tidak dikenal; yang boleh: zona IANA, '
        "di Indonesia "
        "Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT).",
    ),
    "zone is a folder": (
        MINIMAL.replace("Asia/Jayapura", "Asia"),
        'sorong.toml baris 5: zone berisi "Asia", yang tidak dikenal; yang boleh: zona IANA, di Indonesia '
        "Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT).",
    ),
    "unknown cooperation": (
        MINIMAL + 'cooperation = "friend"\n',
        'sorong.toml baris 6: cooperation berisi "friend", yang tidak dikenal; yang boleh: none, '
        "trial, partner.",
    ),
    "unknown profile": (
        MINIMAL + 'sla = "papua"\n',
        'sorong.toml baris 6: sla berisi "papua", yang tidak dikenal; '
        "yang boleh: bogor, sp4n, jakarta, atau tabel [sla] sendiri.",
    ),
    "unknown base": (
        MINIMAL + 'use = ["comon"]\n',
        'sorong.toml baris 6: use berisi "comon", yang tidak dikenal; yang boleh: common.',
    ),
    "coordinator nobody": (
        MINIMAL + 'coordinator = "kominfo"\n',
        f'sorong.toml baris 6: coordinator berisi "kominfo", yang tidak dikenal; yang boleh: {DINAS}.',
    ),
    "coordinator outside": (
        MINIMAL + 'coordinator = "pln"\n',
        f'sorong.toml baris 6: coordinator berisi "pln", yang tidak dikenal; yang boleh: {DINAS}.',
    ),
    "unknown owner": (
        MINIMAL + '[owners]\nbanjir = "bnpb"\n',
        'sorong.toml baris 7: pemilik kategori banjir berisi "bnpb", yang tidak dikenal; '
        f"yang boleh: {DINAS}, polres, pln, bbpjn.",
    ),
    "owner of unknown category": (
        MINIMAL
        + 'use = []\n[owners]\nbanjirr = "bpbd"\n[[categories]]\nkey = "banjir"\nlabel = "Banjir"\n'
        + "owners = []\n",
        'sorong.toml baris 8: owners berisi "banjirr", yang tidak dikenal; yang boleh: banjir.',
    ),
    "overlapping owners": (
        MINIMAL + '[owners]\npju = [{ dinas = "dishub" }, { dinas = "dpupr", since = 2020-01-01 }]\n',
        "sorong.toml baris 7: pemilik kategori pju tumpang tindih (dishub …–… dan dpupr 2020-01-01–…); "
        "pada satu hari hanya boleh ada satu pemilik.",
    ),
    "owner ends before it begins": (
        MINIMAL + '[owners]\npju = [{ dinas = "dishub", since = 2020-01-01, until = 2019-12-31 }]\n',
        "sorong.toml baris 7: masa pemilik dishub pada kategori pju berakhir (2019-12-31) sebelum "
        "mulai (2020-01-01); "
        "until harus sama dengan atau sesudah since.",
    ),
    "letter twice": (
        MINIMAL
        + '[[categories]]\nkey = "dermaga"\nlabel = "Dermaga"\nowners = [{ dinas = "dishub" }]\n'
        + 'letter = "d"\n',
        'sorong.toml baris 10: letter "d" dipakai dua kali (drainase, dermaga); setiap letter hanya '
        "boleh dipakai sekali.",
    ),
    "letter of the operator's screen": (
        MINIMAL + '[[categories]]\nkey = "pju"\nletter = "g"\n',
        'sorong.toml baris 8: huruf "g" pada kategori pju sudah dipakai layar operator (g hantu, k '
        "iseng, i informasi); "
        "pakai huruf lain a–z atau A–Z.",
    ),
    "letter is a word": (
        MINIMAL + '[[categories]]\nkey = "pju"\nletter = "lampu"\n',
        'sorong.toml baris 8: letter pada kategori pju berisi "lampu"; yang boleh: satu huruf a–z atau A–Z.',
    ),
    "dinas twice": (
        MINIMAL + '[[dinas]]\nkey = "laut"\nname = "Kelautan"\n[[dinas]]\nkey = "laut"\nname = "Laut"\n',
        'sorong.toml baris 10: key dinas "laut" dipakai dua kali (Kelautan, Laut); '
        "setiap key dinas hanya boleh dipakai sekali.",
    ),
    "shared category twice": (
        MINIMAL + '[[categories]]\nkey = "pju"\nletter = "U"\n[[categories]]\nkey = "pju"\nletter = "V"\n',
        'sorong.toml baris 10: key kategori "pju" dipakai dua kali (pju, pju); '
        "setiap key kategori hanya boleh dipakai sekali.",
    ),
    "kelurahan code twice": (
        MINIMAL
        + 'kecamatan = [{ code = "92.71.01", name = "A" }]\nkelurahan = [\n'
        + '{ code = "92.71.01.1001", name = "B" },\n{ code = "92.71.01.1001", name = "C" },\n]\n',
        'sorong.toml baris 9: kode kelurahan "92.71.01.1001" dipakai dua kali (B, C); '
        "setiap kode kelurahan hanya boleh dipakai sekali.",
    ),
    "kelurahan of no kecamatan": (
        MINIMAL
        + 'kecamatan = [{ code = "92.71.01", name = "A" }]\n'
        + 'kelurahan = [{ code = "92.71.02.1001", name = "B" }]\n',
        'sorong.toml baris 7: kecamatan dari kelurahan B berisi "92.71.02", yang tidak dikenal; '
        "yang boleh: 92.71.01.",
    ),
    "source name twice": (
        MINIMAL
        + '[[categories]]\nkey = "dermaga"\nlabel = "Dermaga"\nowners = [{ dinas = "dishub" }]\n'
        + 'source_names = ["Sampah"]\n',
        'sorong.toml baris 10: source_names "Sampah" dipakai dua kali (sampah, dermaga); '
        "setiap source_names hanya boleh dipakai sekali.",
    ),
    "unknown class": (
        MINIMAL + '[[categories]]\nkey = "pju"\nsla_class = "quick"\n',
        'sorong.toml baris 8: sla_class pada kategori pju berisi "quick", yang tidak dikenal; '
        "yang boleh: fast, medium, slow.",
    ),
    "no owner": (
        MINIMAL + "[owners]\npju = []\n",
        "sorong.toml baris 7: kategori pju tidak punya pemilik; isi owners dengan salah satu dari: "
        f"{DINAS}, polres, pln, bbpjn.",
    ),
    "misspelt key": (
        MINIMAL + '[[categories]]\nkey = "pju"\nleter = "U"\n',
        "sorong.toml baris 8: kunci leter tidak dikenal di categories; yang boleh: "
        "key, label, owners, sla_class, round_the_clock, letter, keywords, source_names.",
    ),
    "wrong prefix": (
        MINIMAL.replace("SRG", "srg-1"),
        'sorong.toml baris 3: prefix berisi "srg-1"; yang boleh: 2–5 huruf besar seperti BGR.',
    ),
    "wrong type": (
        MINIMAL + 'bounce_limit = "3"\n',
        "sorong.toml baris 6: bounce_limit berisi teks; yang boleh: bilangan bulat.",
    ),
    "wrong type in an entry": (
        MINIMAL + '[[categories]]\nkey = "pju"\nround_the_clock = "ya"\n',
        "sorong.toml baris 7: categories pju.round_the_clock berisi teks; yang boleh: true atau false.",
    ),
    "missing in an entry": (
        MINIMAL + '[[dinas]]\nkey = "laut"\n',
        "sorong.toml baris 7: name pada dinas laut belum ada; wajib diisi: name.",
    ),
    "entry without key": (
        MINIMAL + '[[dinas]]\nname = "Laut"\n',
        "sorong.toml baris 6: key pada dinas belum ada; wajib diisi: key.",
    ),
    "section is no list": (
        MINIMAL + 'dinas = "semua"\n',
        'sorong.toml baris 6: dinas berisi "semua"; yang boleh: [[dinas]].',
    ),
    "owners is no table": (
        MINIMAL + 'owners = "dishub"\n',
        'sorong.toml baris 6: owners berisi "dishub"; '
        "yang boleh: tabel [owners] berisi kategori = dinas, atau daftar pemilik.",
    ),
    "boundaries absent": (
        MINIMAL + 'boundaries = "tidak-ada.geojson"\n',
        'sorong.toml baris 6: boundaries menunjuk "tidak-ada.geojson", yang tidak ada; '
        "yang boleh: nama berkas GeoJSON di samping berkas ini.",
    ),
    "no bounces": (
        MINIMAL + "bounce_limit = 0\n",
        "sorong.toml baris 6: bounce_limit berisi 0; yang boleh: 1 … 100.",
    ),
}

PLACED = MINIMAL + 'kecamatan = [{ code = "92.71.01", name = "A" }]\nkelurahan = [\n'
SLA = (
    '[sla]\ndispatch = {{ amount = {}, unit = "{}" }}\nacknowledge = {{ amount = 1, unit = "hours" }}\n'
    'final = {{ amount = 1, unit = "hours" }}\n[sla.resolve]\nfast = {{ amount = 1, unit = "hours" }}\n'
    'medium = {{ amount = 1, unit = "hours" }}\nslow = {{ amount = 1, unit = "hours" }}\n'
)
NAMES = "yang boleh: 1–200 huruf, tanpa karakter kendali."
WRONG |= {
    "no class for reports without a category": (
        MINIMAL + SLA.format(1, "hours").replace("medium", "ordinary"),
        "sorong.toml baris 6: sla.resolve belum berisi medium; kelas itu berlaku bagi laporan yang belum "
        "berkategori.",
    ),
    "empty name": (
        MINIMAL.replace("Kota Sorong", " "),
        f'sorong.toml baris 2: name berisi " "; {NAMES}',
    ),
    "control character in a name": (
        MINIMAL.replace("Kota Sorong", "Kota\\u001b]0;x\\u0007"),
        f'sorong.toml baris 2: name berisi "Kota\ufffd"; {NAMES}',
    ),
    "overlong name": (
        MINIMAL.replace("Kota Sorong", "x" * 201),
        f'sorong.toml baris 2: name berisi "{"x" * 40}"; {NAMES}',
    ),
    "huge count": (
        MINIMAL + "bounce_limit = 99999999999999999999\n",
        "sorong.toml baris 6: bounce_limit berisi 99999999999999999999; yang boleh: 1 … 100.",
    ),
    "negative count": (
        MINIMAL + "dispute_days = -1\n",
        "sorong.toml baris 6: dispute_days berisi -1; yang boleh: 0 … 365.",
    ),
    "opens after it closes": (
        MINIMAL + "working_day = { start = 16:00:00, end = 07:00:00 }\n",
        "sorong.toml baris 6: working_day.end berisi 07:00; harus sesudah start (16:00).",
    ),
    "Friday closes first": (
        MINIMAL + "working_day = { friday_end = 06:00:00 }\n",
        "sorong.toml baris 6: working_day.friday_end berisi 06:00; harus sesudah start (07:30).",
    ),
    "misspelt hour": (
        MINIMAL + "working_day = { opens = 08:00:00 }\n",
        "sorong.toml baris 6: kunci opens tidak dikenal di working_day; yang boleh: "
        "start, end, friday_end, ramadan_start, days.",
    ),
    "an eighth day": (
        MINIMAL + "working_day = { days = [1, 8] }\n",
        "sorong.toml baris 6: working_day.days berisi [1, 8]; "
        "yang boleh: hari 1 (Senin) … 7 (Minggu), paling sedikit satu.",
    ),
    "no day at all": (
        MINIMAL + "working_day = { days = [] }\n",
        "sorong.toml baris 6: working_day.days berisi []; "
        "yang boleh: hari 1 (Senin) … 7 (Minggu), paling sedikit satu.",
    ),
    "bounds inside out": (
        MINIMAL + "bounds = [10, 10, 5, 5]\n",
        "sorong.toml baris 6: bounds berisi 10, 10, 5, 5; yang boleh: selatan, barat, utara, timur; "
        "selatan < utara, barat < timur.",
    ),
    "bounds beyond the pole": (
        MINIMAL + "bounds = [-90000001, 0, 5, 5]\n",
        "sorong.toml baris 6: bounds berisi -90000001; yang boleh: -90000000 … 90000000.",
    ),
    "three bounds": (
        MINIMAL + "bounds = [1, 2, 3]\n",
        "sorong.toml baris 6: bounds berisi 3 […]; yang boleh: 4 […].",
    ),
    "fraction in bounds": (
        MINIMAL + "bounds = [1.5, 2, 3, 4]\n",
        "sorong.toml baris 6: bounds[0] berisi bilangan pecahan; yang boleh: bilangan bulat.",
    ),
    "kelurahan off the earth": (
        PLACED + '{ code = "92.71.01.1001", name = "B", lat_e6 = 0, lon_e6 = 180000001 },\n]\n',
        "sorong.toml baris 8: lon_e6 pada kelurahan 92.71.01.1001 berisi 180000001; "
        "yang boleh: -180000000 … 180000000.",
    ),
    "kelurahan without a code": (
        PLACED + '{ code = "kel1", name = "B", kecamatan = "92.71.01" },\n]\n',
        'sorong.toml baris 8: code pada kelurahan berisi "kel1"; '
        "yang boleh: kode Kemendagri seperti 32.71.03.1006.",
    ),
    "kelurahan without a name": (
        PLACED + '{ code = "92.71.01.1001", name = "" },\n]\n',
        f'sorong.toml baris 8: name pada kelurahan 92.71.01.1001 berisi ""; {NAMES}',
    ),
    "dinas key that is a path": (
        MINIMAL + '[[dinas]]\nkey = "a/b"\nname = "x"\n',
        'sorong.toml baris 7: key pada dinas berisi "a/b"; yang boleh: huruf, angka, _ dan -, paling banyak 120.',
    ),
    "empty keyword": (
        MINIMAL + '[[categories]]\nkey = "pju"\nkeywords = [""]\n',
        f'sorong.toml baris 7: keywords pada kategori pju berisi ""; {NAMES}',
    ),
    "deadline before its start": (
        MINIMAL + SLA.format(-5, "minutes"),
        "sorong.toml baris 6: sla.dispatch.amount berisi -5; yang boleh: 1–525600 minutes.",
    ),
    "deadline of a lifetime": (
        MINIMAL + SLA.format(731, "working_days"),
        "sorong.toml baris 6: sla.dispatch.amount berisi 731; yang boleh: 1–730 working_days.",
    ),
    "unknown unit": (
        MINIMAL + SLA.format(5, "weeks"),
        'sorong.toml baris 6: sla.dispatch.unit berisi "weeks", yang tidak dikenal; '
        "yang boleh: minutes, hours, working_hours, working_days.",
    ),
    "key twice": (
        MINIMAL + 'name = "x"\n',
        "sorong.toml baris 6: bukan TOML yang sah (kunci ini sudah dipakai di atas).",
    ),
    "table twice": (
        MINIMAL + "[owners]\n[owners]\n",
        "sorong.toml baris 7: bukan TOML yang sah (tabel ini sudah ada di atas).",
    ),
    "misspelt date of an owner": (
        MINIMAL + '[owners]\npju = [{ dinas = "dishub", sinc = 2020-01-01 }]\n',
        "sorong.toml baris 7: kunci sinc tidak dikenal di owners; yang boleh: dinas, since, until.",
    ),
    "without a dinas that is not there": (
        MINIMAL + 'use = []\nwithout_dinas = ["xyz"]\n[[dinas]]\nkey = "a"\nname = "A"\n',
        'sorong.toml baris 7: without_dinas berisi "xyz", yang tidak dikenal; yang boleh: tidak ada.',
    ),
    "boundaries elsewhere": (
        MINIMAL + 'boundaries = "../sorong.toml"\n',
        'sorong.toml baris 6: boundaries menunjuk "../sorong.toml", yang tidak ada; '
        "yang boleh: nama berkas GeoJSON di samping berkas ini.",
    ),
    "a zone that is a path": (
        MINIMAL.replace("Asia/Jayapura", "../../etc/passwd"),
        'sorong.toml baris 5: zone berisi "../../etc/passwd", yang tidak dikenal; yang boleh: zona IANA, '
        "di Indonesia Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT).",
    ),
    "too deep": (
        MINIMAL + "x = " + "[" * 3000 + "]" * 3000 + "\n",
        "sorong.toml: bukan TOML yang sah (bersarang terlalu dalam).",
    ),
    "a number like a novel": (
        MINIMAL + "bounce_limit = " + "9" * 5000 + "\n",
        "sorong.toml: bukan TOML yang sah (bilangan terlalu panjang).",
    ),
}


@pytest.mark.parametrize("kind", sorted(WRONG))
def test_a_wrong_file_stops_with_one_sentence(kind, tmp_path):
    text, expected = WRONG[kind]
    assert sentence(tmp_path, text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "use = 3",
        'use = "common"',
        "without_dinas = 1",
        "sla = 5",
        "sla = { dispatch = 1 }",
        "owners = 1",
        "owners = { pju = 1 }",
        "owners = { pju = [1] }",
        'categories = ["pju"]',
        "kelurahan = [{ code = 1 }]",
        "bounds = [1, 2]",
        "working_day = 7",
        "zone = []",
        "boundaries = 5",
        "cooperation = []",
        "prefix = 5",
        "key = []",
    ],
)
def test_no_shape_of_nonsense_ends_in_a_traceback(line, tmp_path):
    key = line.split(" = ")[0]
    lines = [kept for kept in MINIMAL.splitlines() if not kept.startswith(f"{key} =")]
    with pytest.raises(CityFileError, match=r"^sorong\.toml.*\.$"):
        load_city(write(tmp_path, "\n".join([*lines, line]) + "\n"))


def test_an_absent_file_is_one_sentence_too(tmp_path):
    path = tmp_path / "tidak.toml"
    with pytest.raises(CityFileError) as caught:
        load_city(path)
    assert str(caught.value) == f"{path}: berkas tidak dapat dibaca (berkas atau folder itu tidak ada)."


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "sorong.toml"
    path.write_bytes(b"key = \xff")
    with pytest.raises(CityFileError) as caught:
        load_city(path)
    assert str(caught.value) == "sorong.toml: berkas tidak dapat dibaca (bukan UTF-8 pada bita 6)."


def test_unknown_shipped_city_names_the_known():
    with pytest.raises(CityFileError) as caught:
        cities.load_shipped("sorong")
    assert str(caught.value) == (
        f'kota: nama berisi "sorong", yang tidak dikenal; yang boleh: {", ".join(shipped())}.'
    )


def test_a_prefix_is_used_by_one_city(tmp_path):
    mine = load_city(write(tmp_path, MINIMAL.replace("SRG", "BGR")))
    with pytest.raises(CityFileError) as caught:
        check_distinct(mine, [cities.load_shipped("bogor")], "sorong.toml")
    assert str(caught.value) == (
        'sorong.toml: prefix "BGR" dipakai dua kali (Kota Bogor, Kota Sorong); setiap prefix hanya '
        "boleh dipakai sekali."
    )
    check_distinct(mine, [mine], "sorong.toml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders")
def test_a_pipe_or_a_huge_file_is_no_city(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipa.toml")
    with pytest.raises(CityFileError, match=r"berkas tidak dapat dibaca \(bukan berkas biasa\)"):
        load_city(tmp_path / "pipa.toml")
    with (tmp_path / "besar.toml").open("wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(CityFileError, match="lebih besar dari 10 MB"):
        load_city(tmp_path / "besar.toml")
