"""Contrast after WCAG, and how colours look to who lacks a kind of cone (Machado and others, 2009)."""

from __future__ import annotations

from collections.abc import Sequence

from rich.color_triplet import ColorTriplet
from textual.color import Color

from qlue_desk.desk import themes

LEAST = {
    name: 7.0 if palette is themes.HIGH_CONTRAST else 4.5
    for name, palette in themes.PALETTES.items()
    if palette not in (themes.ANSI, themes.MONO)
}
"""By theme, the contrast that every text of it has at least; the terminal's own colours are its owner's."""

_LACKS = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
Linear = tuple[float, float, float]


def linear(colour: ColorTriplet | Sequence[int]) -> Linear:
    """Light of red, green and blue, 0–1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    )
    return red, green, blue


def _light(colour: Linear) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """1 to 21."""
    first, second = sorted((_light(linear(one)), _light(linear(other))), reverse=True)
    return (first + 0.05) / (second + 0.05)


def seen_without(missing: str, colour: str) -> Linear:
    """How a colour looks to a person without that kind of cone."""
    light = linear(Color.parse(colour).rgb)
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, light, strict=True))))
        for row in _LACKS[missing]
    )
    return red, green, blue


def _lab(colour: Linear) -> tuple[float, float, float]:
    red, green, blue = colour
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        _light(colour),
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def lightness(colour: Linear) -> float:
    """L* of CIE Lab, 0–100."""
    return _lab(colour)[0]


def apart(one: Linear, other: Linear) -> float:
    """Difference of two colours in CIE Lab; about 2 can just be seen, 25 cannot be missed."""
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True)) ** 0.5
