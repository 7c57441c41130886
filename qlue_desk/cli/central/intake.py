"""`central intake table|gammu|qlue|bundle`: outside records become reports, each once."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qlue_desk.cli.central.room import city_of, data_options, opened
from qlue_desk.cli.exits import CommandFailed, Exit
from qlue_desk.cli.lazy import LazyGroup, command, option
from qlue_desk.cli.output import say, warn, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number, waiting_words
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.central.errors import TokenRefused
    from qlue_desk.central.intake.result import IntakeResult

_HERE = "qlue_desk.cli.central.intake:"
NOTES = {
    "changed": N_("{n} sudah ada tetapi isinya kini lain; isi barunya dicatat di riwayat laporannya."),
    "cut": N_("{n} teks terlalu panjang dan dipotong; lengkap di catatan asli."),
    "future_time": N_("{n} bertanggal di masa depan; waktu pengambilan yang dipakai."),
    "old_time": N_("{n} bertanggal sebelum tahun 2000; dipakai apa adanya."),
}
"""What of the records was not taken as it came (`central.report.Taken`)."""

intake = LazyGroup(
    "intake",
    lazy={
        "table": (_HERE + "table", N_("tabel CSV: ekspor SP4N, call center 112, atau dengan pemetaan")),
        "gammu": (_HERE + "gammu", N_("SMS: basis data, folder spool, atau RunOnReceive")),
        "qlue": (_HERE + "qlue", N_("umpan Qlue")),
        "bundle": (_HERE + "bundle_file", N_("berkas tersegel dari meja tanpa jaringan")),
    },
    help=N_("Ambil laporan dari luar; setiap catatan diambil sekali."),
)


def _tell(result: IntakeResult, json_output: bool, *, dry_run: bool = False) -> None:
    if json_output:
        write_json(result.to_json())
        return
    if dry_run:
        say(_("Uji coba: tidak ada yang disimpan."))
    line = _(
        "{read} dibaca: {taken} diambil, {duplicates} sudah ada; "
        "{routed} langsung ke dinas, {waiting} menunggu."
    )
    say(
        line.format(
            read=result.read,
            taken=result.taken,
            duplicates=result.duplicates,
            routed=result.routed,
            waiting=result.waiting,
        )
    )
    for reason, count in sorted(result.reasons.items()):
        say(f"  {waiting_words(reason)}: {number(count)}")
    if result.once_joined:
        say(_("Kota ini belum bergabung; begitu bergabung, yang ditahan menjadi:"))
    for reason, count in sorted(result.once_joined.items()):
        where = _("langsung ke dinas") if reason == "routed" else waiting_words(reason)
        say(f"  {where}: {number(count)}")
    for note, count in sorted(result.notes.items()):
        say(n_(NOTES[note], count).format(n=number(count)))


@command(
    "table",
    N_(
        "Ambil tabel CSV; jenisnya dikenali dari kepala kolom, atau pakai --mapping. Contoh pemetaan: "
        "qlue_desk/central/intake/mappings/example.toml."
    ),
)
@click.argument("path", metavar="FILE", type=Path)
@option("--mapping", type=Path, metavar="FILE", help=N_("pemetaan kolom (TOML)"))
@option("--city", metavar="NAME", help=N_("kota"))
@option("--dry-run", is_flag=True, help=N_("hitung saja, tanpa menyimpan"))
@data_options
@pass_shell
def table(
    shell: Shell,
    path: Path,
    mapping: Path | None,
    city: str | None,
    dry_run: bool,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Take a table."""
    from qlue_desk.central.intake.table import take_table

    with opened(shell, data, database) as hub:
        result = take_table(hub, path, city_of(hub, city), mapping=mapping, dry_run=dry_run)
    _tell(result, json_output, dry_run=dry_run)


