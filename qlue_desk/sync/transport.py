"""One conversation with central over HTTP: what is sent, what counts as a genuine reply, what is capped.

A reply without central's media type, server header and request echo changes nothing on the desk,
whatever its status; a reply can never make the desk allocate without bound.
"""

from __future__ import annotations

import contextlib
import platform
import re
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from qlue_desk import __version__
from qlue_desk.protocol import (
    BLOB_RECEIVED_HEADER,
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
from qlue_desk.sync import digests as digest_memory
from qlue_desk.sync.authority import authority
from qlue_desk.sync.errors import (
    BadReply,
    BlobProblem,
    DigestGone,
    InsecureAddress,
    NotSignedIn,
    Offline,
    OtherServer,
    Portal,
    SyncError,
    UnreadableAddress,
)
from qlue_desk.sync.reading import Reply, capped, must_state, no_network, problem_of

DEADLINE = 90.0
"""Seconds for one whole request, however slowly it drips."""
PULL_DEADLINE = 30.0
"""Seconds beyond the asked-for wait of a long poll."""
CONNECT_TIMEOUT = 10.0
FIRST_SILENCE = 20.0
"""Seconds without a byte from a central that has not answered yet; one that has may think for longer."""
TELL_AFTER = 3.0
"""Seconds of waiting for the first answer after which whoever listens is told (`announce_waiting`)."""
_LONGEST_SIZE = 15
"""Digits of a number of bytes; Python refuses to read one of thousands."""
SESSION_PATH = "/v1/session"
_MESSAGES = {"Accept-Encoding": "gzip", "Content-Type": MEDIA_TYPE}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SCHEMES = ("http", "https")
_NOT_IN_AN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f\\*<>\"^`{|}]")

T = TypeVar("T")


class Tokens(Protocol):
    """Where a conversation finds another token when central does not take the one it has."""

    def all(self) -> tuple[str, ...]:
        """What there is now, the likeliest first."""

    def worked(self, token: str) -> None:
        """Central took this one after it had refused another."""


