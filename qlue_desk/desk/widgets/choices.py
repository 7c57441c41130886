"""What is offered to choose from in a field or a dialog."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Choice(msgspec.Struct, frozen=True):
    """Something to choose: its key, its word, and small print."""

    key: str
    label: str
    hint: str = ""
    letter: str = ""
    """Typed alone it means this choice."""
    words: tuple[str, ...] = ()
    """Other words by which it is looked for: what people call it."""


def fitting(choices: Iterable[Choice], typed: str) -> list[Choice]:
    """Choices whose letter it is come first, then whose words begin with what is typed, then that contain it.

    Last come those that people call so.
    """
    wanted = typed.strip().casefold()
    if not wanted:
        return list(choices)
    by_letter: list[Choice] = []
    begin: list[Choice] = []
    inside: list[Choice] = []
    called: list[Choice] = []
    for choice in choices:
        words = f"{choice.label} {choice.key} {choice.hint}".casefold()
        if choice.letter and choice.letter.casefold() == wanted:
            by_letter.append(choice)
        elif words.startswith(wanted) or choice.key.casefold() == wanted:
            begin.append(choice)
        elif wanted in words or all(part in words for part in wanted.split()):
            inside.append(choice)
        elif any(word.casefold().startswith(wanted) for word in choice.words):
            called.append(choice)
    return by_letter + begin + inside + called
