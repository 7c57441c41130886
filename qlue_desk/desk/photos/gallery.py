"""Which photos stand side by side: what the reporter sent, and what the dinas shows as evidence."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.complaint import Attachment, Complaint
from qlue_desk.words import _


class Page(msgspec.Struct, frozen=True):
    """Two photos to compare; None where there is none on that side."""

    before: Attachment | None
    after: Attachment | None

    @property
    def shown(self) -> tuple[Attachment, ...]:
        """Those that are there."""
        return tuple(each for each in (self.before, self.after) if each is not None)


def pages(complaint: Complaint) -> tuple[Page, ...]:
    """All photos in pairs; the shorter side's last one stays beside the rest of the longer.

    The newest evidence comes first: it is what a verifier has to judge.
    """
    before = [each for each in complaint.attachments if not each.evidence]
    after = [each for each in complaint.attachments if each.evidence]
    after.sort(key=lambda each: each.at.timestamp() if each.at else 0.0, reverse=True)
    count = max(len(before), len(after))
    return tuple(
        Page(
            before[min(place, len(before) - 1)] if before else None,
            after[min(place, len(after) - 1)] if after else None,
        )
        for place in range(count)
    )


def place_of(attachment: Attachment, complaint: Complaint) -> tuple[int, int]:
    """The how-many-eth of how many on its side, from 1."""
    side = [each for each in complaint.attachments if each.evidence == attachment.evidence]
    return side.index(attachment) + 1, len(side)


def side_words(attachment: Attachment, complaint: Complaint) -> str:
    """`SEBELUM · foto pelapor 1/2` or `SESUDAH · bukti dinas`."""
    words = _("SESUDAH · bukti dinas") if attachment.evidence else _("SEBELUM · foto pelapor")
    place, count = place_of(attachment, complaint)
    return f"{words} {place}/{count}" if count > 1 else words


def caption(attachment: Attachment, complaint: Complaint, zone: dt.tzinfo) -> str:
    """When, by whom, its name: `22 Nov 19.14 · Asep · sesudah.jpg`."""
    reporter = complaint.reporter
    sender = _("anonim") if reporter.anonymous or not reporter.name else reporter.name
    at = attachment.at or (None if attachment.evidence else complaint.created_at)
    who = attachment.by or ("" if attachment.evidence else sender)
    parts = (wording.stamp(at, zone).strip(), safe(who), safe(attachment.name))
    return " · ".join(part for part in parts if part)
