"""`export`: the reports of a query as a file for others, without personal data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import Progress, say, write_json
from qlue_desk.cli.reading import QUERY_SETTINGS, query_line
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.words import _


@command(
    "export", N_("Simpan laporan hasil kueri ke berkas, tanpa data pribadi."), context_settings=QUERY_SETTINGS
)
@click.argument("query", metavar="QUERY", nargs=-1)
@option("--format", "format_", type=click.Choice(("csv", "json", "xlsx")), help=N_("csv, json, atau xlsx"))
@option("--output", "-o", type=Path, metavar="FILE", help=N_("nama berkas"))
@pass_shell
def export(
    shell: Shell, query: tuple[str, ...], format_: str | None, output: Path | None, json_output: bool
) -> None:
    """Write the file; a bar shows how far it is on a terminal."""
    from qlue_desk.casework.exporting import export as write_export

    settings = shell.settings.export
    format_ = format_ or (output.suffix.lstrip(".") if output and output.suffix else settings.format)
    path = output or Path(settings.folder) / f"laporan-{dt.datetime.now():%Y%m%d-%H%M%S}.{format_}"  # noqa: DTZ005
    line = query_line(query)
    progress = Progress(_("Ekspor"), quiet=json_output)
    with shell.workplace() as workplace:
        count = write_export(workplace, line, format_, path, progress)
    if json_output:
        write_json({"path": str(path), "format": format_, "reports": count})
    else:
        say(_("{n} laporan disimpan di {path}.").format(n=count, path=path))
