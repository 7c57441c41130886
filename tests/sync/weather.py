"""A proxy between desks and a real central that does to single requests what networks do."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qlue_desk.protocol import DIGEST_HEADER, content_digest
from tests.sync.faults import _request, answer

HEAD_END = b"\r\n\r\n"


class Exchange:
    """One request on its way, and the central that could answer it."""

    def __init__(self, connection: socket.socket, request: bytes, upstream: tuple[str, int]) -> None:
        self.connection = connection
        self.request = request
        self._upstream = upstream
        first = request.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        self.path = first[1].partition("?")[0] if len(first) > 1 else ""
        self.body = request.partition(HEAD_END)[2]

    def forward(self, *, plain: bool = False) -> bytes:
        """The real central's whole reply; `plain` asks for it without gzip."""
        head, _, body = self.request.partition(HEAD_END)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        if plain:
            lines = [line for line in lines if not line.lower().startswith(b"accept-encoding:")]
        whole = b"\r\n".join([*lines, b"Connection: close"]) + HEAD_END + body
        with socket.create_connection(self._upstream, timeout=30) as central:
            central.sendall(whole)
            return b"".join(iter(lambda: central.recv(65536), b""))


Fault = Callable[[Exchange], bytes]
"""Gives the bytes that the desk gets; none closes the connection without a word."""


class Weather:
    """The faults that are to come, and what has passed through."""

    def __init__(self, upstream: tuple[str, int], tls: ssl.SSLContext | None = None) -> None:
        self._upstream = upstream
        self._tls = tls
        self._once: deque[tuple[str, Fault]] = deque()
        self._lasting: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self.passed: list[tuple[float, str, bytes]] = []
        """When, path, body of each request that reached us."""
        self.url = ""

    def next(self, fault: Fault, path: str = "/v1") -> None:
        """Do this to the next request whose path begins so."""
        self._once.append((path, fault))

    def always(self, fault: Fault, path: str = "/v1") -> None:
        """Do this to every request whose path begins so."""
        self._lasting[path] = fault

    def clear(self) -> None:
        """Fine weather."""
        self._once.clear()
        self._lasting.clear()

    def turn(self, upstream: str) -> None:
        """Another server behind the same address from now on."""
        host, _, port = upstream.rpartition("/")[2].rpartition(":")
        self._upstream = (host, int(port))

    def to(self, path: str) -> list[bytes]:
        """Bodies of the requests to a path."""
        return [body for _at, found, body in self.passed if found.startswith(path)]

    @contextmanager
    def blowing(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[Weather]:
        """Listen for the time of a block, on loopback unless told otherwise."""
        listening = socket.create_server((host, port), backlog=64)
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://{host}:{listening.getsockname()[1]}"
        try:
            yield self
        finally:
            listening.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                request = _request(connection)
                if not request:
                    return
                exchange = Exchange(connection, request, self._upstream)
                self.passed.append((time.monotonic(), exchange.path, exchange.body))
                reply = self._fault_for(exchange.path)(exchange)
                if reply:
                    connection.sendall(reply)

    def _fault_for(self, path: str) -> Fault:
        with self._lock:
            for number, (wanted, fault) in enumerate(self._once):
                if path.startswith(wanted):
                    del self._once[number]
                    return fault
            for wanted, fault in self._lasting.items():
                if path.startswith(wanted):
                    return fault
        return Exchange.forward


# --- faults -----------------------------------------------------------------------------------------


def lose_request(_exchange: Exchange) -> bytes:
    return b""


def lose_reply(exchange: Exchange) -> bytes:
    """Central has done it; nobody hears."""
    exchange.forward()
    return b""


def cut_reply(exchange: Exchange) -> bytes:
    """Less body than Content-Length says."""
    reply = exchange.forward()
    head, _, body = reply.partition(HEAD_END)
    return head + HEAD_END + body[: len(body) // 2]


def reset_reply(exchange: Exchange) -> bytes:
    """Half of it, then RST."""
    reply = exchange.forward()
    exchange.connection.sendall(reply[: len(reply) // 2])
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return b""


def flip(place: float, bit: int) -> Fault:
    """Turn one bit of the body, at a part of its length (0 ≤ place < 1)."""

    def fault(exchange: Exchange) -> bytes:
        head, _, body = exchange.forward(plain=True).partition(HEAD_END)
        damaged = bytearray(body)
        damaged[int(place * len(damaged))] ^= 1 << bit
        return head + HEAD_END + bytes(damaged)

    return fault


def double(replies: list[bytes]) -> Fault:
    """Send the request twice at once; the desk gets the answer that comes last."""

    def fault(exchange: Exchange) -> bytes:
        def one() -> None:
            with contextlib.suppress(OSError):
                replies.append(exchange.forward(plain=True))

        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return replies[-1] if replies else b""

    return fault


def problem(status: int, code: str, **extra: object) -> Fault:
    """A refusal that carries the marks of the server with this id."""
    import msgspec

    def fault(exchange: Exchange) -> bytes:
        genuine = exchange.forward().partition(HEAD_END)[0]
        server = next(
            line.partition(b":")[2].strip().decode()
            for line in genuine.split(b"\r\n")
            if line.lower().startswith(b"qlue-server")
        )
        body = msgspec.json.encode(
            {
                "type": f"urn:qlue:{code}",
                "status": status,
                "title": code,
                "detail": f"Kata pusat: {code}.",
                **extra,
            }
        )
        marks = {"Qlue-Server": server, DIGEST_HEADER: content_digest(body)}
        return answer(f"{status} X", body, marks, exchange.request)

    return fault


def hold(seconds: float) -> Fault:
    """Say nothing for so long, then hang up."""

    def fault(_exchange: Exchange) -> bytes:
        time.sleep(seconds)
        return b""

    return fault
