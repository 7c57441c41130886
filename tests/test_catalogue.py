"""The English catalogue is complete, has nothing obsolete, and keeps every field of a sentence."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from babel.messages.extract import extract_from_dir

import qlue_desk
from qlue_desk.desk.actions import ACTIONS, Group
from qlue_desk.domain.complaint import CHANNEL_LABEL, ROLE_LABEL, STATUS_LOOK
from qlue_desk.domain.edges import EDGES, JUNK_KINDS, PRIORITY_LABEL
from qlue_desk.words import read_catalogue

FIELD = re.compile(r"{\w+}")
INSIDE_F_STRING = re.compile(r"""{_\((["'])(.*?)\1\)""")
"""Babel does not look into f-strings before Python 3.12."""


def sentences() -> set[str]:
    """Every msgid: marked in the sources, or a word of the domain's and the desk's tables."""
    root = str(Path(str(files(qlue_desk))))
    found = {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _comments, _context in extract_from_dir(
            root, method_map=[("**.py", "python")], keywords={"_": None, "N_": None, "n_": (1, 2)}
        )
    }
    for source in Path(root).rglob("*.py"):
        found |= {match[1] for match in INSIDE_F_STRING.findall(source.read_text(encoding="utf-8"))}
    found |= {look.label for look in STATUS_LOOK.values()}
    for table in (CHANNEL_LABEL, ROLE_LABEL, JUNK_KINDS, PRIORITY_LABEL):
        found |= set(table.values())
    found |= {edge.label for edge in EDGES} | {edge.hint for edge in EDGES if edge.hint}
    found |= {text for action in ACTIONS for text in (action.label, action.tooltip)}
    return found | {str(group) for group in Group}


def test_every_sentence_has_its_english() -> None:
    wanted, known = sentences(), set(read_catalogue("en"))
    assert len(wanted) > 800
    assert sorted(wanted - known) == []
    assert sorted(known - wanted) == []


def test_no_field_is_lost_on_the_way() -> None:
    for message, translations in read_catalogue("en").items():
        for translation in translations:
            assert sorted(FIELD.findall(translation)) == sorted(FIELD.findall(message)), message
