"""Hostile text: nothing that a terminal, a spreadsheet or a file system would obey gets through."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qlue_desk.domain.text import LIMIT, clean, csv_cell, file_name

HOSTILE = (
    st.text(
        alphabet=st.sampled_from(
            "\x1b[]()PX^_\\;0123m52cA\x07\x9b\x9d\x9c\x90\u202e\u2066abc \n\t\r\x00\x7f\u200b\u0301\ud800"
        ),
        max_size=60,
    )
    | st.text(max_size=60)
    | st.text(st.characters(codec=None), max_size=30)
)
MODEST = settings(max_examples=300, deadline=None, database=None)
HIDDEN = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")


@MODEST
@given(HOSTILE)
@example("a\x1b\x1b]0;x\x07b")
@example("e" + "\u0301" * 40)
def test_what_is_clean_obeys_nobody_and_stays_clean(text: str) -> None:
    shown = clean(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not HIDDEN.search(shown)
    assert not re.search("[\u0300-\u036f]{5}", shown)
    assert clean(shown) == shown
    assert "\n" not in clean(text, multiline=False)
    assert "\t" not in clean(text, multiline=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Keluhan\x1b]52;c;ZXZpbA==\x07 rusak", "Keluhan\N{REPLACEMENT CHARACTER} rusak"),
        ("a\x9b2Jb", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\x1b[31mb\x1b[0m", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"),
        ("satu\u202eaud", "satuaud"),
        ("baris\r\nbaru\rlagi", "baris\nbaru\nlagi"),
        ("Café — “lampu mati” 🔦", "Café — “lampu mati” 🔦"),
        ("[/] [bold]x", "[/] [bold]x"),
        ("a\ud83d", "a\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_known_attacks_and_ordinary_text(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_an_unfinished_sequence_does_not_hide_the_rest_of_the_report() -> None:
    assert clean("awal\x1b]0;jalan rusak parah").endswith("jalan rusak parah")
    # Misread UTF-8 (“ and ”) is full of C1 characters that could start and end such a sequence.
    misread = "kata “lampu” mati dan “jalan” rusak".encode().decode("latin-1")
    for word in ("kata", "lampu", "mati dan", "jalan", "rusak"):
        assert word in clean(misread)


def test_length_is_bounded() -> None:
    assert len(clean("a" * (LIMIT + 5))) == LIMIT
    assert clean("abcdef", limit=3) == "abc"


@pytest.mark.parametrize(
    "text", ["=1+1", " =1", "@SUM", "-5", "+62812", "\t=1", "\uff1dcmd", "\nx", "\u00a0+1"]
)
def test_formulas_become_text(text: str) -> None:
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "cell"), [("a=b", "a=b"), (-5, "-5"), (None, ""), ("", ""), ("lubang", "lubang")]
)
def test_ordinary_cells_stay(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "lampiran"),
        ("", "lampiran"),
        ("con.txt", "_con.txt"),
        ("NUL", "_NUL"),
        ("C:\\x\\foto.png", "C__x_foto.png"),
        (".bashrc", "bashrc"),
        ("foto. . ", "foto"),
        ("fo\u202etog.jpg", "fotog.jpg"),
        ("e\u0301.jpg", "é.jpg"),
        ("a" * 300 + ".jpg", "a" * 116 + ".jpg"),
        ("😀" * 120 + ".png", "😀" * 59 + ".png"),
    ],
)
def test_file_names(name: str, safe: str) -> None:
    assert file_name(name) == safe


@MODEST
@given(HOSTILE | st.text(alphabet="./\\ :conaux1\u3000", max_size=200))
def test_a_file_name_is_never_a_path_and_stays_the_same(name: str) -> None:
    safe = file_name(name)
    assert 0 < len(safe) <= 120
    assert len(safe.encode()) <= 240
    assert not set(safe) & set('/\\:*?"<>|\n\t')
    assert safe.strip(". ") == safe
    assert file_name(safe) == safe
