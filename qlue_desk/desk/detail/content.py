"""One report as lines of text for a given width: pure, so that a test can read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec
from rich.cells import cell_len
from textual.content import Content

from qlue_desk import phrases
from qlue_desk.casework import case_words
from qlue_desk.casework.telling import entry_text, entry_words
from qlue_desk.desk import wording
from qlue_desk.desk.actions import ACTION_BY_ID
from qlue_desk.desk.detail.case_view import CaseView
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.safe_text import fit, safe, wrap
from qlue_desk.desk.widgets.status_mark import status_content
from qlue_desk.domain.city import City
from qlue_desk.domain.clocks import ClockState, ClockView, day_is_over
from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.words import _

ROOMY = 56
"""From this width on a history line names the dinas of the person, too."""
STAMP = 14
"""Cells of a moment with a gap: `22 Nov 19.14`."""
CLOCK_LABEL = 12
SHARE = 10
"""Cells of the longest bar in the trail of custody."""
LEAST_BAR = 4
"""A clock's words go below its bar rather than leave less of it."""
BAR = 16
"""Cells of a clock's bar."""


class Surroundings(msgspec.Struct, frozen=True):
    """What the lines depend on besides the report."""

    city: City
    zone: dt.tzinfo
    now: dt.datetime
    ascii_only: bool = False
    can_accept: bool = False
    """The person is a verifier and the report waits for one."""
    others: tuple[str, ...] = ()
    """Who else has the report open, ready to show."""
    keys: Mapping[str, str] = {}
    """The person's own keys, by the action's id."""


class Lines:
    """Collects lines of at most `width` cells."""

    def __init__(self, width: int) -> None:
        self.width = max(20, width)
        self.lines: list[Content] = []

    def add(self, *parts: str | Content | tuple[str, str]) -> None:
        """One line; what is too long is cut."""
        self.lines.append(Content.assemble(*parts).truncate(self.width, ellipsis=True))

    def text(self, text: str, style: str = "", *, indent: int = 0) -> None:
        """Text from outside, wrapped."""
        for line in wrap(safe(text, multiline=True), self.width - indent):
            padded = " " * indent + line
            self.lines.append(Content.styled(padded, style) if style else Content(padded))

    def gap(self) -> None:
        """An empty line, never two."""
        if self.lines and self.lines[-1].plain:
            self.lines.append(Content(""))

    def heading(self, word: str) -> None:
        """The name of a part."""
        self.gap()
        rule = "─" * max(0, self.width - len(word) - 1)
        self.lines.append(Content.assemble((word, "bold $accent"), " ", (rule, "$rule")))

    def labelled(self, label: str, text: str, style: str = "") -> None:
        """A short label and text behind it, wrapped under itself."""
        margin = 14
        for place, line in enumerate(wrap(safe(text), self.width - margin)):
            head = fit(label, margin) if place == 0 else " " * margin
            self.lines.append(Content.assemble((head, "$text-muted"), (line, style)))

    def dated(self, stamp: str, words: Content) -> None:
        """When, and behind it what happened, wrapped under itself."""
        for place, line in enumerate(words.wrap(self.width - STAMP)):
            head = fit(stamp if place == 0 else "", STAMP)
            self.lines.append(Content.assemble((head, "$text-muted"), line))

    def content(self) -> Content:
        """All lines as one content."""
        return Content("\n").join(self.lines)


def case_lines(case: CaseView, around: Surroundings, width: int) -> list[Content]:
    """The whole pane, line by line."""
    lines = Lines(width)
    _head(lines, case, around)
    _clocks(lines, case, around)
    _suggestion(lines, case.complaint, around)
    lines.gap()
    lines.text(case_words.text_of(case.complaint))
    _exchange(lines, case.complaint)
    _attachments(lines, case.complaint)
    _custody(lines, case.complaint, around)
    _history(lines, case, around)
    return lines.lines


