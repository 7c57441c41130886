"""Texts that leave the desk: the monthly report to the mayor and the handover at the end of a shift."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import msgspec

from qlue_desk.casework.errors import refused
from qlue_desk.casework.summary import Bar, By, summarise
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_match import Moment
from qlue_desk.domain.text import clean, csv_cell
from qlue_desk.phrases import month_words
from qlue_desk.store import counts, outbox, queue
from qlue_desk.store.queue import QueueRow
from qlue_desk.words import _

_HANDOVER_LIMIT = 200


class MonthlyReport(msgspec.Struct, frozen=True):
    """What happened to the reports that came in one month (local time), as they stand now."""

    month: dt.date
    as_of: dt.datetime
    received: int
    totals: counts.Totals
    statuses: list[Bar]
    categories: list[Bar]
    kelurahan: list[Bar]


def monthly(workplace: Workplace, month: str, now: dt.datetime | None = None) -> MonthlyReport:
    """The numbers of `YYYY-MM`.

    :raises Refused: when the month is not written like that or has not begun.
    """
    moment = now or utc_now()
    first = _month(month)
    if first > moment.astimezone(workplace.zone).date():
        raise refused(N_("Bulan {found} belum mulai."), "month", found=month)
    after = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    line = f"since:{first} until:{after - dt.timedelta(days=1)}"
    asked = Moment(moment, workplace.actor.id, workplace.zone)
    statuses = summarise(workplace, line, By.STATUS, moment)
    return MonthlyReport(
        month=first,
        as_of=moment,
        received=sum(bar.count for bar in statuses),
        totals=workplace.store.reading(counts.totals, workplace.query(line), asked),
        statuses=statuses,
        categories=summarise(workplace, line, By.CATEGORY, moment),
        kelurahan=summarise(workplace, line, By.KELURAHAN, moment),
    )


FIRST_YEAR = 2000
"""No report of a citizen is older; calendars and clocks of the first centuries are not computed."""


def _month(written: str) -> dt.date:
    found = re.fullmatch(r"(\d{4})-(\d{2})", written.strip())
    try:
        if found and int(found[1]) >= FIRST_YEAR:
            return dt.date(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise refused(N_("“{found}” bukan bulan; tulis misalnya 2026-11."), "month", found=written)


def monthly_markdown(workplace: Workplace, report: MonthlyReport) -> str:
    """The monthly report as Markdown, ready to send."""
    totals = report.totals
    dinas = workplace.city.dinas_name(workplace.desk.dinas)
    heading = _("Laporan bulanan {month} — {dinas}, {city}").format(
        month=month_name(report.month), dinas=dinas, city=workplace.city.name
    )
    as_of = report.as_of.astimezone(workplace.zone).strftime("%Y-%m-%d %H.%M")
    lines = [f"# {heading}", "", _("Keadaan per {time}.").format(time=as_of), ""]
    resolved = sum(bar.count for bar in report.statuses if bar.key == Status.RESOLVED)
    for label, count in (
        (_("Laporan masuk"), report.received),
        (_("Selesai"), resolved),
        (_("Masih terbuka"), totals.open),
        (_("Diterima dinas, belum pernah dijawab"), totals.delivered_never_acknowledged),
        (_("Lewat tenggat"), totals.overdue),
        (_("Menunggu verifikasi"), totals.awaiting_verification),
        (_("Dibuka kembali"), totals.reopened),
        (_("Dipindah antardinas"), totals.bounced),
    ):
        lines.append(f"- {label}: {count}")
    for title, bars in (
        (_("Menurut status"), report.statuses),
        (_("Menurut kategori"), report.categories),
        (_("Menurut kelurahan"), report.kelurahan),
    ):
        heads = " | ".join(("", _("Jumlah"), _("Lewat tenggat")))
        lines += ["", f"## {title}", "", f"|{heads} |", "|---|---:|---:|"]
        lines += [f"| {_cell(_(bar.label))} | {bar.count} | {bar.late} |" for bar in bars]
    return "\n".join(lines) + "\n"


def monthly_csv(workplace: Workplace, report: MonthlyReport) -> str:
    """The monthly report as CSV: group, key, label, count, overdue."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("group", "key", "label", "count", "overdue"))
    writer.writerow(("total", "received", "", report.received, report.totals.overdue))
    for key, value in msgspec.structs.asdict(report.totals).items():
        writer.writerow(("total", key, "", value, ""))
    for group, bars in (
        ("status", report.statuses),
        ("category", report.categories),
        ("kelurahan", report.kelurahan),
    ):
        for bar in bars:
            writer.writerow((group, csv_cell(bar.key), csv_cell(bar.label), bar.count, bar.late))
    return out.getvalue()


def month_name(month: dt.date) -> str:
    """`November 2026` in the reader's language."""
    return month_words(month)


def _cell(text: str) -> str:
    return clean(text, multiline=False).replace("|", "\\|")


def handover(workplace: Workplace, now: dt.datetime | None = None) -> str:
    """What the next person must know: my open reports by deadline, what is unsent and what was refused."""
    moment = now or utc_now()
    query = workplace.query("is:open by:me")

    def read() -> tuple[list[QueueRow], int, outbox.OutboxCounts, int]:
        numbers = queue.find_ids(query, now=moment, me=workplace.actor.id, zone=workplace.zone)
        unassigned = queue.count(workplace.query("is:open by:none"), now=moment, zone=workplace.zone)
        return queue.rows(numbers[:_HANDOVER_LIMIT]), len(numbers), outbox.counts(), unassigned

    rows, total, waiting, unassigned = workplace.store.reading(read)
    local = moment.astimezone(workplace.zone)
    lines = [
        _("Serah terima {name}, {time}").format(
            name=clean(workplace.actor.name, multiline=False), time=local.strftime("%Y-%m-%d %H.%M")
        ),
        "",
        _("Pegangan saya: {count} laporan terbuka.").format(count=total),
    ]
    lines += [_handover_line(workplace, row, moment) for row in rows]
    if total > len(rows):
        lines.append(_("… dan {count} lagi.").format(count=total - len(rows)))
    lines.append(_("Belum diambil siapa pun: {count}.").format(count=unassigned))
    if waiting.waiting:
        lines.append(_("Belum terkirim ke pusat: {count} tindakan.").format(count=waiting.waiting))
    if waiting.refused:
        lines.append(_("Ditolak pusat, perlu dilihat: {count} tindakan.").format(count=waiting.refused))
    return "\n".join(lines) + "\n"


def _handover_line(workplace: Workplace, row: QueueRow, now: dt.datetime) -> str:
    due = ""
    if row.has_due:
        when = dt.datetime.fromtimestamp(row.due, workplace.zone).strftime("%Y-%m-%d %H.%M")
        template = _("lewat sejak {time}") if row.due < now.timestamp() else _("tenggat {time}")
        due = " · " + template.format(time=when)
    look = STATUS_LOOK[Status(row.status)]
    number = row.number or _("(belum bernomor)")
    return f"- {number} {look.glyph} {_(look.label)}{due} · {clean(row.title, multiline=False)}"
