"""What GeoReport refuses; descriptions are English, for they are read by programmers everywhere."""

from __future__ import annotations

from collections.abc import Sequence


class GeoReportError(Exception):
    """Several faults may come together: 404 unknown resource, 403 api_key, 400 everything else."""

    def __init__(self, status: int, *descriptions: str) -> None:
        super().__init__("; ".join(descriptions))
        self.status = status
        self.descriptions: Sequence[str] = descriptions

    @property
    def items(self) -> list[dict[str, object]]:
        """As the error body lists them."""
        return [{"code": self.status, "description": text} for text in self.descriptions]


def unknown(what: str, found: str) -> GeoReportError:
    """404 for a resource that is not there."""
    return GeoReportError(404, f"{what} {found[:60]!r} was not found.")


def bad(description: str) -> GeoReportError:
    """400."""
    return GeoReportError(400, description)
