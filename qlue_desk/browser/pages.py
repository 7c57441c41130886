"""The two pages of the browser view, and the headers that keep other pages out of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2

from qlue_desk.domain.text import clean
from qlue_desk.words import _, language

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src 'self' data:; connect-src {socket}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The terminal writes its own style sheet, so inline styles must be allowed; scripts are ours alone. A page without
referrer would also post its forms without an origin."""


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """A page as HTML; what people typed comes back without control characters and escaped."""
    plain = {
        key: clean(value, multiline=False) if isinstance(value, str) else value
        for key, value in values.items()
    }
    return _environment().get_template(template).render(_=_, language=language(), **plain)
