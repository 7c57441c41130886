"""`summary`, `report`, `handover`: numbers and texts for whoever leads."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import click
import msgspec

from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import say, table, write_json, write_text
from qlue_desk.cli.reading import QUERY_SETTINGS, query_line
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import csv_cell
from qlue_desk.phrases import percent
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.casework.summary import Bar, Summary
    from qlue_desk.casework.workplace import Workplace

BY = ("status", "age", "category", "kelurahan", "officer", "dinas")


@command(
    "summary", N_("Angka ringkas: belum dijawab, lewat tenggat, beban."), context_settings=QUERY_SETTINGS
)
@click.argument("query", metavar="[QUERY]", nargs=-1)
@option("--by", type=click.Choice(BY), help=N_("hitung menurut status, umur, kategori, …"))
@option("--csv", "as_csv", is_flag=True, help=N_("sebagai CSV"))
@pass_shell
def summary(shell: Shell, query: tuple[str, ...], by: str | None, as_csv: bool, json_output: bool) -> None:
    """Count reports."""
    from qlue_desk.casework.summary import summarise
    from qlue_desk.casework.summary import summary as read_summary

    if as_csv and json_output:
        raise Usage(_("Pilih satu: --json atau --csv."))
    line = query_line(query)
    with shell.replica() as workplace:
        if by is None and not as_csv:
            _all_numbers(workplace, read_summary(workplace, line), json_output)
            return
        bars = summarise(workplace, line, by or "status")
    if json_output:
        write_json({"by": by, "query": line, "values": bars})
    elif as_csv:
        write_text(_csv(bars))
    else:
        _print_bars(bars)


def _all_numbers(workplace: Workplace, found: Summary, json_output: bool) -> None:
    if json_output:
        document: dict[str, Any] = msgspec.to_builtins(found)
        document["as_of"] = found.as_of.astimezone(workplace.zone).isoformat(timespec="seconds")
        write_json(document)
        return
    say(_("{n} diterima dinas, belum pernah dijawab").format(n=found.delivered_never_acknowledged.count))
    say(_("{n} lewat tenggat").format(n=found.overdue.count))
    say(_("{n} menunggu verifikasi").format(n=found.awaiting_verification.count))
    rate = "–" if found.reopen_rate is None else percent(found.reopen_rate)
    say(_("{n} % dibuka kembali").format(n=rate))
    say()
    _print_ages(found)
    for title, bars in (
        (_("Kategori terbanyak"), found.categories),
        (_("Kelurahan terpadat"), found.kelurahan),
        (_("Beban petugas"), found.officers),
    ):
        say()
        say(title)
        _print_bars(list(bars))


def _print_ages(found: Summary) -> None:
    from qlue_desk.casework.summary import AGE_LABELS
    from qlue_desk.domain.complaint import STATUS_LOOK

    rows = []
    for row in found.ages:
        look = STATUS_LOOK[row.status]
        counts = (*(str(number.count) for number in row.ages), str(row.total.count))
        rows.append((f"{look.glyph} {_(look.label)}", *counts))
    table(rows, ("", *(_(label) for label in AGE_LABELS), _("jumlah")))


def _print_bars(bars: list[Bar]) -> None:
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


def _csv(bars: list[Bar]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("key", "label", "count", "overdue"))
    for bar in bars:
        writer.writerow((csv_cell(bar.key), csv_cell(_(bar.label)), bar.count, bar.late))
    return out.getvalue()


@command("report", N_("Laporan bulanan untuk pimpinan."))
@option("--month", metavar="YYYY-MM", required=True, help=N_("bulan laporan masuk"))
@option("--format", "format_", type=click.Choice(("md", "csv")), default="md", help=N_("md atau csv"))
@pass_shell
def report(shell: Shell, month: str, format_: str, json_output: bool) -> None:
    """Write the monthly report."""
    from qlue_desk.casework.reports import monthly, monthly_csv, monthly_markdown

    with shell.replica() as workplace:
        found = monthly(workplace, month)
        if json_output:
            document = msgspec.to_builtins(found)
            document["month"] = month
            document["as_of"] = found.as_of.astimezone(workplace.zone).isoformat(timespec="seconds")
            write_json(document)
        elif format_ == "csv":
            write_text(monthly_csv(workplace, found))
        else:
            write_text(monthly_markdown(workplace, found))


@command("handover", N_("Catatan serah terima: pegangan saya, yang belum diambil, yang belum terkirim."))
@pass_shell
def handover(shell: Shell, json_output: bool) -> None:
    """Write the handover."""
    from qlue_desk.casework.reading import queue
    from qlue_desk.casework.reports import handover as write_handover
    from qlue_desk.casework.tray import counts

    with shell.replica() as workplace:
        text = write_handover(workplace)
        if not json_output:
            write_text(text)
            return
        waiting = counts(workplace)
        write_json(
            {
                "name": workplace.actor.name,
                "mine": queue(workplace, "is:open by:me", None),
                "outbox": {"waiting": waiting.waiting, "refused": waiting.refused},
                "text": text,
            }
        )
