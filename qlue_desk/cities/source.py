"""Where in a city file a word stands, so that an error can name the line."""

from __future__ import annotations

import re
from pathlib import Path


class Source:
    """The text of one city file; only for naming lines, never for reading values."""

    def __init__(self, path: Path, text: str):
        self.name = path.name
        self.folder = path.parent
        self._lines = text.splitlines()

    def place(self, *steps: str) -> str:
        """`bogor.toml baris 12`, or the file alone when no step is found.

        `steps` are regular expressions, each searched from the line of the one before it on; a later
        step that is not found leaves the line of the earlier one.
        """
        line: int | None = None
        for step in steps:
            found = self._find(step, line or 0)
            if found is None:
                break
            line = found
        return self.name if line is None else f"{self.name} baris {line + 1}"

    def place_of_key(self, key: str) -> str:
        """The place of a top-level key."""
        return self.place(rf"^\s*{re.escape(key)}\s*[=.]|^\s*\[{re.escape(key)}\b")

    def place_of_entry(self, identity: str, *, last: bool = False) -> str:
        """The place of a table whose `key` or `code` is `identity`; its owners line when there is none."""
        quoted = rf'\b(?:key|code)\s*=\s*["\']{re.escape(identity)}["\']'
        numbers = [number for number, line in enumerate(self._lines) if re.search(quoted, line)]
        if numbers:
            return f"{self.name} baris {numbers[-1 if last else 0] + 1}"
        return self.place(rf"^\s*{re.escape(identity)}\s*=")

    def place_of_value(self, identity: str, field: str, value: str) -> str:
        """The place of `field` with `value` in the entry `identity`, else of the entry."""
        entry = rf'\bkey\s*=\s*["\']{re.escape(identity)}["\']|^\s*{re.escape(identity)}\s*='
        return self.place(
            entry, rf'(?:\b{field}\b|^\s*{re.escape(identity)}\b).*["\']{re.escape(value)}["\']'
        )

    def _find(self, pattern: str, start: int) -> int | None:
        for number in range(start, len(self._lines)):
            if re.search(pattern, self._lines[number]):
                return number
        return None
