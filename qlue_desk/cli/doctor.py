"""`doctor`: what is wrong with terminal, data, clock and server, each with its mend in one sentence."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from qlue_desk.cli.exits import Exit
from qlue_desk.cli.finding import Finding
from qlue_desk.cli.lazy import command, unknown_word
from qlue_desk.cli.output import say, write_json
from qlue_desk.cli.running import named_config
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.cli.terminal_checks import glyph_findings, terminal_findings
from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.phrases import number
from qlue_desk.settings import Settings, SettingsError, find_file, load
from qlue_desk.settings_check import key_lines
from qlue_desk.store.disk import is_full
from qlue_desk.words import _, n_

DATABASE_FILE = "desk.db"
_KEYS_MEND = N_("Perbaiki atau hapus baris itu; nama tindakan ada di layar bantuan (?).")
CLOCK_SECONDS = 60


@command(
    "doctor", N_("Periksa terminal, warna, lambang, basis data, jam, pusat; apa yang salah dan obatnya.")
)
@click.pass_context
@pass_shell
def doctor(shell: Shell, context: click.Context, json_output: bool) -> int:
    """Look at everything; 1 when something is wrong."""
    root = context.find_root()
    findings = list(examine(shell, root.params.get("config")))
    wrong = [finding for finding in findings if finding.ok is False]
    if json_output:
        write_json({"ok": not wrong, "checks": findings})
        return int(Exit.FAILED if wrong else Exit.DONE)
    for finding in findings:
        mark = {True: "✓", False: "✗", None: "–"}[finding.ok]
        say(f"{mark} {finding.what}: {finding.found}")
        if finding.mend:
            say(f"    {finding.mend}")
    say(_verdict(findings))
    return int(Exit.FAILED if wrong else Exit.DONE)


def _verdict(findings: list[Finding]) -> str:
    """The last line: it calls all well only where all has been looked at."""
    wrong = sum(finding.ok is False for finding in findings)
    unseen = sum(finding.ok is None for finding in findings)
    if wrong:
        return n_("{n} hal perlu dibenahi.", wrong).format(n=number(wrong))
    if unseen:
        return n_("Tidak ada yang salah; {n} hal tidak bisa diperiksa (–).", unseen).format(n=number(unseen))
    return _("Semua baik.")


def examine(shell: Shell, config: str | None) -> Iterator[Finding]:
    """Every check; one that breaks is a finding itself."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _settings(config),
        lambda: _own_keys(config),
        lambda: _own_views(config, shell.home),
        _versions,
        terminal_findings,
        glyph_findings,
        _sqlite,
        lambda: _folder(shell.home),
        lambda: _database(shell.home),
        lambda: _log(shell.home),
        lambda: _server(shell),
    )
    for check in checks:
        try:
            yield from check()
        except Exception as error:
            yield Finding(_("Pemeriksaan"), False, f"{type(error).__name__}: {error}", _("Laporkan ini."))


def _settings(config: str | None) -> Iterator[Finding]:
    what = _("Pengaturan")
    try:
        path = find_file(named_config(["--config", config] if config else []))
        load(path)
    except SettingsError as error:
        yield Finding(
            what, False, error.sentence(_), _("Perbaiki baris itu; semua pengaturan ada di config.toml.")
        )
    else:
        yield Finding(what, True, str(path) if path else _("bawaan"))


def _own_keys(config: str | None) -> Iterator[Finding]:
    """`[keys]`: the ids are the desk's, which no other command loads."""
    found = _readable(config)
    if found is None or not found[1].keys:
        return
    from qlue_desk.desk.actions import ACTION_BY_ID, KeyClash, check_keys

    path, settings = found
    what = _("Tombol sendiri")
    lines = key_lines(path.read_text("utf-8"))
    unknown = [name for name in settings.keys if name not in ACTION_BY_ID]
    for name in unknown:
        line = lines.get(("keys", name), 1)
        yield Finding(what, False, f"{path}:{line}: {unknown_word(name, list(ACTION_BY_ID))}", _(_KEYS_MEND))
    if unknown:
        return
    try:
        check_keys(settings.keys)
    except KeyClash as clash:
        line = next((lines[("keys", name)] for name in clash.ids if ("keys", name) in lines), 1)
        yield Finding(what, False, f"{path}:{line}: {clash}", _(_KEYS_MEND))
    else:
        yield Finding(what, True, ", ".join(settings.keys))


