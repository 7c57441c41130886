"""Every error of the wire as problem+json (RFC 9457) with our media type."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from qlue_desk.central import blobs
from qlue_desk.central.api.unreadable import body_sentence, parameter_sentence
from qlue_desk.central.blob_stores import StoreUnreachable
from qlue_desk.central.errors import (
    CentralError,
    DatabaseBusy,
    DatabaseProblem,
    NotAllowed,
    NotFound,
    Resync,
    TokenRefused,
)
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import (
    DIGEST_HEADER,
    MEDIA_TYPE,
    REQUEST_ID_HEADER,
    ErrorCode,
    Problem,
    content_digest,
)
from qlue_desk.words import _

PREFIX = "/v1"
BUSY_SECONDS = 2
log = logging.getLogger("qlue_desk.central")

_encode = msgspec.json.Encoder().encode
_CODE_BY_STATUS = {
    400: ErrorCode.BAD_REQUEST,
    401: ErrorCode.TOKEN_EXPIRED,
    403: ErrorCode.FORBIDDEN,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.BAD_REQUEST,
    413: ErrorCode.TOO_LARGE,
    429: ErrorCode.RATE,
    503: ErrorCode.BUSY,
}
_DETAIL_BY_STATUS = {
    404: N_("Alamat ini tidak ada di server."),
    405: N_("Cara ini tidak berlaku untuk alamat ini."),
    413: N_("Permintaan terlalu besar."),
}


class ProblemError(Exception):
    """A request that can't be answered as asked; carries the whole problem."""

    def __init__(self, status: int, code: ErrorCode, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.problem = Problem(f"urn:qlue:{code}", status, HTTPStatus(status).phrase, detail=detail, **extra)


def problem_of(error: Exception) -> Problem:
    """What an error is on the wire; whatever is not foreseen is a 500 that says nothing of its inside."""
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, CentralError):
        return _problem_of_ours(error)
    if isinstance(error, (msgspec.MsgspecError, RecursionError, UnicodeError)):
        return _problem(400, ErrorCode.BAD_REQUEST, body_sentence(error))
    if isinstance(error, HTTPException):
        status = error.status_code
        code = _CODE_BY_STATUS.get(status, ErrorCode.BAD_REQUEST if status < 500 else ErrorCode.INTERNAL)
        told = _DETAIL_BY_STATUS.get(status)
        return _problem(status, code, _(told) if told else _about_parameters(error))
    log.exception("request failed", exc_info=error)
    return _problem(500, ErrorCode.INTERNAL, _("Server gagal menjawab; kejadian ini tercatat."))


def _problem_of_ours(error: CentralError) -> Problem:
    detail = error.sentence(_)
    match error:
        case TokenRefused():
            return _problem(401, error.code, detail, wipe=error.wipe)
        case Resync():
            return _problem(410, ErrorCode.RESYNC_REQUIRED, detail, reason=str(error.reason))
        case blobs.OffsetMismatch():
            return _problem(409, ErrorCode.OFFSET_MISMATCH, detail, received=error.received)
        case blobs.DigestMismatch():
            return _problem(422, ErrorCode.DIGEST_MISMATCH, detail)
        case blobs.TooLarge():
            return _problem(413, ErrorCode.TOO_LARGE, detail, limit=error.limit)
        case blobs.OverQuota():
            return _problem(507, ErrorCode.QUOTA, detail)
        case NotFound():
            return _problem(404, ErrorCode.NOT_FOUND, detail)
        case NotAllowed():
            return _problem(403, ErrorCode.FORBIDDEN, detail)
        case DatabaseBusy() | DatabaseProblem() | StoreUnreachable():
            return _problem(503, ErrorCode.BUSY, detail, retry_after=BUSY_SECONDS)
        case _:
            return _problem(400, ErrorCode.BAD_REQUEST, detail)


def problem_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The reply to a failed request, whatever failed: known route or not."""
    problem = problem_of(error)
    problem = msgspec.structs.replace(problem, request_id=request.headers.get(REQUEST_ID_HEADER, "")[:128])
    ours = request.scope["path"].startswith(PREFIX)
    content = _encode(problem)
    headers: dict[str, str] = dict(getattr(error, "headers", None) or {})
    headers[DIGEST_HEADER] = content_digest(content)
    if problem.retry_after:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        content=content,
        status_code=problem.status,
        media_type=MEDIA_TYPE if ours else "application/problem+json",
        headers=headers,
    )


def too_many(seconds: float) -> ProblemError:
    """429 with the time after which asking again will do."""
    return ProblemError(
        429,
        ErrorCode.RATE,
        _("Terlalu banyak permintaan; coba lagi sebentar lagi."),
        retry_after=max(1, math.ceil(seconds)),
    )


def _problem(status: int, code: ErrorCode, detail: str, **extra: Any) -> Problem:
    return Problem(f"urn:qlue:{code}", status, HTTPStatus(status).phrase, detail=detail, **extra)


def _about_parameters(error: HTTPException) -> str:
    """Which parameter of the address can't be read, the first of them."""
    extra = error.extra if isinstance(error.extra, list) else []
    for each in extra:
        if isinstance(each, dict) and "key" in each:
            return parameter_sentence(str(each["key"]), str(each.get("message", "")))
    return _("Permintaan tidak sah.")
