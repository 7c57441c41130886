"""The desks' protocol: session, pull, push, snapshot."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery

from qlue_desk.central.api.problems import ProblemError
from qlue_desk.central.api.wire import Wire, reply
from qlue_desk.central.conversation import answer_pull, answer_push, answer_session, answer_snapshot
from qlue_desk.protocol import ErrorCode, PullRequest, PushRequest
from qlue_desk.words import _


@get("/v1/session")
async def session(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Who this desk is, its city, its people, the limits."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    return reply(request, await wire.call(answer_session, wire.hub, desk.identity))


@post("/v1/pull", status_code=200)
async def pull(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Events after the cursor; with `wait` the reply is held until there are some."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    asked = await wire.message(request, PullRequest)
    page = await wire.call(answer_pull, wire.hub, desk, asked)
    wait = min(max(asked.wait, 0), wire.hub.limits.wait_seconds)
    if not page.events and wait:
        await wire.hub.wakeups.wait(desk.stream, page.head, wait, lambda: wire.call(wire.hub.feed.heads))
        desk = await wire.desk(request)
        page = await wire.call(answer_pull, wire.hub, desk, asked)
    return reply(request, page)


@post("/v1/push", status_code=200)
async def push(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Verdicts on actions, in order; 200 whenever the envelope was understood."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request, pushing=True)
    asked = await wire.message(request, PushRequest)
    most = wire.hub.limits.push_actions
    if len(asked.actions) > most:
        raise ProblemError(
            400,
            ErrorCode.LIMIT,
            _("Paling banyak {limit} tindakan dalam satu kiriman.").format(limit=most),
            limit=most,
        )
    answer = await wire.call(answer_push, wire.hub, desk, asked)
    for result in answer.results:
        wire.metrics.verdict(result)
    return reply(request, answer)


@get("/v1/snapshot")
async def snapshot(
    request: Request[Any, Any, Any],
    after: FromQuery[str] = "",
    limit: FromQuery[int] = 500,
    token: FromQuery[str] = "",
) -> Response[bytes]:
    """Rows of the scope in pages; `token` is the first page's `as_of`."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    return reply(request, await wire.call(answer_snapshot, wire.hub, desk, after, limit, token))
