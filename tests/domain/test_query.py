"""The query line: what it understands, what it says when it does not, and that text and query agree."""

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from qlue_desk.cities import load_shipped
from qlue_desk.domain.city import (
    Category,
    City,
    Cooperation,
    Deadline,
    Dinas,
    Kecamatan,
    Kelurahan,
    SlaProfile,
    Unit,
)
from qlue_desk.domain.complaint import Actor, Role
from qlue_desk.domain.query import (
    MESSAGES,
    Field,
    Query,
    QueryError,
    QueryNames,
    Term,
    Word,
    parse,
    spelled,
)
from qlue_desk.domain.query_complete import Offer, offers, token_span
from qlue_desk.domain.query_errors import MISSING_VALUE
from qlue_desk.domain.query_names import FIXED, HAS_WORDS, IS_WORDS, Has, Is, Spelling, names_of
from qlue_desk.store import conditions

NAMES = QueryNames(
    city=(Spelling("bogor", "bogor"), Spelling("Kota Bogor", "bogor")),
    dinas=(Spelling("dpupr", "dpupr"), Spelling("dishub", "dishub"), Spelling("Dinas Perhubungan", "dishub")),
    category=(
        Spelling("Jalan rusak", "jalan_rusak"),
        Spelling("jalan_rusak", "jalan_rusak"),
        Spelling("PKL, liar", "pkl"),
    ),
    kelurahan=(
        Spelling("Sempur", "32.71.03.1003"),
        Spelling("32.71.03.1003", "32.71.03.1003"),
        Spelling("Batutulis", "32.71.01.1001"),
        Spelling("Batu Tulis", "32.71.01.1001"),
        Spelling("Cibuluh", "32.71.05.1001"),
        Spelling("Cibuluh", "32.73.99.1001"),
    ),
    by=(Spelling("Rina Wati", "u_rina"), Spelling("u_rina", "u_rina")),
)


def one(text: str) -> Term:
    query = parse(text, NAMES)
    assert query.words == ()
    assert len(query.terms) == 1
    return query.terms[0]


def test_the_line_of_the_contract() -> None:
    text = (
        "status:dispatched overdue kelurahan:sempur channel:sms older:24h "
        '"lampu mati" -macet by:me has:photo sort:due'
    )
    assert parse(text, NAMES) == Query(
        terms=(
            Term(Field.STATUS, ("dispatched",)),
            Term(Field.IS, ("overdue",)),
            Term(Field.KELURAHAN, ("32.71.03.1003",)),
            Term(Field.CHANNEL, ("sms",)),
            Term(Field.OLDER, ("24h",)),
            Term(Field.BY, ("me",)),
            Term(Field.HAS, ("photo",)),
        ),
        words=(Word("lampu mati", phrase=True), Word("macet", negated=True)),
        sort="due",
    )


@pytest.mark.parametrize(
    ("indonesian", "english"),
    [
        ("status:disposisi", "status:dispatched"),
        ("status:butuh-info", "status:awaiting_reporter"),
        ('status:"Menunggu verifikasi"', "status:awaiting_verification"),
        ("warna:merah,kuning", "colour:red,yellow"),
        ("kategori:jalan-rusak", "category:jalan_rusak"),
        ('kategori:"PKL, liar"', "category:pkl"),
        ("kanal:wa,112,surel", "channel:whatsapp,cc112,email"),
        ("kelurahan:batu-tulis", "kelurahan:Batutulis"),
        ("kel:batu-tulis -kel:sempur", "kelurahan:Batutulis -kelurahan:sempur"),
        ("KEC:kosong", "kecamatan:none"),
        ("oleh:rina-wati", "by:u_rina"),
        ("oleh:saya", "by:me"),
        ("prioritas:darurat", "priority:emergency"),
        ("lebih-lama:2minggu", "older:2w"),
        ("sejak:24/11/2026", "since:2026-11-24"),
        ("tenggat:hari-ini", "due:today"),
        ("ada:belum-terkirim", "has:unsent"),
        ("adalah:belum-diterima", "is:unacknowledged"),
        ("-adalah:rahasia", "-is:secret"),
        ("nomor:bgr-26-004211", "number:BGR-26-004211"),
        ("urut:-prioritas", "sort:-priority"),
        ("Status:DISPATCHED", "status:dispatched"),
        ("kota:kota-bogor", "city:bogor"),
    ],
)
def test_the_words_of_the_screens_mean_the_same(indonesian: str, english: str) -> None:
    assert parse(indonesian, NAMES) == parse(english, NAMES)


