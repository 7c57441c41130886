"""Every setting of a desk and of a city's server, typed; `config.toml` is the same list with comments.

A wrong key or value stops with file, line, what was found and what is allowed: a setting that is
silently ignored is worse than none. Secrets are never in here.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from qlue_desk.domain import macro_text
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.protocol import JOURNAL_DAYS
from qlue_desk.settings_check import Checker, Mistake, SettingsError

__all__ = ["Macro", "Section", "Settings", "SettingsError", "find_file", "home_folder", "load", "read"]

Seconds = Annotated[int, msgspec.Meta(ge=1, le=3600)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
PerMinute = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Version = Annotated[str, msgspec.Meta(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$", examples=["1.4.0"])]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d)?$", examples=["21:00"])]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all tables of config.toml; a `mistake` of a table's values together is told like any other."""


ColumnName = Literal[
    "number", "due", "status", "kelurahan", "category", "title", "holder", "dinas", "channel", "age"
]
"""What the list can show; each is drawn by its row in `desk/queue/columns.py`."""


class Ui(Section, frozen=True):
    """How the desk looks."""

    language: Literal["id", "en"] = "id"
    theme: Literal["auto", "dark", "light", "contrast", "colourblind", "ansi", "mono"] = "auto"
    """`auto` is dark, on a terminal of sixteen colours ansi, on one without mono. NO_COLOR wins over all."""
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """`auto` takes ASCII where the terminal says that it is not UTF-8."""
    photos: Literal["auto", "kitty", "sixel", "blocks", "ascii"] = "auto"
    """How the terminal shows photos; `auto` goes by its name."""
    columns: list[ColumnName] = []
    """Columns of the list in this order; empty takes the usual ones. The palette can change them."""
    start: Literal["auto", "queue", "summary"] = "auto"
    """What is opened first; `auto` is the summary for who leads a whole city and in a city that has not joined."""
    preview: bool = True
    """Show the report beside the list where there is room."""
    wide_columns: Annotated[int, msgspec.Meta(ge=80, le=400)] = 120
    """From this width on, list and detail stand side by side."""
    confirm_bulk: Annotated[int, msgspec.Meta(ge=2, le=10_000)] = 2
    """From so many marked reports on, a move asks first."""
    view_order: list[str] = []
    """Names of views in the order of the side bar (the first nine have the keys 1–9); others follow."""


class Sync(Section, frozen=True):
    """The line to central."""

    wait_seconds: Annotated[int, msgspec.Meta(ge=0, le=50)] = 25
    """How long central may hold a pull until something is new."""
    undo_seconds: Annotated[int, msgspec.Meta(ge=0, le=60)] = 5
    """How long an action of the open desk waits before it is sent, so that `u` can take it back."""
    retry_first_seconds: Seconds = 1
    retry_longest_seconds: Seconds = 60
    ca_file: str = ""
    """A certificate authority of the city's own; '' takes the machine's."""


class Notify(Section, frozen=True):
    """Which new reports are told of, and how."""

    query: str = "priority:emergency is:open"
    """A query line; '' tells of none."""
    toast: bool = True
    title: bool = True
    """How many came since the last key stands in the title of the window."""
    bell: bool = False
    osc9: bool = False
    """A notification of the desktop, where the terminal knows OSC 9."""
    quiet_from: ClockTime = ""
    quiet_until: ClockTime = ""
    """Between the two nothing is told; afterwards all at once."""


class Reply(Section, frozen=True):
    """A ready answer: a text with the move it goes with."""

    verb: str
    text: str
    public: bool = True


class Macro(Section, frozen=True):
    """Several actions in one: a move, notes, a holder and a priority, for the reports of a query."""

    label: str
    when: str = ""
    """A query line; only reports that it finds. '' fits every report that the rest is allowed for."""
    do: str = ""
    """A move by its English word or its Indonesian label."""
    to: str = ""
    """Where `do` leads, for moves that need it: a dinas, a party, a category."""
    reason: str = ""
    """The text of `do`."""
    reply: str = ""
    """A note that the reporter reads."""
    note: str = ""
    """A note for colleagues."""
    assign: str = ""
    """`me`, or a colleague's name."""
    priority: str = ""

    @property
    def verb(self) -> Verb | None:
        """The move of `do`."""
        return macro_text.VERB_BY_WORD.get(self.do.casefold())

    def mistake(self) -> Mistake | None:
        """What of it can never run."""
        return macro_text.mistake(self)


