"""The neighbourhood of a report: open reports near it, as points and as a short list."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.map_ground import metres_between
from qlue_desk.desk.widgets.map_painting import MapPoint
from qlue_desk.desk.widgets.status_mark import glyph
from qlue_desk.domain.complaint import STATUS_LOOK, Complaint, Status
from qlue_desk.store.spots import Spot
from qlue_desk.words import _

LISTED = 5
FAR = 1000.0
"""Metres beyond which a report is no neighbour."""


def point_of(complaint: Complaint) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, None where the report brought none."""
    if complaint.lat_e6 is None or complaint.lon_e6 is None:
        return None
    return complaint.lat_e6 / 1e6, complaint.lon_e6 / 1e6


def spot_point(spot: Spot, *, ascii_only: bool) -> MapPoint:
    """A report as a point in the look of its status."""
    status = Status(spot.status)
    sign = glyph(status, ascii_only=ascii_only)
    return MapPoint(spot.lat_e6 / 1e6, spot.lon_e6 / 1e6, sign, str(STATUS_LOOK[status].colour))


def neighbours(spots: Sequence[Spot], complaint: Complaint, *, ascii_only: bool) -> list[MapPoint]:
    """All reports of the window, and the report itself over them."""
    points = [spot_point(spot, ascii_only=ascii_only) for spot in spots if spot.id != complaint.id]
    here = point_of(complaint)
    if here is not None:
        points.append(MapPoint(*here, glyph(complaint.status, ascii_only=ascii_only), here=True))
    return points


def around_content(spots: Sequence[Spot], complaint: Complaint, scale: str, *, ascii_only: bool) -> Content:
    """Coordinates, the map's width, and the nearest open reports."""
    here = point_of(complaint)
    if here is None:
        return Content.styled(_("Laporan ini tidak membawa koordinat."), "$text-muted")
    lines = [
        Content.assemble(
            (f"{here[0]:.6f}, {here[1]:.6f}", "bold"),
            ("   " + _("lebar peta {width}").format(width=scale), "$text-muted"),
        )
    ]
    found = [
        (metres_between(*here, spot.lat_e6 / 1e6, spot.lon_e6 / 1e6), spot)
        for spot in spots
        if spot.id != complaint.id
    ]
    found.sort(key=lambda pair: pair[0])
    near = [(metres, spot) for metres, spot in found if metres <= FAR]
    if not near:
        lines.append(Content.styled(_("Tidak ada laporan terbuka lain di sekitar sini."), "$text-muted"))
    for metres, spot in near[:LISTED]:
        status = Status(spot.status)
        lines.append(
            Content.assemble(
                (glyph(status, ascii_only=ascii_only), f"bold $status-{STATUS_LOOK[status].colour}"),
                (f" {metres:4.0f} m  ", "$text-muted"),
                safe(spot.number),
                (f"  {safe(spot.title)}", ""),
            )
        )
    if len(near) > LISTED:
        lines.append(Content.styled(_("dan {n} lagi").format(n=len(near) - LISTED), "$text-muted"))
    return Content("\n").join(lines)
