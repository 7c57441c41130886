"""Putting reports aside until a time, for oneself only: nobody else's list or number changes by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec.structs import replace

from qlue_desk.casework.acting import Outcome, found
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain import snoozing
from qlue_desk.domain.moves import N_, Code, Refusal
from qlue_desk.store import snoozes

ENDED = N_("Laporan ini sudah berakhir; tidak perlu ditunda.")
NOT_ASIDE = N_("Laporan ini tidak sedang ditunda.")
MOST = 1000
"""Reports that are put aside at once; whoever puts all aside wants a view instead."""
TOO_MANY = N_(
    "Paling banyak {limit} laporan bisa ditunda sekaligus; simpan tampilan tanpa mereka sebagai gantinya."
)


def read_until(workplace: Workplace, text: str, now: dt.datetime | None = None) -> dt.datetime | Refusal:
    """The moment that was written, by the city's clock and calendar, or what is wrong with it."""
    local = (now or utc_now()).astimezone(workplace.zone)
    return snoozing.read(text, local, workplace.clocks.calendar)


def examples(workplace: Workplace, now: dt.datetime | None = None) -> str:
    """Times to type, for a hint."""
    return snoozing.examples((now or utc_now()).astimezone(workplace.zone))


def choices(workplace: Workplace, now: dt.datetime | None = None) -> list[tuple[str, dt.datetime]]:
    """The usual moments with their words."""
    local = (now or utc_now()).astimezone(workplace.zone)
    return snoozing.choices(local, workplace.clocks.calendar)


def snooze(
    workplace: Workplace,
    refs: Sequence[str],
    until: dt.datetime,
    *,
    wake_hours: int,
    now: dt.datetime | None = None,
) -> list[Outcome]:
    """Put reports aside; they come back `wake_hours` before their deadline, or when something happens to them."""
    if len(refs) > MOST:
        refusal = Refusal(Code.INVALID_ARGS, TOO_MANY, {"limit": str(MOST)})
        return [Outcome(ref, refusal=refusal) for ref in refs]
    return workplace.store.writing(
        _snooze, workplace, list(refs), until, dt.timedelta(hours=wake_hours), now or utc_now()
    )


def wake(workplace: Workplace, refs: Sequence[str], *, now: dt.datetime | None = None) -> list[Outcome]:
    """Bring reports back at once; one that has come back by itself is not aside any more."""
    return workplace.store.writing(_wake, workplace, list(refs), now or utc_now())


def times(
    workplace: Workplace, complaint_ids: Sequence[str], now: dt.datetime | None = None
) -> set[dt.datetime]:
    """The times until which these reports are aside."""
    return workplace.store.reading(_times, workplace.actor.id, complaint_ids, now or utc_now())


def take_woken(workplace: Workplace, now: dt.datetime | None = None) -> list[snoozes.Woken]:
    """What has come back since the last call, each told once."""
    return workplace.store.writing(_take_woken, workplace.actor.id, now or utc_now())


def _snooze(
    workplace: Workplace, refs: list[str], until: dt.datetime, before: dt.timedelta, now: dt.datetime
) -> list[Outcome]:
    outcomes = []
    for ref in refs:
        complaint, outcome = found(workplace, ref)
        if complaint is not None and not complaint.is_open:
            outcome = replace(outcome, refusal=Refusal(Code.INVALID_TRANSITION, ENDED))
        elif complaint is not None:
            snoozes.put(workplace.actor.id, complaint.id, until, now, before)
            outcome = replace(outcome, after=complaint)
        outcomes.append(outcome)
    return outcomes


def _wake(workplace: Workplace, refs: list[str], now: dt.datetime) -> list[Outcome]:
    outcomes = []
    for ref in refs:
        complaint, outcome = found(workplace, ref)
        if complaint is not None and snoozes.until(workplace.actor.id, complaint.id, now) is not None:
            snoozes.wake(workplace.actor.id, complaint.id)
            outcome = replace(outcome, after=complaint)
        elif complaint is not None:
            outcome = replace(outcome, refusal=Refusal(Code.INVALID_TRANSITION, NOT_ASIDE))
        outcomes.append(outcome)
    return outcomes


def _times(actor_id: str, complaint_ids: Sequence[str], now: dt.datetime) -> set[dt.datetime]:
    found = (snoozes.until(actor_id, each, now) for each in complaint_ids)
    return {until for until in found if until is not None}


def _take_woken(actor_id: str, now: dt.datetime) -> list[snoozes.Woken]:
    woken = snoozes.woken(actor_id, now)
    snoozes.forget(actor_id, [each.complaint_id for each in woken])
    return woken
