"""An outside record that comes a second time: nothing new, or another content under the same identity.

The report stays what people work on; what its source says now is told in its history, once, and kept as it came.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING

from qlue_desk.central import entering
from qlue_desk.central.report import Report
from qlue_desk.domain.complaint import Actor, Complaint, Entry
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.text import clean
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

CHANGED = "changed"
"""Among `Taken.notes`."""


def news_of(hub: Hub, report: Report) -> dict[str, str]:
    """What the record says otherwise than when it was taken, by its own names; empty where that is nothing new.

    A record of which nothing is kept, as after an erasure, has no news.
    """
    if not report.told:
        return {}
    source, source_id = entering.source_key(report)
    kept = _record(hub, report.city, source, source_id)
    before, now = _object(kept), _object(clean(report.raw, limit=entering.RECORD_LENGTH))
    if before is None or now is None:
        return {}
    news = {name: now.get(name, "") for name in report.told if before.get(name, "") != now.get(name, "")}
    if news and _record(hub, report.city, source, _id_of(source_id, report, now)) is not None:
        return {}
    return news


def keep(hub: Hub, report: Report, complaint_id: str) -> None:
    """Remember it beside the first one, so that it is told once."""
    source, source_id = entering.source_key(report)
    now = _object(clean(report.raw, limit=entering.RECORD_LENGTH)) or {}
    entering.source_row(
        hub, report.city, source, _id_of(source_id, report, now), complaint_id, record=report.raw
    )


def line_of(news: dict[str, str], report: Report, known: Complaint, actor: Actor, at: dt.datetime) -> Entry:
    """The line for the people who work on it; who the reporter is does not stand in it."""
    said = [f"{name}: {value or '–'}" for name, value in news.items() if name not in report.of_person]
    text = _("Sumber mengirim laporan ini lagi, sekarang dengan isi lain:")
    if not said:
        text = _("Sumber mengirim laporan ini lagi, sekarang dengan data pelapor lain.")
    return Entry(
        id=new_id("h"),
        complaint_id=known.id,
        verb=str(Verb.NOTE),
        at=at,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_dinas=actor.dinas or "",
        from_status=known.status,
        to_status=known.status,
        text=entering.shortened("\n".join([text, *said])),
    )


def _record(hub: Hub, city: str, source: str, source_id: str) -> str | None:
    row = hub.database.one(
        "SELECT record FROM source WHERE city = ? AND source = ? AND source_id = ?", (city, source, source_id)
    )
    return None if row is None else str(row[0])


def _id_of(source_id: str, report: Report, record: dict[str, str]) -> str:
    """The identity of another content: that of the record and a digest."""
    said = json.dumps([record.get(name, "") for name in report.told], ensure_ascii=False)
    return f"{source_id}#{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _object(record: str | None) -> dict[str, str] | None:
    try:
        found = json.loads(record or "null", strict=False)
    except (ValueError, RecursionError):
        return None
    return (
        {str(name): " ".join(str(value).split()) for name, value in found.items()}
        if isinstance(found, dict)
        else None
    )
