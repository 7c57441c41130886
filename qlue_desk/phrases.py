"""Times as people read them, `40 mnt`, `3 jam`, `2 hari`, `22 Nov 19.14`, and reasons in words."""

from __future__ import annotations

import datetime as dt

from qlue_desk.domain.moves import N_
from qlue_desk.words import _, language

MONTHS = (
    N_("Januari"), N_("Februari"), N_("Maret"), N_("April"), N_("Mei"), N_("Juni"), N_("Juli"), N_("Agustus"),
    N_("September"), N_("Oktober"), N_("November"), N_("Desember"),
)  # fmt: skip
SHORT_MONTHS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("Mei"), N_("Jun"), N_("Jul"), N_("Agu"), N_("Sep"), N_("Okt"),
    N_("Nov"), N_("Des"),
)  # fmt: skip
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def duration_words(length: dt.timedelta) -> str:
    """The length in its largest whole unit, sign left out: `12 dtk`, `40 mnt`, `3 jam`, `2 hari`."""
    seconds = int(abs(length.total_seconds()))
    if seconds < MINUTE:
        return _("{n} dtk").format(n=seconds)
    if seconds < HOUR:
        return _("{n} mnt").format(n=seconds // MINUTE)
    if seconds < 2 * DAY:
        return _("{n} jam").format(n=seconds // HOUR)
    return _("{n} hari").format(n=seconds // DAY)


def due_words(due: dt.datetime, now: dt.datetime) -> str:
    """A deadline: `3 jam` are left, or `lewat 2 hari`; a word, because a sign was read both ways."""
    if due >= now:
        return duration_words(due - now)
    return _("lewat {length}").format(length=duration_words(now - due))


def date_words(day: dt.date, *, today: dt.date | None = None) -> str:
    """`22 Nov`, with the year where it is not that of `today`: `22 Nov 2025`."""
    short = f"{day.day} {_(SHORT_MONTHS[day.month - 1])}"
    return short if today is None or day.year == today.year else f"{short} {day.year}"


def time_words(at: dt.datetime, zone: dt.tzinfo, *, now: dt.datetime | None = None) -> str:
    """`22 Nov 19.14` in the city's zone (English: `22 Nov 19:14`)."""
    local = at.astimezone(zone)
    today = now.astimezone(zone).date() if now else None
    clock = local.strftime("%H.%M" if language() == "id" else "%H:%M")
    return f"{date_words(local.date(), today=today)} {clock}"


WAITING = {
    "no_category": N_("kategori belum jelas"),
    "no_place": N_("lokasi belum jelas"),
    "outside_authority": N_("mungkin bukan kewenangan kota"),
    "unreadable": N_("laporan tidak terbaca"),
    "not_joined": N_("kota belum bergabung"),
    "no_owner": N_("kategori ini belum punya dinas"),
    "ambiguous": N_("kategori lebih dari satu kemungkinan"),
    "referee": N_("sudah berkali-kali pindah dinas: tentukan dinasnya"),
    "other_city": N_("sumber menyebut kota lain"),
    "needs_verifier": N_("menunggu verifikator"),
}
"""Why a person must look at a report before it can be routed."""


def waiting_words(reason: str) -> str:
    """Such a reason in words; one of a newer program as it stands."""
    return _(WAITING[reason]) if reason in WAITING else reason
