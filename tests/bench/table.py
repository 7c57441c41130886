"""One line of the table: what was measured, against what, and the ratio that should hold."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import msgspec


class Sample(msgspec.Struct, frozen=True):
    """Repeated measurements of one thing, in one unit."""

    values: tuple[float, ...]
    unit: str = "ms"

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def percentile(self, share: float) -> float:
        """The value that so large a share (0–1) does not exceed; half of it is the median."""
        if share == 0.5:
            return self.median
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


class Line(msgspec.Struct, frozen=True):
    """A row of issue and table. `limit` bounds `ratio`: from above, or from below with `at_least`."""

    what: str
    ours: Sample
    against: str
    floor: Sample | None
    limit: float | None = None
    at_least: bool = False
    p: float = 0.5
    """Which percentile is compared: 0.5, 0.95 …"""
    faster: bool = False
    """The ratio is floor / ours: how many times faster."""

    @property
    def ratio(self) -> float | None:
        """Ours against the floor; None without one."""
        if self.floor is None:
            return None
        ours, floor = self.ours.percentile(self.p), self.floor.percentile(self.p)
        return floor / ours if self.faster else ours / floor

    @property
    def holds(self) -> bool | None:
        """None where there is nothing to hold."""
        value = self.ratio if self.floor is not None else self.ours.percentile(self.p)
        if value is None or self.limit is None:
            return None
        return value >= self.limit if self.at_least or self.faster else value <= self.limit


class LeftOut(Exception):
    """A row cannot be measured here; `str()` is the reason."""


def shown(lines: Sequence[Line]) -> str:
    """The table as text, aligned."""
    head = ("what", "median", "p95", "compared", "against", "floor", "ratio", "target", "")
    rows = [head, *(_row(line) for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in (0, 4) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def as_json(lines: Sequence[Line]) -> list[dict[str, object]]:
    """The same for a program, with every value that was measured."""
    return [
        {
            "what": line.what,
            "ours": _sample(line.ours),
            "against": line.against,
            "floor": None if line.floor is None else _sample(line.floor),
            "percentile": line.p,
            "ratio": line.ratio,
            "target": line.limit,
            "at_least": line.at_least or line.faster,
            "holds": line.holds,
        }
        for line in lines
    ]


def _sample(sample: Sample) -> dict[str, object]:
    return {
        "unit": sample.unit,
        "median": sample.median,
        "p95": sample.percentile(0.95),
        "values": sample.values,
    }


def _row(line: Line) -> tuple[str, ...]:
    sign = "≥" if line.at_least or line.faster else "≤"
    unit = line.ours.unit
    target = "" if line.limit is None else f"{sign} {line.limit:g}" + ("" if line.floor else f" {unit}")
    return (
        line.what,
        f"{line.ours.median:.4g} {unit}",
        f"{line.ours.percentile(0.95):.4g}",
        f"p{100 * line.p:g} {line.ours.percentile(line.p):.4g}",
        line.against,
        "" if line.floor is None else f"{line.floor.percentile(line.p):.4g}",
        "" if line.ratio is None else f"{line.ratio:.2f}",
        target,
        {True: "holds", False: "MISSED", None: ""}[line.holds],
    )