class Triage(Section, frozen=True):
    """How reports are worked through."""

    then_next: bool = False
    """After an act on one report the cursor goes on to the next one."""
    wake_hours: Annotated[int, msgspec.Meta(ge=0, le=240)] = 2
    """A report that was put aside comes back so many hours before its deadline; 0 only at it."""


class Export(Section, frozen=True):
    """Files for others."""

    format: Literal["csv", "json", "xlsx"] = "csv"
    folder: str = ""
    """Where exports go without a path; '' is the current folder."""


class Central(Section, frozen=True):
    """A city's server."""

    host: str = "127.0.0.1"
    port: Port = 8711
    database: str = ""
    """`postgresql://…`; '' keeps an SQLite file in the data folder."""
    min_client: Version = "0.0.0"
    """Older desks may push what they recorded, but not pull."""
    offline_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 30
    """How long a desk may show reports without hearing from central; 0 is for ever."""
    desk_per_minute: PerMinute = 1200
    """Requests of one desk."""
    public_per_minute: PerMinute = 600
    """Requests of one address to the citizen's page or to Open311."""
    feed_days: Annotated[int, msgspec.Meta(ge=JOURNAL_DAYS, le=3650)] = 60
    """How long the feed keeps events: not shorter than desks keep what they had sent."""
    blobs: str = ""
    """Where files of reports lie: `file:///…`, or `s3://…` and others that fsspec knows; '' is the data
    folder."""
    blob_quota_mb: Annotated[int, msgspec.Meta(ge=10, le=1_000_000)] = 2048
    """How much one desk may have sent that no report shows yet."""


class Shifts(Section, frozen=True):
    """When work is handed over."""

    starts: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^([01]\d|2[0-3]):[0-5]\d(, ?([01]\d|2[0-3]):[0-5]\d){0,5}$",
            examples=["07:00, 15:00, 23:00"],
        ),
    ] = "07:00, 15:00, 23:00"
    """Beginnings on the city's clock; each shift lasts until the next."""


class Serve(Section, frozen=True):
    """This desk in a browser."""

    host: str = "127.0.0.1"
    port: Port = 8722
    behind_proxy: str = ""
    """The https address that browsers see; '' where only this machine looks."""


class Demo(Section, frozen=True):
    """The demonstration."""

    city: str = "bogor"
    dinas: str = "dpupr"
    complaints: Count = 2130
    new_report_seconds: Seconds = 20
    seed: int = 2017


class Settings(Section, frozen=True):
    """All settings; what a file leaves out keeps its default."""

    ui: Ui = Ui()
    sync: Sync = Sync()
    notify: Notify = Notify()
    views: dict[str, str] = {}
    """Name to query; one of the same name as a role's takes its place, the others come after those.

    An empty query hides a role's view."""
    keys: dict[str, str] = {}
    """Id of an action to the keys that start it, separated by commas."""
    replies: dict[str, Reply] = {}
    macros: dict[str, Macro] = {}
    """Name to macro; the menu of `m` offers them in this order."""
    triage: Triage = Triage()
    export: Export = Export()
    shifts: Shifts = Shifts()
    central: Central = Central()
    serve: Serve = Serve()
    demo: Demo = Demo()
    wrong_macros: dict[str, SettingsError] = {}
    """Not written by anybody: macros of the file that can never run, which must not keep the rest from it."""

    unwritten: ClassVar[tuple[str, ...]] = ("wrong_macros",)


# --- where things lie ----------------------------------------------------------------------------


def home_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The data folder: `QLUE_DESK_HOME`, else the user's."""
    if given := environ.get("QLUE_DESK_HOME"):
        return Path(given).expanduser()
    from platformdirs import user_data_path

    return user_data_path("qlue-desk", appauthor=False)


