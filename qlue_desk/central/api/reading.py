"""HEAD wherever anybody may read: link checkers, previews of messengers and proxies ask so before they GET."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar.enums import ScopeType

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Receive, Scope, Send

_OWN = ("/v1", "/intake")
"""Where HEAD has a meaning of its own, and where a GET records something (SMS gateways)."""


def answering_head(app: ASGIApp) -> ASGIApp:
    """The same application, which answers a HEAD as it would the GET; the server leaves the body out."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == ScopeType.HTTP
            and scope["method"] == "HEAD"
            and not scope["path"].startswith(_OWN)
        ):
            scope = {**scope, "method": "GET"}
        await app(scope, receive, send)

    return answer
