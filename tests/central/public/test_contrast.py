"""Every pair of text and ground in the style sheet keeps WCAG AA (4.5:1), light and dark."""

import re

import pytest

from qlue_desk.central.public.pages import FOLDER

PAIRS = [
    ("ink", "ground"), ("ink", "card"), ("muted", "ground"), ("muted", "card"),
    ("accent", "ground"), ("accent", "card"), ("on-accent", "accent"),
    ("red-ink", "card"), ("red-ink", "red-ground"), ("green-ink", "green-ground"), ("card", "red-ink"),
    ("on-red", "red"), ("on-yellow", "yellow"), ("on-green", "green"), ("on-grey", "grey"),
]  # fmt: skip


def schemes() -> dict[str, dict[str, str]]:
    """Colours by name; dark inherits what it does not change."""
    css = (FOLDER / "static" / "lacak.css").read_text("utf-8")
    light_block, dark_block = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    light = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light_block))
    return {"light": light, "dark": light | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark_block))}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(scheme: str, text: str, ground: str) -> None:
    colours = schemes()[scheme]
    bright, dim = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5