def headline(complaint: Complaint, now: dt.datetime, zone: dt.tzinfo) -> tuple[str, str]:
    """The one sentence that says how the report stands, and its colour: `belum diterima 26 jam`."""
    since = complaint.status_since or complaint.dispatched_at or complaint.created_at
    waited = wording.span(max(0.0, (now - since).total_seconds()))
    match complaint.status:
        case Status.DISPATCHED:
            return _("belum diterima {time}").format(time=waited), "$status-red"
        case Status.NEW:
            return _("menunggu disposisi {time}").format(time=waited), "$status-red"
        case Status.REOPENED:
            return _("pelapor belum puas; menunggu {time}").format(time=waited), "$status-red"
        case Status.COORDINATING:
            return _("menunggu {who}, {time}").format(
                who=safe(complaint.coordinating_with), time=waited
            ), "$status-yellow"
        case Status.SCHEDULED if (
            complaint.scheduled_for and day_is_over(complaint.scheduled_for, zone) <= now
        ):
            words = _("dijadwalkan {day}; hari itu sudah lewat")
            return words.format(day=wording.day(complaint.scheduled_for)), "$status-red"
        case Status.SCHEDULED if complaint.scheduled_for:
            return _("dijadwalkan {day}").format(day=wording.day(complaint.scheduled_for)), "$status-yellow"
        case Status.AWAITING_REPORTER:
            return _("jam berhenti: pelapor ditanya {time} lalu").format(time=waited), "$status-grey"
        case Status.AWAITING_VERIFICATION:
            return _("diusulkan selesai oleh {who}").format(
                who=safe(complaint.proposed_by_name)
            ), "$status-yellow"
        case Status.RESOLVED:
            word = _("selesai dan final") if complaint.final else _("selesai, pelapor masih bisa menyanggah")
            return word, "$status-green"
        case Status.DUPLICATE:
            return _("duplikat dari {number}").format(number=safe(complaint.duplicate_of)), "$status-grey"
        case Status.OUTSIDE_AUTHORITY:
            return _("pelapor diarahkan ke {who}").format(who=safe(complaint.refer_to)), "$status-grey"
        case Status.HELD:
            return _("ditahan {time}, belum dinilai").format(time=waited), "$status-grey"
        case Status.ACKNOWLEDGED:
            return _("diterima {time} lalu, belum dikerjakan").format(time=waited), "$status-yellow"
        case Status.IN_PROGRESS if complaint.sent_back:
            words = _("usulan selesai dikembalikan {time} lalu: {reason}")
            return words.format(time=waited, reason=safe(complaint.reason)), "$status-red"
        case Status.IN_PROGRESS:
            return _("dikerjakan sejak {time} lalu").format(time=waited), "$status-yellow"
        case Status.SCHEDULED:
            return _("dijadwalkan {time} lalu, tanpa tanggal").format(time=waited), "$status-yellow"
        case Status.REJECTED:
            return _("ditolak {time} lalu").format(time=waited), "$status-grey"
        case Status.NOT_A_REPORT:
            return _("dihitung {time} lalu, tidak dikirim ke dinas").format(time=waited), "$status-grey"


def _head(lines: Lines, case: CaseView, around: Surroundings) -> None:
    complaint, city = case.complaint, around.city
    words, style = headline(complaint, around.now, around.zone)
    status = status_content(complaint.status, ascii_only=around.ascii_only)
    if status.cell_length + 2 + cell_len(words) <= lines.width:
        lines.add(status, ("  ", ""), (words, style))
    else:
        lines.add(status)
        lines.text(words, style)
    if around.others:
        sign = "@" if around.ascii_only else "◉"
        who = _("juga dibuka oleh {names}").format(names=", ".join(around.others))
        lines.text(f"{sign} {who}", "bold $accent")
    if case.waiting or case.pending:
        count = max(case.waiting, len(case.pending))
        lines.add(
            (("^" if around.ascii_only else "▲") + " " + _("{n} menunggu kirim").format(n=count), "$accent")
        )
    if case.aside_until is not None:
        sign = "z" if around.ascii_only else "☾"
        words = _("Anda tunda sampai {time}; kembali lebih awal bila ada yang baru atau tenggatnya dekat.")
        time = wording.stamp(case.aside_until, around.zone).strip()
        lines.text(f"{sign} {words.format(time=time)}", "$accent")
    for action in case.begun:
        lines.text(("~ " if around.ascii_only else "✎ ") + _begun_words(action, around.keys), "$accent")
    lines.gap()
    lines.text(complaint.title or complaint.text[:80], "bold")
    place = ", ".join(filter(None, (city.kelurahan_name(complaint.kelurahan), _kecamatan(complaint, city))))
    if not place:
        place = _("lokasi tidak diketahui") if complaint.place_unknown else _("lokasi belum ditetapkan")
    category = city.category_label(complaint.category) or _("kategori belum ditetapkan")
    lines.text(f"{category} · {place}", "$text-muted")
    if complaint.street:
        lines.text(complaint.street, "$text-muted")
    stamp = wording.stamp(complaint.created_at, around.zone).strip()
    lines.text(safe(case_words.sent_words(complaint, stamp)), "$text-muted")
    for warning in case_words.warnings(complaint):
        lines.add((warning, "bold $status-red"))
    lines.labelled(_("Pegangan"), _holder_words(case, around.keys))
    _same_thing(lines, case)


