"""Every setting of a desk and of a city's server, typed; `config.toml` is the same list with comments.

A wrong key or value stops with file, line, what was found and what is allowed: a setting that is
silently ignored is worse than none. Secrets are never in here.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.protocol import JOURNAL_DAYS

Seconds = Annotated[int, msgspec.Meta(ge=1, le=3600)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
PerMinute = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Version = Annotated[str, msgspec.Meta(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$", examples=["1.4.0"])]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all tables of config.toml."""


class Ui(Section, frozen=True):
    """How the desk looks."""

    language: Literal["id", "en"] = "id"
    theme: Literal["dark", "light", "contrast"] = "dark"
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """`auto` takes ASCII where the terminal says that it is not UTF-8."""
    preview: bool = True
    """Show the report beside the list where there is room."""
    wide_columns: Annotated[int, msgspec.Meta(ge=80, le=400)] = 120
    """From this width on, list and detail stand side by side."""
    confirm_bulk: Annotated[int, msgspec.Meta(ge=2, le=10_000)] = 2
    """From so many marked reports on, a move asks first."""


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


class Reply(Section, frozen=True):
    """A ready answer: a text with the move it goes with."""

    verb: str
    text: str
    public: bool = True


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
    views: dict[str, str] = {}
    """Name to query; they take the numbers 1–9 in this order, before those of the role."""
    keys: dict[str, str] = {}
    """Id of an action to the keys that start it, separated by commas."""
    replies: dict[str, Reply] = {}
    export: Export = Export()
    shifts: Shifts = Shifts()
    central: Central = Central()
    demo: Demo = Demo()


Table = TypeVar("Table", bound=Section)


class SettingsError(Exception):
    """A file of settings that cannot be taken; `str()` is one sentence with file and line."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template.format(**values))
        self.template = template
        self.values = values

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        values = {key: translate(value) if key == "why" else value for key, value in self.values.items()}
        return translate(self.template).format(**values)


# --- where things lie ----------------------------------------------------------------------------


def home_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The data folder: `QLUE_DESK_HOME`, else the user's."""
    if given := environ.get("QLUE_DESK_HOME"):
        return Path(given).expanduser()
    from platformdirs import user_data_path

    return user_data_path("qlue-desk", appauthor=False)


def find_file(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The first of `--config`, `QLUE_DESK_CONFIG`, `./config.toml`, the user's folder; None for none.

    :raises SettingsError: when a file that was named is not there.
    """
    named = path or (Path(environ["QLUE_DESK_CONFIG"]) if environ.get("QLUE_DESK_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise SettingsError(N_("{file}: berkas pengaturan tidak ditemukan."), file=str(named))
        return named
    from platformdirs import user_config_path

    for candidate in (Path("config.toml"), user_config_path("qlue-desk", appauthor=False) / "config.toml"):
        if candidate.is_file():
            return candidate
    return None


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    :raises SettingsError: one sentence with file and line.
    """
    found = find_file(path, environ)
    return Settings() if found is None else read(found)


def read(path: Path) -> Settings:
    """Read one file; see `load`."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(
            N_("{file}: tidak bisa dibaca ({why})."), file=str(path), why=reason_of(error)
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(N_("{file}: bukan teks UTF-8."), file=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise SettingsError(
            N_("{file}:{line}: bukan TOML yang benar ({why})."),
            file=str(path),
            line=line.group(1) if line else "1",
            why=re.sub(r" \(at .*\)$", "", str(error)),
        ) from error
    return _Checker(str(path), text).convert(Settings, values, ())


# --- checking ------------------------------------------------------------------------------------


class _Checker:
    """Turns what TOML gave into structs, and points at the line where it cannot."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = key_lines(text)

    def convert(self, kind: type[Table], values: Any, path: tuple[str, ...]) -> Table:
        if not isinstance(values, dict):
            self._fail(path, values, f"[{'.'.join(path)}]", [])
        hints = get_type_hints(kind, include_extras=True)
        for key in values:
            if key not in hints:
                self._unknown(path, key, list(hints))
        required = [f.name for f in msgspec.structs.fields(kind) if f.required and f.name not in values]
        if required:
            self._missing(path, required[0])
        return kind(**{key: self._value(hints[key], value, (*path, key)) for key, value in values.items()})

    def _value(self, kind: Any, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(kind, type) and issubclass(kind, Section):
            return self.convert(kind, value, path)
        if get_origin(kind) is dict:
            if not isinstance(value, dict):
                self._fail(path, value, f"[{'.'.join(path)}]", [])
            return {key: self._value(get_args(kind)[1], item, (*path, key)) for key, item in value.items()}
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            self._fail(path, value, allowed_words(kind), choices(kind))

    def _line(self, path: tuple[str, ...]) -> str:
        while path and path not in self.lines:
            path = path[:-1]
        return str(self.lines.get(path, 1))

    def _unknown(self, path: tuple[str, ...], key: str, known: list[str]) -> NoReturn:
        place = f"[{'.'.join(path)}]" if path else self.file
        near = difflib.get_close_matches(key, known, 1, 0.5)
        template = (
            N_("{file}:{line}: “{key}” bukan pengaturan {place}; mungkin “{near}”. Yang ada: {known}.")
            if near
            else N_("{file}:{line}: “{key}” bukan pengaturan {place}. Yang ada: {known}.")
        )
        raise SettingsError(
            template,
            file=self.file,
            line=self._line((*path, key)),
            key=key,
            place=place,
            near=near[0] if near else "",
            known=", ".join(known),
        )

    def _missing(self, path: tuple[str, ...], key: str) -> NoReturn:
        raise SettingsError(
            N_("{file}:{line}: [{place}] belum punya “{key}”."),
            file=self.file,
            line=self._line(path),
            place=".".join(path),
            key=key,
        )

    def _fail(self, path: tuple[str, ...], value: Any, allowed: str, options: list[str]) -> NoReturn:
        near = difflib.get_close_matches(str(value), options, 1, 0.5)
        template = (
            N_("{file}:{line}: {key} = {found} tidak bisa; mungkin “{near}”. Yang boleh: {allowed}.")
            if near
            else N_("{file}:{line}: {key} = {found} tidak bisa. Yang boleh: {allowed}.")
        )
        raise SettingsError(
            template,
            file=self.file,
            line=self._line(path),
            key=".".join(path),
            found=toml_word(value),
            near=near[0] if near else "",
            allowed=allowed,
        )


_HEADER = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^.\s]+))\s*\.?""")


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(next(part for part in match.groups("") if part) for match in _PART.finditer(dotted))


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Line (from 1) of each header and key; tomllib itself forgets them."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header.group(1))
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key.group(1))), number)
    return lines


def choices(kind: Any) -> list[str]:
    """The words that a setting takes, [] where it is not a choice."""
    return [str(word) for word in get_args(kind)] if get_origin(kind) is Literal else []


def allowed_words(kind: Any) -> str:
    """What a setting takes, for a sentence: `id, en`, `10–1000`, `true atau false`."""
    if options := choices(kind):
        return ", ".join(f"“{word}”" for word in options)
    if get_origin(kind) in (Union, types.UnionType):
        return ", ".join(allowed_words(part) for part in get_args(kind))
    if get_origin(kind) is Annotated:
        meta = next(part for part in get_args(kind)[1:] if isinstance(part, msgspec.Meta))
        return f"“{meta.examples[0]}”" if meta.examples else f"{meta.ge}–{meta.le}"
    return {bool: "true, false", int: "0, 1, 2, …", str: "“…”"}.get(kind, str(kind))


def toml_word(value: Any) -> str:
    """A value as config.toml writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)
