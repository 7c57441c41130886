"""`export`: the reports of a query as a file for others, without personal data."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

import click

from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import Progress, on_terminal, say, write_bytes, write_json
from qlue_desk.cli.reading import QUERY_SETTINGS, query_line
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.words import _, n_

STDOUT = Path("-")


@command(
    "export", N_("Simpan laporan hasil kueri ke berkas, tanpa data pribadi."), context_settings=QUERY_SETTINGS
)
@click.argument("query", metavar="QUERY", nargs=-1)
@option("--format", "format_", type=click.Choice(("csv", "json", "xlsx")), help=N_("csv, json, atau xlsx"))
@option("--output", "-o", type=Path, metavar="FILE", help=N_("nama berkas; - untuk keluaran baku"))
@pass_shell
def export(
    shell: Shell, query: tuple[str, ...], format_: str | None, output: Path | None, json_output: bool
) -> None:
    """Write the file; a bar shows how far it is on a terminal."""
    settings = shell.settings.export
    named = output.suffix.lstrip(".") if output else ""
    format_ = format_ or named or settings.format
    line = query_line(query)
    progress = Progress(_("Ekspor"), quiet=json_output)
    if output == STDOUT:
        if json_output:
            raise Usage(_("Pilih satu: --json atau -o -."))
        _to_stdout(shell, line, format_, progress)
        return
    path = output or Path(settings.folder) / f"laporan-{dt.datetime.now():%Y%m%d-%H%M%S}.{format_}"  # noqa: DTZ005
    count = _write(shell, line, format_, path, progress)
    if json_output:
        write_json({"path": str(path), "format": format_, "reports": count})
    else:
        say(n_("{n} laporan disimpan di {path}.", count).format(n=number(count), path=path))


def _write(shell: Shell, line: str, format_: str, path: Path, progress: Progress) -> int:
    from qlue_desk.casework.exporting import export as write_export

    with shell.replica() as workplace:
        return write_export(workplace, line, format_, path, progress)


def _to_stdout(shell: Shell, line: str, format_: str, progress: Progress) -> None:
    """The file's own bytes, whole or not at all; a terminal is no place for them."""
    if on_terminal(sys.stdout):
        raise Usage(_("Ekspor ke layar tidak ada gunanya: alirkan ke program lain, atau sebut -o BERKAS."))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"laporan.{format_}"
        _write(shell, line, format_, path, progress)
        with path.open("rb") as file:
            write_bytes(file)
