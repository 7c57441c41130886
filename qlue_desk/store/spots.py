"""Reports as points of a map: only those inside a box, never more than a map can show."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from qlue_desk.domain.query import Query
from qlue_desk.domain.query_match import Moment
from qlue_desk.store.bound import connection
from qlue_desk.store.conditions import WIDE, where

MOST = 400
"""Points of one map; more than that is a matter for counts."""
MOST_OPENED = 4_000
"""Bodies that are read for one map: a place stands in no column."""
_LAT = "json_extract(CAST(body AS TEXT), '$.lat_e6')"
_LON = "json_extract(CAST(body AS TEXT), '$.lon_e6')"


class Spot(msgspec.Struct, frozen=True):
    """A report with its place in millionths of a degree."""

    id: str
    number: str
    title: str
    status: str
    lat_e6: int
    lon_e6: int


class Box(msgspec.Struct, frozen=True):
    """A part of the earth, in degrees."""

    west: float
    south: float
    east: float
    north: float


def inside(
    query: Query, moment: Moment, box: Box, kelurahan: Sequence[str], *, limit: int = MOST
) -> list[Spot]:
    """The reports of a query that lie in the box, the most urgent first; at most `limit`.

    `kelurahan` are the codes that touch the box: the covering index finds their rows, all other bodies
    stay closed.
    """
    condition = where(query, moment)
    marks = ", ".join("?" * len(kelurahan))
    chosen = (
        f"SELECT row FROM {WIDE} WHERE has_place = 1 AND kelurahan IN ({marks}) AND {condition.sql}"
        f" ORDER BY due, row LIMIT {MOST_OPENED}"
    )
    rows = connection().execute(
        f"SELECT id, number, title, status, {_LAT}, {_LON} FROM complaint WHERE row IN ({chosen})"
        f" AND {_LAT} BETWEEN ? AND ? AND {_LON} BETWEEN ? AND ? ORDER BY due, row LIMIT ?",
        (
            *kelurahan,
            *condition.parameters,
            round(box.south * 1e6),
            round(box.north * 1e6),
            round(box.west * 1e6),
            round(box.east * 1e6),
            limit,
        ),
    )
    return [Spot(*row) for row in rows]