def checked_address(url: str) -> str:
    """The address without a trailing slash.

    :raises InsecureAddress: when it is no http(s) address, or http:// beyond this machine.
    :raises UnreadableAddress: when no host or port can be read in it, or it holds what no address does.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        readable = parts.port != 0 and _NOT_IN_AN_ADDRESS.search(url) is None
        readable = readable and bool(httpx.URL(url).raw_host or parts.scheme not in _SCHEMES)
    except (
        ValueError,
        httpx.InvalidURL,
    ):  # half a bracket, a port that is none, a host that has no such name
        raise UnreadableAddress(url) from None
    if not readable:
        raise UnreadableAddress(url)
    secure = parts.scheme == "https"
    loopback = parts.scheme == "http" and (parts.hostname or "") in _LOOPBACK
    if not (secure or loopback) or parts.username or parts.query or parts.fragment:
        raise InsecureAddress(url)
    return url.rstrip("/")


_BEGINS = frozenset(
    {"connection.connect_tcp.started", "connection.start_tls.started", "http11.send_request_headers.started"}
)


_tell_waiting: list[Callable[[str, float], None]] = []


def announce_waiting(tell: Callable[[str, float], None]) -> None:
    """Call this once when a central's first answer takes long: its address, and for how many seconds at most.

    For commands, where a person looks at a line that does not move; a desk goes on meanwhile. On another thread.
    """
    _tell_waiting[:] = [tell]


class Transport:
    """Requests of one thread at a time; `abort` may be called from any other."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        tokens: Tokens | None = None,
        digests: digest_memory.Digests | None = None,
        server_id: str = "",
        private_ca: Path | None = None,
        place: str = "",
    ) -> None:
        self.url = checked_address(url)
        self.token = token
        self._tokens = tokens
        self.server_id = server_id
        """Pinned after enrolment; '' accepts the first server that answers."""
        self._digests = digests or digest_memory.Unkept()
        self._streams: list[Any] = []
        self._closed = False
        self._answered = False
        self.blocked = False
        """The switch: no request begins, and one under way ends, while it is set."""
        loopback = (urlsplit(self.url).hostname or "") in _LOOPBACK
        verify: bool | ssl.SSLContext = True
        if urlsplit(self.url).scheme == "http":
            # Reading the authorities takes 30 ms and more; this context trusts none and is never asked.
            verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        elif private_ca is not None:
            verify = authority(private_ca)
        self._client = httpx.Client(
            verify=verify,
            follow_redirects=False,
            trust_env=not loopback,
            timeout=httpx.Timeout(DEADLINE, connect=CONNECT_TIMEOUT),
            limits=httpx.Limits(max_connections=2, max_keepalive_connections=1),
            headers={
                PROTOCOL_HEADER: str(PROTOCOL),
                CLIENT_HEADER: f"desk/{__version__} python/{platform.python_version()}",
                "User-Agent": f"qlue-desk/{__version__}",
                **({PLACE_HEADER: place} if place else {}),
            },
        )

    def send(
        self,
        method: str,
        path: str,
        reply_type: type[T],
        *,
        body: object = None,
        params: dict[str, str | int] | None = None,
        deadline: float = DEADLINE,
    ) -> T:
        """Send a message as JSON and read the reply as `reply_type`.

        :raises SyncError: one of the tree in `errors`.
        """
        content = None if body is None else msgspec.json.encode(body)
        reply = self._exchange(method, path, content, params, deadline, _MESSAGES)
        try:
            return msgspec.json.decode(reply.content, type=reply_type)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise BadReply(f"{path}: {error}") from error

    def send_bytes(
        self, method: str, path: str, *, content: bytes = b"", params: dict[str, str | int] | None = None
    ) -> bytes:
        """Send or fetch the bytes of a file; never compressed."""
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/octet-stream"}
        return self._exchange(method, path, content or None, params, DEADLINE, headers, plain=True).content

    def blob_received(self, path: str) -> int:
        """How many bytes of a file central has; 0 when it knows nothing of it."""
        try:
            reply = self._exchange("HEAD", path, None, None, DEADLINE, {"Accept-Encoding": "identity"})
        except BlobProblem as problem:
            if problem.problem.status != 404:
                raise
            return 0
        text = reply.headers.get(BLOB_RECEIVED_HEADER, "")
        return int(text) if text.isdecimal() and len(text) <= _LONGEST_SIZE else 0

    def abort(self) -> None:
        """Break off whatever request is under way; it ends with `Offline` in its own thread."""
        for stream in self._streams[-4:]:
            with contextlib.suppress(OSError, AttributeError, ValueError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Abort and give up the connections."""
        self._closed = True
        self.abort()
        with contextlib.suppress(Exception):  # the other thread may be inside; its own error is handled there
            self._client.close()

    def _exchange(
        self,
        method: str,
        path: str,
        content: bytes | None,
        params: dict[str, str | int] | None,
        deadline: float,
        headers: dict[str, str],
        *,
        plain: bool = False,
    ) -> Reply:
        """Ask; with another token where central does not know (any more) the one in hand.

        The window that syncs may have replaced it, and central may have been put back to before that.
        """
        refusal: NotSignedIn | None = None
        tried: set[str] = set()
        while True:
            try:
                reply = self._ask(method, path, content, params, deadline, headers, plain=plain)
            except NotSignedIn as refused:
                if self._tokens is None or refused.code != ErrorCode.TOKEN_EXPIRED:
                    raise
                refusal = refusal or refused
                tried.add(self.token)
                another = next((token for token in self._tokens.all() if token not in tried), None)
                if another is None:
                    raise refusal from None
                self.token = another
            except DigestGone:
                if path == SESSION_PATH or not self._given_up():
                    raise
            else:
                if refusal is not None and self._tokens is not None:
                    self._tokens.worked(self.token)
                return reply

    def _given_up(self) -> bool:
        """Ask central whether it is one without digests now; then the request is worth sending again."""
        try:
            self._ask("GET", SESSION_PATH, None, None, DEADLINE, _MESSAGES)
        except SyncError:
            return False
        return not self._digests.expected()

    def _ask(
        self,
        method: str,
        path: str,
        content: bytes | None,
        params: dict[str, str | int] | None,
        deadline: float,
        headers: dict[str, str],
        *,
        plain: bool = False,
    ) -> Reply:
        if self.blocked:
            raise Offline("switched off")
        request_id = uuid.uuid4().hex
        headers = {**headers, REQUEST_ID_HEADER: request_id}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        until = time.monotonic() + deadline
        watch = threading.Timer(deadline, self.abort)  # a drip inside the headers never reaches our loop
        watch.daemon = True
        watch.start()
        silence = deadline if self._answered else min(deadline, FIRST_SILENCE)
        timeout = httpx.Timeout(deadline, connect=CONNECT_TIMEOUT, read=silence)
        late = threading.Timer(TELL_AFTER, self._say_waiting, (CONNECT_TIMEOUT + silence,))
        late.daemon = True
        if _tell_waiting and not self._answered:
            late.start()
        trace = {"trace": self._trace}
        try:
            request = self._client.build_request(
                method, self.url + path, content=content, params=params, headers=headers, timeout=timeout,
                extensions=trace,
            )  # fmt: skip
            with contextlib.closing(self._client.send(request, stream=True)) as response:
                self._answered = True
                late.cancel()
                return self._read(response, request_id, until, plain=plain)
        except SyncError:
            raise
        except httpx.HTTPError as error:
            raise no_network(error) from error
        except (OSError, RuntimeError, ValueError, AttributeError) as error:  # closed under us
            raise Offline(str(error)) from error
        finally:
            watch.cancel()
            late.cancel()

    def _say_waiting(self, most: float) -> None:
        for tell in _tell_waiting:
            tell(self.url, most)

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        # Only where a request begins: an error while one is being cleared away would keep its place in the pool for
        # ever, and after two of them every request would wait for a third.
        if name in _BEGINS and (self._closed or self.blocked):
            raise OSError("closed")
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._streams = [*self._streams[-3:], info["return_value"]]

    def _read(self, response: httpx.Response, request_id: str, until: float, *, plain: bool) -> Reply:
        headers = response.headers
        server_id = headers.get(SERVER_HEADER, "")
        ours = headers.get("Content-Type", "").startswith(MEDIA_TYPE) or (
            plain and response.status_code < 300
        )
        if not ours or not server_id or headers.get(REQUEST_HEADER) != request_id:
            raise Portal(f"HTTP {response.status_code} {headers.get('Content-Type', '')}".strip())
        if self.server_id and server_id != self.server_id:
            raise OtherServer(server_id)
        if plain and headers.get("Content-Encoding", "identity") != "identity":
            raise BadReply("a compressed file")
        content = b"".join(capped(response, until))
        # A HEAD states the digest of what a GET would bring.
        digest = None if response.request.method == "HEAD" else headers.get(DIGEST_HEADER)
        if digest is not None and digest != content_digest(content):
            raise BadReply("the reply is not the one that central sent")
        if digest is not None:
            self._digests.seen()
        elif must_state(response) and self._digests.expected():
            session = response.status_code == 200 and response.request.url.path.endswith(SESSION_PATH)
            if not (session and digest_memory.given_up(content, server_id)):
                raise DigestGone("central's digest was taken away")
            self._digests.forget()
        if response.status_code >= 400:
            raise problem_of(response, content)
        return Reply(headers, content)
