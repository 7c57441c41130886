"""What is told of a report, in words and in order; desk and commands draw it, each in its way.

Nothing is cleaned here: who draws on a terminal makes the text of citizens safe.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from qlue_desk.domain.city import City
from qlue_desk.domain.clocks import ClockState, ClockView
from qlue_desk.domain.complaint import CHANNEL_LABEL, NOT_WITH_A_DINAS, Attachment, Complaint, Suggestion
from qlue_desk.domain.edges import PRIORITY_LABEL
from qlue_desk.phrases import number
from qlue_desk.words import _, n_


def sent_words(complaint: Complaint, time: str) -> str:
    """By which way, when, by whom, under which number."""
    reporter = complaint.reporter
    who = _("anonim") if reporter.anonymous or not reporter.name else reporter.name
    return " · ".join(filter(None, (_(CHANNEL_LABEL[complaint.channel]), time, who, reporter.phone)))


def warnings(complaint: Complaint) -> Iterator[str]:
    """What must be seen before the rest is read."""
    if complaint.reporter.secret:
        yield _("RAHASIA: hanya dinas pemegang yang boleh melihat isinya")
    if complaint.priority:
        yield _("Prioritas {word}").format(word=_(PRIORITY_LABEL.get(complaint.priority, "")))


def holder_words(complaint: Complaint) -> str:
    """Who holds it."""
    return complaint.holder_name or complaint.holder or _("belum ada yang memegang")


def proposal_words(complaint: Complaint) -> str:
    """What somebody who confirms a proposal vouches for: what was done, by whom, and by what it is shown."""
    evidence = sum(each.evidence for each in complaint.attachments)
    shown = (
        n_("{n} bukti", evidence).format(n=evidence)
        if evidence
        else _("tanpa bukti: {reason}").format(reason=complaint.no_evidence_reason or "–")
    )
    return _("“{done}” menurut {who}; {shown}").format(
        done=complaint.follow_up or "–", who=complaint.proposed_by_name or "–", shown=shown
    )


def named_clocks(clocks: tuple[ClockView, ClockView]) -> Iterator[tuple[str, ClockView]]:
    """The clocks that say something, each with its name."""
    for label, clock in zip((_("Terima"), _("Selesaikan")), clocks, strict=True):
        if clock.state is not ClockState.NONE:
            yield label, clock


def clock_words(clock: ClockView, length: str) -> str:
    """How a clock stands, without its deadline; `length` is what remains, or has passed, in words."""
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


def for_the_coordinator(complaint: Complaint) -> tuple[Suggestion | None, str]:
    """What is suggested, and the word of why a person must look first ('' for none), as `phrases.waiting_words` reads it.

    Neither is told once a dinas has the report: what its officers suggest there is for the verifier alone.
    """
    if complaint.status not in NOT_WITH_A_DINAS:
        return None, ""
    return complaint.suggestion, complaint.waiting_reason


def suggestion_words(found: Suggestion, city: City) -> str:
    """Category, kelurahan and dinas that are suggested."""
    return " → ".join(
        (
            city.category_label(found.category) or _("kategori ?"),
            city.kelurahan_name(found.kelurahan) or _("kelurahan ?"),
            city.dinas_name(found.dinas) or _("dinas ?"),
        )
    )


def text_of(complaint: Complaint) -> str:
    """What the citizen wrote."""
    return complaint.text or _("(tanpa uraian)")


def exchange(complaint: Complaint) -> Iterator[tuple[str, str]]:
    """What was asked, answered and done, each under its name."""
    for label, text in (
        (_("Pertanyaan"), complaint.question),
        (_("Jawaban"), complaint.answer),
        (_("Alasan"), complaint.reason),
        (_("Tindak lanjut"), complaint.follow_up),
        (_("Tanpa bukti"), complaint.no_evidence_reason),
    ):
        if text:
            yield label, text


def files_heading(complaint: Complaint) -> str:
    """Above its photos and files."""
    return _("Foto dan berkas {n}").format(n=len(complaint.attachments))


def size_words(count: int) -> str:
    """The size of a file of so many bytes: `13 kB`."""
    return f"{number(max(1, count // 1024))} kB"


def file_words(attachment: Attachment) -> tuple[str, str, str]:
    """Whose it is, its name, and how large."""
    kind = _("bukti") if attachment.evidence else _("pelapor")
    size = size_words(attachment.size) if attachment.size else _("di luar")
    return kind, attachment.name or attachment.url, size