def _own_views(config: str | None, home: Path) -> Iterator[Finding]:
    """`[views]`: their queries name the city's own places, so a desk that has signed in is needed."""
    found = _readable(config)
    if found is None or not (found[1].views or found[1].notify.query) or not (home / DATABASE_FILE).exists():
        return
    from qlue_desk.casework.view_file import ViewFile
    from qlue_desk.casework.workplace import NotLoggedIn, Workplace
    from qlue_desk.domain.query import QueryError
    from qlue_desk.store.errors import StoreError

    path, settings = found
    what = _("Tampilan sendiri")
    try:
        workplace = Workplace.open(home)
    except (NotLoggedIn, StoreError):
        return
    try:
        wrong = list(ViewFile(path, settings).problems(workplace, _).values())
        rule = settings.notify.query.strip()
        if rule:
            try:
                workplace.query(rule)
            except QueryError as error:
                line = key_lines(path.read_text("utf-8")).get(("notify", "query"), 1)
                wrong.append(f"{path}:{line}: query: {error.sentence(_)}")
    finally:
        workplace.close()
    for sentence in wrong:
        yield Finding(what, False, sentence, _("Perbaiki kueri itu."))
    if not wrong and settings.views:
        yield Finding(what, True, ", ".join(settings.views))


def _readable(config: str | None) -> tuple[Path, Settings] | None:
    """The file of settings where there is a sound one; what is wrong with another was said before."""
    try:
        path = find_file(named_config(["--config", config] if config else []))
        return None if path is None else (path, load(path))
    except SettingsError:
        return None


def _versions() -> Iterator[Finding]:
    from importlib.metadata import version

    import qlue_desk

    python = ".".join(str(part) for part in sys.version_info[:3])
    found = f"qlue-desk {qlue_desk.__version__}, Python {python}, Textual {version('textual')}"
    yield Finding(_("Versi"), True, found)


def _sqlite() -> Iterator[Finding]:
    """In a database that is thrown away: a desk that has none yet can be looked at too."""
    from qlue_desk.store.database import Store
    from qlue_desk.store.errors import StoreError

    with tempfile.TemporaryDirectory() as folder:
        try:
            store = Store.open(Path(folder))
        except StoreError as error:
            mend = _("Perbarui: pip install --upgrade sqlcipher3 (versi lama dapat merusak data).")
            yield Finding("SQLite", False, error.sentence(_), mend)
            return
        try:
            yield Finding("SQLite", True, store.reading(_sqlite_version))
        finally:
            store.close()


def _sqlite_version() -> str:
    from qlue_desk.store.bound import connection

    row = connection().execute("SELECT sqlite_version()").fetchone()
    return str(row[0])


def _folder(home: Path) -> Iterator[Finding]:
    from qlue_desk.store import ballast
    from qlue_desk.store.errors import StoreError
    from qlue_desk.store.location import refuse_network

    what = _("Folder data")
    try:
        refuse_network(home)
        _try_to_write(home)
    except StoreError as error:
        yield Finding(what, False, error.sentence(_), _("Pilih folder lain dengan QLUE_DESK_HOME."))
        return
    except OSError as error:
        found = _("{path}: {why}").format(path=home, why=_(reason_of(error)))
        mend = _("Beri hak tulis pada folder itu, atau pilih lain dengan QLUE_DESK_HOME.")
        yield Finding(what, False, found, mend)
        return
    if not home.exists():
        yield Finding(what, None, str(home), _("Dibuat saat pertama masuk: qlue-desk login."))
        return
    yield Finding(what, True, str(home))
    if ballast.running_out(home):
        yield Finding(_("Ruang cakram"), False, _("hampir habis"), _("Kosongkan ruang pada cakram itu."))
    else:
        free = shutil.disk_usage(home).free / 1e9
        yield Finding(_("Ruang cakram"), True, _("{n} GB bebas").format(n=round(free, 1)))
    token = home / "token"
    if token.exists() and sys.platform != "win32":
        mode = stat.S_IMODE(token.stat().st_mode)
        private = mode & 0o077 == 0
        mend = "" if private else _("Jalankan: chmod 600 {path}").format(path=token)
        yield Finding(_("Berkas token"), private, f"{mode:04o}", mend)


def _try_to_write(home: Path) -> None:
    """Make a folder where the data folder is, or would be, and take it away again.

    :raises OSError: when that cannot be; a full disk is another matter.
    """
    there = home
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    try:
        os.rmdir(tempfile.mkdtemp(dir=there))
    except OSError as error:
        if not is_full(error):
            raise


