"""Reading requests and writing replies of /v1: caps before anything is decoded, echo on everything."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from litestar import Request, Response

from qlue_desk.central import clones
from qlue_desk.central.api.problems import ProblemError, too_many
from qlue_desk.central.api.unreadable import body_sentence
from qlue_desk.central.conversation import Desk
from qlue_desk.central.errors import TokenRefused
from qlue_desk.central.feed import scope_stream
from qlue_desk.central.limits import Buckets
from qlue_desk.central.looking import Looks
from qlue_desk.protocol import (
    CLIENT_HEADER,
    DIGEST_HEADER,
    MEDIA_TYPE,
    PLACE_HEADER,
    PROTOCOL,
    PROTOCOL_HEADER,
    REQUEST_HEADER,
    REQUEST_ID_HEADER,
    SERVER_HEADER,
    ErrorCode,
    content_digest,
)
from qlue_desk.words import _

if TYPE_CHECKING:
    from litestar.types import Message, Scope

    from qlue_desk.central.api.metrics import Metrics
    from qlue_desk.central.hub import Hub

DECODED_LIMIT = 8 * 1024 * 1024
LARGEST_RATIO = 100
"""A gzip body that grows by more is a bomb."""
DRAIN_LIMIT = 32 * 1024 * 1024
"""Of a body that is too large, so much is read and dropped: a reset would hide the answer."""
COMPRESS_FROM = 1024
THREADS = 16
SEEN_SECONDS = 60.0

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

_encode = msgspec.json.Encoder().encode
_ECHO = re.compile(r"[\x21-\x7e]{1,128}")
_CLIENT_VERSION = re.compile(r"\bdesk/(\d+)\.(\d+)\.(\d+)")


class Wire:
    """What all handlers of one application share."""

    def __init__(self, hub: Hub, metrics: Metrics) -> None:
        self.hub = hub
        self.metrics = metrics
        self.buckets = Buckets()
        self.looks = Looks(hub)
        self._threads = ThreadPoolExecutor(THREADS, "central")
        self._seen: dict[str, tuple[float, str]] = {}

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def call(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run work that touches the database in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    # --- who asks ----------------------------------------------------------------------------

    async def desk(self, request: AnyRequest, *, pushing: bool = False) -> Desk:
        """The desk that asks; refuses bad tokens, too many requests, and programs that are too old.

        Work that was recorded is taken from old programs too.
        """
        self._check_protocol(request, pushing=pushing)
        try:
            client, place = (request.headers.get(name, "") for name in (CLIENT_HEADER, PLACE_HEADER))
            found = await self.call(self._identify, bearer(request), client, place)
        except TokenRefused as refused:
            # Who tries tokens behind the same address must not keep a revoked desk from hearing that it is, and
            # whether it is to be wiped.
            self.limit(f"refused:{refused.desk or address(request)}", "refused")
            raise
        self.limit(f"desk:{found.identity.id}", "desk")
        return found

    def _identify(self, token: str, client: str, place: str) -> Desk:
        with self.hub.database.connected():
            self.hub.refresh()
            identity = self.hub.desks.of_token(token)
            city = self.hub.city(identity.city)
            now = time.monotonic()
            seen_at, seen_in = self._seen.get(identity.id, (-SEEN_SECONDS, ""))
            if now - seen_at >= SEEN_SECONDS or seen_in != place:
                self._seen[identity.id] = (now, place)
                self.hub.desks.seen(identity.id, client)
                clones.note(self.hub, identity.id, place)
        return Desk(identity, token, scope_stream(identity, city), city.coordinator)

    def _check_protocol(self, request: AnyRequest, *, pushing: bool) -> None:
        spoken = request.headers.get(PROTOCOL_HEADER, str(PROTOCOL))
        if spoken != str(PROTOCOL):
            raise ProblemError(
                426,
                ErrorCode.CLIENT_TOO_OLD,
                _("Protokol {found} tidak dilayani; server ini memakai {known}.").format(
                    found=spoken[:10], known=PROTOCOL
                ),
            )
        client = _CLIENT_VERSION.search(request.headers.get(CLIENT_HEADER, ""))
        if client is None or pushing:
            return
        oldest = tuple(map(int, self.hub.min_client.split(".")))
        if tuple(map(int, client.groups())) < oldest:
            raise ProblemError(
                426,
                ErrorCode.CLIENT_TOO_OLD,
                _("Program meja ini terlalu lama; pasang versi {version} atau lebih baru.").format(
                    version=self.hub.min_client
                ),
            )

    def limit(self, key: str, name: str) -> None:
        """Take one request from a bucket; 429 when it is empty."""
        wait = self.buckets.take(key, getattr(self.hub.rates, name))
        if wait:
            raise too_many(wait)

    # --- bodies ------------------------------------------------------------------------------

    async def body(self, request: AnyRequest, limit: int) -> bytes:
        """The request's body, unpacked if it is gzip; never more than the limits in memory."""
        packed = request.headers.get("content-encoding", "identity").lower()
        raw = await _capped_body(request, limit)
        if packed in ("", "identity"):
            return raw
        if packed != "gzip":
            raise ProblemError(
                415, ErrorCode.BAD_REQUEST, _("Hanya gzip yang diterima sebagai Content-Encoding.")
            )
        return _unpacked(raw)

    async def message(self, request: AnyRequest, kind: type[T], limit: int | None = None) -> T:
        """The request's body as a message of the protocol."""
        body = await self.body(request, limit or self.hub.limits.push_bytes)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise ProblemError(400, ErrorCode.BAD_REQUEST, body_sentence(error, kind)) from None


