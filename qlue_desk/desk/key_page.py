"""The reference page of the keys in both languages: `python -m qlue_desk.desk.key_page docs/keys.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from qlue_desk import words
from qlue_desk.desk.actions import ACTIONS, Group, Place
from qlue_desk.desk.dialogs.help import help_parts, places_of
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

NAMES = {"id": "Bahasa Indonesia", "en": "English"}
_INTRODUCTION = N_(
    "Tombol mana pun bisa diganti di [keys] pada config.toml dengan nama tindakannya; `qlue-desk doctor`"
    " memberi tahu bila dua tindakan memakai tombol yang sama."
)


def page() -> str:
    """The whole page; the language of the process is as before."""
    before = words.language()
    parts = ["<!-- python -m qlue_desk.desk.key_page docs/keys.md -->\n"]
    try:
        for language, name in NAMES.items():
            words.set_language(language)
            parts.append("\n".join(_lines(name)))
    finally:
        words.set_language(before)
    return "\n".join(parts) + "\n"


def _lines(name: str) -> Iterator[str]:
    yield f"# {name}\n"
    yield _(_INTRODUCTION)
    for group in Group:
        yield f"\n## {_(group)}\n"
        heads = " | ".join((_("tombol"), _("tindakan"), _("nama"), _("layar")))
        yield f"| {heads} |\n|---|---|---|---|"
        for action in ACTIONS:
            if action.group is group:
                keys = " ".join(f"`{shown_key(key)}`" for key in keys_of(action, {}))
                where = _("semua") if action.places == frozenset(Place) else places_of(action)
                yield f"| {keys} | {_(action.tooltip)} | {action.id} | {where} |"
        if group is Group.FIND:
            saved = _("Tampilan tersimpan")
            yield f"| `1`–`9` | {saved} | | |"
    for part in help_parts({})[len(Group) :]:
        yield f"\n## {part.heading}\n\n|  |  |\n|---|---|"
        yield from (f"| `{line.command.keys}` | {line.command.hint} |" for line in part.lines)
    yield ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
