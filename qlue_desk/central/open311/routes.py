"""Addresses of GeoReport v2: every resource as `.xml` and `.json`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from anyio import to_thread
from litestar import Request, Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler

from qlue_desk.central.api.visitors import retry_headers
from qlue_desk.central.errors import CentralError, DatabaseBusy
from qlue_desk.central.open311.errors import GeoReportError, unknown
from qlue_desk.central.open311.geo_report import GeoReport
from qlue_desk.central.open311.rendering import JSON_TYPE, XML_TYPE, Document, to_json, to_xml
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

FORMATS: dict[str, tuple[str, Callable[[Document], bytes]]] = {
    "xml": (XML_TYPE, to_xml),
    "json": (JSON_TYPE, to_json),
}
HEADERS = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
"""Open data for any page; nothing here depends on who asks."""
PREFIX = "/open311/v2"
FORMS = (RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART)
LARGEST_FORM = 256 * 1024


def open311_router(hub: Hub) -> Router:
    """`/open311/v2/…`."""
    api = GeoReport(hub)
    return Router(
        PREFIX,
        route_handlers=[*_readers(api), _post_requests(api)],
        exception_handlers={HTTPException: http_error},
        include_in_schema=False,
        request_max_body_size=LARGEST_FORM,
    )


def _readers(api: GeoReport) -> list[BaseRouteHandler]:
    @get("/{name:str}", sync_to_thread=True)
    def resource(request: Request) -> Response[bytes]:  # type: ignore[type-arg]
        query, base = _query(request), _base(request)
        resources: dict[str, Callable[[], Document]] = {
            "discovery": lambda: api.discovery(base),
            "services": lambda: api.services(query),
            "requests": lambda: api.requests(query, base),
            "servicerequestupdates": lambda: api.updates(query),
        }
        return _answer(request, resources.get(_stem(request)) or _no_resource(request))

    @get("/{kind:str}/{name:str}", sync_to_thread=True)
    def one(request: Request) -> Response[bytes]:  # type: ignore[type-arg]
        name, query = _stem(request), _query(request)
        resources: dict[str, Callable[[], Document]] = {
            "services": lambda: api.definition(name, query),
            "requests": lambda: api.request(name, query, _base(request)),
            "tokens": lambda: api.token(name),
        }
        return _answer(request, resources.get(request.path_params["kind"]) or _no_resource(request))

    return [resource, one]


def _post_requests(api: GeoReport) -> BaseRouteHandler:
    @post("/{name:str}")
    async def post_request(request: Request) -> Response[bytes]:  # type: ignore[type-arg]
        if request.content_type[0] not in FORMS:
            return await to_thread.run_sync(_answer, request, _no_form)
        form = await request.form()
        fields = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        resources: dict[str, Callable[[], Document]] = {
            "requests": lambda: api.post(fields),
            "servicerequestupdates": lambda: api.post_update(fields),
        }
        return await to_thread.run_sync(
            _answer, request, resources.get(_stem(request)) or _no_resource(request)
        )

    return post_request


def _no_form() -> Document:
    raise GeoReportError(
        415, "The body must be a form: application/x-www-form-urlencoded or multipart/form-data."
    )


def _no_resource(request: Request) -> Callable[[], Document]:  # type: ignore[type-arg]
    def refuse() -> Document:
        raise unknown("resource", request.scope["path"].rpartition("/")[2])

    return refuse


def _answer(request: Request, ask: Callable[[], Document]) -> Response[bytes]:  # type: ignore[type-arg]
    """The document, or the faults as GeoReport writes them."""
    try:
        document = ask()
    except GeoReportError as error:
        document = Document("errors", error.items, error.status)
    except DatabaseBusy as error:
        document = Document("errors", [{"code": 503, "description": error.sentence(_)}], 503)
    except CentralError as error:
        document = Document("errors", [{"code": 400, "description": error.sentence(_)}], 400)
    return _rendered(request, document)


def _rendered(
    request: Request,  # type: ignore[type-arg]
    document: Document,
    more: dict[str, str] | None = None,
) -> Response[bytes]:
    media_type, render = FORMATS["json" if request.scope["path"].endswith(".json") else "xml"]
    headers = HEADERS | (more or {})
    return Response(render(document), status_code=document.status, media_type=media_type, headers=headers)


def http_error(request: Request, error: HTTPException) -> Response[bytes]:  # type: ignore[type-arg]
    """What litestar itself refuses, also under our address where no handler is."""
    path = request.scope["path"][:200]
    described = {
        404: f"There is nothing at {path!r}.",
        405: f"{request.method} is not possible at {path!r}.",
        413: f"The body is too large; at most {LARGEST_FORM} bytes.",
    }
    item: dict[str, object] = {
        "code": error.status_code,
        "description": described.get(error.status_code, error.detail),
    }
    return _rendered(request, Document("errors", [item], error.status_code), retry_headers(error))


def _query(request: Request) -> dict[str, str]:  # type: ignore[type-arg]
    """Parameters; of a repeated one the last counts."""
    return dict(request.query_params.multi_items())


def _base(request: Request) -> str:  # type: ignore[type-arg]
    """Where this central is by the Host header; the only one who reads that, for it may hold anything."""
    try:
        return str(request.base_url).rstrip("/") + "/"
    except ValueError as error:
        raise HTTPException(
            status_code=400, detail="The name or port in the Host header cannot be read."
        ) from error


def _stem(request: Request) -> str:  # type: ignore[type-arg]
    """The last part of the address without its format."""
    name: str = request.path_params["name"]
    return name.removesuffix(".json").removesuffix(".xml")
