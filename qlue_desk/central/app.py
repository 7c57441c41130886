"""Central as one web application: the rooms assembled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from qlue_desk.central.api import desks, openapi, seeing, sync
from qlue_desk.central.api.metrics import Metrics, mark_start, operators_router
from qlue_desk.central.api.problems import problem_response
from qlue_desk.central.api.visitors import visitor_limit
from qlue_desk.central.api.wire import Wire, stamp

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

OTHER_ROOMS = (
    "qlue_desk.central.public:public_router",
    "qlue_desk.central.open311:open311_router",
    "qlue_desk.central.intake:intake_router",
)
"""Package and function of the rooms whose routers are mounted beside ours."""

FOR_VISITORS = frozenset(OTHER_ROOMS[:2])
"""Where anybody may ask: limited by address."""


def create_app(hub: Hub) -> Litestar:
    """The application that serves one opened central; closing the hub stays with the caller."""
    metrics = Metrics(hub)
    wire = Wire(hub, metrics)
    return Litestar(
        route_handlers=[
            desk_router(),
            operators_router(),
            openapi.schema_router(),
            *_other_rooms(hub),
        ],
        state=State({"hub": hub, "wire": wire}),
        exception_handlers={Exception: _error_response},
        before_request=mark_start,
        before_send=[stamp(hub.server_id), metrics.on_send],
        on_shutdown=[wire.close],
        openapi_config=None,
        request_max_body_size=None,
        logging_config=None,
    )


def _error_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """An address that no room has is refused in the form of the room that it would belong to."""
    if isinstance(error, HTTPException):
        from qlue_desk.central.open311 import routes

        if request.scope["path"].startswith(f"{routes.PREFIX}/"):
            return routes.http_error(request, error)
    return problem_response(request, error)


def desk_router() -> Router:
    """Everything under /v1."""
    return Router(
        "/",
        route_handlers=[
            sync.session,
            sync.pull,
            sync.push,
            sync.snapshot,
            desks.enrol,
            desks.sign_in,
            desks.rotate,
            desks.reveal,
            desks.blob_state,
            desks.put_blob,
            desks.get_blob,
            seeing.looking,
            seeing.borders,
        ],
    )


def _other_rooms(hub: Hub) -> list[Router]:
    """The citizen's page, Open311 and the intake webhooks."""
    from importlib import import_module
    from importlib.util import find_spec

    found: list[Router] = []
    for room in OTHER_ROOMS:
        package, _, name = room.partition(":")
        if find_spec(package) is not None:
            router: Router = getattr(import_module(package), name)(hub)
            if room in FOR_VISITORS:
                router.before_request = visitor_limit(hub)
            found.append(router)
    return found
