"""All commands with their words of help; each module loads when its command is called."""

from __future__ import annotations

import click

from qlue_desk import __version__
from qlue_desk.cli.exits import EXIT_WORDS
from qlue_desk.cli.lazy import DeskOption, LazyGroup
from qlue_desk.cli.output import say
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("qlue_desk.cli.demo:demo", N_("peragaan: kota contoh dengan pusat di mesin ini")),
    "login": ("qlue_desk.cli.login:login", N_("hubungkan meja ini ke pusat, atau masuk")),
    "logout": ("qlue_desk.cli.login:logout", N_("keluar; pekerjaan yang belum terkirim tetap tersimpan")),
    "whoami": ("qlue_desk.cli.login:whoami", N_("siapa yang masuk, di meja mana")),
    "sync": ("qlue_desk.cli.syncing:sync", N_("satu putaran sinkron dengan pusat")),
    "queue": ("qlue_desk.cli.reading:queue", N_("daftar laporan menurut kueri")),
    "show": ("qlue_desk.cli.reading:show", N_("satu laporan dengan riwayatnya")),
    "similar": ("qlue_desk.cli.reading:similar", N_("laporan yang mungkin tentang hal yang sama")),
    "act": ("qlue_desk.cli.acting:act", N_("tindak lanjut: terima, kerjakan, usulkan selesai, …")),
    "snooze": ("qlue_desk.cli.snoozing:snooze", N_("tunda laporan sampai waktu tertentu")),
    "outbox": ("qlue_desk.cli.outbox:outbox", N_("yang belum terkirim dan yang ditolak pusat")),
    "summary": ("qlue_desk.cli.supervising:summary", N_("angka ringkas untuk pengawas")),
    "report": ("qlue_desk.cli.supervising:report", N_("laporan bulanan")),
    "handover": ("qlue_desk.cli.supervising:handover", N_("catatan serah terima regu")),
    "export": ("qlue_desk.cli.exporting:export", N_("simpan hasil kueri sebagai berkas")),
    "serve": ("qlue_desk.cli.serving:serve", N_("meja ini di peramban")),
    "doctor": ("qlue_desk.cli.doctor:doctor", N_("periksa terminal, basis data, jam, dan pusat")),
    "central": ("qlue_desk.cli.central:central", N_("jalankan server sebuah kota")),
}


def _main(context: click.Context, config: str | None) -> int | None:
    """Without a subcommand the desk opens."""
    if context.invoked_subcommand is not None:
        return None
    from qlue_desk.cli.opening import open_desk

    return open_desk(context.obj)


class _Main(LazyGroup):
    """The one group that also tells what the exit codes of all commands mean."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of exit codes."""
        with formatter.section(_("Kode keluar, untuk semua perintah")):
            formatter.write_dl([(str(int(code)), _(words)) for code, words in EXIT_WORDS.items()])


main_group = _Main(
    "qlue-desk",
    lazy=COMMANDS,
    invoke_without_command=True,
    callback=click.pass_context(_main),
    help=N_("Meja dinas untuk menindaklanjuti laporan warga. Tanpa perintah, meja dibuka."),
    params=[
        DeskOption(["--config"], metavar="FILE", help=N_("berkas pengaturan")),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=lambda context, _parameter, value: _version(context) if value else None,
            help="qlue-desk " + __version__,
        ),
    ],
)


def _version(context: click.Context) -> None:
    say(f"qlue-desk {__version__}")
    context.exit()
