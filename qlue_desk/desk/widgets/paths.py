"""Names of files as people type them, and as terminals paste them when a file is dropped on the window."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec
from textual import events
from textual.suggester import Suggester

from qlue_desk.desk.widgets.safe_input import SafeInput

MOST_OFFERED = 20
_URL = "file://"
_ESCAPES = os.sep != "\\"
"""Whether a backslash spares the next letter; on Windows it parts folders."""
_DRIVE = re.compile(r"/[A-Za-z]:")


class _Word(msgspec.Struct, frozen=True):
    """A stretch of what was typed, without its quotes."""

    text: str
    quoted: bool
    """A shell wrote it so: a space behind it parts two names."""


def read_paths(typed: str) -> list[Path]:
    """The files that a line names, parted by commas, or by spaces where they stand in quotes or all exist.

    Understood are `'…'`, `"…"`, spaces with a backslash before them, `~` and `file://`. What is the name of a
    file just as it stands is that file, whatever is in its name.
    """
    whole = typed.strip()
    if not whole:
        return []
    if os.path.isfile(_local(whole)):
        return [Path(_local(whole))]
    return [path for part in _split(whole, ",") if part.strip() for path in _paths_of(part.strip())]


def _paths_of(part: str) -> list[Path]:
    if os.path.isfile(_local(part)):
        return [Path(_local(part))]
    words = [_unquoted(word) for word in _split(part, " \t") if word]
    paths = [_local(word.text) for word in words]
    if any(word.quoted for word in words) or all(os.path.isfile(path) for path in paths):
        return [Path(path) for path in paths]
    return [Path(_local(_unquoted(part).text))]  # typed by hand, with spaces as they are


def _split(text: str, separators: str) -> Iterator[str]:
    """Cut at separators that stand neither in quotes nor behind a backslash; quotes stay."""
    begun, quote, spared, opened = "", "", False, False
    for letter in text:
        if spared:
            spared = False
        elif letter == "\\" and _ESCAPES and quote != "'":
            spared = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"" and (opened or not begun.strip()):
            # Only what begins with a quote is in quotes: an apostrophe stands in many a name.
            quote, opened = letter, True
        elif letter in separators:
            yield begun
            begun, opened = "", False
            continue
        elif letter in " \t":
            opened = False
        begun += letter
    yield begun


def _unquoted(word: str) -> _Word:
    """What a shell makes of a word: `'it'\\''s here'` is `it's here`."""
    quoted = word[:1] in ("'", '"') and word.count(word[0]) > 1
    found, quote, spared = "", "", False
    for letter in word:
        if spared:
            # In double quotes a backslash spares only these; before others it is a letter itself.
            found += letter if not quote or letter in '"\\$`' else f"\\{letter}"
            spared = False
        elif letter == "\\" and _ESCAPES and quote != "'":
            spared = True
        elif quoted and quote == letter:
            quote = ""
        elif quoted and not quote and letter in "'\"":
            quote = letter
        else:
            found += letter
    return _Word(found + "\\" * spared, quoted or (_ESCAPES and "\\ " in word))


def _local(written: str) -> str:
    """A path of this machine from one with `~`, or from a `file://` address."""
    if written.casefold().startswith(_URL):
        _host, _slash, path = written[len(_URL) :].partition("/")
        written = unquote(f"/{path}")
        if not _ESCAPES and _DRIVE.match(written):
            written = written[1:]
    return os.path.expanduser(written)


class PathSuggester(Suggester):
    """Completes the name of a file; looks into one folder only, so it is quick."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first path that begins with `value`."""
        found = complete_path(value)
        return found[0] if found else None


def complete_path(typed: str) -> list[str]:
    """Paths that begin with what is typed, folders with a slash, at most 20; a quote before it stays."""
    quote = typed[:1] if typed[:1] in ("'", '"') else ""
    folder_text, slash, begun = typed[len(quote) :].rpartition("/")
    if not typed[len(quote) :]:
        return []
    folder = Path(os.path.expanduser(folder_text + slash if folder_text or slash else "."))
    try:
        names = sorted(
            p.name + ("/" if p.is_dir() else "") for p in folder.iterdir() if p.name.startswith(begun)
        )
    except OSError:
        return []
    return [
        f"{quote}{folder_text}{slash}{name}"
        for name in names
        if not name.startswith(".") or begun.startswith(".")
    ][:MOST_OFFERED]


class PathInput(SafeInput):
    """Names of files (`read_paths`); right arrow takes the suggestion."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        # Whoever comes back to a wrong path wants to mend it, not to replace it with the next letter.
        super().__init__(
            value=value, placeholder=placeholder, id=id, suggester=PathSuggester(), select_on_focus=False
        )

    def action_cursor_right(self, select: bool = False) -> None:
        """At the end of the line: take the suggestion at once, also one that is not on screen yet."""
        found = [] if select or self.cursor_position < len(self.value) else complete_path(self.value)
        if found:
            self.value = found[0]
            self.cursor_position = len(self.value)
        else:
            super().action_cursor_right(select)

    def _on_paste(self, event: events.Paste) -> None:
        """Several files that were dropped may come as one a line."""
        lines = [line.strip() for line in event.text.splitlines() if line.strip()]
        super()._on_paste(events.Paste(", ".join(lines)))
        event.stop()
        event.prevent_default()

    @property
    def paths(self) -> list[Path]:
        """The files named."""
        return read_paths(self.value)

    @property
    def missing(self) -> list[Path]:
        """Named files that are not there."""
        return [path for path in self.paths if not path.is_file()]
