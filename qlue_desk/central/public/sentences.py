"""What the citizen's page says about each status: where it stands, and what comes next and by when."""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec.structs import replace

from qlue_desk.central.public.dates import LocalDates, day_words
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Complaint, Entry, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import duration_words
from qlue_desk.words import _

_MINUTE = dt.timedelta(minutes=1)
"""No citizen is told of seconds."""

NOW: dict[Status, str] = {
    Status.HELD: N_("{city} belum bergabung: laporan dicatat dan dihitung, belum dikerjakan."),
    Status.NEW: N_("Menunggu diperiksa {coordinator} sejak {since}."),
    Status.DISPATCHED: N_("Sampai di {dinas} sejak {since}, belum diterima."),
    Status.ACKNOWLEDGED: N_("Diterima {dinas} sejak {since}."),
    Status.IN_PROGRESS: N_("Dikerjakan {dinas} sejak {since}."),
    Status.COORDINATING: N_("{dinas} berkoordinasi dengan {party} sejak {since}."),
    Status.SCHEDULED: N_("Dijadwalkan {dinas} untuk {day}."),
    Status.AWAITING_REPORTER: N_("{dinas} menunggu jawaban Anda sejak {since}."),
    Status.AWAITING_VERIFICATION: N_("Dikerjakan {dinas}, hasilnya diperiksa orang kedua sejak {since}."),
    Status.RESOLVED: N_("Diselesaikan {dinas} pada {since}."),
    Status.REOPENED: N_("Dibuka kembali sejak {since}, menunggu {coordinator}."),
    Status.REJECTED: N_("Ditolak {coordinator} pada {since}."),
    Status.OUTSIDE_AUTHORITY: N_("Bukan kewenangan kota sejak {since}; silakan hubungi {party}."),
    Status.DUPLICATE: N_("Sama dengan laporan lain sejak {since}; ikuti laporan aslinya."),
    Status.NOT_A_REPORT: N_("Dicatat sebagai bukan laporan pada {since}."),
}
"""Every status has exactly one."""

NEXT: dict[Status, str] = {
    Status.HELD: N_("Begitu {city} bergabung, laporan ini diteruskan; belum ada tenggat."),
    Status.NEW: N_("{coordinator} memilih dinas yang menangani paling lambat {due}."),
    Status.DISPATCHED: N_("{dinas} menerimanya paling lambat {due}."),
    Status.ACKNOWLEDGED: N_("{dinas} mulai mengerjakan; selesai paling lambat {due}."),
    Status.IN_PROGRESS: N_("{dinas} menyelesaikannya paling lambat {due}."),
    Status.COORDINATING: N_("{dinas} melanjutkan setelah koordinasi; selesai paling lambat {due}."),
    Status.SCHEDULED: N_("{dinas} mengerjakannya pada {day}; selesai paling lambat {due}."),
    Status.AWAITING_REPORTER: N_("Jawab pertanyaan di bawah ini; tenggat berhenti sampai Anda menjawab."),
    Status.AWAITING_VERIFICATION: N_("Orang kedua memeriksa buktinya; selesai paling lambat {due}."),
    Status.RESOLVED: N_("Anda dapat menilai atau menyanggah sampai {dispute}."),
    Status.REOPENED: N_("{coordinator} meneruskannya lagi paling lambat {due}."),
    Status.REJECTED: N_("Tidak ada langkah lagi; jika keadaan berubah, kirim laporan baru."),
    Status.OUTSIDE_AUTHORITY: N_("Kota tidak melanjutkan laporan ini."),
    Status.DUPLICATE: N_("Tindak lanjut ada pada laporan {original}."),
    Status.NOT_A_REPORT: N_("Tidak ada langkah lagi."),
}

NEXT_UNDATED: dict[Status, str] = {
    Status.NEW: N_("{coordinator} memilih dinas yang menangani."),
    Status.DISPATCHED: N_("{dinas} menerima laporan ini."),
    Status.ACKNOWLEDGED: N_("{dinas} mulai mengerjakan."),
    Status.IN_PROGRESS: N_("{dinas} menyelesaikannya."),
    Status.COORDINATING: N_("{dinas} melanjutkan setelah koordinasi."),
    Status.SCHEDULED: N_("{dinas} mengerjakannya pada {day}."),
    Status.AWAITING_VERIFICATION: N_("Orang kedua memeriksa buktinya."),
    Status.RESOLVED: N_("Masa menyanggah sudah lewat; tidak ada langkah lagi."),
    Status.REOPENED: N_("{coordinator} meneruskannya lagi."),
}
"""Where no deadline runs (or none is left)."""

