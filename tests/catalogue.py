"""Keeps the catalogues: `python -m tests.catalogue [FILE.json …]` extracts afresh, merges, and says what lacks.

Babel reads the sentences out of the sources (`_`, `n_`, `N_`) and the templates; tables of the domain and the desk
name theirs themselves. A file maps Indonesian sentences to English, or to [one, many].
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import qlue_desk

ROOT = Path(qlue_desk.__file__).parent
ENGLISH = ROOT / "locale" / "en" / "LC_MESSAGES" / "qlue_desk.po"
KEYWORDS = {"_": None, "N_": None, "n_": None}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
FIELD = re.compile(r"{\w+}")
BEGUN = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
"""A date that never changes: the catalogue differs only where its words do."""


@cache
def sentences() -> dict[str, bool]:
    """Every msgid of the sources, with whether it counts something (`n_`); reading them takes seconds."""
    found: dict[str, bool] = {}
    for counts, keywords in ((False, KEYWORDS), (True, {"n_": None})):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT, method_map=METHODS, keywords=keywords, options_map={"**.html": {"silent": "false"}}
        ):
            found[message if isinstance(message, str) else message[0]] = counts
    return found | {word: False for word in table_words() if word not in found}


def table_words() -> Iterator[str]:
    """Words of tables, which stand in the sources as plain text."""
    from qlue_desk.cli.central.intake import NOTES
    from qlue_desk.desk.actions import ACTIONS, Group
    from qlue_desk.domain.complaint import CHANNEL_LABEL, ROLE_LABEL, STATUS_LOOK
    from qlue_desk.domain.edges import EDGES, JUNK_KINDS, PRIORITY_LABEL

    yield from (look.label for look in STATUS_LOOK.values())
    for table in (CHANNEL_LABEL, ROLE_LABEL, JUNK_KINDS, PRIORITY_LABEL, NOTES):
        yield from table.values()
    for edge in EDGES:
        yield from filter(None, (edge.label, edge.hint))
    for action in ACTIONS:
        yield from (action.label, action.tooltip, *action.at.values())
    yield from map(str, Group)


def known() -> dict[str, tuple[str, ...]]:
    """The English that stands in the file: one form, or one and many."""
    with ENGLISH.open("rb") as stream:
        catalogue = read_po(stream, locale="en", domain="qlue_desk")
    return {_id_of(message): _strings(message) for message in catalogue if message.id}


def merged(translations: dict[str, tuple[str, ...]]) -> Catalog:
    """A catalogue of exactly the sentences that the sources have."""
    catalogue = Catalog(
        locale="en", project="qlue-desk", version="0.1", creation_date=BEGUN, revision_date=BEGUN, fuzzy=False,
        header_comment="# English words of qlue_desk. The msgid is the Indonesian sentence of the screens.",
    )  # fmt: skip
    for text, counts in sorted(sentences().items()):
        strings = translations.get(text, ("",))
        if counts or len(strings) == 2:
            catalogue.add((text, text), (strings[0], strings[-1]))
        else:
            catalogue.add(text, strings[0])
    return catalogue


def same_fields(text: str, strings: tuple[str, ...]) -> bool:
    """Whether each translation has the sentence's fields, no other and no fewer."""
    return all(sorted(FIELD.findall(one)) == sorted(FIELD.findall(text)) for one in strings)


def _id_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def main(files: list[str]) -> int:
    """Merge, write, and name every sentence that still lacks its English."""
    translations = known()
    for file in files:
        for text, english in json.loads(Path(file).read_text(encoding="utf-8")).items():
            translations[text] = (english,) if isinstance(english, str) else tuple(english)
    catalogue = merged(translations)
    with ENGLISH.open("wb") as stream:
        write_po(stream, catalogue, no_location=True, sort_output=True, width=0)
    wrong = 0
    for message in catalogue:
        if not message.id:
            continue
        text, strings = _id_of(message), _strings(message)
        if not all(strings):
            print(f"no English: {text!r}")
        elif not same_fields(text, strings):
            print(f"other fields: {text!r} → {strings!r}")
        else:
            continue
        wrong += 1
    print(f"{len(catalogue)} sentences, {wrong} to mend in {ENGLISH.name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
