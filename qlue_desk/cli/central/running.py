"""`central init|serve|escalate`."""

from __future__ import annotations

from pathlib import Path

import click

from qlue_desk.cli.central.room import (
    data_folder,
    data_options,
    database_url,
    hide_log,
    opened,
    shown_log,
)
from qlue_desk.cli.exits import CommandFailed
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import say, write_json
from qlue_desk.cli.shell import Shell, cannot_listen, check_host, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.words import _


@command("init", N_("Mulai sebuah pusat di folder data; yang sudah ada dibiarkan."))
@data_options
@pass_shell
def init(shell: Shell, data: Path | None, database: str | None, json_output: bool) -> None:
    """Begin a central."""
    from qlue_desk.central import admin

    hide_log()
    folder, url = data_folder(shell, data), database_url(shell, database)
    existed = admin.exists(folder, database_url=url)
    server_id = admin.init(folder, database_url=url)
    if json_output:
        write_json({"server_id": server_id, "data": str(folder), "existed": existed})
        return
    if existed:
        say(_("Pusat {server_id} sudah ada di {data}; tidak ada yang diubah.").format(
            server_id=server_id, data=folder
        ))  # fmt: skip
        return
    say(_("Pusat {server_id} siap di {data}.").format(server_id=server_id, data=folder))
    say(_("Lanjut: central city add bogor · central user add … · central desk code … · central serve"))


@command("serve", N_("Layani meja dinas, halaman warga, Open311, dan masukan laporan sampai ctrl+c."))
@data_options
@option("--host", metavar="HOST", help=N_("alamat (127.0.0.1)"))
@option("--port", type=click.IntRange(0, 65535), metavar="N", help=N_("porta; 0 memilih yang bebas"))
@pass_shell
def serve(
    shell: Shell,
    data: Path | None,
    database: str | None,
    host: str | None,
    port: int | None,
    json_output: bool,
) -> None:
    """Serve until a signal comes."""
    from qlue_desk.central.limits import RateLimits
    from qlue_desk.central.serve import serve as serve_hub

    settings = shell.settings.central
    address, number = host or settings.host, settings.port if port is None else port

    check_host(address)

    def ready(url: str) -> None:
        if json_output:
            write_json({"url": url})
        else:
            say(_("Melayani di {url}; ctrl+c untuk berhenti.").format(url=url))

    with shown_log(), opened(shell, data, database) as hub:
        hub.min_client = settings.min_client
        hub.offline_days = settings.offline_days
        hub.rates = RateLimits.of(settings.desk_per_minute, settings.public_per_minute)
        try:
            serve_hub(hub, address, number, ready)
        except OSError as error:
            raise CommandFailed(cannot_listen(error, address, number), code="cannot_listen") from error


@command("escalate", N_("Jalankan eskalasi dan penutupan final yang jatuh tempo sekarang."))
@data_options
@pass_shell
def escalate(shell: Shell, data: Path | None, database: str | None, json_output: bool) -> None:
    """Do what the clock asks for now."""
    from qlue_desk.central.jobs import run_due

    with opened(shell, data, database) as hub:
        done = run_due(hub)
    if json_output:
        write_json(done)
    else:
        say(_(
            "{escalated} eskalasi, {finalised} menjadi final; dibuang {compacted} kejadian lama dan "
            "{expired} berkas tanpa laporan."
        ).format(
            escalated=done.escalated, finalised=done.finalised,
            compacted=done.compacted, expired=done.expired,
        ))  # fmt: skip
