"""A status as glyph and word; the colour only repeats what they say."""

from __future__ import annotations

import datetime as dt

from rich.cells import cell_len
from textual.content import Content

from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import date_words
from qlue_desk.words import _

_SHORTER: dict[Status, tuple[str, ...]] = {
    Status.IN_PROGRESS: (N_("Diproses"),),
    Status.AWAITING_VERIFICATION: (N_("Verifikasi"),),
    Status.REOPENED: (N_("Dibuka"),),
    Status.OUTSIDE_AUTHORITY: (N_("Dirujuk"),),
    Status.NOT_A_REPORT: (N_("Non-laporan"),),
}
"""Words for lists, the longer first, none cut; which of them is needed depends on the language.

Each is a part of the label, so that a status has one name; only where a part would say the opposite (“Bukan …”) it is not.
"""
WIDTH = 16
"""Cells of glyph, space and word."""
SHORT_WIDTH = {"id": 13, "en": 14}
"""Where there is little room; “Acknowledged” has no shorter word."""


def short_label(status: Status, width: int = WIDTH) -> str:
    """The word for a list: the label, or where glyph and label need more than `width` cells a shorter word."""
    words = [_(word) for word in (STATUS_LOOK[status].label, *_SHORTER.get(status, ()))]
    return next((word for word in words if cell_len(word) + 2 <= width), words[-1])


def promised_label(day: dt.date, width: int = WIDTH) -> str:
    """The word of a scheduled report: the day that the reporter was told."""
    spoken = date_words(day)
    words = [_("Jadwal {day}").format(day=spoken), _("Tgl {day}").format(day=spoken)]
    return next((word for word in words if cell_len(word) + 2 <= width), words[-1])


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
