"""Outside records become reports: Qlue's feed, exported tables, SMS centres, web hooks.

Every adapter yields `Report`s; `result.take_all` hands them to the register and counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litestar import Router

    from qlue_desk.central.hub import Hub


def intake_router(hub: Hub) -> Router:
    """The web hooks under `/intake/`; only they need the web framework, commands do not wait for it."""
    from qlue_desk.central.intake import webhook

    return webhook.intake_router(hub)