def _database(home: Path) -> Iterator[Finding]:
    what = _("Basis data")
    if not (home / DATABASE_FILE).exists():
        yield Finding(what, None, _("belum ada"))
        return
    from qlue_desk.store import position
    from qlue_desk.store.database import Store
    from qlue_desk.store.errors import StoreError

    try:
        store = Store.open(home)
    except StoreError as error:
        yield Finding(
            what,
            False,
            error.sentence(_),
            _("Simpan kotak keluar (qlue-desk outbox export), pindahkan desk.db, lalu masuk lagi."),
        )
        return
    try:
        if store.read_only is not None:
            yield Finding(what, False, store.read_only.sentence(_), _("Perbarui qlue-desk."))
            return
        found = store.reading(_integrity)
        mend = "" if found == "ok" else _("Simpan kotak keluar (qlue-desk outbox export), lalu masuk lagi.")
        yield Finding(what, found == "ok", found, mend)
        if store.reading(position.cursor) is None:
            yield Finding(
                _("Salinan laporan"), None, _("belum pernah diambil"), _("Jalankan: qlue-desk sync.")
            )
    finally:
        store.close()


def _log(home: Path) -> Iterator[Finding]:
    """The outbox's twin: told only where it is damaged."""
    from qlue_desk.store import twin

    damaged = twin.read(home / twin.FILE).damaged
    if damaged:
        yield Finding(
            twin.FILE,
            False,
            _("{n} baris rusak").format(n=damaged),
            _("Periksa laporan yang terakhir Anda kerjakan, lalu jalankan: qlue-desk sync."),
        )


def _integrity() -> str:
    from qlue_desk.store.bound import connection

    rows = connection().execute("PRAGMA integrity_check").fetchall()
    return "; ".join(str(row[0]) for row in rows[:3])


def _server(shell: Shell) -> Iterator[Finding]:
    import datetime as dt

    if not (shell.home / DATABASE_FILE).exists():
        yield Finding(
            _("Pusat"), None, _("meja ini belum terhubung"), _("Jalankan: qlue-desk login URL --code KODE.")
        )
        return
    from qlue_desk.protocol import Session
    from qlue_desk.store.database import Store
    from qlue_desk.store.errors import StoreError
    from qlue_desk.sync.errors import NotEnrolled, SyncError
    from qlue_desk.sync.signing_in import transport_for

    try:
        store = Store.open(shell.home)
    except StoreError:
        return  # told with the database
    try:
        transport = transport_for(store, private_ca=shell.private_ca())
        try:
            session = transport.send("GET", "/v1/session", Session)
        finally:
            transport.close()
    except NotEnrolled as error:
        yield Finding(_("Pusat"), None, error.sentence())
        return
    except SyncError as error:
        mend = _("Pekerjaan tetap tersimpan; periksa jaringan atau alamat pusat.")
        yield Finding(_("Pusat"), False, error.sentence(), mend)
        return
    finally:
        store.close()
    yield Finding(_("Pusat"), True, f"{session.city.name} · {session.desk.name or session.desk.id}")
    yield from compatibility(session.protocol_min, session.protocol_max, session.min_client)
    off = abs((session.server_time - dt.datetime.now(dt.UTC)).total_seconds())
    mend = "" if off < CLOCK_SECONDS else _("Setel jam mesin ini (NTP); tenggat dihitung jam pusat.")
    yield Finding(_("Jam"), off < CLOCK_SECONDS, _("selisih {n} dtk").format(n=round(off)), mend)


def compatibility(oldest: int, newest: int, min_client: str) -> Iterator[Finding]:
    """Whether this desk and a central of those protocols, which wants at least that desk, understand each other."""
    from qlue_desk import __version__
    from qlue_desk.protocol import PROTOCOL

    what = _("Versi pusat")
    if newest < PROTOCOL:
        found = _("pusat lebih lama dari meja ini (protokol {n})").format(n=newest)
        yield Finding(what, False, found, _("Minta pengelola memperbarui pusat; pekerjaan tetap tersimpan."))
    elif oldest > PROTOCOL or _numbers(__version__) < _numbers(min_client):
        found = _("pusat memerlukan meja yang lebih baru (paling sedikit {version})").format(
            version=min_client
        )
        mend = _("Perbarui: pip install --upgrade qlue-desk; yang tercatat tetap dikirim.")
        yield Finding(what, False, found, mend)
    else:
        yield Finding(what, True, _("cocok (protokol {n})").format(n=PROTOCOL))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
