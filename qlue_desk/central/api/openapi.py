"""The OpenAPI description of /v1, made from the protocol's own structs."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, Router, get

from qlue_desk import __version__, protocol
from qlue_desk.protocol import MEDIA_TYPE, PROTOCOL_HEADER, REQUEST_ID_HEADER


class Endpoint(msgspec.Struct, frozen=True):
    """One operation of the protocol."""

    method: str
    path: str
    summary: str
    request: Any = None
    reply: Any = None
    query: tuple[tuple[str, str, bool], ...] = ()
    """Name, type, required."""
    token: bool = True
    errors: tuple[int, ...] = ()


def _shape(kind: type[msgspec.Struct], **types: Any) -> type[msgspec.Struct]:
    """A struct of the same name and fields for the description only, some of other types."""
    fields: list[tuple[str, Any, Any]] = []
    for field in msgspec.structs.fields(kind):
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        default = ... if required else None
        named = (
            msgspec.field(name=field.encode_name)
            if required
            else msgspec.field(default=default, name=field.encode_name)
        )
        fields.append(
            (field.name, types.get(field.name, field.type if required else field.type | None), named)
        )
    return msgspec.defstruct(kind.__name__, fields)


# `msgspec.Raw` has no schema: on the wire the payload or row is the JSON of a `Payload`.
_FeedEvent = _shape(protocol.FeedEvent, payload=protocol.Payload | None)
_PullReply = _shape(protocol.PullReply, events=tuple[_FeedEvent, ...])  # type: ignore[valid-type]
_SnapshotPage = _shape(protocol.SnapshotPage, rows=tuple[protocol.Payload, ...])

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("get", "/v1/session", "Who this desk is", None, protocol.Session, errors=(426,)),
    Endpoint(
        "post", "/v1/enrol", "Make an installation a desk", protocol.EnrolRequest, protocol.EnrolReply,
        token=False, errors=(400, 403),
    ),
    Endpoint(
        "post", "/v1/sign-in", "A person at a desk", protocol.SignInRequest, protocol.SignInReply,
        errors=(400, 403),
    ),
    Endpoint(
        "post", "/v1/pull", "Events after a cursor", protocol.PullRequest, _PullReply,
        errors=(400, 410, 426),
    ),
    Endpoint(
        "post", "/v1/push", "Verdicts on actions", protocol.PushRequest, protocol.PushReply,
        errors=(400, 410, 413),
    ),
    Endpoint(
        "get", "/v1/snapshot", "Rows of the scope", None, _SnapshotPage,
        query=(("after", "string", False), ("limit", "integer", False), ("token", "string", False)),
        errors=(400, 410, 426),
    ),
    Endpoint("head", "/v1/blobs/{sha256}", "How much of a file has arrived", errors=(400, 404)),
    Endpoint(
        "put", "/v1/blobs/{sha256}", "The next part of a file", bytes, protocol.BlobState,
        query=(("offset", "integer", False), ("size", "integer", True)), errors=(400, 409, 413, 415, 422, 507),
    ),
    Endpoint("get", "/v1/blobs/{sha256}", "A file", None, bytes, errors=(400, 404)),
    Endpoint("post", "/v1/token/rotate", "A new token", None, protocol.RotateReply),
    Endpoint(
        "post", "/v1/reveal", "The reporter's number", protocol.RevealRequest, protocol.RevealReply,
        errors=(400, 403, 404),
    ),
    Endpoint(
        "post", "/v1/looking", "Who else has which report open", protocol.LookRequest, protocol.LookReply,
        errors=(400,),
    ),
    Endpoint("get", "/v1/borders", "The borders of the kelurahan as GeoJSON", None, bytes, errors=(404,)),
)  # fmt: skip


def document() -> dict[str, Any]:
    """The whole description as plain data."""
    kinds = [kind for each in ENDPOINTS for kind in (each.request, each.reply) if kind not in (None, bytes)]
    schemas, components = msgspec.json.schema_components(
        [*kinds, protocol.Problem], ref_template="#/components/schemas/{name}"
    )
    schema_of = dict(zip([*kinds, protocol.Problem], schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method] = _operation(endpoint, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "qlue_desk central", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"desk": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, schema_of: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    errors = (*endpoint.errors, 429, 503, *((401,) if endpoint.token else ()))
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": f"{endpoint.method}_{endpoint.path.strip('/').replace('/', '_')}",
        "parameters": [*_parameters(endpoint)],
        "responses": {
            "200": {"description": "Done", **_content(endpoint.reply, schema_of)},
            **{
                str(status): {"description": "Problem", **_content(protocol.Problem, schema_of)}
                for status in sorted(set(errors))
            },
        },
        "security": [{"desk": []}] if endpoint.token else [],
    }
    if endpoint.path.startswith("/v1/blobs") and endpoint.method == "get":
        operation["responses"]["206"] = operation["responses"]["200"]
    if endpoint.request is not None:
        operation["requestBody"] = {"required": True, **_content(endpoint.request, schema_of)}
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "query", "required": needed, "schema": {"type": kind}}
        for name, kind, needed in endpoint.query
    ]
    if "{sha256}" in endpoint.path:
        pattern = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
        found.append({"name": "sha256", "in": "path", "required": True, "schema": pattern})
    for name in (REQUEST_ID_HEADER, PROTOCOL_HEADER):
        found.append({"name": name, "in": "header", "required": False, "schema": {"type": "string"}})
    return found


def _content(kind: Any, schema_of: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    if kind is None:
        return {}
    if kind is bytes:
        return {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    return {"content": {MEDIA_TYPE: {"schema": schema_of[kind]}}}


@get("/schema", sync_to_thread=False)
def schema() -> Response[dict[str, Any]]:
    """The description of the desks' protocol."""
    return Response(document(), media_type="application/json")


@get("/schema/openapi.json", sync_to_thread=False)
def schema_file() -> Response[dict[str, Any]]:
    """The same, under the name that tools look for."""
    return Response(document(), media_type="application/json")


def schema_router() -> Router:
    """`/schema`."""
    return Router("/", route_handlers=[schema, schema_file])