def _begun_words(action: str, remapped: Mapping[str, str]) -> str:
    """A text was begun, and the key that goes on with it."""
    keys = keys_of(ACTION_BY_ID[action], remapped)
    if action == "note":
        template = _("catatan belum selesai: {key} melanjutkan") if keys else _("catatan belum selesai")
    else:
        template = (
            _("tindak lanjut belum selesai: {key} melanjutkan") if keys else _("tindak lanjut belum selesai")
        )
    return template.format(key=shown_key(keys[0]) if keys else "")


def _holder_words(case: CaseView, remapped: Mapping[str, str]) -> str:
    """Who holds it; where nobody does, the key by which the person would."""
    keys = keys_of(ACTION_BY_ID["take"], remapped) if case.may_take else []
    if not keys:
        return case_words.holder_words(case.complaint)
    return _("belum ada · {key}").format(key=shown_key(keys[0]))


def _same_thing(lines: Lines, case: CaseView) -> None:
    """Whether others report it, too."""
    if case.alike:
        if case.near == case.alike:
            words = _("{n} di dekatnya").format(n=case.near)
        elif case.near:
            words = _("{n}, di dekatnya {near}").format(n=case.alike, near=case.near)
        else:
            words = _("{n} menurut kata-katanya").format(n=case.alike)
        lines.labelled(_("Mirip"), words + " · d", "$status-yellow")
    if case.duplicates:
        lines.labelled(_("Duplikatnya"), ", ".join(case.duplicates))


def _kecamatan(complaint: Complaint, city: City) -> str:
    ward = city.kelurahan_by_code.get(complaint.kelurahan or "")
    district = city.kecamatan_by_code.get(ward.kecamatan) if ward else None
    return district.name if district else ""


def _clocks(lines: Lines, case: CaseView, around: Surroundings) -> None:
    named = list(case_words.named_clocks(case.clocks))
    if not named:
        return
    lines.gap()
    for label, clock in named:
        if clock.state in (ClockState.MET, ClockState.MISSED):
            # It has stopped: a bar would say that something still runs.
            words, style = coloured_clock(clock, around)
            sign = ("v " if around.ascii_only else "✓ ") if clock.state is ClockState.MET else "! "
            lines.add((fit(label, CLOCK_LABEL), "$text-muted"), (sign + words, style))
        else:
            words, style = coloured_clock(clock, around, roomy=lines.width >= ROOMY)
            full, empty = ("#", ".") if around.ascii_only else ("█", "░")
            size = BAR if lines.width >= ROOMY else BAR // 2
            beside = min(size, lines.width - CLOCK_LABEL - 1 - cell_len(words))
            fits = beside >= LEAST_BAR
            size = beside if fits else size
            filled = size if clock.state is ClockState.OVERDUE else round(clock.fraction * size)
            lines.add(
                (fit(label, CLOCK_LABEL), "$text-muted"),
                (full * filled, style),
                (empty * (size - filled), "$rule"),
                (f" {words}" if fits else "", style),
            )
            if not fits:
                lines.text(words, style, indent=2)
    paused = case.complaint.paused_at
    if paused is not None:
        length = wording.span(max(0.0, (around.now - paused).total_seconds()))
        since = wording.stamp(paused, around.zone).strip()
        lines.text(
            _("jeda sejak {moment}, sudah {time}; tenggat mundur selama itu").format(
                moment=since, time=length
            ),
            "$text-muted",
        )


def coloured_clock(clock: ClockView, around: Surroundings, *, roomy: bool = False) -> tuple[str, str]:
    """A clock in words, with its colour: the same lengths of time as in the list.

    Where there is room the office time that is left stands beside it.
    """
    words = case_words.clock_words(clock, wording.span(abs(clock.remaining.total_seconds())))
    match clock.state:
        case ClockState.OVERDUE | ClockState.MISSED:
            return words, "$status-red"
        case ClockState.PAUSED:
            return words, "$status-grey"
        case ClockState.MET:
            return words, "$status-green"
        case _:
            parts = [words, wording.stamp(clock.due, around.zone).strip()]
            if roomy and clock.working_remaining is not None:
                parts.append(wording.office_span(clock.working_remaining, clock.working_days))
            return " · ".join(parts), "$status-yellow" if clock.fraction > 0.75 else "$status-green"