def test_every_word_of_has_and_is_can_be_written_and_asked_of_the_store() -> None:
    assert set(HAS_WORDS) == set(Has) == set(conditions.HAS)
    assert set(IS_WORDS) == set(Is) == set(conditions.IS)


@pytest.mark.parametrize("field", sorted(FIXED))
def test_every_fixed_spelling_is_understood(field: Field) -> None:
    for spelling in FIXED[field]:
        query = parse(f'{field}:"{spelling.shown}"', NAMES)
        if field is Field.SORT:
            assert query.sort == spelling.value
        elif field is Field.GROUP:
            assert query.group == spelling.value
        else:
            assert query.terms == (Term(field, (spelling.value,)),)


def test_a_name_of_two_areas_means_both() -> None:
    assert one("kelurahan:cibuluh").values == ("32.71.05.1001", "32.73.99.1001")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("due:<8h", ("<8h",)),
        ("due:8h", ("<8h",)),
        ("due:>3hari", (">3d",)),
        ("due:overdue,today", ("overdue", "today")),
        ("due:2026-12-01", ("2026-12-01",)),
        ("older:090m", ("90m",)),
        ("until:yesterday", ("yesterday",)),
        ("status:new,baru,new", ("new",)),
        ("kelurahan:none", ("none",)),
    ],
)
def test_values(text: str, values: tuple[str, ...]) -> None:
    assert one(text).values == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lampu mati", (Word("lampu"), Word("mati"))),
        ('"lampu mati"', (Word("lampu mati", phrase=True),)),
        ('-"lampu mati"', (Word("lampu mati", negated=True, phrase=True),)),
        ('"kata \\"lampu\\""', (Word('kata "lampu"', phrase=True),)),
        ("jam 10:30", (Word("jam"), Word("10:30"))),
        ("https://qlue.co.id", (Word("https://qlue.co.id"),)),
        ('"overdue"', (Word("overdue", phrase=True),)),
        ('"status:new"', (Word("status:new", phrase=True),)),
        ("--overdue", (Word("-overdue", negated=True),)),
        ("- macet", (Word("-"), Word("macet"))),
        ('""', ()),
        ("  \t\n ", ()),
        ('ab"cd', (Word('ab"cd'),)),
    ],
)
def test_words(text: str, words: tuple[Word, ...]) -> None:
    assert parse(text, NAMES) == Query(words=words)


@pytest.mark.parametrize(
    ("spaced", "plain"),
    [
        ("status: disposisi lampu", "status:disposisi lampu"),
        ("status:  disposisi,  diterima", "status:disposisi,diterima"),
        ('-kategori: "PKL, liar" lampu', '-kategori:"PKL, liar" lampu'),
        ("urut: -tenggat", "urut:-tenggat"),
    ],
)
def test_blanks_behind_a_colon_are_passed_over(spaced: str, plain: str) -> None:
    assert parse(spaced, NAMES) == parse(plain, NAMES)


@pytest.mark.parametrize("text", ["status: ", "status: kategori:jalan-rusak"])
def test_another_field_is_no_value(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NAMES)
    assert caught.value.template == MISSING_VALUE
    assert caught.value.is_unfinished(text) == (text == "status: ")


def test_without_a_list_of_people_by_takes_any_name() -> None:
    assert parse("by:Rina", QueryNames()).terms == (Term(Field.BY, ("rina",)),)


