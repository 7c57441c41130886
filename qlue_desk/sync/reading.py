"""What came back over the wire: its bytes within bounds, and what a failure means in the tree of errors."""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterator

import httpx
import msgspec

from qlue_desk.protocol import MEDIA_TYPE, Problem
from qlue_desk.sync.errors import MAX_RETRY_AFTER, BadReply, Offline, Silent, SyncError, TlsFailed, refusal_of

MAX_REPLY = 16 * 1024 * 1024
"""Decoded bytes of one reply; a page is 4 MiB at most, one oversized event may travel alone."""
_DECODE_STEP = 256 * 1024


class Reply(msgspec.Struct, frozen=True):
    """A genuine one."""

    headers: httpx.Headers
    content: bytes


def must_state(response: httpx.Response) -> bool:
    """A message does; a HEAD has none, and a file is its own digest."""
    message = response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
    return message and response.request.method != "HEAD"


def capped(response: httpx.Response, until: float) -> Iterator[bytes]:
    """Decoded bytes; never more than `MAX_REPLY` in all, whatever the compression ratio."""
    decoder = zlib.decompressobj(31) if response.headers.get("Content-Encoding") == "gzip" else None
    total = 0
    for chunk in response.iter_raw(64 * 1024):
        if time.monotonic() > until:
            raise Offline("deadline")
        rest = chunk
        while rest:
            if decoder is None:
                piece, rest = rest, b""
            else:
                try:
                    piece = decoder.decompress(rest, _DECODE_STEP)
                except zlib.error as error:
                    raise BadReply(str(error)) from error
                rest = decoder.unconsumed_tail
                if not piece and not rest:
                    break
            total += len(piece)
            if total > MAX_REPLY:
                raise BadReply(f"reply above {MAX_REPLY} bytes")
            yield piece
    if decoder is not None and not decoder.eof:
        raise BadReply("reply cut short")


def problem_of(response: httpx.Response, content: bytes) -> SyncError:
    """Central's refusal, with how long it asks to wait."""
    try:
        problem = msgspec.json.decode(content, type=Problem)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        problem = Problem(type="urn:qlue:internal", status=response.status_code, title=response.reason_phrase)
    error = refusal_of(problem)
    error.retry_after = max(error.retry_after, _retry_after(response.headers.get("Retry-After", "")))
    return error


def _retry_after(text: str) -> float:
    """Seconds from the header (number or HTTP date); garbage and the past are 0, the future is capped."""
    from email.utils import parsedate_to_datetime

    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(seconds, 0.0), MAX_RETRY_AFTER) if seconds == seconds else 0.0


def no_network(error: httpx.HTTPError) -> Offline:
    """Why no reply came, as far as the desk says different things of it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return TlsFailed(getattr(cause, "verify_message", "") or str(cause))
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ReadTimeout):
        return Silent(f"{type(error).__name__}: {error}")
    return Offline(f"{type(error).__name__}: {error}")
