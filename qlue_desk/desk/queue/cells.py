"""What one queue line shows, read for many rows at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.clocks import day_is_over
from qlue_desk.domain.complaint import CHANNEL_LABEL, Channel, Status
from qlue_desk.store import drafts, queue, snoozes
from qlue_desk.store.models import SENT_BACK
from qlue_desk.store.queue import QueueRow
from qlue_desk.words import _


class Cells(msgspec.Struct, frozen=True):
    """What one queue line shows, as plain words; made from the store's row and a city."""

    row: int
    id: str
    number: str
    status: Status
    due: int | None
    """Epoch seconds, None when no deadline runs."""
    paused: bool
    kelurahan: str
    category: str
    title: str
    holder: str
    mine: bool
    priority: int
    pending: int
    dinas: str = ""
    channel: str = ""
    created: int = 0
    """Epoch seconds of the citizen's report."""
    snoozed: bool = False
    """Put aside by the person at this desk."""
    draft: bool = False
    """A text was begun on it here and not sent."""
    sent_back: bool = False
    """Its proposal came back from the second person."""
    elsewhere: str = ""
    """Name of the dinas that has it, or gets it once this is sent; '' while it is this desk's."""
    gone: bool = False
    """It left this desk, and only its line is still shown."""
    promised: dt.date | None = None
    """The day for which it is scheduled."""
    promised_until: float = 0
    """Epoch seconds at which that day has passed."""


def cells_of(workplace: Workplace, numbers: Sequence[int], now: dt.datetime) -> list[Cells]:
    """On the store's thread: the rows that are here, in the order asked for."""
    aside = snoozes.asleep(workplace.actor.id, now)
    begun = drafts.complaints()
    return [
        _cells(workplace, row, snoozed=row.row in aside, draft=row.id in begun) for row in queue.rows(numbers)
    ]


def _cells(workplace: Workplace, row: QueueRow, *, snoozed: bool, draft: bool) -> Cells:
    city, own = workplace.city, workplace.desk.dinas
    # The coordinator's desks have the reports of all, whoever works on them.
    promised = dt.date.fromisoformat(row.promised) if row.promised else None
    elsewhere = row.dinas if own != city.coordinator and row.dinas != own else ""
    return Cells(
        row=row.row,
        id=row.id,
        number=row.number,
        status=Status(row.status),
        due=row.due if row.has_due else None,
        paused=bool(row.paused),
        kelurahan=city.kelurahan_name(row.kelurahan),
        category=city.category_label(row.category),
        title=row.title,
        holder=row.holder_name or row.holder,
        mine=bool(row.holder) and row.holder == workplace.actor.id,
        priority=row.priority,
        pending=row.pending,
        dinas=city.dinas_name(row.dinas),
        channel=_(CHANNEL_LABEL[Channel(row.channel)]) if row.channel in set(Channel) else row.channel,
        created=row.created_at,
        snoozed=snoozed,
        draft=draft,
        sent_back=row.proposal == SENT_BACK,
        elsewhere=city.dinas_name(elsewhere) if elsewhere else "",
        promised=promised,
        promised_until=day_is_over(promised, workplace.zone).timestamp() if promised else 0,
    )
