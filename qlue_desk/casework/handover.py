"""The handover between shifts: what changed, what falls due next, what is stuck, and the words of who goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec

from qlue_desk.casework.errors import refused
from qlue_desk.casework.summary import minute
from qlue_desk.casework.views import of_status
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.shifts import Shift, parse_starts, shifts_at
from qlue_desk.domain.stages import INTERRUPTED
from qlue_desk.domain.text import clean, storable
from qlue_desk.phrases import clock_time, date_words, number, time_words
from qlue_desk.settings import Shifts
from qlue_desk.store import counts, handovers, outbox, queue
from qlue_desk.store.handovers import REMEMBERED, Handover, Line
from qlue_desk.store.queue import QueueRow
from qlue_desk.words import _

LISTED = 8
"""Reports of a list that are written out."""
_URGENT = f"{of_status({Status.DISPATCHED})} priority:emergency,high"
_WAITING = of_status(INTERRUPTED)


class Part(msgspec.Struct, frozen=True):
    """One list of the handover: how many, which query, and the first of them by deadline."""

    key: str
    title: str
    count: int
    query: str
    rows: tuple[QueueRow, ...] = ()


class ShiftReport(msgspec.Struct, frozen=True):
    """Everything that the next shift must know."""

    as_of: dt.datetime
    name: str
    shift: Shift
    next_shift: Shift
    received: Part
    changed: dict[str, int]
    """Status to how many reports came into it during the shift and are in it."""
    due: tuple[Part, ...]
    """What falls due in the rest of this shift, and in the next."""
    stuck: tuple[Part, ...]
    unsent: int
    refused: int
    mine: Part
    notes: tuple[Handover, ...]
    """What earlier shifts left within a day, newest first."""


def shift_report(
    workplace: Workplace,
    now: dt.datetime | None = None,
    shifts: Shifts = Shifts(),  # noqa: B008 - a frozen struct
) -> ShiftReport:
    """Read it; nothing needs a network."""
    return workplace.store.reading(_read, workplace, now or utc_now(), shifts)


def sign_off(
    workplace: Workplace,
    note: str,
    now: dt.datetime | None = None,
    shifts: Shifts = Shifts(),  # noqa: B008
) -> Handover:
    """Leave a note with the lists as they are; the next shift sees it when its desk starts.

    :raises Refused: for a note without a word.
    """
    words = clean(note).strip()
    if not words:
        raise refused(N_("Catatan serah terima belum ditulis."), "note")
    moment = now or utc_now()
    left = Handover(
        moment,
        workplace.actor.id,
        clean(workplace.actor.name, multiline=False),
        words,
        tuple(map(_kept, _lines(workplace, shift_report(workplace, moment, shifts)))),
    )
    workplace.store.writing(handovers.leave, left)
    return left


def unseen(workplace: Workplace, now: dt.datetime) -> list[Handover]:
    """Notes of others that this person has not read yet."""
    return workplace.store.reading(handovers.unseen, workplace.actor.id, now - REMEMBERED)


def _read(workplace: Workplace, now: dt.datetime, shifts: Shifts) -> ShiftReport:
    running, following = shifts_at(now, workplace.zone, parse_starts(shifts.starts))
    waiting = outbox.counts()
    begin, end = minute(running.begin), minute(running.end)

    def part(key: str, title: str, query: str, listed: int = LISTED) -> Part:
        asked = workplace.query(query)
        me, zone = workplace.actor.id, workplace.zone
        found = queue.find_ids(asked, now=now, me=me, zone=zone, limit=listed) if listed else ()
        count = len(found)
        if not listed or count == listed:
            count = queue.count(asked, now=now, me=me, zone=zone)
        return Part(key, title, count, query, tuple(queue.rows(list(found))))

    return ShiftReport(
        as_of=now,
        name=clean(workplace.actor.name, multiline=False),
        shift=running,
        next_shift=following,
        received=part("received", N_("masuk"), f"since:{begin}", 0),
        changed=counts.changed_since(running.begin),
        due=(
            part("due_now", N_("jatuh tempo di sisa sif ini"), f"-overdue due:<{end}"),
            part("due_next", N_("jatuh tempo di sif berikut"), f"due:>{end} due:<{minute(following.end)}"),
        ),
        stuck=(
            part("urgent", N_("darurat atau tinggi, belum diterima"), _URGENT),
            part("overdue", N_("sudah lewat tenggat"), "overdue"),
            part("waiting", N_("menunggu pihak lain"), _WAITING),
            part("unassigned", N_("belum diambil siapa pun"), "is:open by:none", 0),
        ),
        unsent=waiting.waiting,
        refused=waiting.refused,
        mine=part("mine", N_("pegangan saya"), "is:open by:me"),
        notes=tuple(one for one in handovers.latest() if one.at > now - REMEMBERED),
    )


# --- as text -------------------------------------------------------------------------------------


def handover_text(workplace: Workplace, report: ShiftReport) -> str:
    """The handover as lines, for a printer or a message."""
    return _drawn(workplace, _lines(workplace, report), report.as_of)


def left_text(workplace: Workplace, left: Handover) -> str:
    """The lists as they were when it was left; a report that is not here any more has no line."""
    return workplace.store.reading(_left_text, workplace, left)


def _left_text(workplace: Workplace, left: Handover) -> str:
    named = [line.report for line in left.lines if line.report]
    here = {row.id: row for row in queue.rows(queue.rows_of(named))}

    def lines() -> Iterator[str | QueueRow]:
        for line in left.lines:
            if not line.report:
                yield line.text
            elif line.report in here:
                yield msgspec.structs.replace(here[line.report], status=line.status, due=line.due)

    return _drawn(workplace, lines(), left.at)


def _kept(line: str | QueueRow) -> Line:
    if isinstance(line, str):
        return Line(text=storable(line))
    return Line(report=line.id, status=line.status, due=line.due)


def _drawn(workplace: Workplace, lines: Iterable[str | QueueRow], now: dt.datetime) -> str:
    return "".join(
        f"{line if isinstance(line, str) else _report_line(workplace, line, now)}\n" for line in lines
    )


def _lines(workplace: Workplace, report: ShiftReport) -> Iterator[str | QueueRow]:
    """Sentences, and reports that are still to be drawn."""
    zone = workplace.zone
    yield _("Serah terima {name}, {time}").format(name=report.name, time=time_words(report.as_of, zone))
    yield _("Sif {shift}, berikutnya {next}").format(
        shift=shift_words(report.shift), next=shift_words(report.next_shift)
    )
    yield _counts_line(report)
    for note in report.notes:
        yield ""
        yield note_line(workplace, note)
    yield ""
    yield _("Yang jatuh tempo").upper()
    for part in report.due:
        yield from _part_lines(part)
    yield ""
    yield _("Yang macet").upper()
    for part in report.stuck:
        yield from _part_lines(part)
    if report.unsent:
        yield _("Belum terkirim ke pusat: {count} tindakan.").format(count=report.unsent)
    if report.refused:
        yield _("Ditolak pusat, perlu dilihat: {count} tindakan.").format(count=report.refused)
    yield ""
    yield _("Yang berubah di sif ini").upper()
    yield _("{n} laporan baru masuk").format(n=report.received.count)
    if report.changed:
        yield _("Berganti status, juga laporan yang masuk sebelum sif ini, dan masih di sana:")
    for status in Status:
        if count := report.changed.get(status):
            look = STATUS_LOOK[status]
            yield _("→ {status}: {n}").format(status=f"{look.glyph} {_(look.label)}", n=count)
    yield ""
    yield from _part_lines(report.mine)


def _counts_line(report: ShiftReport) -> str:
    """What stands below, on top of all: on a low screen the lists go on out of sight."""
    stuck = {part.key: part.count for part in report.stuck}
    return _(
        "Jatuh tempo: {due} · Macet: {late} lewat tenggat, {urgent} mendesak, {waiting} menunggu"
        " · Berganti status: {changed}"
    ).format(
        due=number(sum(part.count for part in report.due)),
        late=number(stuck["overdue"]),
        urgent=number(stuck["urgent"]),
        waiting=number(stuck["waiting"]),
        changed=number(sum(report.changed.values())),
    )


def shift_words(shift: Shift) -> str:
    """`07.00–15.00` (English: `07:00–15:00`)."""
    zone = shift.begin.tzinfo
    assert zone is not None
    return f"{clock_time(shift.begin, zone)}–{clock_time(shift.end, zone)}"


def note_line(workplace: Workplace, note: Handover) -> str:
    """`Serah terima dari Rina, 24 Nov 14.58: …`."""
    return _("Serah terima dari {name}, {time}: {note}").format(
        name=note.name, time=time_words(note.at, workplace.zone), note=clean(note.note)
    )


def _part_lines(part: Part) -> Iterator[str | QueueRow]:
    yield _("{what}: {n}").format(what=_(part.title), n=part.count)
    yield from part.rows
    if part.rows and part.count > len(part.rows):
        yield _("… dan {count} lagi.").format(count=part.count - len(part.rows))


def _report_line(workplace: Workplace, row: QueueRow, now: dt.datetime) -> str:
    due = ""
    if row.has_due:
        when = time_words(dt.datetime.fromtimestamp(row.due, dt.UTC), workplace.zone)
        template = _("lewat sejak {time}") if row.due < now.timestamp() else _("tenggat {time}")
        due = " · " + template.format(time=when)
    look = STATUS_LOOK[Status(row.status)]
    label = _(look.label)
    if row.promised:
        label = _("{status} {day}").format(status=label, day=date_words(dt.date.fromisoformat(row.promised)))
    number = row.number or _("(belum bernomor)")
    return f"- {number} {look.glyph} {label}{due} · {clean(row.title, multiline=False)}"
