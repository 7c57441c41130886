"""The summary as lines: every number of the screen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from qlue_desk.casework.breakdown import AGE_LABELS
from qlue_desk.cli.output import say, table
from qlue_desk.domain.complaint import STATUS_LOOK
from qlue_desk.phrases import duration_words, percent, time_words
from qlue_desk.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qlue_desk.casework.breakdown import Bar
    from qlue_desk.casework.summary import Summary
    from qlue_desk.casework.workplace import Workplace


def print_summary(workplace: Workplace, found: Summary) -> None:
    """Headlines, then the tables that have something to say."""
    zone = workplace.zone
    if found.data_as_of is not None:
        say(_("Data sampai {time}.").format(time=time_words(found.data_as_of, zone)))
    if found.held is not None:
        say(_("{n} laporan ditahan: kota ini belum bergabung").format(n=found.held.number.count))
    for one in found.decisions:
        say(f"{one.count:>6} {_(one.label)}{_oldest(found, one.oldest)}")
    never = found.delivered_never_acknowledged.count
    unanswered = _("{n} sampai di dinas, belum diterima").format(n=never)
    say(f"{unanswered}{_oldest(found, found.oldest_unanswered)}")
    say(_("{n} lewat tenggat").format(n=found.overdue.count))
    now, following = found.shifts
    say(_("{n} jatuh tempo sampai {time}").format(n=now.due.count, time=time_words(now.end, zone)))
    say(_("{n} jatuh tempo di sif berikut").format(n=following.due.count))
    say(_("{n} menunggu verifikasi").format(n=found.awaiting_verification.count))
    rate = "–" if found.reopen_rate is None else percent(found.reopen_rate)
    say(_("{n} % dibuka kembali").format(n=rate))
    say(_("{n} kembali: bukan urusan dinas").format(n=found.bounced.count))
    say()
    _print_ages(found)
    for title, bars in (
        (_("Kategori terbanyak"), found.categories),
        (_("Kelurahan terpadat"), found.kelurahan),
        (_("Beban petugas"), found.officers),
        (_("Bukan urusan kami, kata"), found.bounces),
    ):
        if bars:
            say()
            say(title)
            print_bars(bars)
    _print_league(found)
    _print_weeks(found)


def print_bars(bars: Sequence[Bar]) -> None:
    """Bars with what is late behind them."""
    most = max((bar.count for bar in bars), default=1) or 1
    rows = [
        (
            _(bar.label),
            "█" * max(1, round(bar.count * 24 / most)) if bar.count else "",
            str(bar.count),
            _("({n} lewat)").format(n=bar.late) if bar.late else "",
        )
        for bar in bars
    ]
    table(rows)


def _oldest(found: Summary, since: dt.datetime | None) -> str:
    if since is None:
        return ""
    return _(", tertua {age}").format(age=duration_words(found.as_of - since))


def _print_ages(found: Summary) -> None:
    rows = []
    for row in found.ages:
        look = STATUS_LOOK[row.status]
        counts = (*(str(number.count) for number in row.ages), str(row.total.count))
        rows.append((f"{look.glyph} {_(look.label)}", *counts))
    table(rows, ("", *(_(label) for label in AGE_LABELS), _("jumlah")))


def _print_league(found: Summary) -> None:
    if not found.league:
        return
    say()
    rows = [
        (
            one.label,
            str(one.open.count),
            str(one.never_acknowledged.count),
            str(one.late.count),
            str(one.bounced.count),
            "–" if one.answer_minutes is None else duration_words(dt.timedelta(minutes=one.answer_minutes)),
        )
        for one in found.league
    ]
    heads = (_("terbuka"), _("belum diterima"), _("lewat"), _("dikembalikan"), _("terima (median)"))
    table(rows, (_("Dinas"), *heads))


def _print_weeks(found: Summary) -> None:
    say()
    rows = [(f"{week.start}", str(week.received.count), str(week.closed.count)) for week in found.weeks]
    table(rows, (_("minggu"), _("masuk"), _("ditutup")))
