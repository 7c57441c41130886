"""`central backup|restore|check`: keeping a city's data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qlue_desk.cli.central.room import (
    data_folder,
    data_options,
    database_url,
    hide_log,
    named_path,
    opened,
)
from qlue_desk.cli.exits import Exit, Usage
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import say, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.central.admin import Checked

WHY = {
    "moved": N_("basis data lain di alamat yang sama"),
    "behind": N_("kejadian yang pernah ada tidak ada lagi"),
    "diverged": N_("kejadian lain di tempat yang pernah ada"),
    "told": N_("diberitahukan dengan central restore"),
}
"""How it was noticed that the database was put back (`central.restoring.Why`)."""


@command("backup", N_("Tulis cadangan utuh ke FILE, sambil melayani; cadangan langsung diperiksa."))
@click.argument("target", metavar="[FILE]", type=named_path, required=False)
@option("--force", is_flag=True, help=N_("ganti cadangan pusat ini yang sudah ada di FILE"))
@data_options
@pass_shell
def backup(
    shell: Shell,
    target: Path | None,
    force: bool,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Write a backup."""
    from qlue_desk.central import backups

    with opened(shell, data, database) as hub:
        named = backups.backup_name(hub.data)
        path = target or named
        path = path / named.name if path.is_dir() else path
        found = backups.backup(hub, path, replace=force)
    if json_output:
        write_json({"path": str(path), "complaints": found.complaints, "events": found.events})
    else:
        say(
            n_("Cadangan {path}: {n} laporan, rantai utuh.", found.complaints).format(
                path=path, n=number(found.complaints)
            )
        )


@command(
    "restore",
    N_(
        "Pulihkan cadangan FILE (SQLite), atau tanpa FILE beri tahu bahwa basis data sudah dipulihkan dengan "
        "alat lain. Semua meja lalu menyalin ulang dan mengirim lagi apa yang server lupakan."
    ),
)
@click.argument("source", metavar="[FILE]", type=Path, required=False)
@data_options
@pass_shell
def restore(
    shell: Shell, source: Path | None, data: Path | None, database: str | None, json_output: bool
) -> None:
    """Put a backup back, or say that it was done by other means."""
    if source is None:
        _announce(shell, data, database, json_output)
        return
    if database_url(shell, database):
        raise Usage(
            _(
                "Cadangan PostgreSQL dipulihkan dengan pg_restore atau pg_basebackup; "
                "sesudahnya central restore tanpa FILE."
            )
        )
    from qlue_desk.central import backups

    hide_log()
    done = backups.restore(data_folder(shell, data), source)
    if json_output:
        write_json(done)
        return
    say(
        n_("{path} dipulihkan: {n} laporan, rantai utuh.", done.complaints).format(
            path=source, n=number(done.complaints)
        )
    )
    if done.kept:
        say(_("Basis data sebelumnya disimpan di {path}.").format(path=done.kept))
    say(_("Jalankan central serve; semua meja menyalin ulang dan mengirim lagi apa yang hilang."))


def _announce(shell: Shell, data: Path | None, database: str | None, json_output: bool) -> None:
    from qlue_desk.central import restoring

    with opened(shell, data, database) as hub:
        done = restoring.announce(hub)
    if json_output:
        write_json(done)
    else:
        say(
            n_(
                "{n} aliran mulai dari awal; semua meja menyalin ulang dan mengirim lagi apa yang hilang.",
                len(done.ended),
            ).format(n=number(len(done.ended)))
        )


def _say_what_cannot_be_told(found: Checked) -> None:
    """Public numbers may be given twice where the file that remembers them did not see all of them."""
    if found.compared_since is not None:
        say(
            _(
                "heads.json baru ada sejak {at}: apakah basis data ini salinan lama, sehingga nomor laporan"
                " terpakai dua kali, tidak bisa diketahui dari sini."
            ).format(at=f"{found.compared_since:%Y-%m-%d %H:%M} UTC")
        )
    if found.older_file:
        say(
            _(
                "heads.json mengenal lebih sedikit nomor laporan daripada basis data ini: berkas itu salinan lama,"
                " atau tidak bisa ditulis."
            )
        )
    if found.compared_since is not None or found.older_file:
        say(
            _(
                "Bila basis data pernah disalin kembali dari waktu lebih awal, jalankan qlue-desk central restore"
                " tanpa FILE: nomor yang mungkin sudah dipegang warga dilewati, dan semua meja menyalin ulang."
            )
        )


@command("check", N_("Periksa halaman basis data, rantai setiap aliran, riwayat, dan berkas."))
@data_options
@pass_shell
def check(shell: Shell, data: Path | None, database: str | None, json_output: bool) -> int:
    """Check everything; 1 when something is wrong."""
    from qlue_desk.central import admin

    with opened(shell, data, database) as hub:
        found = admin.check(hub)
    if json_output:
        write_json({"ok": not found.faults, "checked": found})
        return int(Exit.FAILED if found.faults else Exit.DONE)
    for fault in found.faults:
        say(f"✗ {fault}")
    for restore in found.restores:
        say(_("Basis data pernah dipulihkan, {at}: {why}.").format(
            at=f"{restore.at:%Y-%m-%d %H:%M} UTC", why=_(WHY[restore.why])))  # fmt: skip
        for skipped in restore.skipped:
            say(_("  Nomor {first}–{last} ({city}, {year}) dilewati: mungkin sudah dipegang warga.").format(
                first=skipped.first, last=skipped.last, city=skipped.city, year=skipped.year))  # fmt: skip
    _say_what_cannot_be_told(found)
    say(
        _("{complaints} laporan, {entries} baris riwayat, {events} kejadian di {streams} aliran.").format(
            complaints=found.complaints,
            entries=found.entries,
            events=found.events,
            streams=found.streams,
        )
    )
    return int(Exit.FAILED if found.faults else Exit.DONE)
