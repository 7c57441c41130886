"""From arguments to an exit code: settings, language, and every error as one sentence.

A traceback on a user's screen is a bug: what nobody foresaw goes to a log file in the data folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from qlue_desk import error_log, words
from qlue_desk.cli.exits import CommandFailed, Exit, Usage
from qlue_desk.cli.output import finish, tell_failure
from qlue_desk.cli.usage import usage_sentence
from qlue_desk.domain.system import reason_of
from qlue_desk.domain.text import clean
from qlue_desk.settings import Settings, SettingsError, home_folder, load
from qlue_desk.words import _


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        code = _run(arguments)
        finish()
        return code
    except BaseException as error:
        failure = failure_of(error)
        if failure is None:
            if error_log.debugging():
                raise
            failure = CommandFailed(_unforeseen(error), code="internal")
        tell_failure(failure, arguments)
        return int(failure.exit_code)


def _run(arguments: list[str]) -> int:
    from qlue_desk.cli.shell import Shell
    from qlue_desk.cli.table import main_group

    settings = _settings(arguments)
    words.set_language(settings.ui.language)
    shell = Shell(settings, home_folder(), named_config(arguments))
    result = main_group.main(arguments, prog_name="qlue-desk", standalone_mode=False, obj=shell)
    return result if isinstance(result, int) else int(Exit.DONE)


def _settings(arguments: list[str]) -> Settings:
    """Read before click parses, so that help and usage errors speak the chosen language.

    `doctor` must be able to say what is wrong with a file, so it starts with the defaults.
    """
    try:
        return load(named_config(arguments))
    except SettingsError:
        if "doctor" in arguments or "--help" in arguments:
            return Settings()
        raise


def named_config(arguments: list[str]) -> Path | None:
    """The file after `--config`."""
    for position, argument in enumerate(arguments):
        if argument == "--config" and position + 1 < len(arguments):
            return Path(arguments[position + 1])
        if argument.startswith("--config="):
            return Path(argument.partition("=")[2])
    return None


def failure_of(error: BaseException) -> CommandFailed | None:
    """What a foreseen error means for the exit code; None for one that nobody foresaw."""
    match error:
        case CommandFailed():
            return error
        case SettingsError():
            return CommandFailed(error.sentence(_), exit_code=Exit.USAGE, code="settings")
        case click.exceptions.Exit():
            return CommandFailed("", exit_code=Exit.DONE if not error.exit_code else Exit.FAILED)
        case click.ClickException():
            return Usage(usage_sentence(error))
        case KeyboardInterrupt() | click.Abort():
            return CommandFailed(_("Dihentikan."), code="interrupted")
    return _failure_of_a_room(error)


def _failure_of_a_room(error: BaseException) -> CommandFailed | None:
    """Errors of lower floors; only of modules that are loaded, so that none is loaded for this."""
    sync = sys.modules.get("qlue_desk.sync.errors")
    if sync is not None and isinstance(error, sync.SyncError):
        if isinstance(error, sync.Offline):
            return CommandFailed(error.sentence(), exit_code=Exit.OFFLINE, code="offline")
        if isinstance(error, sync.BadAuthority):
            return CommandFailed(error.sentence(), exit_code=Exit.USAGE, code="settings")
        if isinstance(error, sync.NotEnrolled):
            return CommandFailed(error.sentence(), exit_code=Exit.NOT_PERMITTED, code="not_logged_in")
        if isinstance(error, (sync.NotSignedIn, sync.Forbidden, sync.SignInFailed, sync.OtherDesk)):
            return CommandFailed(error.sentence(), exit_code=Exit.NOT_PERMITTED, code="not_permitted")
        if isinstance(error, (sync.Busy, sync.ServerFailed)):
            return CommandFailed(error.sentence(), exit_code=Exit.OFFLINE, code="busy")
        return CommandFailed(error.sentence(), code="sync")
    found = _failure_at_the_desk(error)
    if found is not None:
        return found
    bundle = sys.modules.get("qlue_desk.bundle")
    if bundle is not None and isinstance(error, bundle.BundleProblem):
        return CommandFailed(error.sentence(_), code="bundle")
    central = sys.modules.get("qlue_desk.central.errors")
    if central is not None and isinstance(error, central.CentralError):
        exit_code = Exit.NOT_PERMITTED if isinstance(error, central.NotAllowed) else Exit.FAILED
        return CommandFailed(error.sentence(_), exit_code=exit_code, code="central")
    intake = sys.modules.get("qlue_desk.central.intake.errors")
    if intake is not None and isinstance(error, intake.IntakeError):
        return CommandFailed(str(error), code="intake")
    cities = sys.modules.get("qlue_desk.cities.errors")
    if cities is not None and isinstance(error, cities.CityFileError):
        return CommandFailed(error.sentence(_), exit_code=Exit.USAGE, code="city_file")
    if isinstance(error, OSError) and error.filename is not None:
        path = clean(str(error.filename), multiline=False)
        return CommandFailed(
            _("Berkas {path} tidak bisa dipakai: {why}.").format(path=path, why=_(reason_of(error))),
            code="file",
        )
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("qlue_desk"):
        from qlue_desk.extras import requirement

        extra = _EXTRA_OF.get(error.name or "", "central")
        return CommandFailed(
            _("Untuk ini perlu paket {package}: pasang pip install {what}.").format(
                package=error.name, what=requirement(extra)
            ),
            code="not_installed",
        )
    return None


_EXTRA_OF = {"openpyxl": "export", "aiohttp": "serve", "textual_serve": "serve"}
"""Packages that are installed by choice; all others belong to a city's server."""


def _failure_at_the_desk(error: BaseException) -> CommandFailed | None:
    """Errors of store, casework and the query line."""
    from qlue_desk.cli.shell import refused

    keys = sys.modules.get("qlue_desk.desk.keys")
    if keys is not None and isinstance(error, keys.KeyClash):
        return CommandFailed(str(error), exit_code=Exit.USAGE, code="settings")
    casework, workplace, store, query = (
        sys.modules.get(f"qlue_desk.{name}")
        for name in ("casework.errors", "casework.workplace", "store.errors", "domain.query")
    )
    if casework is not None and isinstance(error, casework.Refused):
        return refused(error.refusal)
    if workplace is not None and isinstance(error, workplace.NotLoggedIn):
        return CommandFailed(error.sentence(_), exit_code=Exit.NOT_PERMITTED, code="not_logged_in")
    if query is not None and isinstance(error, query.QueryError):
        return CommandFailed(error.sentence(_), exit_code=Exit.USAGE, code="query")
    if store is not None and isinstance(error, store.StoreError):
        return CommandFailed(error.sentence(_), code="store")
    return None


def _unforeseen(error: BaseException) -> str:
    """Write the traceback to the log and say where it is."""
    path = error_log.write(home_folder(), error)
    if path is None:
        return _("Terjadi kesalahan yang tidak terduga: {why}.").format(why=type(error).__name__)
    return _("Terjadi kesalahan yang tidak terduga ({why}); rinciannya di {path}.").format(
        why=type(error).__name__, path=path
    )
