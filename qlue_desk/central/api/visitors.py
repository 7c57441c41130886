"""How often one address may ask for what needs no desk: the citizen's page and Open311."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from litestar import Request
from litestar.exceptions import HTTPException, TooManyRequestsException

from qlue_desk.central.api.metrics import mark_start
from qlue_desk.central.api.wire import address
from qlue_desk.central.limits import Buckets
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

RETRY_AFTER = "Retry-After"


def visitor_limit(hub: Hub) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """A hook before each request; what it raises is answered in the room's own form.

    Behind a proxy on this machine the address is the visitor's, as the proxy states it.
    """
    buckets = Buckets()

    async def before_request(request: Request[Any, Any, Any]) -> None:
        mark_start(request)
        wait = buckets.take(address(request), hub.rates.public)
        if wait:
            seconds = max(1, math.ceil(wait))
            raise TooManyRequestsException(
                _("Terlalu banyak permintaan; coba lagi {seconds} detik lagi.").format(seconds=seconds),
                headers={RETRY_AFTER: str(seconds)},
            )

    return before_request


def retry_headers(error: HTTPException) -> dict[str, str]:
    """The header that says when asking again will do, where the error carries one."""
    given = error.headers or {}
    return {RETRY_AFTER: given[RETRY_AFTER]} if RETRY_AFTER in given else {}
