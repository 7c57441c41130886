"""The summary's rows: what stands beside each other is told apart, at every width and in both languages."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk import words
from qlue_desk.casework import summary_words
from qlue_desk.casework.summary import Summary, summary
from qlue_desk.desk.summary.board import board
from qlue_desk.desk.summary.cells import Row
from qlue_desk.domain.complaint import Hop, Status
from tests.desk_world import NOW, DeskWorld

UTC = dt.UTC


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Summary]:
    world = DeskWorld.make(tmp_path / "home", dinas="diskominfo", as_="u_dewi")
    for dinas in ("dpupr", "dlh", "dishub"):
        world.add_many([Status.DISPATCHED, Status.REOPENED, Status.IN_PROGRESS], dinas=dinas)
    for giver in ("dlh", "dlh", "dishub"):
        hops = (Hop(giver, NOW), Hop("dpupr", NOW, bounce=True))
        world.add(dinas="dpupr", status=Status.DISPATCHED, bounces=1, custody=hops)
    yield summary(world.workplace, now=NOW)
    world.close()
    words.set_language("id")


def _run_together(row: Row) -> list[str]:
    """Neighbours without a gap; a comma belongs to what is before it."""
    shown = [cell.text for cell in row if cell.text]
    return [
        f"{one}|{other}"
        for one, other in itertools.pairwise(shown)
        if not one[-1].isspace() and not other[0].isspace() and other[0] not in ",·"
    ]


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_two_cells_run_together_at_any_width(found: Summary, language: str) -> None:
    words.set_language(language)
    for width in range(60, 241, 4):
        rows = board(found, width, UTC)
        heads = [
            row for row in rows if any(cell.text.strip() == summary_words.league_heads()[-1] for cell in row)
        ]
        assert len(heads) == 1
        assert [together for row in rows for together in _run_together(row)] == []


def test_what_was_given_back_is_counted_once_on_top_and_by_who_gave_it_back(found: Summary) -> None:
    assert {row.dinas: row.bounced.count for row in found.league} == {"dpupr": 0, "dlh": 2, "dishub": 1}
    assert found.bounced.count == sum(row.bounced.count for row in found.league) == 3
    [told] = [one for one in summary_words.headline(found, UTC) if one.number == found.bounced]
    assert told.words == "pernah dikembalikan suatu dinas"
    assert summary_words.league_heads()[3] == "mengembalikan"
