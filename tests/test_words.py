import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import qlue_desk
from qlue_desk import phrases, words

WIB = ZoneInfo("Asia/Jakarta")
NOW = dt.datetime(2017, 11, 24, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def english():
    words.set_language("en")
    yield
    words.set_language("id")


def test_indonesian_is_the_source():
    assert words._("{n} mnt") == "{n} mnt"
    assert words.n_("{n} laporan", 1) == words.n_("{n} laporan", 3) == "{n} laporan"


def test_english_comes_from_the_catalogue(english):
    assert words._("{n} mnt") == "{n} min"
    assert words._("tidak ada di katalog") == "tidak ada di katalog"


def test_english_counts_one_and_many(english):
    assert [words.n_("{n} laporan", n).format(n=n) for n in (0, 1, 2)] == [
        "0 reports",
        "1 report",
        "2 reports",
    ]
    assert words.n_("tidak ada di katalog", 2) == "tidak ada di katalog"


def test_whole_sentences_follow_each_other():
    assert words.sentences("Satu.", "", "Dua.") == "Satu. Dua."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('msgid "a\\"b"\nmsgstr "c\\n"\n', [{"msgid": 'a"b', "msgstr": "c\n"}]),
        ('msgid ""\nmsgstr ""\n"x"\n\n#, fuzzy\nmsgid ""\n"a"\n"b"\nmsgstr "c"', [
            {"msgid": "", "msgstr": "x"}, {"msgid": "ab", "msgstr": "c"}]),
    ],
)  # fmt: skip
def test_a_catalogue_is_read_line_by_line(text, found):
    assert list(words._entries(text)) == found


def test_unknown_language_is_refused():
    with pytest.raises(ValueError, match="choose one of id, en"):
        words.set_language("fr")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 dtk"),
        (59, "59 dtk"),
        (60, "1 mnt"),
        (2400, "40 mnt"),
        (3600, "1 jam"),
        (-7200, "2 jam"),
        (47 * 3600, "47 jam"),
        (48 * 3600, "2 hari"),
        (30 * 86400, "30 hari"),
    ],
)
def test_durations(seconds, said):
    assert phrases.duration_words(dt.timedelta(seconds=seconds)) == said


def test_deadlines():
    assert phrases.due_words(NOW + dt.timedelta(hours=3), NOW) == "3 jam"
    assert phrases.due_words(NOW - dt.timedelta(days=2), NOW) == "lewat 2 hari"


def test_times_in_the_citys_zone():
    at = dt.datetime(2017, 11, 22, 12, 14, tzinfo=dt.UTC)
    assert phrases.time_words(at, WIB, now=NOW) == "22 Nov 19.14"
    assert phrases.time_words(at.replace(year=2016, month=5), WIB, now=NOW) == "22 Mei 2016 19.14"


def test_counts_dates_and_stamps():
    at = dt.datetime(2017, 11, 2, 12, 4, tzinfo=dt.UTC)
    assert phrases.number(12480) == "12.480"
    assert phrases.percent(0.125) == "12,5"
    assert phrases.stamp(at, WIB) == " 2 Nov 19.04"
    assert phrases.stamp(None, WIB) == ""
    assert phrases.clock_time(at, WIB) == "19.04"
    assert phrases.day_words(at.date()) == "2 Nov 2017"
    assert phrases.month_words(dt.date(2017, 5, 1)) == "Mei 2017"
    assert phrases.span(-7200) == "‑2 jam"
    assert phrases.office_span(dt.timedelta(hours=18), 3) == "3 hari kerja"
    assert phrases.office_span(dt.timedelta(hours=11.9), 1) == "11 jam kerja"
    assert phrases.office_span(dt.timedelta(minutes=59), 0) == "59 mnt kerja"


def test_counts_dates_and_stamps_in_english(english):
    at = dt.datetime(2017, 8, 2, 12, 4, tzinfo=dt.UTC)
    assert phrases.number(1234567) == "1,234,567"
    assert phrases.percent(0.125) == "12.5"
    assert phrases.stamp(at, WIB) == " 2 Aug 19:04"
    assert phrases.month_words(dt.date(2017, 8, 1)) == "August 2017"
    assert phrases.office_span(dt.timedelta(hours=1), 0) == "1 office hour"
    assert phrases.office_span(dt.timedelta(hours=8.5 * 3), 3) == "3 working days"


def test_times_in_english(english):
    at = dt.datetime(2017, 5, 22, 12, 14, tzinfo=dt.UTC)
    assert phrases.time_words(at, WIB) == "22 May 19:14"
    assert phrases.duration_words(dt.timedelta(days=3)) == "3 d"


def test_why_the_system_said_no_is_never_said_in_its_words() -> None:
    """`OSError.strerror` is English; `domain.system.reason_of` says it in ours."""
    root = Path(qlue_desk.__file__).parent
    told = [str(path.relative_to(root)) for path in root.rglob("*.py") if ".strerror" in path.read_text()]
    raised = {"store/blobs.py", "store/versions.py"}  # os.strerror, for an error that they raise
    assert set(told) - raised == {"domain/system.py"}
