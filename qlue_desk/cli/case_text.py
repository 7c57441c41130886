"""What `show` prints: the same things that the desk's pane shows of a report, a line each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from qlue_desk.casework import case_words
from qlue_desk.casework.reading import Case
from qlue_desk.casework.telling import entry_text, entry_words
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import FOR_DISPATCH, Complaint, Status
from qlue_desk.phrases import due_words, duration_words, time_words, waiting_words
from qlue_desk.words import _


def case_lines(workplace: Workplace, case: Case, now: dt.datetime) -> Iterator[str]:
    """Head, deadlines, suggestion, text, what was asked and done, files, history with the oldest first."""
    zone, city, complaint = workplace.zone, workplace.city, case.complaint
    yield from _head(complaint, city, zone, now)
    if complaint.status is Status.DUPLICATE:
        yield _("duplikat dari {number}").format(number=complaint.duplicate_of)
    if case.duplicates:
        yield _("Duplikatnya: {numbers}").format(numbers=", ".join(case.duplicates))
    yield from _deadlines(case, zone, now)
    yield from _suggestion(complaint, city)
    yield ""
    yield case_words.text_of(complaint)
    for label, text in case_words.exchange(complaint):
        yield f"{label}: {text}"
    if complaint.rating is not None:
        yield _("Nilai: {rating}/5").format(rating=complaint.rating)
    yield from _files(complaint)
    yield ""
    for entry in case.entries:
        mark = "▲ " if entry.id in case.pending_entries else ""
        line = f"{mark}{time_words(entry.at, zone, now=now)}  {entry_words(entry, city, complaint.channel)}"
        who = " · ".join(part for part in (entry.actor_name, city.dinas_name(entry.actor_dinas)) if part)
        yield f"{line}  {who}" if who and entry.actor_id not in ("", "system") else line
        if entry.text:
            yield f"    {entry_text(entry)}"


def _head(complaint: Complaint, city: City, zone: dt.tzinfo, now: dt.datetime) -> Iterator[str]:
    yield f"{complaint.number or '–'}  {complaint.look.glyph} {_(complaint.look.label)}"
    yield complaint.title
    place = ", ".join(part for part in (complaint.street, city.kelurahan_name(complaint.kelurahan)) if part)
    yield " · ".join(part for part in (city.category_label(complaint.category), place) if part)
    yield case_words.sent_words(complaint, time_words(complaint.created_at, zone, now=now))
    yield from case_words.warnings(complaint)
    yield _("{dinas} · Pegangan: {holder}").format(
        dinas=city.dinas_name(complaint.dinas), holder=case_words.holder_words(complaint)
    )


def _deadlines(case: Case, zone: dt.tzinfo, now: dt.datetime) -> Iterator[str]:
    complaint = case.complaint
    if complaint.status in FOR_DISPATCH and complaint.dispatch_by is not None:
        due = complaint.dispatch_by
        yield _("Disposisi: {left} · {time}").format(
            left=due_words(due, now), time=time_words(due, zone, now=now)
        )
    for label, clock in case_words.named_clocks(case.clocks):
        yield f"{label}: {case_words.clock_words(clock, duration_words(clock.remaining))}" + (
            "" if clock.due is None else f" · {time_words(clock.due, zone, now=now)}"
        )


def _suggestion(complaint: Complaint, city: City) -> Iterator[str]:
    found, waiting = case_words.for_the_coordinator(complaint)
    if found is not None:
        yield _("Usulan: {what}").format(what=case_words.suggestion_words(found, city))
        if found.why:
            yield "    " + _("karena {why}").format(why=found.why)
    if waiting:
        yield _("Menunggu: {why}").format(why=waiting_words(waiting))


def _files(complaint: Complaint) -> Iterator[str]:
    if not complaint.attachments:
        return
    yield ""
    yield case_words.files_heading(complaint)
    for attachment in complaint.attachments:
        yield "    " + "  ".join(case_words.file_words(attachment))
