"""`outbox`: what has not reached central, and what central refused; nothing of it is ever lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qlue_desk.cli.lazy import DeskOption, LazyGroup, command
from qlue_desk.cli.output import say, warn, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.casework.tray import Line

_HERE = "qlue_desk.cli.outbox:"


def _outbox(context: click.Context, json_output: bool) -> None:
    if context.invoked_subcommand is None:
        context.invoke(list_outbox, json_output=json_output)


outbox = LazyGroup(
    "outbox",
    lazy={
        "list": (_HERE + "list_outbox", N_("yang menunggu dan yang ditolak (tanpa perintah juga)")),
        "retry": (_HERE + "retry", N_("coba lagi yang ditolak, pada keadaan sekarang")),
        "discard": (_HERE + "discard", N_("singkirkan yang ditolak")),
        "export": (_HERE + "export", N_("simpan semuanya ke sebuah berkas")),
    },
    invoke_without_command=True,
    callback=click.pass_context(_outbox),
    params=[DeskOption(["--json", "json_output"], is_flag=True, help=N_("satu dokumen JSON"))],
    help=N_("Yang belum terkirim ke pusat, dan yang ditolak pusat."),
)


@command("list", N_("Yang menunggu dikirim dan yang ditolak pusat."))
@pass_shell
def list_outbox(shell: Shell, json_output: bool) -> None:
    """List outbox and tray."""
    from qlue_desk.casework import tray
    from qlue_desk.casework.workplace import NotLoggedIn
    from qlue_desk.phrases import time_words
    from qlue_desk.store.errors import StoreError

    try:
        with shell.workplace() as workplace:
            tray.take_over(workplace)
            waiting, refused = tray.outbox_lines(workplace, _), tray.tray_lines(workplace, _)
            zone: dt.tzinfo = workplace.zone
    except (NotLoggedIn, StoreError) as error:
        items, _session = tray.left_behind(shell.home)
        if not items:
            raise
        warn(error.sentence(_))
        lines = [tray.left_line(item, _) for item in items]
        waiting = [line for line in lines if line.state != "refused"]
        refused = [line for line in lines if line.state == "refused"]
        zone = dt.datetime.now().astimezone().tzinfo or dt.UTC
    if json_output:
        write_json({"waiting": tray.lines_json(zone, waiting), "refused": tray.lines_json(zone, refused)})
        return
    for line in waiting:
        say(f"▲ {line.number or '–'}  {line.label}  {time_words(line.recorded_at, zone)}  {line.note}")
    for line in refused:
        say(f"! {line.number or '–'}  {line.label}  {time_words(line.recorded_at, zone)}")
        _say_why(line)
    if not waiting and not refused:
        say(_("Kotak keluar kosong: semuanya sudah di pusat."))


def _say_why(line: Line) -> None:
    say("  " + _("Alasan: {reason}").format(reason=line.reason))
    if line.seen or line.current:
        seen = _("Yang Anda lihat: {seen} · keadaan sekarang: {current}")
        say("  " + seen.format(seen=line.seen or "–", current=line.current or "–"))
    if line.note:
        say("  " + _("Catatan Anda tetap tersimpan: “{note}”").format(note=line.note))
    say(f"  {line.action_id}")


@command("retry", N_("Coba lagi tindakan yang ditolak, pada keadaan sekarang."))
@click.argument("action_ids", metavar="ID...", nargs=-1, required=True)
@pass_shell
def retry(shell: Shell, action_ids: tuple[str, ...], json_output: bool) -> None:
    """Record refused actions anew."""
    from qlue_desk.casework import tray

    with shell.workplace() as workplace:
        fresh = {action_id: tray.retry(workplace, action_id) for action_id in action_ids}
    if json_output:
        write_json({"retried": fresh})
    else:
        say(_("{n} tindakan dicoba lagi; dikirim pada sinkron berikutnya.").format(n=len(fresh)))


@command("discard", N_("Singkirkan tindakan yang ditolak."))
@click.argument("action_ids", metavar="ID...", nargs=-1, required=True)
@pass_shell
def discard(shell: Shell, action_ids: tuple[str, ...], json_output: bool) -> None:
    """Put refused actions away."""
    from qlue_desk.casework import tray

    with shell.workplace() as workplace:
        for action_id in action_ids:
            tray.discard(workplace, action_id)
    if json_output:
        write_json({"discarded": list(action_ids)})
    else:
        say(_("{n} tindakan disingkirkan.").format(n=len(action_ids)))


@command("export", N_("Simpan kotak keluar dan yang ditolak ke berkas JSON."))
@click.argument("path", metavar="FILE", type=Path, default=Path("kotak-keluar.json"))
@pass_shell
def export(shell: Shell, path: Path, json_output: bool) -> None:
    """Write outbox and tray into a file."""
    from qlue_desk.casework import tray
    from qlue_desk.casework.workplace import NotLoggedIn
    from qlue_desk.store.errors import DiskFull, StoreError

    try:
        with shell.workplace() as workplace:
            tray.take_over(workplace)
            count = tray.export(workplace, path)
    except DiskFull:
        raise
    except (NotLoggedIn, StoreError) as error:
        items, session = tray.left_behind(shell.home)
        if not items:
            raise
        warn(error.sentence(_))
        count = tray.write_export(shell.home, path, items, session)
    if json_output:
        write_json({"path": str(path), "actions": count})
    else:
        say(_("{n} tindakan disimpan di {path}.").format(n=count, path=path))
