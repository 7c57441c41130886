import datetime as dt
from zoneinfo import ZoneInfo

import pytest

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
    assert words.n_("{n} laporan", "{n} laporan", 3) == "{n} laporan"


def test_english_comes_from_the_catalogue(english):
    assert words._("{n} mnt") == "{n} min"
    assert words._("tidak ada di katalog") == "tidak ada di katalog"


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


def test_times_in_english(english):
    at = dt.datetime(2017, 5, 22, 12, 14, tzinfo=dt.UTC)
    assert phrases.time_words(at, WIB) == "22 May 19:14"
    assert phrases.duration_words(dt.timedelta(days=3)) == "3 d"