@command("gammu", N_("Ambil SMS dari basis data SMSD, folder spool, atau (-) lingkungan RunOnReceive."))
@click.argument("path", metavar="PATH")
@option("--city", metavar="NAME", help=N_("kota"))
@option("--zone", metavar="ZONE", default="", help=N_("zona waktu yang ditulis gammu; tanpa ini zona kota"))
@option("--dry-run", is_flag=True, help=N_("hitung saja, tanpa menyimpan"))
@data_options
@pass_shell
def gammu(
    shell: Shell,
    path: str,
    city: str | None,
    zone: str,
    dry_run: bool,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Take text messages."""
    from qlue_desk.central.intake.gammu import take_hook, take_inbox

    with opened(shell, data, database) as hub:
        key = city_of(hub, city)
        if path == "-":
            result = take_hook(hub, os.environ, key)
        else:
            result = take_inbox(hub, Path(path), key, zone=zone, dry_run=dry_run)
    _tell(result, json_output, dry_run=dry_run)


@command("qlue", N_("Ambil umpan Qlue sekali, atau terus dengan --watch."))
@click.argument("url", metavar="URL")
@option("--city", metavar="NAME", help=N_("kota"))
@option("--watch", is_flag=True, help=N_("terus berjalan sampai ctrl+c"))
@option(
    "--interval", type=click.IntRange(5, 86400), default=60, metavar="N", help=N_("detik antara dua putaran")
)
@option("--dry-run", is_flag=True, help=N_("hitung saja, tanpa menyimpan"))
@data_options
@pass_shell
def qlue(
    shell: Shell,
    url: str,
    city: str | None,
    watch: bool,
    interval: int,
    dry_run: bool,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Poll Qlue."""
    from qlue_desk.central.intake import qlue as feed

    with opened(shell, data, database) as hub:
        key = city_of(hub, city)
        if watch:
            feed.watch(
                hub,
                key,
                url,
                interval=interval,
                stop=threading.Event(),
                on_result=lambda result: _tell(result, json_output=False),
                on_error=lambda error: warn(str(error)),
            )
        else:
            _tell(feed.poll(hub, key, url, dry_run=dry_run), json_output, dry_run=dry_run)


@command("bundle", N_("Ambil berkas tersegel (.qlb) dari meja tanpa jaringan, dan tulis jawabannya (.qla)."))
@click.argument("path", metavar="FILE", type=Path)
@option("--answer", type=Path, metavar="FILE", help=N_("tempat jawaban; tanpa ini di samping berkasnya"))
@option("--even-revoked", is_flag=True, help=N_("ambil juga pekerjaan terakhir meja yang sudah dicabut"))
@data_options
@pass_shell
def bundle_file(
    shell: Shell,
    path: Path,
    answer: Path | None,
    even_revoked: bool,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Take a bundle of a desk and answer it."""
    from qlue_desk import bundle
    from qlue_desk.central import bundles
    from qlue_desk.central.errors import TokenRefused
    from qlue_desk.store.disk import refuse_foreign, write_durably

    content = bundle.read(path)
    back = answer or path.with_suffix(bundle.ANSWER_SUFFIX)
    refuse_foreign(back, bundle.ANSWER_MAGIC)
    with opened(shell, data, database) as hub:
        try:
            taken = bundles.take(hub, content, even_revoked=even_revoked)
        except TokenRefused as error:
            raise _not_of_ours(error, even_revoked=even_revoked) from error
    write_durably(back, taken.answer, bundle.ANSWER_MAGIC)
    if json_output:
        write_json(
            {
                "desk": taken.desk,
                "actions": taken.actions,
                "applied": taken.applied,
                "rejected": taken.rejected,
                "retry": taken.retry,
                "files": taken.files,
                "events": taken.events,
                "answer": str(back),
            }
        )
        return
    say(
        n_(
            "Meja {desk}: {n} tindakan, {applied} diterima, {rejected} ditolak, {retry} belum diputuskan.",
            taken.actions,
        ).format(
            desk=taken.desk.name or taken.desk.id,
            n=number(taken.actions),
            applied=taken.applied,
            rejected=taken.rejected,
            retry=taken.retry,
        )
    )
    say(_("Jawaban di {path}; di meja itu: qlue-desk outbox import {name}").format(path=back, name=back.name))


def _not_of_ours(error: TokenRefused, *, even_revoked: bool) -> CommandFailed:
    """Why a desk's bundle is not taken, and how its last work still can be."""
    sentence = error.sentence(_)
    if error.code == "token_revoked" and not even_revoked:
        sentence = _("Meja ini sudah dicabut; untuk mengambil pekerjaan terakhirnya: --even-revoked.")
    return CommandFailed(sentence, exit_code=Exit.NOT_PERMITTED, code=str(error.code))
