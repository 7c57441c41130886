"""Checking a file of settings: wrong keys and values are told with file, line and what is allowed."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin

import msgspec

from qlue_desk.domain.macro_text import Value
from qlue_desk.domain.moves import N_

Mistake = tuple[str, str, dict[str, Value]]
"""Key of a table, template of the sentence and its values; `{file}`, `{line}` and `{place}` are added."""


Table = TypeVar("Table", bound=msgspec.Struct)


class SettingsError(Exception):
    """A file of settings that cannot be taken; `str()` is one sentence with file and line."""

    def __init__(self, template: str, **values: Value) -> None:
        self.template = template
        self.values = values
        super().__init__(self.sentence())

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        values = {
            key: value(translate) if callable(value) else translate(value) if key == "why" else value
            for key, value in self.values.items()
        }
        return translate(self.template).format(**values)


class Checker:
    """Turns what TOML gave into structs, and points at the line where it cannot."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = key_lines(text)

    def convert(self, kind: type[Table], values: Any, path: tuple[str, ...]) -> Table:
        """A table of the file as `kind`; `path` leads to it.

        :raises SettingsError: for the first thing that cannot be taken.
        """
        if not isinstance(values, dict):
            self._fail(path, values, f"[{'.'.join(path)}]", [])
        unwritten = getattr(kind, "unwritten", ())
        fields = [field for field in msgspec.structs.fields(kind) if field.name not in unwritten]
        hints = {field.name: field.type for field in fields}
        for key in values:
            if key not in hints:
                self._unknown(path, key, list(hints))
        required = [field.name for field in fields if field.required and field.name not in values]
        if required:
            self._missing(path, required[0])
        made = kind(**{key: self._value(hints[key], value, (*path, key)) for key, value in values.items()})
        mistake: Mistake | None = made.mistake() if hasattr(made, "mistake") else None
        if mistake is not None:
            key, template, known = mistake
            line = self._line((*path, key))
            raise SettingsError(template, file=self.file, line=line, place=".".join(path), **known)
        return made

    def _value(self, kind: Any, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
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
    return tuple(next((part for part in match.groups("") if part), "") for match in _PART.finditer(dotted))


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
    if get_origin(kind) is list:
        words = allowed_words(get_args(kind)[0])
        return f"[{words}]" if choices(get_args(kind)[0]) else "[“…”, “…”]"
    return {bool: "true, false", int: "0, 1, 2, …", str: "“…”"}.get(kind, str(kind))


def toml_word(value: Any) -> str:
    """A value as config.toml writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)
