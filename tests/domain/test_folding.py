"""Other ways to write the same words: initials, short forms, and what may go on behind what was typed."""

from __future__ import annotations

import pytest

from qlue_desk.domain.folding import may_go_on, spellings_of


@pytest.mark.parametrize(
    ("written", "spellings"),
    [
        ("r e martadinata", ["r e martadinata", "re martadinata"]),
        ("re", ["re", "r e"]),
        ("ahm", ["ahm", "a h m"]),
        # Longer words, digits and a letter alone are initials of nobody.
        ("ahmd", ["ahmd"]),
        ("42", ["42"]),
        ("4 2", ["4 2"]),
        ("r", ["r"]),
        # Nor is a short form, which has a word of its own.
        ("gg", ["gg", "gang"]),
    ],
)
def test_initials_are_written_together_or_apart(written: str, spellings: list[str]) -> None:
    assert [" ".join(each) for each in spellings_of(written.split())] == spellings


def test_what_was_typed_may_go_on_and_so_may_the_number_behind_a_word() -> None:
    assert may_go_on(["lam"], ["lam"])
    assert may_go_on(["nomor", "1"], ["no1"])
    assert not may_go_on(["kol"], ["kolonel"])
    assert not may_go_on([], ["kolonel"])
