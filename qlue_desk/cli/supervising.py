"""`summary`, `report`, `handover`: numbers and texts for whoever leads."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import say, warn, write_json, write_text
from qlue_desk.cli.reading import QUERY_SETTINGS, query_line
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import csv_cell
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.casework.breakdown import Bar
    from qlue_desk.casework.summary import Summary
    from qlue_desk.casework.workplace import Workplace

BY = ("status", "age", "category", "kelurahan", "officer", "dinas")


@command(
    "summary", N_("Angka ringkas: belum diterima, lewat tenggat, beban."), context_settings=QUERY_SETTINGS
)
@click.argument("query", metavar="[QUERY]", nargs=-1)
@option("--by", type=click.Choice(BY), help=N_("hitung menurut status, umur, kategori, …"))
@option("--csv", "as_csv", is_flag=True, help=N_("sebagai CSV"))
@pass_shell
def summary(shell: Shell, query: tuple[str, ...], by: str | None, as_csv: bool, json_output: bool) -> None:
    """Count reports."""
    from qlue_desk.casework.breakdown import summarise
    from qlue_desk.casework.summary import summary as read_summary

    if as_csv and json_output:
        raise Usage(_("Pilih satu: --json atau --csv."))
    line = query_line(query)
    with shell.replica() as workplace:
        if by is None and not as_csv:
            _all_numbers(workplace, read_summary(workplace, line, shifts=shell.settings.shifts), json_output)
            return
        bars = summarise(workplace, line, by or "status")
    if json_output:
        write_json({"by": by, "query": line, "values": bars})
    elif as_csv:
        write_text(_csv(bars))
    else:
        from qlue_desk.cli.summary_text import print_bars

        print_bars(bars)


def _all_numbers(workplace: Workplace, found: Summary, json_output: bool) -> None:
    if json_output:
        document: dict[str, Any] = msgspec.to_builtins(found)
        document["as_of"] = found.as_of.astimezone(workplace.zone).isoformat(timespec="seconds")
        write_json(document)
        return
    from qlue_desk.cli.summary_text import print_summary

    print_summary(workplace, found)


def _csv(bars: list[Bar]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("key", "label", "count", "overdue"))
    for bar in bars:
        writer.writerow((csv_cell(bar.key), csv_cell(_(bar.label)), bar.count, bar.late))
    return out.getvalue()


@command("report", N_("Laporan bulanan untuk pimpinan: md, pdf, atau csv."))
@option("--month", metavar="YYYY-MM", help=N_("bulan laporan masuk; tanpa ini bulan lalu"))
@option(
    "--format", "format_", type=click.Choice(("md", "pdf", "csv")), help=N_("md, pdf, atau csv; biasanya md")
)
@option("--output", "-o", type=Path, metavar="FILE", help=N_("nama berkas; tanpa ini md dan csv ke layar"))
@pass_shell
def report(
    shell: Shell, month: str | None, format_: str | None, output: Path | None, json_output: bool
) -> None:
    """Write the monthly report."""
    from qlue_desk.casework import monthly_file
    from qlue_desk.casework.monthly import last_month, monthly

    named = output.suffix.lstrip(".").lower() if output else ""
    format_ = format_ or (named if named in monthly_file.FORMATS else "md")
    with shell.replica() as workplace:
        if month is None:
            month = f"{last_month(workplace):%Y-%m}"
            warn(_("--month tidak disebut: bulan lalu, {month}.").format(month=month))
        found = monthly(workplace, month)
        if output is None and format_ == "pdf":
            output = Path(_("laporan-bulanan-{month}.pdf").format(month=month))
        if output is not None:
            monthly_file.write(workplace, found, format_, output)
            if json_output:
                write_json({"path": str(output), "format": format_, "reports": found.received})
            else:
                say(_("Laporan bulanan disimpan di {path}.").format(path=output))
        elif json_output:
            document = msgspec.to_builtins(found)
            document["month"] = month
            for name in ("as_of", "data_as_of"):
                moment = getattr(found, name)
                document[name] = moment and moment.astimezone(workplace.zone).isoformat(timespec="seconds")
            write_json(document)
        else:
            write_text(monthly_file.content_of(workplace, found, format_).decode())


@command("handover", N_("Serah terima antarsif: yang berubah, yang jatuh tempo, yang macet."))
@option("--note", metavar="TEXT", help=N_("tinggalkan catatan ini bagi sif berikut"))
@pass_shell
def handover(shell: Shell, note: str | None, json_output: bool) -> None:
    """Write the handover, and leave a note."""
    from qlue_desk.casework.handover import handover_text, shift_report, sign_off

    shifts = shell.settings.shifts
    with shell.replica() as workplace:
        left = sign_off(workplace, note, shifts=shifts) if note is not None else None
        found = shift_report(workplace, shifts=shifts)
        text = handover_text(workplace, found)
        if json_output:
            write_json({**msgspec.to_builtins(found), "signed_off": left is not None, "text": text})
        else:
            write_text(text)
