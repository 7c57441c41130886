"""What `show` prints: the same things that the desk's pane shows of a report, a line each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from qlue_desk.casework.reading import Case
from qlue_desk.casework.telling import entry_words
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.city import City
from qlue_desk.domain.clocks import ClockState, ClockView
from qlue_desk.domain.complaint import CHANNEL_LABEL, FOR_DISPATCH, NOT_WITH_A_DINAS, Complaint, Status
from qlue_desk.domain.edges import PRIORITY_LABEL
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
    yield complaint.text or _("(tanpa uraian)")
    yield from _exchange(complaint)
    yield from _files(complaint)
    yield ""
    for entry in case.entries:
        mark = "▲ " if entry.id in case.pending_entries else ""
        line = f"{mark}{time_words(entry.at, zone, now=now)}  {entry_words(entry, city, complaint.channel)}"
        who = " · ".join(part for part in (entry.actor_name, city.dinas_name(entry.actor_dinas)) if part)
        yield f"{line}  {who}" if who and entry.actor_id not in ("", "system") else line
        if entry.text:
            yield f"    {entry.text}"


def _head(complaint: Complaint, city: City, zone: dt.tzinfo, now: dt.datetime) -> Iterator[str]:
    yield f"{complaint.number or '–'}  {complaint.look.glyph} {_(complaint.look.label)}"
    yield complaint.title
    place = ", ".join(part for part in (complaint.street, city.kelurahan_name(complaint.kelurahan)) if part)
    yield " · ".join(part for part in (city.category_label(complaint.category), place) if part)
    reporter = complaint.reporter
    who = _("anonim") if reporter.anonymous or not reporter.name else reporter.name
    sent = (_(CHANNEL_LABEL[complaint.channel]), time_words(complaint.created_at, zone, now=now), who)
    yield " · ".join(part for part in (*sent, reporter.phone) if part)
    if reporter.secret:
        yield _("RAHASIA: hanya dinas pemegang yang boleh melihat isinya")
    if complaint.priority:
        yield _("Prioritas {word}").format(word=_(PRIORITY_LABEL.get(complaint.priority, "")))
    holder = complaint.holder_name or complaint.holder or _("belum ada yang memegang")
    yield _("{dinas} · Pegangan: {holder}").format(dinas=city.dinas_name(complaint.dinas), holder=holder)


def _deadlines(case: Case, zone: dt.tzinfo, now: dt.datetime) -> Iterator[str]:
    complaint = case.complaint
    if complaint.status in FOR_DISPATCH and complaint.dispatch_by is not None:
        due = complaint.dispatch_by
        yield _("Disposisi: {left} · {time}").format(
            left=due_words(due, now), time=time_words(due, zone, now=now)
        )
    for clock, label in zip(case.clocks, (_("Terima"), _("Selesaikan")), strict=True):
        if clock.state is not ClockState.NONE:
            yield f"{label}: {_clock(clock)}" + (
                "" if clock.due is None else f" · {time_words(clock.due, zone, now=now)}"
            )


def _clock(clock: ClockView) -> str:
    """How a clock stands, without its deadline."""
    length = duration_words(clock.remaining)
    match clock.state:
        case ClockState.OVERDUE:
            return _("lewat {time}").format(time=length)
        case ClockState.PAUSED if clock.remaining < dt.timedelta(0):
            return _("jeda, lewat {time}").format(time=length)
        case ClockState.PAUSED:
            return _("jeda, sisa {time}").format(time=length)
        case ClockState.MET:
            return _("tepat waktu")
        case ClockState.MISSED:
            return _("terlambat {time}").format(time=length)
        case _:
            return _("sisa {time}").format(time=length)


def _suggestion(complaint: Complaint, city: City) -> Iterator[str]:
    found = complaint.suggestion
    if complaint.status not in NOT_WITH_A_DINAS:
        return
    if found is not None:
        parts = (
            city.category_label(found.category) or _("kategori ?"),
            city.kelurahan_name(found.kelurahan) or _("kelurahan ?"),
            city.dinas_name(found.dinas) or _("dinas ?"),
        )
        yield _("Usulan: {what}").format(what=" → ".join(parts))
        if found.why:
            yield "    " + _("karena {why}").format(why=found.why)
    if complaint.waiting_reason:
        yield _("Menunggu: {why}").format(why=waiting_words(complaint.waiting_reason))


def _exchange(complaint: Complaint) -> Iterator[str]:
    for label, text in (
        (_("Pertanyaan"), complaint.question),
        (_("Jawaban"), complaint.answer),
        (_("Alasan"), complaint.reason),
        (_("Tindak lanjut"), complaint.follow_up),
        (_("Tanpa bukti"), complaint.no_evidence_reason),
    ):
        if text:
            yield f"{label}: {text}"
    if complaint.rating is not None:
        yield _("Nilai: {rating}/5").format(rating=complaint.rating)


def _files(complaint: Complaint) -> Iterator[str]:
    if not complaint.attachments:
        return
    yield ""
    yield _("Foto dan berkas {n}").format(n=len(complaint.attachments))
    for attachment in complaint.attachments:
        kind = _("bukti") if attachment.evidence else _("pelapor")
        size = f"{max(1, attachment.size // 1024)} kB" if attachment.size else _("di luar")
        yield f"    {kind}  {attachment.name or attachment.url}  {size}"
