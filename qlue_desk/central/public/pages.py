"""Rendering: templates with autoescape, and the headers that keep a browser from anything but reading."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qlue_desk.domain.text import clean
from qlue_desk.words import _, language

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""Sent with every page; the number in the address is all that opens it, so no referrer leaves it."""


@cache
def _environment() -> Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )


def render(template: str, **values: object) -> str:
    """A page as HTML; citizens' text is escaped by the template, never marked safe."""
    return _environment().get_template(template).render(_=_, language=language(), **values)


def _plain(value: object) -> object:
    """Citizens' and officers' words without control characters; markup of ours stays as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return clean(value)
    return value
