"""The measure of what a person feels while the outbox drains; its times are for `python -m tests.sync.load`."""

import sys
from pathlib import Path

import pytest

from tests.sync.feeling import Feeling, at, feel


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_the_real_desk_moves_its_cursor_in_a_terminal_while_its_outbox_drains(tmp_path: Path) -> None:
    felt = feel(tmp_path, actions=200, reports=60, idle_keys=6)
    assert len(felt.before) == len(felt.after) == 6
    assert len(felt.meanwhile) >= 1  # each of them was seen as a lit row that moved
    assert all(0 < seconds < 20 for seconds in (*felt.before, *felt.meanwhile, *felt.after))
    assert felt.seconds > 0


def test_the_ratio_is_taken_against_the_quieter_idle_figure() -> None:
    felt = Feeling(before=[0.02] * 9 + [0.5], meanwhile=[0.03] * 9 + [0.6], after=[0.01] * 9 + [0.2])
    assert at([3.0, 1.0, 2.0], 0.5) == 2.0
    assert felt.ratio(0.5) == pytest.approx(3.0)
    assert felt.ratio(0.95) == pytest.approx(3.0)