LATE = N_("Terlambat: tenggatnya {due}, sudah lewat {late}.")

STEP: dict[Verb, str] = {
    Verb.ENTER: N_("Laporan masuk"),
    Verb.RELEASE: N_("{city} bergabung, laporan mulai diproses"),
    Verb.DISPATCH: N_("Dikirim ke {to}"),
    Verb.REJECT: N_("Ditolak"),
    Verb.REFER: N_("Bukan kewenangan kota"),
    Verb.DUPLICATE: N_("Sama dengan laporan lain"),
    Verb.JUNK: N_("Dicatat sebagai bukan laporan"),
    Verb.ACKNOWLEDGE: N_("Diterima {dinas}"),
    Verb.RETURN: N_("{dinas} mengembalikannya ke {coordinator}"),
    Verb.TRANSFER: N_("{dinas} meneruskannya ke {to}"),
    Verb.START: N_("Mulai dikerjakan {dinas}"),
    Verb.COORDINATE: N_("{dinas} berkoordinasi dengan pihak lain"),
    Verb.SCHEDULE: N_("{dinas} menjadwalkannya"),
    Verb.ASK: N_("Pertanyaan untuk Anda"),
    Verb.ANSWER: N_("Pelapor menjawab"),
    Verb.PROPOSE: N_("{dinas} melaporkan tindak lanjut"),
    Verb.RESOLVE: N_("Dinyatakan selesai"),
    Verb.SEND_BACK: N_("Pemeriksa: belum selesai"),
    Verb.DISPUTE: N_("Pelapor menyanggah"),
    Verb.REOPEN: N_("Dibuka kembali"),
    Verb.FINALISE: N_("Menjadi final"),
    Verb.NOTE: N_("Kabar dari {dinas}"),
    Verb.RATE: N_("Pelapor memberi nilai {rating} dari 5"),
}
"""Steps of the history without names of persons; other verbs show only with a public text."""


class Standing(msgspec.Struct, frozen=True):
    """Where a complaint stands, in words."""

    now: str
    next: str
    late: str = ""
    """Said in red where a deadline has passed."""


def standing(
    complaint: Complaint, city: City, dates: LocalDates, now: dt.datetime, dispute_until: dt.datetime | None
) -> Standing:
    """The two sentences of the page, and a third where a deadline was missed.

    `dispute_until` is the end of the time for disputing, None when there is none any more.
    """
    status, due = complaint.status, complaint.due
    values = values_of(complaint, city, dates, dispute_until)
    dated = bool(dispute_until) if status is Status.RESOLVED else bool(due)
    late = bool(due and due < now)
    template = NEXT[status] if dated and not late else NEXT_UNDATED.get(status, NEXT[status])
    return Standing(
        now=_(NOW[status]).format(**values),
        next=_(template).format(**values),
        late=_(LATE).format(due=values["due"], late=duration_words(max(now - due, _MINUTE)))
        if due and late
        else "",
    )


def values_of(
    complaint: Complaint, city: City, dates: LocalDates, dispute_until: dt.datetime | None
) -> dict[str, str]:
    """The fields that sentences of `NOW`, `NEXT` and `NEXT_UNDATED` may name."""
    status, due = complaint.status, complaint.due
    since = complaint.status_since or complaint.received_at or complaint.created_at
    if complaint.reporter.secret:
        complaint = replace(complaint, coordinating_with="", refer_to="", duplicate_of="")
    party = complaint.coordinating_with if status is Status.COORDINATING else complaint.refer_to
    scheduled = complaint.scheduled_for
    return {
        "city": city.name,
        "coordinator": city.dinas_name(city.coordinator),
        "dinas": _("dinas terkait") if complaint.reporter.secret else city.dinas_name(complaint.dinas),
        "since": dates.day(since),
        "party": city.dinas_name(party) or _("pihak lain"),
        "day": day_words(scheduled, dates.today) if scheduled else _("tanggal yang ditentukan kemudian"),
        "due": dates.moment(due) if due else "",
        "dispute": dates.moment(dispute_until) if dispute_until else "",
        "original": complaint.duplicate_of or _("asli"),
    }


def step_words(entry: Entry, city: City) -> str:
    """What happened, in one line; '' when the page has no words for it."""
    try:
        template = STEP[Verb(entry.verb)]
    except (ValueError, KeyError):
        return ""
    to = entry.fields.get("dinas", "")
    return _(template).format(
        city=city.name,
        coordinator=city.dinas_name(city.coordinator),
        dinas=city.dinas_name(entry.actor_dinas) or city.dinas_name(city.coordinator),
        to=city.dinas_name(to) or _("dinas lain"),
        rating=entry.fields.get("rating", "–"),
    )