def bearer(request: AnyRequest) -> str:
    """The token of the request; '' when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address(request: AnyRequest) -> str:
    """Where the request comes from, for limits only."""
    return request.client.host if request.client else "?"


def reply(request: AnyRequest, message: object, status: int = 200) -> Response[bytes]:
    """A message of the protocol, packed where the desk takes that and it is worth it."""
    content = _encode(message)
    headers = {
        "Cache-Control": "no-store",
        "Vary": "Accept-Encoding",
        DIGEST_HEADER: content_digest(content),
    }
    if len(content) >= COMPRESS_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, compresslevel=4, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content=content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def stamp(server_id: str) -> Callable[[Message, Scope], None]:
    """A hook that marks every reply of /v1 as genuine: the server's id and the echo of the request's."""

    def on_send(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or not scope["path"].startswith("/v1"):
            return
        headers = list(message.get("headers", ()))
        headers.append((SERVER_HEADER.lower().encode(), server_id.encode()))
        wanted = REQUEST_ID_HEADER.lower().encode()
        given = next((value for key, value in scope["headers"] if key == wanted), b"").decode("latin-1")
        if _ECHO.fullmatch(given):
            headers.append((REQUEST_HEADER.lower().encode(), given.encode("latin-1")))
        message["headers"] = headers

    return on_send


async def _capped_body(request: AnyRequest, limit: int) -> bytes:
    chunks: list[bytes] = []
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > DRAIN_LIMIT:
            break
        if total <= limit:
            chunks.append(chunk)
        else:
            chunks.clear()
    if total > limit:
        raise ProblemError(
            413,
            ErrorCode.TOO_LARGE,
            _("Permintaan terlalu besar; paling banyak {limit} bita.").format(limit=limit),
            limit=limit,
        )
    return b"".join(chunks)


def _unpacked(raw: bytes) -> bytes:
    unpacker = zlib.decompressobj(31)
    allowed = min(DECODED_LIMIT, max(len(raw), 1024) * LARGEST_RATIO)
    try:
        plain = unpacker.decompress(raw, allowed)
    except zlib.error:
        raise ProblemError(400, ErrorCode.BAD_REQUEST, _("Isi gzip rusak.")) from None
    if unpacker.unconsumed_tail:
        raise ProblemError(
            413,
            ErrorCode.TOO_LARGE,
            _("Isi gzip mengembang melebihi {limit} bita.").format(limit=allowed),
            limit=allowed,
        )
    if not unpacker.eof:
        raise ProblemError(400, ErrorCode.BAD_REQUEST, _("Isi gzip terpotong."))
    return plain
