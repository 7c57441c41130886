"""What desks see beside the feed: who else looks at a report, and the borders of the kelurahan."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from qlue_desk.central.api.desks import SMALL_BODY
from qlue_desk.central.api.problems import ProblemError
from qlue_desk.central.api.wire import Wire, reply
from qlue_desk.protocol import ErrorCode, LookRequest
from qlue_desk.words import _


@post("/v1/looking", status_code=200)
async def looking(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Which report a person has open; the reply names the others."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    asked = await wire.message(request, LookRequest, SMALL_BODY)
    return reply(request, await wire.call(wire.looks.answer, desk.identity, asked))


@get("/v1/borders", media_type="application/octet-stream")
async def borders(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The GeoJSON that the city was added with; 404 where it brought none."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    content = await wire.call(wire.hub.borders, desk.identity.city)
    if content is None:
        raise ProblemError(404, ErrorCode.NOT_FOUND, _("Kota ini tidak membawa batas kelurahan."))
    return Response(content, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})