@pytest.mark.parametrize(
    ("text", "pointed_at", "nearest"),
    [
        ("lampu stauts:new", "stauts", ("status",)),
        ("status:dispatchd", "dispatchd", ("disposisi",)),
        ("status:new,disposisy", "disposisy", ("disposisi",)),
        ("status:rusak", "rusak", ("kategori:jalan-rusak",)),
        ("kelurahan:smpur overdue", "smpur", ("sempur",)),
        ("dinas:dishup", "dishup", ("dishub",)),
        ("by:rina", "rina", ("rina-wati",)),
        ("older:besok", "besok", ()),
        ("since:2026-02-30", "2026-02-30", ()),
        ("due:tody", "tody", ("hari-ini",)),
        ("due:<lama", "<lama", ()),
        ("sort:dua", "dua", ("tenggat", "diubah", "dibuat")),
        ("has:fotoo", "fotoo", ("foto",)),
        ('kelurahan:"Tak Ada"', '"Tak Ada"', ()),
        ("lampu status:", "", ()),
        ("status:new,", "", ()),
        ('a "lampu mati', '"lampu mati', ()),
        ("sort:due sort:created", "sort:created", ()),
        ("-sort:due", "-sort:due", ()),
    ],
)
def test_what_is_not_understood_is_pointed_at_with_the_nearest(
    text: str, pointed_at: str, nearest: tuple[str, ...]
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NAMES)
    error = caught.value
    assert text[error.start : error.end] == pointed_at
    assert error.nearest == nearest
    assert error.template in MESSAGES
    assert error.message == error.template.format(**error.fields)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("status:dispatchd", "Nilai “dispatchd” tidak dikenal untuk status. Mungkin: dispatched."),
        ("status:diterimo", "Nilai “diterimo” tidak dikenal untuk status. Mungkin: acknowledged."),
        (
            "kategori:rusk",
            'Nilai “rusk” tidak dikenal untuk category. Yang ada: jalan-rusak, "PKL, liar", none.',
        ),
        ("nomor:", "Nilai untuk number belum ditulis."),
        ("warna:xyz", "Nilai “xyz” tidak dikenal untuk colour. Yang ada: red, yellow, green, grey."),
    ],
)
def test_a_reader_of_english_is_told_in_the_words_of_english(text: str, sentence: str) -> None:
    """The sentence itself comes from the catalogue; what is named in it does not."""
    with pytest.raises(QueryError) as caught:
        parse(text, NAMES, "en")
    assert caught.value.sentence() == sentence


@pytest.mark.parametrize(
    ("canonical", "indonesian"),
    [
        (
            "status:dispatched,awaiting_verification overdue",
            "status:disposisi,menunggu-verifikasi adalah:lewat-tenggat",
        ),
        ("-is:snoozed by:me,none", "-adalah:ditunda oleh:saya,kosong"),
        ("older:24h newer:3d due:<8h", "lebih-lama:24jam lebih-baru:3hari tenggat:<8jam"),
        ("number:BGR-26-000006", "nomor:BGR-26-000006"),
        ('kelurahan:32.71.05.1001 "lampu mati"', 'kelurahan:32.71.05.1001 "lampu mati"'),
        ("kelurahan:32.71.03.1003 category:pkl", 'kelurahan:sempur kategori:"PKL, liar"'),
        ("sort:-created group:category", "urut:-masuk kelompok:kategori"),
    ],
)
def test_a_query_is_spelled_in_the_readers_words(canonical: str, indonesian: str) -> None:
    query = parse(canonical, NAMES)
    assert spelled(query, NAMES, "id") == indonesian
    assert parse(indonesian, NAMES) == query


def test_lengths_of_time_are_spelled_short_in_english() -> None:
    assert spelled(parse("lebih-lama:24jam tenggat:<8jam"), NAMES, "en") == "older:24h due:<8h"


def test_an_error_says_what_was_found_even_with_braces_in_it() -> None:
    with pytest.raises(QueryError, match=r"Nilai “\{x\}” tidak dikenal untuk status\."):
        parse("status:{x}")


PIECES = st.sampled_from(
    [
        "status:new",
        "-status:disposisi,proses",
        "overdue",
        "-overdue",
        "kelurahan:cibuluh",
        'kategori:"PKL, liar"',
        "older:3hari",
        "due:<8h",
        "due:none",
        'nomor:"a b,\\"c"',
        "sort:-created",
        '"lampu  mati"',
        '-"a\\\\"',
        "-macet",
        "--",
        "10:30",
        "x:",
        '"',
        "-",
        ",",
        "\u00a0",
    ]
)


