"""`demo`: a city of one's own to look at; central runs in a child process, the desk here."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qlue_desk.cli.exits import CommandFailed, Usage
from qlue_desk.cli.lazy import command, option, unknown_word
from qlue_desk.cli.output import Progress, warn, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.desk.opening_line import opening_line
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.demo.serving import Options, Served
    from qlue_desk.settings import Settings

_SEAT, _LOG = "desk-", "central.log"
"""How a demonstration's folder is laid out: a desk for each seat, and what its central said."""
ROLES = ("officer", "supervisor", "verifier", "operator", "city_supervisor")


@command("demo", N_("Peragaan: kota contoh dengan pusat di mesin ini; `q` keluar, datanya lalu dibuang."))
@option("--city", metavar="NAME", help=N_("kota (bogor)"))
@option("--as", "role", type=click.Choice(ROLES), default="officer", help=N_("duduk sebagai siapa (officer)"))
@option("--dinas", metavar="KEY", help=N_("dinas mana (dpupr)"))
@option("--complaints", type=click.IntRange(0, 1_000_000), metavar="N", help=N_("berapa laporan (2130)"))
@option("--data", type=click.Path(path_type=Path), metavar="DIR", help=N_("simpan datanya di sini"))
@option("--seed", type=int, metavar="N", help=N_("angka yang membuat kota yang sama lagi"))
@option("--serve-only", is_flag=True, help=N_("layani saja, tanpa meja; satu baris JSON"))
@pass_shell
def demo(
    shell: Shell,
    city: str | None,
    role: str,
    dinas: str | None,
    complaints: int | None,
    data: Path | None,
    seed: int | None,
    serve_only: bool,
    json_output: bool,
) -> int:
    """Show a city."""
    if not serve_only:
        from qlue_desk.cli.opening import need_terminal

        need_terminal()
        opening_line.begin(_("Membuka meja…"))
    settings = shell.settings.demo
    with _folder(data) as folder:
        options = _options(
            folder,
            data is None,
            city or settings.city,
            dinas or settings.dinas,
            settings.complaints if complaints is None else complaints,
            settings.seed if seed is None else seed,
            settings.new_report_seconds,
        )
        with _central(options, quiet=serve_only) as (process, served):
            if serve_only:
                return _serve_only(process, served)
            return _sit_down(shell, served, role, folder, kept=data is not None)


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    """The given folder, or one that is thrown away."""
    if data is not None:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield data.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="qlue-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _options(
    folder: Path, throw_away: bool, city: str, dinas: str, complaints: int, seed: int, pause: float
) -> Options:
    try:
        from qlue_desk.central.demo.serving import Options
    except ModuleNotFoundError as error:
        from qlue_desk.extras import requirement

        raise CommandFailed(
            _("Untuk ini perlu paket {package}: pasang pip install {what}.").format(
                package=error.name, what=requirement("central")
            ),
            code="missing_package",
        ) from error
    from qlue_desk.cities import load_shipped, shipped

    if city not in shipped():
        raise Usage(unknown_word(city, shipped()))
    keys = [d.key for d in load_shipped(city).dinas if d.active and not d.outside]
    if dinas not in keys:
        raise Usage(unknown_word(dinas, keys))
    return Options(str(folder), city, dinas, complaints, seed, pause, throw_away)


@contextmanager
def _central(options: Options, *, quiet: bool) -> Iterator[tuple[subprocess.Popen[bytes], Served]]:
    """The child process; closing its standard input ends it, also when this process is killed."""
    import msgspec

    # What the server has to say must not be written over the desk's screen.
    with open(Path(options.data) / _LOG, "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "qlue_desk.central.demo.serving", msgspec.json.encode(options).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if quiet else log,
            start_new_session=True,
        )
    try:
        if not quiet:
            import_module("qlue_desk.desk.run")  # textual loads while the child is busy
        yield process, _wait_until_served(process, quiet=quiet)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(6)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_served(process: subprocess.Popen[bytes], *, quiet: bool) -> Served:
    import msgspec

    from qlue_desk.central.demo.serving import Failed, Line, Served

    progress = Progress(_("Menyiapkan kota contoh"), quiet=quiet)
    assert process.stdout is not None
    for raw in process.stdout:
        line = msgspec.json.decode(raw, type=Line)
        if isinstance(line, Served):
            return line
        if isinstance(line, Failed):
            opening_line.end()
            raise CommandFailed(line.message, code="demo")
        opening_line.end()
        progress(line.done, line.total)
    raise CommandFailed(_("Pusat peragaan berhenti sebelum siap."), code="demo")


def _serve_only(process: subprocess.Popen[bytes], served: Served) -> int:
    import signal

    import msgspec

    def leave(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    told = msgspec.to_builtins(served)
    told.pop("type", None)
    write_json(told, one_line=True)
    try:
        process.wait()
    except KeyboardInterrupt:
        return 0
    return 1


def _sit_down(shell: Shell, served: Served, role: str, folder: Path, *, kept: bool) -> int:
    """Make the desk if it is new, sign in, fetch, and open it."""
    opening_line.begin(_("Membuka meja…"))
    from qlue_desk.desk.run import DemoInfo, run
    from qlue_desk.store.database import Store
    from qlue_desk.sync import signing_in
    from qlue_desk.sync.engine import Engine

    seat = served.users[role]
    home = folder / f"{_SEAT}{seat.dinas}-{role}"
    store = Store.open(home)
    try:
        # The address changes with each start; the token of this start fits it.
        signing_in.adopt_token(served.url, served.tokens[role], store)
        signing_in.sign_in(store, seat.user, seat.password)
        engine = Engine(store, home)
        opening_line.end()  # a bar is drawn there
        engine.once(Progress(_("Mengambil laporan")))
        engine.stop()
    finally:
        store.close()
        opening_line.end()
    opening_line.begin(_("Membuka meja…"))
    give_macros(shell.settings, home)
    try:
        code = run(
            home, _with_kept_settings(shell.settings, home), DemoInfo(served.url, folder if kept else None)
        )
    finally:
        opening_line.end()
    if kept:
        warn(_("Data peragaan disimpan di {folder}.").format(folder=folder))
    return code


def command_of_seat(home: Path) -> str:
    """The command that opens the demonstration's desk in this folder; '' where it is no demonstration's."""
    dinas, _dash, role = home.name.removeprefix(_SEAT).rpartition("-")
    if not home.name.startswith(_SEAT) or role not in ROLES or not (home.parent / _LOG).is_file():
        return ""
    command = f"qlue-desk demo --data {shlex.quote(str(home.parent))} --as {role}"
    return f"{command} --dinas {dinas}" if role in ("officer", "supervisor") else command


def give_macros(settings: Settings, home: Path) -> None:
    """The macros of docs/macros.md, into a new demonstration of somebody who has none yet: `m` is to be tried there."""
    kept = home / "config.toml"
    if not settings.macros and not settings.views and not kept.exists():
        kept.write_bytes((Path(__file__).parent / "demo_macros.toml").read_bytes())


def _with_kept_settings(settings: Settings, home: Path) -> Settings:
    """A demonstration has its views and macros beside its data, never in the person's own file.

    Where there are any, no others count, as for commands with this folder as their `QLUE_DESK_HOME`.
    """
    from msgspec.structs import replace

    from qlue_desk.settings import read

    kept = home / "config.toml"
    if not kept.is_file():
        return settings
    found = read(kept)
    return replace(
        settings,
        views=found.views,
        ui=replace(settings.ui, view_order=found.ui.view_order),
        macros=found.macros,
        wrong_macros=found.wrong_macros,
    )
