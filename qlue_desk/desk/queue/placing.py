"""Photos and place of a report in words (`o`)."""

from __future__ import annotations

from typing import Any

from textual.content import Content

from qlue_desk.desk.backend import Backend
from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.complaint import Complaint
from qlue_desk.words import _


def place_content(complaint: Complaint, backend: Backend) -> Content:
    """Photos and place in words: a terminal shows no pictures, so it says where they are."""
    parts: list[Any] = []
    if complaint.lat_e6 is not None and complaint.lon_e6 is not None:
        lat, lon = complaint.lat_e6 / 1e6, complaint.lon_e6 / 1e6
        parts += [(_("Koordinat  "), "$text-muted"), f"{lat:.6f}, {lon:.6f}\n"]
        parts += [
            (_("Peta       "), "$text-muted"),
            f"https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}&zoom=18\n",
        ]
    else:
        parts.append((_("Laporan ini tidak membawa koordinat.") + "\n", "$text-muted"))
    parts.append("\n")
    for attachment in complaint.attachments:
        kind = _("bukti") if attachment.evidence else _("pelapor")
        kept = backend.workplace.home / "blobs" / attachment.sha256[:2] / attachment.sha256
        where = attachment.url or str(kept)
        parts += [
            (f"{kind}  ", "$status-green" if attachment.evidence else "$text-muted"),
            (safe(attachment.name), "bold"),
            f"\n   {safe(where)}\n",
        ]
    if not complaint.attachments:
        parts.append((_("Tidak ada foto."), "$text-muted"))
    return Content.assemble(*parts)
