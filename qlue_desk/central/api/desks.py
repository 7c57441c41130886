"""Desks and people at them: enrolment, signing in, rotating the token, revealing a number, files."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, head, post, put
from litestar.params import FromPath, FromQuery

from qlue_desk.central.api.problems import ProblemError
from qlue_desk.central.api.wire import Wire, address, reply
from qlue_desk.central.errors import NotAllowed, NotFound
from qlue_desk.domain.complaint import Actor
from qlue_desk.domain.moves import Code, Refusal
from qlue_desk.protocol import (
    BLOB_RECEIVED_HEADER,
    BLOB_SIZE_HEADER,
    MEDIA_TYPE,
    BlobState,
    DeskIdentity,
    EnrolRequest,
    ErrorCode,
    RevealReply,
    RevealRequest,
    RotateReply,
    SignInReply,
    SignInRequest,
)
from qlue_desk.words import _

SMALL_BODY = 16_384

_STATUS_BY_CODE = {Code.NOT_FOUND: 404, Code.INVALID_ARGS: 400}


@post("/v1/enrol", status_code=200)
async def enrol(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A one-time code makes this installation a desk."""
    wire: Wire = request.app.state.wire
    wire.limit(f"enrol:{address(request)}", "enrol")
    asked = await wire.message(request, EnrolRequest, SMALL_BODY)
    try:
        answer = await wire.call(wire.hub.desks.enrol, asked.code, asked.desk_name, asked.install)
    except NotAllowed as error:
        raise ProblemError(403, ErrorCode.ENROL_FAILED, error.sentence(_)) from None
    return reply(request, answer)


@post("/v1/sign-in", status_code=200)
async def sign_in(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A person at an enrolled desk."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    wire.limit(f"sign_in:{desk.identity.id}", "sign_in")
    asked = await wire.message(request, SignInRequest, SMALL_BODY)
    actor = await wire.call(wire.hub.accounts.sign_in, asked.user, asked.password)
    if actor is None:
        raise ProblemError(403, ErrorCode.SIGN_IN_FAILED, _("Nama atau kata sandi salah."))
    if not _belongs(actor, desk.identity, desk.coordinator):
        raise ProblemError(403, ErrorCode.SIGN_IN_FAILED, _("Akun ini bukan untuk meja dinas ini."))
    return reply(request, SignInReply(actor))


def _belongs(actor: Actor, desk: DeskIdentity, coordinator: str) -> bool:
    if actor.city != desk.city:
        return False
    return actor.dinas == desk.dinas or (actor.dinas is None and desk.dinas == coordinator)


@post("/v1/token/rotate", status_code=200)
async def rotate(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A new token; the old one lives until the new one is used, so a lost reply locks nobody out."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    return reply(request, RotateReply(await wire.call(wire.hub.desks.rotate, desk.token)))


@post("/v1/reveal", status_code=200)
async def reveal(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The reporter's number, for a stated reason, into the access log."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    asked = await wire.message(request, RevealRequest, SMALL_BODY)
    found = await wire.call(
        wire.hub.register.reveal, asked.complaint_id, asked.actor_id, asked.reason, desk.identity
    )
    if isinstance(found, Refusal):
        status = _STATUS_BY_CODE.get(found.code, 403)
        code = {404: ErrorCode.NOT_FOUND, 400: ErrorCode.BAD_REQUEST}.get(status, ErrorCode.FORBIDDEN)
        raise ProblemError(status, code, found.sentence(_))
    return reply(request, RevealReply(phone=found[0], name=found[1]))


@head("/v1/blobs/{sha256:str}", media_type=MEDIA_TYPE)
async def blob_state(request: Request[Any, Any, Any], sha256: FromPath[str]) -> Response[None]:
    """How much of a file has arrived, in headers; 404 when nothing has."""
    wire: Wire = request.app.state.wire
    await wire.desk(request)
    state = await wire.call(wire.hub.blobs.state, sha256)
    if state is None:
        raise ProblemError(404, ErrorCode.BLOB_UNKNOWN, _("Berkas ini belum diunggah."))
    headers = {BLOB_RECEIVED_HEADER: str(state.received), BLOB_SIZE_HEADER: str(state.size)}
    return Response(None, headers=headers, media_type=MEDIA_TYPE)


@put("/v1/blobs/{sha256:str}", status_code=200)
async def put_blob(
    request: Request[Any, Any, Any],
    sha256: FromPath[str],
    offset: FromQuery[int] = 0,
    size: FromQuery[int] = 0,
) -> Response[bytes]:
    """The next part of a file; the last one is checked against the digest."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request, pushing=True)
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise ProblemError(
            415, ErrorCode.BAD_REQUEST, _("Bagian berkas dikirim apa adanya, tanpa Content-Encoding.")
        )
    # From the start on it may be the whole file: parts may lie at a machine that is not asked again.
    limits = wire.hub.limits
    chunk = await wire.body(request, limits.blob_chunk if offset else limits.blob_bytes)
    state: BlobState = await wire.call(wire.hub.blobs.write, sha256, offset, size, chunk, desk.identity.id)
    return reply(request, state)


@get("/v1/blobs/{sha256:str}", media_type="application/octet-stream")
async def get_blob(request: Request[Any, Any, Any], sha256: FromPath[str]) -> Response[bytes]:
    """A file that a report in the desk's scope shows, or that the desk itself sent; ranges work."""
    wire: Wire = request.app.state.wire
    desk = await wire.desk(request)
    try:
        size, media_type = await wire.call(wire.hub.blobs.readable, sha256, desk.identity, desk.coordinator)
        start, end = _range(request.headers.get("range", ""), size)
        part = await wire.call(wire.hub.blobs.read, sha256, start, end)
    except NotFound as error:
        raise ProblemError(404, ErrorCode.BLOB_UNKNOWN, error.sentence(_)) from None
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{sha256[:12]}"',
        "X-Content-Type-Options": "nosniff",
    }
    if end - start == size:
        return Response(part, media_type=media_type, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Response(part, status_code=206, media_type=media_type, headers=headers)


def _range(text: str, size: int) -> tuple[int, int]:
    """Start and end (exclusive) of a `bytes=a-b` header; the whole file for anything else."""
    unit, _, span = text.partition("=")
    first, dash, last = span.partition("-")
    if unit.strip() != "bytes" or not dash or "," in span:
        return 0, size
    if not first.isdecimal():
        return (max(0, size - int(last)), size) if last.isdecimal() and int(last) else (0, size)
    start = int(first)
    end = min(int(last) + 1, size) if last.isdecimal() else size
    return (start, end) if start < end else (0, size)