def _suggestion(lines: Lines, complaint: Complaint, around: Surroundings) -> None:
    found, waiting = case_words.for_the_coordinator(complaint)
    if found is None:
        if waiting:
            lines.gap()
            lines.labelled(_("Menunggu"), waiting_words(waiting), "$status-yellow")
        return
    lines.heading(_("Usulan"))
    lines.text(case_words.suggestion_words(found, around.city), "bold")
    if found.why:
        lines.text(_("karena {why}").format(why=safe(found.why)), "$text-muted")
    if waiting:
        lines.text(waiting_words(waiting), "$status-yellow")
    if around.can_accept:
        lines.add(("A", "bold $accent"), (" " + _("terima usulan dan disposisi"), "$text-muted"))


def waiting_words(reason: str) -> str:
    """Why a person must look first, in words."""
    return safe(phrases.waiting_words(reason))


def _exchange(lines: Lines, complaint: Complaint) -> None:
    for label, text in case_words.exchange(complaint):
        lines.gap()
        lines.labelled(label, text)
    if complaint.rating is not None:
        stars = "★" * complaint.rating + "☆" * (5 - complaint.rating)
        lines.labelled(_("Nilai"), f"{stars} ({complaint.rating}/5)")


def _attachments(lines: Lines, complaint: Complaint) -> None:
    if not complaint.attachments:
        return
    lines.heading(case_words.files_heading(complaint))
    for attachment in complaint.attachments[:12]:
        kind, name, size = case_words.file_words(attachment)
        lines.add(
            (fit(kind, 9), "$status-green" if attachment.evidence else "$text-muted"),
            safe(name),
            (f"  {size}", "$text-muted"),
        )


def _custody(lines: Lines, complaint: Complaint, around: Surroundings) -> None:
    """Who held the report for how long; with several, a bar shows the share of each."""
    if not complaint.custody:
        return
    lines.heading(_("Penanganan"))
    lengths = held_seconds(complaint, around.now)
    total = sum(lengths)
    for place, (hop, length) in enumerate(zip(complaint.custody, lengths, strict=True)):
        share = round(SHARE * length / total) if total and len(lengths) > 1 and lines.width >= ROOMY else 0
        lines.add(
            (fit(wording.stamp(hop.since, around.zone), STAMP), "$text-muted"),
            (safe(around.city.dinas_name(hop.dinas)), "bold" if place + 1 == len(complaint.custody) else ""),
            (
                "  ".join(("", wording.span(length), *([_("bukan tugas kami")] if hop.bounce else []))),
                "$text-muted",
            ),
            (f"  {('#' if around.ascii_only else '▪') * share}" if share else "", "$text-muted"),
        )
        if hop.why:
            lines.text(hop.why, "$text-muted", indent=STAMP)


def held_seconds(complaint: Complaint, now: dt.datetime) -> list[float]:
    """How long each dinas of the trail held the report; a closed one is held no longer."""
    end = now if complaint.is_open or complaint.status_since is None else complaint.status_since
    ends = [hop.since for hop in complaint.custody[1:]] + [end]
    return [
        max(0.0, (until - hop.since).total_seconds())
        for hop, until in zip(complaint.custody, ends, strict=True)
    ]


def _history(lines: Lines, case: CaseView, around: Surroundings) -> None:
    if not case.entries:
        return
    lines.heading(_("Riwayat, terbaru di atas"))
    for entry in reversed(case.entries):
        pending = entry.id in case.pending
        mark = ("^ " if around.ascii_only else "▲ ") if pending else ""
        who = safe(entry.actor_name)
        dinas = safe(around.city.dinas_name(entry.actor_dinas)) if entry.actor_dinas else ""
        by = f" · {who}" + (f" ({dinas})" if dinas and lines.width >= ROOMY else "") if who else ""
        if entry.actor_id in ("", "system"):
            by = ""  # no person did it; the words say what happened
        lines.dated(
            wording.stamp(entry.at, around.zone),
            Content.assemble(
                (mark, "$accent"),
                (
                    entry_words(entry, around.city, case.complaint.channel),
                    "bold" if entry.to_status != entry.from_status else "",
                ),
                (by, "$text-muted"),
            ),
        )
        if entry.text:
            style = "" if entry.public or entry.verb != "note" else "$text-muted"
            lines.text(entry_text(entry), style, indent=STAMP)
