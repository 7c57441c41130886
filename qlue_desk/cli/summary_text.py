"""The summary as lines: every number of the screen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from qlue_desk.casework import summary_words as words
from qlue_desk.casework.breakdown import AGE_LABELS
from qlue_desk.cli.output import say, table
from qlue_desk.domain.complaint import STATUS_LOOK
from qlue_desk.phrases import time_words
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
        say(f"{found.held.number.count} {words.held_words()}")
    for one in found.decisions:
        say(f"{one.count:>6} {_(one.label)}{_oldest(found, one.oldest)}")
    never = words.unanswered(found)
    say(f"{never.number.count} {never.words}{_oldest(found, found.oldest_unanswered)}")
    for told in words.headline(found, zone):
        figure = str(told.number.count) if told.share is None else words.rate_words(told.share)
        say(f"{figure} {told.words}")
    say()
    _print_ages(found)
    for breakdown in words.breakdowns(found):
        if breakdown.bars:
            say()
            say(breakdown.title)
            print_bars(breakdown.bars)
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
    return "" if since is None else f", {words.oldest_words(found, since)}"


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
            words.rate_words(one.reopen_rate),
            words.answer_words(one.answer_minutes),
        )
        for one in found.league
    ]
    table(rows, (_("Dinas"), *words.league_heads()))


def _print_weeks(found: Summary) -> None:
    say()
    rows = [(f"{week.start}", str(week.received.count), str(week.closed.count)) for week in found.weeks]
    table(rows, (_("minggu"), _("masuk"), _("ditutup")))
