"""What a theme needs beside its palette, each said with its place; what is drawn is judged in `test_looks`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from msgspec.structs import replace
from textual.color import Color

from qlue_desk.desk import terminal, themes
from qlue_desk.settings import Ui
from tests.desk.colours import LEAST, contrast

ROOT = Path(__file__).parents[2]
WORDS = {name.removeprefix("qlue-") for name in themes.PALETTES}


def test_every_palette_has_a_name_that_is_shown() -> None:
    assert not (lacking := set(themes.PALETTES) - set(themes.LABELS)), (
        f"{sorted(lacking)} need a name in LABELS (qlue_desk/desk/themes.py)"
    )
    assert not (more := set(themes.LABELS) - set(themes.PALETTES)), (
        f"LABELS (qlue_desk/desk/themes.py) names {sorted(more)}, of which there is no palette"
    )


def test_every_palette_can_be_chosen() -> None:
    chosen = set(get_args(get_type_hints(Ui)["theme"])) - {"auto"}
    assert not (lacking := WORDS - chosen), (
        f"{sorted(lacking)} need their word in Ui.theme (qlue_desk/settings.py)"
    )
    assert not (more := chosen - WORDS), (
        f"Ui.theme (qlue_desk/settings.py) allows {sorted(more)}: PALETTES (qlue_desk/desk/themes.py) has no qlue-…"
    )


def test_every_palette_is_told_of_in_the_settings_file() -> None:
    above, _theme, _below = (ROOT / "config.toml").read_text(encoding="utf-8").partition("\ntheme = ")
    comment = []
    while (line := above.splitlines()[-1 - len(comment)]).startswith("#"):
        comment.append(line)
    assert not (lacking := WORDS - set(re.findall(r'"(\w+)"', " ".join(comment)))), (
        f"the comment over theme in config.toml does not name {sorted(lacking)}"
    )


@pytest.mark.parametrize("name", LEAST)
def test_every_text_can_be_read_on_every_ground(name: str) -> None:
    palette = themes.PALETTES[name]
    for text, ground in themes.PAIRS:
        ink, under = (Color.parse(getattr(palette, each)).rich_color.triplet for each in (text, ground))
        assert ink is not None
        assert under is not None
        found = contrast(ink, under)
        assert found >= LEAST[name], (
            f"{name}: {text} on {ground} has {found:.2f} : 1, less than {LEAST[name]} (qlue_desk/desk/themes.py)"
        )


def test_the_least_contrast_is_that_of_its_kind() -> None:
    assert LEAST["qlue-contrast"] == 7.0
    assert set(LEAST.values()) == {4.5, 7.0}
    assert set(themes.PALETTES) - set(LEAST) == {"qlue-ansi", "qlue-mono"}


def test_a_theme_is_dark_by_its_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    sand = replace(themes.LIGHT, background="#f4ecd8")
    monkeypatch.setitem(themes.PALETTES, "qlue-sand", sand)
    assert {theme.name for theme in themes.themes() if not theme.dark} == {"qlue-light", "qlue-sand"}
    white = replace(terminal.read({"TERM": "xterm"}), light=True)
    on_white = {theme.name for theme in themes.themes(white) if not theme.dark}
    assert on_white == {"qlue-light", "qlue-sand", "qlue-ansi"}