@pytest.mark.parametrize("text", ["(((", "'%_%'", "-", "-(", "- /", '"-"', "!!! sort:due"])
def test_a_line_of_signs_alone_is_refused_instead_of_finding_everything(text: str) -> None:
    with pytest.raises(QueryError, match="tidak berisi huruf atau angka untuk dicari"):
        parse(text, NAMES)


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=6).map(" ".join) | st.text(max_size=30))
@example('number:"\\\\"')
@example("--http://a")
def test_canonical_text_parses_to_the_same_query(text: str) -> None:
    try:
        query = parse(text, NAMES)
    except QueryError as error:
        event("refused")
        span = (error.start, error.end)
    else:
        span = (0, 0)
        assert parse(str(query), NAMES) == query
        assert str(parse(str(query), NAMES)) == str(query)
        assert all(parse(spelled(query, NAMES, language), NAMES) == query for language in ("id", "en"))
    assert 0 <= span[0] <= span[1] <= len(text)


@pytest.mark.parametrize(
    ("written", "suggestions"),
    [
        ("sta", ["status:"]),
        ("lampu -kate", ["kategori:"]),
        ("status:dis", ["disposisi"]),
        ("status:dispo", ["disposisi"]),
        ("status:new,butuh", ["butuh-info"]),
        ("-kelurahan:ba", ["batutulis"]),
        ("kelurahan:batu-t", ["batutulis"]),
        ("category:pk", ['"PKL, liar"']),
        ("by:ri", ["rina-wati"]),
        ("older:2", ["24jam", "2minggu"]),
        ("sort:-cr", ["-created"]),
        ("colour:", ["merah", "kuning", "hijau", "abu-abu"]),
        ("foo:ba", []),
        ("", []),
        ("lampu ", []),
        ("kelurahan:tul", ["batu-tulis"]),
        ('kategori:"PKL, liar",ja', ["jalan-rusak"]),
        ("status:dispatched", []),
        ("lampu semp", ["kelurahan:sempur"]),
        ("batu tx", []),
        ("bat", ["kelurahan:batutulis"]),
        ("rus", ["kategori:jalan-rusak"]),
        ("dish", ["dinas:dishub"]),
        ("dispo", ["status:disposisi"]),
        ("-rina", ["oleh:rina-wati"]),
        ('"semp', []),
        ("telat", ["adalah:lewat-tenggat"]),
        ("lewa", ["adalah:lewat-tenggat"]),
        ("-terl", ["adalah:lewat-tenggat"]),
        ("late", ["adalah:lewat-tenggat"]),
        ("fot", ["ada:foto"]),
        ("tenggat", ["tenggat:"]),
        ("belum diterima", ["adalah:belum-diterima", "status:diterima"]),
        ("bel", ["adalah:belum-diterima", "adalah:belum-diambil", "ada:belum-terkirim"]),
        ("lampu telat ", ["adalah:lewat-tenggat"]),
        ("telat semp", ["kelurahan:sempur", "adalah:lewat-tenggat"]),
        ("lewat-tenggat", []),
        ("lewat tenggat", ["adalah:lewat-tenggat", "tenggat:"]),
        ('"telat" -telat status:baru,telat x', []),
    ],
)
def test_suggestions(written: str, suggestions: list[str]) -> None:
    assert [offer.text for offer in offers(written, len(written), NAMES)] == suggestions


def test_a_word_that_is_offered_as_a_term_stays_a_word_until_that_is_taken() -> None:
    assert str(parse("telat", NAMES)) == "telat"
    assert str(parse("late sempur", NAMES)) == "late sempur"
    assert str(parse("adalah:telat is:late", NAMES)) == "is:overdue is:overdue"
    assert offers("late", 4, NAMES, "en") == [Offer("is:overdue", "late", (0, 4))]
    assert offers("jalan telat sempur", 18, NAMES)[-1] == Offer("adalah:lewat-tenggat", "telat", (6, 11))


def test_suggestions_speak_the_readers_language_and_know_the_other() -> None:
    assert [offer.text for offer in offers("warna:", 6, NAMES, "en")] == ["red", "yellow", "green", "grey"]
    assert [offer.text for offer in offers("rus", 3, NAMES, "en")] == ["category:jalan-rusak"]
    assert [offer.text for offer in offers("lebih-lama:2", 12, NAMES, "en")] == ["24h", "2w"]
    assert [offer.text for offer in offers("warna:re", 8, NAMES, "id")] == ["red"]
    assert [offer.text for offer in offers("st", 2, NAMES, "id")] == ["status:"]


