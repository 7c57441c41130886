"""Erasing a report's content where the law demands it: what remains counts, and says nothing.

Number, status, category, area and clocks stay, as do who moved it and when. Older feed events lose
their payload; the chain still verifies by their digests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from qlue_desk.central.feed import withhold_entry
from qlue_desk.domain.complaint import Complaint, Entry, Reporter
from qlue_desk.domain.privacy import withhold

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

ERASED_TITLE = "(dihapus)"

_encode = msgspec.json.Encoder().encode
_entry = msgspec.json.Decoder(Entry)


def erased(complaint: Complaint) -> Complaint:
    """The complaint without content and without anybody's identity."""
    return replace(
        withhold(complaint),
        title=ERASED_TITLE,
        reporter=Reporter(anonymous=True, secret=complaint.reporter.secret),
        refer_to="",
    )


def erase_traces(hub: Hub, complaint: Complaint) -> None:
    """Everything else that central holds of it, in the register's transaction; files go after the commit."""
    database, key = hub.database, (complaint.id,)
    database.run("DELETE FROM identity WHERE complaint_id = ?", key)
    database.run("UPDATE source SET record = '', unreadable = '' WHERE complaint_id = ?", key)
    database.run("UPDATE feed_event SET payload = NULL WHERE complaint_id = ?", key)
    for row, body in database.all("SELECT row, body FROM entry WHERE complaint_id = ?", key):
        blank = _encode(withhold_entry(_entry.decode(bytes(body))))
        database.run("UPDATE entry SET body = ? WHERE row = ?", (blank, row))
    digests = [a.sha256 for a in complaint.attachments if a.sha256]
    database.run("DELETE FROM attachment WHERE complaint_id = ?", key)
    for sha256 in digests:
        if database.one("SELECT 1 FROM attachment WHERE sha256 = ?", (sha256,)) is None:
            database.run("DELETE FROM blob WHERE sha256 = ?", (sha256,))
            database.once_durable(hub.blobs.dropper(sha256))
