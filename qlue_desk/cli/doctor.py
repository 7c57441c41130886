"""`doctor`: what is wrong with terminal, data, clock and server, each with its mend in one sentence."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from qlue_desk.cli.central_checks import central_findings
from qlue_desk.cli.data_checks import (
    DATABASE_FILE,
    FREE_THE_DISK,
    database_findings,
    folder_findings,
    log_findings,
    sealed_findings,
)
from qlue_desk.cli.exits import Exit
from qlue_desk.cli.finding import Finding
from qlue_desk.cli.lazy import command, unknown_word
from qlue_desk.cli.output import say, write_json
from qlue_desk.cli.running import named_config
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.cli.terminal_checks import glyph_findings, terminal_findings
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.settings import Settings, SettingsError, find_file, load, own_file
from qlue_desk.settings_check import key_lines
from qlue_desk.words import _, n_

_KEYS_MEND = N_("Perbaiki atau hapus baris itu; nama tindakan ada di layar bantuan (?).")


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
        lambda: folder_findings(shell.home),
        lambda: database_findings(shell.home),
        lambda: log_findings(shell.home),
        lambda: sealed_findings(shell.home),
        lambda: central_findings(shell),
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
        wrong = list(load(path).wrong_macros.values())
    except SettingsError as error:
        path, wrong = None, [error]
    mend = _("Perbaiki baris itu; semua pengaturan ada di config.toml.")
    for mistake in wrong:
        yield Finding(what, False, mistake.sentence(_), mend)
    if not wrong:
        usual = _("bawaan; yang lain ditulis di {path}").format(path=own_file())
        yield Finding(what, True, str(path) if path else usual)


def _own_keys(config: str | None) -> Iterator[Finding]:
    """`[keys]`: the ids are the desk's, which no other command loads."""
    found = _readable(config)
    if found is None or not found[1].keys:
        return
    from qlue_desk.desk.actions import ACTION_BY_ID
    from qlue_desk.desk.keys import KeyClash, check_keys

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
    if (
        found is None
        or not (found[1].views or found[1].notify.query)
        or not os.path.isfile(home / DATABASE_FILE)
    ):
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
    from qlue_desk.store.errors import DiskFull, StoreError

    with tempfile.TemporaryDirectory() as folder:
        try:
            store = Store.open(Path(folder))
        except DiskFull as error:
            yield Finding("SQLite", False, error.sentence(_), _(FREE_THE_DISK))
            return
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
