"""What the summary tells: which numbers, in which words and order; screen and command draw it, each in its way."""

from __future__ import annotations

import datetime as dt
from enum import Enum

import msgspec

from qlue_desk.casework.breakdown import Bar
from qlue_desk.casework.summary import Number, Summary
from qlue_desk.phrases import clock_time, duration_words, percent
from qlue_desk.words import _


class Weight(Enum):
    """How much a number wants to be seen when it is not 0."""

    LATE = "late"
    SOON = "soon"
    PLAIN = "plain"


class Told(msgspec.Struct, frozen=True):
    """A number and, to be read behind it, what it counts."""

    number: Number
    words: str
    weight: Weight = Weight.PLAIN
    share: float | None = None
    """Shown in place of the number, 0 to 1."""


def unanswered(summary: Summary) -> Told:
    """The first line: sent to a dinas that never answered."""
    number = summary.delivered_never_acknowledged
    return Told(number, _("sampai di dinas, belum diterima"), Weight.LATE)


def headline(summary: Summary, zone: dt.tzinfo) -> list[Told]:
    """What follows it."""
    now, following = summary.shifts
    shift = _("di sif berikut ({begin}–{end})").format(
        begin=clock_time(following.begin, zone), end=clock_time(following.end, zone)
    )
    ending = _("jatuh tempo sampai {time}").format(time=clock_time(now.end, zone))
    told = [
        Told(summary.overdue, _("lewat tenggat"), Weight.LATE),
        Told(now.due, ending, Weight.SOON),
        Told(following.due, shift, Weight.SOON),
        Told(summary.awaiting_verification, _("menunggu verifikasi"), Weight.SOON),
        Told(summary.open, _("masih terbuka")),
        Told(summary.bounced, _("pernah dikembalikan suatu dinas")),
    ]
    if summary.reopen_rate is not None:
        told.append(Told(summary.reopened, _("dibuka kembali"), share=summary.reopen_rate))
    return told


def held_words() -> str:
    """Behind the number of what waits for the city to join."""
    return _("laporan ditahan: kota ini belum bergabung")


def oldest_words(summary: Summary, since: dt.datetime) -> str:
    """How long the longest waiting one waits."""
    return _("tertua {age}").format(age=duration_words(summary.as_of - since))


class Breakdown(msgspec.Struct, frozen=True):
    """Open reports counted by one thing, under a title."""

    title: str
    bars: tuple[Bar, ...]


def breakdowns(summary: Summary) -> tuple[Breakdown, Breakdown, Breakdown, Breakdown]:
    """By category, kelurahan and person; then what was called somebody else's, by who said so."""
    return (
        Breakdown(_("Kategori"), summary.categories),
        Breakdown(_("Kelurahan terpadat"), summary.kelurahan),
        Breakdown(_("Beban petugas"), summary.officers),
        Breakdown(_("Bukan urusan kami, kata"), summary.bounces),
    )


def league_heads() -> tuple[str, ...]:
    """Over the league's numbers, its rate of reopening and its median.

    “Mengembalikan” counts what that dinas gave back, whoever has it now: together all that were ever given back.
    """
    return (
        _("terbuka"),
        _("belum diterima"),
        _("lewat"),
        _("mengembalikan"),
        _("dibuka kembali"),
        _("terima (median)"),
    )


def rate_words(rate: float | None) -> str:
    """A share of reports, `2,5%`."""
    return "–" if rate is None else f"{percent(rate)}%"


def answer_words(minutes: int | None) -> str:
    """A median time to the first answer."""
    if minutes is None:
        return "–"
    return _("< 5 mnt") if minutes < 5 else duration_words(dt.timedelta(minutes=minutes))