LARGEST_FILE = 1024 * 1024
"""Bytes; a file of settings has some thousands."""


_NO_FILE = N_("{file}: itu bukan berkas biasa.")


def find_file(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The first of `--config`, `QLUE_DESK_CONFIG`, `QLUE_DESK_HOME`, `./config.toml`, the user's folder.

    None where there is none.

    :raises SettingsError: when a file that was named is not there.
    """
    named = path or (Path(environ["QLUE_DESK_CONFIG"]) if environ.get("QLUE_DESK_CONFIG") else None)
    if named is not None:
        if not _is_file(named):
            there = os.path.lexists(named)
            template = _NO_FILE if there else N_("{file}: berkas pengaturan tidak ditemukan.")
            raise SettingsError(template, file=str(named))
        return named
    from platformdirs import user_config_path

    # Beside the data that were named: a demonstration writes its settings there, and who names a folder means it
    # more than the one where a command happens to be typed, in a checkout that of the program's own file.
    beside = [Path(environ["QLUE_DESK_HOME"]).expanduser()] if environ.get("QLUE_DESK_HOME") else []
    for folder in (*beside, Path(), user_config_path("qlue-desk", appauthor=False)):
        candidate = folder / "config.toml"
        if _is_file(candidate):
            return candidate
        if folder in beside and os.path.lexists(candidate):  # elsewhere it may be anybody's
            raise SettingsError(_NO_FILE, file=str(candidate))
    return None


def _is_file(path: Path) -> bool:
    """:raises SettingsError: when nobody can tell: no right to look, or a name longer than any file's."""
    try:
        return path.is_file()
    except OSError as error:
        raise SettingsError(
            N_("{file}: tidak bisa dibaca ({why})."), file=str(path), why=reason_of(error)
        ) from error


def own_file(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the desk itself may write settings: the file that is read, else one in the user's folder.

    Absolute, because a person is told it: of `config.toml` alone nobody knows in which folder.
    """
    found = find_file(path, environ)
    if found is not None:
        return found.absolute()
    from platformdirs import user_config_path

    return user_config_path("qlue-desk", appauthor=False) / "config.toml"


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    :raises SettingsError: one sentence with file and line.
    """
    found = find_file(path, environ)
    return Settings() if found is None else read(found)


def read(path: Path) -> Settings:
    """Read one file; see `load`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SettingsError(
                N_("{file}: lebih besar dari {limit} kB; itu bukan berkas pengaturan."),
                file=str(path),
                limit=str(LARGEST_FILE // 1024),
            )
        text = path.read_text(encoding="utf-8-sig")  # some editors put a mark before it
    except OSError as error:
        raise SettingsError(
            N_("{file}: tidak bisa dibaca ({why})."), file=str(path), why=reason_of(error)
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(N_("{file}: bukan teks UTF-8."), file=str(path)) from error
    return read_text(text, path)


def read_text(text: str, path: Path) -> Settings:
    """The settings that a text means which stands (or is to stand) in the file `path`; see `load`."""
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise SettingsError(
            N_("{file}: terlalu banyak tingkat kurung di dalamnya."), file=str(path)
        ) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise SettingsError(
            N_("{file}:{line}: bukan TOML yang benar ({why})."),
            file=str(path),
            line=line.group(1) if line else "1",
            why=re.sub(r" \(at .*\)$", "", str(error)),
        ) from error
    checker = Checker(str(path), text)
    wrong = _take_wrong_macros(checker, values)
    return replace(checker.convert(Settings, values, ()), wrong_macros=wrong)


def _take_wrong_macros(checker: Checker, values: dict[str, Any]) -> dict[str, SettingsError]:
    """Take those out that cannot run; returns by their names what is wrong with them."""
    macros = values.get("macros")
    wrong: dict[str, SettingsError] = {}
    if not isinstance(macros, dict):
        return wrong
    for name, macro in list(macros.items()):
        try:
            checker.convert(Macro, macro, ("macros", name))
        except SettingsError as error:
            wrong[name] = error
            del macros[name]
    return wrong