def test_a_suggestion_says_what_it_means() -> None:
    assert offers("status:dispa", 12, NAMES) == [Offer("dispatched", "Disposisi")]
    assert offers("status:dis", 10, NAMES, "en") == [Offer("dispatched", "")]
    assert offers("dinas:dis", 9, NAMES) == [Offer("dishub", "Dinas Perhubungan")]
    assert offers("category:jal", 12, NAMES) == [Offer("jalan-rusak", "")]
    assert offers("kelurahan:sem", 13, NAMES) == [Offer("sempur", "")], (
        "a code is no word that tells anything"
    )


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("colour:xyz", ("merah", "kuning", "hijau", "abu-abu")),
        ("priority:", ("biasa", "tinggi", "darurat")),
        ("kategori:xyz", ("jalan-rusak", '"PKL, liar"', "kosong")),
        ("older:", ("24jam", "3hari", "2minggu")),
        ("kelurahan:xyz", ()),
    ],
)
def test_a_mistake_says_what_is_allowed(text: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NAMES)
    assert caught.value.allowed == allowed


@settings(max_examples=100, deadline=None, database=None)
@given(
    st.lists(PIECES | st.sampled_from(["stat", "status:", "by:", "kelurahan:"]), max_size=3).map(" ".join),
    st.data(),
)
def test_suggestions_never_fail_and_fit_where_they_are_put(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    start, end = token_span(text, cursor)
    assert 0 <= start <= end == cursor
    for suggestion in offers(text, cursor, NAMES):
        assert suggestion.text


def test_names_come_from_the_city_and_its_people() -> None:
    hour = Deadline(1, Unit.HOURS)
    city = City(
        key="bogor",
        name="Kota Bogor",
        prefix="BGR",
        code="32.71",
        zone="Asia/Jakarta",
        cooperation=Cooperation.PARTNER,
        coordinator="diskominfo",
        sla=SlaProfile("x", hour, hour, {}, hour),
        dinas=(Dinas("dlh", "DLH", "Dinas Lingkungan Hidup"),),
        categories=(Category("jalan_rusak", "Jalan rusak", ()),),
        kecamatan=(Kecamatan("32.71.06", "Tanah Sareal", ("Tanah Sereal",)),),
        kelurahan=(Kelurahan("32.71.05.1001", "Batutulis", "32.71.05", ("Batu Tulis",)),),
    )
    names = names_of([city], [Actor("u_1", "Rina", frozenset({Role.OFFICER}), "bogor", "dlh")])
    assert names.find(Field.CATEGORY, "JALAN RUSAK") == ("jalan_rusak",)
    assert names.find(Field.BY, "rina") == ("u_1",)
    assert names.find(Field.CITY, "kota bogor") == ("bogor",)
    assert names.find(Field.DINAS, "dinas-lingkungan-hidup") == ("dlh",)
    assert names.find(Field.DINAS, "") == ()
    assert names.find(Field.KECAMATAN, "tanah_sereal") == ("32.71.06",)
    assert names.find(Field.KELURAHAN, "batu tulis") == names.find(Field.KELURAHAN, "32.71.05.1001")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sempur", [("sempur", ["Sempur"])]),
        ("batutulis", [("batutulis", ["Batu Tulis"])]),
        ("kedung badak mampet", [("kedung badak", ["Kedung Badak"]), ("mampet", [])]),
        ('"kedung badak"', [("kedung badak", ["Kedung Badak"])]),
        ("kedung", [("kedung", [])]),
        ("none kosong", [("none", []), ("kosong", [])]),
    ],
)
def test_words_that_name_a_kelurahan_find_its_reports_too(line: str, words: list[object]) -> None:
    city = load_shipped("bogor")
    names = names_of([city])
    query = parse(line, names)
    assert [(w.text, [city.kelurahan_name(code) for code in w.kelurahan]) for w in query.words] == words
    assert parse(str(query), names) == query


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "01/01/0001"])
@pytest.mark.parametrize("field", ["sejak", "sampai", "tenggat", "berubah", "due"])
def test_a_day_that_no_clock_can_reckon_with_is_none(field: str, day: str) -> None:
    with pytest.raises(QueryError):
        parse(f"{field}:{day}", NAMES)
