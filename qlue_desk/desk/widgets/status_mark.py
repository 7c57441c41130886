"""A status as glyph and word; the colour only repeats what they say."""

from __future__ import annotations

from textual.content import Content

from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

_SHORT: dict[Status, str] = {
    Status.AWAITING_VERIFICATION: N_("Verifikasi"),
    Status.OUTSIDE_AUTHORITY: N_("Dirujuk"),
    Status.NOT_A_REPORT: N_("Bukan lap."),
}
WIDTH = 16
"""Cells of the short form: glyph, space, word."""
SHORT_WIDTH = 13
"""Where there is little room; `Dibuka kembali` is cut then, no other word."""


def short_label(status: Status) -> str:
    """The word for a list; the long labels do not fit there."""
    return _(_SHORT.get(status) or STATUS_LOOK[status].label)


def glyph(status: Status, *, ascii_only: bool = False) -> str:
    """The sign of a status, from the terminal-safe set where asked."""
    look = STATUS_LOOK[status]
    return look.ascii_glyph if ascii_only else look.glyph


def status_content(status: Status, *, ascii_only: bool = False) -> Content:
    """Glyph and full word, coloured."""
    look = STATUS_LOOK[status]
    return Content.styled(
        f"{glyph(status, ascii_only=ascii_only)} {_(look.label)}", f"bold $status-{look.colour}"
    )
