"""`outbox`: what has not reached central, and what central refused; nothing of it is ever lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import DeskOption, LazyGroup, command, option
from qlue_desk.cli.output import say, warn, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.casework.log_damage import LogDamage
    from qlue_desk.casework.tray import Kept, Line

_HERE = "qlue_desk.cli.outbox:"


def _outbox(context: click.Context, json_output: bool) -> None:
    if context.invoked_subcommand is None:
        context.invoke(list_outbox, json_output=json_output)


outbox = LazyGroup(
    "outbox",
    lazy={
        "list": (_HERE + "list_outbox", N_("yang menunggu dan yang ditolak (tanpa perintah juga)")),
        "retry": (_HERE + "retry", N_("coba lagi yang ditolak, pada keadaan sekarang")),
        "hand": (_HERE + "hand", N_("serahkan yang ditolak kepada rekan")),
        "discard": (_HERE + "discard", N_("singkirkan yang ditolak")),
        "export": (_HERE + "export", N_("simpan ke berkas, tersegel untuk pusat atau terbaca")),
        "import": (_HERE + "import_answer", N_("ambil jawaban pusat dari berkas")),
        "forget": (_HERE + "forget", N_("hapus pekerjaan tersegel yang sudah diterima pusat")),
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
    from zoneinfo import ZoneInfo

    from qlue_desk.casework import tray
    from qlue_desk.casework.workplace import NotLoggedIn
    from qlue_desk.phrases import time_words
    from qlue_desk.store import left_sealed
    from qlue_desk.store.errors import StoreError

    warn_of_damage(shell.home)
    sealed = left_sealed.files(shell.home)
    try:
        with shell.workplace(even_locked=True) as workplace:
            tray.take_over(workplace)
            waiting, refused = tray.outbox_lines(workplace, _), tray.tray_lines(workplace, _)
            kept = tray.kept_texts(workplace, _)
            zone: dt.tzinfo = workplace.zone
    except (NotLoggedIn, StoreError) as error:
        left = tray.left_behind(shell.home)
        if not left.items and not sealed:
            raise
        warn(error.sentence(_))
        lines = [tray.left_line(item, _) for item in left.items]
        waiting = [line for line in lines if line.state != "refused"]
        refused = [line for line in lines if line.state == "refused"]
        kept = []
        zone = ZoneInfo(left.zone) if left.zone else dt.datetime.now().astimezone().tzinfo or dt.UTC
    if json_output:
        write_json(
            {
                "waiting": tray.lines_json(zone, waiting),
                "refused": tray.lines_json(zone, refused),
                "drafts": tray.kept_json(zone, kept),
                "sealed": [str(path) for path in sealed],
            }
        )
        return
    for line in waiting:
        say(f"▲ {line.number or '–'}  {line.label}  {time_words(line.recorded_at, zone)}  {line.note}")
    for line in refused:
        say(f"! {line.number or '–'}  {line.label}  {time_words(line.recorded_at, zone)}")
        _say_why(line)
    for text in kept:
        _say_kept(text, zone)
    for path in sealed:
        say(left_sealed.told(path, _))
    if not waiting and not refused and not kept and not sealed:
        say(_("Kotak keluar kosong: semuanya sudah di pusat."))


def warn_of_sealed(home: Path) -> None:
    """Name work that only a person can bring to central: no round of sync takes it along."""
    from qlue_desk.store import left_sealed

    for path in left_sealed.files(home):
        warn(left_sealed.told(path, _))


def warn_of_damage(home: Path) -> LogDamage:
    """Say that the log beside the database has lines that nobody here can read: work may be gone with them."""
    from qlue_desk.casework import log_damage

    found = log_damage.damage_of(home)
    for sentence in log_damage.told(found):
        warn(sentence)
    return found


def _say_why(line: Line) -> None:
    from qlue_desk.casework.tray import kept_sentence

    say("  " + _("Alasan: {reason}").format(reason=line.reason))
    if line.seen or line.current:
        seen = _("Yang Anda lihat: {seen} · keadaan sekarang: {current}")
        say("  " + seen.format(seen=line.seen or "–", current=line.current or "–"))
    if line.note:
        say("  " + kept_sentence(line, _))
    say(f"  {line.action_id}")


def _say_kept(text: Kept, zone: dt.tzinfo) -> None:
    from qlue_desk.phrases import time_words

    left = _("pindah ke {dinas}").format(dinas=text.dinas) if text.dinas else _("tidak ada lagi di sini")
    say(f"✎ {text.number or '–'}  {text.label}  {left}  {time_words(text.at, zone)}")
    say("  " + _("Tulisan yang tertinggal: “{text}”").format(text=text.text))
    say(f"  {text.id}")


@command("retry", N_("Coba lagi tindakan yang ditolak, pada keadaan sekarang."))
@click.argument("action_ids", metavar="ID...", nargs=-1, required=True)
@pass_shell
def retry(shell: Shell, action_ids: tuple[str, ...], json_output: bool) -> None:
    """Record refused actions anew."""
    from qlue_desk.casework import tray

    with shell.workplace(even_locked=True) as workplace:
        fresh = {action_id: tray.retry(workplace, action_id) for action_id in action_ids}
    if json_output:
        write_json({"retried": fresh})
    else:
        say(
            n_("{n} tindakan dicoba lagi; dikirim pada sinkron berikutnya.", len(fresh)).format(
                n=number(len(fresh))
            )
        )


@command("hand", N_("Serahkan laporan dari tindakan yang ditolak kepada rekan, dengan catatan alasannya."))
@click.argument("action_id", metavar="ID")
@option("--to", metavar="NAME", required=True, help=N_("rekan di dinas ini"))
@pass_shell
def hand(shell: Shell, action_id: str, to: str, json_output: bool) -> None:
    """Give the report of a refused action to a colleague."""
    from qlue_desk.casework import handing
    from qlue_desk.cli.shell import refused

    with shell.workplace(even_locked=True) as workplace:
        outcome = handing.hand_over(workplace, action_id, to, translate=_)
    if outcome.refusal is not None:
        raise refused(outcome.refusal)
    name = outcome.after.holder_name if outcome.after is not None else to
    if json_output:
        write_json({"number": outcome.number, "holder": name})
    else:
        say(
            _("{number} diserahkan kepada {name}, dengan catatan apa yang ditolak.").format(
                number=outcome.number, name=name
            )
        )


@command("discard", N_("Singkirkan tindakan yang ditolak."))
@click.argument("action_ids", metavar="ID...", nargs=-1, required=True)
@pass_shell
def discard(shell: Shell, action_ids: tuple[str, ...], json_output: bool) -> None:
    """Put refused actions away."""
    from qlue_desk.casework import tray

    with shell.workplace(even_locked=True) as workplace:
        for action_id in action_ids:
            tray.discard(workplace, action_id)
    if json_output:
        write_json({"discarded": list(action_ids)})
    else:
        say(n_("{n} tindakan disingkirkan.", len(action_ids)).format(n=number(len(action_ids))))


@command(
    "export",
    N_("Simpan yang menunggu ke berkas tersegel untuk pusat (.qlb), atau semuanya terbaca (.json)."),
)
@click.argument("path", metavar="FILE", type=Path, default=Path("kotak-keluar.qlb"))
@pass_shell
def export(shell: Shell, path: Path, json_output: bool) -> None:
    """Write a sealed bundle for central, or outbox and tray as JSON."""
    from qlue_desk.bundle import BUNDLE_SUFFIX

    suffix = path.suffix.lower()
    if suffix not in (BUNDLE_SUFFIX, ".json"):
        raise Usage(
            _(
                "Nama berkas {path} harus berakhir {sealed} (tersegel untuk pusat) atau .json (terbaca)."
            ).format(path=path, sealed=BUNDLE_SUFFIX)
        )
    if suffix == ".json":
        _export_readable(shell, path, json_output)
    else:
        _export_sealed(shell, path, json_output)


def _export_readable(shell: Shell, path: Path, json_output: bool) -> None:
    from qlue_desk.casework import tray
    from qlue_desk.casework.workplace import NotLoggedIn
    from qlue_desk.store.errors import DiskFull, StoreError

    try:
        with shell.workplace(even_locked=True) as workplace:
            tray.take_over(workplace)
            count = tray.export(workplace, path)
    except DiskFull:
        raise
    except (NotLoggedIn, StoreError) as error:
        left = tray.left_behind(shell.home)
        if not left.items:
            raise
        warn(error.sentence(_))
        count = tray.write_export(shell.home, path, left.items, left.session)
    if json_output:
        write_json({"path": str(path), "actions": count, "sealed": False})
    else:
        say(n_("{n} tindakan disimpan di {path}.", count).format(n=number(count), path=path))


def _export_sealed(shell: Shell, path: Path, json_output: bool) -> None:
    from qlue_desk.casework.workplace import utc_now
    from qlue_desk.store import ballast
    from qlue_desk.store.disk import write_durably
    from qlue_desk.sync import bundling

    with shell.workplace(even_locked=True) as workplace:
        packed = bundling.pack(workplace.store, utc_now())
    ballast.with_room(shell.home, path, lambda: write_durably(path, packed.content))
    if json_output:
        write_json({"path": str(path), "actions": packed.actions, "files": packed.files, "sealed": True})
        return
    say(
        n_(
            "{n} tindakan dan {files} berkas tersegel di {path}; hanya pusat yang bisa membukanya.",
            packed.actions,
        ).format(n=number(packed.actions), files=packed.files, path=path)
    )
    say(_("Bawa ke pusat: qlue-desk central intake bundle {path}").format(path=path.name))


@command("import", N_("Ambil jawaban pusat (.qla) atas berkas tersegel yang dibawa ke sana."))
@click.argument("path", metavar="FILE", type=Path)
@pass_shell
def import_answer(shell: Shell, path: Path, json_output: bool) -> None:
    """Take central's answer to a bundle."""
    from qlue_desk import bundle
    from qlue_desk.sync import bundling

    content = bundle.read(path)
    with shell.workplace(even_locked=True) as workplace:
        taken = bundling.take_answer(workplace.store, content)
    if json_output:
        write_json(taken)
        return
    say(
        _(
            "{applied} diterima pusat, {refused} ditolak, {pulled} perubahan diambil; {waiting} masih menunggu."
        ).format(applied=taken.applied, refused=taken.refused, pulled=taken.pulled, waiting=taken.waiting)
    )


@command("forget", N_("Hapus berkas pekerjaan tersegel (.qlb) di folder data, sesudah pusat menerimanya."))
@click.argument("path", metavar="FILE", type=Path)
@pass_shell
def forget(shell: Shell, path: Path, json_output: bool) -> None:
    """Take a sealed file away that a wiped desk has left."""
    from qlue_desk.store import left_sealed

    gone = left_sealed.forget(shell.home, path)
    if json_output:
        write_json({"forgotten": str(gone)})
    else:
        say(_("{path} dihapus.").format(path=gone))
