"""Writing results: one JSON document, or text made safe for a terminal."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, TextIO

import msgspec

from qlue_desk.cli.exits import CommandFailed, NobodyReads
from qlue_desk.domain.system import reason_of
from qlue_desk.domain.text import clean, escaped_in_json, storable
from qlue_desk.words import _

UNWRITABLE = "output"
"""The code of a failure of standard output itself: its sentence can only go to stderr."""

ECHO_LENGTH = 200
"""Characters of an argument that a sentence repeats: as many as a long path has."""


def write_json(document: Any, *, one_line: bool = False) -> None:
    """One JSON document on stdout; times as ISO 8601 with zone, structs as objects."""
    plain = msgspec.to_builtins(document, enc_hook=_plain, str_keys=True)
    try:
        whole = msgspec.json.encode(plain)
    except UnicodeEncodeError:
        whole = msgspec.json.encode(_in_utf8(plain))
    text = (whole if one_line else msgspec.json.format(whole, indent=2)).decode()
    _write(escaped_in_json(text) + "\n", sys.stdout)


def say(line: str = "") -> None:
    """A line for people on stdout."""
    _write(clean(line) + "\n", sys.stdout)


def warn(line: str) -> None:
    """A line for people on stderr: what went wrong, or how far it is."""
    _write(clean(line) + "\n", sys.stderr)


def write_text(text: str) -> None:
    """Text that is a document of its own (CSV, Markdown), already safe."""
    _write(text if text.endswith("\n") else text + "\n", sys.stdout)


def table(rows: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> None:
    """Columns as wide as their content; text is cleaned to single lines first."""
    lines = [[clean(cell, multiline=False) for cell in row] for row in ((heads, *rows) if heads else rows)]
    if not lines:
        return
    widths = [max(display_width(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        padded = (
            cell + " " * (width - display_width(cell)) for cell, width in zip(line, widths, strict=True)
        )
        say("  ".join(padded).rstrip())


def display_width(text: str) -> int:
    """Cells that a text takes on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


class Progress:
    """A progress bar on a terminal, nothing elsewhere. Call it with done and total."""

    def __init__(self, label: str, *, quiet: bool = False) -> None:
        self._label = label
        self._shown = not quiet and on_terminal(sys.stderr)
        self._last = -1

    def __call__(self, done: int, total: int) -> None:
        """Draw; at most once for each of 200 steps."""
        step = done * 200 // total if total else 200
        if not self._shown or step == self._last:
            return
        self._last = step
        filled = step * 30 // 200
        bar = "█" * filled + "░" * (30 - filled)
        sys.stderr.write(f"\r{self._label}  {bar}  {done}/{total}")
        if done >= total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def _in_utf8(value: Any) -> Any:
    """The same with `?` for what no JSON can hold: a path's bytes that are not UTF-8."""
    if isinstance(value, dict):
        return {storable(key): _in_utf8(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_utf8(each) for each in value]
    return storable(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return str(value)


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at it; a stream that was closed by the caller is None."""
    return stream is not None and stream.isatty()


def write_bytes(file: BinaryIO) -> None:
    """A file's own bytes on stdout."""
    if sys.stdout is not None:
        _guarded(sys.stdout, lambda: shutil.copyfileobj(file, sys.stdout.buffer))


def tell_failure(failure: CommandFailed, arguments: list[str]) -> None:
    """Say why a command failed: the document that `--json` asked for, or one line on stderr.

    Nothing is said to a reader who has gone, and no argument is repeated at full length.
    """
    if isinstance(failure, NobodyReads):
        stop_writing(sys.stdout)
        return
    message = str(failure)
    for argument in arguments:
        if len(argument) > ECHO_LENGTH:
            message = message.replace(argument, argument[: ECHO_LENGTH - 1] + "…")
    message = clean(message, multiline=False)
    if "--json" in arguments and failure.code != UNWRITABLE:
        with contextlib.suppress(NobodyReads):
            write_json({"error": {"code": failure.code, "message": message}})
    elif message:
        warn(message)


def finish() -> None:
    """Give out what still waits in memory: at the interpreter's own end nobody could say what went wrong."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _guarded(stream, lambda: None)


def stop_writing(stream: Any) -> None:
    """Send what the stream still holds nowhere, so that the interpreter's end does not stumble over it."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _write(text: str, stream: Any) -> None:
    if stream is None:  # closed by whoever started the command
        return

    def write() -> None:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "replace").decode(encoding))

    _guarded(stream, write)


def _guarded(stream: Any, write: Callable[[], object]) -> None:
    """Write and flush.

    :raises NobodyReads: when the reader of stdout has gone; work does not stop for want of a reader of stderr.
    :raises CommandFailed: when stdout cannot be written, mostly to a full disk.
    """
    try:
        write()
        stream.flush()
    except OSError as error:
        stop_writing(stream)
        if stream is sys.stderr:
            return
        if error.errno == errno.EPIPE:
            raise NobodyReads from None
        raise CommandFailed(
            _("Keluaran tidak bisa ditulis: {why}.").format(why=_(reason_of(error))), code=UNWRITABLE
        ) from error


def once(call: Callable[[], str]) -> str:
    """The text of `call`, or '?' when it fails: for lines that must never stop a report."""
    try:
        return call()
    except Exception:
        return "?"
